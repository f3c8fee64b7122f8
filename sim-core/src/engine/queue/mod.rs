//! The pending events: a ladder queue (Tang, Goh and Thng 2005), whose costs do not grow with what is pending.

mod bottom;
mod ladder;
mod pool;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::Time;
use ladder::Ladder;

/// Names one pending event, so that it can be cancelled. It belongs to the queue that gave it, and to the clones
/// that were made while the event was pending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket {
    time: Time,
    sequence: u64,
}

/// Events ordered by (time, sequence of asking): equal times keep their order of asking.
///
/// ```
/// use sim_core::engine::{Queue, Time};
/// let mut queue = Queue::default();
/// queue.push(Time::from_secs(2), "stop");
/// let lunch = queue.push(Time::from_secs(1), "lunch");
/// queue.push(Time::from_secs(1), "tea");
/// assert!(queue.cancel(lunch) && !queue.cancel(lunch));
/// assert_eq!(queue.pop(), Some((Time::from_secs(1), "tea")));
/// assert_eq!((queue.peek(), queue.len()), (Some(Time::from_secs(2)), 1));
/// ```
#[derive(Clone, Debug)]
pub struct Queue<E> {
    ladder: Ladder<E>,
    /// The sequence number of the next event pushed.
    sequence: u64,
    /// How many events have left the ladder.
    left: u64,
    /// Every event before this one has been popped.
    floor: Ticket,
    cancelled: Cancelled,
}

/// Which events have been taken back, as far as the queue has to remember.
#[derive(Clone, Debug)]
struct Cancelled {
    /// Those that are still in the ladder.
    tickets: BTreeSet<Ticket>,
    /// The time of the first of them, or [`Time::MAX`]: what comes earlier need not be looked up.
    first: Time,
    /// Those that have left the ladder before an earlier event was popped or even pushed.
    dropped: BTreeSet<Ticket>,
    /// What was pending when cancelled events were last swept out, in order: older events than [`Cancelled::swept`]
    /// that are not among them are gone.
    survivors: Vec<Ticket>,
    swept: u64,
}

impl<E> Default for Queue<E> {
    fn default() -> Self {
        Queue {
            ladder: Ladder::default(),
            sequence: 0,
            left: 0,
            floor: Ticket { time: Time::ZERO, sequence: 0 },
            cancelled: Cancelled {
                tickets: BTreeSet::new(),
                first: Time::MAX,
                dropped: BTreeSet::new(),
                survivors: Vec::new(),
                swept: 0,
            },
        }
    }
}

impl<E> Queue<E> {
    /// Adds an event. `time` must not be earlier than the last event popped; if it is, the event comes at once.
    #[inline]
    pub fn push(&mut self, time: Time, event: E) -> Ticket {
        debug_assert!(self.floor.time <= time, "time never runs back");
        let ticket = Ticket { time: time.max(self.floor.time), sequence: self.sequence };
        self.sequence += 1;
        self.ladder.push(ticket.time, ticket.sequence, event);
        ticket
    }

    /// The time of the earliest event.
    #[inline(always)]
    pub fn peek(&mut self) -> Option<Time> {
        loop {
            let time = self.ladder.first()?;
            if time < self.cancelled.first || !self.drop_cancelled(time) {
                return Some(time);
            }
        }
    }

    /// Takes the earliest event.
    #[inline]
    pub fn pop(&mut self) -> Option<(Time, E)> {
        self.pop_until(Time::MAX)
    }

    /// Takes the earliest event, unless it comes after `until`.
    #[inline]
    pub fn pop_until(&mut self, until: Time) -> Option<(Time, E)> {
        if self.peek()? > until { None } else { self.take() }
    }

    /// Takes the earliest event, which [`Queue::peek`] has found.
    #[inline]
    pub(super) fn take(&mut self) -> Option<(Time, E)> {
        let entry = self.ladder.take()?;
        self.left += 1;
        self.floor = Ticket { time: entry.time, sequence: entry.sequence + 1 };
        Some((entry.time, entry.event?))
    }

    /// Takes a pending event back; false when it has already been popped or cancelled.
    pub fn cancel(&mut self, ticket: Ticket) -> bool {
        let popped = ticket < self.floor || ticket.sequence >= self.sequence;
        if popped || self.cancelled.is_gone(ticket) || !self.cancelled.tickets.insert(ticket) {
            return false;
        }
        self.cancelled.first = self.cancelled.first.min(ticket.time);
        // Some cancelled events never come up. Sweeping them out pays when they are more than the others.
        if self.cancelled.tickets.len() + self.cancelled.dropped.len() > self.len() + 64 {
            self.sweep();
        }
        true
    }

    /// How many events are pending.
    pub fn len(&self) -> usize {
        ((self.sequence - self.left) as usize).saturating_sub(self.cancelled.tickets.len())
    }

    /// Whether none is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Drops the earliest event, which comes at `time`, if it was cancelled.
    #[cold]
    fn drop_cancelled(&mut self, time: Time) -> bool {
        let Some(sequence) = self.ladder.first_sequence() else { return false };
        let ticket = Ticket { time, sequence };
        let Cancelled { tickets, first, dropped, .. } = &mut self.cancelled;
        // One that is earlier than the earliest came from another queue, against the rule.
        while tickets.first().is_some_and(|earlier| *earlier < ticket) {
            tickets.pop_first();
        }
        let found = tickets.remove(&ticket);
        *first = tickets.first().map_or(Time::MAX, |next| next.time);
        if found {
            while dropped.first().is_some_and(|earlier| *earlier < self.floor) {
                dropped.pop_first();
            }
            dropped.insert(ticket);
            self.ladder.take();
            self.left += 1;
        }
        found
    }

    /// Removes all cancelled events from the ladder.
    #[cold]
    fn sweep(&mut self) {
        let Cancelled { tickets, first, dropped, survivors, swept } = &mut self.cancelled;
        dropped.clear();
        let doomed = std::mem::take(tickets);
        survivors.clear();
        self.ladder.retain(|time, sequence| {
            let ticket = Ticket { time, sequence };
            let keep = !doomed.contains(&ticket);
            if keep {
                survivors.push(ticket);
            }
            keep
        });
        survivors.sort_unstable();
        self.left = self.sequence - survivors.len() as u64;
        (*first, *swept) = (Time::MAX, self.sequence);
    }
}

impl Cancelled {
    /// Whether a ticket that may still be pending, going by its time, is known not to be.
    fn is_gone(&self, ticket: Ticket) -> bool {
        let swept = ticket.sequence < self.swept && self.survivors.binary_search(&ticket).is_err();
        swept || self.dropped.contains(&ticket)
    }
}
