//! A container's process: what it does at the moment, and how full it is.

use std::collections::VecDeque;
use std::mem::offset_of;
use std::num::NonZeroU16;
use std::ops::{Index, IndexMut};
use std::time::Duration;

use super::{AppSpec, AppSpecId, Leak};
use crate::engine::Time;

/// A process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessState {
    /// Its container has not started: it waits for others.
    NotStarted,
    /// Not listening yet.
    Booting,
    /// Listens and works.
    Listening,
    /// Has been asked to end: takes no new requests, and finishes the others.
    Finishing,
    /// Has ended with this code.
    Exited(i16),
}

/// A request in the queue before the workers: its slot, the slot's generation, and since when it waits.
pub(crate) type Waiter = (u32, u32, Time);

/// A container's process. What each request passes stands first: in a service of thousands of tasks it is not in the
/// processor's caches when it is wanted, so it had better be in few places.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub(crate) struct Process {
    /// How it behaves.
    pub spec: AppSpecId,
    /// Whether it listens.
    pub state: ProcessState,
    /// On which port, if on any.
    port: Option<NonZeroU16>,
    /// Answers all requests with this status, at once: a fault has broken what it needs.
    pub broken: Option<NonZeroU16>,
    /// Ends with this code as soon as no request is in progress.
    pub leaves: Option<i16>,
    /// Counts the restarts of its container, so that what was to happen to an earlier run is recognised.
    pub run: u16,
    /// Whether it loses memory, by requests or with time.
    leaks: bool,
    /// It hangs, as far as health checks can tell: they fail with 503.
    pub sick: bool,
    /// Requests in progress, those whose client has gone included [count].
    pub in_flight: u32,
    /// Requests at a time, `u32::MAX` without a limit [count].
    workers: u32,
    /// Requests that are worked on [count].
    pub busy: u32,
    /// When it began to listen.
    pub listening: Time,
    /// Memory of requests in progress [bytes].
    pub request_memory: u64,
    /// Time that requests and the boot have spent at the CPU, working or waiting for it [ns].
    pub cpu_ns: u128,
    /// Memory lost by requests [bytes].
    leaked: u64,
    leak: Leak,
    /// Memory for requests and leaks, none when it is not even enough to start [bytes].
    room: Option<u64>,
    /// Requests that have had their CPU time and wait, but for databases [count].
    pub waiting: u32,
    /// Requests that may wait [count].
    queue_max: u32,
    /// Time that requests have waited after their CPU time, but for databases [ns].
    pub waited_ns: u128,
    /// Those that wait for a worker.
    pub queue: VecDeque<Waiter>,
    /// Time that requests have spent in the queue [ns].
    pub queued_ns: u128,
    /// The stop signal has arrived.
    pub terminated: bool,
    /// Ended because of its memory.
    pub oom: bool,
    /// On which ports it listens beside the first.
    more_ports: Vec<u16>,
    /// When it started.
    started: Time,
    /// When its boot began to take CPU time.
    pub boot_began: Time,
}

// A request that takes a worker at once, and then nothing but CPU time, fetches one line of memory.
const _: () = assert!(offset_of!(Process, leaked) == 64);

impl Process {
    /// A process that starts now with so much memory.
    pub fn new(id: AppSpecId, spec: &AppSpec, ports: &[u16], memory: u64, now: Time) -> Process {
        let room = memory.checked_sub(spec.memory);
        Process {
            spec: id,
            run: 0,
            state: ProcessState::Booting,
            port: ports.first().copied().and_then(NonZeroU16::new),
            more_ports: ports.iter().skip(1).copied().collect(),
            terminated: false,
            oom: room.is_none(),
            broken: None,
            sick: false,
            leaves: None,
            in_flight: 0,
            workers: spec.workers.map_or(u32::MAX, |workers| workers.count.max(1)),
            busy: 0,
            queue_max: spec.workers.map_or(0, |workers| workers.queue),
            queue: VecDeque::new(),
            waiting: 0,
            started: now,
            boot_began: now,
            listening: now,
            request_memory: 0,
            leaked: 0,
            leak: spec.leak,
            leaks: spec.leak != Leak::default(),
            room,
            queued_ns: 0,
            cpu_ns: 0,
            waited_ns: 0,
        }
    }

    /// The next run of the process, which begins now: what is counted goes on.
    pub fn again(&self, spec: &AppSpec, memory: u64, now: Time) -> Process {
        Process {
            run: self.run + 1,
            queued_ns: self.queued_ns,
            cpu_ns: self.cpu_ns,
            waited_ns: self.waited_ns,
            ..Process::new(self.spec, spec, &self.ports(), memory, now)
        }
    }

    /// The ports on which it listens, or will.
    pub fn ports(&self) -> Vec<u16> {
        self.port.iter().map(|port| port.get()).chain(self.more_ports.iter().copied()).collect()
    }

    /// Whether it uses memory.
    pub fn is_there(&self) -> bool {
        !self.has_ended() && self.state != ProcessState::NotStarted
    }

    /// Whether nothing will happen to it by itself.
    pub fn rests(&self) -> bool {
        matches!(self.state, ProcessState::NotStarted | ProcessState::Listening) || self.has_ended()
    }

    /// Whether a connection to this port is taken [IA-107].
    #[inline(always)]
    pub fn listens_on(&self, port: u16) -> bool {
        self.state == ProcessState::Listening && (self.port.is_some_and(|own| own.get() == port) || self.has_port(port))
    }

    #[inline(never)]
    fn has_port(&self, port: u16) -> bool {
        self.more_ports.contains(&port)
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        matches!(self.state, ProcessState::Exited(_))
    }

    /// Whether there is anything that would be lost with it: requests, or CPU time that its boot takes.
    pub fn works(&self) -> bool {
        self.in_flight > 0 || self.state == ProcessState::Booting
    }

    /// Takes a worker, if one is free.
    #[inline]
    pub fn take_worker(&mut self) -> bool {
        let free = self.busy < self.workers;
        self.busy += u32::from(free);
        free
    }

    /// Whether one more may wait.
    #[inline]
    pub fn may_queue(&self) -> bool {
        (self.queue.len() as u64) < u64::from(self.queue_max)
    }

    /// Memory lost so far [bytes].
    #[inline(always)]
    pub fn lost(&self, now: Time) -> u64 {
        let by_time = if self.leak.per_hour == 0 { 0 } else { self.lost_by_time(now) };
        self.leaked.saturating_add(by_time)
    }

    #[inline(never)]
    fn lost_by_time(&self, now: Time) -> u64 {
        let bytes = u128::from(self.leak.per_hour) * now.since(self.started).as_nanos() / 3_600_000_000_000;
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }

    /// Whether it loses memory without doing anything.
    pub fn leaks_by_time(&self) -> bool {
        self.leak.per_hour > 0
    }

    /// A request that has taken so much memory leaves [bytes].
    #[inline(always)]
    pub fn end_request(&mut self, memory: u64) {
        self.in_flight -= 1;
        self.request_memory -= memory;
        if self.leaks {
            self.leaked = self.leaked.saturating_add(self.leak.per_request);
        }
    }

    /// Whether it may be full when a request leaves it, though none has come since it was not: it loses memory.
    #[inline(always)]
    pub fn leaks(&self) -> bool {
        self.leaks
    }

    /// Whether its memory is not enough for what it does.
    #[inline(always)]
    pub fn is_full(&self, now: Time) -> bool {
        (self.request_memory != 0 || self.leaks)
            && self.room.is_none_or(|room| self.request_memory.saturating_add(self.lost(now)) > room)
    }

    /// From its start until what it loses with time alone has filled its memory.
    pub fn fills_after(&self) -> Option<Duration> {
        let (each, room) = (u128::from(self.leak.per_hour), u128::from(self.room?));
        let nanos = ((room + 1) * 3_600_000_000_000).div_ceil(each.max(1));
        (each > 0).then(|| Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)))
    }
}

/// The processes of a task, in the order of its task definition. There is always a first one, which stands beside its task: nobody
/// has to ask where it is.
#[derive(Clone, Debug)]
pub(crate) struct Processes {
    first: Process,
    others: Box<[Process]>,
}

impl Processes {
    /// Those of all containers: no task definition is without one.
    pub fn of(mut all: Vec<Process>) -> Processes {
        let others = all.split_off(1).into();
        let first = all.pop().expect("a task has a container");
        Processes { first, others }
    }

    pub fn len(&self) -> usize {
        1 + self.others.len()
    }

    #[inline(always)]
    pub fn get(&self, place: usize) -> Option<&Process> {
        if place == 0 { Some(&self.first) } else { self.others.get(place - 1) }
    }

    #[inline(always)]
    pub fn get_mut(&mut self, place: usize) -> Option<&mut Process> {
        if place == 0 { Some(&mut self.first) } else { self.others.get_mut(place - 1) }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Process> {
        std::iter::once(&self.first).chain(&self.others)
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Process> {
        std::iter::once(&mut self.first).chain(&mut self.others)
    }
}

impl Index<usize> for Processes {
    type Output = Process;

    #[inline(always)]
    fn index(&self, place: usize) -> &Process {
        if place == 0 { &self.first } else { &self.others[place - 1] }
    }
}

impl IndexMut<usize> for Processes {
    #[inline(always)]
    fn index_mut(&mut self, place: usize) -> &mut Process {
        if place == 0 { &mut self.first } else { &mut self.others[place - 1] }
    }
}
