//! `ecs:ListAttributes`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attribute::{AttributeDescription, TargetType};
use super::find_cluster;
use super::page::page;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:ListAttributes` — which container instances have which attributes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListAttributes {
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// `container-instance`.
    pub target_type: TargetType,
    /// Only this attribute.
    pub attribute_name: Option<String>,
    /// Only this value; needs the name.
    pub attribute_value: Option<String>,
    /// The page to begin with; the first unless set.
    pub next_token: Option<String>,
    /// On a page [count]; 100 unless set, 1 to 100 [CP-015].
    #[schemars(range(min = 1, max = 100))]
    pub max_results: Option<u32>,
}

/// What ListAttributes answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListAttributesOutput {
    /// By instance, then by name.
    pub attributes: Vec<AttributeDescription>,
    /// The next page; none after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListAttributes {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "ListAttributes";
    type Output = ListAttributesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        if self.attribute_value.is_some() && self.attribute_name.is_none() {
            let message = "attributeValue needs an attributeName.";
            return Err(ApiError::invalid_parameter(message).at("attributeValue"));
        }
        let wanted = |(name, value): &(&String, &String)| {
            self.attribute_name.as_ref().is_none_or(|wanted| wanted == *name)
                && self.attribute_value.as_ref().is_none_or(|wanted| wanted == *value)
        };
        let ecs = &world.ecs;
        let of = |id| {
            let it = &ecs.instances[id];
            let own = it.attributes.iter().filter(wanted);
            own.map(|(name, value)| AttributeDescription::whole(name, value, &it.arn)).collect::<Vec<_>>()
        };
        let attributes = ecs.instances_in(cluster).flat_map(of).collect();
        let page = page(attributes, self.max_results, 100, self.next_token.as_deref())?;
        Ok(ListAttributesOutput { attributes: page.items, next_token: page.next })
    }
}
