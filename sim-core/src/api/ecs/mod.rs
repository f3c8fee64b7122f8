//! The operations of ECS, one file each, and what they share: AWS's shapes, and how a name is looked up.

mod account_setting;
mod attribute;
mod auto_scaling_group_provider;
mod capacity_provider;
mod capacity_provider_description;
mod cluster;
mod container_definition;
mod container_dependency;
mod container_health_check;
mod container_instance;
mod container_restart_policy;
mod continue_service_deployment;
mod create_capacity_provider;
mod create_cluster;
mod create_service;
mod delete_account_setting;
mod delete_attributes;
mod delete_capacity_provider;
mod delete_cluster;
mod delete_service;
mod delete_task_definitions;
mod deployment_alarms;
mod deployment_configuration;
mod deregister_container_instance;
mod deregister_task_definition;
mod describe_capacity_providers;
mod describe_clusters;
mod describe_container_instances;
mod describe_service_deployments;
mod describe_service_revisions;
mod describe_services;
mod describe_task_definition;
mod describe_tasks;
mod early_success;
mod event;
mod execute_command;
mod failure;
mod get_task_protection;
mod launch_type;
mod lifecycle_hook;
mod list_account_settings;
mod list_attributes;
mod list_clusters;
mod list_container_instances;
mod list_service_deployments;
mod list_services;
mod list_services_by_namespace;
mod list_tags_for_resource;
mod list_task_definition_families;
mod list_task_definitions;
mod list_tasks;
mod load_balancer;
mod network_configuration;
mod overrides;
mod page;
mod placement;
mod put_account_setting;
mod put_account_setting_default;
mod put_attributes;
mod put_cluster_capacity_providers;
mod register_task_definition;
mod run_task;
mod service;
mod service_connect;
mod service_connect_defaults;
mod service_deployment;
mod service_options;
mod service_registry;
mod standalone;
mod start_task;
mod stop_service_deployment;
mod stop_task;
mod tag;
mod tag_resource;
mod tagged;
mod task;
mod task_definition;
mod task_protection;
mod task_size;
mod untag_resource;
mod update_capacity_provider;
mod update_cluster;
mod update_cluster_settings;
mod update_container_agent;
mod update_container_instances_state;
mod update_service;
mod update_task_protection;

pub(super) use capacity_provider::CapacityProviderStrategyItem;
pub use continue_service_deployment::ContinueServiceDeployment;
pub use create_capacity_provider::CreateCapacityProvider;
pub use create_cluster::CreateCluster;
pub use create_service::CreateService;
pub use delete_account_setting::DeleteAccountSetting;
pub use delete_attributes::DeleteAttributes;
pub use delete_capacity_provider::DeleteCapacityProvider;
pub use delete_cluster::DeleteCluster;
pub use delete_service::DeleteService;
pub use delete_task_definitions::DeleteTaskDefinitions;
pub use deregister_container_instance::DeregisterContainerInstance;
pub use deregister_task_definition::DeregisterTaskDefinition;
pub use describe_capacity_providers::DescribeCapacityProviders;
pub use describe_clusters::DescribeClusters;
pub use describe_container_instances::DescribeContainerInstances;
pub use describe_service_deployments::DescribeServiceDeployments;
pub use describe_service_revisions::DescribeServiceRevisions;
pub use describe_services::DescribeServices;
pub use describe_task_definition::DescribeTaskDefinition;
pub use describe_tasks::DescribeTasks;
pub(super) use event::events_of;
pub use execute_command::ExecuteCommand;
pub use get_task_protection::GetTaskProtection;
pub(super) use launch_type::LaunchType;
pub use list_account_settings::ListAccountSettings;
pub use list_attributes::ListAttributes;
pub use list_clusters::ListClusters;
pub use list_container_instances::ListContainerInstances;
pub use list_service_deployments::ListServiceDeployments;
pub use list_services::ListServices;
pub use list_services_by_namespace::ListServicesByNamespace;
pub use list_tags_for_resource::ListTagsForResource;
pub use list_task_definition_families::ListTaskDefinitionFamilies;
pub use list_task_definitions::ListTaskDefinitions;
pub use list_tasks::ListTasks;
pub(super) use network_configuration::AssignPublicIp;
pub(super) use page::{Page, page};
pub use put_account_setting::PutAccountSetting;
pub use put_account_setting_default::PutAccountSettingDefault;
pub use put_attributes::PutAttributes;
pub use put_cluster_capacity_providers::PutClusterCapacityProviders;
pub use register_task_definition::RegisterTaskDefinition;
pub use run_task::RunTask;
pub(super) use service_options::PropagateTags;
pub use start_task::StartTask;
pub use stop_service_deployment::StopServiceDeployment;
pub use stop_task::StopTask;
pub use tag_resource::TagResource;
pub use untag_resource::UntagResource;
pub use update_capacity_provider::UpdateCapacityProvider;
pub use update_cluster::UpdateCluster;
pub use update_cluster_settings::UpdateClusterSettings;
pub use update_container_agent::UpdateContainerAgent;
pub use update_container_instances_state::UpdateContainerInstancesState;
pub use update_service::UpdateService;
pub use update_task_protection::UpdateTaskProtection;

use super::ApiError;
use crate::world::World;
use crate::world::ecs::{ClusterId, DefinitionStatus, ServiceId, TaskDefinitionId, TaskId};

/// Whether this is a name as ECS has them: up to 255 letters, digits, `_` and `-`, and not empty [CP-002].
pub(crate) fn valid_name(name: &str) -> bool {
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    !name.is_empty() && name.chars().count() <= 255 && name.chars().all(valid)
}

/// The cluster with this name or ARN; `default` when none is given [CP-002].
pub(crate) fn find_cluster(world: &World, name_or_arn: Option<&str>) -> Result<ClusterId, ApiError> {
    let sees = |id: &ClusterId| world.limits.sees(world.ecs.clusters[*id].created);
    world.ecs.cluster_named(name_or_arn).filter(sees).ok_or_else(|| {
        let active = world.ecs.active_clusters().filter(|(id, _)| sees(id));
        let names: Vec<&str> = active.map(|(_, cluster)| cluster.name.as_str()).collect();
        let error = ApiError::new("ClusterNotFoundException", "Cluster not found.").at("cluster");
        match names.as_slice() {
            [] => error.help("There is no cluster yet."),
            names => error.help(format!("There are the clusters {}.", names.join(", "))),
        }
    })
}

/// The latest service with this name or ARN, whatever its status. `place` is the field that names it.
pub(crate) fn find_service(
    world: &World,
    cluster: ClusterId,
    name_or_arn: &str,
    place: &str,
) -> Result<ServiceId, ApiError> {
    let found = seen_service(world, cluster, name_or_arn);
    found.ok_or_else(|| ApiError::new("ServiceNotFoundException", "Service not found.").at(place))
}

/// The same, if there is one and the call sees it already [CP-012].
pub(super) fn seen_service(world: &World, cluster: ClusterId, name_or_arn: &str) -> Option<ServiceId> {
    let found = world.ecs.service_named(cluster, name_or_arn);
    found.filter(|&id| world.limits.sees(world.ecs.services[id].created))
}

/// The revision that a name means, of those that the call sees already [CP-012].
pub(super) fn seen_definition(world: &World, name: &str) -> Option<TaskDefinitionId> {
    world.ecs.definition_seen(name, |registered| world.limits.sees(registered))
}

/// The revision that new tasks may be made of [CP-033][CP-035].
pub(crate) fn find_definition(world: &World, name: &str) -> Result<TaskDefinitionId, ApiError> {
    let error = |error: ApiError| error.at("taskDefinition");
    let definition =
        seen_definition(world, name).ok_or_else(|| error(ApiError::client("TaskDefinition not found.")))?;
    match world.ecs.definitions[definition].status {
        DefinitionStatus::Active => Ok(definition),
        DefinitionStatus::Inactive | DefinitionStatus::DeleteInProgress => {
            Err(error(ApiError::invalid_parameter("TaskDefinition is inactive")))
        }
    }
}

/// The task with this id, ARN or short name in a cluster, if there is one. A short name such as `web#1` is ours: the
/// ids of tasks are not known before they exist, but a scenario may want to speak of them.
pub(crate) fn find_task(
    world: &World,
    cluster: ClusterId,
    name: &str,
    place: &str,
) -> Result<Option<TaskId>, ApiError> {
    let sees = |id: &TaskId| world.limits.sees(world.ecs.tasks[*id].at.created);
    if name.contains('#') {
        let full = format!("{}/{name}", world.ecs.clusters[cluster].name);
        let found = world.ecs.tasks.iter().rev().find(|(_, task)| *task.name == *full).map(|(id, _)| id);
        return Ok(found.filter(sees));
    }
    let id = name.rsplit('/').next().unwrap_or(name);
    if !matches!(id.chars().count(), 32 | 36) {
        return Err(ApiError::invalid_parameter("taskId length should be one of [32,36]").at(place));
    }
    Ok(world.ecs.task_named(cluster, name).filter(sees))
}
