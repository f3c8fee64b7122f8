//! `ecs:DeleteCapacityProvider`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::capacity_provider::{self, FARGATE_PROVIDERS};
use super::capacity_provider_description::CapacityProviderDescription;
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::{Ctx, World};

/// `ecs:DeleteCapacityProvider` — a provider that no cluster has any more. Its group stays.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteCapacityProvider {
    /// Name or ARN.
    pub capacity_provider: String,
    /// For Managed Instances; not modelled.
    #[serde(default)]
    pub cluster: NotModelled,
}

/// What DeleteCapacityProvider answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteCapacityProviderOutput {
    /// What is left of it.
    pub capacity_provider: CapacityProviderDescription,
}

impl Operation for DeleteCapacityProvider {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DeleteCapacityProvider";
    type Output = DeleteCapacityProviderOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        if FARGATE_PROVIDERS.contains(&self.capacity_provider.as_str()) {
            let message = "The specified capacity provider is reserved and cannot be deleted.";
            return Err(ApiError::client(message).at("capacityProvider"));
        }
        let id = capacity_provider::find(world, &self.capacity_provider, "capacityProvider")?;
        if let Some(cluster) = world.ecs.cluster_of(id) {
            let cluster = &world.ecs.clusters[cluster].name;
            let message = format!(
                "The specified capacity provider cannot be deleted because it is associated with cluster: {cluster}. Remove \
                 the capacity provider from the cluster and try again."
            );
            let help = "PutClusterCapacityProviders says anew which providers a cluster has.";
            return Err(ApiError::client(message).at("capacityProvider").help(help));
        }
        world.ecs.delete_provider(id, ctx);
        Ok(DeleteCapacityProviderOutput { capacity_provider: CapacityProviderDescription::of(world, id, true) })
    }
}
