//! `elasticloadbalancing:DeleteRule`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::rule;
use crate::api::operation::NoOutput;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:DeleteRule` — takes a rule away.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteRule {
    /// The rule, by ARN, or as `alb:80/10`: load balancer, port, priority.
    pub rule_arn: String,
}

impl Operation for DeleteRule {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "DeleteRule";
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let (listener, place) = rule(world, &self.rule_arn, "RuleArn")?;
        if world.elb.listeners[listener].rules[place].priority.is_none() {
            let message = "Default rules cannot be deleted";
            return Err(ApiError::new("OperationNotPermitted", message).at("RuleArn").help("delete the listener"));
        }
        world.lend(|w| &mut w.elb, |elb, peers| elb.delete_rule(listener, place, peers, ctx));
        Ok(NoOutput {})
    }
}
