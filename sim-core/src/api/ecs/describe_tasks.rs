//! `ecs:DescribeTasks`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::task::TaskDescription;
use super::{find_cluster, find_task};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:DescribeTasks` — says how tasks are.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DescribeTasks {
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// Ids or ARNs, 1 to 100 [CP-014]; or this simulator's own short names, such as `web#1` for the first task of the
    /// service `web`.
    pub tasks: Vec<String>,
    /// `TAGS` to see the labels.
    #[serde(default)]
    pub include: Vec<TaskField>,
}

/// Parts of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TaskField {
    /// Labels.
    Tags,
}

/// What DescribeTasks answers.
#[derive(Clone, Debug, Serialize)]
pub struct DescribeTasksOutput {
    /// Those that exist, or stopped less than an hour ago [CP-085].
    pub tasks: Vec<TaskDescription>,
    /// The others [CP-017].
    pub failures: Vec<Failure>,
}

impl Operation for DescribeTasks {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DescribeTasks";
    type Output = DescribeTasksOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        if self.tasks.is_empty() {
            return Err(ApiError::invalid_parameter("Tasks cannot be empty.").at("tasks"));
        }
        if self.tasks.len() > 100 {
            return Err(ApiError::invalid_parameter("taskIds can have at most 100 items.").at("tasks"));
        }
        let mut output = DescribeTasksOutput { tasks: Vec::new(), failures: Vec::new() };
        let with_tags = self.include.contains(&TaskField::Tags);
        let kind = format!("task/{}", world.ecs.clusters[cluster].name);
        for (index, name) in self.tasks.iter().enumerate() {
            let found = find_task(world, cluster, name, &format!("tasks[{index}]"))?;
            match found.filter(|&task| world.ecs.is_remembered(task, ctx.now())) {
                Some(task) => output.tasks.push(TaskDescription::of(world, task, with_tags)),
                None => output.failures.push(Failure::missing(world, &kind, name)),
            }
        }
        Ok(output)
    }
}
