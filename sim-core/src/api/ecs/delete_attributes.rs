//! `ecs:DeleteAttributes`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attribute::{self, Attribute, AttributeDescription};
use super::find_cluster;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:DeleteAttributes` — takes attributes from container instances.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteAttributes {
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// 1 to 10 [CA-116]; without value an attribute goes whatever its value is.
    pub attributes: Vec<Attribute>,
}

/// What DeleteAttributes answers.
#[derive(Clone, Debug, Serialize)]
pub struct DeleteAttributesOutput {
    /// What is gone.
    pub attributes: Vec<AttributeDescription>,
}

impl Operation for DeleteAttributes {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DeleteAttributes";
    type Output = DeleteAttributesOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        let given = attribute::resolve(&self.attributes, cluster, world)?;
        let mut attributes = Vec::new();
        for (id, name, value) in given {
            let it = &world.ecs.instances[id];
            let fits = |own: &&String| value.is_empty() || **own == value;
            let Some(own) = it.attributes.get(&name).filter(fits) else { continue };
            attributes.push(AttributeDescription::whole(&name, own, &it.arn));
            world.ecs.set_attribute(id, name, None, ctx);
        }
        Ok(DeleteAttributesOutput { attributes })
    }
}
