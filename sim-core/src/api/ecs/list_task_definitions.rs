//! `ecs:ListTaskDefinitions`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::page::page;
use crate::api::{ApiError, Operation};
use crate::world::ecs::{DefinitionStatus, TaskDefinition, TaskDefinitionId};
use crate::world::{Ctx, World};

/// `ecs:ListTaskDefinitions` — names revisions, by family and then by revision [CP-018].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListTaskDefinitions {
    /// Only this family.
    pub family_prefix: Option<String>,
    /// `ACTIVE` unless set [CP-018].
    #[serde(default)]
    pub status: StatusFilter,
    /// `ASC` unless set; `DESC` turns families and revisions round [CP-018].
    #[serde(default)]
    pub sort: SortOrder,
    /// The page to begin with; the first unless set.
    pub next_token: Option<String>,
    /// ARNs on a page [count]; 100 unless set, 1 to 100 [CP-015].
    #[schemars(range(min = 1, max = 100))]
    pub max_results: Option<u32>,
}

/// `status`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatusFilter {
    /// In use.
    #[default]
    Active,
    /// Deregistered.
    Inactive,
    /// To be deleted, and still in use [CP-034].
    DeleteInProgress,
}

/// `sort`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SortOrder {
    /// Ascending.
    #[default]
    Asc,
    /// Descending.
    Desc,
}

/// What ListTaskDefinitions answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListTaskDefinitionsOutput {
    /// The revisions.
    pub task_definition_arns: Vec<String>,
    /// The next page; none after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListTaskDefinitions {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "ListTaskDefinitions";
    type Output = ListTaskDefinitionsOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let wanted = |(id, definition): &(TaskDefinitionId, &TaskDefinition)| {
            let status = match definition.status {
                DefinitionStatus::Active => StatusFilter::Active,
                DefinitionStatus::Inactive => StatusFilter::Inactive,
                DefinitionStatus::DeleteInProgress => StatusFilter::DeleteInProgress,
            };
            status == self.status
                && world.limits.sees(definition.registered)
                && !world.ecs.is_deleted(*id)
                && self.family_prefix.as_ref().is_none_or(|family| *family == definition.family)
        };
        let mut found: Vec<_> = world.ecs.definitions.iter().filter(wanted).map(|(_, d)| d).collect();
        found.sort_by(|a, b| a.family.cmp(&b.family).then(a.revision.cmp(&b.revision)));
        if self.sort == SortOrder::Desc {
            found.reverse();
        }
        let arns = found.into_iter().map(|definition| definition.arn.clone()).collect();
        let page = page(arns, self.max_results, 100, self.next_token.as_deref())?;
        Ok(ListTaskDefinitionsOutput { task_definition_arns: page.items, next_token: page.next })
    }
}
