//! The pending events.

use std::cmp::Ordering;
use std::collections::{BTreeSet, BinaryHeap};

use super::Time;

/// Names one pending event, so that it can be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket {
    time: Time,
    sequence: u64,
}

#[derive(Clone, Debug)]
struct Pending<E> {
    ticket: Ticket,
    event: E,
}

impl<E> PartialEq for Pending<E> {
    fn eq(&self, other: &Self) -> bool {
        self.ticket == other.ticket
    }
}
impl<E> Eq for Pending<E> {}
impl<E> PartialOrd for Pending<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<E> Ord for Pending<E> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.ticket.cmp(&self.ticket)
    }
}

/// Events ordered by (time, sequence of asking): equal times keep their order of asking.
#[derive(Clone, Debug)]
pub struct Queue<E> {
    heap: BinaryHeap<Pending<E>>,
    cancelled: BTreeSet<Ticket>,
    sequence: u64,
    last: Option<Ticket>,
}

impl<E> Default for Queue<E> {
    fn default() -> Self {
        Queue { heap: BinaryHeap::new(), cancelled: BTreeSet::new(), sequence: 0, last: None }
    }
}

impl<E> Queue<E> {
    /// Adds an event. `time` must not be earlier than the last event popped.
    #[inline]
    pub fn push(&mut self, time: Time, event: E) -> Ticket {
        debug_assert!(self.last.is_none_or(|last| last.time <= time), "time never runs back");
        let ticket = Ticket { time, sequence: self.sequence };
        self.sequence += 1;
        self.heap.push(Pending { ticket, event });
        ticket
    }

    /// The time of the earliest event.
    #[inline]
    pub fn peek(&mut self) -> Option<Time> {
        while let Some(first) = self.heap.peek() {
            if self.cancelled.is_empty() || !self.cancelled.remove(&first.ticket) {
                return Some(first.ticket.time);
            }
            self.heap.pop();
        }
        None
    }

    /// Takes the earliest event.
    #[inline]
    pub fn pop(&mut self) -> Option<(Time, E)> {
        self.peek()?;
        let first = self.heap.pop()?;
        self.last = Some(first.ticket);
        Some((first.ticket.time, first.event))
    }

    /// Takes a pending event back; false when it has already been popped or cancelled.
    pub fn cancel(&mut self, ticket: Ticket) -> bool {
        if self.last.is_some_and(|last| ticket <= last) {
            return false;
        }
        self.cancelled.insert(ticket)
    }

    /// How many events are pending.
    pub fn len(&self) -> usize {
        self.heap.len() - self.cancelled.len()
    }

    /// Whether none is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
