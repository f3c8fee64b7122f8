//! `ecs:UpdateCapacityProvider`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::auto_scaling_group_provider::{self, ManagedScalingInput, Switch};
use super::capacity_provider;
use super::capacity_provider_description::CapacityProviderDescription;
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::{Ctx, World};

/// `ecs:UpdateCapacityProvider` — what a provider does with its group from now on. What is not said stays.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateCapacityProvider {
    /// Its name.
    pub name: String,
    /// What is done with its group.
    pub auto_scaling_group_provider: Option<AutoScalingGroupProviderUpdate>,
    /// ECS Managed Instances; not modelled.
    #[serde(default)]
    pub managed_instances_provider: NotModelled,
    /// For Managed Instances; not modelled.
    #[serde(default)]
    pub cluster: NotModelled,
}

/// `AutoScalingGroupProviderUpdate`: the group stays the same.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AutoScalingGroupProviderUpdate {
    /// Whether and how ECS scales the group.
    pub managed_scaling: Option<ManagedScalingInput>,
    /// Whether instances with tasks are kept from scale-in [CA-149].
    pub managed_termination_protection: Option<Switch>,
    /// Whether instances drain before they are terminated [CA-067].
    pub managed_draining: Option<Switch>,
}

/// What UpdateCapacityProvider answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateCapacityProviderOutput {
    /// The provider.
    pub capacity_provider: CapacityProviderDescription,
}

impl Operation for UpdateCapacityProvider {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "UpdateCapacityProvider";
    type Output = UpdateCapacityProviderOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = capacity_provider::find(world, &self.name, "name")?;
        let it = &world.ecs.providers[id];
        if let Some(given) = &self.auto_scaling_group_provider {
            let settings = auto_scaling_group_provider::settings(
                given.managed_scaling.as_ref(),
                given.managed_termination_protection,
                given.managed_draining,
                it.settings,
                it.group,
                world,
            )?;
            world.ecs.update_provider(id, settings, ctx);
            world.follow_provider(id, ctx);
        }
        Ok(UpdateCapacityProviderOutput { capacity_provider: CapacityProviderDescription::of(world, id, true) })
    }
}
