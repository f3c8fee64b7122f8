//! `autoscaling:UpdateAutoScalingGroup`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::find_group;
use super::group::{self, LaunchTemplateSpecification};
use crate::api::{ApiError, NoOutput, NotModelled, Operation};
use crate::world::{Ctx, World};

/// `autoscaling:UpdateAutoScalingGroup` — what is not said stays. Instances that are there already stay as they are.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UpdateAutoScalingGroup {
    /// Its name.
    pub auto_scaling_group_name: String,
    /// What new instances are made of.
    pub launch_template: Option<LaunchTemplateSpecification>,
    /// The fewest instances [count]: a smaller desired capacity rises to it.
    pub min_size: Option<u32>,
    /// The most [count]: a larger desired capacity falls to it.
    pub max_size: Option<u32>,
    /// How many it has [count].
    pub desired_capacity: Option<u32>,
    /// The subnets that new instances may be in.
    #[serde(rename = "VPCZoneIdentifier")]
    pub vpc_zone_identifier: Option<String>,
    /// Or their zones.
    #[serde(default)]
    pub availability_zones: Vec<String>,
    /// Whether nobody may choose new instances when there are too many [CA-078].
    pub new_instances_protected_from_scale_in: Option<bool>,
    /// `EC2`.
    pub health_check_type: Option<String>,
    /// How long the status checks of an instance in service are not looked at [s] [CA-074].
    pub health_check_grace_period: Option<u32>,
    /// Who goes when there are too many [CA-077].
    pub termination_policies: Option<Vec<String>>,
    /// Of simple scaling [s]; stored [CA-075].
    pub default_cooldown: Option<u32>,
    /// Launch configurations; not modelled.
    #[serde(default)]
    pub launch_configuration_name: NotModelled,
    /// Several types, and Spot; not modelled.
    #[serde(default)]
    pub mixed_instances_policy: NotModelled,
    /// Spot; not modelled.
    #[serde(default)]
    pub capacity_rebalance: NotModelled,
    /// Replacement by age; not modelled.
    #[serde(default)]
    pub max_instance_lifetime: NotModelled,
    /// For scaling policies of one's own; not modelled.
    #[serde(default)]
    pub default_instance_warmup: NotModelled,
    /// In which order instances are replaced; not modelled.
    #[serde(default)]
    pub instance_maintenance_policy: NotModelled,
}

impl Operation for UpdateAutoScalingGroup {
    const SERVICE: &'static str = "autoscaling";
    const NAME: &'static str = "UpdateAutoScalingGroup";
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = find_group(world, &self.auto_scaling_group_name)?;
        let there = &world.groups.all[id];
        let template = self.launch_template.as_ref().map(|it| it.resolve(world)).transpose()?;
        let subnets = match (&self.vpc_zone_identifier, self.availability_zones.as_slice()) {
            (None, []) => None,
            (list, zones) => Some(group::subnets(list.as_deref(), zones, world)?),
        };
        let (min, max) = (self.min_size.unwrap_or(there.min), self.max_size.unwrap_or(there.max));
        let kept = if min <= max { there.desired.clamp(min, max) } else { there.desired };
        let desired = self.desired_capacity.unwrap_or(kept);
        group::check_sizes(min, max, desired)?;
        group::check_health_check(self.health_check_type.as_deref())?;
        let policies = self.termination_policies.as_deref().map(group::policies).transpose()?;
        let it = &mut world.groups.all[id];
        (it.min, it.max) = (min, max);
        it.template = template.unwrap_or(it.template);
        it.subnets = subnets.unwrap_or_else(|| it.subnets.clone());
        it.protects_new = self.new_instances_protected_from_scale_in.unwrap_or(it.protects_new);
        it.policies = policies.unwrap_or_else(|| it.policies.clone());
        let grace = self.health_check_grace_period.map(|seconds| Duration::from_secs(seconds.into()));
        it.grace_period = grace.unwrap_or(it.grace_period);
        it.cooldown = self.default_cooldown.unwrap_or(it.cooldown);
        let why = format!(
            "a user request update of AutoScalingGroup constraints to min: {min}, max: {max}, desired: {desired}"
        );
        world.set_desired_capacity(id, desired, &why, ctx);
        Ok(NoOutput {})
    }
}
