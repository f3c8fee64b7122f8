//! `ecs:UpdateContainerAgent`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{container_instance, find_cluster};
use crate::api::{ApiError, NoOutput, Operation};
use crate::world::{Ctx, World};

/// `ecs:UpdateContainerAgent` — asks the agent of a container instance to update itself. Instances start with the latest one here,
/// so that there never is an update.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateContainerAgent {
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// Id or ARN.
    pub container_instance: String,
}

impl Operation for UpdateContainerAgent {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "UpdateContainerAgent";
    type Output = NoOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        container_instance::find(world, cluster, &self.container_instance, "containerInstance")?;
        let message = "There is no update available for this container agent: it is of the latest version already.";
        Err(ApiError::new("NoUpdateAvailableException", message).at("containerInstance"))
    }
}
