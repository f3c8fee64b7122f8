//! Capacity provider strategies: which providers take which part of the tasks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::world::ecs::{Strategy, StrategyItem};

/// One provider's part of the tasks.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CapacityProviderStrategyItem {
    /// `FARGATE`; `FARGATE_SPOT` and Auto Scaling groups are not modelled yet.
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
const FARGATE_PROVIDERS: [&str; 2] = ["FARGATE", "FARGATE_SPOT"];

/// The providers that a cluster may use.
pub(crate) fn checked_providers(providers: &[String]) -> Result<Vec<String>, ApiError> {
    for (index, provider) in providers.iter().enumerate() {
        if !FARGATE_PROVIDERS.contains(&provider.as_str()) {
            let message = format!(
                "The specified capacity provider '{provider}' was not found. Specify a valid name or ARN and try again."
            );
            let error = ApiError::invalid_parameter(message).at(format!("capacityProviders[{index}]"));
            return Err(error.help("Capacity providers of Auto Scaling groups are not modelled yet."));
        }
    }
    Ok(providers.to_vec())
}

/// A strategy whose providers are among those of the cluster. `place` is the field that holds it.
pub(crate) fn checked_strategy(
    items: &[CapacityProviderStrategyItem],
    providers: &[String],
    place: &str,
) -> Result<Strategy, ApiError> {
    let error = |message: &str| ApiError::invalid_parameter(message).at(place);
    for (index, item) in items.iter().enumerate() {
        let here = |error: ApiError| error.at(format!("{place}[{index}].capacityProvider"));
        if item.weight > 1000 || item.base > 100_000 {
            return Err(error("A strategy item has a weight of 0 to 1000 and a base of 0 to 100000."));
        }
        if !providers.contains(&item.capacity_provider) {
            let message = "The specified capacity provider strategy cannot contain a capacity provider that is not \
                           associated with the cluster. Associate the capacity provider with the cluster and try again.";
            return Err(here(error(message)).help("Name it in the cluster's capacityProviders."));
        }
        if item.capacity_provider == "FARGATE_SPOT" {
            return Err(here(error("FARGATE_SPOT is not modelled yet by this simulator.")).help("Use FARGATE."));
        }
    }
    if items.iter().filter(|item| item.base > 0).count() > 1 {
        return Err(error("Only one capacity provider in a strategy can have a base."));
    }
    if !items.is_empty() && items.iter().all(|item| item.weight == 0) {
        return Err(error("At least one capacity provider of a strategy must have a weight above 0."));
    }
    let kept = |item: &CapacityProviderStrategyItem| StrategyItem {
        provider: item.capacity_provider.clone(),
        base: item.base,
        weight: item.weight,
    };
    Ok(items.iter().map(kept).collect())
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
