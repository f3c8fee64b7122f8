//! `autoscaling:CreateAutoScalingGroup`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::group::{self, GroupTag, LaunchTemplateSpecification};
use super::invalid;
use crate::api::{ApiError, NoOutput, NotModelled, Operation};
use crate::world::capacity::NewGroup;
use crate::world::{Ctx, World};

/// `autoscaling:CreateAutoScalingGroup` — keeps a number of EC2 instances running, evenly over zones, and replaces those
/// that fail. Each is made of a launch template.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateAutoScalingGroup {
    /// 1 to 255 characters, no colon; unique in the account.
    pub auto_scaling_group_name: String,
    /// What new instances are made of. Required: launch configurations are not modelled.
    pub launch_template: Option<LaunchTemplateSpecification>,
    /// The fewest instances that it may have [count].
    pub min_size: u32,
    /// The most [count].
    pub max_size: u32,
    /// How many it has [count]; `MinSize` unless set.
    pub desired_capacity: Option<u32>,
    /// The subnets that instances may be in, by id, with commas between them; a zone such as `us-east-1a` means its default
    /// subnet.
    #[serde(rename = "VPCZoneIdentifier")]
    pub vpc_zone_identifier: Option<String>,
    /// Or the zones.
    #[serde(default)]
    pub availability_zones: Vec<String>,
    /// Whether nobody may choose new instances when there are too many [CA-078]; false unless set.
    #[serde(default)]
    pub new_instances_protected_from_scale_in: bool,
    /// `EC2`.
    pub health_check_type: Option<String>,
    /// How long the status checks of an instance in service are not looked at [s]; 0 unless set [CA-074].
    #[serde(default)]
    pub health_check_grace_period: u32,
    /// Who goes when there are too many: `Default`, `OldestInstance`, `NewestInstance`, `OldestLaunchTemplate` or
    /// `ClosestToNextInstanceHour`, one after the other [CA-077].
    #[serde(default)]
    pub termination_policies: Vec<String>,
    /// Of simple scaling [s]; stored, as there is none here [CA-075].
    pub default_cooldown: Option<u32>,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<GroupTag>,
    /// Launch configurations; not modelled.
    #[serde(default)]
    pub launch_configuration_name: NotModelled,
    /// Several types, and Spot; not modelled.
    #[serde(default)]
    pub mixed_instances_policy: NotModelled,
    /// An instance to copy; not modelled.
    #[serde(default)]
    pub instance_id: NotModelled,
    /// Load balancers of instances; not modelled: ECS registers tasks.
    #[serde(default)]
    pub load_balancer_names: NotModelled,
    /// The same.
    #[serde(default, rename = "TargetGroupARNs")]
    pub target_group_arns: NotModelled,
    /// The same.
    #[serde(default)]
    pub traffic_sources: NotModelled,
    /// Hooks of one's own; not modelled. ECS has its own for managed draining.
    #[serde(default)]
    pub lifecycle_hook_specification_list: NotModelled,
    /// Spot; not modelled.
    #[serde(default)]
    pub capacity_rebalance: NotModelled,
    /// Replacement by age; not modelled.
    #[serde(default)]
    pub max_instance_lifetime: NotModelled,
    /// For scaling policies of one's own; not modelled: a capacity provider has its own.
    #[serde(default)]
    pub default_instance_warmup: NotModelled,
    /// In which order instances are replaced; not modelled.
    #[serde(default)]
    pub instance_maintenance_policy: NotModelled,
    /// Placement groups; not modelled.
    #[serde(default)]
    pub placement_group: NotModelled,
    /// Stored nowhere.
    #[serde(rename = "ServiceLinkedRoleARN")]
    pub service_linked_role_arn: Option<String>,
}

impl Operation for CreateAutoScalingGroup {
    const SERVICE: &'static str = "autoscaling";
    const NAME: &'static str = "CreateAutoScalingGroup";
    const TABLE: Option<&'static str> = Some("autoscaling.autoScalingGroup");
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let name = self.auto_scaling_group_name;
        if name.is_empty() || name.chars().count() > 255 || name.contains(':') {
            let message = "AutoScalingGroupName has 1 to 255 characters, and no colon.";
            return Err(invalid(message).at("AutoScalingGroupName"));
        }
        if world.groups.live.contains_key(&name) {
            let message =
                format!("AutoScalingGroup by this name already exists - A group with the name {name} already exists");
            return Err(ApiError::new("AlreadyExists", message).at("AutoScalingGroupName"));
        }
        let Some(template) = &self.launch_template else {
            let message = "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or \
                           MixedInstancesPolicy parameter.";
            let help = "This simulator has launch templates: [[ec2.launchTemplate]] makes one.";
            return Err(invalid(message).at("LaunchTemplate").help(help));
        };
        let template = template.resolve(world)?;
        let subnets = group::subnets(self.vpc_zone_identifier.as_deref(), &self.availability_zones, world)?;
        let desired = self.desired_capacity.unwrap_or(self.min_size);
        group::check_sizes(self.min_size, self.max_size, desired)?;
        group::check_health_check(self.health_check_type.as_deref())?;
        let tag = |tag: GroupTag| (tag.key, tag.value, tag.propagate_at_launch.unwrap_or(true));
        let new = NewGroup {
            name,
            template,
            min: self.min_size,
            max: self.max_size,
            desired,
            subnets,
            protects_new: self.new_instances_protected_from_scale_in,
            policies: group::policies(&self.termination_policies)?,
            grace_period: Duration::from_secs(self.health_check_grace_period.into()),
            cooldown: self.default_cooldown.unwrap_or(300),
            tags: self.tags.into_iter().map(tag).collect(),
        };
        let id = world.groups.create(new, &world.account, ctx);
        let because = world.groups.all[id].because;
        ctx.within(Some(because), |ctx| world.settle_soon(id, ctx));
        Ok(NoOutput {})
    }
}
