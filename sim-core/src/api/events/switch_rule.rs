//! `events:EnableRule` and `events:DisableRule`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::rule;
use crate::api::{ApiError, NoOutput, Operation};
use crate::world::{Ctx, World};

/// `events:EnableRule` — a rule rings, or hears events, from now on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EnableRule {
    /// The rule.
    pub name: String,
    /// `default`, which is the only bus here.
    #[serde(default)]
    pub event_bus_name: Option<String>,
}

/// `events:DisableRule` — a rule neither rings nor hears events from now on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DisableRule {
    /// The rule.
    pub name: String,
    /// `default`, which is the only bus here.
    #[serde(default)]
    pub event_bus_name: Option<String>,
}

impl Operation for EnableRule {
    const SERVICE: &'static str = "events";
    const NAME: &'static str = "EnableRule";
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = rule(world, &self.name, self.event_bus_name.as_deref(), "Name")?;
        world.eventbridge.switch_rule(id, true, &world.account, ctx);
        Ok(NoOutput {})
    }
}

impl Operation for DisableRule {
    const SERVICE: &'static str = "events";
    const NAME: &'static str = "DisableRule";
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = rule(world, &self.name, self.event_bus_name.as_deref(), "Name")?;
        world.eventbridge.switch_rule(id, false, &world.account, ctx);
        Ok(NoOutput {})
    }
}
