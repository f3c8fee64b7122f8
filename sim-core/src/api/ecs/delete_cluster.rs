//! `ecs:DeleteCluster`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cluster::ClusterDescription;
use super::find_cluster;
use crate::api::{ApiError, Operation};
use crate::world::ecs::ServiceStatus;
use crate::world::{Ctx, World};

/// `ecs:DeleteCluster` — takes an empty cluster away; it can be described as INACTIVE for a while [CP-001][CP-003].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteCluster {
    /// Name or ARN.
    pub cluster: String,
}

/// What DeleteCluster answers.
#[derive(Clone, Debug, Serialize)]
pub struct DeleteClusterOutput {
    /// The cluster, INACTIVE.
    pub cluster: ClusterDescription,
}

impl Operation for DeleteCluster {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DeleteCluster";
    type Output = DeleteClusterOutput;

    /// A cluster goes when it holds no services, no tasks and no container instances [CP-003].
    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, Some(&self.cluster))?;
        let error = |code, what: &str| {
            let message = format!("The Cluster cannot be deleted while {what} are active.");
            Err(ApiError::new(code, message).at("cluster"))
        };
        let ecs = &world.ecs;
        if ecs.clusters[cluster].services.iter().any(|&one| ecs.services[one].status != ServiceStatus::Inactive) {
            return error("ClusterContainsServicesException", "Services");
        }
        if ecs.live_tasks(cluster).next().is_some() {
            return error("ClusterContainsTasksException", "Tasks");
        }
        if ecs.instances_in(cluster).next().is_some() {
            return error("ClusterContainsContainerInstancesException", "Container Instances");
        }
        world.ecs.delete_cluster(cluster, ctx);
        world.follow_providers(ctx);
        Ok(DeleteClusterOutput { cluster: ClusterDescription::of(world, cluster) })
    }
}
