//! Capacity provider strategies: which providers take which part of the tasks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::world::World;
use crate::world::ecs::{ClusterId, Ecs, Launch, ProviderId, Service, Strategy, StrategyItem};

/// One provider's part of the tasks.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CapacityProviderStrategyItem {
    /// `FARGATE`, or a capacity provider of an Auto Scaling group, by name; `FARGATE_SPOT` is not modelled.
    pub capacity_provider: String,
    /// Share of the tasks [relative]; 0 unless set, 0 to 1,000.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1000))]
    pub weight: u32,
    /// Tasks that this provider takes before weights count [count]; 0 unless set, 0 to 100,000.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100_000))]
    pub base: u32,
}

/// The two providers that every account has.
pub(super) const FARGATE_PROVIDERS: [&str; 2] = ["FARGATE", "FARGATE_SPOT"];
/// Providers of a cluster, and entries of a strategy [count] [CA-119].
const PROVIDERS_MAX: usize = 20;

/// The name of a provider that there is, be it named by name or by ARN.
fn known(name: &str, ecs: &Ecs) -> Option<String> {
    let of_fargate = FARGATE_PROVIDERS.into_iter().find(|known| *known == name);
    let of_group = || ecs.provider_named(name).map(|id| ecs.providers[id].name.clone());
    of_fargate.map(str::to_owned).or_else(of_group)
}

/// The providers that a cluster may use.
pub(crate) fn checked_providers(providers: &[String], ecs: &Ecs) -> Result<Vec<String>, ApiError> {
    if providers.len() > PROVIDERS_MAX {
        let message = format!("A cluster can have at most {PROVIDERS_MAX} capacity providers.");
        return Err(ApiError::invalid_parameter(message).at("capacityProviders"));
    }
    let mut names: Vec<String> = Vec::new();
    for (index, provider) in providers.iter().enumerate() {
        let Some(name) = known(provider, ecs) else {
            let message = format!(
                "The specified capacity provider '{provider}' was not found. Specify a valid name or ARN and try again."
            );
            let error = ApiError::invalid_parameter(message).at(format!("capacityProviders[{index}]"));
            let own = ecs.providers.iter().filter(|(_, it)| it.deleted.is_none()).map(|(_, it)| it.name.as_str());
            let all: Vec<&str> = FARGATE_PROVIDERS.into_iter().chain(own).collect();
            return Err(error.help(format!("There are {}; CreateCapacityProvider makes others.", all.join(", "))));
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// A provider with managed scaling belongs to one cluster only [CA-152]: `cluster` is the one that is to have these, if it
/// is there already.
pub(crate) fn check_alone(providers: &[String], cluster: Option<ClusterId>, ecs: &Ecs) -> Result<(), ApiError> {
    for (index, name) in providers.iter().enumerate() {
        let Some(id) = ecs.provider_named(name) else { continue };
        let elsewhere = ecs.cluster_of(id).filter(|&other| Some(other) != cluster);
        if let Some(other) = elsewhere.filter(|_| ecs.providers[id].settings.scaling.enabled) {
            let other = &ecs.clusters[other].name;
            let message = format!(
                "The specified capacity provider {name} uses managed scaling and is associated with the cluster {other}. A \
                 capacity provider with managed scaling can be associated with one cluster only."
            );
            return Err(ApiError::invalid_parameter(message).at(format!("capacityProviders[{index}]")));
        }
    }
    Ok(())
}

/// A strategy whose providers are among those of the cluster. `place` is the field that holds it.
pub(crate) fn checked_strategy(
    items: &[CapacityProviderStrategyItem],
    providers: &[String],
    place: &str,
    ecs: &Ecs,
) -> Result<Strategy, ApiError> {
    let error = |message: &str| ApiError::invalid_parameter(message).at(place);
    if items.len() > PROVIDERS_MAX {
        return Err(error("A strategy can have at most 20 capacity providers."));
    }
    let mut strategy = Strategy::new();
    for (index, item) in items.iter().enumerate() {
        let here = |error: ApiError| error.at(format!("{place}[{index}].capacityProvider"));
        // [CA-120]
        if item.weight > 1000 || item.base > 100_000 {
            return Err(error("A strategy item has a weight of 0 to 1000 and a base of 0 to 100000."));
        }
        let name = known(&item.capacity_provider, ecs).filter(|name| providers.contains(name));
        let Some(provider) = name else {
            let message = "The specified capacity provider strategy cannot contain a capacity provider that is not \
                           associated with the cluster. Associate the capacity provider with the cluster and try again.";
            return Err(here(error(message)).help("Name it in the cluster's capacityProviders."));
        };
        if provider == "FARGATE_SPOT" {
            return Err(here(error("FARGATE_SPOT is not modelled yet by this simulator.")).help("Use FARGATE."));
        }
        strategy.push(StrategyItem { provider, base: item.base, weight: item.weight });
    }
    let of_fargate = strategy.iter().filter(|item| is_fargate(item)).count();
    // [CA-119]
    if of_fargate > 0 && of_fargate < strategy.len() {
        let message = "A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups \
                       and Fargate providers. Specify one or the other and try again.";
        return Err(error(message));
    }
    if items.iter().filter(|item| item.base > 0).count() > 1 {
        return Err(error("Only one capacity provider in a strategy can have a base."));
    }
    // [CA-121]
    if !items.is_empty() && items.iter().all(|item| item.weight == 0) {
        return Err(error("At least one capacity provider of a strategy must have a weight above 0."));
    }
    Ok(strategy)
}

/// The provider of an Auto Scaling group that a request names; `place` is the field that does.
pub(super) fn find(world: &World, name: &str, place: &str) -> Result<ProviderId, ApiError> {
    world.ecs.provider_named(name).ok_or_else(|| {
        let message = "The specified capacity provider does not exist. Specify a valid name or ARN and try again.";
        ApiError::client(message).at(place)
    })
}

fn is_fargate(item: &StrategyItem) -> bool {
    FARGATE_PROVIDERS.contains(&item.provider.as_str())
}

/// What the tasks of a strategy run on.
pub(crate) fn launch(strategy: &Strategy) -> Launch {
    if strategy.iter().all(is_fargate) { Launch::Fargate } else { Launch::Ec2 }
}

/// Whether a service may have another strategy from now on [CA-125].
pub(super) fn check_change(service: &Service, strategy: &Strategy, force: bool) -> Result<(), ApiError> {
    let error = |message: &str| Err(ApiError::invalid_parameter(message).at("capacityProviderStrategy"));
    if !strategy.is_empty() && launch(strategy) != service.launch {
        return error(
            "A service that is using a Fargate capacity provider or launch type cannot be updated to use an Auto Scaling \
             group capacity provider, nor the other way round.",
        );
    }
    if service.stored.strategy.is_empty() && !strategy.is_empty() && !force {
        return error(
            "You must force a new deployment when changing a service from a launch type to a capacity provider strategy.",
        );
    }
    Ok(())
}

/// A strategy as AWS describes it.
pub(crate) fn described(strategy: &Strategy) -> Vec<CapacityProviderStrategyItem> {
    let item = |item: &StrategyItem| CapacityProviderStrategyItem {
        capacity_provider: item.provider.clone(),
        weight: item.weight,
        base: item.base,
    };
    strategy.iter().map(item).collect()
}
