//! `events:DescribeRule`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{State, rule};
use crate::api::{ApiError, Operation};
use crate::world::eventbridge::RuleId;
use crate::world::{Ctx, World};

/// `events:DescribeRule` — a rule, without what it calls.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeRule {
    /// The rule.
    pub name: String,
    /// `default`, which is the only bus here.
    #[serde(default)]
    pub event_bus_name: Option<String>,
}

/// A rule as AWS describes it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RuleDescription {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Which events it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_pattern: Option<String>,
    /// When it rings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_expression: Option<String>,
    /// Whether it does.
    pub state: State,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `default`.
    pub event_bus_name: &'static str,
    /// The account; not in a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
}

impl RuleDescription {
    /// Describes a rule as it stands in a list.
    pub(super) fn of(world: &World, id: RuleId) -> RuleDescription {
        let rule = &world.eventbridge.rules[id];
        RuleDescription {
            name: rule.name.clone(),
            arn: rule.arn.clone(),
            event_pattern: rule.plan.pattern.as_ref().map(|(text, _)| text.clone()),
            schedule_expression: rule.plan.schedule.as_ref().map(|(text, _)| text.clone()),
            state: State::of(rule.plan.enabled),
            description: rule.plan.description.clone(),
            event_bus_name: "default",
            created_by: None,
        }
    }
}

impl Operation for DescribeRule {
    const SERVICE: &'static str = "events";
    const NAME: &'static str = "DescribeRule";
    type Output = RuleDescription;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = rule(world, &self.name, self.event_bus_name.as_deref(), "Name")?;
        let created_by = Some(world.account.id.clone());
        Ok(RuleDescription { created_by, ..RuleDescription::of(world, id) })
    }
}
