//! `servicediscovery:GetService`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::description::RegistryDescription;
use super::find_registry;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `servicediscovery:GetService` — describes a service of Cloud Map.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetService {
    /// Its id, ARN or name.
    pub id: String,
}

/// What GetService answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetServiceOutput {
    /// The service.
    pub service: RegistryDescription,
}

impl Operation for GetService {
    const SERVICE: &'static str = "servicediscovery";
    const NAME: &'static str = "GetService";
    type Output = GetServiceOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let registry = find_registry(world, &self.id, "Id")?;
        Ok(GetServiceOutput { service: RegistryDescription::of(world, registry) })
    }
}
