//! `ecs:CreateCapacityProvider`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::auto_scaling_group_provider::{self, ManagedScalingInput, Switch};
use super::capacity_provider_description::CapacityProviderDescription;
use super::tag::{self, Tag};
use super::valid_name;
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::ecs::ProviderSettings;
use crate::world::{Ctx, World};

/// `ecs:CreateCapacityProvider` — offers the instances of an Auto Scaling group to the tasks of the clusters that name the
/// provider, and scales the group with what they need.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateCapacityProvider {
    /// Up to 255 letters, digits, `_` and `-`; it does not begin with `aws`, `ecs` or `fargate`.
    pub name: String,
    /// The group, and what is done with it.
    pub auto_scaling_group_provider: Option<AutoScalingGroupProviderInput>,
    /// ECS Managed Instances; not modelled.
    #[serde(default)]
    pub managed_instances_provider: NotModelled,
    /// For Managed Instances; not modelled.
    #[serde(default)]
    pub cluster: NotModelled,
    /// Labels, at most 50.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// `autoScalingGroupProvider`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AutoScalingGroupProviderInput {
    /// ARN or name.
    pub auto_scaling_group_arn: String,
    /// Whether and how ECS scales the group; not unless set.
    #[serde(default)]
    pub managed_scaling: ManagedScalingInput,
    /// Whether instances with tasks are kept from scale-in [CA-149]; `DISABLED` unless set. It needs managed scaling, and a group
    /// that protects its new instances.
    pub managed_termination_protection: Option<Switch>,
    /// Whether instances drain before they are terminated [CA-067]; `ENABLED` unless set.
    pub managed_draining: Option<Switch>,
}

/// What CreateCapacityProvider answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateCapacityProviderOutput {
    /// The provider.
    pub capacity_provider: CapacityProviderDescription,
}

impl Operation for CreateCapacityProvider {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "CreateCapacityProvider";
    const TABLE: Option<&'static str> = Some("ecs.capacityProvider");
    type Output = CreateCapacityProviderOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let lower = self.name.to_lowercase();
        if !valid_name(&self.name) || ["aws", "ecs", "fargate"].iter().any(|prefix| lower.starts_with(prefix)) {
            let message = "The specified capacity provider name is invalid. Up to 255 characters are allowed, including \
                           letters (upper and lowercase), numbers, underscores, and hyphens. The name can't be prefixed \
                           with \"aws\", \"ecs\", or \"fargate\". Specify a valid name and try again.";
            return Err(ApiError::invalid_parameter(message).at("name"));
        }
        if world.ecs.provider_named(&self.name).is_some() {
            let message = "The specified capacity provider already exists. To change the configuration of an existing \
                           capacity provider, update the capacity provider.";
            return Err(ApiError::client(message).at("name"));
        }
        let Some(given) = self.auto_scaling_group_provider else {
            let message = "A capacity provider needs an autoScalingGroupProvider.";
            return Err(ApiError::invalid_parameter(message).at("autoScalingGroupProvider"));
        };
        let place = "autoScalingGroupProvider.autoScalingGroupArn";
        let Some(group) = world.groups.named(&given.auto_scaling_group_arn) else {
            let message =
                "The specified Auto Scaling group ARN is invalid. Specify a valid Auto Scaling group and try again.";
            let known: Vec<&str> = world.groups.live.keys().map(String::as_str).collect();
            let help = match known.as_slice() {
                [] => {
                    "There is none: CreateAutoScalingGroup, or [[autoscaling.autoScalingGroup]], makes one.".to_owned()
                }
                known => format!("There are {}.", known.join(", ")),
            };
            return Err(ApiError::client(message).at(place).help(help));
        };
        if world.ecs.providers.iter().any(|(_, it)| it.deleted.is_none() && it.group == group) {
            let message = "The specified Auto Scaling group ARN is already being used by another capacity provider. Specify \
                           a unique Auto Scaling group ARN and try again.";
            return Err(ApiError::client(message).at(place));
        }
        let settings = auto_scaling_group_provider::settings(
            Some(&given.managed_scaling),
            given.managed_termination_protection,
            given.managed_draining,
            ProviderSettings::default(),
            group,
            world,
        )?;
        let tags = tag::checked(&self.tags)?;
        let id = world.ecs.create_provider(self.name, group, settings, tags, &world.account, ctx);
        Ok(CreateCapacityProviderOutput { capacity_provider: CapacityProviderDescription::of(world, id, true) })
    }
}
