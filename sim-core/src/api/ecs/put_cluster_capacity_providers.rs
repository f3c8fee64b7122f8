//! `ecs:PutClusterCapacityProviders`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::capacity_provider::{CapacityProviderStrategyItem, check_alone, checked_providers, checked_strategy};
use super::cluster::ClusterDescription;
use super::find_cluster;
use crate::api::{ApiError, Operation};
use crate::world::ecs::{ClusterId, Ecs, ServiceStatus};
use crate::world::{Ctx, World};

/// `ecs:PutClusterCapacityProviders` — says anew which capacity providers a cluster has, and where tasks go whose
/// request says neither launch type nor strategy [CP-162][CA-126]. What runs already stays where it is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutClusterCapacityProviders {
    /// Name or ARN.
    pub cluster: String,
    /// `FARGATE`, `FARGATE_SPOT`, and capacity providers of Auto Scaling groups: all that the cluster has from now on. One in use cannot be left out.
    pub capacity_providers: Vec<String>,
    /// The default strategy from now on; empty for none.
    pub default_capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
}

/// What PutClusterCapacityProviders answers.
#[derive(Clone, Debug, Serialize)]
pub struct PutClusterCapacityProvidersOutput {
    /// The cluster.
    pub cluster: ClusterDescription,
}

/// Whether a service or a task of the cluster was placed by a strategy with this provider.
fn is_in_use(ecs: &Ecs, cluster: ClusterId, provider: &str) -> bool {
    let names = |strategy: &[crate::world::ecs::StrategyItem]| strategy.iter().any(|item| item.provider == provider);
    let services = ecs.clusters[cluster].services.iter().map(|&service| &ecs.services[service]);
    let mut active = services.filter(|service| service.status != ServiceStatus::Inactive);
    active.any(|service| names(&service.stored.strategy))
        || ecs.live_tasks(cluster).any(|task| names(ecs.strategy_of(task)))
}

impl Operation for PutClusterCapacityProviders {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "PutClusterCapacityProviders";
    type Output = PutClusterCapacityProvidersOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, Some(&self.cluster))?;
        let providers = checked_providers(&self.capacity_providers, &world.ecs)?;
        let place = "defaultCapacityProviderStrategy";
        let strategy = checked_strategy(&self.default_capacity_provider_strategy, &providers, place, &world.ecs)?;
        check_alone(&providers, Some(cluster), &world.ecs)?;
        let removed = world.ecs.clusters[cluster].providers.iter().filter(|old| !providers.contains(old));
        if let Some(used) = removed.clone().find(|old| is_in_use(&world.ecs, cluster, old)) {
            let message = "The specified capacity provider is in use and cannot be removed.";
            let help = format!("Tasks or services of the cluster were placed by a strategy with {used}.");
            return Err(ApiError::new("ResourceInUseException", message).at("capacityProviders").help(help));
        }
        let it = &mut world.ecs.clusters[cluster];
        (it.providers, it.default_strategy) = (providers, strategy);
        world.follow_providers(ctx);
        Ok(PutClusterCapacityProvidersOutput { cluster: ClusterDescription::of(world, cluster) })
    }
}
