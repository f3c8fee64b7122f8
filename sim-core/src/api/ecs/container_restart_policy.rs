//! `restartPolicy` of a container.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::world::ecs::RestartPolicy;

/// Exit codes that a policy may ignore [count] [CP-063].
const IGNORED_MAX: usize = 50;

/// `ContainerRestartPolicy`: a container that ends is started again in place [CP-063].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContainerRestartPolicy {
    /// Whether it is.
    pub enabled: bool,
    /// Exit codes after which it is not, at most 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored_exit_codes: Vec<i32>,
    /// How long it must have run to be started again [s]; 300 unless set, 60 to 1800.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 60, max = 1800))]
    pub restart_attempt_period: Option<u32>,
}

impl ContainerRestartPolicy {
    /// What AWS checks about it. `place` is its own, `container` the container's name. AWS's texts are not known.
    pub(super) fn check(&self, place: &str, container: &str) -> Result<(), ApiError> {
        if self.ignored_exit_codes.len() > IGNORED_MAX {
            let message =
                format!("Restart policy of container '{container}' ignores more than {IGNORED_MAX} exit codes.");
            return Err(ApiError::client(message).at(format!("{place}.ignoredExitCodes")));
        }
        if self.restart_attempt_period.is_some_and(|seconds| !(60..=1800).contains(&seconds)) {
            let message =
                format!("Restart attempt period of container '{container}' must be between 60 and 1800 seconds.");
            return Err(ApiError::client(message).at(format!("{place}.restartAttemptPeriod")));
        }
        Ok(())
    }

    /// The policy as the world keeps it; none when it is off.
    pub(super) fn resolved(&self) -> Option<RestartPolicy> {
        self.enabled.then(|| RestartPolicy {
            ignored_exit_codes: self.ignored_exit_codes.clone(),
            attempt_period: Duration::from_secs(self.restart_attempt_period.unwrap_or(300).into()),
        })
    }
}
