//! `autoscaling:DescribeAutoScalingGroups`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::group::LaunchTemplateSpecification;
use crate::api::{ApiError, Operation};
use crate::world::capacity::{Group, GroupId, Member, TemplateVersion};
use crate::world::{Ctx, World};

/// `autoscaling:DescribeAutoScalingGroups` — groups and their instances. One that is not there is left out.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeAutoScalingGroups {
    /// These; all unless set.
    #[serde(default)]
    pub auto_scaling_group_names: Vec<String>,
}

/// What DescribeAutoScalingGroups answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeAutoScalingGroupsOutput {
    /// By name.
    pub auto_scaling_groups: Vec<GroupDescription>,
}

/// `AutoScalingGroup`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupDescription {
    /// Its name.
    pub auto_scaling_group_name: String,
    /// Its ARN.
    #[serde(rename = "AutoScalingGroupARN")]
    pub auto_scaling_group_arn: String,
    /// What new instances are made of.
    pub launch_template: LaunchTemplateSpecification,
    /// The fewest instances [count].
    pub min_size: u32,
    /// The most [count].
    pub max_size: u32,
    /// How many are wanted [count].
    pub desired_capacity: u32,
    /// [s].
    pub default_cooldown: u32,
    /// Of its subnets.
    pub availability_zones: Vec<String>,
    /// None: instances have no load balancer of their own here.
    pub load_balancer_names: Vec<String>,
    /// `EC2`.
    pub health_check_type: &'static str,
    /// [s].
    pub health_check_grace_period: u64,
    /// Those that are not terminated.
    pub instances: Vec<MemberDescription>,
    /// When it was created.
    pub created_time: String,
    /// Its subnets, with commas between them.
    #[serde(rename = "VPCZoneIdentifier")]
    pub vpc_zone_identifier: String,
    /// `Delete in progress` while it goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
    /// Labels.
    pub tags: Vec<TagDescription>,
    /// Who goes when there are too many.
    pub termination_policies: Vec<&'static str>,
    /// Whether new instances are protected.
    pub new_instances_protected_from_scale_in: bool,
}

/// `TagDescription`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TagDescription {
    /// The group.
    pub resource_id: String,
    /// `auto-scaling-group`.
    pub resource_type: &'static str,
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
    /// Whether new instances get it.
    pub propagate_at_launch: bool,
}

/// `Instance` of a group.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct MemberDescription {
    /// The EC2 instance.
    pub instance_id: String,
    /// Its type.
    pub instance_type: &'static str,
    /// Its zone.
    pub availability_zone: String,
    /// Where it is in its life [CA-072].
    pub lifecycle_state: &'static str,
    /// `Healthy` or `Unhealthy`.
    pub health_status: &'static str,
    /// What it is made of.
    pub launch_template: LaunchTemplateSpecification,
    /// Whether it may be chosen when there are too many.
    pub protected_from_scale_in: bool,
}

impl MemberDescription {
    fn of(world: &World, member: &Member) -> MemberDescription {
        let host = &world.ec2.hosts[member.host];
        let (template, version) = member.made_of;
        MemberDescription {
            instance_id: host.id.clone(),
            instance_type: host.kind.name,
            availability_zone: world.network.zone(host.subnet).to_owned(),
            lifecycle_state: member.state.into(),
            health_status: if member.unhealthy { "Unhealthy" } else { "Healthy" },
            launch_template: LaunchTemplateSpecification::of(world, (template, TemplateVersion::Number(version))),
            protected_from_scale_in: member.protected,
        }
    }
}

impl GroupDescription {
    fn of(world: &World, id: GroupId) -> GroupDescription {
        let group: &Group = &world.groups.all[id];
        let mut zones: Vec<String> =
            group.subnets.iter().map(|&subnet| world.network.zone(subnet).to_owned()).collect();
        zones.sort();
        zones.dedup();
        let subnets: Vec<&str> = group.subnets.iter().map(|&subnet| world.network.subnet(subnet).id.as_str()).collect();
        let tag = |(key, value, at_launch): &(String, String, bool)| TagDescription {
            resource_id: group.name.clone(),
            resource_type: "auto-scaling-group",
            key: key.clone(),
            value: value.clone(),
            propagate_at_launch: *at_launch,
        };
        GroupDescription {
            auto_scaling_group_name: group.name.clone(),
            auto_scaling_group_arn: group.arn.clone(),
            launch_template: LaunchTemplateSpecification::of(world, group.template),
            min_size: group.min,
            max_size: group.max,
            desired_capacity: group.desired,
            default_cooldown: group.cooldown,
            availability_zones: zones,
            load_balancer_names: Vec::new(),
            health_check_type: "EC2",
            health_check_grace_period: group.grace_period.as_secs(),
            instances: group.members.iter().map(|member| MemberDescription::of(world, member)).collect(),
            created_time: world.account.wall(group.created),
            vpc_zone_identifier: subnets.join(","),
            status: group.deleting.then_some("Delete in progress"),
            tags: group.tags.iter().map(tag).collect(),
            termination_policies: group.policies.iter().map(|policy| policy.into()).collect(),
            new_instances_protected_from_scale_in: group.protects_new,
        }
    }
}

impl Operation for DescribeAutoScalingGroups {
    const SERVICE: &'static str = "autoscaling";
    const NAME: &'static str = "DescribeAutoScalingGroups";
    type Output = DescribeAutoScalingGroupsOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let found: Vec<GroupId> = match self.auto_scaling_group_names.as_slice() {
            [] => world.groups.live.values().copied().collect(),
            names => names.iter().filter_map(|name| world.groups.named(name)).collect(),
        };
        let auto_scaling_groups = found.into_iter().map(|id| GroupDescription::of(world, id)).collect();
        Ok(DescribeAutoScalingGroupsOutput { auto_scaling_groups })
    }
}
