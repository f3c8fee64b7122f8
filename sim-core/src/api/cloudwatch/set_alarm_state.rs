//! `cloudwatch:SetAlarmState`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{StateValue, alarm_named, checked_length, invalid};
use crate::api::{ApiError, NoOutput, NotModelled, Operation};
use crate::world::{Ctx, World};

/// `cloudwatch:SetAlarmState` — puts an alarm into a state until its next evaluation, which is within a minute: a way to
/// try out what an alarm leads to [SC-042].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SetAlarmState {
    /// Which alarm.
    pub alarm_name: String,
    /// Into which state.
    pub state_value: StateValue,
    /// Why, at most 1,023 characters.
    pub state_reason: String,
    /// The same as JSON; not modelled.
    #[serde(default)]
    pub state_reason_data: NotModelled,
}

impl Operation for SetAlarmState {
    const SERVICE: &'static str = "cloudwatch";
    const NAME: &'static str = "SetAlarmState";
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        checked_length("AlarmName", &self.alarm_name, 255)?;
        if self.state_reason.chars().count() > 1023 {
            let message = "1 validation error detected: Value at 'stateReason' failed to satisfy constraint: Member must \
                           have length less than or equal to 1023";
            return Err(invalid(message).at("StateReason"));
        }
        alarm_named(world, &self.alarm_name, "AlarmName")?;
        let state = self.state_value.kept();
        world.cloudwatch.set_alarm_state(&self.alarm_name, state, &self.state_reason, ctx);
        Ok(NoOutput {})
    }
}
