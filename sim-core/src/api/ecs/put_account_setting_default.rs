//! `ecs:PutAccountSettingDefault`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::account_setting::{self, AccountSetting, AccountSettingName};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:PutAccountSettingDefault` — the same for everybody in the account who has not set it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutAccountSettingDefault {
    /// The setting.
    pub name: AccountSettingName,
    /// The value that says what happens here; others are refused.
    pub value: String,
}

/// What PutAccountSettingDefault answers.
#[derive(Clone, Debug, Serialize)]
pub struct PutAccountSettingDefaultOutput {
    /// The setting.
    pub setting: AccountSetting,
}

impl Operation for PutAccountSettingDefault {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "PutAccountSettingDefault";
    type Output = PutAccountSettingDefaultOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        account_setting::check(self.name, &self.value)?;
        Ok(PutAccountSettingDefaultOutput { setting: AccountSetting::of(world, self.name) })
    }
}
