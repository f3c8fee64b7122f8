//! `healthCheck` of a container.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::world::ecs;

/// `HealthCheck`: a command that is run inside the container again and again [CP-066].
///
/// The command is stored: it is taken to ask the application's health endpoint, as `[[world.app]]` describes it. It passes
/// when the process listens and answers in time with a status below 400.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContainerHealthCheck {
    /// `CMD` and the command with its arguments, or `CMD-SHELL` and a line for the shell.
    pub command: Vec<String>,
    /// From the end of a check to the next [s]; 30 unless set, 5 to 300.
    #[serde(default = "interval")]
    #[schemars(range(min = 5, max = 300))]
    pub interval: u32,
    /// How long a check may take [s]; 5 unless set, 2 to 60.
    #[serde(default = "timeout")]
    #[schemars(range(min = 2, max = 60))]
    pub timeout: u32,
    /// Failures in a row that make the container unhealthy; 3 unless set, 1 to 10.
    #[serde(default = "retries")]
    #[schemars(range(min = 1, max = 10))]
    pub retries: u32,
    /// From the start of the container, how long failures do not count [s]; 0 unless set, to 300.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(max = 300))]
    pub start_period: Option<u32>,
}

fn interval() -> u32 {
    30
}

fn timeout() -> u32 {
    5
}

fn retries() -> u32 {
    3
}

impl ContainerHealthCheck {
    /// What AWS checks about it. `place` is its own, `container` the container's name.
    pub(super) fn check(&self, place: &str, container: &str) -> Result<(), ApiError> {
        let begins_well = matches!(self.command.first().map(String::as_str), Some("CMD" | "CMD-SHELL"));
        if !begins_well || self.command.len() < 2 {
            let message = format!("Health check command must begin with CMD or CMD-SHELL for container '{container}'");
            let help = r#"For example ["CMD-SHELL", "curl -f http://localhost/ || exit 1"]."#;
            return Err(ApiError::client(message).at(format!("{place}.command")).help(help));
        }
        for (field, words, value, min, max) in [
            ("interval", "interval", self.interval, 5, 300),
            ("timeout", "timeout", self.timeout, 2, 60),
            ("retries", "retries", self.retries, 1, 10),
            ("startPeriod", "start period", self.start_period.unwrap_or(0), 0, 300),
        ] {
            let (bound, limit) = match value {
                small if small < min => ("greater than or equal to the minimum", min),
                large if large > max => ("less than or equal to the maximum", max),
                _ => continue,
            };
            let message =
                format!("Health check {words} must be {bound} allowed value {limit} for container '{container}'");
            return Err(ApiError::client(message).at(format!("{place}.{field}")));
        }
        Ok(())
    }

    /// The check as the world keeps it.
    pub(super) fn resolved(&self) -> ecs::ContainerHealthCheck {
        let seconds = |value: u32| Duration::from_secs(value.into());
        ecs::ContainerHealthCheck {
            interval: seconds(self.interval),
            timeout: seconds(self.timeout),
            retries: self.retries,
            start_period: seconds(self.start_period.unwrap_or(0)),
        }
    }
}
