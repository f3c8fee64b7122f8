//! `ecs:StopTask`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::task::TaskDescription;
use super::{find_cluster, find_task};
use crate::api::{ApiError, Operation};
use crate::world::ecs::StopCode;
use crate::world::{Ctx, World};

/// `ecs:StopTask` — asks a task to stop, and answers while it still does [CP-101].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StopTask {
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// Id or ARN; or this simulator's own short name, such as `web#1` for the first task of the service `web`.
    pub task: String,
    /// What `stoppedReason` is to say; `Task stopped by user` unless set [CP-110].
    pub reason: Option<String>,
}

/// What StopTask answers.
#[derive(Clone, Debug, Serialize)]
pub struct StopTaskOutput {
    /// The task.
    pub task: TaskDescription,
}

impl Operation for StopTask {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "StopTask";
    type Output = StopTaskOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        let error = |message: &str| ApiError::invalid_parameter(message).at("task");
        let found = find_task(world, cluster, &self.task, "task")?;
        let task = found.ok_or_else(|| error("The referenced task was not found."))?;
        let reason = self.reason.as_deref().filter(|reason| !reason.is_empty()).unwrap_or("Task stopped by user");
        let cause = ctx.cause();
        world.lend(
            |w| &mut w.ecs,
            |ecs, peers| {
                ctx.within(cause, |ctx| ecs.stop_task(task, StopCode::UserInitiated, reason, peers, ctx));
            },
        );
        Ok(StopTaskOutput { task: TaskDescription::of(world, task, false) })
    }
}
