//! `ecs:GetTaskProtection`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::find_cluster;
use super::task_protection::ProtectionOutput;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:GetTaskProtection` — says which tasks of a service are protected, and until when.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetTaskProtection {
    /// Name or ARN; required.
    pub cluster: String,
    /// Ids or ARNs, at most 100 [CP-014]; all tasks of the cluster's services when none is named.
    #[serde(default)]
    pub tasks: Vec<String>,
}

impl Operation for GetTaskProtection {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "GetTaskProtection";
    type Output = ProtectionOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, Some(&self.cluster))?;
        let mut output = ProtectionOutput::default();
        let tasks = if self.tasks.is_empty() {
            let of_service = |&task: &_| {
                let it = &world.ecs.tasks[task];
                it.service.is_some() && it.stopping.is_none()
            };
            world.ecs.live_tasks(cluster).filter(of_service).collect()
        } else {
            output.sift(world, Some(&self.cluster), &self.tasks, 100)?
        };
        for task in tasks {
            output.show(world, task, ctx.now());
        }
        Ok(output)
    }
}
