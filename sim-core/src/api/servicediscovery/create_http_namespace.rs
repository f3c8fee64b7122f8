//! `servicediscovery:CreateHttpNamespace`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Begun, create_namespace};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::discovery::{NamespaceType, NewNamespace};
use crate::world::{Ctx, World};

/// `servicediscovery:CreateHttpNamespace` — makes a namespace for Service Connect. It is there at once.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateHttpNamespace {
    /// Up to 1,024 printable characters; unique.
    pub name: String,
    /// The same request again, with the same id, is answered as the first.
    #[serde(default)]
    pub creator_request_id: String,
    /// What it is for; up to 1,024 characters.
    #[serde(default)]
    pub description: String,
    /// Tags; not modelled.
    #[serde(default)]
    pub tags: NotModelled,
}

impl Operation for CreateHttpNamespace {
    const SERVICE: &'static str = "servicediscovery";
    const NAME: &'static str = "CreateHttpNamespace";
    const TABLE: Option<&'static str> = Some("servicediscovery.httpNamespace");
    type Output = Begun;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let new = NewNamespace {
            name: self.name,
            kind: NamespaceType::Http,
            description: self.description,
            request: self.creator_request_id,
        };
        create_namespace(new, world, ctx)
    }
}
