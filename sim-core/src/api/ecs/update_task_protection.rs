//! `ecs:UpdateTaskProtection`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::task_protection::{ProtectionFailure, ProtectionOutput};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:UpdateTaskProtection` — keeps tasks of a service from being stopped by a deployment or a smaller desired count, or
/// lets them go again [CP-143]. StopTask, failed checks and the loss of the host stop them all the same.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateTaskProtection {
    /// Name or ARN; required.
    pub cluster: String,
    /// Ids or ARNs, 1 to 10 [CP-014]; or this simulator's own short names, such as `web#1`.
    pub tasks: Vec<String>,
    /// Whether they are protected from now on.
    pub protection_enabled: bool,
    /// For how long [min]; 120 unless set, 1 to 2,880. Each call starts it anew.
    #[schemars(range(min = 1, max = 2880))]
    pub expires_in_minutes: Option<u32>,
}

impl Operation for UpdateTaskProtection {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "UpdateTaskProtection";
    type Output = ProtectionOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let minutes = self.expires_in_minutes.unwrap_or(120);
        if !(1..=2880).contains(&minutes) {
            let error = ApiError::invalid_parameter("expiresInMinutes must be from 1 to 2880.");
            return Err(error.at("expiresInMinutes"));
        }
        if self.tasks.is_empty() {
            return Err(ApiError::invalid_parameter("Tasks cannot be empty.").at("tasks"));
        }
        let mut output = ProtectionOutput::default();
        let until = self.protection_enabled.then(|| ctx.now() + Duration::from_secs(u64::from(minutes) * 60));
        for task in output.sift(world, Some(&self.cluster), &self.tasks, 10)? {
            let it = &world.ecs.tasks[task];
            let blocked = it.service.is_some_and(|service| world.ecs.services[service].protection_said.is_some());
            if blocked && self.protection_enabled {
                output.failures.push(ProtectionFailure {
                    arn: it.arn.clone(),
                    reason: "DEPLOYMENT_BLOCKED",
                    detail: Some("Protected tasks already keep the service from its steady state."),
                });
                continue;
            }
            world.ecs.protect(task, until, ctx);
            output.show(world, task, ctx.now());
        }
        Ok(output)
    }
}
