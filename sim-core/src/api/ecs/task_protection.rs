//! Task scale-in protection as AWS describes it.

use serde::Serialize;

use super::{find_cluster, find_task};
use crate::api::ApiError;
use crate::engine::Time;
use crate::world::World;
use crate::world::ecs::TaskId;

/// `ProtectedTask`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProtectedTask {
    /// Which.
    pub task_arn: String,
    /// Whether it is protected at this moment.
    pub protection_enabled: bool,
    /// Until when; none when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration_date: Option<String>,
}

/// Why a task has no protection to be spoken of.
#[derive(Clone, Debug, Serialize)]
pub struct ProtectionFailure {
    /// Which.
    pub arn: String,
    /// `MISSING`, `TASK_NOT_VALID` or `DEPLOYMENT_BLOCKED` [CP-143][CP-144].
    pub reason: &'static str,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'static str>,
}

/// What both operations answer.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProtectionOutput {
    /// Tasks of services that run.
    pub protected_tasks: Vec<ProtectedTask>,
    /// The others.
    pub failures: Vec<ProtectionFailure>,
}

impl ProtectionOutput {
    /// The tasks of services among those that are named; the others are failures already.
    pub(super) fn sift(
        &mut self,
        world: &World,
        cluster: Option<&str>,
        names: &[String],
        max: usize,
    ) -> Result<Vec<TaskId>, ApiError> {
        let cluster = find_cluster(world, cluster)?;
        if names.len() > max {
            return Err(ApiError::invalid_parameter(format!("tasks can have at most {max} items.")).at("tasks"));
        }
        let mut tasks = Vec::new();
        for (index, name) in names.iter().enumerate() {
            match find_task(world, cluster, name, &format!("tasks[{index}]"))? {
                None => {
                    let missing = super::failure::Failure::missing(
                        world,
                        &format!("task/{}", world.ecs.clusters[cluster].name),
                        name,
                    );
                    let arn = missing.arn.unwrap_or_default();
                    self.failures.push(ProtectionFailure { arn, reason: "MISSING", detail: None });
                }
                Some(task) if world.ecs.tasks[task].service.is_none() || world.ecs.tasks[task].stopping.is_some() => {
                    self.failures.push(ProtectionFailure {
                        arn: world.ecs.tasks[task].arn.clone(),
                        reason: "TASK_NOT_VALID",
                        detail: Some("The task is not a running task of a service."),
                    });
                }
                Some(task) => tasks.push(task),
            }
        }
        Ok(tasks)
    }

    pub(super) fn show(&mut self, world: &World, task: TaskId, now: Time) {
        let it = &world.ecs.tasks[task];
        let until = it.protected_until.filter(|&until| now < until);
        self.protected_tasks.push(ProtectedTask {
            task_arn: it.arn.clone(),
            protection_enabled: until.is_some(),
            expiration_date: until.map(|until| world.account.wall(until)),
        });
    }
}
