//! Services.

use std::collections::BTreeMap;
use std::time::Duration;

use super::deployment::{Configuration, DeploymentId, Recipe, ServiceDeploymentId};
use super::{
    Balance, CircuitBreaker, ClusterId, Connect, Ecs, EcsEvent, Launch, Placement, Plan, RegistryLink, Scheduling,
    Strategy, Tags, TaskCounts, TaskDefinitionId, TaskId,
};
use crate::engine::{FactId, Id, Time, TokenBucket};
use crate::world::elb::{RuleRef, TargetGroupId};
use crate::world::network::{SecurityGroupId, SubnetId, ZoneId};
use crate::world::{Ctx, Event, Fact, Name, Peers, service_launches};

/// Names a [`Service`].
pub type ServiceId = Id<Service>;

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

/// `awsvpcConfiguration`: where tasks get their ENIs [IA-091].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AwsVpc {
    /// Up to 16; none when tasks have no ENIs of their own.
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
    /// What a deployment that leads traffic needs.
    pub advanced: Option<Advanced>,
}

/// `advancedConfiguration` of a load balancer [CP-208].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advanced {
    /// The target group that the service was given first.
    pub usual: TargetGroupId,
    /// `alternateTargetGroupArn`: that of every second revision.
    pub alternate: TargetGroupId,
    /// `productionListenerRule`.
    pub production_rule: RuleRef,
    /// `testListenerRule`.
    pub test_rule: Option<RuleRef>,
    /// `roleArn`: what ECS changes the rules with; it is not asked here.
    pub role: String,
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

/// Keeps `desired_count` copies of a task definition running: replicas, rollout and registration in one [CP-249].
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
    /// `schedulingStrategy`.
    pub scheduling: Scheduling,
    /// `launchType`.
    pub launch: Launch,
    /// `placementConstraints` and `placementStrategy`.
    pub placement: Placement,
    /// Tasks to keep running [count]; of a daemon, as many as there are instances for it.
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
    /// Every deployment there ever was, in order of creation.
    pub revisions: Vec<DeploymentId>,
    /// Every service deployment there ever was, in order of creation.
    pub history: Vec<ServiceDeploymentId>,
    /// `strategy`, `bakeTimeInMinutes`, `lifecycleHooks`.
    pub plan: Plan,
    /// `deploymentCircuitBreaker`.
    pub breaker: CircuitBreaker,
    /// How many deployments services of this name have had [count].
    pub deployed: u32,
    /// How many tasks services of this name have had [count].
    pub numbered: u32,
    /// How many of its tasks that are to run are in which zone [count].
    pub crowd: BTreeMap<ZoneId, u32>,
    /// Every task ever started for it, in order.
    pub tasks: Vec<TaskId>,
    /// Tasks that are not STOPPED yet, in order of creation.
    pub live: Vec<TaskId>,
    /// How often a task was made or changed its status [count].
    pub moves: u32,
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
    /// What was announced about tasks that cannot be placed, and when, while that is so [CP-154].
    pub unplaced_said: Vec<(Time, Name)>,
    /// Why that is so, as a word [CP-161].
    pub unplaced_reason: &'static str,
    /// Since when no container instance fits, while that is so.
    pub unplaced_since: Option<Time>,
    /// When a placement is tried again, after none was found for some time [CP-136].
    pub place_after: Time,
    /// How many tasks the scheduler may launch for it at present [CP-029].
    pub launches: TokenBucket,
    /// When it was last announced that it may launch no more for now, while that is so [CP-155].
    pub throttled_said: Option<Time>,
    /// When it was last announced that protection keeps tasks, while that is so [CP-157].
    pub protection_said: Option<Time>,
    /// `availabilityZoneRebalancing`, and how far it is.
    pub balance: Balance,
    /// Tasks whose targets have begun to drain, which is not told yet [CP-148].
    pub draining: Vec<TaskId>,
    /// Targets whose deregistration the next pass tells: of which group, how many, and why.
    pub deregistered: Vec<(TargetGroupId, u32, Option<FactId>)>,
    /// The fact of a user's wish to go back to the revision before.
    pub back_because: Option<FactId>,
    /// When the scheduler looks next.
    pub next_look: Option<Time>,
    /// Nothing is left to do: the scheduler looks again when something has changed.
    pub asleep: bool,
    /// Between two looks, unless it sleeps [s].
    pub interval: Duration,
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
    pub scheduling: Scheduling,
    pub launch: Launch,
    pub placement: Placement,
    pub desired_count: u32,
    pub minimum_healthy_percent: u32,
    pub maximum_percent: u32,
    pub plan: Plan,
    pub breaker: CircuitBreaker,
    pub rebalancing: bool,
    pub grace_period: Duration,
    pub load_balancers: Vec<LoadBalancerLink>,
    pub network: AwsVpc,
    pub connect: Option<Connect>,
    pub registries: Vec<RegistryLink>,
    pub stored: Stored,
}

/// What changes in a service; what is none stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServiceUpdate {
    pub desired_count: Option<u32>,
    pub minimum_healthy_percent: Option<u32>,
    pub maximum_percent: Option<u32>,
    pub plan: Option<Plan>,
    pub breaker: Option<CircuitBreaker>,
    pub rebalancing: Option<bool>,
    pub grace_period: Option<Duration>,
    pub load_balancers: Option<Vec<LoadBalancerLink>>,
    pub definition: Option<TaskDefinitionId>,
    pub placement: Option<Placement>,
    pub network: Option<AwsVpc>,
    pub connect: Option<Option<Connect>>,
    pub registries: Option<Vec<RegistryLink>>,
    pub platform_version: Option<String>,
    pub strategy: Option<Strategy>,
    pub propagate_tags: Option<PropagateTags>,
    pub managed_tags: Option<bool>,
    pub execute_command: Option<bool>,
    /// `forceNewDeployment`.
    pub force: bool,
}

impl Service {
    /// The target groups that its tasks register in, the alternate ones included.
    pub fn groups(&self) -> impl Iterator<Item = TargetGroupId> {
        let both = |link: &LoadBalancerLink| [Some(link.group), link.advanced.as_ref().map(|it| it.alternate)];
        self.load_balancers.iter().flat_map(both).flatten()
    }

    /// How it deploys at present.
    pub fn configuration(&self) -> Configuration {
        Configuration {
            minimum_healthy_percent: self.minimum_healthy_percent,
            maximum_percent: self.maximum_percent,
            breaker: self.breaker,
            plan: self.plan.clone(),
        }
    }

    /// The PRIMARY deployment.
    pub fn primary(&self) -> DeploymentId {
        *self.deployments.last().expect("a service is created with a deployment")
    }
}

impl Ecs {
    /// The latest service with this name or ARN in a cluster, whatever its status.
    pub fn service_named(&self, cluster: ClusterId, name_or_arn: &str) -> Option<ServiceId> {
        let name = name_or_arn.rsplit('/').next().unwrap_or(name_or_arn);
        let id = *self.service_names.get(&(cluster, name.to_owned()))?;
        (name == name_or_arn || self.services[id].arn == name_or_arn).then_some(id)
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

    /// Makes a service whose name is free, with its first deployment, and wakes the scheduler, which looks at it again
    /// and again from now on.
    pub(crate) fn create_service(&mut self, new: NewService, peers: &Peers, ctx: &mut Ctx) -> ServiceId {
        let id = self.services.next_id();
        let because = ctx.record(Fact::ServiceCreated { service: id });
        let cluster = &mut self.clusters[new.cluster];
        cluster.services.push(id);
        if new.scheduling == Scheduling::Daemon {
            cluster.daemons.push(id);
        }
        let arn = peers.account.arn("ecs", &format!("service/{}/{}", cluster.name, new.name));
        // A service that took over the name of a deleted one counts on, so that no id comes twice.
        let before = self.service_names.insert((new.cluster, new.name.clone()), id);
        let (deployed, numbered) =
            before.map_or((0, 0), |before| (self.services[before].deployed, self.services[before].numbered));
        let recipe = Recipe {
            definition: new.definition,
            network: new.network,
            load_balancers: new.load_balancers.clone(),
            platform_version: new.stored.platform_version.clone(),
            connect: new.connect,
            registries: new.registries,
        };
        self.services.push(Service {
            arn,
            name: new.name,
            cluster: new.cluster,
            status: ServiceStatus::Active,
            scheduling: new.scheduling,
            launch: new.launch,
            placement: new.placement,
            desired_count: new.desired_count,
            minimum_healthy_percent: new.minimum_healthy_percent,
            maximum_percent: new.maximum_percent,
            plan: new.plan,
            breaker: new.breaker,
            grace_period: new.grace_period,
            load_balancers: new.load_balancers,
            deployments: Vec::new(),
            revisions: Vec::new(),
            history: Vec::new(),
            deployed,
            numbered,
            crowd: BTreeMap::new(),
            tasks: Vec::new(),
            live: Vec::new(),
            moves: 0,
            events: Vec::new(),
            announced: 0,
            created: ctx.now(),
            steady_since: None,
            first_steady: None,
            steady_said: None,
            deadlock_said: None,
            unplaced_said: Vec::new(),
            unplaced_reason: "",
            unplaced_since: None,
            place_after: ctx.now(),
            vacancies: Vec::new(),
            launches: TokenBucket::full(service_launches(&peers.account, new.launch), ctx.now()),
            throttled_said: None,
            protection_said: None,
            balance: Balance { enabled: new.rebalancing, ..Balance::default() },
            draining: Vec::new(),
            deregistered: Vec::new(),
            back_because: None,
            next_look: Some(ctx.now()),
            asleep: false,
            interval: peers.assume.reconcile_interval,
            because,
            stored: new.stored,
        });
        ctx.within(Some(because), |ctx| {
            let started = self.start_deployment(id, recipe, peers, ctx);
            ctx.because(started);
            ctx.send(Duration::ZERO, Event::Ecs(EcsEvent::Reconcile(id)));
        });
        id
    }

    /// Changes a service. A deployment starts when its tasks would be made differently from now on, or when one is
    /// forced [CP-179]; the desired count, the deployment configuration, the grace period and what is only stored
    /// start none [CP-180]. The scheduler acts at its next pass.
    pub(crate) fn update_service(&mut self, id: ServiceId, update: ServiceUpdate, peers: &Peers, ctx: &mut Ctx) {
        let service = &mut self.services[id];
        let now_of = &self.deployments[service.primary()].recipe;
        let recipe = Recipe {
            definition: update.definition.unwrap_or(now_of.definition),
            network: update.network.unwrap_or_else(|| now_of.network.clone()),
            load_balancers: update.load_balancers.unwrap_or_else(|| service.load_balancers.clone()),
            platform_version: update.platform_version.unwrap_or_else(|| now_of.platform_version.clone()),
            connect: update.connect.unwrap_or_else(|| now_of.connect.clone()),
            registries: update.registries.unwrap_or_else(|| now_of.registries.clone()),
        };
        let differs = recipe != *now_of;
        if let Some(placement) = update.placement {
            service.placement = placement;
        }

        let desired = update.desired_count.unwrap_or(service.desired_count);
        service.desired_count = desired;
        service.minimum_healthy_percent = update.minimum_healthy_percent.unwrap_or(service.minimum_healthy_percent);
        service.maximum_percent = update.maximum_percent.unwrap_or(service.maximum_percent);
        if let Some(plan) = update.plan {
            service.plan = plan;
        }
        service.breaker = update.breaker.unwrap_or(service.breaker);
        service.balance.enabled = update.rebalancing.unwrap_or(service.balance.enabled);
        service.grace_period = update.grace_period.unwrap_or(service.grace_period);
        service.load_balancers.clone_from(&recipe.load_balancers);
        let stored = &mut service.stored;
        stored.platform_version.clone_from(&recipe.platform_version);
        stored.propagate_tags = update.propagate_tags.unwrap_or(stored.propagate_tags);
        stored.managed_tags = update.managed_tags.unwrap_or(stored.managed_tags);
        stored.execute_command = update.execute_command.unwrap_or(stored.execute_command);
        if let Some(strategy) = update.strategy {
            stored.strategy = strategy;
        }
        let because = ctx.record(Fact::ServiceUpdated { service: id, desired });
        self.services[id].because = because;
        // What was in the way may be so no more: nobody waits for the end of a pause [CP-136].
        (self.services[id].place_after, self.services[id].unplaced_since) = (ctx.now(), None);
        if differs || update.force {
            ctx.within(Some(because), |ctx| self.start_deployment(id, recipe, peers, ctx));
            self.tidy_endpoints(id, ctx);
        }
        self.wake(id, ctx);
    }

    /// Something of a service has changed: a scheduler that sleeps looks at it at the next of its usual times.
    pub(super) fn wake(&mut self, id: ServiceId, ctx: &mut Ctx) {
        let service = &mut self.services[id];
        if !service.asleep {
            return;
        }
        service.asleep = false;
        let lived = ctx.now().since(service.created).as_nanos() as u64;
        let every = (service.interval.as_nanos() as u64).max(1);
        let at = service.created + Duration::from_nanos(lived.div_ceil(every) * every);
        service.next_look = Some(at);
        ctx.within(None, |ctx| ctx.send_at(at, Event::Ecs(EcsEvent::Reconcile(id))));
    }

    /// The same, for the service of a task.
    pub(super) fn wake_for(&mut self, task: TaskId, ctx: &mut Ctx) {
        if let Some(service) = self.tasks[task].service {
            self.wake(service, ctx);
        }
    }

    /// Deletes a service: it is DRAINING, wants no task any more, and turns INACTIVE when the scheduler has seen its
    /// tasks off [CP-009].
    pub(crate) fn delete_service(&mut self, id: ServiceId, ctx: &mut Ctx) {
        let service = &mut self.services[id];
        if service.status == ServiceStatus::Active {
            service.status = ServiceStatus::Draining;
            service.desired_count = 0;
            service.because = ctx.record(Fact::ServiceDeleted { service: id });
            let cluster = service.cluster;
            self.clusters[cluster].daemons.retain(|&daemon| daemon != id);
            self.wake(id, ctx);
            self.tidy_endpoints(id, ctx);
        }
    }
}
