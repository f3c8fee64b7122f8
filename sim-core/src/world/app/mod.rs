//! The inside of the containers: boot, CPU share, memory, workers, end.

mod host;
mod process;
mod processor;
mod profile;
mod spec;
mod tasks;

pub use process::ProcessState;
pub use spec::{AppSpec, AppSpecId, End, Health, Leak, Need, Shutdown, WarmUp, Whom, Work, Workers};

pub(crate) use process::{Process, Processes};
pub use processor::CpuLimit;
pub(crate) use processor::{Part, Processor};
pub(crate) use profile::{ClassProfile, NeedOf, Party, Profile};

use std::collections::BTreeMap;
use std::time::Duration;

use self::tasks::TaskApps;
use super::capacity::{FargateEvent, HostId};
use super::ecs::{Container, Containers, EcsEvent, Resources, TaskDefinition, TaskId};
use super::elb::ElbEvent;
use super::traffic::{self, RequestEvent};
use super::{Ctx, Event, Fact, Peers};
use crate::engine::{Arena, Time};

/// What the applications react to. A container is named by its place in the task definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppEvent {
    /// These containers of the task have started, or started again: their processes boot.
    Started(TaskId, Containers),
    /// The boot has all it needs but CPU time.
    Booting(ProcessId),
    /// The boot is over: the process listens.
    Booted(ProcessId),
    /// The stop signal (SIGTERM) arrives at these containers.
    Terminate(TaskId, Containers),
    /// SIGKILL, if a process of these containers is still there.
    Kill(TaskId, Containers),
    /// What a process loses with time may have filled its memory.
    Filled(ProcessId),
    /// A process that was asked to end is ready to, but for its requests.
    Leave(ProcessId, i16),
    /// The host is gone: the processes with it, and nobody is left to report it.
    Vanish(TaskId),
    /// A process ends with this code, after its stop signal or by itself.
    Exit(ProcessId, i16),
    /// The health checks of a process fail from now on.
    Sicken(ProcessId),
    /// The agent no longer runs health checks inside of a task: they would pass until something happens.
    ChecksSleep(TaskId),
}

/// Names a process: one run of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessId {
    /// The task.
    pub task: TaskId,
    /// The container's place in the task definition.
    pub container: u16,
    /// Restarts of the container before [count].
    pub run: u16,
}

/// Exit code of a process that SIGKILL ended, the kernel's out-of-memory killer included [CP-105].
pub const SIGKILL_CODE: i16 = 137;

/// What the health checks of a process are answered that hangs.
pub(crate) const SICK: u16 = 503;

/// Names a class of requests, for all applications and callers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClassId(pub(crate) u16);

/// What goes on inside a task.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub(crate) struct TaskApp {
    /// The CPU that its containers share.
    pub processor: Processor,
    /// The instance whose CPU that is a part of; none on Fargate.
    pub host: Option<HostId>,
    /// In the order of the task definition.
    pub processes: Processes,
    /// The agent is to hear when something happens: its health checks sleep.
    pub checks_sleep: bool,
}

const _: () = assert!(size_of::<Option<TaskApp>>() <= 448 && size_of::<Process>() <= 256);

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
    /// What requests take, class by class, of one application after the other.
    pub(crate) class_profiles: Vec<ClassProfile>,
    pub(crate) tasks: TaskApps,
    /// By the place of the EC2 instance.
    hosts: Vec<host::Host>,
}

impl Apps {
    /// Describes a container; what was said of it before is forgotten. Tasks that have started are not affected.
    /// `needs` says who the parties are that its requests need, in the order of its classes.
    pub(crate) fn describe(&mut self, spec: AppSpec, parties: &mut dyn FnMut(&Whom) -> Party) -> AppSpecId {
        let id = self.specs.next_id();
        let mut classes = std::mem::take(&mut self.class_profiles);
        let profile = Profile::new(&spec, &mut classes, parties, |name| self.class(name));
        self.class_profiles = classes;
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
            AppEvent::Started(task, which) => self.start(task, which, peers, ctx),
            AppEvent::Terminate(task, which) => self.terminate(task, which, peers, ctx),
            AppEvent::Kill(task, which) => self.kill(task, which, ctx),
            AppEvent::Vanish(task) => self.vanish(task, ctx),
            AppEvent::Booting(id)
            | AppEvent::Booted(id)
            | AppEvent::Filled(id)
            | AppEvent::Leave(id, _)
            | AppEvent::Sicken(id)
            | AppEvent::Exit(id, _)
                if self.process(id.task, id.container).is_none_or(|process| process.run != id.run) => {}
            AppEvent::Booting(id) => self.boot(id, peers, ctx),
            AppEvent::Booted(id) => self.booted(id, ctx),
            AppEvent::Filled(id) => {
                if self.process(id.task, id.container).is_some_and(|process| process.is_full(ctx.now())) {
                    self.out_of_memory(id.task, id.container, ctx);
                }
            }
            AppEvent::Leave(id, code) => self.leave(id, code, ctx),
            AppEvent::Sicken(id) => {
                if let Some(process) = self.process(id.task, id.container) {
                    process.sick = true;
                    self.wake_checks(id.task, ctx);
                }
            }
            AppEvent::ChecksSleep(task) => {
                let idle = self.is_idle(task);
                if let Some(Some(app)) = self.tasks.get_mut(task.index()) {
                    app.checks_sleep = true;
                    if !idle {
                        self.wake_checks(task, ctx);
                    }
                }
            }
            AppEvent::Exit(id, code) => self.exit(id.task, id.container, code, ctx),
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

    /// The first start makes the task's processes, those of containers that wait for others included.
    fn start(&mut self, task: TaskId, which: Containers, peers: &Peers, ctx: &mut Ctx) {
        peers.cloudwatch.wake(ctx);
        let definition = &peers.ecs.definitions[peers.ecs.tasks[task].definition];
        let app = match self.tasks.place_of(task).take() {
            Some(mut app) => {
                // Its other containers get less CPU from now on, which health checks notice.
                app.wake(task, ctx);
                for (place, container) in which.among(&definition.containers) {
                    let memory = memory_of(task, container, definition, peers);
                    let process = &app.processes[place];
                    let spec = &self.specs[process.spec];
                    app.processes[place] = match process.state {
                        ProcessState::NotStarted => {
                            Process::new(process.spec, spec, &process.ports(), memory, ctx.now())
                        }
                        _ => process.again(spec, memory, ctx.now()),
                    };
                    self.begin(task, place as u16, &app.processes[place], peers, ctx);
                }
                app
            }
            None => {
                let mut processes = Vec::with_capacity(definition.containers.len());
                for (place, container) in definition.containers.iter().enumerate() {
                    let id = self.spec_of(&format!("{}/{}", definition.family, container.name));
                    let spec = &self.specs[id];
                    let ports = match spec.listens_on {
                        Some(port) => vec![port],
                        None => container.ports.iter().map(|port| port.container_port).collect(),
                    };
                    let mut process =
                        Process::new(id, spec, &ports, memory_of(task, container, definition, peers), ctx.now());
                    if which.has(place) {
                        self.begin(task, place as u16, &process, peers, ctx);
                    } else {
                        process.state = ProcessState::NotStarted;
                    }
                    processes.push(process);
                }
                let processor = processor_of(task, definition, peers, ctx.now());
                let host = peers.ecs.tasks[task].instance.map(|instance| peers.ecs.instances[instance].host);
                TaskApp { processor, host, processes: Processes::of(processes), checks_sleep: false }
            }
        };
        let host = app.host;
        *self.tasks.place_of(task) = Some(app);
        if let Some(host) = host {
            let vcpus = f64::from(peers.ec2.hosts[host].kind.vcpus);
            for other in self.join(task, host, vcpus) {
                self.wake_checks(other, ctx);
            }
        }
    }

    /// What lies ahead of a process that starts now: its boot, and the end that nobody asks for.
    fn begin(&self, task: TaskId, container: u16, process: &Process, peers: &Peers, ctx: &mut Ctx) {
        let spec = &self.specs[process.spec];
        let definition = &peers.ecs.definitions[peers.ecs.tasks[task].definition];
        let name = &definition.containers[usize::from(container)].name;
        let entity = entity(&format!("{}/{name}", peers.ecs.tasks[task].name), process.run);
        let id = ProcessId { task, container, run: process.run };
        if process.oom {
            ctx.send(Duration::ZERO, Event::App(AppEvent::Exit(id, SIGKILL_CODE)));
        } else {
            let boot = spec.boot.sample(&mut ctx.stream("app-boot", &entity));
            let needs_cpu = spec.boot_cpu != super::Distribution::ZERO;
            let next = if needs_cpu { AppEvent::Booting(id) } else { AppEvent::Booted(id) };
            ctx.send(boot, Event::App(next));
            if let Some(after) = process.fills_after() {
                ctx.send(after, Event::App(AppEvent::Filled(id)));
            }
        }
        if let Some(fails_after) = &spec.health.fails_after {
            let after = fails_after.sample(&mut ctx.stream("app-sick", &entity));
            ctx.send(after, Event::App(AppEvent::Sicken(id)));
        }
        if let Some(end) = &spec.ends {
            let after = end.after.sample(&mut ctx.stream("app-end", &entity));
            ctx.send(after, Event::App(AppEvent::Exit(id, end.code)));
        }
    }

    /// The boot takes its CPU time, among whatever else the task does.
    fn boot(&mut self, id: ProcessId, peers: &Peers, ctx: &mut Ctx) {
        let ProcessId { task, container, run } = id;
        let Some(process) = self.process(task, container) else { return };
        if process.state != ProcessState::Booting {
            return;
        }
        process.boot_began = ctx.now();
        let spec = process.spec;
        let boot_cpu = self.specs[spec].boot_cpu.clone();
        let entity = entity(&format!("{}/{container}", peers.ecs.tasks[task].name), run);
        let work = boot_cpu.sample(&mut ctx.stream("app-boot-cpu", &entity));
        let Some(Some(app)) = self.tasks.get_mut(task.index()) else { return };
        let job = BOOT_JOB | u32::from(container);
        if let Some(next) = app.processor.push(ctx.now(), container, work.as_nanos() as u64, job) {
            ctx.timers.arm(traffic::cpu_timer(task), next);
        }
        self.share(task, ctx);
    }

    fn booted(&mut self, id: ProcessId, ctx: &mut Ctx) {
        let task = id.task;
        if let Some(process) = self.process(task, id.container)
            && process.state == ProcessState::Booting
        {
            process.state = ProcessState::Listening;
            process.listening = ctx.now();
            ctx.record(Fact::AppListening { task });
        }
    }

    /// The stop signal arrives [CP-062]. A process that heeds it ends with a code of its own, one that does not know it with
    /// 143 [CP-100].
    fn terminate(&mut self, task: TaskId, which: Containers, peers: &Peers, ctx: &mut Ctx) {
        let Some(Some(app)) = self.tasks.get_mut(task.index()) else { return };
        ctx.send(Duration::ZERO, Event::Elb(ElbEvent::Wake(task)));
        for (index, process) in app.processes.iter_mut().enumerate() {
            let shutdown = &self.specs[process.spec].shutdown;
            if !which.has(index) || !process.is_there() || process.terminated || shutdown.ignores_sigterm {
                continue;
            }
            process.terminated = true;
            let mut stream = ctx.stream("app-shutdown", &format!("{}/{index}", peers.ecs.tasks[task].name));
            let takes = shutdown.takes.sample(&mut stream);
            let id = ProcessId { task, container: index as u16, run: process.run };
            if shutdown.finishes_requests {
                process.state = ProcessState::Finishing;
                ctx.send(takes, Event::App(AppEvent::Leave(id, shutdown.code)));
            } else {
                ctx.send(takes, Event::App(AppEvent::Exit(id, shutdown.code)));
            }
        }
    }

    /// A process that finishes its requests ends, now or with the last of them.
    fn leave(&mut self, id: ProcessId, code: i16, ctx: &mut Ctx) {
        match self.process(id.task, id.container) {
            Some(process) if process.in_flight > 0 => process.leaves = Some(code),
            _ => self.exit(id.task, id.container, code, ctx),
        }
    }

    /// SIGKILL ends every process that is still there, with 137 [CP-099].
    fn kill(&mut self, task: TaskId, which: Containers, ctx: &mut Ctx) {
        let Some(Some(app)) = self.tasks.get(task.index()) else { return };
        for container in 0..app.processes.len() as u16 {
            if which.has(usize::from(container)) {
                self.exit(task, container, SIGKILL_CODE, ctx);
            }
        }
    }

    /// The processes are gone without SIGTERM and without a word to ECS [CA-169]. Their requests in progress are lost.
    fn vanish(&mut self, task: TaskId, ctx: &mut Ctx) {
        let Some(Some(app)) = self.tasks.get_mut(task.index()) else { return };
        ctx.send(Duration::ZERO, Event::Elb(ElbEvent::Wake(task)));
        for (container, process) in (0..).zip(app.processes.iter_mut()) {
            if !process.is_there() {
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
        if !process.is_there() {
            return;
        }
        let worked = process.works();
        process.state = ProcessState::Exited(code);
        self.wake_checks(task, ctx);
        if worked {
            ctx.send(Duration::ZERO, Event::Request(RequestEvent::Lost(task, container)));
        }
        ctx.send(Duration::ZERO, Event::Ecs(EcsEvent::ContainerExited { task, container, code }));
    }

    /// Too little memory for what the process does: the kernel ends it [CP-045][CP-105].
    pub(crate) fn out_of_memory(&mut self, task: TaskId, container: u16, ctx: &mut Ctx) {
        if let Some(process) = self.process(task, container)
            && process.is_there()
        {
            process.oom = true;
            self.exit(task, container, SIGKILL_CODE, ctx);
        }
    }

    /// Something happens inside a task that health checks may notice.
    fn wake_checks(&mut self, task: TaskId, ctx: &mut Ctx) {
        if let Some(Some(app)) = self.tasks.get_mut(task.index()) {
            app.wake(task, ctx);
        }
    }

    /// Whether nothing goes on inside a task and nothing will by itself: its processes listen or have ended, nobody uses
    /// its CPU, and nobody else can.
    pub(crate) fn is_idle(&self, task: TaskId) -> bool {
        let app = self.tasks.get(task.index()).and_then(Option::as_ref);
        let rests = |app: &TaskApp| app.processor.len() == 0 && app.processes.iter().all(Process::rests);
        app.is_some_and(rests) && !self.has_neighbours(task)
    }

    /// Whether what the task has used of its CPU and uses of its memory stays as it is until somebody touches it.
    pub(crate) fn is_still(&self, task: TaskId) -> bool {
        let app = self.tasks.get(task.index()).and_then(Option::as_ref);
        let leaks = |app: &TaskApp| app.processes.iter().any(|process| process.leaks_by_time());
        self.is_idle(task) && !app.is_some_and(leaks)
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
        app.processes.iter().filter(|process| process.is_there()).map(of).fold(0, u64::saturating_add)
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

    /// Whether the process of a container takes connections at a port.
    #[inline]
    pub(crate) fn listens(&self, (task, container): (TaskId, u16), port: u16) -> bool {
        let app = self.tasks.get(task.index()).and_then(Option::as_ref);
        let process = app.and_then(|app| app.processes.get(usize::from(container)));
        process.is_some_and(|process| process.listens_on(port))
    }

    /// What a health check of this port is answered.
    pub(crate) fn answer_check(&self, task: TaskId, container: u16, port: u16) -> CheckAnswer {
        self.answer(task, container, |process| process.listens_on(port))
    }

    /// What a health check inside the container is answered, whatever its ports.
    pub(crate) fn answer_probe(&self, task: TaskId, container: u16) -> CheckAnswer {
        self.answer(task, container, |process| process.state == ProcessState::Listening)
    }

    fn answer(&self, task: TaskId, container: u16, listens: impl Fn(&Process) -> bool) -> CheckAnswer {
        let app = self.tasks.get(task.index()).and_then(Option::as_ref);
        let process = app.and_then(|app| Some((app, app.processes.get(usize::from(container))?)));
        let Some((app, process)) = process.filter(|(_, process)| listens(process)) else {
            return CheckAnswer::Refused;
        };
        let spec = &self.specs[process.spec];
        if spec.workers.is_some() || spec.health.database.is_some() {
            return CheckAnswer::InTime;
        }
        let slowdown = self.slowdown_of_one_more(task, app);
        let status = if process.sick { SICK } else { spec.health.status };
        CheckAnswer::Now { status, after: crate::engine::rng::scale(spec.health.cpu, slowdown) }
    }
}

impl TaskApp {
    /// Whether any of its processes is there.
    fn is_there(&self) -> bool {
        self.processes.iter().any(Process::is_there)
    }

    /// Health checks that sleep are sent again.
    pub(crate) fn wake(&mut self, task: TaskId, ctx: &mut Ctx) {
        ctx.send(Duration::ZERO, Event::Elb(ElbEvent::Wake(task)));
        self.wake_agent(task, ctx);
    }

    /// Those of the agent only.
    #[inline(always)]
    pub(crate) fn wake_agent(&mut self, task: TaskId, ctx: &mut Ctx) {
        if self.checks_sleep {
            self.checks_sleep = false;
            ctx.send(Duration::ZERO, Event::Fargate(FargateEvent::Wake(task)));
        }
    }
}

/// What a container may take [bytes]: its own limit, or the task's [CP-045].
fn memory_of(task: TaskId, container: &Container, definition: &TaskDefinition, peers: &Peers) -> u64 {
    let of_task = if definition.limits.memory { definition.memory } else { host_of(task, peers).memory };
    u64::from(container.memory.unwrap_or(of_task)) << 20
}

/// The CPU of a task. Fargate keeps it to its size; AWS does not say how [CA-180]. On an instance it is kept to the `cpu` of the
/// task definition, if that says any [CA-182], and shares what there is with the other tasks [CA-181].
fn processor_of(task: TaskId, definition: &TaskDefinition, peers: &Peers, now: Time) -> Processor {
    let shares: Vec<u32> = definition.containers.iter().map(|container| container.cpu).collect();
    let throttled = |host_cpus: u32| match peers.assume.cpu_period {
        None => CpuLimit::Smooth,
        Some(period) => CpuLimit::Throttled { period, host_cpus },
    };
    let Some(instance) = peers.ecs.tasks[task].instance else {
        let limit = throttled(peers.assume.host_cpus.max(definition.cpu.div_ceil(1024)));
        return Processor::new(now, definition.cpu, &shares, limit);
    };
    let vcpus = peers.ec2.hosts[peers.ecs.instances[instance].host].kind.vcpus;
    if !definition.limits.cpu {
        let weight = shares.iter().sum::<u32>().max(2);
        let part = Part { weight, most: f64::from(vcpus) };
        return Processor::of_instance(now, vcpus * 1024, &shares, CpuLimit::Smooth, part);
    }
    let limit = throttled(vcpus);
    let most = match limit {
        CpuLimit::Smooth => (f64::from(definition.cpu) / 1024.0).min(f64::from(vcpus)),
        CpuLimit::Throttled { .. } => f64::from(vcpus),
    };
    let weight = peers.assume.limited_task_weight.unwrap_or(definition.cpu);
    Processor::of_instance(now, definition.cpu, &shares, limit, Part { weight: weight.max(2), most })
}

/// What the host of a task has; on Fargate that is what the task asks for.
fn host_of(task: TaskId, peers: &Peers) -> Resources {
    let task = &peers.ecs.tasks[task];
    match task.instance {
        Some(instance) => peers.ecs.instances[instance].registered,
        None => peers.ecs.definitions[task.definition].needs(),
    }
}

/// A process as its draws are keyed: the first run of a container by its name alone.
fn entity(name: &str, run: u16) -> String {
    if run == 0 { name.to_owned() } else { format!("{name}~{run}") }
}
