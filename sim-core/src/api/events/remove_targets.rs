//! `events:RemoveTargets`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::put_targets::Entries;
use super::rule;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `events:RemoveTargets` — a rule does not call these targets any more. An id that is not there is no error.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RemoveTargets {
    /// The rule.
    pub rule: String,
    /// `default`, which is the only bus here.
    #[serde(default)]
    pub event_bus_name: Option<String>,
    /// The targets' ids.
    pub ids: Vec<String>,
    /// Means something for rules that AWS makes, of which there are none here.
    #[serde(default)]
    pub force: bool,
}

impl Operation for RemoveTargets {
    const SERVICE: &'static str = "events";
    const NAME: &'static str = "RemoveTargets";
    type Output = Entries;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = rule(world, &self.rule, self.event_bus_name.as_deref(), "Rule")?;
        world.eventbridge.targets_of(id, ctx, |kept| kept.retain(|id, _| !self.ids.contains(id)));
        Ok(Entries::default())
    }
}
