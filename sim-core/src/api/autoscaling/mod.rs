//! Operations of EC2 Auto Scaling: groups of instances.

mod create_auto_scaling_group;
mod delete_auto_scaling_group;
mod describe_auto_scaling_groups;
mod describe_scaling_activities;
mod group;
mod set_desired_capacity;
mod set_instance_protection;
mod terminate_instance_in_auto_scaling_group;
mod update_auto_scaling_group;

pub use create_auto_scaling_group::CreateAutoScalingGroup;
pub use delete_auto_scaling_group::DeleteAutoScalingGroup;
pub use describe_auto_scaling_groups::DescribeAutoScalingGroups;
pub use describe_scaling_activities::DescribeScalingActivities;
pub use set_desired_capacity::SetDesiredCapacity;
pub use set_instance_protection::SetInstanceProtection;
pub use terminate_instance_in_auto_scaling_group::TerminateInstanceInAutoScalingGroup;
pub use update_auto_scaling_group::UpdateAutoScalingGroup;

use super::ApiError;
use crate::spelling::nearest;
use crate::world::World;
use crate::world::capacity::GroupId;

/// AWS's general refusal of a parameter.
fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", message)
}

/// The group that a request names, by name or, beyond AWS, by ARN.
fn find_group(world: &World, name: &str) -> Result<GroupId, ApiError> {
    world.groups.named(name).ok_or_else(|| {
        let message = format!("AutoScalingGroup name not found - AutoScalingGroup '{name}' not found");
        let near = nearest(name, world.groups.live.keys().map(String::as_str));
        let help =
            near.map_or_else(|| "CreateAutoScalingGroup makes one.".to_owned(), |near| format!("Is {near:?} meant?"));
        invalid(message).at("AutoScalingGroupName").help(help)
    })
}
