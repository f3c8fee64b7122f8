//! `ecs:UntagResource`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::tagged;
use crate::api::{ApiError, NoOutput, Operation};
use crate::world::{Ctx, World};

/// `ecs:UntagResource` — takes labels off a cluster, service, task, task definition, container instance or capacity
/// provider. A key that is not there is no error.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UntagResource {
    /// ARN of the resource [CP-005].
    pub resource_arn: String,
    /// Keys of the labels.
    pub tag_keys: Vec<String>,
}

impl Operation for UntagResource {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "UntagResource";
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let resource = tagged::find(world, &self.resource_arn, ctx.now())?;
        let mut tags = resource.tags(world);
        tags.retain(|(key, _)| !self.tag_keys.contains(key));
        resource.set(world, tags);
        Ok(NoOutput {})
    }
}
