//! `autoscaling:TerminateInstanceInAutoScalingGroup`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::describe_scaling_activities::ActivityDescription;
use super::invalid;
use crate::api::{ApiError, Operation};
use crate::world::capacity::Member;
use crate::world::{Ctx, World};

/// `autoscaling:TerminateInstanceInAutoScalingGroup` — terminates an instance of a group, which is replaced unless the
/// group is to have one less.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TerminateInstanceInAutoScalingGroup {
    /// By id, or by this simulator's own short name, such as `instance#1`.
    pub instance_id: String,
    /// Whether the group is to have one less.
    pub should_decrement_desired_capacity: bool,
}

/// What TerminateInstanceInAutoScalingGroup answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TerminateInstanceInAutoScalingGroupOutput {
    /// What the group does about it.
    pub activity: ActivityDescription,
}

impl Operation for TerminateInstanceInAutoScalingGroup {
    const SERVICE: &'static str = "autoscaling";
    const NAME: &'static str = "TerminateInstanceInAutoScalingGroup";
    type Output = TerminateInstanceInAutoScalingGroupOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let name = &self.instance_id;
        let found = world.ec2.host_named(name).and_then(|host| Some((host, world.ec2.hosts[host].group?)));
        let counts = |&(host, id): &_| world.groups.all[id].member(host).is_some_and(Member::counts);
        let Some((host, id)) = found.filter(counts) else {
            let message = format!("Instance Id not found - No managed instance found for instance ID {name}");
            return Err(invalid(message).at("InstanceId"));
        };
        let group = &world.groups.all[id];
        let less = self.should_decrement_desired_capacity;
        if less && group.desired <= group.min {
            let message = format!(
                "Currently, desiredSize equals minSize ({}). Terminating instance without replacement will violate group's \
                 min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
                group.min
            );
            return Err(invalid(message).at("ShouldDecrementDesiredCapacity"));
        }
        world.terminate_member(id, host, less, ctx);
        let group = &world.groups.all[id];
        let activity = ActivityDescription::of(group, group.activities.last().expect("it has just begun"), world);
        Ok(TerminateInstanceInAutoScalingGroupOutput { activity })
    }
}
