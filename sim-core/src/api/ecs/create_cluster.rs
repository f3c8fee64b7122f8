//! `ecs:CreateCluster`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::capacity_provider::{CapacityProviderStrategyItem, check_alone, checked_providers, checked_strategy};
use super::cluster::ClusterDescription;
use super::service_connect_defaults::ServiceConnectDefaults;
use super::tag::{self, Tag};
use super::valid_name;
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::ecs::NewCluster;
use crate::world::{Ctx, World};

/// `ecs:CreateCluster` — makes a group for services and tasks.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateCluster {
    /// Up to 255 letters, digits, `_` and `-`; `default` unless set [CP-002].
    #[serde(default = "default_name")]
    pub cluster_name: String,
    /// Labels, at most 50.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// `containerInsights` may be `disabled`; its metrics are not modelled.
    #[serde(default)]
    pub settings: Vec<ClusterSetting>,
    /// ECS Exec and storage encryption; not modelled.
    #[serde(default)]
    pub configuration: NotModelled,
    /// `FARGATE`, `FARGATE_SPOT`, and capacity providers of Auto Scaling groups: what strategies may name.
    #[serde(default)]
    pub capacity_providers: Vec<String>,
    /// Where tasks go whose request says neither launch type nor strategy [CP-162].
    #[serde(default)]
    pub default_capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    /// The namespace of services that name none.
    pub service_connect_defaults: Option<ServiceConnectDefaults>,
}

/// A switch of a cluster.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClusterSetting {
    /// `containerInsights`.
    pub name: SettingName,
    /// `disabled`.
    pub value: SettingValue,
}

/// `name` of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SettingName {
    /// Container Insights.
    ContainerInsights,
}

/// `value` of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum SettingValue {
    /// Off.
    Disabled,
    /// On; not modelled.
    Enabled,
    /// With task and container metrics; not modelled.
    Enhanced,
}

impl ClusterSetting {
    /// Refuses to switch Container Insights on.
    pub(crate) fn check(settings: &[ClusterSetting]) -> Result<(), ApiError> {
        let Some(index) = settings.iter().position(|setting| setting.value != SettingValue::Disabled) else {
            return Ok(());
        };
        let error = ApiError::invalid_parameter("Container Insights is not modelled by this simulator.");
        Err(error.at(format!("settings[{index}].value")).help("Use the value disabled."))
    }

    /// What every cluster has here.
    pub(crate) fn container_insights_disabled() -> ClusterSetting {
        ClusterSetting { name: SettingName::ContainerInsights, value: SettingValue::Disabled }
    }
}

/// What CreateCluster answers.
#[derive(Clone, Debug, Serialize)]
pub struct CreateClusterOutput {
    /// The cluster.
    pub cluster: ClusterDescription,
}

fn default_name() -> String {
    "default".into()
}

impl Operation for CreateCluster {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "CreateCluster";
    const TABLE: Option<&'static str> = Some("ecs.cluster");
    type Output = CreateClusterOutput;

    /// A cluster that is there already is the answer, whatever else the request says [CP-002].
    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        if !valid_name(&self.cluster_name) {
            let message = "Identifiers can only contain up to 255 letters, numbers, underscores, and hyphens.";
            return Err(ApiError::invalid_parameter(message).at("clusterName"));
        }
        ClusterSetting::check(&self.settings)?;
        let providers = checked_providers(&self.capacity_providers, &world.ecs)?;
        let place = "defaultCapacityProviderStrategy";
        let default_strategy =
            checked_strategy(&self.default_capacity_provider_strategy, &providers, place, &world.ecs)?;
        let tags = tag::checked(&self.tags)?;
        if let Some(defaults) = &self.service_connect_defaults {
            defaults.check(world)?;
        }
        let cluster = match world.ecs.cluster_named(Some(&self.cluster_name)) {
            Some(cluster) => cluster,
            None => {
                check_alone(&providers, None, &world.ecs)?;
                let namespace = self.service_connect_defaults.and_then(|defaults| defaults.namespace(world, ctx));
                let new = NewCluster { name: self.cluster_name, providers, default_strategy, namespace, tags };
                let cluster = world.ecs.create_cluster(new, &world.account, ctx);
                world.follow_providers(ctx);
                cluster
            }
        };
        Ok(CreateClusterOutput { cluster: ClusterDescription::of(world, cluster) })
    }
}
