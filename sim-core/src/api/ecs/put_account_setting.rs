//! `ecs:PutAccountSetting`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::account_setting::{self, AccountSetting, AccountSettingName};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:PutAccountSetting` — sets an account setting to the value that it has here anyway; the others are not modelled.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutAccountSetting {
    /// The setting.
    pub name: AccountSettingName,
    /// The value that says what happens here; others are refused.
    pub value: String,
    /// The account itself; nobody else is modelled.
    pub principal_arn: Option<String>,
}

/// What PutAccountSetting answers.
#[derive(Clone, Debug, Serialize)]
pub struct PutAccountSettingOutput {
    /// The setting.
    pub setting: AccountSetting,
}

impl Operation for PutAccountSetting {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "PutAccountSetting";
    type Output = PutAccountSettingOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        account_setting::check_principal(world, self.principal_arn.as_deref())?;
        account_setting::check(self.name, &self.value)?;
        Ok(PutAccountSettingOutput { setting: AccountSetting::of(world, self.name) })
    }
}
