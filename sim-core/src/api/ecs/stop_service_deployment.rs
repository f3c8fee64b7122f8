//! `ecs:StopServiceDeployment`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:StopServiceDeployment` — takes a deployment that is under way back to the revision before, also when its service
/// would not do that by itself [CP-189]. One that is not under way stays as it is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StopServiceDeployment {
    /// Which.
    pub service_deployment_arn: String,
    /// `ROLLBACK` unless set.
    pub stop_type: Option<StopType>,
}

/// How a deployment is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StopType {
    /// AWS lists it, and does not say what it does; refused.
    Abort,
    /// Back to the revision before.
    Rollback,
}

/// What StopServiceDeployment answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StopServiceDeploymentOutput {
    /// Which.
    pub service_deployment_arn: String,
}

impl Operation for StopServiceDeployment {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "StopServiceDeployment";
    type Output = StopServiceDeploymentOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let found = world.ecs.service_deployment_named(&self.service_deployment_arn);
        let missing = || ApiError::new("ServiceDeploymentNotFoundException", "Service deployment not found.");
        let act = found.ok_or_else(|| missing().at("serviceDeploymentArn"))?;
        if self.stop_type == Some(StopType::Abort) {
            let error = ApiError::invalid_parameter("The stop type ABORT is not modelled by this simulator.");
            return Err(error.at("stopType").help("Use ROLLBACK: AWS does not say what ABORT does."));
        }
        world.ecs.ask_back(act, ctx);
        Ok(StopServiceDeploymentOutput { service_deployment_arn: self.service_deployment_arn })
    }
}
