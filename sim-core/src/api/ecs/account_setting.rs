//! Account settings: their names, and the one value that each has here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::world::World;

/// `name` of an account setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum AccountSettingName {
    /// Long ARNs of services, which are the only ones [CP-005].
    ServiceLongArnFormat,
    /// Long ARNs of tasks, which are the only ones [CP-005].
    TaskLongArnFormat,
    /// Long ARNs of container instances, which are the only ones.
    ContainerInstanceLongArnFormat,
    /// More network interfaces on a container instance; not modelled.
    AwsvpcTrunking,
    /// What new clusters have; not modelled.
    ContainerInsights,
    /// Not modelled.
    #[serde(rename = "fargateFIPSMode")]
    FargateFipsMode,
    /// Commands are not checked against policies.
    TagResourceAuthorization,
    /// Days; tasks are never retired here.
    FargateTaskRetirementWaitPeriod,
    /// Not modelled.
    GuardDutyActivate,
    /// No log lines are written here.
    DefaultLogDriverMode,
    /// Not modelled.
    FargateEventWindows,
}

use AccountSettingName::*;

/// Each setting, its values at AWS, and the one that says what happens here, which is also AWS's default.
const SETTINGS: &[(AccountSettingName, &[&str], &str)] = &[
    (ServiceLongArnFormat, &["enabled", "disabled"], "enabled"),
    (TaskLongArnFormat, &["enabled", "disabled"], "enabled"),
    (ContainerInstanceLongArnFormat, &["enabled", "disabled"], "enabled"),
    (AwsvpcTrunking, &["enabled", "disabled"], "disabled"),
    (ContainerInsights, &["enhanced", "enabled", "disabled"], "disabled"),
    (FargateFipsMode, &["enabled", "disabled"], "disabled"),
    (TagResourceAuthorization, &["on", "off"], "on"),
    (FargateTaskRetirementWaitPeriod, &["0", "7", "14"], "7"),
    (GuardDutyActivate, &["on", "off"], "off"),
    (DefaultLogDriverMode, &["blocking", "non-blocking"], "non-blocking"),
    (FargateEventWindows, &["enabled", "disabled"], "disabled"),
];

/// `Setting`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountSetting {
    /// Its name.
    pub name: AccountSettingName,
    /// Its value.
    pub value: &'static str,
    /// Whose it is: the account's.
    pub principal_arn: String,
    /// `user`; `aws_managed` is GuardDuty's alone.
    pub r#type: &'static str,
}

impl AccountSetting {
    /// A setting as it is.
    pub(crate) fn of(world: &World, name: AccountSettingName) -> AccountSetting {
        let managed = name == GuardDutyActivate;
        AccountSetting {
            name,
            value: value(name),
            principal_arn: world.account.global_arn("iam", "root"),
            r#type: if managed { "aws_managed" } else { "user" },
        }
    }
}

/// All settings, in AWS's order.
pub(crate) fn all() -> impl Iterator<Item = AccountSettingName> {
    SETTINGS.iter().map(|(name, ..)| *name)
}

/// The value that a setting has here, whoever sets what.
pub(crate) fn value(name: AccountSettingName) -> &'static str {
    let found = SETTINGS.iter().find(|(other, ..)| *other == name);
    found.map_or("", |(_, _, value)| value)
}

/// Refuses every value but the one that says what happens here.
pub(crate) fn check(name: AccountSettingName, asked: &str) -> Result<(), ApiError> {
    let found = SETTINGS.iter().find(|(other, ..)| *other == name);
    let Some((_, values, ours)) = found else { return Ok(()) };
    let error = |message: String| Err(ApiError::invalid_parameter(message).at("value"));
    if name == GuardDutyActivate {
        return error("guardDutyActivate is managed by AWS and cannot be changed.".to_owned());
    }
    if !values.contains(&asked) {
        return error(format!("The value {asked:?} is not valid: it must be one of {}.", values.join(", ")));
    }
    if asked != *ours {
        let message = format!("This simulator behaves as with {ours:?} and does not model {asked:?}.");
        return Err(ApiError::invalid_parameter(message)
            .at("value")
            .help(format!("Use {ours}, or leave it as it is.")));
    }
    Ok(())
}

/// Refuses to speak of anybody but the account itself.
pub(crate) fn check_principal(world: &World, principal: Option<&str>) -> Result<(), ApiError> {
    match principal {
        Some(arn) if arn != world.account.global_arn("iam", "root") => {
            let message = "Only the account's own settings are modelled by this simulator.";
            Err(ApiError::invalid_parameter(message).at("principalArn").help("Leave it out."))
        }
        _ => Ok(()),
    }
}
