//! `elasticloadbalancing:DeleteTargetGroup`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::operation::NoOutput;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:DeleteTargetGroup` — takes a target group away that no rule uses.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteTargetGroup {
    /// The target group, by ARN or name.
    pub target_group_arn: String,
}

impl Operation for DeleteTargetGroup {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "DeleteTargetGroup";
    type Output = NoOutput;

    /// One that does not exist, or no longer, is deleted without complaint, as AWS does it.
    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let Some(id) = world.elb.group_named(&self.target_group_arn) else { return Ok(NoOutput {}) };
        let it = &world.elb.groups[id];
        if it.balancer.is_some() {
            let message = format!("Target group '{}' is currently in use by a listener or a rule", it.arn);
            return Err(ApiError::new("ResourceInUse", message).at("TargetGroupArn"));
        }
        world.lend(|w| &mut w.elb, |elb, peers| elb.delete_group(id, peers, ctx));
        Ok(NoOutput {})
    }
}
