//! A service as AWS describes it.

use serde::Serialize;

use super::capacity_provider::{self, CapacityProviderStrategyItem};
use super::deployment_configuration::DeploymentConfigurationDescription;
use super::launch_type::LaunchType;
use super::load_balancer::{self, LoadBalancer};
use super::network_configuration::{self, NetworkConfiguration};
use super::placement::{self, PlacementConstraint, PlacementStrategy};
use super::service_connect::{self, ServiceConnectServiceResource};
use super::service_options::{
    AvailabilityZoneRebalancing, ControllerType, DeploymentController, SchedulingStrategy, platform,
};
use super::service_registry::{self, ServiceRegistry};
use super::tag::{self, Tag};
use crate::world::World;
use crate::world::ecs::{DeploymentId, ServiceId};

/// `Service`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceDescription {
    /// `service/{cluster}/{service}` [CP-005].
    pub service_arn: String,
    /// Its name.
    pub service_name: String,
    /// Where it is.
    pub cluster_arn: String,
    /// Target groups of its tasks.
    pub load_balancers: Vec<LoadBalancer>,
    /// Where its tasks are found by DNS.
    pub service_registries: Vec<ServiceRegistry>,
    /// `ACTIVE`, `DRAINING` or `INACTIVE` [CP-009].
    pub status: &'static str,
    /// Tasks to keep running [count].
    pub desired_count: u32,
    /// Tasks in RUNNING [count] [CP-120].
    pub running_count: u32,
    /// Tasks on their way there [count] [CP-120].
    pub pending_count: u32,
    /// `FARGATE`, when no strategy was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_type: Option<LaunchType>,
    /// The strategy, when one was given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    /// As it was asked for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub platform_version: String,
    /// `Linux`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform_family: Option<&'static str>,
    /// Of the PRIMARY deployment.
    pub task_definition: String,
    /// The bounds.
    pub deployment_configuration: DeploymentConfigurationDescription,
    /// The PRIMARY one first [CP-182].
    pub deployments: Vec<DeploymentDescription>,
    /// ECS's own role.
    pub role_arn: String,
    /// The latest 100, newest first [CP-122].
    pub events: Vec<EventDescription>,
    /// When.
    pub created_at: String,
    /// None on Fargate.
    pub placement_constraints: Vec<PlacementConstraint>,
    /// None on Fargate.
    pub placement_strategy: Vec<PlacementStrategy>,
    /// Where its tasks get their ENIs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_configuration: Option<NetworkConfiguration>,
    /// How long unhealthy checks are ignored [s].
    pub health_check_grace_period_seconds: u64,
    /// `REPLICA`.
    pub scheduling_strategy: SchedulingStrategy,
    /// `ECS`.
    pub deployment_controller: DeploymentController,
    /// Labels, when they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// Who.
    pub created_by: String,
    /// Stored.
    #[serde(rename = "enableECSManagedTags")]
    pub enable_ecs_managed_tags: bool,
    /// Stored.
    pub propagate_tags: &'static str,
    /// Stored.
    pub enable_execute_command: bool,
    /// Whether its tasks are spread evenly again.
    pub availability_zone_rebalancing: AvailabilityZoneRebalancing,
}

/// `Deployment`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentDescription {
    /// `ecs-svc/` and 19 digits [CP-008].
    pub id: String,
    /// `PRIMARY`, or `ACTIVE` while it still has tasks [CP-182].
    pub status: &'static str,
    /// What its tasks are made of.
    pub task_definition: String,
    /// Tasks that it is to have [count].
    pub desired_count: u32,
    /// Tasks on their way to RUNNING [count].
    pub pending_count: u32,
    /// Tasks in RUNNING [count].
    pub running_count: u32,
    /// Consecutive tasks that failed [count] [CP-185].
    pub failed_tasks: u32,
    /// When it began.
    pub created_at: String,
    /// When it last changed.
    pub updated_at: String,
    /// The strategy, when one was given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    /// `FARGATE`, when no strategy was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_type: Option<LaunchType>,
    /// What `LATEST` meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform_version: Option<&'static str>,
    /// `Linux`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform_family: Option<&'static str>,
    /// Where its tasks get their ENIs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_configuration: Option<NetworkConfiguration>,
    /// `IN_PROGRESS`, `COMPLETED` or `FAILED` [CP-183].
    pub rollout_state: &'static str,
    /// AWS's sentence about it [CP-184].
    pub rollout_state_reason: String,
    /// Service Connect, when it is enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_connect_configuration: Option<serde_json::Value>,
    /// What it has in Cloud Map.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub service_connect_resources: Vec<ServiceConnectServiceResource>,
}

/// `ServiceEvent`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventDescription {
    /// A UUID.
    pub id: String,
    /// When.
    pub created_at: String,
    /// AWS's text.
    pub message: String,
}

impl ServiceDescription {
    /// Describes a service as it is now; with its tags when they are asked for.
    pub(crate) fn of(world: &World, id: ServiceId, with_tags: bool) -> ServiceDescription {
        let ecs = &world.ecs;
        let service = &ecs.services[id];
        let primary = &ecs.deployments[service.primary()];
        let counts = ecs.service_counts(id);
        let wall = |at| world.account.wall(at);
        // Earlier deployments are in the list as long as they have tasks [CP-182].
        let has_tasks = |deployment: &&DeploymentId| {
            let own = |&task: &_| ecs.tasks[task].deployment == Some(**deployment);
            **deployment == service.primary() || service.live.iter().any(own)
        };
        let deployments = service.deployments.iter().rev().filter(has_tasks);
        let strategy = capacity_provider::described(&service.stored.strategy);
        let role = "role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS";
        ServiceDescription {
            service_arn: service.arn.clone(),
            service_name: service.name.clone(),
            cluster_arn: ecs.clusters[service.cluster].arn.clone(),
            load_balancers: load_balancer::described(&service.load_balancers, world),
            service_registries: service_registry::described(&primary.recipe.registries, world),
            status: service.status.into(),
            desired_count: service.desired_count,
            running_count: counts.running,
            pending_count: counts.pending,
            launch_type: strategy.is_empty().then_some(LaunchType::of(service.launch)),
            capacity_provider_strategy: strategy,
            platform_version: service.stored.platform_version.clone(),
            platform_family: platform(service.launch).map(|(_, family)| family),
            task_definition: ecs.definitions[primary.recipe.definition].arn.clone(),
            deployment_configuration: DeploymentConfigurationDescription::of(&service.configuration()),
            deployments: deployments.map(|&deployment| DeploymentDescription::of(world, deployment)).collect(),
            role_arn: world.account.global_arn("iam", role),
            events: service
                .events
                .iter()
                .rev()
                .take(100)
                .map(|event| EventDescription {
                    id: event.id.clone(),
                    created_at: wall(event.at),
                    message: event.message.to_string(),
                })
                .collect(),
            created_at: wall(service.created),
            placement_constraints: placement::described_constraints(&service.placement.constraints),
            placement_strategy: placement::described_strategy(&service.placement.strategy),
            network_configuration: network_configuration::described(&primary.recipe.network, world),
            health_check_grace_period_seconds: service.grace_period.as_secs(),
            scheduling_strategy: SchedulingStrategy::of(service.scheduling),
            deployment_controller: DeploymentController { r#type: ControllerType::Ecs },
            tags: if with_tags { tag::described(&service.stored.tags) } else { Vec::new() },
            created_by: world.account.global_arn("iam", "root"),
            enable_ecs_managed_tags: service.stored.managed_tags,
            propagate_tags: service.stored.propagate_tags.into(),
            enable_execute_command: service.stored.execute_command,
            availability_zone_rebalancing: match service.balance.enabled {
                true => AvailabilityZoneRebalancing::Enabled,
                false => AvailabilityZoneRebalancing::Disabled,
            },
        }
    }
}

impl DeploymentDescription {
    fn of(world: &World, id: DeploymentId) -> DeploymentDescription {
        let ecs = &world.ecs;
        let deployment = &ecs.deployments[id];
        let service = &ecs.services[deployment.service];
        let is_primary = service.primary() == id;
        let counts = ecs.deployment_counts(id);
        let kept = |&&task: &&_| ecs.tasks[task].deployment == Some(id) && ecs.tasks[task].stopping.is_none();
        let strategy = capacity_provider::described(&deployment.strategy);
        DeploymentDescription {
            id: deployment.name.clone(),
            status: if is_primary { "PRIMARY" } else { "ACTIVE" },
            task_definition: ecs.definitions[deployment.recipe.definition].arn.clone(),
            desired_count: match is_primary {
                true => service.desired_count,
                false => service.live.iter().filter(kept).count() as u32,
            },
            pending_count: counts.pending,
            running_count: counts.running,
            failed_tasks: deployment.failed_tasks,
            created_at: world.account.wall(deployment.created),
            updated_at: world.account.wall(deployment.updated),
            launch_type: strategy.is_empty().then_some(LaunchType::of(service.launch)),
            capacity_provider_strategy: strategy,
            platform_version: platform(service.launch).map(|(version, _)| version),
            platform_family: platform(service.launch).map(|(_, family)| family),
            network_configuration: network_configuration::described(&deployment.recipe.network, world),
            rollout_state: deployment.rollout.into(),
            rollout_state_reason: deployment.reason.clone(),
            service_connect_configuration: service_connect::described(deployment.recipe.connect.as_ref()),
            service_connect_resources: service_connect::resources(deployment.recipe.connect.as_ref(), world),
        }
    }
}
