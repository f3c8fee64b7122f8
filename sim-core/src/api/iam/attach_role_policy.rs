//! `iam:AttachRolePolicy`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::role;
use crate::api::{ApiError, NoOutput, Operation};
use crate::world::iam::{managed_policy, managed_policy_names};
use crate::world::{Ctx, World};

/// Managed policies on one role, at most [count].
const ATTACHED_MAX: usize = 10;

/// `iam:AttachRolePolicy` — lets a role do what one of AWS's own policies allows.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AttachRolePolicy {
    /// The role's name or ARN.
    pub role_name: String,
    /// The policy's ARN or name, such as `AmazonECSTaskExecutionRolePolicy` [IA-045].
    pub policy_arn: String,
}

impl Operation for AttachRolePolicy {
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "AttachRolePolicy";
    const TABLE: Option<&'static str> = Some("iam.rolePolicyAttachment");
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let role = role(world, &self.role_name)?;
        let Some((arn, policy)) = managed_policy(&self.policy_arn) else {
            let message = format!("Policy {} does not exist or is not attachable.", self.policy_arn);
            let known: Vec<&str> = managed_policy_names().collect();
            let help = format!("The managed policies here are: {}.", known.join(", "));
            return Err(ApiError::new("NoSuchEntity", message).at("PolicyArn").help(help));
        };
        if world.iam.attached_count(role) >= ATTACHED_MAX {
            let message = format!("Cannot exceed quota for PoliciesPerRole: {ATTACHED_MAX}");
            return Err(ApiError::new("LimitExceeded", message).at("PolicyArn"));
        }
        world.iam.attach_role_policy(role, &arn, policy, ctx);
        Ok(NoOutput {})
    }
}
