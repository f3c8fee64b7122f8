//! `elasticloadbalancing:DescribeRules`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::create_rule::RulesOutput;
use super::description::RuleDescription;
use super::{invalid, listener, rule};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:DescribeRules` — describes the rules of a listener, or some by ARN.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeRules {
    /// The listener, by ARN, or as `alb:80`.
    pub listener_arn: Option<String>,
    /// By ARN, or as `alb:80/10`.
    #[serde(default)]
    pub rule_arns: Vec<String>,
    /// All are on one page.
    #[serde(default)]
    pub marker: NotModelled,
    /// All are on one page.
    #[serde(default)]
    pub page_size: NotModelled,
}

impl Operation for DescribeRules {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "DescribeRules";
    type Output = RulesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let wanted = match (&self.listener_arn, self.rule_arns.as_slice()) {
            (Some(arn), []) => {
                let id = listener(world, arn, "ListenerArn")?;
                (0..world.elb.listeners[id].rules.len()).map(|place| (id, place)).collect()
            }
            (None, arns @ [_, ..]) => {
                let named = arns.iter().enumerate().map(|(index, arn)| rule(world, arn, &format!("RuleArns[{index}]")));
                named.collect::<Result<Vec<_>, _>>()?
            }
            _ => return Err(invalid("You must specify either listener rule ARNs or a listener ARN")),
        };
        let rules = wanted.into_iter().map(|(id, place)| RuleDescription::of(world, id, place)).collect();
        Ok(RulesOutput { rules })
    }
}
