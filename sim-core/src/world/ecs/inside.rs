//! What happens to a task when something happens to one of its containers.

use std::time::Duration;

use super::breaker::Failed;
use super::containers::{self, Condition, Containers, Dependency};
use super::{Ecs, EcsEvent, StopCode, TaskId, TaskStatus};
use crate::world::app::AppEvent;
use crate::world::capacity::FargateEvent;
use crate::world::{Ctx, Event, Fact, Name, Peers};

/// `stoppedReason` of a task one of whose essential containers has ended [CP-104].
const ESSENTIAL_EXITED: &str = "Essential container in task exited";
/// `reason` of a container that the kernel has ended for its memory [CP-105].
const OUT_OF_MEMORY: &str = "OutOfMemoryError: Container killed due to memory usage";
/// `stoppedReason` of a task with a container that cannot start; the container says why. No page of AWS gives these words.
const FAILED_TO_START: &str = "Task failed to start";

impl Ecs {
    /// Whether a container of the task has started and not ended.
    pub(super) fn any_runs(&self, task: TaskId) -> bool {
        self.tasks[task].containers.iter().any(|container| container.runs())
    }

    /// The agent has started these containers. The task runs when all have started, or have run and ended [CP-080].
    pub(super) fn containers_started(&mut self, task: TaskId, which: Containers, peers: &Peers, ctx: &mut Ctx) {
        if self.tasks[task].stopping.is_some() {
            return;
        }
        let now = ctx.now();
        let definition = &self.definitions[self.tasks[task].definition].containers;
        for (place, container) in self.tasks[task].containers.iter_mut().enumerate() {
            if !which.has(place) {
                continue;
            }
            container.started = Some(now);
            let others_wait = definition.iter().flat_map(|it| &it.depends_on).any(|it| usize::from(it.on) == place);
            if let Some(after) = definition[place].start_timeout.filter(|_| others_wait) {
                ctx.send(after, Event::Ecs(EcsEvent::StartTimeout(task, place as u16)));
            }
        }
        ctx.send(Duration::ZERO, Event::App(AppEvent::Started(task, which)));
        if self.tasks[task].containers.iter().all(|container| container.started.is_some()) {
            self.activate(task, peers, ctx);
        } else {
            self.start_dependants(task, peers, ctx);
        }
    }

    /// Starts the containers whose dependencies are met by now [CP-056][CP-057], or takes the task down when one of them
    /// never can be [CP-058]. Their images are pulled only now [CP-059].
    pub(super) fn start_dependants(&mut self, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        let it = &mut self.tasks[task];
        let definition = &self.definitions[it.definition].containers;
        if it.status != TaskStatus::Pending || it.stopping.is_some() {
            return;
        }
        if let Some((place, dependency)) = containers::doomed(definition, &it.containers) {
            let on = &definition[usize::from(dependency.on)].name;
            let name = &definition[place].name;
            let reason = format!(
                "CannotStartContainerError: dependency graph: failed to resolve container ordering dependency [{on}] for \
                 target [{name}] as {}.",
                match dependency.condition {
                    Condition::Healthy => "dependency exited before it was healthy",
                    _ => "dependency did not exit successfully",
                }
            );
            return self.dependency_failed(task, (place, dependency), &reason, FAILED_TO_START, peers, ctx);
        }
        let ready = containers::ready(definition, &it.containers);
        if ready.is_empty() {
            return;
        }
        for (place, container) in it.containers.iter_mut().enumerate() {
            container.called |= ready.has(place);
        }
        ctx.send(Duration::ZERO, Event::Fargate(FargateEvent::Pull(task, ready)));
    }

    /// Those that depend on a container have waited for as long as its `startTimeout` says: the task is taken down
    /// [CP-060][CP-116].
    pub(super) fn start_timeout(&mut self, task: TaskId, on: u16, peers: &Peers, ctx: &mut Ctx) {
        let it = &self.tasks[task];
        let definition = &self.definitions[it.definition].containers;
        if it.status != TaskStatus::Pending || it.stopping.is_some() {
            return;
        }
        let Some(waiting) = containers::waits_for(definition, &it.containers, on) else { return };
        let waited = in_minutes(definition[usize::from(on)].start_timeout.unwrap_or_default());
        let reason =
            format!("ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting {waited}");
        self.dependency_failed(task, waiting, &reason, &reason, peers, ctx);
    }

    /// The container at a place will never start: the task is taken down, whether that container is essential or not.
    fn dependency_failed(
        &mut self,
        task: TaskId,
        (place, dependency): (usize, Dependency),
        reason: &str,
        stopped_reason: &str,
        peers: &Peers,
        ctx: &mut Ctx,
    ) {
        let definition = &self.definitions[self.tasks[task].definition].containers;
        let fact = ctx.record(Fact::DependencyFailed {
            task,
            container: definition[place].name.as_str().into(),
            on: definition[usize::from(dependency.on)].name.as_str().into(),
            condition: dependency.condition,
        });
        ctx.because(fact);
        self.tasks[task].containers[place].reason = Some(reason.into());
        self.stop_task(task, StopCode::TaskFailedToStart, stopped_reason, peers, ctx);
        self.start_failed(task, peers, ctx);
    }

    /// Sends the stop signal to those containers that no other one which runs depends on [CP-057]: to all at once when
    /// none depends on another.
    pub(super) fn stop_containers(&mut self, task: TaskId, ctx: &mut Ctx) {
        let it = &mut self.tasks[task];
        let which = containers::may_stop(&self.definitions[it.definition].containers, &it.containers);
        if which.is_empty() {
            return;
        }
        for (place, container) in it.containers.iter_mut().enumerate() {
            container.told_to_stop |= which.has(place);
        }
        ctx.send(Duration::ZERO, Event::Fargate(FargateEvent::Stop(task, which)));
    }

    /// A container's process has ended. The end of an essential one is the task's [CP-097][CP-248], which is STOPPED when the
    /// others have ended, too [CP-098].
    pub(super) fn container_exited(&mut self, task: TaskId, container: u16, code: i16, peers: &Peers, ctx: &mut Ctx) {
        let definition = &self.definitions[self.tasks[task].definition].containers[usize::from(container)];
        let essential = definition.essential;
        let name: Name = definition.name.as_str().into();
        let exit = ctx.record(Fact::ContainerExited { task, container: name, code: i32::from(code) });
        ctx.because(exit);
        if self.restarts(task, container, code, peers, ctx) {
            return;
        }
        let it = &mut self.tasks[task];
        let state = &mut it.containers[usize::from(container)];
        state.exit_code = Some(i32::from(code));
        if peers.app.out_of_memory_killed(task, container) {
            state.reason = Some(OUT_OF_MEMORY.into());
        }
        if essential && it.at.execution_stopped.is_none() {
            it.at.execution_stopped = Some(ctx.now());
        }
        if it.stopping.is_some() {
            return self.others_end(task, peers, ctx);
        }
        if !essential {
            return self.start_dependants(task, peers, ctx);
        }
        let never_ran = it.status == TaskStatus::Pending;
        if it.status == TaskStatus::Running && !it.proved && !self.is_healthy(task, ctx.now()) {
            self.count_failure(task, Failed::Crashed, exit);
        }
        self.stop_task(task, StopCode::EssentialContainerExited, ESSENTIAL_EXITED, peers, ctx);
        if never_ran {
            self.start_failed(task, peers, ctx);
        }
        if self.tasks[task].status == TaskStatus::Deactivating {
            // Nobody is left to drain for: the others are stopped at once [CP-097].
            self.halt(task, ctx);
        }
    }

    /// A container of a task that stops has ended: it was the last, or others that it depended on are next.
    fn others_end(&mut self, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        match self.tasks[task].status {
            TaskStatus::Stopping | TaskStatus::Deactivating if !self.any_runs(task) => {
                self.deprovision(task, peers, ctx);
            }
            TaskStatus::Stopping => self.stop_containers(task, ctx),
            _ => {}
        }
    }
}

/// `2m`, `1m30s`, `45s`: a timeout as AWS writes it.
fn in_minutes(timeout: Duration) -> String {
    match (timeout.as_secs() / 60, timeout.as_secs() % 60) {
        (0, seconds) => format!("{seconds}s"),
        (minutes, 0) => format!("{minutes}m"),
        (minutes, seconds) => format!("{minutes}m{seconds}s"),
    }
}
