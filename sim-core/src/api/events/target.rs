//! What a rule calls: RunTask, or a log group that keeps the event.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::validation;
use crate::api::ecs_target::{EcsParameters, is_cluster, is_task_definition};
use crate::api::scheduler::Retry;
use crate::api::{ApiError, NotModelled, run_as};
use crate::world::World;
use crate::world::eventbridge::{self, Call, Rule};

/// Who assumes a target's role.
const PRINCIPAL: &str = "events.amazonaws.com";

/// `Target`. Others than clusters of ECS and log groups are not modelled.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Target {
    /// Unique in the rule: 1–64 letters, digits and `.-_`.
    pub id: String,
    /// The ARN of a cluster of ECS, or of a log group.
    pub arn: String,
    /// The ARN of the role as which RunTask is called; required for a cluster. It trusts `events.amazonaws.com`, may call
    /// `ecs:RunTask`, and may pass the roles of the task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// What runs; required for a cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ecs_parameters: Option<EcsParameters>,
    /// RunTask's `overrides`, as JSON text; only for a cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// How often and how long a call that failed is made again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_policy: Option<Retry>,
    /// A part of the event as the input; not modelled.
    #[serde(default, skip_serializing)]
    pub input_path: NotModelled,
    /// An input made of parts of the event; not modelled.
    #[serde(default, skip_serializing)]
    pub input_transformer: NotModelled,
    /// Where calls go that were given up; not modelled.
    #[serde(default, skip_serializing)]
    pub dead_letter_config: NotModelled,
    /// Another target; not modelled.
    #[serde(default, skip_serializing)]
    pub kinesis_parameters: NotModelled,
    /// Another target; not modelled.
    #[serde(default, skip_serializing)]
    pub run_command_parameters: NotModelled,
    /// Another target; not modelled.
    #[serde(default, skip_serializing)]
    pub batch_parameters: NotModelled,
    /// Another target; not modelled.
    #[serde(default, skip_serializing)]
    pub sqs_parameters: NotModelled,
    /// Another target; not modelled.
    #[serde(default, skip_serializing)]
    pub http_parameters: NotModelled,
    /// Another target; not modelled.
    #[serde(default, skip_serializing)]
    pub redshift_data_parameters: NotModelled,
    /// Another target; not modelled.
    #[serde(default, skip_serializing)]
    pub sage_maker_pipeline_parameters: NotModelled,
    /// Another target; not modelled.
    #[serde(default, skip_serializing)]
    pub app_sync_parameters: NotModelled,
}

impl Target {
    /// As the world keeps it; `place` is where it stands in the request.
    pub(super) fn checked(&self, rule: &Rule, place: &str, world: &World) -> Result<eventbridge::Target, ApiError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
        if !(1..=64).contains(&self.id.len()) || !self.id.chars().all(allowed) {
            let message = format!(
                "1 validation error detected: Value '{}' at 'targets.1.member.id' failed to satisfy constraint: Member must \
                 satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+",
                self.id
            );
            return Err(validation(message).at(format!("{place}.Id")));
        }
        let groups = world.account.arn("logs", "log-group:");
        if let Some(group) = self.arn.strip_prefix(&groups) {
            let group = group.strip_suffix(":*").unwrap_or(group).to_owned();
            let unfit = [("RoleArn", self.role_arn.is_some()), ("EcsParameters", self.ecs_parameters.is_some())];
            let unfit = unfit.into_iter().chain([("Input", self.input.is_some())]);
            if let Some((field, _)) = unfit.into_iter().find(|(_, given)| *given) {
                let message = format!("{field} is not supported for target {}.", self.arn);
                return Err(validation(message).at(format!("{place}.{field}")));
            }
            return Ok(eventbridge::Target::LogGroup { described: json!(self), group });
        }
        if !is_cluster(&self.arn, world) {
            let error = validation(format!(
                "Parameter {} is not valid. Reason: Provided Arn is not in correct format.",
                self.arn
            ));
            let example = world.account.arn("ecs", "cluster/demo");
            let help = format!("Modelled are clusters of ECS ({example}) and log groups ({groups}/aws/events/ecs).");
            return Err(error.at(format!("{place}.Arn")).help(help));
        }
        let Some(parameters) = &self.ecs_parameters else {
            let message = format!("Parameter(s) EcsParameters must be specified for target: {}.", self.id);
            return Err(validation(message).at(format!("{place}.EcsParameters")));
        };
        if !is_task_definition(&parameters.task_definition_arn, world) {
            let arn = &parameters.task_definition_arn;
            let message = format!("Parameter {arn} is not valid. Reason: Provided Arn is not in correct format.");
            return Err(validation(message).at(format!("{place}.EcsParameters.TaskDefinitionArn")));
        }
        let Some(role_arn) = &self.role_arn else {
            let message = format!("RoleArn is required for target {}.", self.arn);
            return Err(validation(message).at(format!("{place}.RoleArn")));
        };
        let found = world.iam.roles.iter().find(|(_, role)| role.arn == *role_arn);
        let Some((role, _)) = found else {
            let message = format!("Parameter {role_arn} is not valid. Reason: There is no such role.");
            return Err(validation(message).at(format!("{place}.RoleArn")));
        };
        let retry = self.retry_policy.unwrap_or_default().checked(&format!("{place}.RetryPolicy"))?;
        let started_by = format!("events-rule/{}", rule.name);
        let input = parameters.run_task(&self.arn, &started_by, self.input.as_deref(), place)?;
        Ok(eventbridge::Target::RunTask(Arc::new(Call {
            described: json!(self),
            role,
            principal: PRINCIPAL,
            source_arn: rule.arn.clone(),
            input,
            retry,
            gives_up_at_once: true,
            run: run_as::run_task,
        })))
    }
}
