//! A cluster as AWS describes it.

use serde::Serialize;

use super::capacity_provider::{self, CapacityProviderStrategyItem};
use super::create_cluster::ClusterSetting;
use super::service_connect_defaults::ServiceConnectDefaults;
use super::tag::{self, Tag};
use crate::world::World;
use crate::world::ecs::{ClusterId, ServiceStatus, TaskCounts};

/// `Cluster`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterDescription {
    /// `cluster/{name}` [CP-005].
    pub cluster_arn: String,
    /// Its name.
    pub cluster_name: String,
    /// `ACTIVE`, or `INACTIVE` when it was deleted [CP-001].
    pub status: &'static str,
    /// Container instances that are not INACTIVE [count] [CP-004].
    pub registered_container_instances_count: u32,
    /// Tasks in RUNNING [count] [CP-004].
    pub running_tasks_count: u32,
    /// Tasks on their way to RUNNING [count] [CP-004].
    pub pending_tasks_count: u32,
    /// Services in ACTIVE [count] [CP-004].
    pub active_services_count: u32,
    /// Empty: none are asked for.
    pub statistics: Vec<()>,
    /// Labels.
    pub tags: Vec<Tag>,
    /// Container Insights: disabled.
    pub settings: Vec<ClusterSetting>,
    /// What strategies may name.
    pub capacity_providers: Vec<String>,
    /// What counts when a request says nothing.
    pub default_capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    /// The namespace of services that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_connect_defaults: Option<ServiceConnectDefaults>,
}

impl ClusterDescription {
    /// Describes a cluster as it is now.
    pub(crate) fn of(world: &World, id: ClusterId) -> ClusterDescription {
        let ecs = &world.ecs;
        let cluster = &ecs.clusters[id];
        let tasks = TaskCounts::of(ecs.live_tasks(id).map(|task| ecs.tasks[task].status));
        let active = cluster.services.iter().filter(|&&s| ecs.services[s].status == ServiceStatus::Active).count();
        ClusterDescription {
            cluster_arn: cluster.arn.clone(),
            cluster_name: cluster.name.clone(),
            status: if cluster.deleted.is_none() { "ACTIVE" } else { "INACTIVE" },
            registered_container_instances_count: ecs.instances_in(id).count() as u32,
            running_tasks_count: tasks.running,
            pending_tasks_count: tasks.pending,
            active_services_count: active as u32,
            statistics: Vec::new(),
            tags: tag::described(&cluster.tags),
            settings: vec![ClusterSetting::container_insights_disabled()],
            capacity_providers: cluster.providers.clone(),
            default_capacity_provider_strategy: capacity_provider::described(&cluster.default_strategy),
            service_connect_defaults: ServiceConnectDefaults::of(cluster.namespace, world),
        }
    }
}
