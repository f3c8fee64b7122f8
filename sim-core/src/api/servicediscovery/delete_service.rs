//! `servicediscovery:DeleteService`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::find_registry;
use crate::api::{ApiError, NoOutput, Operation};
use crate::world::{Ctx, World};

/// `servicediscovery:DeleteService` — deletes a service of Cloud Map that has no instances.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteService {
    /// Its id, ARN or name.
    pub id: String,
}

impl Operation for DeleteService {
    const SERVICE: &'static str = "servicediscovery";
    const NAME: &'static str = "DeleteService";
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let registry = find_registry(world, &self.id, "Id")?;
        if !world.discovery.registries[registry].instances.is_empty() {
            let message = "The service contains registered instances; delete the instances before deleting the service";
            return Err(ApiError::new("ResourceInUse", message).at("Id"));
        }
        world.discovery.delete_registry(registry, ctx);
        Ok(NoOutput {})
    }
}
