//! Where the tasks of a request run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::capacity_provider::{CapacityProviderStrategyItem, checked_strategy};
use crate::api::ApiError;
use crate::world::ecs::{Cluster, Strategy};

/// What tasks run on. Fargate is modelled; the others are refused where they are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LaunchType {
    /// Container instances; not modelled yet.
    Ec2,
    /// Fargate.
    Fargate,
    /// Machines of one's own; not modelled.
    External,
    /// Instances that ECS manages; not modelled.
    ManagedInstances,
}

/// Where the tasks of a request go: a strategy, empty for the launch type `FARGATE`. A launch type and a
/// strategy exclude each other; with neither, the cluster's default strategy counts, and without that it is EC2
/// [CP-162].
pub(crate) fn resolve(
    launch_type: Option<LaunchType>,
    items: &[CapacityProviderStrategyItem],
    cluster: &Cluster,
) -> Result<Strategy, ApiError> {
    match launch_type {
        Some(_) if !items.is_empty() => {
            let message = "Specifying both a launch type and capacity provider strategy is not supported. Remove one \
                           and try again.";
            Err(ApiError::invalid_parameter(message).at("launchType"))
        }
        Some(LaunchType::Fargate) => Ok(Strategy::new()),
        Some(_) => Err(only_fargate()),
        None if !items.is_empty() => checked_strategy(items, &cluster.providers, "capacityProviderStrategy"),
        None if !cluster.default_strategy.is_empty() => Ok(cluster.default_strategy.clone()),
        None => Err(only_fargate()),
    }
}

fn only_fargate() -> ApiError {
    let message = "The launch type EC2, which is also what ECS takes when nothing is said, is not modelled yet by this \
                   simulator; neither are EXTERNAL and MANAGED_INSTANCES.";
    ApiError::invalid_parameter(message).at("launchType").help("Say launchType FARGATE.")
}
