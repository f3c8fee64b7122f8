//! `ecs:DeregisterTaskDefinition`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::seen_definition;
use super::task_definition::TaskDefinitionDescription;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:DeregisterTaskDefinition` — makes a revision INACTIVE: nothing new may name it, what runs on it goes on
/// [CP-035].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeregisterTaskDefinition {
    /// `family:revision` or an ARN; the revision is required.
    pub task_definition: String,
}

/// What DeregisterTaskDefinition answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeregisterTaskDefinitionOutput {
    /// The revision, INACTIVE.
    pub task_definition: TaskDefinitionDescription,
}

impl Operation for DeregisterTaskDefinition {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DeregisterTaskDefinition";
    type Output = DeregisterTaskDefinitionOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let error = |message: &str| ApiError::client(message).at("taskDefinition");
        if !self.task_definition.contains(':') {
            return Err(error("Invalid revision number. Number: null").help("Say family:revision."));
        }
        let found = seen_definition(world, &self.task_definition);
        let definition = found.ok_or_else(|| error("The specified task definition does not exist."))?;
        world.ecs.deregister(definition, ctx);
        Ok(DeregisterTaskDefinitionOutput { task_definition: TaskDefinitionDescription::of(world, definition) })
    }
}
