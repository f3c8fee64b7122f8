//! The inside of the containers: boot, CPU share, memory, workers, end.

mod process;
mod processor;
mod profile;
mod spec;

pub use process::ProcessState;
pub use spec::{AppSpec, AppSpecId, End, Health, Leak, Need, Shutdown, WarmUp, Whom, Work, Workers};

pub(crate) use process::Process;
pub use processor::CpuLimit;
pub(crate) use processor::Processor;
pub(crate) use profile::{ClassProfile, NeedOf, Party, Profile};

use std::collections::BTreeMap;
use std::time::Duration;

use super::ecs::{EcsEvent, TaskId};
use super::elb::ElbEvent;
use super::traffic::{self, RequestEvent};
use super::{Ctx, Event, Fact, Peers};
use crate::engine::{Arena, Time};

/// What the applications react to. A container is named by its place in the task definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppEvent {
    /// The task's containers have started: their processes boot.
    Started(TaskId),
    /// The boot has all it needs but CPU time.
    Booting(TaskId, u16),
    /// The boot is over: the process listens.
    Booted(TaskId, u16),
    /// The stop signal (SIGTERM) arrives.
    Terminate(TaskId),
    /// SIGKILL, if a process is still there.
    Kill(TaskId),
    /// What a process loses with time may have filled its memory.
    Filled(TaskId, u16),
    /// A process that was asked to end is ready to, but for its requests.
    Leave(TaskId, u16, i16),
    /// The host is gone: the processes with it, and nobody is left to report it.
    Vanish(TaskId),
    /// A process ends with this code, after its stop signal or by itself.
    Exit(TaskId, u16, i16),
}

/// Exit code of a process that SIGKILL ended, the kernel's out-of-memory killer included [CP-105].
pub const SIGKILL_CODE: i16 = 137;

/// Names a class of requests, for all applications and callers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClassId(pub(crate) u16);

/// What goes on inside a task.
#[derive(Clone, Debug)]
pub(crate) struct TaskApp {
    /// The CPU that its containers share.
    pub processor: Processor,
    /// In the order of the task definition.
    pub processes: Vec<Process>,
}

/// Marks a job of a processor that is no request but the boot of the container whose place is in the other bits.
pub(crate) const BOOT_JOB: u32 = 1 << 31;

/// An answer to a health check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CheckAnswer {
    /// The connection is refused [IA-107].
    Refused,
    /// This status after so long.
    Now { status: u16, after: Duration },
    /// It stands in line with the requests: only time will tell.
    InTime,
}

/// Something for each place at which a request can be inside a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inside<T> {
    /// In the queue before the workers.
    pub queue: T,
    /// At the CPU, working or waiting for it.
    pub cpu: T,
    /// Waiting after that, but for databases and for answers of other services that are not on their way yet.
    pub wait: T,
}

/// All applications.
#[derive(Clone, Debug, Default)]
pub struct Apps {
    /// What the scenario says about containers, and the defaults of those it does not mention.
    pub specs: Arena<AppSpec>,
    by_container: BTreeMap<String, AppSpecId>,
    /// Names of classes of requests, by [`ClassId`].
    classes: Vec<String>,
    /// By the place of the spec.
    pub(crate) profiles: Vec<Profile>,
    /// By the place of the task; none before its start.
    pub(crate) tasks: Vec<Option<TaskApp>>,
}

impl Apps {
    /// Describes a container; what was said of it before is forgotten. Tasks that have started are not affected.
    /// `needs` says who the parties are that its requests need, in the order of its classes.
    pub(crate) fn describe(&mut self, spec: AppSpec, parties: &mut dyn FnMut(&Whom) -> Party) -> AppSpecId {
        let id = self.specs.next_id();
        let profile = Profile::new(&spec, parties, |name| self.class(name));
        self.profiles.push(profile);
        self.by_container.insert(spec.container.clone(), id);
        self.specs.push(spec)
    }

    /// The class of requests with this name.
    pub(crate) fn class(&mut self, name: &str) -> ClassId {
        if self.classes.is_empty() {
            self.classes.push(String::new());
        }
        let place = self.classes.iter().position(|known| known == name).unwrap_or_else(|| {
            self.classes.push(name.to_owned());
            self.classes.len() - 1
        });
        ClassId(place as u16)
    }

    /// Reacts to one event.
    pub(crate) fn handle(&mut self, event: AppEvent, peers: &Peers, ctx: &mut Ctx) {
        match event {
            AppEvent::Started(task) => self.start(task, peers, ctx),
            AppEvent::Booting(task, container) => self.boot(task, container, peers, ctx),
            AppEvent::Booted(task, container) => self.booted(task, container, ctx),
            AppEvent::Terminate(task) => self.terminate(task, peers, ctx),
            AppEvent::Kill(task) => self.kill(task, ctx),
            AppEvent::Filled(task, container) => {
                if self.process(task, container).is_some_and(|process| process.is_full(ctx.now())) {
                    self.out_of_memory(task, container, ctx);
                }
            }
            AppEvent::Leave(task, container, code) => self.leave(task, container, code, ctx),
            AppEvent::Vanish(task) => self.vanish(task, ctx),
            AppEvent::Exit(task, container, code) => self.exit(task, container, code, ctx),
        }
    }

    fn spec_of(&mut self, container: &str) -> AppSpecId {
        match self.by_container.get(container) {
            Some(&id) => id,
            None => self.describe(AppSpec::of(container), &mut |_| Party::Nobody),
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
            let ports = match spec.listens_on {
                Some(port) => vec![port],
                None => container.ports.iter().map(|port| port.container_port).collect(),
            };
            let process = Process::new(id, spec, ports, memory, ctx.now());
            let here = index as u16;
            if process.oom {
                ctx.send(Duration::ZERO, Event::App(AppEvent::Exit(task, here, SIGKILL_CODE)));
            } else {
                let boot = spec.boot.sample(&mut ctx.stream("app-boot", &entity));
                let needs_cpu = spec.boot_cpu != super::Distribution::ZERO;
                let next = if needs_cpu { AppEvent::Booting(task, here) } else { AppEvent::Booted(task, here) };
                ctx.send(boot, Event::App(next));
                if let Some(after) = process.fills_after() {
                    ctx.send(after, Event::App(AppEvent::Filled(task, here)));
                }
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
        let shares: Vec<u32> = definition.containers.iter().map(|container| container.cpu).collect();
        // Fargate keeps a task to its CPU; AWS does not say how [CA-180].
        let limit = match peers.assume.cpu_period {
            None => CpuLimit::Smooth,
            Some(period) => {
                CpuLimit::Throttled { period, host_cpus: peers.assume.host_cpus.max(definition.cpu.div_ceil(1024)) }
            }
        };
        let processor = Processor::new(ctx.now(), definition.cpu, &shares, limit);
        self.tasks[task.index()] = Some(TaskApp { processor, processes });
    }

    /// The boot takes its CPU time, among whatever else the task does.
    fn boot(&mut self, task: TaskId, container: u16, peers: &Peers, ctx: &mut Ctx) {
        let Some(process) = self.process(task, container) else { return };
        if process.state != ProcessState::Booting {
            return;
        }
        process.boot_began = ctx.now();
        let spec = process.spec;
        let boot_cpu = self.specs[spec].boot_cpu.clone();
        let entity = format!("{}/{container}", peers.ecs.tasks[task].name);
        let work = boot_cpu.sample(&mut ctx.stream("app-boot-cpu", &entity));
        let Some(Some(app)) = self.tasks.get_mut(task.index()) else { return };
        app.processor.push(ctx.now(), container, work.as_nanos() as u64, BOOT_JOB | u32::from(container));
        if let Some(next) = app.processor.next_finish() {
            ctx.timers.arm(traffic::cpu_timer(task), next);
        }
    }

    fn booted(&mut self, task: TaskId, container: u16, ctx: &mut Ctx) {
        if let Some(process) = self.process(task, container)
            && process.state == ProcessState::Booting
        {
            process.state = ProcessState::Listening;
            process.listening = ctx.now();
            ctx.record(Fact::AppListening { task });
        }
    }

    fn terminate(&mut self, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        let Some(Some(app)) = self.tasks.get_mut(task.index()) else { return };
        ctx.send(Duration::ZERO, Event::Elb(ElbEvent::Wake(task)));
        for (index, process) in app.processes.iter_mut().enumerate() {
            let shutdown = &self.specs[process.spec].shutdown;
            if process.has_ended() || process.terminated || shutdown.ignores_sigterm {
                continue;
            }
            process.terminated = true;
            let mut stream = ctx.stream("app-shutdown", &format!("{}/{index}", peers.ecs.tasks[task].name));
            let takes = shutdown.takes.sample(&mut stream);
            let here = index as u16;
            if shutdown.finishes_requests {
                process.state = ProcessState::Finishing;
                ctx.send(takes, Event::App(AppEvent::Leave(task, here, shutdown.code)));
            } else {
                ctx.send(takes, Event::App(AppEvent::Exit(task, here, shutdown.code)));
            }
        }
    }

    /// A process that finishes its requests ends, now or with the last of them.
    fn leave(&mut self, task: TaskId, container: u16, code: i16, ctx: &mut Ctx) {
        match self.process(task, container) {
            Some(process) if process.in_flight > 0 => process.leaves = Some(code),
            _ => self.exit(task, container, code, ctx),
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
        ctx.send(Duration::ZERO, Event::Elb(ElbEvent::Wake(task)));
        for (container, process) in (0..).zip(&mut app.processes) {
            if process.has_ended() {
                continue;
            }
            let worked = process.works();
            process.state = ProcessState::Exited(SIGKILL_CODE);
            if worked {
                ctx.send(Duration::ZERO, Event::Request(RequestEvent::Lost(task, container)));
            }
        }
    }

    /// A process ends: its requests in progress are lost, and ECS hears of it.
    pub(crate) fn exit(&mut self, task: TaskId, container: u16, code: i16, ctx: &mut Ctx) {
        let Some(process) = self.process(task, container) else { return };
        if process.has_ended() {
            return;
        }
        let worked = process.works();
        process.state = ProcessState::Exited(code);
        ctx.send(Duration::ZERO, Event::Elb(ElbEvent::Wake(task)));
        if worked {
            ctx.send(Duration::ZERO, Event::Request(RequestEvent::Lost(task, container)));
        }
        ctx.send(Duration::ZERO, Event::Ecs(EcsEvent::ContainerExited { task, container, code }));
    }

    /// Too little memory for what the process does: the kernel ends it [CP-045][CP-105].
    pub(crate) fn out_of_memory(&mut self, task: TaskId, container: u16, ctx: &mut Ctx) {
        if let Some(process) = self.process(task, container)
            && !process.has_ended()
        {
            process.oom = true;
            self.exit(task, container, SIGKILL_CODE, ctx);
        }
    }

    /// Whether nothing goes on inside a task and nothing will by itself: its processes listen or have ended, and nobody
    /// uses its CPU.
    pub(crate) fn is_idle(&self, task: TaskId) -> bool {
        let rests = |process: &Process| process.state == ProcessState::Listening || process.has_ended();
        let app = self.tasks.get(task.index()).and_then(Option::as_ref);
        app.is_some_and(|app| app.processor.len() == 0 && app.processes.iter().all(rests))
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
    pub fn memory_used(&self, task: TaskId, now: Time) -> u64 {
        let Some(Some(app)) = self.tasks.get(task.index()) else { return 0 };
        let of = |process: &Process| {
            let spec = &self.specs[process.spec];
            spec.memory.saturating_add(process.request_memory).saturating_add(process.lost(now))
        };
        app.processes.iter().filter(|process| !process.has_ended()).map(of).fold(0, u64::saturating_add)
    }

    /// Requests at each place inside a task at this moment [count]. A boot that takes CPU time is among those at the CPU.
    pub fn present(&self, task: TaskId) -> Inside<u64> {
        let Some(Some(app)) = self.tasks.get(task.index()) else { return Inside::default() };
        let sum = |of: fn(&Process) -> u64| app.processes.iter().map(of).sum();
        Inside {
            queue: sum(|process| process.queue.len() as u64),
            cpu: app.processor.len() as u64,
            wait: sum(|process| u64::from(process.waiting)),
        }
    }

    /// What a health check of this port is answered.
    pub(crate) fn answer_check(&self, task: TaskId, container: u16, port: u16) -> CheckAnswer {
        let app = self.tasks.get(task.index()).and_then(Option::as_ref);
        let process = app.and_then(|app| Some((app, app.processes.get(usize::from(container))?)));
        let Some((app, process)) = process.filter(|(_, process)| process.listens_on(port)) else {
            return CheckAnswer::Refused;
        };
        let spec = &self.specs[process.spec];
        if spec.workers.is_some() || spec.health.database.is_some() {
            return CheckAnswer::InTime;
        }
        let slowdown = app.processor.slowdown(app.processor.len() + 1);
        CheckAnswer::Now { status: spec.health.status, after: crate::engine::rng::scale(spec.health.cpu, slowdown) }
    }
}
