//! `ecs:DescribeContainerInstances`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::container_instance::{self, ContainerInstanceDescription};
use super::failure::Failure;
use super::find_cluster;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:DescribeContainerInstances` — says how container instances are.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DescribeContainerInstances {
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// Ids or ARNs, 1 to 100 [CP-014]; or ids of EC2, or this simulator's own short names, such as `instance#1`.
    pub container_instances: Vec<String>,
    /// `TAGS`; or `CONTAINER_INSTANCE_HEALTH`, of which nothing is modelled.
    #[serde(default)]
    pub include: Vec<ContainerInstanceField>,
}

/// Parts of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ContainerInstanceField {
    /// Labels.
    Tags,
    /// The health of the container runtime.
    ContainerInstanceHealth,
}

/// What DescribeContainerInstances answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeContainerInstancesOutput {
    /// Those that exist.
    pub container_instances: Vec<ContainerInstanceDescription>,
    /// The others [CP-017].
    pub failures: Vec<Failure>,
}

impl Operation for DescribeContainerInstances {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DescribeContainerInstances";
    type Output = DescribeContainerInstancesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        container_instance::check_count(&self.container_instances, 100, "containerInstanceIds")?;
        let mut output = DescribeContainerInstancesOutput { container_instances: Vec::new(), failures: Vec::new() };
        let kind = format!("container-instance/{}", world.ecs.clusters[cluster].name);
        let with_tags = self.include.contains(&ContainerInstanceField::Tags);
        for name in &self.container_instances {
            match world.ecs.instance_named(cluster, name) {
                Some(id) => output.container_instances.push(ContainerInstanceDescription::of(world, id, with_tags)),
                None => output.failures.push(Failure::missing(world, &kind, name)),
            }
        }
        Ok(output)
    }
}
