//! `autoscaling:DeleteAutoScalingGroup`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::find_group;
use crate::api::{ApiError, NoOutput, Operation};
use crate::world::{Ctx, World};

/// `autoscaling:DeleteAutoScalingGroup` — a group without instances; or, by force, with all its instances, which are
/// terminated at once: nobody drains them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteAutoScalingGroup {
    /// Its name.
    pub auto_scaling_group_name: String,
    /// With its instances; false unless set.
    #[serde(default)]
    pub force_delete: bool,
}

impl Operation for DeleteAutoScalingGroup {
    const SERVICE: &'static str = "autoscaling";
    const NAME: &'static str = "DeleteAutoScalingGroup";
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = find_group(world, &self.auto_scaling_group_name)?;
        if !self.force_delete && !world.groups.all[id].members.is_empty() {
            let message = "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance \
                           request(s) still in the group.";
            let help = "Set its sizes to 0 and wait, or say ForceDelete.";
            return Err(ApiError::new("ResourceInUse", message).at("AutoScalingGroupName").help(help));
        }
        world.delete_group(id, ctx);
        Ok(NoOutput {})
    }
}
