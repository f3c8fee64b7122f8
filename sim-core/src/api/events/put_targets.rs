//! `events:PutTargets`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::target::Target;
use super::{rule, validation};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// Targets that a rule has at most [count].
const TARGETS_MAX: usize = 5;

/// `events:PutTargets` — what a rule calls: new targets, and those of the same ids anew.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PutTargets {
    /// The rule.
    pub rule: String,
    /// `default`, which is the only bus here.
    #[serde(default)]
    pub event_bus_name: Option<String>,
    /// One or more; a rule has at most 5.
    pub targets: Vec<Target>,
}

/// What PutTargets and RemoveTargets answer.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Entries {
    /// How many failed: none, as all are refused together.
    pub failed_entry_count: u32,
    /// Those.
    pub failed_entries: Vec<()>,
}

impl Operation for PutTargets {
    const SERVICE: &'static str = "events";
    const NAME: &'static str = "PutTargets";
    const TABLE: Option<&'static str> = Some("events.targets");
    type Output = Entries;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = rule(world, &self.rule, self.event_bus_name.as_deref(), "Rule")?;
        if self.targets.is_empty() {
            let message = "1 validation error detected: Value '[]' at 'targets' failed to satisfy constraint: Member must \
                           have length greater than or equal to 1";
            return Err(validation(message).at("Targets"));
        }
        let rule = &world.eventbridge.rules[id];
        let checked = self.targets.iter().enumerate().map(|(index, target)| {
            let kept = target.checked(rule, &format!("Targets[{index}]"), world)?;
            Ok((target.id.clone(), kept))
        });
        let mut targets = rule.targets.clone();
        targets.extend(checked.collect::<Result<Vec<_>, ApiError>>()?);
        if targets.len() > TARGETS_MAX {
            let message = "The requested resource exceeds the maximum number allowed.";
            let error = ApiError::new("LimitExceededException", message).at("Targets");
            return Err(error.help(format!("A rule has at most {TARGETS_MAX} targets.")));
        }
        world.eventbridge.targets_of(id, ctx, |kept| *kept = targets);
        Ok(Entries::default())
    }
}
