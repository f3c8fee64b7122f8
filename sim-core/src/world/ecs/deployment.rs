//! Deployments: what a service's tasks are made of from a moment on, and how far the change is.
//!
//! AWS tells the same story twice. A *deployment* (`ecs-svc/…`, in DescribeServices) is one set of tasks with what they
//! are made of; as a thing that never changes it is called a *service revision*, and the two are one here. A *service
//! deployment* (DescribeServiceDeployments) is the act of going from one revision to another, a way back included.

use super::service::{AwsVpc, LoadBalancerLink};
use super::{
    CircuitBreaker, Connect, Ecs, Plan, RegistryLink, ServiceId, Shift, Stage, Strategy, TaskCounts, TaskDefinitionId,
    Watch,
};
use crate::engine::{FactId, Id, Time};
use crate::world::discovery::RegistryId;
use crate::world::{Account, Ctx, Fact, Peers};

/// Names a [`Deployment`].
pub type DeploymentId = Id<Deployment>;
/// Names a [`ServiceDeployment`].
pub type ServiceDeploymentId = Id<ServiceDeployment>;

/// `rolloutState` [CP-183].
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Rollout {
    /// Tasks are being replaced.
    InProgress,
    /// Steady.
    Completed,
    /// Given up: it launches nothing more.
    Failed,
}

/// What the tasks of a deployment are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// The task definition.
    pub definition: TaskDefinitionId,
    /// Where they get their ENIs.
    pub network: AwsVpc,
    /// Target groups that they register in.
    pub load_balancers: Vec<LoadBalancerLink>,
    /// `platformVersion` as it was asked for.
    pub platform_version: String,
    /// `serviceConnectConfiguration`, when it is enabled.
    pub connect: Option<Connect>,
    /// `serviceRegistries`.
    pub registries: Vec<RegistryLink>,
}

/// A set of tasks of a service, and the revision that they are of.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Whose.
    pub service: ServiceId,
    /// `ecs-svc/` and 19 digits [CP-008].
    pub name: String,
    /// `service-revision/{cluster}/{service}/{id}` [CP-008].
    pub revision_arn: String,
    /// What its tasks are made of; it never changes [CP-188].
    pub recipe: Recipe,
    /// Target groups that its tasks register in: the recipe's, or their alternates [CP-208].
    pub links: Vec<LoadBalancerLink>,
    /// `capacityProviderStrategy` at its start.
    pub strategy: Strategy,
    /// The endpoints of Service Connect that its tasks know: those that were there at its start [CP-241].
    pub known: Vec<RegistryId>,
    /// `rolloutState`.
    pub rollout: Rollout,
    /// The digests of its containers' images, once they are fixed; none of a container that follows its tag [CP-181].
    pub digests: Vec<Option<String>>,
    /// Tasks that have tried to fix them in vain [count] [IM-086].
    pub digest_attempts: u32,
    /// `rolloutStateReason` [CP-184].
    pub reason: String,
    /// The same as it was when it last began: it may be complete in the same look.
    pub began: String,
    /// `createdAt`.
    pub created: Time,
    /// `updatedAt`.
    pub updated: Time,
    /// Consecutive tasks that failed [CP-185] [count].
    pub failed_tasks: u32,
    /// The fact that began it.
    pub because: FactId,
    /// Tasks that it has while a newer one replaces them: one that is lost comes back, of this revision [CP-174] [count].
    pub kept: u32,
    /// Whether a task of it has been RUNNING.
    pub ran: bool,
    /// What the circuit breaker has counted [CP-193] [count].
    pub failures: u32,
    /// The latest of these failures.
    pub latest_failure: Option<FactId>,
    /// When the next launch may happen after start failures [CP-135].
    pub launch_after: Time,
    /// Consecutive start failures [CP-135] [count].
    pub start_failures: u32,
    /// When it was last announced that its tasks do not start [CP-135].
    pub impaired_said: Option<Time>,
}

/// `status` of a service deployment [CP-187].
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceDeploymentStatus {
    /// The scheduler has not looked at it yet.
    Pending,
    /// Tasks are being replaced.
    InProgress,
    /// Done.
    Successful,
    /// Another one has taken over.
    StopRequested,
    /// Over, and not back.
    Stopped,
    /// A user wants it back.
    RollbackRequested,
    /// On the way back.
    RollbackInProgress,
    /// Back.
    RollbackSuccessful,
    /// There was no way back.
    RollbackFailed,
}

impl ServiceDeploymentStatus {
    /// Whether it can still change.
    pub fn is_open(self) -> bool {
        use ServiceDeploymentStatus::{InProgress, Pending, RollbackInProgress, RollbackRequested, StopRequested};
        matches!(self, Pending | InProgress | StopRequested | RollbackRequested | RollbackInProgress)
    }
}

impl ServiceDeploymentStatus {
    /// Whether it is on its way to the new revision.
    pub fn goes_forward(self) -> bool {
        use ServiceDeploymentStatus::{InProgress, Pending, RollbackRequested};
        matches!(self, Pending | InProgress | RollbackRequested)
    }
}

/// The way back.
#[derive(Clone, Debug)]
pub struct Rollback {
    /// To where.
    pub to: DeploymentId,
    /// Since when.
    pub started: Time,
    /// AWS's sentence.
    pub reason: String,
}

/// `deploymentConfiguration`: how a service goes from one revision to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// `minimumHealthyPercent`.
    pub minimum_healthy_percent: u32,
    /// `maximumPercent`.
    pub maximum_percent: u32,
    /// `deploymentCircuitBreaker`.
    pub breaker: CircuitBreaker,
    /// `strategy`, `bakeTimeInMinutes`, `lifecycleHooks`, `alarms`.
    pub plan: Plan,
}

/// The act of going from one revision to another.
#[derive(Clone, Debug)]
pub struct ServiceDeployment {
    /// Whose.
    pub service: ServiceId,
    /// `service-deployment/{cluster}/{service}/{id}` [CP-008].
    pub arn: String,
    /// `status`.
    pub status: ServiceDeploymentStatus,
    /// `statusReason`; empty when there is nothing to say.
    pub reason: String,
    /// Where it goes.
    pub target: DeploymentId,
    /// Where it comes from, with what was wanted of each and what ran at its start.
    pub sources: Vec<(DeploymentId, u32, TaskCounts)>,
    /// `createdAt`.
    pub created: Time,
    /// `startedAt`: the scheduler's first look.
    pub started: Option<Time>,
    /// `finishedAt`.
    pub finished: Option<Time>,
    /// `stoppedAt`.
    pub stopped: Option<Time>,
    /// `updatedAt`.
    pub updated: Time,
    /// The way back, if it is taken.
    pub rollback: Option<Rollback>,
    /// What its service said when it began. A plan that is changed meanwhile counts for the next one.
    pub configuration: Configuration,
    /// How far it is, unless its strategy is ROLLING.
    pub shift: Option<Shift>,
    /// How its alarms are watched.
    pub watch: Watch,
    /// What a lifecycle hook, or a stage that took too long, has made it fail with.
    pub hook_failed: Option<FactId>,
    /// The circuit breaker has made it fail.
    pub triggered: bool,
    /// The circuit breaker's threshold when it was over [count].
    pub threshold: u32,
}

impl Ecs {
    /// The service deployment with this ARN.
    pub fn service_deployment_named(&self, arn: &str) -> Option<ServiceDeploymentId> {
        self.service_deployments.iter().find(|(_, one)| one.arn == arn).map(|(id, _)| id)
    }

    /// The target groups that a task is registered in: those of its deployment.
    pub fn links_of(&self, task: super::TaskId) -> &[LoadBalancerLink] {
        self.tasks[task].deployment.map_or(&[], |deployment| &self.deployments[deployment].links)
    }

    /// The service deployment that a service is in, or was in last.
    pub fn current_service_deployment(&self, service: ServiceId) -> ServiceDeploymentId {
        *self.services[service].history.last().expect("a service is created with a service deployment")
    }

    /// Begins to replace a service's tasks. A wait after start failures ends at once, as the new deployment has had none
    /// [CP-133]; one that is under way is over [CP-186].
    pub(super) fn start_deployment(&mut self, id: ServiceId, recipe: Recipe, peers: &Peers, ctx: &mut Ctx) -> FactId {
        let account = &peers.account;
        let now = ctx.now();
        let service = &mut self.services[id];
        service.deployed += 1;
        let key = format!("{}#{}", service.arn, service.deployed);
        let of_service = service.arn.rsplit_once("service/").map_or("", |(_, rest)| rest).to_owned();
        let strategy = service.stored.strategy.clone();
        let before: Vec<DeploymentId> = service.deployments.clone();
        let desired = service.desired_count;
        let name = format!("ecs-svc/{}", account.decimal("deployment", &key));
        let revision = account.decimal("service-revision", &key);
        let deployment = self.deployments.next_id();
        let because = ctx.record(Fact::DeploymentStarted { service: id, deployment });

        let source = |&of: &DeploymentId| {
            let is_newest = before.last() == Some(&of);
            (of, if is_newest { desired } else { self.deployments[of].kept }, self.deployment_counts(of))
        };
        let sources = before.iter().map(source).collect();
        let blue = self.carrier(id);
        self.supersede(id, blue, peers, ctx);
        self.stop_rebalancing(id, account, ctx);
        let links = self.links_for(id, blue, &recipe.load_balancers);
        let shift = self.first_shift(id, blue, because, now);
        self.deployments.push(Deployment {
            service: id,
            links,
            revision_arn: account.arn("ecs", &format!("service-revision/{of_service}/{revision}")),
            reason: format!("ECS deployment {name} in progress."),
            digests: Vec::new(),
            digest_attempts: 0,
            began: format!("ECS deployment {name} in progress."),
            name,
            known: Self::known_endpoints(recipe.connect.as_ref(), peers),
            recipe,
            strategy,
            rollout: Rollout::InProgress,
            created: now,
            updated: now,
            failed_tasks: 0,
            because,
            kept: 0,
            ran: false,
            failures: 0,
            latest_failure: None,
            launch_after: now,
            start_failures: 0,
            impaired_said: None,
        });
        let act = self.service_deployments.push(ServiceDeployment {
            service: id,
            arn: account.arn(
                "ecs",
                &format!("service-deployment/{of_service}/{}", account.url_safe("service-deployment", &key, 21)),
            ),
            status: ServiceDeploymentStatus::Pending,
            reason: String::new(),
            target: deployment,
            sources,
            created: now,
            started: None,
            finished: None,
            stopped: None,
            updated: now,
            rollback: None,
            configuration: self.services[id].configuration(),
            watch: Watch::begin(&self.services[id].plan.alarms, peers),
            shift,
            hook_failed: None,
            triggered: false,
            threshold: 0,
        });
        let service = &mut self.services[id];
        service.deployments.push(deployment);
        service.revisions.push(deployment);
        service.history.push(act);
        service.steady_since = None;
        because
    }

    /// What was newest until now keeps its healthy tasks until they are replaced; an act that is under way has to stop
    /// [CP-186].
    fn supersede(&mut self, service: ServiceId, blue: Option<DeploymentId>, peers: &Peers, ctx: &mut Ctx) {
        let Some(&newest) = self.services[service].deployments.last() else { return };
        let now = ctx.now();
        if self.stage_of(service).is_some() && blue != Some(newest) {
            let act = self.current_service_deployment(service);
            self.lead_back(act, peers, ctx);
        }
        let own = |&&task: &&super::TaskId| {
            let it = &self.tasks[task];
            it.deployment == Some(newest) && it.stopping.is_none() && self.is_healthy(task, now)
        };
        let healthy = self.services[service].live.iter().filter(own).count() as u32;
        self.deployments[newest].kept = if self.deployments[newest].rollout == Rollout::Failed { 0 } else { healthy };
        if self.services[service].plan.strategy != super::DeploymentStrategy::Rolling {
            self.deployments[newest].kept = 0;
            if let Some(blue) = blue.filter(|&blue| self.deployments[blue].rollout != Rollout::Failed) {
                self.deployments[blue].kept = self.services[service].desired_count;
            }
        }
        let act = self.current_service_deployment(service);
        let act = &mut self.service_deployments[act];
        if act.status.is_open() {
            act.status = ServiceDeploymentStatus::StopRequested;
            act.reason = "A new service deployment took its place.".to_owned();
            act.updated = now;
        }
    }

    /// The deployment that has the production traffic.
    fn carrier(&self, service: ServiceId) -> Option<DeploymentId> {
        let newest = self.services[service].deployments.last().copied()?;
        let act = &self.service_deployments[self.current_service_deployment(service)];
        let blue = act.shift.as_ref().filter(|shift| act.status.is_open() && shift.production < super::strategy::ALL);
        Some(blue.and_then(|shift| shift.blue).unwrap_or(newest))
    }

    /// Looks after the service deployments of a service, before the scheduler moves tasks: one that was told to stop is
    /// over, and a new one is under way.
    pub(super) fn walk_service_deployments(&mut self, service: ServiceId, now: Time) {
        use ServiceDeploymentStatus::{InProgress, Pending, StopRequested, Stopped};
        let history = self.services[service].history.iter().rev().copied();
        let open: Vec<_> = history.take_while(|&act| self.service_deployments[act].status.is_open()).collect();
        for act in open {
            let act = &mut self.service_deployments[act];
            match act.status {
                StopRequested => {
                    act.status = Stopped;
                    (act.finished, act.stopped, act.updated) = (Some(now), Some(now), now);
                }
                Pending => {
                    act.status = InProgress;
                    (act.started, act.updated) = (Some(now), now);
                }
                _ => {}
            }
        }
    }

    /// Fails the PRIMARY deployment when its circuit breaker has counted enough, when one of its alarms went off, or when a
    /// user wants it back [CP-189][CP-193][CP-199], and goes back, if that is asked for and there is where to. Of circuit
    /// breaker and alarms the first one decides, with its own rollback [SC-095].
    pub(super) fn monitor(&mut self, service: ServiceId, peers: &Peers, ctx: &mut Ctx) {
        let it = &self.services[service];
        let primary = it.primary();
        let (breaker, threshold) = (it.breaker, it.breaker.threshold(it.desired_count));
        let act = self.current_service_deployment(service);
        let asked = self.service_deployments[act].status == ServiceDeploymentStatus::RollbackRequested;
        if self.deployments[primary].rollout != Rollout::InProgress {
            return;
        }
        let hook = self.service_deployments[act].hook_failed.take();
        let alarm = self.alarm_went_off(service, peers);
        let deployment = &self.deployments[primary];
        let tripped = breaker.enable && deployment.failures > 0 && deployment.failures >= threshold;
        let Some(because) = (if asked {
            self.services[service].back_because
        } else if hook.is_some() {
            hook
        } else if tripped {
            deployment.latest_failure
        } else {
            alarm.map(|(because, _)| because)
        }) else {
            return;
        };
        self.service_deployments[act].triggered |= tripped && !asked;
        self.service_deployments[act].threshold = threshold;
        let stage = self.stage_of(service).unwrap_or(Stage::CleanUp);
        let (why, back) = match (asked, hook) {
            (true, _) => (Why::User, true),
            (false, Some(_)) => (Why::Hook(stage), true),
            (false, None) if tripped => (Why::CircuitBreaker, breaker.rollback),
            (false, None) => (Why::Alarm, alarm.is_some_and(|(_, rollback)| rollback)),
        };
        ctx.within(Some(because), |ctx| self.fail(service, why, back, peers, ctx));
    }

    /// The PRIMARY deployment has failed: it launches nothing more [CP-183].
    fn fail(&mut self, service: ServiceId, why: Why, back: bool, peers: &Peers, ctx: &mut Ctx) {
        let (now, account) = (ctx.now(), &peers.account);
        let failed = self.services[service].primary();
        let fact = ctx.record(Fact::DeploymentFailed { service, deployment: failed });
        ctx.because(fact);
        let deployment = &mut self.deployments[failed];
        deployment.rollout = Rollout::Failed;
        deployment.reason = why.reason(&deployment.name);
        deployment.updated = now;
        deployment.kept = 0;
        let text = format!("(deployment {}) deployment failed: {}.", deployment.name, why.text());
        self.announce(service, &text, account, ctx);

        let act = self.current_service_deployment(service);
        self.lead_back(act, peers, ctx);
        // The latest that has completed and is not on its way back already [CP-196].
        let completed = |&&to: &&DeploymentId| to != failed && self.deployments[to].rollout == Rollout::Completed;
        let to = self.services[service].revisions.iter().rev().find(completed).copied();
        let (status, reason) = match (back, to) {
            (true, Some(to)) => {
                self.roll_back(service, to, &why, account, ctx);
                (ServiceDeploymentStatus::RollbackInProgress, why.status_reason())
            }
            (true, None) => (
                ServiceDeploymentStatus::RollbackFailed,
                "No rollback candidate was found to run the rollback.".to_owned(),
            ),
            (false, _) => (ServiceDeploymentStatus::Stopped, self.deployments[failed].reason.clone()),
        };
        let act = &mut self.service_deployments[act];
        (act.status, act.reason, act.updated) = (status, reason, now);
        if !act.status.is_open() {
            act.finished = Some(now);
            act.stopped = (status == ServiceDeploymentStatus::Stopped).then_some(now);
        }
    }

    /// An earlier deployment is PRIMARY again, under its old id, and under way again [CP-196].
    fn roll_back(&mut self, service: ServiceId, to: DeploymentId, why: &Why, account: &Account, ctx: &mut Ctx) {
        let now = ctx.now();
        let name = self.deployments[to].name.clone();
        self.announce(service, &format!("rolling back to deployment {name}."), account, ctx);
        let fact = ctx.record(Fact::DeploymentRolledBack { service, deployment: to });
        ctx.because(fact);
        let failed = self.services[service].primary();
        let it = &mut self.services[service];
        it.deployments.retain(|&deployment| deployment != to);
        it.deployments.push(to);
        it.steady_since = None;
        it.load_balancers.clone_from(&self.deployments[to].recipe.load_balancers);
        it.stored.platform_version.clone_from(&self.deployments[to].recipe.platform_version);
        self.tidy_endpoints(service, ctx);
        debug_assert_ne!(failed, to);
        let deployment = &mut self.deployments[to];
        deployment.rollout = Rollout::InProgress;
        deployment.reason = why.back_reason(&name);
        deployment.began.clone_from(&deployment.reason);
        deployment.updated = now;
        (deployment.failures, deployment.latest_failure) = (0, None);
        (deployment.launch_after, deployment.start_failures) = (now, 0);
        deployment.because = fact;
        let act = self.current_service_deployment(service);
        self.service_deployments[act].rollback = Some(Rollback { to, started: now, reason: why.status_reason() });
    }

    /// StopServiceDeployment with ROLLBACK, before the scheduler acts on it [CP-189].
    pub(crate) fn ask_back(&mut self, act: ServiceDeploymentId, ctx: &mut Ctx) {
        let service = self.service_deployments[act].service;
        let deployment = self.service_deployments[act].target;
        let one = &mut self.service_deployments[act];
        if !matches!(one.status, ServiceDeploymentStatus::Pending | ServiceDeploymentStatus::InProgress) {
            return;
        }
        one.status = ServiceDeploymentStatus::RollbackRequested;
        one.updated = ctx.now();
        let fact = ctx.record(Fact::RollbackRequested { service, deployment });
        self.services[service].back_because = Some(fact);
        self.wake(service, ctx);
    }

    /// The PRIMARY deployment is complete. What is left of earlier ones still goes, and is not made good any more.
    pub(super) fn complete(&mut self, service: ServiceId, now: Time) {
        let deployment = self.services[service].primary();
        let it = &mut self.deployments[deployment];
        it.rollout = Rollout::Completed;
        it.reason = format!("ECS deployment {} completed.", it.name);
        it.updated = now;
        let it = &self.services[service];
        let stays = |&of: &DeploymentId| of == deployment || self.has_tasks_to_stop(service, of);
        let left: Vec<DeploymentId> = it.deployments.iter().copied().filter(stays).collect();
        for &earlier in left.iter().filter(|&&earlier| earlier != deployment) {
            self.deployments[earlier].kept = 0;
        }
        self.services[service].deployments = left;
        let breaker = self.services[service].breaker;
        let threshold = breaker.threshold(self.services[service].desired_count);
        let act = self.current_service_deployment(service);
        let act = &mut self.service_deployments[act];
        let done = match act.status {
            ServiceDeploymentStatus::RollbackInProgress => ServiceDeploymentStatus::RollbackSuccessful,
            status if status.is_open() => ServiceDeploymentStatus::Successful,
            _ => return,
        };
        (act.status, act.finished, act.updated) = (done, Some(now), now);
        if !act.triggered {
            act.threshold = threshold;
        }
    }
}

/// Why a deployment fails.
enum Why {
    /// Too many of its tasks failed.
    CircuitBreaker,
    /// One of its alarms went off. The words of its states are ours, that of the event is AWS's.
    Alarm,
    /// A lifecycle hook of this stage answered FAILED, or the stage took too long.
    Hook(Stage),
    /// A user wants it back. These words are ours, too.
    User,
}

impl Why {
    /// What the service event says [CP-152][CP-199].
    fn text(&self) -> &'static str {
        match self {
            Why::CircuitBreaker => "tasks failed to start",
            Why::Alarm => "alarm detected",
            Why::Hook(_) => "lifecycle hook failed",
            Why::User => "stopped by user",
        }
    }

    /// `rolloutStateReason` of what failed [CP-184].
    fn reason(&self, name: &str) -> String {
        match self {
            Why::CircuitBreaker => "ECS deployment circuit breaker: tasks failed to start.".to_owned(),
            Why::Alarm => "ECS deployment alarms: alarm detected.".to_owned(),
            Why::Hook(_) => format!("ECS deployment {name} failed: lifecycle hook failed."),
            Why::User => format!("ECS deployment {name} stopped by user."),
        }
    }

    /// `rolloutStateReason` of what becomes PRIMARY again [CP-184].
    fn back_reason(&self, name: &str) -> String {
        match self {
            Why::CircuitBreaker => format!("ECS deployment circuit breaker: rolling back to deploymentId {name}."),
            Why::Alarm => format!("ECS deployment alarms: rolling back to deploymentId {name}."),
            Why::Hook(_) | Why::User => format!("ECS deployment: rolling back to deploymentId {name}."),
        }
    }

    /// `statusReason` of the service deployment. AWS gives no list; those of circuit breaker and hooks have been seen.
    fn status_reason(&self) -> String {
        match self {
            Why::CircuitBreaker => {
                "Service deployment rolled back because the circuit breaker threshold was exceeded.".to_owned()
            }
            Why::Alarm => "Service deployment rolled back because alarm(s) were detected.".to_owned(),
            Why::Hook(stage) => format!("Service deployment rolled back because {stage} lifecycle hook(s) failed."),
            Why::User => "Service deployment rolled back at the request of a user.".to_owned(),
        }
    }
}
