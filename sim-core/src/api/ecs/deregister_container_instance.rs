//! `ecs:DeregisterContainerInstance`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::container_instance::{self, ContainerInstanceDescription};
use super::find_cluster;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:DeregisterContainerInstance` — takes an instance out of its cluster; it goes on running in EC2 [CP-228].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeregisterContainerInstance {
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// Id or ARN; or its id in EC2, or this simulator's own short name, such as `instance#1`.
    pub container_instance: String,
    /// Although it has running tasks, which ECS gives up then; false unless set.
    #[serde(default)]
    pub force: bool,
}

/// What DeregisterContainerInstance answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeregisterContainerInstanceOutput {
    /// The instance, INACTIVE.
    pub container_instance: ContainerInstanceDescription,
}

/// `stoppedReason` of its tasks [CP-109].
const FORCED: &str = "Container instance deregistration forced by user";

impl Operation for DeregisterContainerInstance {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DeregisterContainerInstance";
    type Output = DeregisterContainerInstanceOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        let id = container_instance::find(world, cluster, &self.container_instance, "containerInstance")?;
        if !self.force && !world.ecs.instances[id].tasks.is_empty() {
            let message = "Found running tasks on the instance.";
            let error = ApiError::invalid_parameter(message).at("containerInstance");
            return Err(error.help("Let it drain first, or say --force."));
        }
        let cause = ctx.cause();
        world.lend(
            |w| &mut w.ecs,
            |ecs, peers| ctx.within(cause, |ctx| ecs.deregister_instance(id, FORCED, peers, ctx)),
        );
        Ok(DeregisterContainerInstanceOutput { container_instance: ContainerInstanceDescription::of(world, id, false) })
    }
}
