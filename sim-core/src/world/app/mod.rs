//! The inside of the containers: boot, CPU share, memory, end.

mod processor;
mod spec;

pub use spec::{AppSpec, AppSpecId, End, Health, Shutdown};

pub(crate) use processor::Processor;

use std::collections::BTreeMap;
use std::time::Duration;

use super::ecs::{EcsEvent, TaskId};
use super::traffic::RequestEvent;
use super::{Ctx, Distribution, Event, Fact, Peers};
use crate::engine::{Arena, Time};

/// What the applications react to. A container is named by its place in the task definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppEvent {
    /// The task's containers have started: their processes boot.
    Started(TaskId),
    /// The boot is over: the process listens.
    Booted(TaskId, u16),
    /// The stop signal (SIGTERM) arrives.
    Terminate(TaskId),
    /// SIGKILL, if a process is still there.
    Kill(TaskId),
    /// The host is gone: the processes with it, and nobody is left to report it.
    Vanish(TaskId),
    /// A process ends with this code, after its stop signal or by itself.
    Exit(TaskId, u16, i16),
}

/// Exit code of a process that SIGKILL ended, the kernel's out-of-memory killer included [CP-105].
pub const SIGKILL_CODE: i16 = 137;

/// A process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessState {
    /// Not listening yet.
    Booting,
    /// Listens and works.
    Listening,
    /// Has ended with this code.
    Exited(i16),
}

/// A container's process.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    /// How it behaves.
    pub spec: AppSpecId,
    /// Whether it listens.
    pub state: ProcessState,
    /// On which ports.
    pub ports: Vec<u16>,
    /// The stop signal has arrived.
    terminated: bool,
    /// Ended because of its memory.
    oom: bool,
    /// Requests in progress, those whose client was answered by a timeout included [count].
    pub in_flight: u32,
    /// Most of them at a time that fit into its memory [count].
    pub in_flight_max: u32,
}

impl Process {
    /// Whether a connection to this port is taken [IA-107].
    #[inline]
    pub fn listens_on(&self, port: u16) -> bool {
        self.state == ProcessState::Listening && self.ports.contains(&port)
    }
}

/// What goes on inside a task.
#[derive(Clone, Debug)]
pub(crate) struct TaskApp {
    /// The CPU that its containers share.
    pub processor: Processor,
    /// In the order of the task definition.
    pub processes: Vec<Process>,
}

/// A spec as the request path needs it.
#[derive(Clone, Debug)]
pub(crate) struct RequestProfile {
    pub cpu: Distribution,
    pub wait: Distribution,
    pub error_ratio: f64,
    pub status: u16,
    pub error_status: u16,
    pub bytes: u64,
}

/// An answer to a health check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CheckAnswer {
    pub status: u16,
    pub after: Duration,
}

/// All applications.
#[derive(Clone, Debug, Default)]
pub struct Apps {
    /// What the scenario says about containers, and the defaults of those it does not mention.
    pub specs: Arena<AppSpec>,
    by_container: BTreeMap<String, AppSpecId>,
    /// By the place of the spec.
    pub(crate) profiles: Vec<RequestProfile>,
    /// By the place of the task; none before its start.
    pub(crate) tasks: Vec<Option<TaskApp>>,
}

impl Apps {
    /// Describes a container; what was said of it before is forgotten. Tasks that have started are not affected.
    pub fn describe(&mut self, spec: AppSpec) -> AppSpecId {
        self.profiles.push(RequestProfile {
            cpu: spec.cpu.clone(),
            wait: spec.wait.clone(),
            error_ratio: spec.error_ratio,
            status: spec.status,
            error_status: spec.error_status,
            bytes: spec.bytes,
        });
        let name = spec.container.clone();
        let id = self.specs.push(spec);
        self.by_container.insert(name, id);
        id
    }

    /// Reacts to one event.
    pub(crate) fn handle(&mut self, event: AppEvent, peers: &Peers, ctx: &mut Ctx) {
        match event {
            AppEvent::Started(task) => self.start(task, peers, ctx),
            AppEvent::Booted(task, container) => self.booted(task, container, ctx),
            AppEvent::Terminate(task) => self.terminate(task, peers, ctx),
            AppEvent::Kill(task) => self.kill(task, ctx),
            AppEvent::Vanish(task) => self.vanish(task, ctx),
            AppEvent::Exit(task, container, code) => self.exit(task, container, code, ctx),
        }
    }

    fn spec_of(&mut self, container: &str) -> AppSpecId {
        match self.by_container.get(container) {
            Some(&id) => id,
            None => self.describe(AppSpec::of(container)),
        }
    }

    fn process(&mut self, task: TaskId, container: u16) -> Option<&mut Process> {
        self.tasks.get_mut(task.index())?.as_mut()?.processes.get_mut(usize::from(container))
    }

    fn start(&mut self, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        peers.cloudwatch.wake(ctx);
        let definition = &peers.ecs.definitions[peers.ecs.tasks[task].definition];
        let name = &peers.ecs.tasks[task].name;
        let mut processes = Vec::with_capacity(definition.containers.len());
        for (index, container) in definition.containers.iter().enumerate() {
            let id = self.spec_of(&format!("{}/{}", definition.family, container.name));
            let spec = &self.specs[id];
            let entity = format!("{name}/{}", container.name);
            let memory = u64::from(container.memory.unwrap_or(definition.memory)) << 20;
            let fits = memory.checked_sub(spec.memory);
            let process = Process {
                spec: id,
                state: ProcessState::Booting,
                ports: match spec.listens_on {
                    Some(port) => vec![port],
                    None => container.ports.iter().map(|port| port.container_port).collect(),
                },
                terminated: false,
                oom: fits.is_none(),
                in_flight: 0,
                in_flight_max: match (fits, spec.memory_per_request) {
                    (Some(room), each @ 1..) => u32::try_from(room / each).unwrap_or(u32::MAX),
                    _ => u32::MAX,
                },
            };
            let here = index as u16;
            if process.oom {
                ctx.send(Duration::ZERO, Event::App(AppEvent::Exit(task, here, SIGKILL_CODE)));
            } else {
                let boot = spec.boot.sample(&mut ctx.stream("app-boot", &entity));
                ctx.send(boot, Event::App(AppEvent::Booted(task, here)));
            }
            if let Some(end) = &spec.ends {
                let after = end.after.sample(&mut ctx.stream("app-end", &entity));
                ctx.send(after, Event::App(AppEvent::Exit(task, here, end.code)));
            }
            processes.push(process);
        }
        if self.tasks.len() <= task.index() {
            self.tasks.resize_with(task.index() + 1, || None);
        }
        self.tasks[task.index()] = Some(TaskApp { processor: Processor::new(definition.cpu), processes });
    }

    fn booted(&mut self, task: TaskId, container: u16, ctx: &mut Ctx) {
        if let Some(process) = self.process(task, container)
            && process.state == ProcessState::Booting
        {
            process.state = ProcessState::Listening;
            ctx.record(Fact::AppListening { task });
        }
    }

    fn terminate(&mut self, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        let Some(Some(app)) = self.tasks.get_mut(task.index()) else { return };
        for (index, process) in app.processes.iter_mut().enumerate() {
            let shutdown = &self.specs[process.spec].shutdown;
            let ended = matches!(process.state, ProcessState::Exited(_));
            if ended || process.terminated || shutdown.ignores_sigterm {
                continue;
            }
            process.terminated = true;
            let mut stream = ctx.stream("app-shutdown", &format!("{}/{index}", peers.ecs.tasks[task].name));
            let takes = shutdown.takes.sample(&mut stream);
            ctx.send(takes, Event::App(AppEvent::Exit(task, index as u16, shutdown.code)));
        }
    }

    fn kill(&mut self, task: TaskId, ctx: &mut Ctx) {
        let Some(Some(app)) = self.tasks.get(task.index()) else { return };
        for container in 0..app.processes.len() as u16 {
            self.exit(task, container, SIGKILL_CODE, ctx);
        }
    }

    /// The processes are gone without SIGTERM and without a word to ECS [CA-169]. Their requests in progress are lost.
    fn vanish(&mut self, task: TaskId, ctx: &mut Ctx) {
        let Some(Some(app)) = self.tasks.get_mut(task.index()) else { return };
        for (container, process) in (0..).zip(&mut app.processes) {
            if matches!(process.state, ProcessState::Exited(_)) {
                continue;
            }
            process.state = ProcessState::Exited(SIGKILL_CODE);
            if process.in_flight > 0 {
                ctx.send(Duration::ZERO, Event::Request(RequestEvent::Lost(task, container)));
            }
        }
    }

    /// A process ends: its requests in progress are lost, and ECS hears of it.
    fn exit(&mut self, task: TaskId, container: u16, code: i16, ctx: &mut Ctx) {
        let Some(process) = self.process(task, container) else { return };
        if matches!(process.state, ProcessState::Exited(_)) {
            return;
        }
        process.state = ProcessState::Exited(code);
        if process.in_flight > 0 {
            ctx.send(Duration::ZERO, Event::Request(RequestEvent::Lost(task, container)));
        }
        ctx.send(Duration::ZERO, Event::Ecs(EcsEvent::ContainerExited { task, container, code }));
    }

    /// One request too many for the container's memory: the kernel ends the process [CP-045][CP-105].
    pub(crate) fn out_of_memory(&mut self, task: TaskId, container: u16, ctx: &mut Ctx) {
        if let Some(process) = self.process(task, container) {
            process.oom = true;
            self.exit(task, container, SIGKILL_CODE, ctx);
        }
    }

    /// The state of a container's process; none before its start.
    pub fn state(&self, task: TaskId, container: u16) -> Option<ProcessState> {
        Some(self.tasks.get(task.index())?.as_ref()?.processes.get(usize::from(container))?.state)
    }

    /// Whether the container was ended because of its memory [CP-105].
    pub fn out_of_memory_killed(&self, task: TaskId, container: u16) -> bool {
        let process = |app: &TaskApp| app.processes.get(usize::from(container)).is_some_and(|process| process.oom);
        self.tasks.get(task.index()).and_then(Option::as_ref).is_some_and(process)
    }

    /// CPU time that the task has used so far [CPU-ns].
    pub fn cpu_used(&self, task: TaskId, now: Time) -> f64 {
        self.tasks.get(task.index()).and_then(Option::as_ref).map_or(0.0, |app| app.processor.used(now))
    }

    /// Memory that the task uses now [bytes].
    pub fn memory_used(&self, task: TaskId) -> u64 {
        let Some(Some(app)) = self.tasks.get(task.index()) else { return 0 };
        let alive = app.processes.iter().filter(|process| !matches!(process.state, ProcessState::Exited(_)));
        let of = |process: &Process| {
            let spec = &self.specs[process.spec];
            spec.memory.saturating_add(spec.memory_per_request.saturating_mul(u64::from(process.in_flight)))
        };
        alive.map(of).fold(0, u64::saturating_add)
    }

    /// What a health check of this port would be answered; none when the connection is refused [IA-107].
    pub(crate) fn answer_check(&self, task: TaskId, container: u16, port: u16) -> Option<CheckAnswer> {
        let app = self.tasks.get(task.index())?.as_ref()?;
        let process = app.processes.get(usize::from(container))?;
        if !process.listens_on(port) {
            return None;
        }
        let spec = &self.specs[process.spec];
        let slowdown = app.processor.slowdown(app.processor.len() + 1);
        Some(CheckAnswer { status: spec.health.status, after: crate::engine::rng::scale(spec.health.cpu, slowdown) })
    }
}
