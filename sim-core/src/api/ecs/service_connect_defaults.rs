//! `serviceConnectDefaults` of a cluster.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::world::discovery::{NamespaceId, NamespaceType, NewNamespace};
use crate::world::{Ctx, World};

/// The namespace of the cluster's services that name none.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceConnectDefaults {
    /// Its name or ARN. An HTTP namespace of a name that none has yet is made; an empty name stands for none at all.
    pub namespace: String,
}

impl ServiceConnectDefaults {
    /// Refuses an ARN of no namespace and what cannot be a name.
    pub(crate) fn check(&self, world: &World) -> Result<(), ApiError> {
        let name = &self.namespace;
        if name.starts_with("arn:") && world.discovery.namespace_named(name).is_none() {
            let error = ApiError::new("NamespaceNotFoundException", "The specified namespace wasn't found.");
            return Err(error.at("serviceConnectDefaults.namespace"));
        }
        if name.len() > 1024 || !name.chars().all(|c| c.is_ascii_graphic()) {
            let error = ApiError::invalid_parameter("The namespace name is invalid.");
            return Err(error.at("serviceConnectDefaults.namespace").help("Use up to 1,024 printable characters."));
        }
        Ok(())
    }

    /// The namespace, which is made if there is none of this name.
    pub(crate) fn namespace(&self, world: &mut World, ctx: &mut Ctx) -> Option<NamespaceId> {
        if self.namespace.is_empty() {
            return None;
        }
        Some(world.discovery.namespace_named(&self.namespace).unwrap_or_else(|| {
            let new = NewNamespace {
                name: self.namespace.clone(),
                kind: NamespaceType::Http,
                description: "ECS Cluster created namespace".to_owned(),
                request: String::new(),
            };
            world.discovery.create_namespace(new, &world.account, ctx)
        }))
    }

    /// The namespace of a cluster, by its ARN.
    pub(crate) fn of(namespace: Option<NamespaceId>, world: &World) -> Option<ServiceConnectDefaults> {
        namespace.map(|id| ServiceConnectDefaults { namespace: world.discovery.namespaces[id].arn.clone() })
    }
}
