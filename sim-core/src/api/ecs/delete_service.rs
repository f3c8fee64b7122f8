//! `ecs:DeleteService`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::service::ServiceDescription;
use super::{find_cluster, find_service};
use crate::api::{ApiError, Operation};
use crate::world::ecs::ServiceStatus;
use crate::world::{Ctx, World};

/// `ecs:DeleteService` — stops a service's tasks and then the service. It is DRAINING until its tasks are at least
/// STOPPING, and INACTIVE from then on [CP-009].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteService {
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// Name or ARN.
    pub service: String,
    /// Whether to delete it although it wants tasks; false unless set [CP-010].
    #[serde(default)]
    pub force: bool,
}

/// What DeleteService answers.
#[derive(Clone, Debug, Serialize)]
pub struct DeleteServiceOutput {
    /// The service.
    pub service: ServiceDescription,
}

impl Operation for DeleteService {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DeleteService";
    type Output = DeleteServiceOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        let id = find_service(world, cluster, &self.service, "service")?;
        let service = &world.ecs.services[id];
        match service.status {
            ServiceStatus::Inactive => {
                return Err(ApiError::new("ServiceNotFoundException", "Service not found.").at("service"));
            }
            ServiceStatus::Active if service.desired_count > 0 && !self.force => {
                let message = "The service cannot be stopped while it is scaled above 0.";
                let error = ApiError::invalid_parameter(message).at("service");
                return Err(error.help("Set the desired count to 0 first, or say force."));
            }
            _ => {}
        }
        world.ecs.delete_service(id, ctx);
        Ok(DeleteServiceOutput { service: ServiceDescription::of(world, id, false) })
    }
}
