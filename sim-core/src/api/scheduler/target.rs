//! What a schedule calls: RunTask.

use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::validation;
use crate::api::ecs_target::{EcsParameters, is_cluster, is_task_definition};
use crate::api::{ApiError, NotModelled, run_as};
use crate::world::World;
use crate::world::eventbridge::{Call, RetryPolicy};

/// Who assumes a schedule's role.
const PRINCIPAL: &str = "scheduler.amazonaws.com";

/// `Target`: a cluster, and the task that runs in it. Other targets are not modelled.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Target {
    /// The ARN of the cluster.
    pub arn: String,
    /// The ARN of the role as which RunTask is called. It trusts `scheduler.amazonaws.com`, may call `ecs:RunTask`, and may
    /// pass the roles of the task.
    pub role_arn: String,
    /// What runs; required, as only ECS is modelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ecs_parameters: Option<EcsParameters>,
    /// RunTask's `overrides`, as JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// How often and how long a call that failed is made again.
    #[serde(default)]
    pub retry_policy: Retry,
    /// Where calls go that were given up; not modelled.
    #[serde(default, skip_serializing)]
    pub dead_letter_config: NotModelled,
    /// Another target; not modelled.
    #[serde(default, skip_serializing)]
    pub event_bridge_parameters: NotModelled,
    /// Another target; not modelled.
    #[serde(default, skip_serializing)]
    pub kinesis_parameters: NotModelled,
    /// Another target; not modelled.
    #[serde(default, skip_serializing)]
    pub sage_maker_pipeline_parameters: NotModelled,
    /// Another target; not modelled.
    #[serde(default, skip_serializing)]
    pub sqs_parameters: NotModelled,
}

/// `RetryPolicy` [CP-164].
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Retry {
    /// How long a call is tried [s]; 86,400 unless set, 60 to 86,400.
    #[serde(default = "day")]
    #[schemars(range(min = 60, max = 86_400))]
    pub maximum_event_age_in_seconds: u32,
    /// How often it is made again [count]; 185 unless set, 0 to 185.
    #[serde(default = "retries")]
    #[schemars(range(min = 0, max = 185))]
    pub maximum_retry_attempts: u32,
}

fn day() -> u32 {
    86_400
}

fn retries() -> u32 {
    185
}

impl Default for Retry {
    fn default() -> Self {
        Retry { maximum_event_age_in_seconds: day(), maximum_retry_attempts: retries() }
    }
}

impl Retry {
    /// As the world keeps it; `place` is the field that says it.
    pub(crate) fn checked(self, place: &str) -> Result<RetryPolicy, ApiError> {
        let fault = |field: &str, value: u32, range: &str| {
            let message = format!(
                "1 validation error detected: Value '{value}' at '{place}.{field}' failed to satisfy constraint: \
                 Member must have value {range}"
            );
            validation(message).at(format!("{place}.{field}"))
        };
        let Retry { maximum_event_age_in_seconds: age, maximum_retry_attempts: attempts } = self;
        if !(60..=86_400).contains(&age) {
            return Err(fault("MaximumEventAgeInSeconds", age, "between 60 and 86400"));
        }
        if attempts > 185 {
            return Err(fault("MaximumRetryAttempts", attempts, "less than or equal to 185"));
        }
        Ok(RetryPolicy { attempts, age: Duration::from_secs(u64::from(age)) })
    }
}

impl Target {
    /// The call that the schedule of this name makes.
    pub(super) fn call(&self, name: &str, world: &World) -> Result<Arc<Call>, ApiError> {
        if !is_cluster(&self.arn, world) {
            let error = validation("Provided Arn is not in correct format.").at("Target.Arn");
            let example = world.account.arn("ecs", "cluster/demo");
            return Err(error.help(format!("Only clusters of ECS are modelled as targets: {example}.")));
        }
        let Some(parameters) = &self.ecs_parameters else {
            let message = "EcsParameters are required when the target is an ECS cluster.";
            return Err(validation(message).at("Target.EcsParameters"));
        };
        if !is_task_definition(&parameters.task_definition_arn, world) {
            let error = validation("Provided TaskDefinitionArn is not in correct format.");
            let example = world.account.arn("ecs", "task-definition/job");
            return Err(error.at("Target.EcsParameters.TaskDefinitionArn").help(format!("Write it as {example}.")));
        }
        if !(1..=10).contains(&parameters.task_count) {
            let message = format!(
                "1 validation error detected: Value '{}' at 'target.ecsParameters.taskCount' failed to satisfy \
                 constraint: Member must have value between 1 and 10",
                parameters.task_count
            );
            return Err(validation(message).at("Target.EcsParameters.TaskCount"));
        }
        let source_arn = world.account.arn("scheduler", "schedule-group/default");
        let role = world.iam.roles.iter().find(|(_, role)| role.arn == self.role_arn).map(|(id, _)| id);
        let role = role.filter(|&role| world.iam.may_assume_for(role, PRINCIPAL, &source_arn).is_ok());
        let Some(role) = role else {
            let message = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.";
            let help = format!("The role's trust policy must let {PRINCIPAL} call sts:AssumeRole.");
            return Err(validation(message).at("Target.RoleArn").help(help));
        };
        let retry = self.retry_policy.checked("Target.RetryPolicy")?;
        let started_by = format!("chronos-schedule/{name}");
        let input = parameters.run_task(&self.arn, &started_by, self.input.as_deref(), "Target")?;
        Ok(Arc::new(Call {
            described: json!(self),
            role,
            principal: PRINCIPAL,
            source_arn,
            input,
            retry,
            gives_up_at_once: false,
            run: run_as::run_task,
        }))
    }
}
