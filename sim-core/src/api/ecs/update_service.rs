//! `ecs:UpdateService`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::capacity_provider::{self, CapacityProviderStrategyItem};
use super::create_service::{checked_desired_count, checked_grace_period};
use super::deployment_configuration::DeploymentConfiguration;
use super::execute_command;
use super::load_balancer::{self, LoadBalancer};
use super::network_configuration::{self, NetworkConfiguration};
use super::placement::{self, PlacementConstraint, PlacementStrategy};
use super::service::ServiceDescription;
use super::service_connect::{self, ServiceConnectConfiguration};
use super::service_options::{
    AvailabilityZoneRebalancing, DeploymentController, PropagateTags, check_daemon_bounds, check_daemon_count,
    check_daemon_strategy, only_ecs, platform_version, rebalancing,
};
use super::service_registry::{self, ServiceRegistry};
use super::{find_cluster, find_definition, find_service};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::ecs::{ServiceStatus, ServiceUpdate};
use crate::world::{Ctx, World};

/// `ecs:UpdateService` — changes what a running service should look like.
///
/// A deployment starts when the task definition, the platform version, the network, the load balancers or Service Connect
/// change, or with `forceNewDeployment` [CP-179]; nothing else starts one [CP-180].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateService {
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// Name or ARN.
    pub service: String,
    /// Tasks to keep running [count], 0 to 5,000 [CP-019].
    #[schemars(range(max = 5000))]
    pub desired_count: Option<u32>,
    /// `family` for its latest ACTIVE revision, `family:revision`, or an ARN [CP-033].
    pub task_definition: Option<String>,
    /// `FARGATE`, or capacity providers of Auto Scaling groups; tasks move with the next deployment [CP-180]. A service stays on
    /// Fargate, or on instances [CA-125].
    pub capacity_provider_strategy: Option<Vec<CapacityProviderStrategyItem>>,
    /// The bounds of a rolling update; what is not named stays.
    pub deployment_configuration: Option<DeploymentConfiguration>,
    /// What is not said stays [CP-139].
    pub availability_zone_rebalancing: Option<AvailabilityZoneRebalancing>,
    /// Where tasks get their ENIs.
    pub network_configuration: Option<NetworkConfiguration>,
    /// Which container instances will do, instead of those before; not on Fargate [CA-017].
    pub placement_constraints: Option<Vec<PlacementConstraint>>,
    /// Which of them are best, instead of what was said before; not on Fargate [CA-017].
    pub placement_strategy: Option<Vec<PlacementStrategy>>,
    /// `LATEST` or `1.4.0` [CA-011].
    pub platform_version: Option<String>,
    /// Replaces all tasks although nothing changed; false unless set.
    #[serde(default)]
    pub force_new_deployment: bool,
    /// How long unhealthy checks of a new task are ignored [s]; only with a load balancer.
    #[schemars(range(max = 2_147_483_647))]
    pub health_check_grace_period_seconds: Option<u32>,
    /// `ECS`.
    pub deployment_controller: Option<DeploymentController>,
    /// Stored.
    pub enable_execute_command: Option<bool>,
    /// Stored.
    #[serde(rename = "enableECSManagedTags")]
    pub enable_ecs_managed_tags: Option<bool>,
    /// The target groups in which the tasks are registered, instead of those before; empty for none.
    pub load_balancers: Option<Vec<LoadBalancer>>,
    /// Whose tags tasks get.
    pub propagate_tags: Option<PropagateTags>,
    /// The service of Cloud Map in which the tasks are registered, instead of that before; empty for none [CP-245].
    pub service_registries: Option<Vec<ServiceRegistry>>,
    /// What the service offers in a namespace, and that it may call what others offer there, instead of what was said
    /// before [CP-240]; a change starts a deployment [CP-241].
    pub service_connect_configuration: Option<ServiceConnectConfiguration>,
    /// EBS volumes; not modelled.
    #[serde(default)]
    pub volume_configurations: NotModelled,
    /// VPC Lattice; not modelled.
    #[serde(default)]
    pub vpc_lattice_configurations: NotModelled,
}

/// What UpdateService answers.
#[derive(Clone, Debug, Serialize)]
pub struct UpdateServiceOutput {
    /// The service.
    pub service: ServiceDescription,
}

impl Operation for UpdateService {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "UpdateService";
    type Output = UpdateServiceOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        let id = find_service(world, cluster, &self.service, "service")?;
        let service = &world.ecs.services[id];
        if service.status != ServiceStatus::Active {
            return Err(ApiError::new("ServiceNotActiveException", "Service was not ACTIVE.").at("service"));
        }
        only_ecs(self.deployment_controller)?;
        check_daemon_count(service.scheduling, self.desired_count)?;
        check_daemon_strategy(service.scheduling, self.placement_strategy.as_deref().unwrap_or_default())?;
        check_daemon_bounds(
            service.scheduling,
            self.deployment_configuration.as_ref().and_then(|bounds| bounds.maximum_percent),
        )?;
        let mut update = ServiceUpdate {
            desired_count: self.desired_count.map(checked_desired_count).transpose()?,
            propagate_tags: self.propagate_tags.map(PropagateTags::kept),
            managed_tags: self.enable_ecs_managed_tags,
            execute_command: self.enable_execute_command,
            force: self.force_new_deployment,
            ..ServiceUpdate::default()
        };
        if let Some(name) = &self.task_definition {
            update.definition = Some(find_definition(world, name)?);
        }
        if let Some(items) = &self.capacity_provider_strategy {
            let providers = &world.ecs.clusters[cluster].providers;
            let place = "capacityProviderStrategy";
            let strategy = capacity_provider::checked_strategy(items, providers, place, &world.ecs)?;
            capacity_provider::check_change(service, &strategy, self.force_new_deployment)?;
            update.strategy = Some(strategy);
        }
        if self.platform_version.is_some() {
            update.platform_version = Some(platform_version(self.platform_version.as_deref(), service.launch)?);
        }
        let definition = update.definition.unwrap_or(world.ecs.deployments[service.primary()].recipe.definition);
        if self.enable_execute_command.unwrap_or(service.stored.execute_command) {
            let message = "The service couldn't be updated because a valid taskRoleArn is not being used. Specify a valid task \
                           role in your task definition and try again.";
            execute_command::check_role(definition, message, world)?;
        }
        let made_of = &world.ecs.definitions[definition];
        if let Some(given) = &self.load_balancers {
            update.load_balancers = Some(load_balancer::resolve(given, made_of, world)?);
        }
        let links = update.load_balancers.clone().unwrap_or_else(|| service.load_balancers.clone());
        let links = links.as_slice();
        load_balancer::check(links, made_of)?;
        let current = &world.ecs.deployments[service.primary()].recipe.network;
        update.network = match &self.network_configuration {
            Some(given) => Some(network_configuration::resolve(Some(given), made_of, service.launch, world)?),
            None => {
                network_configuration::check_kept(current, made_of, service.launch)?;
                None
            }
        };
        if self.placement_constraints.is_some() || self.placement_strategy.is_some() {
            let kept = &service.placement;
            let constraints =
                self.placement_constraints.unwrap_or_else(|| placement::described_constraints(&kept.constraints));
            let strategy = self.placement_strategy.unwrap_or_else(|| placement::described_strategy(&kept.strategy));
            let beside = made_of.constraints.len();
            update.placement = Some(placement::placement(&constraints, &strategy, service.launch, beside)?);
        }
        if let Some(seconds) = self.health_check_grace_period_seconds {
            update.grace_period = Some(checked_grace_period(seconds, !links.is_empty())?);
        }
        if let Some(bounds) = self.deployment_configuration {
            bounds.check(service.minimum_healthy_percent, service.maximum_percent)?;
            update.minimum_healthy_percent = bounds.minimum_healthy_percent;
            update.maximum_percent = bounds.maximum_percent;
            update.breaker = bounds.breaker()?;
            update.plan = Some(bounds.plan(&service.plan)?);
        }
        load_balancer::check_plan(links, update.plan.as_ref().unwrap_or(&service.plan))?;
        if let Some(given) = &self.service_registries {
            update.registries = Some(service_registry::resolve(given, made_of, world)?);
        }
        let kept = &world.ecs.deployments[service.primary()].recipe.registries;
        let registries = update.registries.as_ref().unwrap_or(kept);
        service_registry::check_count(registries, update.desired_count.unwrap_or(0))?;
        let before = world.ecs.deployments[service.primary()].recipe.connect.as_ref();
        let kept = before.filter(|_| update.definition.is_some());
        let given = match (self.service_connect_configuration, kept) {
            (Some(given), _) => Some(given),
            (None, kept) => service_connect::given_before(kept),
        };
        let connect = given.map(|given| given.plan(cluster, id, made_of, world)).transpose()?;
        if let Some(planned) = connect.as_ref().and_then(Option::as_ref) {
            let strategy = update.plan.as_ref().unwrap_or(&service.plan).strategy;
            planned.check(strategy, update.desired_count.unwrap_or(service.desired_count))?;
        } else if connect.is_none() {
            let desired = update.desired_count.unwrap_or(0);
            service_connect::check_kept(before, update.plan.as_ref().map(|plan| plan.strategy), desired)?;
        }
        let maximum = update.maximum_percent.unwrap_or(service.maximum_percent);
        let placement = update.placement.as_ref().unwrap_or(&service.placement);
        let wanted = rebalancing(self.availability_zone_rebalancing, service.balance.enabled, maximum, placement)?;
        update.rebalancing = Some(wanted);
        update.connect = connect.map(|planned| planned.map(|planned| planned.put(world, ctx)));
        world.lend(|w| &mut w.ecs, |ecs, peers| ecs.update_service(id, update, peers, ctx));
        Ok(UpdateServiceOutput { service: ServiceDescription::of(world, id, false) })
    }
}
