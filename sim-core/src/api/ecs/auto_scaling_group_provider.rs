//! `autoScalingGroupProvider` of a capacity provider: what is said of it, and what AWS checks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::world::World;
use crate::world::capacity::GroupId;
use crate::world::ecs::{ManagedScaling, ProviderSettings};

/// Something that is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Switch {
    /// On.
    Enabled,
    /// Off.
    Disabled,
}

impl Switch {
    /// Whether it is on.
    pub(super) fn is_on(self) -> bool {
        self == Switch::Enabled
    }

    /// As AWS describes it.
    pub(super) fn of(on: bool) -> Switch {
        if on { Switch::Enabled } else { Switch::Disabled }
    }
}

/// `managedScaling` [CA-128].
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ManagedScalingInput {
    /// Whether ECS scales the group; `DISABLED` unless set.
    pub status: Option<Switch>,
    /// How much of the group is to be in use [%]; 100 unless set, 1 to 100.
    #[schemars(range(min = 1, max = 100))]
    pub target_capacity: Option<u32>,
    /// The fewest instances to add at a time [count]; 1 unless set, 1 to 10,000. It says nothing of scale-in.
    #[schemars(range(min = 1, max = 10_000))]
    pub minimum_scaling_step_size: Option<u32>,
    /// The most instances to add at a time [count]; 10,000 unless set, 1 to 10,000.
    #[schemars(range(min = 1, max = 10_000))]
    pub maximum_scaling_step_size: Option<u32>,
    /// How long a new instance keeps the group from growing further [s]; 300 unless set, 0 to 10,000.
    #[schemars(range(min = 0, max = 10_000))]
    pub instance_warmup_period: Option<u32>,
}

impl ManagedScalingInput {
    /// What counts then; what is not said stays as it is in `before`.
    fn checked(&self, before: ManagedScaling) -> Result<ManagedScaling, ApiError> {
        let range = |given: Option<u32>, usual: u32, least: u32, most: u32, name: &str| match given {
            Some(value) if !(least..=most).contains(&value) => {
                let message =
                    format!("The managed scaling setting {name} is invalid. Specify a value from {least} to {most}.");
                Err(ApiError::invalid_parameter(message).at(format!("autoScalingGroupProvider.managedScaling.{name}")))
            }
            given => Ok(given.unwrap_or(usual)),
        };
        let scaling = ManagedScaling {
            enabled: self.status.map_or(before.enabled, Switch::is_on),
            target: range(self.target_capacity, before.target, 1, 100, "targetCapacity")?,
            min_step: range(self.minimum_scaling_step_size, before.min_step, 1, 10_000, "minimumScalingStepSize")?,
            max_step: range(self.maximum_scaling_step_size, before.max_step, 1, 10_000, "maximumScalingStepSize")?,
            warm_up: range(self.instance_warmup_period, before.warm_up, 0, 10_000, "instanceWarmupPeriod")?,
        };
        if scaling.min_step > scaling.max_step {
            let message = "minimumScalingStepSize cannot be greater than maximumScalingStepSize.";
            let place = "autoScalingGroupProvider.managedScaling.minimumScalingStepSize";
            return Err(ApiError::invalid_parameter(message).at(place));
        }
        Ok(scaling)
    }
}

/// What a provider is to do with its group; what is not said stays as it is in `before`.
pub(super) fn settings(
    scaling: Option<&ManagedScalingInput>,
    protection: Option<Switch>,
    draining: Option<Switch>,
    before: ProviderSettings,
    group: GroupId,
    world: &World,
) -> Result<ProviderSettings, ApiError> {
    let settings = ProviderSettings {
        scaling: scaling.map_or(Ok(before.scaling), |given| given.checked(before.scaling))?,
        protects: protection.map_or(before.protects, Switch::is_on),
        drains: draining.map_or(before.drains, Switch::is_on),
    };
    // [CA-149]
    let error = |what: &str| {
        let message = format!(
            "The managed termination protection setting for the capacity provider is invalid. To enable {what}"
        );
        Err(ApiError::client(message).at("autoScalingGroupProvider.managedTerminationProtection"))
    };
    if settings.protects && !settings.scaling.enabled {
        return error("managed termination protection for a capacity provider, managed scaling must be enabled.");
    }
    let it = &world.groups.all[group];
    let unprotected = || it.members.iter().any(|member| member.counts() && !member.protected);
    if settings.protects && !before.protects && (!it.protects_new || unprotected()) {
        return error(
            "managed termination protection for a capacity provider, the Auto Scaling group must have instance protection \
             from scale in enabled.",
        );
    }
    // [CA-152]
    if settings.scaling.enabled && it.max == 0 {
        let message = "The maximum size of the Auto Scaling group must be greater than 0 for managed scaling.";
        return Err(ApiError::client(message).at("autoScalingGroupProvider.autoScalingGroupArn"));
    }
    Ok(settings)
}
