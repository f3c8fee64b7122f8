//! The life of a task, from PROVISIONING to STOPPED.

use std::collections::BTreeMap;

use super::health;
use super::task::{NewTask, Stopping, TargetState, Timestamps};
use super::{ContainerState, Ecs, EcsEvent, NetworkMode, Place, StopCode, Task, TaskId, TaskStatus, Unplaced};
use crate::engine::FactId;
use crate::world::capacity::FargateEvent;
use crate::world::elb::ElbEvent;
use crate::world::network::{NetworkEvent, SubnetId, ZoneId};
use crate::world::{Ctx, Event, Fact, Name, Peers};

use TaskStatus::{
    Activating, Deactivating, Deprovisioning, Pending, Provisioning, Running, Stopped, Stopping as Halting,
};

/// `stoppedReason` of a task whose host on Fargate is gone. AWS publishes none: the words are ours [CA-169].
const HOST_LOST: &str = "The host of the task was lost.";

/// The life of a task [CP-075]: from, because of what, to. Steps that have nothing to do are skipped.
pub const STEPS: &[(TaskStatus, &str, TaskStatus)] = &[
    (Provisioning, "ENI attached", Pending),
    (Provisioning, "instance found, no ENI to attach", Pending),
    (Pending, "containers started, target to register", Activating),
    (Pending, "containers started", Running),
    (Activating, "target registered", Running),
    (Running, "stop asked, target to deregister", Deactivating),
    (Running, "stop asked", Halting),
    (Activating, "stop asked, target to deregister", Deactivating),
    (Deactivating, "target unused", Halting),
    (Halting, "containers ended", Deprovisioning),
    (Running, "all containers ended", Deprovisioning),
    (Deactivating, "all containers ended", Deprovisioning),
    (Activating, "all containers ended", Deprovisioning),
    (Provisioning, "start failed or stop asked", Deprovisioning),
    (Pending, "start failed or stop asked", Deprovisioning),
    (Pending, "start failed or stop asked, containers run", Halting),
    (Deprovisioning, "ENI released", Stopped),
];

/// The same table as a Mermaid diagram. Lessons include this, so a diagram cannot go stale.
pub fn mermaid() -> String {
    let arrows = STEPS.iter().map(|(from, by, to)| format!("  {from} --> {to}: {by}\n"));
    std::iter::once("stateDiagram-v2\n".to_owned()).chain(arrows).collect()
}

impl Ecs {
    /// Creates a task where there is a place for it, and hands it to Fargate or to the agent of its instance, because of the
    /// present cause.
    pub(crate) fn create_task(&mut self, new: NewTask, peers: &Peers, ctx: &mut Ctx) -> Result<TaskId, Unplaced> {
        let service = new.deployment.map(|deployment| self.deployments[deployment].service);
        let cluster = &self.clusters[new.cluster].name;
        let name: Name = match service {
            Some(service) => {
                let service = &self.services[service];
                format!("{cluster}/{}#{}", service.name, service.numbered + 1).into()
            }
            None => {
                let family = &self.definitions[new.definition].family;
                let same = |&&task: &&TaskId| self.definitions[self.tasks[task].definition].family == *family;
                let before = self.clusters[new.cluster].tasks.iter().filter(same).count();
                format!("{cluster}/family:{family}#{}", before + 1).into()
            }
        };
        let uuid = peers.account.hex("task-id", &name, 32);
        let arn = peers.account.arn("ecs", &format!("task/{cluster}/{uuid}"));
        let (place, unplaced) = match self.place(&new, &name, peers, ctx) {
            Ok(place) => (place, None),
            Err(why) => {
                // Until it has a place, the first of its subnets stands for its zone.
                let subnet = new.network.subnets.first().copied().unwrap_or(SubnetId::from_index(0));
                (Place { instance: None, subnet }, Some(self.may_wait(&new, why)?))
            }
        };
        let Place { instance, subnet } = place;
        let task = self.tasks.next_id();
        let because = ctx.record(Fact::TaskCreated { task });
        let definition = &self.definitions[new.definition];
        let containers = vec![ContainerState::default(); definition.containers.len()];
        let health = health::of_task(&definition.containers, &containers);
        // Without an interface of its own there is nothing to provision [CP-076].
        let waits = unplaced.is_some();
        let status = if waits || definition.mode == NetworkMode::Awsvpc { Provisioning } else { Pending };
        let waiting = waits.then(|| new.clone());
        self.tasks.push(Task {
            uuid,
            arn,
            name,
            cluster: new.cluster,
            service,
            deployment: new.deployment,
            started_by: new.started_by,
            definition: new.definition,
            status,
            because,
            stopping: None,
            containers,
            instance,
            provider: new.provider,
            bindings: Vec::new(),
            subnet,
            groups: new.network.groups,
            public_ip: new.network.public_ip,
            at: Timestamps { created: ctx.now(), ..Timestamps::default() },
            version: 1,
            target: TargetState::None,
            proved: false,
            protected_until: None,
            health,
            executes: service.is_some_and(|service| self.services[service].stored.execute_command),
        });
        if !waits {
            self.take_place(task);
            *self.crowd_of(task).entry(peers.network.zone_of(subnet)).or_default() += 1;
        }
        match service {
            Some(service) => {
                self.services[service].numbered += 1;
                self.services[service].moves += 1;
                self.services[service].tasks.push(task);
                self.services[service].live.push(task);
            }
            None => self.clusters[new.cluster].tasks.push(task),
        }
        if let (Some(new), Some(why)) = (waiting, unplaced) {
            ctx.within(Some(because), |ctx| self.begin_to_wait(task, new, &why, peers, ctx));
            return Ok(task);
        }
        ctx.within(Some(because), |ctx| {
            let first = if status == Provisioning { FargateEvent::Provision(task) } else { FargateEvent::Start(task) };
            ctx.send(std::time::Duration::ZERO, Event::Fargate(first))
        });
        Ok(task)
    }

    /// How many tasks are where, of those among which a task is spread.
    pub(super) fn crowd_of(&mut self, task: TaskId) -> &mut BTreeMap<ZoneId, u32> {
        let it = &self.tasks[task];
        match it.service {
            Some(service) => &mut self.services[service].crowd,
            None => &mut self.clusters[it.cluster].crowd,
        }
    }

    /// A task that is to stop is counted no more.
    fn leave_crowd(&mut self, task: TaskId, peers: &Peers) {
        if self.tasks[task].is_unplaced() {
            return;
        }
        let zone = peers.network.zone_of(self.tasks[task].subnet);
        if let Some(count) = self.crowd_of(task).get_mut(&zone) {
            *count = count.saturating_sub(1);
        }
    }

    /// Sets a task's desired status to STOPPED and begins to stop it, because of the present cause. A second
    /// request changes nothing [CP-101].
    pub(crate) fn stop_task(&mut self, task: TaskId, code: StopCode, reason: &str, peers: &Peers, ctx: &mut Ctx) {
        if self.tasks[task].stopping.is_some() || self.tasks[task].status == Stopped {
            return;
        }
        let reason: Name = reason.chars().take(1024).collect::<String>().into();
        let because = ctx.record(Fact::TaskStopRequested { task, code, reason: reason.clone() });
        self.tasks[task].stopping = Some(Stopping { code, reason, because });
        self.leave_crowd(task, peers);
        self.waiting.remove(&task);
        self.give_up_restarts(task);
        ctx.within(Some(because), |ctx| match self.tasks[task].status {
            Provisioning | Pending if !self.any_runs(task) => self.deprovision(task, peers, ctx),
            Activating | Running if !self.any_runs(task) => {
                self.leave_target_group(task, peers, ctx);
                self.leave_discovery(task, peers, ctx);
                self.deprovision(task, peers, ctx);
            }
            Activating | Running if self.is_load_balanced(task) => {
                self.set_status(task, Deactivating, ctx);
                self.leave_target_group(task, peers, ctx);
                self.leave_discovery(task, peers, ctx);
                if peers.assume.sigterm_overlaps_draining {
                    // Some have seen it so; the pages say that the target has drained first [TR-157].
                    self.halt(task, ctx);
                }
            }
            Activating | Running if self.is_discovered(task) => {
                self.set_status(task, Deactivating, ctx);
                self.leave_discovery(task, peers, ctx);
            }
            Provisioning | Pending | Activating | Running => self.halt(task, ctx),
            Deactivating | Halting | Deprovisioning | Stopped => {}
        });
    }

    /// Tells the load balancer that the task's target leaves [CP-082][CP-253]: before any container hears of it [TR-107], so that
    /// nobody is sent to a process that has ended [TR-117].
    fn leave_target_group(&mut self, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        if self.is_load_balanced(task) {
            if let Some(service) = self.tasks[task].service {
                self.services[service].draining.push(task);
            }
            ctx.send(peers.assume.internal_call, Event::Elb(ElbEvent::Deregister(task)));
        }
    }

    /// Sends the stop signal; SIGKILL follows after `stopTimeout` [CP-084][TR-110].
    pub(super) fn halt(&mut self, task: TaskId, ctx: &mut Ctx) {
        self.set_status(task, Halting, ctx);
        self.tasks[task].at.stopping = Some(ctx.now());
        self.stop_containers(task, ctx);
    }

    /// Releases the ENI.
    pub(super) fn deprovision(&mut self, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        let attached = peers.network.eni_of(task).is_some();
        self.set_status(task, Deprovisioning, ctx);
        let delay = if attached { peers.assume.eni_cleanup } else { std::time::Duration::ZERO };
        ctx.send(delay, Event::Network(NetworkEvent::Detach(task)));
    }

    /// Whether the task's service has a target group.
    pub(super) fn is_load_balanced(&self, task: TaskId) -> bool {
        !self.links_of(task).is_empty()
    }

    /// Walks one step, and lets what follows happen because of it.
    pub(super) fn set_status(&mut self, task: TaskId, status: TaskStatus, ctx: &mut Ctx) -> FactId {
        let it = &mut self.tasks[task];
        debug_assert!(
            STEPS.iter().any(|(from, _, to)| (*from, *to) == (it.status, status)),
            "a task does not go from {} to {status}",
            it.status
        );
        it.status = status;
        it.version += 1;
        if let Some(service) = it.service {
            self.services[service].moves += 1;
        }
        let fact = ctx.record(Fact::TaskStatusChanged { task, status });
        self.tasks[task].because = fact;
        ctx.because(fact);
        self.wake_for(task, ctx);
        fact
    }

    /// Reacts to one event in the life of a task.
    pub(super) fn advance(&mut self, event: EcsEvent, peers: &Peers, ctx: &mut Ctx) {
        match event {
            EcsEvent::EniAttached(task) => {
                self.tasks[task].at.connectivity = Some(ctx.now());
                if self.tasks[task].stopping.is_some() {
                    // It was told to stop while the ENI was on its way: release it again.
                    ctx.send(peers.assume.eni_cleanup, Event::Network(NetworkEvent::Detach(task)));
                } else if self.tasks[task].status == Provisioning {
                    self.set_status(task, Pending, ctx);
                    ctx.send(std::time::Duration::ZERO, Event::Fargate(FargateEvent::Start(task)));
                }
            }
            EcsEvent::EniFailed(task) => {
                let subnet = &peers.network.subnet(self.tasks[task].subnet).id;
                let reason = format!(
                    "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment {} \
                     in subnet '{subnet}'",
                    if self.tasks[task].public_ip { "enabled" } else { "disabled" },
                );
                self.stop_task(task, StopCode::TaskFailedToStart, &reason, peers, ctx);
                self.start_failed(task, peers, ctx);
            }
            EcsEvent::PullStarted(task) => {
                self.tasks[task].at.pull_started = Some(ctx.now());
                self.fix_digests(task, peers);
            }
            EcsEvent::PullFinished(task) => self.tasks[task].at.pull_stopped = Some(ctx.now()),
            EcsEvent::StartFailed(task) => {
                let reason = peers.fargate.failure(task).unwrap_or_default();
                self.stop_task(task, StopCode::TaskFailedToStart, &reason, peers, ctx);
                self.start_failed(task, peers, ctx);
            }
            EcsEvent::ContainersStarted(task, which) => self.containers_started(task, which, peers, ctx),
            EcsEvent::StartTimeout(task, container) => self.start_timeout(task, container, peers, ctx),
            EcsEvent::ContainerHealth(task, container, status) => {
                self.container_health(task, container, status, peers, ctx);
            }
            EcsEvent::ContainerRestarted(task, container) => self.restarted(task, container, ctx),
            EcsEvent::TargetRegistered(task) => {
                if self.tasks[task].target == TargetState::None {
                    self.tasks[task].target = TargetState::Initial;
                }
                self.wake_for(task, ctx);
                if let Some(service) = self.tasks[task].service {
                    for link in self.links_of(task).to_vec() {
                        let text =
                            format!("registered 1 targets in (target-group {})", peers.elb.groups[link.group].arn);
                        self.announce(service, &text, &peers.account, ctx);
                    }
                }
                if self.tasks[task].status == Activating {
                    self.is_running(task, ctx);
                }
            }
            EcsEvent::TargetHealthy(task) => {
                self.tasks[task].target = TargetState::Healthy;
                self.wake_for(task, ctx);
            }
            EcsEvent::TargetUnhealthy(task) => self.target_unhealthy(task, ctx),
            EcsEvent::TargetUnused(task) => {
                // Only now, after all of the deregistration delay, comes the stop signal [TR-108][TR-109].
                if self.tasks[task].status == Deactivating {
                    self.halt(task, ctx);
                }
            }
            EcsEvent::Discovered(task) => {
                if self.tasks[task].status == Activating && !self.is_load_balanced(task) {
                    self.is_running(task, ctx);
                }
            }
            EcsEvent::Undiscovered(task) => {
                // A target has its own time to drain, which ends later.
                if self.tasks[task].status == Deactivating && !self.is_load_balanced(task) {
                    self.halt(task, ctx);
                }
            }
            EcsEvent::ContainerExited { task, container, code } => {
                self.container_exited(task, container, code, peers, ctx)
            }
            EcsEvent::HostLost(task) => self.host_lost(task, StopCode::TerminationNotice, HOST_LOST, peers, ctx),
            EcsEvent::EniDetached(task) => {
                self.is_stopped(task, ctx);
                if let Some(instance) = self.tasks[task].instance {
                    self.let_go(instance, peers, ctx);
                }
            }
            EcsEvent::PlaceWaiting(cluster) => self.place_waiting(cluster, peers, ctx),
            EcsEvent::WaitOver(task) => self.wait_is_over(task, peers, ctx),
            EcsEvent::Reconcile(_)
            | EcsEvent::AgentStarted(_)
            | EcsEvent::AgentLost(_)
            | EcsEvent::AgentBack(_)
            | EcsEvent::HostStopped(..)
            | EcsEvent::DrainToEnd(_) => {}
        }
    }

    /// All containers have started.
    pub(super) fn activate(&mut self, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        self.enter_discovery(task, peers, ctx);
        if self.is_load_balanced(task) {
            // Its target is registered before it is RUNNING [TR-113].
            self.set_status(task, Activating, ctx);
            ctx.send(peers.assume.internal_call, Event::Elb(ElbEvent::Register(task)));
        } else if self.is_discovered(task) {
            self.set_status(task, Activating, ctx);
        } else {
            self.is_running(task, ctx);
        }
    }

    fn is_running(&mut self, task: TaskId, ctx: &mut Ctx) {
        self.set_status(task, Running, ctx);
        self.tasks[task].at.started = Some(ctx.now());
        if let Some(deployment) = self.tasks[task].deployment {
            let deployment = &mut self.deployments[deployment];
            deployment.ran = true;
            deployment.failed_tasks = 0;
            deployment.start_failures = 0;
            deployment.launch_after = ctx.now();
        }
    }

    /// The scheduler acts on it at its next pass, when the grace period is over.
    fn target_unhealthy(&mut self, task: TaskId, ctx: &mut Ctx) {
        self.tasks[task].target = TargetState::Unhealthy;
        self.tasks[task].because = ctx.cause().unwrap_or(self.tasks[task].because);
        self.wake_for(task, ctx);
    }

    /// The task's host is gone: there is nothing to stop, and nothing to drain for [CA-169].
    pub(super) fn host_lost(&mut self, task: TaskId, code: StopCode, reason: &str, peers: &Peers, ctx: &mut Ctx) {
        let it = &mut self.tasks[task];
        if matches!(it.status, Deprovisioning | Stopped) {
            return;
        }
        if it.status >= Activating && it.at.execution_stopped.is_none() {
            it.at.execution_stopped = Some(ctx.now());
        }
        if it.stopping.is_none() {
            let reason = Name::from(reason);
            let because = ctx.record(Fact::TaskStopRequested { task, code, reason: reason.clone() });
            it.stopping = Some(Stopping { code, reason, because });
            let service = it.service;
            self.leave_crowd(task, peers);
            ctx.because(because);
            if let Some(service) = service {
                self.services[service].vacancies.push(because);
            }
            if matches!(self.tasks[task].status, Activating | Running) {
                self.leave_target_group(task, peers, ctx);
                self.leave_discovery(task, peers, ctx);
            }
        }
        self.deprovision(task, peers, ctx);
    }

    fn is_stopped(&mut self, task: TaskId, ctx: &mut Ctx) {
        if self.tasks[task].status != Deprovisioning {
            return;
        }
        self.set_status(task, Stopped, ctx);
        self.tasks[task].at.stopped = Some(ctx.now());
        self.leave_place(task);
        if self.tasks[task].instance.is_some() {
            ctx.send(std::time::Duration::ZERO, Event::Fargate(FargateEvent::Stopped(task)));
        }
        let Some(Stopping { code, reason, because }) = self.tasks[task].stopping.clone() else { return };
        let stopped = ctx.within(Some(because), |ctx| ctx.record(Fact::TaskStopped { task, code, reason }));
        ctx.because(stopped);
        let Some(service) = self.tasks[task].service else { return };
        self.services[service].live.retain(|&live| live != task);
        // The vacancy of a lost host was known when ECS learned of it.
        if !matches!(code, StopCode::ServiceSchedulerInitiated | StopCode::TerminationNotice) {
            self.services[service].vacancies.push(stopped);
        }
    }
}
