//! `servicediscovery:DeleteNamespace`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Begun, find_namespace};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `servicediscovery:DeleteNamespace` — deletes a namespace without services.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteNamespace {
    /// Its id, ARN or name.
    pub id: String,
}

impl Operation for DeleteNamespace {
    const SERVICE: &'static str = "servicediscovery";
    const NAME: &'static str = "DeleteNamespace";
    type Output = Begun;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let namespace = find_namespace(world, &self.id, "Id")?;
        let left: Vec<&str> = world.discovery.registries_in(namespace).map(|(_, it)| it.name.as_str()).collect();
        if !left.is_empty() {
            let id = &world.discovery.namespaces[namespace].id;
            let message = format!("The namespace {id} still contains services and cannot be deleted.");
            let error = ApiError::new("ResourceInUse", message).at("Id");
            return Err(error.help(format!("Its services are: {}.", left.join(", "))));
        }
        world.discovery.delete_namespace(namespace, &world.account, ctx);
        Ok(Begun::latest(world))
    }
}
