//! `events:ListTargetsByRule`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rule;
use crate::api::{ApiError, Operation};
use crate::world::eventbridge::Target;
use crate::world::{Ctx, World};

/// `events:ListTargetsByRule` — what a rule calls, by id.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListTargetsByRule {
    /// The rule.
    pub rule: String,
    /// `default`, which is the only bus here.
    #[serde(default)]
    pub event_bus_name: Option<String>,
}

/// What ListTargetsByRule answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListTargetsByRuleOutput {
    /// The targets as they were put.
    pub targets: Vec<Value>,
}

impl Operation for ListTargetsByRule {
    const SERVICE: &'static str = "events";
    const NAME: &'static str = "ListTargetsByRule";
    type Output = ListTargetsByRuleOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = rule(world, &self.rule, self.event_bus_name.as_deref(), "Rule")?;
        let targets = world.eventbridge.rules[id].targets.values().map(Target::described);
        Ok(ListTargetsByRuleOutput { targets: targets.cloned().collect() })
    }
}
