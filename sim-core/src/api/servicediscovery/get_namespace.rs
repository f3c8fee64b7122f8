//! `servicediscovery:GetNamespace`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::description::NamespaceDescription;
use super::find_namespace;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `servicediscovery:GetNamespace` — describes a namespace.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetNamespace {
    /// Its id, ARN or name.
    pub id: String,
}

/// What GetNamespace answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetNamespaceOutput {
    /// The namespace.
    pub namespace: NamespaceDescription,
}

impl Operation for GetNamespace {
    const SERVICE: &'static str = "servicediscovery";
    const NAME: &'static str = "GetNamespace";
    type Output = GetNamespaceOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let namespace = find_namespace(world, &self.id, "Id")?;
        Ok(GetNamespaceOutput { namespace: NamespaceDescription::of(world, namespace) })
    }
}
