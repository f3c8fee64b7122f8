//! Alarms that fail a deployment.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::world::ecs as kept;

/// `alarms` of a deployment configuration [CP-199].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeploymentAlarms {
    /// Names of CloudWatch alarms. One that is not there never goes off.
    pub alarm_names: Vec<String>,
    /// Whether they are watched.
    pub enable: bool,
    /// Whether a deployment that they fail goes back to the latest that has completed.
    pub rollback: bool,
}

impl DeploymentAlarms {
    /// As the world keeps it. AWS does not say what becomes of traffic that is led in steps when a deployment fails and does
    /// not go back.
    pub(super) fn kept(&self, rolling: bool) -> Result<kept::DeploymentAlarms, ApiError> {
        let refuse = |field: &str, message: &str, help: &str| {
            let place = format!("deploymentConfiguration.alarms.{field}");
            Err(ApiError::invalid_parameter(message).at(place).help(help))
        };
        if self.enable && self.alarm_names.is_empty() {
            return refuse("alarmNames", "alarmNames cannot be empty when alarms are enabled.", "Name at least one.");
        }
        if self.enable && !self.rollback && !rolling {
            let message = "Deployment alarms without rollback are modelled for the strategy ROLLING only.";
            return refuse("rollback", message, "Set rollback to true.");
        }
        let names = self.alarm_names.clone();
        Ok(kept::DeploymentAlarms { names, enable: self.enable, rollback: self.rollback })
    }

    /// As AWS describes it: also what was never set.
    pub(super) fn described(alarms: &kept::DeploymentAlarms) -> DeploymentAlarms {
        DeploymentAlarms { alarm_names: alarms.names.clone(), enable: alarms.enable, rollback: alarms.rollback }
    }
}

/// `ServiceDeploymentAlarms`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AlarmsDescription {
    /// `DISABLED`, also when one was in ALARM at the start, `MONITORING`, `TRIGGERED` or `MONITORING_COMPLETE`.
    pub status: &'static str,
    /// Those that were named.
    pub alarm_names: Vec<String>,
    /// Those that went off.
    pub triggered_alarm_names: Vec<String>,
}

impl AlarmsDescription {
    pub(super) fn of(act: &kept::ServiceDeployment) -> AlarmsDescription {
        let watch = &act.watch;
        AlarmsDescription {
            status: match (watch.on, watch.triggered.is_empty(), act.status.goes_forward()) {
                (false, ..) => "DISABLED",
                (true, false, _) => "TRIGGERED",
                (true, true, true) => "MONITORING",
                (true, true, false) => "MONITORING_COMPLETE",
            },
            alarm_names: act.configuration.plan.alarms.names.clone(),
            triggered_alarm_names: watch.triggered.clone(),
        }
    }
}
