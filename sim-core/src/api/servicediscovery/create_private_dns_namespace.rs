//! `servicediscovery:CreatePrivateDnsNamespace`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Begun, create_namespace, invalid};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::discovery::{NamespaceType, NewNamespace};
use crate::world::{Ctx, World};

/// `servicediscovery:CreatePrivateDnsNamespace` — makes a namespace whose names the DNS of the VPC knows. It is there at
/// once.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreatePrivateDnsNamespace {
    /// A domain such as `prod.local`; unique.
    pub name: String,
    /// The VPC, by id; `default` is the one that there is.
    pub vpc: String,
    /// The same request again, with the same id, is answered as the first.
    #[serde(default)]
    pub creator_request_id: String,
    /// What it is for; up to 1,024 characters.
    #[serde(default)]
    pub description: String,
    /// The SOA record; not modelled.
    #[serde(default)]
    pub properties: NotModelled,
    /// Tags; not modelled.
    #[serde(default)]
    pub tags: NotModelled,
}

impl Operation for CreatePrivateDnsNamespace {
    const SERVICE: &'static str = "servicediscovery";
    const NAME: &'static str = "CreatePrivateDnsNamespace";
    const TABLE: Option<&'static str> = Some("servicediscovery.privateDnsNamespace");
    type Output = Begun;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        if self.vpc != "default" && self.vpc != world.network.vpc {
            return Err(invalid(format!("The VPC {} does not exist.", self.vpc))
                .at("Vpc")
                .help("Use the VPC default."));
        }
        let new = NewNamespace {
            name: self.name,
            kind: NamespaceType::DnsPrivate,
            description: self.description,
            request: self.creator_request_id,
        };
        create_namespace(new, world, ctx)
    }
}
