//! How a service replaces its tasks.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::deployment_alarms::DeploymentAlarms;
use super::early_success::EarlySuccessCriteria;
use super::lifecycle_hook::{LifecycleHook, checked_hooks};
use crate::api::ApiError;
use crate::world::ecs::{self as kept, CircuitBreaker, Plan, ThresholdKind};

/// `deploymentConfiguration` of a rolling update [CP-169].
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
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
    /// Fails a deployment that makes one of them go off; off unless set [CP-199].
    pub alarms: Option<DeploymentAlarms>,
    /// `ROLLING` unless set [CP-165].
    pub strategy: Option<DeploymentStrategy>,
    /// How long both revisions run after the shift of the traffic [min]; 0 unless set, at most 1,440.
    #[schemars(range(max = 1440))]
    pub bake_time_in_minutes: Option<u32>,
    /// Functions that are asked in some stages, and pauses, at most 10 of each [CP-211][CP-213].
    pub lifecycle_hooks: Option<Vec<LifecycleHook>>,
    /// For `LINEAR`.
    pub linear_configuration: Option<LinearConfiguration>,
    /// For `CANARY`.
    pub canary_configuration: Option<CanaryConfiguration>,
    /// Completes a rolling deployment before all of its tasks are there; off unless set [CP-177].
    pub early_success_criteria: Option<EarlySuccessCriteria>,
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
    /// A second, whole set of tasks gets all of the traffic at once.
    BlueGreen,
    /// It gets the traffic in equal steps.
    Linear,
    /// It gets a small part of the traffic, and then the rest.
    Canary,
}

/// `linearConfiguration` [CP-205].
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinearConfiguration {
    /// More of the traffic in each step [%]; 10 unless set, 3.0 to 100.0 in steps of 0.1.
    pub step_percent: Option<f64>,
    /// Between two steps [min]; 6 unless set, 0 to 1,440.
    pub step_bake_time_in_minutes: Option<u32>,
}

/// `canaryConfiguration` [CP-206].
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CanaryConfiguration {
    /// The small part [%]; 5 unless set, 0.1 to 100.0 in steps of 0.1.
    pub canary_percent: Option<f64>,
    /// Before the rest [min]; 10 unless set, 0 to 1,440.
    pub canary_bake_time_in_minutes: Option<u32>,
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
        if let Some(criteria) = self.early_success_criteria {
            criteria.kept(true, Some(minimum))?;
        }
        if (minimum, maximum) == (100, 100) {
            let message = "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.";
            return error("maximumPercent", message);
        }
        Ok(())
    }

    /// How a service deploys, when this is said and it deployed like `now` before.
    pub(crate) fn plan(&self, now: &Plan) -> Result<Plan, ApiError> {
        let refuse = |field: &str, message: String| {
            Err(ApiError::invalid_parameter(message).at(format!("deploymentConfiguration.{field}")))
        };
        let minutes = |field: &str, given: Option<u32>, usual: u64| match given {
            None => Ok(Duration::from_secs(usual * 60)),
            Some(minutes @ 0..=1440) => Ok(Duration::from_secs(u64::from(minutes) * 60)),
            Some(_) => refuse(field, format!("{} must be from 0 to 1440.", field.rsplit('.').next().unwrap_or(field)))
                .map(|()| Duration::ZERO),
        };
        // In tenths of a percent, as AWS counts them.
        let tenths = |field: &str, given: Option<f64>, usual: u32, least: f64| match given {
            None => Ok(usual),
            Some(percent) if (least..=100.0).contains(&percent) && is_whole(percent * 10.0) => {
                Ok(round(percent * 10.0))
            }
            Some(_) => {
                let name = field.rsplit('.').next().unwrap_or(field);
                refuse(field, format!("{name} must be from {least} to 100, in steps of 0.1.")).map(|()| 0)
            }
        };
        let mut plan = now.clone();
        let was = match now.strategy {
            kept::DeploymentStrategy::Rolling => DeploymentStrategy::Rolling,
            kept::DeploymentStrategy::BlueGreen => DeploymentStrategy::BlueGreen,
            kept::DeploymentStrategy::Linear { .. } => DeploymentStrategy::Linear,
            kept::DeploymentStrategy::Canary { .. } => DeploymentStrategy::Canary,
        };
        let strategy = self.strategy.unwrap_or(was);
        if self.linear_configuration.is_some() && strategy != DeploymentStrategy::Linear {
            return refuse("linearConfiguration", "linearConfiguration needs the strategy LINEAR.".into())
                .map(|()| plan);
        }
        if self.canary_configuration.is_some() && strategy != DeploymentStrategy::Canary {
            return refuse("canaryConfiguration", "canaryConfiguration needs the strategy CANARY.".into())
                .map(|()| plan);
        }
        let changed = strategy != was;
        match strategy {
            DeploymentStrategy::Rolling => plan.strategy = kept::DeploymentStrategy::Rolling,
            DeploymentStrategy::BlueGreen => plan.strategy = kept::DeploymentStrategy::BlueGreen,
            DeploymentStrategy::Linear if changed || self.linear_configuration.is_some() => {
                let given = self.linear_configuration.unwrap_or_default();
                let step = tenths("linearConfiguration.stepPercent", given.step_percent, 100, 3.0)?;
                let bake = given.step_bake_time_in_minutes;
                let bake = minutes("linearConfiguration.stepBakeTimeInMinutes", bake, 6)?;
                plan.strategy = kept::DeploymentStrategy::Linear { step, bake };
            }
            DeploymentStrategy::Canary if changed || self.canary_configuration.is_some() => {
                let given = self.canary_configuration.unwrap_or_default();
                let first = tenths("canaryConfiguration.canaryPercent", given.canary_percent, 50, 0.1)?;
                let bake = given.canary_bake_time_in_minutes;
                let bake = minutes("canaryConfiguration.canaryBakeTimeInMinutes", bake, 10)?;
                plan.strategy = kept::DeploymentStrategy::Canary { first, bake };
            }
            DeploymentStrategy::Linear | DeploymentStrategy::Canary => {}
        }
        if self.bake_time_in_minutes.is_some() {
            plan.bake = minutes("bakeTimeInMinutes", self.bake_time_in_minutes, 0)?;
        }
        if let Some(hooks) = &self.lifecycle_hooks {
            plan.hooks = checked_hooks(hooks)?;
        }
        let rolling = plan.strategy == kept::DeploymentStrategy::Rolling;
        let alarms = self.alarms.clone().unwrap_or_else(|| DeploymentAlarms::described(&now.alarms));
        plan.alarms = alarms.kept(rolling)?;
        let early = self.early_success_criteria.or(now.early.map(EarlySuccessCriteria::described));
        plan.early = early.map(|criteria| criteria.kept(rolling, None)).transpose()?.flatten();
        if rolling && !plan.bake.is_zero() {
            let message = "bakeTimeInMinutes needs a strategy with stages: BLUE_GREEN, LINEAR or CANARY. That of the strategy \
                           ROLLING is derived from its alarms.";
            return refuse("bakeTimeInMinutes", message.into()).map(|()| plan);
        }
        if rolling && !plan.hooks.is_empty() {
            return refuse(
                "lifecycleHooks",
                "Lifecycle hooks need a strategy with stages: BLUE_GREEN, LINEAR or CANARY.".into(),
            )
            .map(|()| plan);
        }
        if !rolling && self.deployment_circuit_breaker.is_some_and(|breaker| breaker.enable) {
            return refuse(
                "deploymentCircuitBreaker",
                "The deployment circuit breaker needs the strategy ROLLING.".into(),
            )
            .map(|()| plan);
        }
        Ok(plan)
    }
}

/// The configuration as AWS describes it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentConfigurationDescription {
    /// Off unless set.
    pub deployment_circuit_breaker: DeploymentCircuitBreaker,
    /// Off unless set.
    pub alarms: DeploymentAlarms,
    /// Upper bound [%].
    pub maximum_percent: u32,
    /// Lower bound [%].
    pub minimum_healthy_percent: u32,
    /// How tasks are replaced.
    pub strategy: DeploymentStrategy,
    /// How long both revisions run at the end [min].
    pub bake_time_in_minutes: u64,
    /// Functions that are asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lifecycle_hooks: Vec<LifecycleHook>,
    /// When they are on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub early_success_criteria: Option<EarlySuccessCriteria>,
    /// For `LINEAR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linear_configuration: Option<LinearConfiguration>,
    /// For `CANARY`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canary_configuration: Option<CanaryConfiguration>,
}

impl DeploymentConfigurationDescription {
    /// How a service deploys.
    pub(crate) fn of(configuration: &kept::Configuration) -> Self {
        let minutes = |time: Duration| time.as_secs() / 60;
        let percent = |tenths: u32| Some(f64::from(tenths) / 10.0);
        let (strategy, linear, canary) = match configuration.plan.strategy {
            kept::DeploymentStrategy::Rolling => (DeploymentStrategy::Rolling, None, None),
            kept::DeploymentStrategy::BlueGreen => (DeploymentStrategy::BlueGreen, None, None),
            kept::DeploymentStrategy::Linear { step, bake } => {
                let bake = Some(minutes(bake) as u32);
                let linear = LinearConfiguration { step_percent: percent(step), step_bake_time_in_minutes: bake };
                (DeploymentStrategy::Linear, Some(linear), None)
            }
            kept::DeploymentStrategy::Canary { first, bake } => {
                let bake = Some(minutes(bake) as u32);
                let canary = CanaryConfiguration { canary_percent: percent(first), canary_bake_time_in_minutes: bake };
                (DeploymentStrategy::Canary, None, Some(canary))
            }
        };
        DeploymentConfigurationDescription {
            deployment_circuit_breaker: DeploymentCircuitBreaker::described(configuration.breaker),
            alarms: DeploymentAlarms::described(&configuration.plan.alarms),
            maximum_percent: configuration.maximum_percent,
            minimum_healthy_percent: configuration.minimum_healthy_percent,
            strategy,
            bake_time_in_minutes: minutes(configuration.plan.bake),
            lifecycle_hooks: configuration.plan.hooks.iter().map(LifecycleHook::described).collect(),
            early_success_criteria: configuration.plan.early.map(EarlySuccessCriteria::described),
            linear_configuration: linear,
            canary_configuration: canary,
        }
    }
}

/// Whether a number of tenths is whole, but for what binary fractions cannot say.
fn is_whole(tenths: f64) -> bool {
    (tenths - f64::from(round(tenths))).abs() < 1e-6
}

fn round(tenths: f64) -> u32 {
    (tenths + 0.5) as u32
}
