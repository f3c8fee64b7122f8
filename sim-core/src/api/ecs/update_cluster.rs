//! `ecs:UpdateCluster`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cluster::ClusterDescription;
use super::create_cluster::ClusterSetting;
use super::find_cluster;
use super::service_connect_defaults::ServiceConnectDefaults;
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::{Ctx, World};

/// `ecs:UpdateCluster` — changes what a cluster is set to: its namespace, and Container Insights, which may only be
/// disabled here.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateCluster {
    /// Name or ARN.
    pub cluster: String,
    /// `containerInsights` may be `disabled`; its metrics are not modelled.
    #[serde(default)]
    pub settings: Vec<ClusterSetting>,
    /// ECS Exec and storage encryption; not modelled.
    #[serde(default)]
    pub configuration: NotModelled,
    /// The namespace of services that name none, for those that are made from now on; what is not said stays.
    pub service_connect_defaults: Option<ServiceConnectDefaults>,
}

/// What UpdateCluster answers.
#[derive(Clone, Debug, Serialize)]
pub struct UpdateClusterOutput {
    /// The cluster.
    pub cluster: ClusterDescription,
}

impl Operation for UpdateCluster {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "UpdateCluster";
    type Output = UpdateClusterOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, Some(&self.cluster))?;
        ClusterSetting::check(&self.settings)?;
        if let Some(defaults) = &self.service_connect_defaults {
            defaults.check(world)?;
            world.ecs.clusters[cluster].namespace = defaults.namespace(world, ctx);
        }
        Ok(UpdateClusterOutput { cluster: ClusterDescription::of(world, cluster) })
    }
}
