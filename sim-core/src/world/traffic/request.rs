//! Requests in flight: slots that are used again and again, and lines of them in the order of their timeouts.

use super::CallerId;
use super::line::Line;
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

impl Call {
    /// A copy for what happens seldom: handing over the original would force it into memory on the usual way, too.
    #[inline(always)]
    pub fn copied(&self) -> Call {
        Call { ..*self }
    }
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

/// A request in flight. In the order in which it is asked for: with thousands of them each line of memory has to come from afar.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub(super) struct Request {
    /// Counts the uses of the slot, so that an event for an earlier use is recognised.
    pub generation: u32,
    pub stage: Stage,
    /// Whom a status of 500 and above is due to.
    pub blame: super::Blame,
    /// What the target will answer.
    pub status: u16,
    /// When its CPU time, its turn in a queue, or its wait began.
    pub entered: Time,
    /// After its CPU time [ns].
    pub wait: u64,
    pub task: TaskId,
    pub container: u16,
    /// Calls to others that are done [count].
    pub step: u8,
    /// Calls to others that it takes [count].
    pub needs: u8,
    /// Memory that it takes at its target [bytes].
    pub memory: u64,
    pub arrived: Time,
    pub caller: CallerId,
    pub target: TargetId,
    /// Where it is counted.
    pub meter: u32,
    pub bytes: u32,
    pub link: Link,
    pub call: Call,
    /// The next free slot, while it is free.
    next: u32,
    /// A new connection to the target was opened for it.
    pub opened_target: bool,
    /// Round trips for which it waited until its connection to the load balancer was there [count]; none for one that was
    /// kept open.
    pub opening: u8,
    /// It takes a worker of its process.
    pub holds_worker: bool,
    /// Packets to its target are dropped, so that nobody works on it.
    pub is_dropped: bool,
    /// How it came to its process.
    pub via: Via,
    /// What it needed of another service is on its way back: whether that failed.
    pub needed: Option<bool>,
    /// The place of what the application says about its class.
    pub profile: u32,
    pub group: TargetGroupId,
    /// CPU time that it takes, while it waits for a worker; before that what a proxy at its target takes for it [ns].
    pub work: u64,
}

const _: () = assert!(size_of::<Request>() <= 192);

/// Requests with the same timeout, in the order in which it ends: (slot, generation). Nearly all have an answer before; they stay in
/// the line until somebody looks, because to take one out of the middle costs more than to pass it over.
type Waiters = Line<(u32, u32)>;

/// The requests of one caller by what they may run into.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    /// Sent to a target: the idle timeout of the load balancer [TR-084], or the caller's own.
    forwarded: Waiters,
    /// Whether its timer is armed.
    pub armed: bool,
    /// Not connected yet: the connect timeout [TR-089], or the caller's own.
    connecting: Waiters,
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
        let lines = self.lines.iter().flat_map(|lines| [&lines.forwarded, &lines.connecting]);
        let entries: usize = lines.map(|line| line.capacity()).sum();
        (self.slots.capacity() * size_of::<Request>() + entries * size_of::<(u32, u32)>()) as u64
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
    #[inline(always)]
    pub(super) fn lines(&mut self, caller: CallerId) -> &mut Lines {
        if self.lines.len() <= caller.index() {
            self.make_lines(caller);
        }
        &mut self.lines[caller.index()]
    }

    #[cold]
    #[inline(never)]
    fn make_lines(&mut self, last: CallerId) {
        self.lines.resize_with(last.index() + 1, Lines::default);
    }

    #[inline(always)]
    fn line(&mut self, caller: CallerId, stage: Stage) -> &mut Waiters {
        let lines = self.lines(caller);
        if stage == Stage::Connecting { &mut lines.connecting } else { &mut lines.forwarded }
    }

    /// Puts a request, whose stage is `Connecting` or `Working`, into a slot and at the end of its line.
    ///
    /// Inlined wherever it is used, so that a request is made in its slot instead of being made and moved.
    #[inline(always)]
    pub(super) fn insert(&mut self, request: Request) -> u32 {
        let slot = self.take_slot();
        let (via, caller, stage) = (request.via, request.caller, request.stage);
        let place = &mut self.slots[slot as usize];
        let generation = place.generation;
        *place = Request { next: NONE, generation, ..request };
        if via != Via::Check {
            self.stand_in_line((slot, generation), caller, stage);
        }
        slot
    }

    /// A free slot, which is not free any more.
    #[inline(always)]
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

    /// Puts a request at the end of a line.
    #[inline(always)]
    fn stand_in_line(&mut self, entry: (u32, u32), caller: CallerId, stage: Stage) {
        self.in_flight += 1;
        let line = self.line(caller, stage);
        if line.is_full() {
            return self.make_room(entry, caller, stage);
        }
        line.push(entry);
    }

    /// Does so when the line is full: those that do not wait any more leave it, and there is room for as many again as do.
    #[cold]
    fn make_room(&mut self, entry: (u32, u32), caller: CallerId, stage: Stage) {
        let mut line = std::mem::take(self.line(caller, stage));
        line.make_room(|&entry| self.waits(entry));
        line.push(entry);
        *self.line(caller, stage) = line;
    }

    /// Whether somebody still waits for the answer to what held this slot with this generation.
    #[inline]
    fn waits(&self, (slot, generation): (u32, u32)) -> bool {
        self.is(slot, generation) && matches!(self.get(slot).stage, Stage::Connecting | Stage::Working)
    }

    /// The request of a caller whose timeout ends first: of those that cannot connect, or of those that were sent to a target.
    pub(super) fn first_in_line(&mut self, caller: CallerId, stage: Stage) -> Option<u32> {
        loop {
            let line = self.line(caller, stage);
            let &entry = line.front()?;
            if self.waits(entry) {
                return Some(entry.0);
            }
            self.line(caller, stage).pass();
        }
    }

    /// Nobody waits for the answer to a request any more.
    #[inline(always)]
    pub(super) fn settle(&mut self, slot: u32) {
        let place = &mut self.slots[slot as usize];
        place.stage = Stage::Abandoned;
        if !place.via.is_check() {
            self.in_flight -= 1;
        }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::line::SPARE;
    use super::*;

    /// What happens to requests: one comes, one has its answer and leaves at once, or its target works on for nobody.
    #[derive(Clone, Copy, Debug)]
    enum Happens {
        Comes { connects: bool },
        Answered(prop::sample::Index),
        Abandoned(prop::sample::Index),
    }

    fn happens() -> impl Strategy<Value = Happens> {
        prop_oneof![
            any::<bool>().prop_map(|connects| Happens::Comes { connects }),
            any::<prop::sample::Index>().prop_map(Happens::Answered),
            any::<prop::sample::Index>().prop_map(Happens::Abandoned),
        ]
    }

    fn request(caller: CallerId, stage: Stage) -> Request {
        let (group, target) = (TargetGroupId::from_index(0), TargetId::from_index(0));
        let call = Call { since: Time::ZERO, class: 0, attempt: 0, user: NONE, parent: (NONE, NONE), trace: 0 };
        Request { stage, ..arriving(Time::ZERO, caller, 0, group, target, call) }
    }

    #[test]
    fn a_line_is_not_longer_for_those_who_have_left_it() {
        let (mut requests, caller) = (Requests::default(), CallerId::from_index(0));
        let mut waiting = std::collections::VecDeque::new();
        for count in 0..100_000 {
            if count % 1000 == 0 {
                assert_eq!(requests.first_in_line(caller, Stage::Working), waiting.front().copied());
            }
            waiting.push_back(requests.insert(request(caller, Stage::Working)));
            if waiting.len() > 20 {
                let slot = waiting.pop_front().unwrap();
                requests.settle(slot);
                requests.free(slot);
            }
        }
        let room = requests.lines(caller).forwarded.capacity();
        assert!(room <= 2 * (20 + SPARE), "{room} entries for 20 requests");
    }

    proptest! {
        /// The first in each line is the oldest whose caller still waits, whoever left it from the middle and whoever has the
        /// slot of one that left.
        #[test]
        fn the_oldest_that_waits_is_first_in_line(steps in prop::collection::vec(happens(), 0..1500)) {
            let caller = CallerId::from_index(3);
            let mut requests = Requests::default();
            let mut waiting: Vec<(u32, Stage)> = Vec::new();
            for step in steps {
                match step {
                    Happens::Comes { connects } => {
                        let stage = if connects { Stage::Working } else { Stage::Connecting };
                        waiting.push((requests.insert(request(caller, stage)), stage));
                    }
                    Happens::Answered(which) | Happens::Abandoned(which) if !waiting.is_empty() => {
                        let (slot, _) = waiting.remove(which.index(waiting.len()));
                        requests.settle(slot);
                        if matches!(step, Happens::Answered(_)) {
                            requests.free(slot);
                        }
                    }
                    _ => {}
                }
                prop_assert_eq!(requests.in_flight(), waiting.len() as u64);
                for stage in [Stage::Working, Stage::Connecting] {
                    let oldest = waiting.iter().find(|(_, of)| *of == stage).map(|(slot, _)| *slot);
                    // Not each time, so that there is something to pass over.
                    if waiting.len().is_multiple_of(3) {
                        prop_assert_eq!(requests.first_in_line(caller, stage), oldest);
                    }
                }
            }
        }
    }
}
