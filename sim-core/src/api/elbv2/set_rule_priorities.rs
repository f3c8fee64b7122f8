//! `elasticloadbalancing:SetRulePriorities`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::create_rule::{RulesOutput, checked_priority};
use super::description::RuleDescription;
use super::{invalid, rule};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:SetRulePriorities` — changes the order in which rules are tried.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SetRulePriorities {
    /// Rules of one listener; the others keep their priorities.
    pub rule_priorities: Vec<RulePriorityPair>,
}

/// A rule and its new priority.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RulePriorityPair {
    /// The rule, by ARN, or as `alb:80/10`: load balancer, port, priority.
    pub rule_arn: String,
    /// 1–50000, unique in the listener [TR-012].
    pub priority: u32,
}

impl Operation for SetRulePriorities {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "SetRulePriorities";
    type Output = RulesOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let mut new = Vec::new();
        let mut of = None;
        for (index, pair) in self.rule_priorities.iter().enumerate() {
            let at = |field: &str| format!("RulePriorities[{index}].{field}");
            let (listener, place) = rule(world, &pair.rule_arn, &at("RuleArn"))?;
            if world.elb.listeners[listener].rules[place].priority.is_none() {
                let message = "The priority of a default rule cannot be set";
                return Err(ApiError::new("OperationNotPermitted", message).at(at("RuleArn")));
            }
            if *of.get_or_insert(listener) != listener {
                return Err(invalid("All rules must belong to the same listener").at(at("RuleArn")));
            }
            if new.iter().any(|&(other, _)| other == place) {
                return Err(invalid("A rule is named twice").at(at("RuleArn")));
            }
            new.push((place, checked_priority(pair.priority, &at("Priority"))?));
        }
        let Some(listener) = of else {
            return Err(invalid("You must specify rule priorities").at("RulePriorities"));
        };
        let rules = &world.elb.listeners[listener].rules;
        let after = |place: usize| {
            let changed = new.iter().find(|(changed, _)| *changed == place).map(|&(_, priority)| priority);
            changed.or(rules[place].priority)
        };
        for (index, &(place, priority)) in new.iter().enumerate() {
            if (0..rules.len()).any(|other| other != place && after(other) == Some(priority)) {
                let message = format!("Priority '{priority}' is currently in use");
                return Err(ApiError::new("PriorityInUse", message).at(format!("RulePriorities[{index}].Priority")));
            }
        }
        let arns: Vec<String> = new.iter().map(|&(place, _)| rules[place].arn.clone()).collect();
        world.lend(|w| &mut w.elb, |elb, peers| elb.set_priorities(listener, &new, peers, ctx));
        let places = arns.iter().filter_map(|arn| world.elb.listeners[listener].rule_named(arn));
        let rules = places.map(|place| RuleDescription::of(world, listener, place)).collect();
        Ok(RulesOutput { rules })
    }
}
