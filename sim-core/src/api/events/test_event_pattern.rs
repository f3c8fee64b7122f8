//! `events:TestEventPattern`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{pattern, validation};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `events:TestEventPattern` — whether an event is as a pattern says.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TestEventPattern {
    /// The pattern, as JSON text.
    pub event_pattern: String,
    /// The event, as JSON text.
    pub event: String,
}

/// What TestEventPattern answers.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TestEventPatternOutput {
    /// Whether it is.
    pub result: bool,
}

impl Operation for TestEventPattern {
    const SERVICE: &'static str = "events";
    const NAME: &'static str = "TestEventPattern";
    type Output = TestEventPatternOutput;

    fn apply(self, _world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let event: Value = serde_json::from_str(&self.event).map_err(|error| {
            validation("Parameter Event is not valid.").at("Event").help(format!("The JSON parser says: {error}."))
        })?;
        Ok(TestEventPatternOutput { result: pattern(&self.event_pattern)?.fits(&event) })
    }
}
