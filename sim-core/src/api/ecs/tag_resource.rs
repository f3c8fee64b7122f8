//! `ecs:TagResource`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::tag::{self, Tag};
use super::tagged;
use crate::api::{ApiError, NoOutput, Operation};
use crate::world::{Ctx, World};

/// `ecs:TagResource` — hangs labels on a cluster, service, task, task definition, container instance or capacity
/// provider. One with the same key gets the new value; the others stay.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TagResource {
    /// ARN of the resource [CP-005].
    pub resource_arn: String,
    /// The labels; a resource has at most 50 [CP-022].
    pub tags: Vec<Tag>,
}

impl Operation for TagResource {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "TagResource";
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let resource = tagged::find(world, &self.resource_arn, ctx.now())?;
        let mut tags = resource.tags(world);
        for (key, value) in tag::checked(&self.tags)? {
            match tags.iter_mut().find(|(known, _)| *known == key) {
                Some((_, old)) => *old = value,
                None => tags.push((key, value)),
            }
        }
        tag::within_limit(tags.len())?;
        resource.set(world, tags);
        Ok(NoOutput {})
    }
}
