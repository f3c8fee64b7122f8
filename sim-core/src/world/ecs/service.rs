//! Services and their deployments.

use std::time::Duration;

use super::{ClusterId, Ecs, EcsEvent, Strategy, Tags, TaskCounts, TaskDefinitionId, TaskId};
use crate::engine::{FactId, Id, Time};
use crate::world::elb::TargetGroupId;
use crate::world::network::{SecurityGroupId, SubnetId};
use crate::world::{Account, Ctx, Event, Fact, Name};

/// Names a [`Service`].
pub type ServiceId = Id<Service>;
/// Names a [`Deployment`].
pub type DeploymentId = Id<Deployment>;

/// `status` of a service [CP-009].
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceStatus {
    /// In use.
    Active,
    /// Deleted, with tasks still to clean up.
    Draining,
    /// Gone; its name may be used again [CP-010].
    Inactive,
}

/// `rolloutState` [CP-183].
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Rollout {
    /// Tasks are being replaced.
    InProgress,
    /// Steady.
    Completed,
}

/// `awsvpcConfiguration`: where tasks get their ENIs [IA-091].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsVpc {
    /// Up to 16.
    pub subnets: Vec<SubnetId>,
    /// Up to 5; the VPC's default group when none is named.
    pub groups: Vec<SecurityGroupId>,
    /// `assignPublicIp`; DISABLED unless set [CA-015].
    pub public_ip: bool,
}

/// Which container port is registered in which target group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadBalancerLink {
    /// The target group.
    pub group: TargetGroupId,
    /// The container whose port is registered.
    pub container: String,
    /// Its port.
    pub port: u16,
}

/// What a service was given that is described and changes nothing here.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// `capacityProviderStrategy`; empty for the launch type FARGATE.
    pub strategy: Strategy,
    /// `platformVersion` as it was asked for; a change of it starts a deployment [CP-179].
    pub platform_version: String,
    /// `tags`.
    pub tags: Tags,
    /// `propagateTags`.
    pub propagate_tags: PropagateTags,
    /// `enableECSManagedTags`.
    pub managed_tags: bool,
    /// `enableExecuteCommand`.
    pub execute_command: bool,
    /// CreateService's input: the same again is no second service [CP-011].
    pub created_as: serde_json::Value,
}

/// `propagateTags`: whose tags its tasks get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum PropagateTags {
    /// Nobody's.
    #[default]
    None,
    /// Its own.
    Service,
    /// The task definition's.
    TaskDefinition,
}

/// One line of `describe-services`' events, of which AWS keeps the latest 100 [CP-122].
#[derive(Clone, Debug)]
pub struct ServiceEventLine {
    /// When.
    pub at: Time,
    /// A UUID.
    pub id: String,
    /// AWS's text.
    pub message: Name,
}

/// A rolling deployment of a service.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Whose.
    pub service: ServiceId,
    /// `ecs-svc/` and 19 digits [CP-008].
    pub name: String,
    /// What its tasks are made of.
    pub definition: TaskDefinitionId,
    /// Where its tasks get their ENIs.
    pub network: AwsVpc,
    /// `rolloutState`.
    pub rollout: Rollout,
    /// `createdAt`.
    pub created: Time,
    /// `updatedAt`.
    pub updated: Time,
    /// Consecutive tasks that failed [CP-185] [count].
    pub failed_tasks: u32,
    /// The fact that began it.
    pub because: FactId,
}

/// Keeps `desired_count` copies of a task definition running.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// `service/{cluster}/{service}` [CP-005].
    pub arn: String,
    /// Where.
    pub cluster: ClusterId,
    /// Its status.
    pub status: ServiceStatus,
    /// Tasks to keep running [count].
    pub desired_count: u32,
    /// `minimumHealthyPercent`; 100 unless set [CP-169].
    pub minimum_healthy_percent: u32,
    /// `maximumPercent`; 200 unless set [CP-169].
    pub maximum_percent: u32,
    /// `healthCheckGracePeriodSeconds`; 0 unless set [CP-124].
    pub grace_period: Duration,
    /// Target groups its tasks register in.
    pub load_balancers: Vec<LoadBalancerLink>,
    /// Newest last; the last is PRIMARY, earlier ones are ACTIVE while they have tasks [CP-182].
    pub deployments: Vec<DeploymentId>,
    /// Every task ever started for it, in order.
    pub tasks: Vec<TaskId>,
    /// Tasks that are not STOPPED yet, in order of creation.
    pub live: Vec<TaskId>,
    /// The latest 100 events, newest last [CP-122].
    pub events: Vec<ServiceEventLine>,
    /// How many events were ever written [count].
    pub announced: u32,
    /// `createdAt`.
    pub created: Time,
    /// Whether it is in a steady state, and since when.
    pub steady_since: Option<Time>,
    /// When it first was.
    pub first_steady: Option<Time>,
    /// When the steady state was last announced [CP-122].
    pub steady_said: Option<Time>,
    /// When it was last announced that nothing can move [CP-156].
    pub deadlock_said: Option<Time>,
    /// When it was last announced that no task can be placed, while that is so [CP-154].
    pub unplaced_said: Option<Time>,
    /// When the next launch may happen after start failures [CP-135].
    pub launch_after: Time,
    /// Consecutive start failures of the primary deployment [CP-135] [count].
    pub start_failures: u32,
    /// Stops that nobody planned and that no launch has made good yet: the causes of the next launches.
    pub vacancies: Vec<FactId>,
    /// The fact of its last change by a user.
    pub because: FactId,
    /// What is only described.
    pub stored: Stored,
}

/// What a new service is made of.
#[derive(Clone, Debug)]
pub(crate) struct NewService {
    pub name: String,
    pub cluster: ClusterId,
    pub definition: TaskDefinitionId,
    pub desired_count: u32,
    pub minimum_healthy_percent: u32,
    pub maximum_percent: u32,
    pub grace_period: Duration,
    pub load_balancers: Vec<LoadBalancerLink>,
    pub network: AwsVpc,
    pub stored: Stored,
}

/// What changes in a service; what is none stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServiceUpdate {
    pub desired_count: Option<u32>,
    pub minimum_healthy_percent: Option<u32>,
    pub maximum_percent: Option<u32>,
    pub grace_period: Option<Duration>,
    pub load_balancers: Option<Vec<LoadBalancerLink>>,
    pub definition: Option<TaskDefinitionId>,
    pub network: Option<AwsVpc>,
    pub platform_version: Option<String>,
    pub strategy: Option<Strategy>,
    pub propagate_tags: Option<PropagateTags>,
    pub managed_tags: Option<bool>,
    pub execute_command: Option<bool>,
    /// `forceNewDeployment`.
    pub force: bool,
}

impl Service {
    /// The PRIMARY deployment.
    pub fn primary(&self) -> DeploymentId {
        *self.deployments.last().expect("a service is created with a deployment")
    }
}

impl Ecs {
    /// The latest service with this name or ARN in a cluster, whatever its status.
    pub fn service_named(&self, cluster: ClusterId, name_or_arn: &str) -> Option<ServiceId> {
        let found = |s: &Service| s.name == name_or_arn || s.arn == name_or_arn;
        self.clusters[cluster].services.iter().rev().copied().find(|&id| found(&self.services[id]))
    }

    /// How many of a service's tasks run and how many are on their way there [CP-120] [count].
    pub fn service_counts(&self, service: ServiceId) -> TaskCounts {
        TaskCounts::of(self.services[service].live.iter().map(|&task| self.tasks[task].status))
    }

    /// The same for one deployment of the service.
    pub fn deployment_counts(&self, deployment: DeploymentId) -> TaskCounts {
        let live = &self.services[self.deployments[deployment].service].live;
        let own = live.iter().filter(|&&task| self.tasks[task].deployment == Some(deployment));
        TaskCounts::of(own.map(|&task| self.tasks[task].status))
    }

    /// Makes a service whose name is free, with its first deployment, and wakes the scheduler, which looks at it
    /// again and again from now on.
    pub(crate) fn create_service(&mut self, new: NewService, account: &Account, ctx: &mut Ctx) -> ServiceId {
        let id = self.services.next_id();
        let because = ctx.record(Fact::ServiceCreated { service: id });
        let cluster = &mut self.clusters[new.cluster];
        cluster.services.push(id);
        self.services.push(Service {
            arn: account.arn("ecs", &format!("service/{}/{}", cluster.name, new.name)),
            name: new.name,
            cluster: new.cluster,
            status: ServiceStatus::Active,
            desired_count: new.desired_count,
            minimum_healthy_percent: new.minimum_healthy_percent,
            maximum_percent: new.maximum_percent,
            grace_period: new.grace_period,
            load_balancers: new.load_balancers,
            deployments: Vec::new(),
            tasks: Vec::new(),
            live: Vec::new(),
            events: Vec::new(),
            announced: 0,
            created: ctx.now(),
            steady_since: None,
            first_steady: None,
            steady_said: None,
            deadlock_said: None,
            unplaced_said: None,
            vacancies: Vec::new(),
            launch_after: ctx.now(),
            start_failures: 0,
            because,
            stored: new.stored,
        });
        ctx.within(Some(because), |ctx| {
            let started = self.start_deployment(id, new.definition, new.network, account, ctx);
            ctx.because(started);
            ctx.send(Duration::ZERO, Event::Ecs(EcsEvent::Reconcile(id)));
        });
        id
    }

    /// Changes a service. A deployment starts when its tasks would be made differently from now on, or when one is
    /// forced [CP-179]; the desired count, the deployment configuration, the grace period and what is only stored
    /// start none [CP-180]. The scheduler acts at its next pass.
    pub(crate) fn update_service(&mut self, id: ServiceId, update: ServiceUpdate, account: &Account, ctx: &mut Ctx) {
        let service = &mut self.services[id];
        let primary = &self.deployments[service.primary()];
        let definition = update.definition.unwrap_or(primary.definition);
        let network = update.network.unwrap_or_else(|| primary.network.clone());
        let load_balancers = update.load_balancers.unwrap_or_else(|| service.load_balancers.clone());
        let platform_version = update.platform_version.unwrap_or_else(|| service.stored.platform_version.clone());
        let differs = definition != primary.definition
            || network != primary.network
            || load_balancers != service.load_balancers
            || platform_version != service.stored.platform_version;

        let desired = update.desired_count.unwrap_or(service.desired_count);
        service.desired_count = desired;
        service.minimum_healthy_percent = update.minimum_healthy_percent.unwrap_or(service.minimum_healthy_percent);
        service.maximum_percent = update.maximum_percent.unwrap_or(service.maximum_percent);
        service.grace_period = update.grace_period.unwrap_or(service.grace_period);
        service.load_balancers = load_balancers;
        let stored = &mut service.stored;
        stored.platform_version = platform_version;
        stored.propagate_tags = update.propagate_tags.unwrap_or(stored.propagate_tags);
        stored.managed_tags = update.managed_tags.unwrap_or(stored.managed_tags);
        stored.execute_command = update.execute_command.unwrap_or(stored.execute_command);
        if let Some(strategy) = update.strategy {
            stored.strategy = strategy;
        }
        let because = ctx.record(Fact::ServiceUpdated { service: id, desired });
        self.services[id].because = because;
        if differs || update.force {
            ctx.within(Some(because), |ctx| self.start_deployment(id, definition, network, account, ctx));
        }
    }

    /// Begins to replace a service's tasks. A wait after start failures ends at once [CP-133].
    fn start_deployment(
        &mut self,
        id: ServiceId,
        definition: TaskDefinitionId,
        network: AwsVpc,
        account: &Account,
        ctx: &mut Ctx,
    ) -> FactId {
        let now = ctx.now();
        let arn = &self.services[id].arn;
        // A service that took over the name of a deleted one counts on, so that no id comes twice.
        let before = self.deployments.iter().filter(|(_, d)| self.services[d.service].arn == *arn).count();
        let name = format!("ecs-svc/{}", account.decimal("deployment", &format!("{arn}#{}", before + 1)));
        let deployment = self.deployments.next_id();
        let because = ctx.record(Fact::DeploymentStarted { service: id, deployment });
        self.deployments.push(Deployment {
            service: id,
            name,
            definition,
            network,
            rollout: Rollout::InProgress,
            created: now,
            updated: now,
            failed_tasks: 0,
            because,
        });
        let service = &mut self.services[id];
        service.deployments.push(deployment);
        service.steady_since = None;
        service.launch_after = now;
        service.start_failures = 0;
        because
    }

    /// Deletes a service: it is DRAINING, wants no task any more, and turns INACTIVE when the scheduler has seen its
    /// tasks off [CP-009].
    pub(crate) fn delete_service(&mut self, id: ServiceId, ctx: &mut Ctx) {
        let service = &mut self.services[id];
        if service.status == ServiceStatus::Active {
            service.status = ServiceStatus::Draining;
            service.desired_count = 0;
            service.because = ctx.record(Fact::ServiceDeleted { service: id });
        }
    }
}
