//! `ecs:DescribeClusters`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cluster::ClusterDescription;
use super::failure::Failure;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:DescribeClusters` — says how clusters are.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DescribeClusters {
    /// Names or ARNs, at most 100 [CP-014]; `default` unless set [CP-002].
    #[serde(default)]
    pub clusters: Vec<String>,
    /// What else to describe. Tags and settings are always there; the rest is empty.
    #[serde(default)]
    pub include: Vec<ClusterField>,
}

/// Parts of a cluster's description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClusterField {
    /// Attached resources.
    Attachments,
    /// ECS Exec and the like.
    Configurations,
    /// Container Insights.
    Settings,
    /// Counts by launch type.
    Statistics,
    /// Labels.
    Tags,
}

/// What DescribeClusters answers.
#[derive(Clone, Debug, Serialize)]
pub struct DescribeClustersOutput {
    /// Those that exist; deleted ones for a while [CP-001].
    pub clusters: Vec<ClusterDescription>,
    /// Those that do not [CP-017].
    pub failures: Vec<Failure>,
}

impl Operation for DescribeClusters {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DescribeClusters";
    type Output = DescribeClustersOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        if self.clusters.len() > 100 {
            return Err(ApiError::invalid_parameter("clusters can have at most 100 items.").at("clusters"));
        }
        let names = if self.clusters.is_empty() { vec!["default".to_owned()] } else { self.clusters };
        let mut output = DescribeClustersOutput { clusters: Vec::new(), failures: Vec::new() };
        for name in names {
            let found = world.ecs.cluster_described(&name, ctx.now());
            match found.filter(|&cluster| world.limits.sees(world.ecs.clusters[cluster].created)) {
                Some(cluster) => output.clusters.push(ClusterDescription::of(world, cluster)),
                None => output.failures.push(Failure::missing(world, "cluster", &name)),
            }
        }
        Ok(output)
    }
}
