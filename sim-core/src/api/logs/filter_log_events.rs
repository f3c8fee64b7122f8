//! `logs:FilterLogEvents`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `logs:FilterLogEvents` — what a group keeps, oldest first. Only rules of EventBridge write into groups here: what
/// applications log is not modelled.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FilterLogEvents {
    /// The group.
    pub log_group_name: String,
    /// Only what is in this text, whole and as it is written, such as `STOPPED`; a text with other characters than letters,
    /// digits and `_` stands in double quotes. Patterns of other kinds are not modelled.
    #[serde(default)]
    pub filter_pattern: Option<String>,
    /// Only what was written at this moment or later [ms since 1970].
    #[serde(default)]
    pub start_time: Option<i64>,
    /// Only what was written at this moment or before [ms since 1970].
    #[serde(default)]
    pub end_time: Option<i64>,
}

/// What FilterLogEvents answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilterLogEventsOutput {
    /// What was found.
    pub events: Vec<FilteredLogEvent>,
    /// Always empty, as AWS has it.
    pub searched_log_streams: Vec<()>,
}

/// `FilteredLogEvent`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilteredLogEvent {
    /// The stream.
    pub log_stream_name: String,
    /// When it happened [ms since 1970].
    pub timestamp: i64,
    /// What was written.
    pub message: String,
    /// When it came [ms since 1970].
    pub ingestion_time: i64,
    /// Its id.
    pub event_id: String,
}

impl Operation for FilterLogEvents {
    const SERVICE: &'static str = "logs";
    const NAME: &'static str = "FilterLogEvents";
    type Output = FilterLogEventsOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let Some(group) = world.logs.groups.get(&self.log_group_name) else {
            let error = ApiError::new("ResourceNotFoundException", "The specified log group does not exist.");
            return Err(error.at("logGroupName"));
        };
        let pattern = self.filter_pattern.unwrap_or_default();
        let quoted = pattern.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|it| !it.contains('"'));
        let plain = pattern.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let Some(wanted) = quoted.or(Some(&*pattern).filter(|_| plain)) else {
            let error = ApiError::invalid_parameter("Invalid filter pattern").at("filterPattern");
            return Err(error.help("Modelled is one text, in double quotes where it is more than a word."));
        };
        let account = &world.account;
        let entity = &self.log_group_name;
        let lines = group.lines.iter().enumerate().map(|(number, line)| FilteredLogEvent {
            log_stream_name: line.stream.clone(),
            timestamp: account.unix_millis(line.at),
            message: line.text.to_string(),
            ingestion_time: account.unix_millis(line.at),
            event_id: account.decimal("log-event", &format!("{entity}#{number}")),
        });
        let (start, end) = (self.start_time.unwrap_or(i64::MIN), self.end_time.unwrap_or(i64::MAX));
        let found = lines.filter(|line| (start..=end).contains(&line.timestamp) && line.message.contains(wanted));
        Ok(FilterLogEventsOutput { events: found.collect(), searched_log_streams: Vec::new() })
    }
}
