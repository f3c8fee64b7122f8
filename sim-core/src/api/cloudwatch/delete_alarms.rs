//! `cloudwatch:DeleteAlarms`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{alarm_named, checked_names};
use crate::api::{ApiError, NoOutput, Operation};
use crate::world::{Ctx, World};

/// `cloudwatch:DeleteAlarms` — deletes alarms: all that are named, or none when one of them is not there.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteAlarms {
    /// By name, at most 100.
    pub alarm_names: Vec<String>,
}

impl Operation for DeleteAlarms {
    const SERVICE: &'static str = "cloudwatch";
    const NAME: &'static str = "DeleteAlarms";
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        checked_names(&self.alarm_names)?;
        for (index, name) in self.alarm_names.iter().enumerate() {
            alarm_named(world, name, format!("AlarmNames[{index}]"))?;
        }
        for name in &self.alarm_names {
            world.cloudwatch.delete_alarm(name, ctx);
        }
        Ok(NoOutput {})
    }
}
