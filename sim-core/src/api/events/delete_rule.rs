//! `events:DeleteRule`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{check_bus, validation};
use crate::api::{ApiError, NoOutput, Operation};
use crate::world::{Ctx, World};

/// `events:DeleteRule` — deletes a rule that has no targets any more. One that is not there is no error.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteRule {
    /// The rule.
    pub name: String,
    /// `default`, which is the only bus here.
    #[serde(default)]
    pub event_bus_name: Option<String>,
    /// Means something for rules that AWS makes, of which there are none here.
    #[serde(default)]
    pub force: bool,
}

impl Operation for DeleteRule {
    const SERVICE: &'static str = "events";
    const NAME: &'static str = "DeleteRule";
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        check_bus(self.event_bus_name.as_deref())?;
        let Some(id) = world.eventbridge.rule_named(&self.name) else { return Ok(NoOutput {}) };
        if !world.eventbridge.rules[id].targets.is_empty() {
            let error = validation("Rule can't be deleted since it has targets.").at("Name");
            return Err(error.help("Take them away first: aws events remove-targets."));
        }
        world.eventbridge.delete_rule(id, &world.account, ctx);
        Ok(NoOutput {})
    }
}
