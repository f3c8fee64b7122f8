//! Requests in flight: slots that are used again and again, linked in the order of their timeouts.

use crate::engine::{Ticket, Time};
use crate::world::ecs::TaskId;
use crate::world::elb::{LoadBalancerId, TargetGroupId, TargetId};

/// No slot.
pub(super) const NONE: u32 = u32::MAX;

/// Where a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nowhere: the slot is free.
    Free,
    /// Its connection to the target gets no reply.
    Connecting,
    /// At work, or waiting, at its target.
    Working,
    /// Its client has been answered by the load balancer; the target, which cannot know, works on.
    Abandoned,
}

/// A request in flight: one cache line.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub arrived: Time,
    /// After its CPU time [ns].
    pub wait: u64,
    pub balancer: LoadBalancerId,
    pub group: TargetGroupId,
    pub target: TargetId,
    pub task: TaskId,
    /// Counts the uses of the slot, so that an event for an earlier use is recognised.
    pub generation: u32,
    previous: u32,
    next: u32,
    pub bytes: u64,
    pub container: u16,
    /// What the target will answer.
    pub status: u16,
    pub stage: Stage,
}

const _: () = assert!(size_of::<Request>() <= 64);

/// A queue of requests with the same timeout, in the order in which it ends, and its one event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    head: u32,
    tail: u32,
    pub alarm: Option<Ticket>,
}

impl Line {
    const EMPTY: Line = Line { head: NONE, tail: NONE, alarm: None };

    pub fn head(&self) -> Option<u32> {
        (self.head != NONE).then_some(self.head)
    }
}

/// The requests of one load balancer by what they may run into.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    /// Sent to a target: the idle timeout [TR-084].
    pub forwarded: Line,
    /// Not connected yet: the connect timeout [TR-089].
    pub connecting: Line,
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

    /// The occupied slots that `wanted` picks.
    pub(super) fn find(&self, wanted: impl Fn(&Request) -> bool) -> Vec<u32> {
        let found = |(_, request): &(usize, &Request)| request.stage != Stage::Free && wanted(request);
        self.slots.iter().enumerate().filter(found).map(|(slot, _)| slot as u32).collect()
    }

    /// The lines of a load balancer.
    #[inline]
    pub(super) fn lines(&mut self, balancer: LoadBalancerId) -> &mut Lines {
        if self.lines.len() <= balancer.index() {
            self.lines.resize(balancer.index() + 1, Lines { forwarded: Line::EMPTY, connecting: Line::EMPTY });
        }
        &mut self.lines[balancer.index()]
    }

    #[inline]
    fn line(&mut self, balancer: LoadBalancerId, stage: Stage) -> &mut Line {
        let lines = self.lines(balancer);
        if stage == Stage::Connecting { &mut lines.connecting } else { &mut lines.forwarded }
    }

    /// Puts a request, whose stage is `Connecting` or `Working`, into a slot and at the end of its line. True when
    /// the line has no alarm yet.
    #[inline]
    pub(super) fn insert(&mut self, mut request: Request) -> (u32, bool) {
        let (balancer, stage) = (request.balancer, request.stage);
        let slot = if self.free == NONE { self.slots.len() as u32 } else { self.free };
        let line = self.line(balancer, stage);
        let tail = std::mem::replace(&mut line.tail, slot);
        if tail == NONE {
            line.head = slot;
        }
        let quiet = line.alarm.is_none();
        request.previous = tail;
        request.next = NONE;
        if tail != NONE {
            self.slots[tail as usize].next = slot;
        }
        match self.slots.get_mut(slot as usize) {
            Some(place) => {
                self.free = place.next;
                request.generation = place.generation;
                *place = request;
            }
            None => self.slots.push(request),
        }
        self.in_flight += 1;
        (slot, quiet)
    }

    /// Takes a request out of its line: its client is answered.
    #[inline]
    pub(super) fn settle(&mut self, slot: u32) {
        let Request { previous, next, balancer, stage, .. } = self.slots[slot as usize];
        if previous != NONE {
            self.slots[previous as usize].next = next;
        }
        if next != NONE {
            self.slots[next as usize].previous = previous;
        }
        let line = self.line(balancer, stage);
        if previous == NONE {
            line.head = next;
        }
        if next == NONE {
            line.tail = previous;
        }
        self.slots[slot as usize].stage = Stage::Abandoned;
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

/// A request that has just arrived; the slab fills in the rest.
#[inline]
pub(super) fn arriving(
    arrived: Time,
    balancer: LoadBalancerId,
    group: TargetGroupId,
    target: TargetId,
    (task, container): (TaskId, u16),
) -> Request {
    Request {
        arrived,
        wait: 0,
        balancer,
        group,
        target,
        task,
        generation: 0,
        previous: NONE,
        next: NONE,
        bytes: 0,
        container,
        status: 0,
        stage: Stage::Connecting,
    }
}
