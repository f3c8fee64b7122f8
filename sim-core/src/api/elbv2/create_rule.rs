//! `elasticloadbalancing:CreateRule`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::action::{self, ActionInput};
use super::condition::{self, RuleConditionInput};
use super::description::RuleDescription;
use super::{invalid, listener};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::elb::{BalancerKind, ListenerId};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:CreateRule` — lets a listener treat some requests differently.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateRule {
    /// The listener, by ARN, or as `alb:80`: the name of its load balancer and its port.
    pub listener_arn: String,
    /// Lower ones are tried first; 1–50000, unique in the listener [TR-012].
    pub priority: u32,
    /// All must hold [TR-014].
    pub conditions: Vec<RuleConditionInput>,
    /// What is done: one `forward`, `fixed-response` or `redirect` [TR-013].
    pub actions: Vec<ActionInput>,
    /// Not modelled.
    #[serde(default)]
    pub transforms: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub tags: NotModelled,
}

/// Rules of a load balancer, default rules not counted [count] [TR-010].
const RULES_MAX: usize = 100;

/// What CreateRule and ModifyRule answer.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RulesOutput {
    pub(super) rules: Vec<RuleDescription>,
}

/// A priority that no other rule of the listener has [TR-012].
pub(super) fn checked_priority(priority: u32, place: &str) -> Result<u32, ApiError> {
    match priority {
        1..=50_000 => Ok(priority),
        _ => Err(invalid(format!("Rule priority '{priority}' must be between 1 and 50000")).at(place)),
    }
}

fn too_many(world: &World, id: ListenerId) -> bool {
    let owner = &world.elb.balancers[world.elb.listeners[id].balancer];
    let rules = owner.listeners.iter().map(|&listener| world.elb.listeners[listener].rules.len() - 1);
    rules.sum::<usize>() >= RULES_MAX
}

impl Operation for CreateRule {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "CreateRule";
    const TABLE: Option<&'static str> = Some("elbv2.rule");
    type Output = RulesOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = listener(world, &self.listener_arn, "ListenerArn")?;
        let owner = world.elb.listeners[id].balancer;
        if world.elb.balancers[owner].kind == BalancerKind::Network {
            let message = "Rules are not supported for listeners of Network Load Balancers";
            return Err(ApiError::new("OperationNotPermitted", message).at("ListenerArn"));
        }
        let priority = checked_priority(self.priority, "Priority")?;
        let conditions = condition::checked(&self.conditions)?;
        let action = action::checked(&self.actions, "Actions", world, (owner, world.elb.listeners[id].tls.is_some()))?;
        if world.elb.listeners[id].rules.iter().any(|rule| rule.priority == Some(priority)) {
            let message = format!("Priority '{priority}' is currently in use");
            return Err(ApiError::new("PriorityInUse", message).at("Priority"));
        }
        if too_many(world, id) {
            let message = format!("A load balancer can have at most '{RULES_MAX}' rules");
            return Err(ApiError::new("TooManyRules", message).at("ListenerArn"));
        }
        let new = (priority, conditions, action);
        let place = world.lend(|w| &mut w.elb, |elb, peers| elb.create_rule(id, new, peers, ctx));
        Ok(RulesOutput { rules: vec![RuleDescription::of(world, id, place)] })
    }
}
