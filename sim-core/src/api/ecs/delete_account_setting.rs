//! `ecs:DeleteAccountSetting`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::account_setting::{self, AccountSetting, AccountSettingName};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:DeleteAccountSetting` — returns an account setting to its default, which is the value that it has here.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteAccountSetting {
    /// The setting.
    pub name: AccountSettingName,
    /// The account itself; nobody else is modelled.
    pub principal_arn: Option<String>,
}

/// What DeleteAccountSetting answers.
#[derive(Clone, Debug, Serialize)]
pub struct DeleteAccountSettingOutput {
    /// The setting.
    pub setting: AccountSetting,
}

impl Operation for DeleteAccountSetting {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DeleteAccountSetting";
    type Output = DeleteAccountSettingOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        account_setting::check_principal(world, self.principal_arn.as_deref())?;
        Ok(DeleteAccountSettingOutput { setting: AccountSetting::of(world, self.name) })
    }
}
