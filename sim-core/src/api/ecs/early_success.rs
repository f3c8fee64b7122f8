//! When a rolling deployment is a success before all of its tasks are there.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::world::ecs::EarlySuccess;

/// `earlySuccessCriteria` of a deployment configuration [CP-177].
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EarlySuccessCriteria {
    /// Whether the other two count.
    pub enable: bool,
    /// Healthy tasks of the new revision that are enough [% of the desired count, rounded up]; 100 unless set, from
    /// `minimumHealthyPercent` to 100. At least one task must be healthy.
    #[schemars(range(min = 0, max = 100))]
    pub healthy_percent: Option<u32>,
    /// When the tasks of the revision before go; `BLOCKING` unless set.
    pub source_service_revision_cleanup: Option<SourceServiceRevisionCleanup>,
}

/// `sourceServiceRevisionCleanup`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SourceServiceRevisionCleanup {
    /// Before the deployment is complete.
    Blocking,
    /// After that.
    Deferred,
}

impl EarlySuccessCriteria {
    /// As the world keeps them; none when they are off.
    pub(super) fn kept(self, rolling: bool, minimum: Option<u32>) -> Result<Option<EarlySuccess>, ApiError> {
        let refuse = |field: &str, message: String| {
            Err(ApiError::invalid_parameter(message).at(format!("deploymentConfiguration.earlySuccessCriteria{field}")))
        };
        let healthy_percent = self.healthy_percent.unwrap_or(100);
        if healthy_percent > 100 {
            return refuse(".healthyPercent", "healthyPercent must be from 0 to 100.".to_owned());
        }
        if !self.enable {
            return Ok(None);
        }
        if !rolling {
            let message = "Early success criteria can be used only with the strategy ROLLING.";
            return refuse("", message.to_owned());
        }
        if let Some(minimum) = minimum.filter(|&minimum| healthy_percent < minimum) {
            let message =
                format!("healthyPercent must be greater than or equal to minimumHealthyPercent, which is {minimum}.");
            return refuse(".healthyPercent", message);
        }
        let deferred = self.source_service_revision_cleanup == Some(SourceServiceRevisionCleanup::Deferred);
        Ok(Some(EarlySuccess { healthy_percent, deferred }))
    }

    /// As AWS describes it, when it is on.
    pub(super) fn described(criteria: EarlySuccess) -> EarlySuccessCriteria {
        EarlySuccessCriteria {
            enable: true,
            healthy_percent: Some(criteria.healthy_percent),
            source_service_revision_cleanup: Some(match criteria.deferred {
                true => SourceServiceRevisionCleanup::Deferred,
                false => SourceServiceRevisionCleanup::Blocking,
            }),
        }
    }
}
