//! `ecs:UpdateClusterSettings`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cluster::ClusterDescription;
use super::create_cluster::ClusterSetting;
use super::find_cluster;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:UpdateClusterSettings` — switches Container Insights, which may only be disabled here.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateClusterSettings {
    /// Name or ARN.
    pub cluster: String,
    /// `containerInsights` may be `disabled`; its metrics are not modelled.
    pub settings: Vec<ClusterSetting>,
}

/// What UpdateClusterSettings answers.
#[derive(Clone, Debug, Serialize)]
pub struct UpdateClusterSettingsOutput {
    /// The cluster.
    pub cluster: ClusterDescription,
}

impl Operation for UpdateClusterSettings {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "UpdateClusterSettings";
    type Output = UpdateClusterSettingsOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, Some(&self.cluster))?;
        ClusterSetting::check(&self.settings)?;
        Ok(UpdateClusterSettingsOutput { cluster: ClusterDescription::of(world, cluster) })
    }
}
