//! `aws ecr get-login-password`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `aws ecr get-login-password` — a password for `docker login`. A command of the AWS CLI: the API behind it is
/// GetAuthorizationToken.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetLoginPassword {}

impl Operation for GetLoginPassword {
    const SERVICE: &'static str = "ecr";
    const NAME: &'static str = "GetLoginPassword";
    /// The password alone.
    type Output = String;

    /// A token drawn by its moment: opaque, but the same in every replay.
    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        Ok(format!("eyJ{}", world.account.hex("login-password", &ctx.now().to_string(), 256)))
    }
}
