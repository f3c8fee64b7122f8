//! `ecs:CreateService`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::capacity_provider::CapacityProviderStrategyItem;
use super::deployment_configuration::DeploymentConfiguration;
use super::execute_command;
use super::launch_type::{self, LaunchType};
use super::load_balancer::{self, LoadBalancer};
use super::network_configuration::{self, NetworkConfiguration};
use super::placement::{self, PlacementConstraint, PlacementStrategy};
use super::service::ServiceDescription;
use super::service_connect::ServiceConnectConfiguration;
use super::service_options::{
    AvailabilityZoneRebalancing, DeploymentController, PropagateTags, SchedulingStrategy, check_daemon_bounds,
    check_daemon_count, check_daemon_strategy, only_ecs, platform_version, rebalancing,
};
use super::service_registry::{self, ServiceRegistry};
use super::tag::{self, Tag};
use super::{find_cluster, find_definition, valid_name};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::ecs::{Launch, NewService, Plan, Scheduling, ServiceStatus, Stored};
use crate::world::{Ctx, World};

/// Tasks of one service [count] [CP-019].
const TASKS_MAX: u32 = 5000;

/// `ecs:CreateService` — keeps tasks running.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateService {
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// Up to 255 letters, digits, `_` and `-`, unique among the cluster's services that are not INACTIVE [CP-010].
    pub service_name: String,
    /// `family` for its latest ACTIVE revision, `family:revision`, or an ARN [CP-033].
    pub task_definition: String,
    /// `ENABLED` unless set, where `maximumPercent` leaves room for it [CP-139][CP-140].
    pub availability_zone_rebalancing: Option<AvailabilityZoneRebalancing>,
    /// The target groups in which the tasks are registered, at most 5 [CP-022].
    #[serde(default)]
    pub load_balancers: Vec<LoadBalancer>,
    /// The service of Cloud Map in which the tasks are registered, at most 1 [CP-245].
    #[serde(default)]
    pub service_registries: Vec<ServiceRegistry>,
    /// Tasks to keep running [count]; required, 0 to 5,000 [CP-019]; not for daemons [CP-117].
    #[schemars(range(max = 5000))]
    pub desired_count: Option<u32>,
    /// At most 36 characters. The same request again is answered with the same service, with or without it [CP-011].
    #[serde(skip_serializing)]
    pub client_token: Option<String>,
    /// `FARGATE` or `EC2`. With neither launch type nor strategy the cluster's default strategy counts, and without that it is
    /// EC2 [CP-162].
    pub launch_type: Option<LaunchType>,
    /// `FARGATE`, or capacity providers of Auto Scaling groups, in place of a launch type.
    #[serde(default)]
    pub capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    /// `LATEST` or `1.4.0`, which are the same; `LATEST` unless set [CA-011].
    pub platform_version: Option<String>,
    /// A role for load balancers of old; not modelled: ECS has its own.
    #[serde(default, skip_serializing)]
    pub role: NotModelled,
    /// The bounds of a rolling update.
    pub deployment_configuration: Option<DeploymentConfiguration>,
    /// Which container instances will do, at most 10 [CP-025]; not on Fargate [CA-017].
    #[serde(default)]
    pub placement_constraints: Vec<PlacementConstraint>,
    /// Which of them are best, at most 5 [CP-025]; not on Fargate [CA-017], nor for daemons [CP-117].
    #[serde(default)]
    pub placement_strategy: Vec<PlacementStrategy>,
    /// Where tasks get their ENIs; required with `awsvpc`, and only then [CP-050].
    pub network_configuration: Option<NetworkConfiguration>,
    /// How long unhealthy checks of a new task are ignored [s]; 0 unless set; only with a load balancer.
    #[schemars(range(max = 2_147_483_647))]
    pub health_check_grace_period_seconds: Option<u32>,
    /// `REPLICA` unless set; `DAEMON` for one task on each container instance [CP-117].
    pub scheduling_strategy: Option<SchedulingStrategy>,
    /// `ECS`.
    pub deployment_controller: Option<DeploymentController>,
    /// Labels, at most 50.
    #[serde(default, skip_serializing)]
    pub tags: Vec<Tag>,
    /// Stored.
    #[serde(default, rename = "enableECSManagedTags")]
    pub enable_ecs_managed_tags: bool,
    /// Whose tags tasks get; `NONE` unless set.
    pub propagate_tags: Option<PropagateTags>,
    /// ECS Exec, in tasks that are started from then on [CP-246].
    #[serde(default)]
    pub enable_execute_command: bool,
    /// What the service offers in a namespace, and that it may call what others offer there [CP-240].
    pub service_connect_configuration: Option<ServiceConnectConfiguration>,
    /// EBS volumes; not modelled.
    #[serde(default, skip_serializing)]
    pub volume_configurations: NotModelled,
    /// VPC Lattice; not modelled.
    #[serde(default, skip_serializing)]
    pub vpc_lattice_configurations: NotModelled,
}

/// What CreateService answers.
#[derive(Clone, Debug, Serialize)]
pub struct CreateServiceOutput {
    /// The service.
    pub service: ServiceDescription,
}

/// A desired count within the quota [CP-019].
pub(crate) fn checked_desired_count(count: u32) -> Result<u32, ApiError> {
    match count {
        0..=TASKS_MAX => Ok(count),
        _ => Err(ApiError::invalid_parameter("Desired count exceeds limit.").at("desiredCount")),
    }
}

/// A grace period [TR-115] needs checks that it is about.
pub(crate) fn checked_grace_period(seconds: u32, has_load_balancer: bool) -> Result<Duration, ApiError> {
    let error = |message: &str| Err(ApiError::invalid_parameter(message).at("healthCheckGracePeriodSeconds"));
    if seconds > i32::MAX as u32 {
        return error("healthCheckGracePeriodSeconds must be from 0 to 2147483647.");
    }
    if seconds > 0 && !has_load_balancer {
        return error("Health check grace period is only valid for services configured to use load balancers");
    }
    Ok(Duration::from_secs(seconds.into()))
}

impl CreateService {
    /// What a daemon does not take [CP-117][CP-118].
    fn check_daemon(&self, launch: Launch) -> Result<(), ApiError> {
        let error = |place: &str, message: &str| Err(ApiError::invalid_parameter(message).at(place));
        if launch == Launch::Fargate {
            let message = "The daemon scheduling strategy does not support the FARGATE launch type. Change the launch \
                           type and try again";
            return error("schedulingStrategy", message);
        }
        check_daemon_count(Scheduling::Daemon, self.desired_count)?;
        check_daemon_strategy(Scheduling::Daemon, &self.placement_strategy)
    }
}

impl Operation for CreateService {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "CreateService";
    const TABLE: Option<&'static str> = Some("ecs.service");
    type Output = CreateServiceOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let created_as = serde_json::to_value(&self).expect("inputs are plain data");
        let error = |place: &str, message: &str| Err(ApiError::invalid_parameter(message).at(place));
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        if !valid_name(&self.service_name) {
            let message = "Service names can only contain up to 255 letters, numbers, underscores, and hyphens.";
            return error("serviceName", message);
        }
        if self.client_token.as_ref().is_some_and(|token| token.chars().count() > 36) {
            return error("clientToken", "idempotency token longer than 36.");
        }
        if let Some(service) = world.ecs.service_named(cluster, &self.service_name) {
            let there = &world.ecs.services[service];
            match there.status {
                ServiceStatus::Inactive => {}
                ServiceStatus::Draining => {
                    return error("serviceName", "Unable to Start a service that is still Draining.");
                }
                ServiceStatus::Active if there.stored.created_as == created_as => {
                    return Ok(CreateServiceOutput { service: ServiceDescription::of(world, service, true) });
                }
                ServiceStatus::Active => return error("serviceName", "Creation of service was not idempotent."),
            }
        }
        only_ecs(self.deployment_controller)?;
        let of_cluster = &world.ecs.clusters[cluster];
        let (launch, strategy) =
            launch_type::resolve(self.launch_type, &self.capacity_provider_strategy, of_cluster, &world.ecs)?;
        let scheduling = self.scheduling_strategy.map_or(Scheduling::Replica, SchedulingStrategy::kept);
        if scheduling == Scheduling::Daemon {
            self.check_daemon(launch)?;
        }
        let definition = find_definition(world, &self.task_definition)?;
        let made_of = &world.ecs.definitions[definition];
        if self.enable_execute_command {
            let message = "The service couldn't be created because a valid taskRoleArn is not being used. Specify a valid task \
                           role in your task definition and try again.";
            execute_command::check_role(definition, message, world)?;
        }
        let desired_count = match (self.desired_count, scheduling) {
            (_, Scheduling::Daemon) => 0,
            (None, Scheduling::Replica) => return error("desiredCount", "DesiredCount is missing"),
            (Some(count), Scheduling::Replica) => checked_desired_count(count)?,
        };
        let platform_version = platform_version(self.platform_version.as_deref(), launch)?;
        let placement = placement::placement(
            &self.placement_constraints,
            &self.placement_strategy,
            launch,
            made_of.constraints.len(),
        )?;
        let network = network_configuration::resolve(self.network_configuration.as_ref(), made_of, launch, world)?;
        let load_balancers = load_balancer::resolve(&self.load_balancers, made_of, world)?;
        load_balancer::check(&load_balancers, &world.ecs.definitions[definition])?;
        let grace_period = self.health_check_grace_period_seconds.unwrap_or(0);
        let grace_period = checked_grace_period(grace_period, !load_balancers.is_empty())?;
        let bounds = self.deployment_configuration.unwrap_or_default();
        // [CP-169]
        let (minimum, maximum) = if scheduling == Scheduling::Daemon { (0, 100) } else { (100, 200) };
        bounds.check(minimum, maximum)?;
        check_daemon_bounds(scheduling, bounds.maximum_percent)?;
        let breaker = bounds.breaker()?.unwrap_or_default();
        let plan = bounds.plan(&Plan::default())?;
        load_balancer::check_plan(&load_balancers, &plan)?;
        let registries =
            service_registry::resolve(&self.service_registries, &world.ecs.definitions[definition], world)?;
        service_registry::check_count(&registries, desired_count)?;
        let next = world.ecs.services.next_id();
        let connect = self.service_connect_configuration.as_ref();
        let connect =
            connect.map(|it| it.plan(cluster, next, &world.ecs.definitions[definition], world)).transpose()?;
        let connect = connect.flatten();
        if let Some(planned) = &connect {
            planned.check(plan.strategy, desired_count)?;
        }
        let maximum_percent = bounds.maximum_percent.unwrap_or(maximum);
        let rebalancing = rebalancing(self.availability_zone_rebalancing, true, maximum_percent, &placement)?;
        let tags = tag::checked(&self.tags)?;
        let connect = connect.map(|planned| planned.put(world, ctx));
        let new = NewService {
            name: self.service_name,
            cluster,
            definition,
            scheduling,
            launch,
            placement,
            desired_count,
            minimum_healthy_percent: bounds.minimum_healthy_percent.unwrap_or(minimum),
            maximum_percent,
            plan,
            breaker,
            rebalancing,
            grace_period,
            load_balancers,
            network,
            connect,
            registries,
            stored: Stored {
                strategy,
                platform_version,
                tags,
                propagate_tags: self.propagate_tags.map(PropagateTags::kept).unwrap_or_default(),
                managed_tags: self.enable_ecs_managed_tags,
                execute_command: self.enable_execute_command,
                created_as,
            },
        };
        let service = world.lend(|w| &mut w.ecs, |ecs, peers| ecs.create_service(new, peers, ctx));
        Ok(CreateServiceOutput { service: ServiceDescription::of(world, service, true) })
    }
}
