//! `cloudwatch:DisableAlarmActions`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::checked_names;
use crate::api::{ApiError, NoOutput, Operation};
use crate::world::{Ctx, World};

/// `cloudwatch:DisableAlarmActions` — keeps alarms from acting; their state is evaluated all the same. (Actions are not modelled: the switch is stored.)
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DisableAlarmActions {
    /// By name, at most 100; those that are not there are passed over.
    pub alarm_names: Vec<String>,
}

impl Operation for DisableAlarmActions {
    const SERVICE: &'static str = "cloudwatch";
    const NAME: &'static str = "DisableAlarmActions";
    type Output = NoOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        checked_names(&self.alarm_names)?;
        world.cloudwatch.enable_alarm_actions(&self.alarm_names, false);
        Ok(NoOutput {})
    }
}
