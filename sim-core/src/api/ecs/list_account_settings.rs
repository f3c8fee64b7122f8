//! `ecs:ListAccountSettings`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::account_setting::{self, AccountSetting, AccountSettingName};
use super::page::page;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:ListAccountSettings` — lists the account's settings. All have the value that says what happens here.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListAccountSettings {
    /// Only this one.
    pub name: Option<AccountSettingName>,
    /// Only those with this value; `name` must be said as well.
    pub value: Option<String>,
    /// The account itself; nobody else is modelled.
    pub principal_arn: Option<String>,
    /// Whether defaults count: here they do always, because nothing else can be set.
    #[serde(default)]
    pub effective_settings: bool,
    /// The page to begin with; the first unless set.
    pub next_token: Option<String>,
    /// Settings on a page [count]; 100 unless set, 1 to 100.
    #[schemars(range(min = 1, max = 100))]
    pub max_results: Option<u32>,
}

/// What ListAccountSettings answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListAccountSettingsOutput {
    /// The settings.
    pub settings: Vec<AccountSetting>,
    /// The next page; none after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListAccountSettings {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "ListAccountSettings";
    type Output = ListAccountSettingsOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        account_setting::check_principal(world, self.principal_arn.as_deref())?;
        if self.value.is_some() && self.name.is_none() {
            let message = "When a value is specified, a name must be specified as well.";
            return Err(ApiError::invalid_parameter(message).at("value"));
        }
        let wanted = |name: &AccountSettingName| {
            self.name.is_none_or(|only| only == *name)
                && self.value.as_ref().is_none_or(|only| only == account_setting::value(*name))
        };
        let settings = account_setting::all().filter(wanted).map(|name| AccountSetting::of(world, name)).collect();
        let page = page(settings, self.max_results, 100, self.next_token.as_deref())?;
        Ok(ListAccountSettingsOutput { settings: page.items, next_token: page.next })
    }
}
