//! `events:PutRule`.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{State, check_bus, pattern, validation};
use crate::api::ecs::events_of;
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::eventbridge::{Expression, Grammar, RulePlan};
use crate::world::{Ctx, World};

/// `events:PutRule` — makes a rule, or gives the one of this name another plan: about events that ECS sends, or at times.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PutRule {
    /// Its name: 1–64 letters, digits and `.-_`.
    pub name: String,
    /// `rate(5 minutes)`, or `cron(0 12 * * ? *)` with minute, hour, day of the month, month, day of the week and year.
    #[serde(default)]
    pub schedule_expression: Option<String>,
    /// Which events it is about, as JSON text: `{"source": ["aws.ecs"]}`. Exact values, `prefix`, `suffix`,
    /// `equals-ignore-case`, `wildcard`, `anything-but`, `exists` and `numeric`.
    #[serde(default)]
    pub event_pattern: Option<String>,
    /// `ENABLED` unless set.
    #[serde(default)]
    pub state: State,
    /// What it is for; up to 512 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// `default`, which is the only bus here.
    #[serde(default)]
    pub event_bus_name: Option<String>,
    /// A role for targets on other buses; not modelled.
    #[serde(default)]
    pub role_arn: NotModelled,
    /// Tags; not modelled.
    #[serde(default)]
    pub tags: NotModelled,
}

/// What PutRule answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutRuleOutput {
    /// Its ARN.
    pub rule_arn: String,
}

impl Operation for PutRule {
    const SERVICE: &'static str = "events";
    const NAME: &'static str = "PutRule";
    const TABLE: Option<&'static str> = Some("events.rule");
    type Output = PutRuleOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
        if !(1..=64).contains(&self.name.len()) || !self.name.chars().all(allowed) {
            let message = format!(
                "1 validation error detected: Value '{}' at 'name' failed to satisfy constraint: Member must satisfy \
                 regular expression pattern: [\\.\\-_A-Za-z0-9]+",
                self.name
            );
            return Err(validation(message).at("Name").help("A name has 1 to 64 letters, digits and .-_ characters."));
        }
        check_bus(self.event_bus_name.as_deref())?;
        if self.description.as_ref().is_some_and(|text| text.chars().count() > 512) {
            let message = "1 validation error detected: Value at 'description' failed to satisfy constraint: Member must \
                           have length less than or equal to 512";
            return Err(validation(message).at("Description"));
        }
        if self.schedule_expression.is_none() && self.event_pattern.is_none() {
            return Err(validation("Parameter(s) EventPattern or ScheduleExpression must be specified."));
        }
        let schedule = self.schedule_expression.map(|text| match Expression::parse(&text, Grammar::Rule) {
            Some(expression) => Ok((text, expression)),
            None => {
                let error = validation("Parameter ScheduleExpression is not valid.").at("ScheduleExpression");
                Err(error.help(
                    "Write rate(1 minute), rate(5 minutes), or cron(…) with minute, hour, day of the month, month, day of \
                     the week and year, of whose two days exactly one is `?`: cron(0 12 * * ? *).",
                ))
            }
        });
        let pattern = self.event_pattern.map(|text| Ok((text.clone(), Arc::new(pattern(&text)?))));
        let plan = RulePlan {
            description: self.description,
            enabled: self.state == State::Enabled,
            schedule: schedule.transpose()?,
            pattern: pattern.transpose()?,
        };
        world.eventbridge.tell = Some(events_of);
        let id = world.eventbridge.put_rule(&self.name, plan, &world.account, ctx);
        Ok(PutRuleOutput { rule_arn: world.eventbridge.rules[id].arn.clone() })
    }
}
