//! `ecs:DescribeServices`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::service::ServiceDescription;
use super::{find_cluster, seen_service};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:DescribeServices` — says how services are, with their deployments and latest events.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DescribeServices {
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// Names or ARNs, 1 to 10 [CP-014].
    pub services: Vec<String>,
    /// `TAGS` to see the labels.
    #[serde(default)]
    pub include: Vec<ServiceField>,
}

/// Parts of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceField {
    /// Labels.
    Tags,
}

/// What DescribeServices answers.
#[derive(Clone, Debug, Serialize)]
pub struct DescribeServicesOutput {
    /// Those that exist or existed.
    pub services: Vec<ServiceDescription>,
    /// Those that never did [CP-017].
    pub failures: Vec<Failure>,
}

impl Operation for DescribeServices {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DescribeServices";
    type Output = DescribeServicesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        if self.services.is_empty() {
            return Err(ApiError::invalid_parameter("Services cannot be empty.").at("services"));
        }
        if self.services.len() > 10 {
            return Err(ApiError::invalid_parameter("service names can have at most 10 items.").at("services"));
        }
        let mut output = DescribeServicesOutput { services: Vec::new(), failures: Vec::new() };
        let with_tags = self.include.contains(&ServiceField::Tags);
        let kind = format!("service/{}", world.ecs.clusters[cluster].name);
        for name in &self.services {
            match seen_service(world, cluster, name) {
                Some(service) => output.services.push(ServiceDescription::of(world, service, with_tags)),
                None => output.failures.push(Failure::missing(world, &kind, name)),
            }
        }
        Ok(output)
    }
}
