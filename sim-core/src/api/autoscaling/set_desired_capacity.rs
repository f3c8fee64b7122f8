//! `autoscaling:SetDesiredCapacity`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{find_group, invalid};
use crate::api::{ApiError, NoOutput, Operation};
use crate::world::{Ctx, World};

/// `autoscaling:SetDesiredCapacity` — how many instances a group has.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SetDesiredCapacity {
    /// Its name.
    pub auto_scaling_group_name: String,
    /// How many [count].
    pub desired_capacity: u32,
    /// Whether to wait for a cooldown first: there is none, as nothing here scales by simple scaling [CA-075].
    pub honor_cooldown: Option<bool>,
}

impl Operation for SetDesiredCapacity {
    const SERVICE: &'static str = "autoscaling";
    const NAME: &'static str = "SetDesiredCapacity";
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = find_group(world, &self.auto_scaling_group_name)?;
        let group = &world.groups.all[id];
        let wanted = self.desired_capacity;
        let error = |what: String| Err(invalid(what).at("DesiredCapacity"));
        if wanted > group.max {
            let max = group.max;
            return error(format!(
                "New SetDesiredCapacity value {wanted} is above max value {max} for the AutoScalingGroup."
            ));
        }
        if wanted < group.min {
            let min = group.min;
            return error(format!(
                "New SetDesiredCapacity value {wanted} is below min value {min} for the AutoScalingGroup."
            ));
        }
        world.set_desired_capacity(id, wanted, "a user request explicitly set group desired capacity", ctx);
        Ok(NoOutput {})
    }
}
