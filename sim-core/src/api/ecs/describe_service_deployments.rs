//! `ecs:DescribeServiceDeployments`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::service_deployment::ServiceDeploymentDescription;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:DescribeServiceDeployments` — says how far deployments of services are, or how they ended.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DescribeServiceDeployments {
    /// ARNs, 1 to 20 [CP-014].
    pub service_deployment_arns: Vec<String>,
}

/// What DescribeServiceDeployments answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeServiceDeploymentsOutput {
    /// Those that exist.
    pub service_deployments: Vec<ServiceDeploymentDescription>,
    /// Those that do not [CP-017].
    pub failures: Vec<Failure>,
}

/// From one to twenty ARNs [CP-014].
pub(super) fn checked_arns(arns: &[String], place: &str) -> Result<(), ApiError> {
    match arns.len() {
        0 => Err(ApiError::invalid_parameter(format!("{place} cannot be empty.")).at(place)),
        1..=20 => Ok(()),
        _ => Err(ApiError::invalid_parameter(format!("{place} can have at most 20 items.")).at(place)),
    }
}

impl Operation for DescribeServiceDeployments {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DescribeServiceDeployments";
    type Output = DescribeServiceDeploymentsOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        checked_arns(&self.service_deployment_arns, "serviceDeploymentArns")?;
        let mut output = DescribeServiceDeploymentsOutput { service_deployments: Vec::new(), failures: Vec::new() };
        for arn in &self.service_deployment_arns {
            match world.ecs.service_deployment_named(arn) {
                Some(id) => output.service_deployments.push(ServiceDeploymentDescription::of(world, id)),
                None => output.failures.push(Failure::missing(world, "service-deployment", arn)),
            }
        }
        Ok(output)
    }
}
