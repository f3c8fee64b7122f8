//! `iam:DeleteRolePolicy`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::role;
use crate::api::{ApiError, NoOutput, Operation};
use crate::world::{Ctx, World};

/// `iam:DeleteRolePolicy` — takes a policy of its own from a role.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteRolePolicy {
    /// The role's name or ARN.
    pub role_name: String,
    /// The policy's name, as PutRolePolicy was given it.
    pub policy_name: String,
}

impl Operation for DeleteRolePolicy {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "DeleteRolePolicy";
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let role = role(world, &self.role_name)?;
        if world.iam.delete_role_policy(role, &self.policy_name, ctx) {
            return Ok(NoOutput {});
        }
        let message = format!("The role policy with name {} cannot be found.", self.policy_name);
        Err(ApiError::new("NoSuchEntity", message).at("PolicyName"))
    }
}
