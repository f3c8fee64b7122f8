//! Where the tasks of a request run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::capacity_provider::{self, CapacityProviderStrategyItem, checked_strategy};
use crate::api::ApiError;
use crate::world::ecs::{Cluster, Ecs, Launch, Strategy};

/// What tasks run on. Fargate and EC2 are modelled; the others are refused where they are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LaunchType {
    /// Container instances.
    Ec2,
    /// Fargate.
    Fargate,
    /// Machines of one's own; not modelled.
    External,
    /// Instances that ECS manages; not modelled.
    ManagedInstances,
}

impl LaunchType {
    /// As AWS describes it.
    pub(crate) fn of(launch: Launch) -> LaunchType {
        match launch {
            Launch::Fargate => LaunchType::Fargate,
            Launch::Ec2 => LaunchType::Ec2,
        }
    }
}

/// Where the tasks of a request go: a launch type, and a strategy, empty for a launch type of its own. A launch type and a
/// strategy exclude each other; with neither, the cluster's default strategy counts, and without that it is EC2
/// [CP-162].
pub(crate) fn resolve(
    launch_type: Option<LaunchType>,
    items: &[CapacityProviderStrategyItem],
    cluster: &Cluster,
    ecs: &Ecs,
) -> Result<(Launch, Strategy), ApiError> {
    match launch_type {
        Some(_) if !items.is_empty() => {
            let message = "Specifying both a launch type and capacity provider strategy is not supported. Remove one \
                           and try again.";
            Err(ApiError::invalid_parameter(message).at("launchType"))
        }
        Some(LaunchType::Fargate) => Ok((Launch::Fargate, Strategy::new())),
        Some(LaunchType::Ec2) => Ok((Launch::Ec2, Strategy::new())),
        Some(_) => {
            let message = "The launch types EXTERNAL and MANAGED_INSTANCES are not modelled by this simulator.";
            Err(ApiError::invalid_parameter(message).at("launchType").help("Say FARGATE or EC2."))
        }
        None if !items.is_empty() => {
            let strategy = checked_strategy(items, &cluster.providers, "capacityProviderStrategy", ecs)?;
            Ok((capacity_provider::launch(&strategy), strategy))
        }
        None if !cluster.default_strategy.is_empty() => {
            Ok((capacity_provider::launch(&cluster.default_strategy), cluster.default_strategy.clone()))
        }
        None => Ok((Launch::Ec2, Strategy::new())),
    }
}
