//! `ecs:DeleteTaskDefinitions`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::seen_definition;
use super::task_definition::TaskDefinitionDescription;
use crate::api::{ApiError, Operation};
use crate::world::ecs::DefinitionStatus;
use crate::world::{Ctx, World};

/// `ecs:DeleteTaskDefinitions` — deletes revisions that were deregistered before. They are `DELETE_IN_PROGRESS` as long
/// as a task or a deployment refers to them, and then gone [CP-034].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteTaskDefinitions {
    /// `family:revision` or ARNs, 1 to 10 [CP-014].
    pub task_definitions: Vec<String>,
}

/// What DeleteTaskDefinitions answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeleteTaskDefinitionsOutput {
    /// Those that are being deleted.
    pub task_definitions: Vec<TaskDefinitionDescription>,
    /// Those that are not there, or still ACTIVE.
    pub failures: Vec<Failure>,
}

const MISSING: &str = "The specified task definition does not exist. Specify a valid account, family, revision and try \
                       again.";
const ACTIVE: &str =
    "The specified task definition is still in ACTIVE status. Please deregister the target and try again.";

impl Operation for DeleteTaskDefinitions {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DeleteTaskDefinitions";
    type Output = DeleteTaskDefinitionsOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let error = |message: &str| Err(ApiError::invalid_parameter(message).at("taskDefinitions"));
        match self.task_definitions.len() {
            0 => return error("taskDefinitions cannot be empty."),
            1..=10 => {}
            _ => return error("taskDefinitions can have at most 10 items."),
        }
        let without = self.task_definitions.iter().position(|name| !name.contains(':'));
        if let Some(index) = without {
            let error = ApiError::client("Invalid revision number. Number: null");
            return Err(error.at(format!("taskDefinitions[{index}]")).help("Say family:revision."));
        }
        let mut output = DeleteTaskDefinitionsOutput { task_definitions: Vec::new(), failures: Vec::new() };
        for name in self.task_definitions {
            let found = seen_definition(world, &name);
            match found.map(|it| (it, world.ecs.definitions[it].status)) {
                None => output.failures.push(Failure { arn: Some(name), reason: MISSING }),
                Some((_, DefinitionStatus::Active)) => {
                    output.failures.push(Failure { arn: Some(name), reason: ACTIVE });
                }
                Some((definition, _)) => {
                    world.ecs.delete_definition(definition, ctx);
                    output.task_definitions.push(TaskDefinitionDescription::of(world, definition));
                }
            }
        }
        Ok(output)
    }
}
