//! `events:ListRules`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check_bus;
use super::describe_rule::RuleDescription;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `events:ListRules` — the rules, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListRules {
    /// Only those whose name begins so.
    #[serde(default)]
    pub name_prefix: Option<String>,
    /// `default`, which is the only bus here.
    #[serde(default)]
    pub event_bus_name: Option<String>,
}

/// What ListRules answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListRulesOutput {
    /// The rules.
    pub rules: Vec<RuleDescription>,
}

impl Operation for ListRules {
    const SERVICE: &'static str = "events";
    const NAME: &'static str = "ListRules";
    type Output = ListRulesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        check_bus(self.event_bus_name.as_deref())?;
        let prefix = self.name_prefix.unwrap_or_default();
        let named = world.eventbridge.rule_names.iter().filter(|(name, _)| name.starts_with(&prefix));
        Ok(ListRulesOutput { rules: named.map(|(_, &id)| RuleDescription::of(world, id)).collect() })
    }
}
