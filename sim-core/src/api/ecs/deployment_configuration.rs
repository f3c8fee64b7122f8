//! How a service replaces its tasks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::{ApiError, NotModelled};

/// `deploymentConfiguration` of a rolling update [CP-169].
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeploymentConfiguration {
    /// Upper bound for tasks [% of the desired count, rounded down]; 200 unless set, at least 100.
    #[schemars(range(min = 100))]
    pub maximum_percent: Option<u32>,
    /// Lower bound for healthy tasks [% of the desired count, rounded up]; 100 unless set, 0 to 100.
    #[schemars(range(min = 0, max = 100))]
    pub minimum_healthy_percent: Option<u32>,
    /// Not modelled yet; `enable = false` is let through.
    #[serde(default, skip_serializing)]
    pub deployment_circuit_breaker: NotModelled,
    /// Not modelled yet; `enable = false` is let through.
    #[serde(default, skip_serializing)]
    pub alarms: NotModelled,
    /// `ROLLING`; the others are not modelled.
    pub strategy: Option<DeploymentStrategy>,
    /// Not modelled; 0 is let through [min].
    #[serde(skip_serializing)]
    pub bake_time_in_minutes: Option<u32>,
    /// Not modelled.
    #[serde(default, skip_serializing)]
    pub lifecycle_hooks: NotModelled,
    /// Not modelled.
    #[serde(default, skip_serializing)]
    pub linear_configuration: NotModelled,
    /// Not modelled.
    #[serde(default, skip_serializing)]
    pub canary_configuration: NotModelled,
    /// Not modelled; `enable = false` is let through.
    #[serde(default, skip_serializing)]
    pub early_success_criteria: NotModelled,
}

/// `strategy` of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeploymentStrategy {
    /// Tasks are replaced within the bounds.
    Rolling,
    /// Not modelled.
    BlueGreen,
    /// Not modelled.
    Linear,
    /// Not modelled.
    Canary,
}

impl DeploymentConfiguration {
    /// Checks the bounds, taken together with those that stay as they are, and that nothing else is asked for.
    pub(crate) fn check(&self, minimum_now: u32, maximum_now: u32) -> Result<(), ApiError> {
        let error = |field: &str, message: &str| {
            Err(ApiError::invalid_parameter(message).at(format!("deploymentConfiguration.{field}")))
        };
        let minimum = self.minimum_healthy_percent.unwrap_or(minimum_now);
        let maximum = self.maximum_percent.unwrap_or(maximum_now);
        if minimum > 100 {
            return error("minimumHealthyPercent", "minimumHealthyPercent must be from 0 to 100.");
        }
        if maximum < 100 {
            return error("maximumPercent", "maximumPercent must be at least 100.");
        }
        if (minimum, maximum) == (100, 100) {
            let message = "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.";
            return error("maximumPercent", message);
        }
        if self.strategy.is_some_and(|strategy| strategy != DeploymentStrategy::Rolling) {
            return error("strategy", "Deployment strategies other than ROLLING are not modelled by this simulator.");
        }
        if self.bake_time_in_minutes.is_some_and(|minutes| minutes > 0) {
            return error("bakeTimeInMinutes", "A bake time is not modelled by this simulator.");
        }
        Ok(())
    }
}

/// The configuration as AWS describes it.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentConfigurationDescription {
    /// Off.
    pub deployment_circuit_breaker: CircuitBreakerDescription,
    /// Upper bound [%].
    pub maximum_percent: u32,
    /// Lower bound [%].
    pub minimum_healthy_percent: u32,
    /// `ROLLING`.
    pub strategy: DeploymentStrategy,
    /// None [min].
    pub bake_time_in_minutes: u32,
}

/// `deploymentCircuitBreaker`, off.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct CircuitBreakerDescription {
    /// False.
    pub enable: bool,
    /// False.
    pub rollback: bool,
}

impl DeploymentConfigurationDescription {
    /// A rolling update with these bounds.
    pub(crate) fn rolling(minimum_healthy_percent: u32, maximum_percent: u32) -> Self {
        DeploymentConfigurationDescription {
            deployment_circuit_breaker: CircuitBreakerDescription::default(),
            maximum_percent,
            minimum_healthy_percent,
            strategy: DeploymentStrategy::Rolling,
            bake_time_in_minutes: 0,
        }
    }
}
