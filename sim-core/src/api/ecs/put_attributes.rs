//! `ecs:PutAttributes`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attribute::{self, Attribute, AttributeDescription};
use super::find_cluster;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:PutAttributes` — gives container instances attributes, or those that they have another value.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutAttributes {
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// 1 to 10 [CA-116].
    pub attributes: Vec<Attribute>,
}

/// What PutAttributes answers.
#[derive(Clone, Debug, Serialize)]
pub struct PutAttributesOutput {
    /// What is so now.
    pub attributes: Vec<AttributeDescription>,
}

impl Operation for PutAttributes {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "PutAttributes";
    type Output = PutAttributesOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        let given = attribute::resolve(&self.attributes, cluster, world)?;
        let mut attributes = Vec::new();
        for (id, name, value) in given {
            attributes.push(AttributeDescription::whole(&name, &value, &world.ecs.instances[id].arn));
            world.ecs.set_attribute(id, name, Some(value), ctx);
        }
        Ok(PutAttributesOutput { attributes })
    }
}
