//! `ecs:UpdateContainerInstancesState`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::container_instance::{self, ContainerInstanceDescription};
use super::failure::Failure;
use super::find_cluster;
use crate::api::{ApiError, Operation};
use crate::world::ecs::InstanceStatus;
use crate::world::{Ctx, World};

/// `ecs:UpdateContainerInstancesState` — lets container instances drain, or take tasks again [CP-224][CA-062].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateContainerInstancesState {
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// Ids or ARNs, 1 to 10; or ids of EC2, or this simulator's own short names, such as `instance#1`.
    pub container_instances: Vec<String>,
    /// `DRAINING`: no new tasks, and services replace theirs elsewhere [CP-229]. `ACTIVE`: tasks again.
    pub status: WantedStatus,
}

/// `status` that can be asked for [CP-224].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WantedStatus {
    /// It takes tasks.
    Active,
    /// It takes none any more.
    Draining,
}

/// What UpdateContainerInstancesState answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateContainerInstancesStateOutput {
    /// Those that are so now.
    pub container_instances: Vec<ContainerInstanceDescription>,
    /// The others.
    pub failures: Vec<Failure>,
}

impl Operation for UpdateContainerInstancesState {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "UpdateContainerInstancesState";
    type Output = UpdateContainerInstancesStateOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        container_instance::check_count(&self.container_instances, 10, "instanceIds")?;
        let wanted = match self.status {
            WantedStatus::Active => InstanceStatus::Active,
            WantedStatus::Draining => InstanceStatus::Draining,
        };
        let mut output = UpdateContainerInstancesStateOutput { container_instances: Vec::new(), failures: Vec::new() };
        let kind = format!("container-instance/{}", world.ecs.clusters[cluster].name);
        let cause = ctx.cause();
        for name in &self.container_instances {
            match world.ecs.instance_named(cluster, name) {
                Some(id) if world.ecs.instances[id].status == InstanceStatus::Inactive => {
                    let arn = Some(world.ecs.instances[id].arn.clone());
                    output.failures.push(Failure { arn, reason: "INACTIVE" });
                }
                Some(id) => {
                    ctx.within(cause, |ctx| world.ecs.set_instance_status(id, wanted, ctx));
                    output.container_instances.push(ContainerInstanceDescription::of(world, id, false));
                }
                None => output.failures.push(Failure::missing(world, &kind, name)),
            }
        }
        Ok(output)
    }
}
