//! A capacity provider as AWS describes it.

use serde::Serialize;

use super::auto_scaling_group_provider::Switch;
use super::tag::{self, Tag};
use crate::world::World;
use crate::world::ecs::ProviderId;

/// `CapacityProvider` [CA-127].
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CapacityProviderDescription {
    /// `capacity-provider/{name}`.
    pub capacity_provider_arn: String,
    /// Its name.
    pub name: String,
    /// `ACTIVE`, or `INACTIVE` when it was deleted.
    pub status: &'static str,
    /// What kind it is.
    pub r#type: &'static str,
    /// What it does with its group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_scaling_group_provider: Option<AutoScalingGroupProvider>,
    /// `UPDATE_COMPLETE` when it was updated, `DELETE_COMPLETE` when it was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_status: Option<&'static str>,
    /// Labels.
    pub tags: Vec<Tag>,
}

/// `AutoScalingGroupProvider`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AutoScalingGroupProvider {
    /// Its group.
    pub auto_scaling_group_arn: String,
    /// Whether and how it scales it.
    pub managed_scaling: ManagedScalingDescription,
    /// Whether it keeps instances with tasks.
    pub managed_termination_protection: Switch,
    /// Whether instances drain before they are terminated.
    pub managed_draining: Switch,
}

/// `ManagedScaling`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ManagedScalingDescription {
    /// Whether it is on.
    pub status: Switch,
    /// [%].
    pub target_capacity: u32,
    /// [count].
    pub minimum_scaling_step_size: u32,
    /// [count].
    pub maximum_scaling_step_size: u32,
    /// [s].
    pub instance_warmup_period: u32,
}

impl CapacityProviderDescription {
    /// Describes a provider of an Auto Scaling group as it is now.
    pub(super) fn of(world: &World, id: ProviderId, with_tags: bool) -> CapacityProviderDescription {
        let it = &world.ecs.providers[id];
        let scaling = it.settings.scaling;
        CapacityProviderDescription {
            capacity_provider_arn: it.arn.clone(),
            name: it.name.clone(),
            status: if it.deleted.is_none() { "ACTIVE" } else { "INACTIVE" },
            r#type: "EC2_AUTOSCALING",
            auto_scaling_group_provider: Some(AutoScalingGroupProvider {
                auto_scaling_group_arn: world.groups.all[it.group].arn.clone(),
                managed_scaling: ManagedScalingDescription {
                    status: Switch::of(scaling.enabled),
                    target_capacity: scaling.target,
                    minimum_scaling_step_size: scaling.min_step,
                    maximum_scaling_step_size: scaling.max_step,
                    instance_warmup_period: scaling.warm_up,
                },
                managed_termination_protection: Switch::of(it.settings.protects),
                managed_draining: Switch::of(it.settings.drains),
            }),
            update_status: match (it.deleted.is_some(), it.updated) {
                (true, _) => Some("DELETE_COMPLETE"),
                (false, true) => Some("UPDATE_COMPLETE"),
                (false, false) => None,
            },
            tags: if with_tags { tag::described(&it.tags) } else { Vec::new() },
        }
    }

    /// One of the two that every account has.
    pub(super) fn of_fargate(world: &World, name: &'static str) -> CapacityProviderDescription {
        CapacityProviderDescription {
            capacity_provider_arn: world.account.arn("ecs", &format!("capacity-provider/{name}")),
            name: name.to_owned(),
            status: "ACTIVE",
            r#type: name,
            auto_scaling_group_provider: None,
            update_status: None,
            tags: Vec::new(),
        }
    }
}
