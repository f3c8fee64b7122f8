//! How a service replaces its tasks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::{ApiError, NotModelled};
use crate::world::ecs::{CircuitBreaker, ThresholdKind};

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
    /// Fails a deployment whose tasks fail; off unless set.
    pub deployment_circuit_breaker: Option<DeploymentCircuitBreaker>,
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

/// `deploymentCircuitBreaker` [CP-190].
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeploymentCircuitBreaker {
    /// Whether deployments fail.
    pub enable: bool,
    /// Whether a failed one goes back to the latest that has completed.
    pub rollback: bool,
    /// Whether a healthy task sets the count of failures to 0; true unless set [CP-194].
    pub reset_on_healthy_task: Option<bool>,
    /// How many failures are too many; `BOUNDED_PERCENT` with 50 unless set.
    pub threshold_configuration: Option<ThresholdConfiguration>,
}

/// `thresholdConfiguration`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ThresholdConfiguration {
    /// What the value means.
    pub r#type: ThresholdType,
    /// Part of the desired count [%], 1 to 100, or failures [count], at least 1.
    #[schemars(range(min = 1))]
    pub value: u32,
}

/// `type` of a threshold [CP-191][CP-192].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ThresholdType {
    /// A part of the desired count, from 3 to 200 failures.
    BoundedPercent,
    /// A part of the desired count, however small or large.
    UnboundedPercent,
    /// So many failures.
    Count,
}

impl DeploymentCircuitBreaker {
    /// As the world keeps it.
    fn kept(self) -> Result<CircuitBreaker, ApiError> {
        let usual = CircuitBreaker::default();
        let threshold = self.threshold_configuration;
        let kind = threshold.map_or(usual.kind, |threshold| match threshold.r#type {
            ThresholdType::BoundedPercent => ThresholdKind::BoundedPercent,
            ThresholdType::UnboundedPercent => ThresholdKind::UnboundedPercent,
            ThresholdType::Count => ThresholdKind::Count,
        });
        let value = threshold.map_or(usual.value, |threshold| threshold.value);
        let place = "deploymentConfiguration.deploymentCircuitBreaker.thresholdConfiguration.value";
        let fits = if kind == ThresholdKind::Count { value >= 1 } else { (1..=100).contains(&value) };
        if !fits {
            let message = match kind {
                ThresholdKind::Count => "A threshold of the type COUNT must be at least 1.",
                _ => "A threshold in percent must be from 1 to 100.",
            };
            return Err(ApiError::invalid_parameter(message).at(place));
        }
        let reset_on_healthy_task = self.reset_on_healthy_task.unwrap_or(usual.reset_on_healthy_task);
        Ok(CircuitBreaker { enable: self.enable, rollback: self.rollback, reset_on_healthy_task, kind, value })
    }

    /// As AWS describes it: also what was never set [CP-190].
    fn described(breaker: CircuitBreaker) -> DeploymentCircuitBreaker {
        let r#type = match breaker.kind {
            ThresholdKind::BoundedPercent => ThresholdType::BoundedPercent,
            ThresholdKind::UnboundedPercent => ThresholdType::UnboundedPercent,
            ThresholdKind::Count => ThresholdType::Count,
        };
        DeploymentCircuitBreaker {
            enable: breaker.enable,
            rollback: breaker.rollback,
            reset_on_healthy_task: Some(breaker.reset_on_healthy_task),
            threshold_configuration: Some(ThresholdConfiguration { r#type, value: breaker.value }),
        }
    }
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
    /// The circuit breaker, if something is said about it.
    pub(crate) fn breaker(&self) -> Result<Option<CircuitBreaker>, ApiError> {
        self.deployment_circuit_breaker.map(DeploymentCircuitBreaker::kept).transpose()
    }

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
    /// Off unless set.
    pub deployment_circuit_breaker: DeploymentCircuitBreaker,
    /// Upper bound [%].
    pub maximum_percent: u32,
    /// Lower bound [%].
    pub minimum_healthy_percent: u32,
    /// `ROLLING`.
    pub strategy: DeploymentStrategy,
    /// None [min].
    pub bake_time_in_minutes: u32,
}

impl DeploymentConfigurationDescription {
    /// A rolling update with these bounds.
    pub(crate) fn rolling(minimum_healthy_percent: u32, maximum_percent: u32, breaker: CircuitBreaker) -> Self {
        DeploymentConfigurationDescription {
            deployment_circuit_breaker: DeploymentCircuitBreaker::described(breaker),
            maximum_percent,
            minimum_healthy_percent,
            strategy: DeploymentStrategy::Rolling,
            bake_time_in_minutes: 0,
        }
    }
}
