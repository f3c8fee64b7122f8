//! Options that CreateService, UpdateService and RunTask share, and what Fargate says to them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::placement::PlacementStrategy;
use crate::api::ApiError;
use crate::world::ecs::{self, Launch, Placement, Scheduling};

/// `propagateTags`: whose tags the tasks get.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PropagateTags {
    /// Nobody's.
    None,
    /// The service's.
    Service,
    /// The task definition's.
    TaskDefinition,
}

impl PropagateTags {
    /// As the world keeps it.
    pub(crate) fn kept(self) -> ecs::PropagateTags {
        match self {
            PropagateTags::None => ecs::PropagateTags::None,
            PropagateTags::Service => ecs::PropagateTags::Service,
            PropagateTags::TaskDefinition => ecs::PropagateTags::TaskDefinition,
        }
    }
}

/// `schedulingStrategy` [CP-117].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SchedulingStrategy {
    /// As many tasks as are desired.
    Replica,
    /// One task on each container instance; not on Fargate [CP-118].
    Daemon,
}

impl SchedulingStrategy {
    /// As the world keeps it.
    pub(crate) fn kept(self) -> Scheduling {
        match self {
            SchedulingStrategy::Replica => Scheduling::Replica,
            SchedulingStrategy::Daemon => Scheduling::Daemon,
        }
    }

    /// As AWS describes it.
    pub(crate) fn of(scheduling: Scheduling) -> SchedulingStrategy {
        match scheduling {
            Scheduling::Replica => SchedulingStrategy::Replica,
            Scheduling::Daemon => SchedulingStrategy::Daemon,
        }
    }
}

/// `deploymentController`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeploymentController {
    /// `ECS`; the others are not modelled.
    pub r#type: ControllerType,
}

/// `type` of a deployment controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ControllerType {
    /// The service scheduler.
    Ecs,
    /// Not modelled.
    CodeDeploy,
    /// Not modelled.
    External,
}

/// `availabilityZoneRebalancing`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AvailabilityZoneRebalancing {
    /// A steady service spreads its tasks evenly again.
    Enabled,
    /// Tasks stay where they are.
    Disabled,
}

/// Whether a service rebalances [CP-140]: what asks for it needs room for one task more. `usual` when nothing is said.
pub(crate) fn rebalancing(
    given: Option<AvailabilityZoneRebalancing>,
    usual: bool,
    maximum_percent: u32,
    placement: &Placement,
) -> Result<bool, ApiError> {
    match given {
        None => Ok(usual && maximum_percent > 100 && placement.goes_by_zone()),
        Some(AvailabilityZoneRebalancing::Disabled) => Ok(false),
        Some(AvailabilityZoneRebalancing::Enabled) if !placement.goes_by_zone() => {
            let message = "Availability Zone rebalancing needs a placement strategy that spreads over \
                           attribute:ecs.availability-zone first, or none, and no constraint on that attribute.";
            Err(ApiError::invalid_parameter(message).at("availabilityZoneRebalancing"))
        }
        Some(AvailabilityZoneRebalancing::Enabled) if maximum_percent > 100 => Ok(true),
        Some(AvailabilityZoneRebalancing::Enabled) => {
            let message = "Availability Zone rebalancing needs a maximumPercent greater than 100.";
            Err(ApiError::invalid_parameter(message).at("availabilityZoneRebalancing"))
        }
    }
}

/// A daemon counts its tasks itself [CP-117].
pub(crate) fn check_daemon_count(scheduling: Scheduling, desired: Option<u32>) -> Result<(), ApiError> {
    if scheduling == Scheduling::Replica || desired.is_none() {
        return Ok(());
    }
    let message = "The daemon scheduling strategy does not support a desired count for services. Remove the desired count \
                   value and try again";
    Err(ApiError::invalid_parameter(message).at("desiredCount"))
}

/// A daemon is on every instance, not on the best [CP-117].
pub(crate) fn check_daemon_strategy(scheduling: Scheduling, strategy: &[PlacementStrategy]) -> Result<(), ApiError> {
    if scheduling == Scheduling::Replica || strategy.is_empty() {
        return Ok(());
    }
    let message = "The daemon scheduling strategy does not support placement strategies. Remove the placement strategy and \
                   try again";
    Err(ApiError::invalid_parameter(message).at("placementStrategy"))
}

/// No instance has room for two tasks of a daemon [CP-118].
pub(crate) fn check_daemon_bounds(scheduling: Scheduling, maximum_percent: Option<u32>) -> Result<(), ApiError> {
    if scheduling == Scheduling::Replica || maximum_percent.is_none_or(|percent| percent == 100) {
        return Ok(());
    }
    let message = "The daemon scheduling strategy needs a maximumPercent of 100.";
    Err(ApiError::invalid_parameter(message).at("deploymentConfiguration.maximumPercent"))
}

/// Refuses every deployment controller but ECS.
pub(crate) fn only_ecs(controller: Option<DeploymentController>) -> Result<(), ApiError> {
    match controller {
        Some(controller) if controller.r#type != ControllerType::Ecs => {
            let message = "Deployment controllers other than ECS are not modelled by this simulator.";
            Err(ApiError::invalid_parameter(message).at("deploymentController.type"))
        }
        _ => Ok(()),
    }
}

/// Fargate's platform version: `LATEST`, which is 1.4.0, or `1.4.0` [CA-011].
pub(crate) fn platform_version(given: Option<&str>, launch: Launch) -> Result<String, ApiError> {
    match given {
        Some(version) if launch == Launch::Ec2 && !version.is_empty() => {
            let message = "The platform version must be null when specifying an EC2 launch type.";
            Err(ApiError::invalid_parameter(message).at("platformVersion"))
        }
        _ if launch == Launch::Ec2 => Ok(String::new()),
        None | Some("") => Ok("LATEST".into()),
        Some(version @ ("LATEST" | "1.4.0")) => Ok(version.into()),
        Some(other) => {
            let message = format!("The platform version {other} does not exist, or is not modelled by this simulator.");
            Err(ApiError::invalid_parameter(message).at("platformVersion").help("Use LATEST or 1.4.0."))
        }
    }
}

/// What `LATEST` means for a new task, and the platform's family [CA-011]; none on container instances.
pub(crate) fn platform(launch: Launch) -> Option<(&'static str, &'static str)> {
    (launch == Launch::Fargate).then_some(("1.4.0", "Linux"))
}
