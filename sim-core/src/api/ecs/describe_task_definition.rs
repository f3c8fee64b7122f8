//! `ecs:DescribeTaskDefinition`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::seen_definition;
use super::tag::{self, Tag};
use super::task_definition::TaskDefinitionDescription;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:DescribeTaskDefinition` — says what a revision is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DescribeTaskDefinition {
    /// `family` for its latest ACTIVE revision, `family:revision`, or an ARN [CP-033].
    pub task_definition: String,
    /// `TAGS` to see the labels.
    #[serde(default)]
    pub include: Vec<TaskDefinitionField>,
}

/// Parts of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TaskDefinitionField {
    /// Labels.
    Tags,
}

/// What DescribeTaskDefinition answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeTaskDefinitionOutput {
    /// The revision.
    pub task_definition: TaskDefinitionDescription,
    /// Its labels.
    pub tags: Vec<Tag>,
}

impl Operation for DescribeTaskDefinition {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DescribeTaskDefinition";
    type Output = DescribeTaskDefinitionOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let found = seen_definition(world, &self.task_definition);
        let error = || ApiError::client("Unable to describe task definition.").at("taskDefinition");
        let definition = found.ok_or_else(error)?;
        let tags = match self.include.contains(&TaskDefinitionField::Tags) {
            true => tag::described(&world.ecs.definitions[definition].tags),
            false => Vec::new(),
        };
        Ok(DescribeTaskDefinitionOutput { task_definition: TaskDefinitionDescription::of(world, definition), tags })
    }
}
