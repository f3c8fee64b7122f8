//! `logs:DescribeLogGroups`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `logs:DescribeLogGroups` — the log groups, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DescribeLogGroups {
    /// Only those whose name begins so.
    #[serde(default)]
    pub log_group_name_prefix: Option<String>,
    /// Only those whose name has this in it, whatever the case of its letters. Not together with a prefix.
    #[serde(default)]
    pub log_group_name_pattern: Option<String>,
}

/// What DescribeLogGroups answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeLogGroupsOutput {
    /// The groups.
    pub log_groups: Vec<LogGroupDescription>,
}

/// A log group as CloudWatch Logs shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogGroupDescription {
    /// Its name.
    pub log_group_name: String,
    /// When it was made [ms since 1970].
    pub creation_time: i64,
    /// Metric filters, which are not modelled [count].
    pub metric_filter_count: u32,
    /// Its ARN and `:*`, for permissions on its streams.
    pub arn: String,
    /// What is stored in it: only rules of EventBridge write here [bytes].
    pub stored_bytes: u64,
    /// `STANDARD`.
    pub log_group_class: &'static str,
    /// Its ARN.
    pub log_group_arn: String,
}

impl Operation for DescribeLogGroups {
    const SERVICE: &'static str = "logs";
    const NAME: &'static str = "DescribeLogGroups";
    type Output = DescribeLogGroupsOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        if self.log_group_name_prefix.is_some() && self.log_group_name_pattern.is_some() {
            let message = "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.";
            return Err(ApiError::invalid_parameter(message).at("logGroupNamePattern"));
        }
        let prefix = self.log_group_name_prefix.unwrap_or_default();
        let pattern = self.log_group_name_pattern.unwrap_or_default().to_lowercase();
        let wanted = |name: &str| name.starts_with(&prefix) && name.to_lowercase().contains(&pattern);
        let groups = world.logs.groups.iter().filter(|(name, _)| wanted(name)).map(|(name, group)| {
            let arn = world.account.arn("logs", &format!("log-group:{name}"));
            LogGroupDescription {
                log_group_name: name.clone(),
                creation_time: world.account.unix_millis(group.created),
                metric_filter_count: 0,
                arn: format!("{arn}:*"),
                stored_bytes: group.lines.iter().map(|line| line.text.len() as u64).sum(),
                log_group_class: "STANDARD",
                log_group_arn: arn,
            }
        });
        Ok(DescribeLogGroupsOutput { log_groups: groups.collect() })
    }
}
