//! `ecs:DescribeServiceRevisions`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::describe_service_deployments::checked_arns;
use super::failure::Failure;
use super::service_deployment::ServiceRevisionDescription;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:DescribeServiceRevisions` — says what the tasks of a service were made of at a time; it never changes [CP-188].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DescribeServiceRevisions {
    /// ARNs, 1 to 20 [CP-014].
    pub service_revision_arns: Vec<String>,
}

/// What DescribeServiceRevisions answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeServiceRevisionsOutput {
    /// Those that exist.
    pub service_revisions: Vec<ServiceRevisionDescription>,
    /// Those that do not [CP-017].
    pub failures: Vec<Failure>,
}

impl Operation for DescribeServiceRevisions {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DescribeServiceRevisions";
    type Output = DescribeServiceRevisionsOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        checked_arns(&self.service_revision_arns, "serviceRevisionArns")?;
        let mut output = DescribeServiceRevisionsOutput { service_revisions: Vec::new(), failures: Vec::new() };
        for arn in &self.service_revision_arns {
            let found = world.ecs.deployments.iter().find(|(_, deployment)| deployment.revision_arn == *arn);
            match found {
                Some((id, _)) => output.service_revisions.push(ServiceRevisionDescription::of(world, id)),
                None => output.failures.push(Failure::missing(world, "service-revision", arn)),
            }
        }
        Ok(output)
    }
}
