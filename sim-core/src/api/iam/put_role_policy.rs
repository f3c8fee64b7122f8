//! `iam:PutRolePolicy`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Document, policy_name, role};
use crate::api::{ApiError, NoOutput, Operation};
use crate::world::iam::Kind;
use crate::world::{Ctx, World};

/// `iam:PutRolePolicy` — gives a role a policy of its own, or replaces the one of this name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct PutRolePolicy {
    /// The role's name or ARN.
    pub role_name: String,
    /// The policy's name: 1–128 letters, digits and `+=,.@_-`.
    pub policy_name: String,
    /// What the role may do: JSON text or a table. A condition operator that the simulator does not model is refused.
    pub policy_document: Document,
}

impl Operation for PutRolePolicy {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "PutRolePolicy";
    const TABLE: Option<&'static str> = Some("iam.rolePolicy");
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let role = role(world, &self.role_name)?;
        policy_name(&self.policy_name)?;
        let (_, policy) = self.policy_document.read(Kind::Identity, "PolicyDocument")?;
        world.iam.put_role_policy(role, &self.policy_name, policy, ctx);
        Ok(NoOutput {})
    }
}
