//! `servicediscovery:GetOperation`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `servicediscovery:GetOperation` — says how far something is that was asked for: all of it is done at once here.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetOperation {
    /// What the request was answered with.
    pub operation_id: String,
}

/// What GetOperation answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetOperationOutput {
    /// The operation.
    pub operation: OperationDescription,
}

/// `Operation`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct OperationDescription {
    /// Its id.
    pub id: String,
    /// `CREATE_NAMESPACE` or `DELETE_NAMESPACE`.
    pub r#type: &'static str,
    /// `SUCCESS`.
    pub status: &'static str,
    /// When it was asked for.
    pub create_date: String,
    /// When it was done.
    pub update_date: String,
    /// `NAMESPACE` and its id.
    pub targets: BTreeMap<&'static str, String>,
}

impl Operation for GetOperation {
    const SERVICE: &'static str = "servicediscovery";
    const NAME: &'static str = "GetOperation";
    type Output = GetOperationOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let Some(asked) = world.discovery.asked.iter().find(|asked| asked.id == self.operation_id) else {
            return Err(ApiError::new("OperationNotFound", "The specified operation was not found.").at("OperationId"));
        };
        let at = world.account.wall(asked.at);
        let operation = OperationDescription {
            id: asked.id.clone(),
            r#type: asked.what,
            status: "SUCCESS",
            create_date: at.clone(),
            update_date: at,
            targets: BTreeMap::from([("NAMESPACE", world.discovery.namespaces[asked.namespace].id.clone())]),
        };
        Ok(GetOperationOutput { operation })
    }
}
