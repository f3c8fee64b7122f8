//! `elasticloadbalancing:ModifyRule`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::action::{self, ActionInput};
use super::condition::{self, RuleConditionInput};
use super::create_rule::RulesOutput;
use super::description::RuleDescription;
use super::{invalid, rule};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:ModifyRule` — replaces the conditions or the action of a rule.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ModifyRule {
    /// The rule, by ARN, or as `alb:80/10`: load balancer, port, priority.
    pub rule_arn: String,
    /// As before unless set.
    #[serde(default)]
    pub conditions: Vec<RuleConditionInput>,
    /// As before unless set.
    #[serde(default)]
    pub actions: Vec<ActionInput>,
    /// Not modelled.
    #[serde(default)]
    pub transforms: NotModelled,
    /// There are none.
    #[serde(default)]
    pub reset_transforms: NotModelled,
}

impl Operation for ModifyRule {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "ModifyRule";
    type Output = RulesOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let (listener, place) = rule(world, &self.rule_arn, "RuleArn")?;
        let it = &world.elb.listeners[listener];
        if it.rules[place].priority.is_none() {
            let message = "Default rules cannot be modified with ModifyRule";
            return Err(ApiError::new("OperationNotPermitted", message).at("RuleArn").help("use modify-listener"));
        }
        if self.conditions.is_empty() && self.actions.is_empty() {
            return Err(invalid("You must specify conditions or actions"));
        }
        let conditions = match self.conditions.as_slice() {
            [] => None,
            given => Some(condition::checked(given)?),
        };
        let action = match self.actions.as_slice() {
            [] => None,
            given => Some(action::checked(given, "Actions", world, (it.balancer, it.tls.is_some()))?),
        };
        let new = (conditions, action);
        world.lend(|w| &mut w.elb, |elb, peers| elb.modify_rule(listener, place, new, peers, ctx));
        Ok(RulesOutput { rules: vec![RuleDescription::of(world, listener, place)] })
    }
}
