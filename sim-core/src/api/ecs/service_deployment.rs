//! Service deployments and service revisions as AWS describes them.

use serde::Serialize;

use super::capacity_provider::{self, CapacityProviderStrategyItem};
use super::deployment_alarms::AlarmsDescription;
use super::deployment_configuration::DeploymentConfigurationDescription;
use super::launch_type::LaunchType;
use super::lifecycle_hook::HookDetail;
use super::load_balancer::{self, LoadBalancer};
use super::network_configuration::{self, NetworkConfiguration};
use super::service_connect;
use super::service_options::platform;
use super::service_registry::{self, ServiceRegistry};
use crate::world::World;
use crate::world::ecs::{Container, DeploymentId, ServiceDeploymentId, TaskCounts};

/// `ServiceDeploymentBrief`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceDeploymentBrief {
    /// `service-deployment/{cluster}/{service}/{id}` [CP-008].
    pub service_deployment_arn: String,
    /// Whose.
    pub service_arn: String,
    /// Where.
    pub cluster_arn: String,
    /// The scheduler's first look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// When it was asked for.
    pub created_at: String,
    /// When it was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<String>,
    /// Where it goes.
    pub target_service_revision_arn: String,
    /// How far it is [CP-187].
    pub status: &'static str,
    /// Why.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub status_reason: String,
}

impl ServiceDeploymentBrief {
    pub(crate) fn of(world: &World, id: ServiceDeploymentId) -> ServiceDeploymentBrief {
        let act = &world.ecs.service_deployments[id];
        let service = &world.ecs.services[act.service];
        let wall = |at| world.account.wall(at);
        ServiceDeploymentBrief {
            service_deployment_arn: act.arn.clone(),
            service_arn: service.arn.clone(),
            cluster_arn: world.ecs.clusters[service.cluster].arn.clone(),
            started_at: act.started.map(wall),
            created_at: wall(act.created),
            finished_at: act.finished.map(wall),
            target_service_revision_arn: world.ecs.deployments[act.target].revision_arn.clone(),
            status: act.status.into(),
            status_reason: act.reason.clone(),
        }
    }
}

/// `ServiceRevisionSummary`: a revision and its tasks.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceRevisionSummary {
    /// The revision.
    pub arn: String,
    /// Tasks that it is to have [count].
    pub requested_task_count: u32,
    /// Tasks in RUNNING [count].
    pub running_task_count: u32,
    /// Tasks on their way there [count].
    pub pending_task_count: u32,
}

impl ServiceRevisionSummary {
    fn of(world: &World, id: DeploymentId, requested: u32, counts: TaskCounts) -> ServiceRevisionSummary {
        ServiceRevisionSummary {
            arn: world.ecs.deployments[id].revision_arn.clone(),
            requested_task_count: requested,
            running_task_count: counts.running,
            pending_task_count: counts.pending,
        }
    }
}

/// `Rollback`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RollbackDescription {
    /// Why.
    pub reason: String,
    /// Since when.
    pub started_at: String,
    /// To where.
    pub service_revision_arn: String,
}

/// `ServiceDeploymentCircuitBreaker` [CP-197].
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BreakerDescription {
    /// `DISABLED`, `MONITORING`, `TRIGGERED` or `MONITORING_COMPLETE`.
    pub status: &'static str,
    /// What it has counted [count].
    pub failure_count: u32,
    /// How many are too many [count].
    pub threshold: u32,
}

/// `ServiceDeployment`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceDeploymentDescription {
    /// What the brief says.
    #[serde(flatten)]
    pub brief: ServiceDeploymentBrief,
    /// When it was told to stop and did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<String>,
    /// When it last changed.
    pub updated_at: String,
    /// Where it comes from, with what ran at its start.
    pub source_service_revisions: Vec<ServiceRevisionSummary>,
    /// Where it goes, with what runs now.
    pub target_service_revision: ServiceRevisionSummary,
    /// The bounds.
    pub deployment_configuration: DeploymentConfigurationDescription,
    /// The way back, if it is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollback: Option<RollbackDescription>,
    /// Where it is, unless its strategy is ROLLING [CP-202].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifecycle_stage: Option<&'static str>,
    /// What it waits for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lifecycle_hook_details: Vec<HookDetail>,
    /// What watches it.
    pub deployment_circuit_breaker: BreakerDescription,
    /// What else does.
    pub alarms: AlarmsDescription,
}

impl ServiceDeploymentDescription {
    pub(crate) fn of(world: &World, id: ServiceDeploymentId) -> ServiceDeploymentDescription {
        let ecs = &world.ecs;
        let act = &ecs.service_deployments[id];
        let service = &ecs.services[act.service];
        let wall = |at| world.account.wall(at);
        let target = &ecs.deployments[act.target];
        let over = !act.status.is_open();
        let requested = if over || service.primary() == act.target { service.desired_count } else { target.kept };
        let status = match (service.breaker.enable, act.triggered, over) {
            (false, ..) => "DISABLED",
            (true, true, _) => "TRIGGERED",
            (true, false, true) => "MONITORING_COMPLETE",
            (true, false, false) => "MONITORING",
        };
        let threshold =
            if act.triggered || over { act.threshold } else { service.breaker.threshold(service.desired_count) };
        ServiceDeploymentDescription {
            brief: ServiceDeploymentBrief::of(world, id),
            stopped_at: act.stopped.map(wall),
            updated_at: wall(act.updated),
            source_service_revisions: act
                .sources
                .iter()
                .map(|&(of, requested, counts)| ServiceRevisionSummary::of(world, of, requested, counts))
                .collect(),
            target_service_revision: ServiceRevisionSummary::of(
                world,
                act.target,
                requested,
                ecs.deployment_counts(act.target),
            ),
            deployment_configuration: DeploymentConfigurationDescription::of(&act.configuration),
            rollback: act.rollback.as_ref().map(|rollback| RollbackDescription {
                reason: rollback.reason.clone(),
                started_at: wall(rollback.started),
                service_revision_arn: ecs.deployments[rollback.to].revision_arn.clone(),
            }),
            lifecycle_hook_details: HookDetail::all(world, id),
            lifecycle_stage: act.shift.as_ref().map(|shift| shift.stage.into()),
            deployment_circuit_breaker: BreakerDescription { status, failure_count: target.failures, threshold },
            alarms: AlarmsDescription::of(act),
        }
    }
}

/// `ServiceRevision`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceRevisionDescription {
    /// `service-revision/{cluster}/{service}/{id}` [CP-008].
    pub service_revision_arn: String,
    /// Whose.
    pub service_arn: String,
    /// Where.
    pub cluster_arn: String,
    /// What its tasks are made of.
    pub task_definition: String,
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
    /// Target groups of its tasks.
    pub load_balancers: Vec<LoadBalancer>,
    /// Where its tasks are found by DNS.
    pub service_registries: Vec<ServiceRegistry>,
    /// Where its tasks get their ENIs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_configuration: Option<NetworkConfiguration>,
    /// Its images, once their digests are fixed [CP-181].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub container_images: Vec<ContainerImage>,
    /// Service Connect, when it is enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_connect_configuration: Option<serde_json::Value>,
    /// When it was made.
    pub created_at: String,
}

/// `ContainerImage`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerImage {
    /// The container.
    pub container_name: String,
    /// What all of its tasks are made of; none when they follow the tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_digest: Option<String>,
    /// As the task definition says it.
    pub image: String,
}

impl ServiceRevisionDescription {
    pub(crate) fn of(world: &World, id: DeploymentId) -> ServiceRevisionDescription {
        let of = &world.ecs.deployments[id];
        let service = &world.ecs.services[of.service];
        let strategy = capacity_provider::described(&of.strategy);
        let containers = &world.ecs.definitions[of.recipe.definition].containers;
        let image = |(container, digest): (&Container, &Option<String>)| ContainerImage {
            container_name: container.name.clone(),
            image_digest: digest.clone(),
            image: container.image.clone(),
        };
        ServiceRevisionDescription {
            service_revision_arn: of.revision_arn.clone(),
            service_arn: service.arn.clone(),
            cluster_arn: world.ecs.clusters[service.cluster].arn.clone(),
            task_definition: world.ecs.definitions[of.recipe.definition].arn.clone(),
            launch_type: strategy.is_empty().then_some(LaunchType::of(service.launch)),
            capacity_provider_strategy: strategy,
            platform_version: platform(service.launch).map(|(version, _)| version),
            platform_family: platform(service.launch).map(|(_, family)| family),
            load_balancers: load_balancer::described(&of.links, world),
            service_registries: service_registry::described(&of.recipe.registries, world),
            network_configuration: network_configuration::described(&of.recipe.network, world),
            container_images: containers.iter().zip(&of.digests).map(image).collect(),
            service_connect_configuration: service_connect::described(of.recipe.connect.as_ref()),
            created_at: world.account.wall(of.created),
        }
    }
}
