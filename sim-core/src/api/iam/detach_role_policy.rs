//! `iam:DetachRolePolicy`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::role;
use crate::api::{ApiError, NoOutput, Operation};
use crate::world::iam::managed_policy;
use crate::world::{Ctx, World};

/// `iam:DetachRolePolicy` — takes one of AWS's own policies from a role.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DetachRolePolicy {
    /// The role's name or ARN.
    pub role_name: String,
    /// The policy's ARN or name.
    pub policy_arn: String,
}

impl Operation for DetachRolePolicy {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "DetachRolePolicy";
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let role = role(world, &self.role_name)?;
        let arn = managed_policy(&self.policy_arn).map_or(self.policy_arn, |(arn, _)| arn);
        if world.iam.detach_role_policy(role, &arn, ctx) {
            return Ok(NoOutput {});
        }
        Err(ApiError::new("NoSuchEntity", format!("Policy {arn} was not found.")).at("PolicyArn"))
    }
}
