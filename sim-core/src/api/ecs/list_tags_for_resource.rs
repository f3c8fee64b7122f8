//! `ecs:ListTagsForResource`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tag::{self, Tag};
use super::tagged;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:ListTagsForResource` — lists the labels of a cluster, service, task, task definition, container instance or
/// capacity provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListTagsForResource {
    /// ARN of the resource [CP-005].
    pub resource_arn: String,
}

/// What ListTagsForResource answers.
#[derive(Clone, Debug, Serialize)]
pub struct ListTagsForResourceOutput {
    /// The labels.
    pub tags: Vec<Tag>,
}

impl Operation for ListTagsForResource {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "ListTagsForResource";
    type Output = ListTagsForResourceOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let resource = tagged::find(world, &self.resource_arn, ctx.now())?;
        Ok(ListTagsForResourceOutput { tags: tag::described(&resource.tags(world)) })
    }
}
