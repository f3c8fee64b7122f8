//! Requests in flight: slots that are used again and again, linked in the order of their timeouts.

use super::CallerId;
use crate::engine::{Ticket, Time};
use crate::world::app::{Apps, Process, ProcessState};
use crate::world::ecs::TaskId;
use crate::world::elb::{Elb, TargetGroupId, TargetId};
use crate::world::network::{Network, ZoneId};

/// No slot, no user, no target.
pub(super) const NONE: u32 = u32::MAX;

/// Where a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nowhere: the slot is free.
    Free,
    /// Its connection to the target gets no reply.
    Connecting,
    /// At its target: in the queue, at work, or waiting.
    Working,
    /// Nobody waits for its answer any more; the target, which cannot know, works on.
    Abandoned,
}

/// How a request came to its process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Via {
    /// Through a load balancer.
    Balancer,
    /// It is a health check, so that nobody counts it.
    Check,
    /// Through the proxies of Service Connect: from which task, by which of its ways out, where its host was among the hosts
    /// of that, how many hosts had failed it before, and how many of these had refused the connection.
    Proxy { from: TaskId, outlet: u16, host: u16, tries: u8, refused: u8 },
}

impl Via {
    #[inline]
    pub fn is_check(self) -> bool {
        self == Via::Check
    }

    #[inline]
    pub fn is_proxied(self) -> bool {
        matches!(self, Via::Proxy { .. })
    }
}

/// The call that a request is an attempt of: what the caller wants, however often it has to ask.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    /// When the caller first asked.
    pub since: Time,
    /// The place among the caller's classes.
    pub class: u16,
    /// Attempts before this one [count].
    pub attempt: u8,
    /// Whose session it is, or none.
    pub user: u32,
    /// The request at whose target the caller is at work, and its generation; none for clients.
    pub parent: (u32, u32),
    /// The number of its trace, zero for none.
    pub trace: u32,
}

/// The client's connection to the load balancer on which a request came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    /// When it was opened.
    pub opened: Time,
    /// Requests on it so far, this one included [count].
    pub served: u32,
    /// The flow's target, behind a Network Load Balancer.
    pub target: u32,
    /// Which of the caller's connections for HTTP/2 it is, if it is one.
    pub carrier: u32,
    /// The address it goes to.
    pub zone: ZoneId,
}

impl Link {
    /// Whether the target of a flow that has been idle for so long [ns] has not closed it: a process closes what is idle
    /// when it ends, is asked to, or has kept it long enough, while a zone without power says nothing.
    pub fn is_open(&self, idle: u64, elb: &Elb, app: &Apps, network: &Network) -> bool {
        if self.target == NONE {
            return true;
        }
        let target = &elb.targets[TargetId::from_index(self.target)];
        let task = app.tasks.get(target.task.index()).and_then(Option::as_ref);
        let process = task.and_then(|task| task.processes.get(usize::from(target.container)));
        let keeps = |process: &Process| app.profiles[process.spec.index()].keep_alive.is_none_or(|keep| idle < keep);
        network.is_lost(target.node)
            || process.is_some_and(|process| process.state == ProcessState::Listening && keeps(process))
    }
}

/// A request in flight.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub arrived: Time,
    /// After its CPU time [ns].
    pub wait: u64,
    pub caller: CallerId,
    pub group: TargetGroupId,
    pub target: TargetId,
    pub task: TaskId,
    /// Counts the uses of the slot, so that an event for an earlier use is recognised.
    pub generation: u32,
    previous: u32,
    next: u32,
    /// Where it is counted.
    pub meter: u32,
    pub bytes: u32,
    pub container: u16,
    /// The place among its application's classes.
    pub profile: u16,
    /// What the target will answer.
    pub status: u16,
    /// Whom a status of 500 and above is due to.
    pub blame: super::Blame,
    pub stage: Stage,
    /// How it came to its process.
    pub via: Via,
    /// Calls to others that are done [count].
    pub step: u8,
    /// Calls to others that it takes [count].
    pub needs: u8,
    /// A new connection to the target was opened for it.
    pub opened_target: bool,
    /// Round trips for which it waited until its connection to the load balancer was there [count]; none for one that was
    /// kept open.
    pub opening: u8,
    /// It takes a worker of its process.
    pub holds_worker: bool,
    /// Packets to its target are dropped, so that nobody works on it.
    pub is_dropped: bool,
    /// What it needed of another service is on its way back: whether that failed.
    pub needed: Option<bool>,
    /// CPU time that it takes, while it waits for a worker; before that what a proxy at its target takes for it [ns].
    pub work: u64,
    /// Memory that it takes at its target [bytes].
    pub memory: u64,
    /// When its CPU time, its turn in a queue, or its wait began.
    pub entered: Time,
    pub link: Link,
    pub call: Call,
}

const _: () = assert!(size_of::<Request>() <= 192);

/// A queue of requests with the same timeout, in the order in which it ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    head: u32,
    tail: u32,
}

impl Line {
    const EMPTY: Line = Line { head: NONE, tail: NONE };

    pub fn head(&self) -> Option<u32> {
        (self.head != NONE).then_some(self.head)
    }
}

/// The requests of one caller by what they may run into.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    /// Sent to a target: the idle timeout of the load balancer [TR-084], or the caller's own.
    pub forwarded: Line,
    /// Whether its timer is armed.
    pub armed: bool,
    /// Not connected yet: the connect timeout [TR-089], or the caller's own.
    pub connecting: Line,
    pub alarm: Option<Ticket>,
}

/// All requests in flight.
#[derive(Clone, Debug)]
pub(crate) struct Requests {
    slots: Vec<Request>,
    free: u32,
    in_flight: u64,
    lines: Vec<Lines>,
}

impl Default for Requests {
    fn default() -> Self {
        Requests { slots: Vec::new(), free: NONE, in_flight: 0, lines: Vec::new() }
    }
}

impl Requests {
    pub fn in_flight(&self) -> u64 {
        self.in_flight
    }

    pub fn memory(&self) -> u64 {
        (self.slots.capacity() * size_of::<Request>()) as u64
    }

    #[inline]
    pub(super) fn get(&self, slot: u32) -> &Request {
        &self.slots[slot as usize]
    }

    #[inline]
    pub(super) fn get_mut(&mut self, slot: u32) -> &mut Request {
        &mut self.slots[slot as usize]
    }

    /// Whether the slot still holds what it held when its generation was this.
    #[inline]
    pub(super) fn is(&self, slot: u32, generation: u32) -> bool {
        self.slots[slot as usize].generation == generation
    }

    /// The slot that the next request will be put into.
    pub(super) fn next_slot(&self) -> u32 {
        if self.free == NONE { self.slots.len() as u32 } else { self.free }
    }

    /// The occupied slots that `wanted` picks.
    pub(super) fn find(&self, wanted: impl Fn(&Request) -> bool) -> Vec<u32> {
        let found = |(_, request): &(usize, &Request)| request.stage != Stage::Free && wanted(request);
        self.slots.iter().enumerate().filter(found).map(|(slot, _)| slot as u32).collect()
    }

    /// The lines of a caller.
    #[inline]
    pub(super) fn lines(&mut self, caller: CallerId) -> &mut Lines {
        if self.lines.len() <= caller.index() {
            self.make_lines(caller);
        }
        &mut self.lines[caller.index()]
    }

    #[cold]
    fn make_lines(&mut self, last: CallerId) {
        let lines = Lines { forwarded: Line::EMPTY, armed: false, connecting: Line::EMPTY, alarm: None };
        self.lines.resize(last.index() + 1, lines);
    }

    #[inline]
    fn line(&mut self, caller: CallerId, stage: Stage) -> &mut Line {
        let lines = self.lines(caller);
        if stage == Stage::Connecting { &mut lines.connecting } else { &mut lines.forwarded }
    }

    /// Puts a request, whose stage is `Connecting` or `Working`, into a slot and at the end of its line.
    ///
    /// Inlined wherever it is used, so that a request is made in its slot instead of being made and moved.
    #[inline(always)]
    pub(super) fn insert(&mut self, request: Request) -> u32 {
        let slot = self.take_slot();
        let previous = match request.via {
            Via::Check => NONE,
            _ => self.stand_in_line(slot, request.caller, request.stage),
        };
        let place = &mut self.slots[slot as usize];
        *place = Request { previous, next: NONE, generation: place.generation, ..request };
        slot
    }

    /// A free slot, which is not free any more.
    #[inline]
    fn take_slot(&mut self) -> u32 {
        let slot = self.next_slot();
        match self.slots.get(slot as usize) {
            Some(place) => self.free = place.next,
            None => self.make_slot(),
        }
        slot
    }

    #[cold]
    fn make_slot(&mut self) {
        let nobody = Call { since: Time::ZERO, class: 0, attempt: 0, user: NONE, parent: (NONE, NONE), trace: 0 };
        let (caller, group, target) =
            (CallerId::from_index(NONE), TargetGroupId::from_index(NONE), TargetId::from_index(NONE));
        self.slots.push(arriving(Time::ZERO, caller, 0, group, target, nobody));
    }

    /// Puts a slot at the end of a line; says which one was there before.
    #[inline]
    fn stand_in_line(&mut self, slot: u32, caller: CallerId, stage: Stage) -> u32 {
        let line = self.line(caller, stage);
        let tail = std::mem::replace(&mut line.tail, slot);
        match self.slots.get_mut(tail as usize) {
            Some(last) => last.next = slot,
            None => self.line(caller, stage).head = slot,
        }
        self.in_flight += 1;
        tail
    }

    /// Takes a request out of its line: nobody waits for its answer any more.
    #[inline]
    pub(super) fn settle(&mut self, slot: u32) {
        let place = &mut self.slots[slot as usize];
        let stage = std::mem::replace(&mut place.stage, Stage::Abandoned);
        if place.via.is_check() {
            return;
        }
        let (previous, next, caller) = (place.previous, place.next, place.caller);
        match previous {
            NONE => self.line(caller, stage).head = next,
            _ => self.slots[previous as usize].next = next,
        }
        match next {
            NONE => self.line(caller, stage).tail = previous,
            _ => self.slots[next as usize].previous = previous,
        }
        self.in_flight -= 1;
    }

    /// Frees the slot of a settled request.
    #[inline]
    pub(super) fn free(&mut self, slot: u32) {
        let place = &mut self.slots[slot as usize];
        place.stage = Stage::Free;
        place.generation = place.generation.wrapping_add(1);
        place.next = self.free;
        self.free = slot;
    }
}

/// A request that has just arrived at its load balancer; the rest is filled in on its way.
#[inline]
pub(super) fn arriving(
    now: Time,
    caller: CallerId,
    meter: u32,
    group: TargetGroupId,
    target: TargetId,
    call: Call,
) -> Request {
    Request {
        arrived: now,
        wait: 0,
        caller,
        group,
        target,
        task: TaskId::from_index(NONE),
        generation: 0,
        previous: NONE,
        next: NONE,
        meter,
        bytes: 0,
        container: 0,
        profile: 0,
        status: 0,
        blame: super::Blame::Nobody,
        stage: Stage::Connecting,
        via: Via::Balancer,
        step: 0,
        needs: 0,
        opened_target: false,
        opening: 0,
        holds_worker: false,
        is_dropped: false,
        needed: None,
        work: 0,
        memory: 0,
        entered: now,
        link: Link { opened: now, served: 0, target: NONE, carrier: NONE, zone: ZoneId::from_index(0) },
        call,
    }
}
