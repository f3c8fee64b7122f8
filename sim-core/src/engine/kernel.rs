//! The kernel: clock, queue, timers, journal, hash and budget of one run.

use std::hash::Hash;
use std::time::Duration;

use super::{Budget, Entry, Exceeded, FactId, Journal, Queue, RunHash, Stream, Ticket, Time, Timers};

/// An event on its way, and the fact that sent it.
#[derive(Clone, Copy, Debug)]
struct Sent<E> {
    cause: Option<FactId>,
    event: E,
}

/// What happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next<E> {
    /// An event that was sent.
    Event(E),
    /// A timer that was armed, by slot.
    Timer(u32),
}

/// What a model acts through: it sends events, arms timers, records facts, and asks for the time.
///
/// The **cause** is the fact because of which things happen now. It travels with every event sent, so that the
/// journal can say *why* across any delay.
#[derive(Clone, Debug)]
pub struct Kernel<E, F> {
    now: Time,
    seed: u64,
    cause: Option<FactId>,
    queue: Queue<Sent<E>>,
    /// The timers, for a model that re-arms one per entity much more often than it rings.
    pub timers: Timers,
    journal: Journal<F>,
    hash: RunHash,
    events: u64,
    budget: Budget,
}

impl<E, F: Clone + Hash> Kernel<E, F> {
    /// A run at time zero.
    pub fn new(seed: u64, budget: Budget) -> Self {
        Kernel {
            now: Time::ZERO,
            seed,
            cause: None,
            queue: Queue::default(),
            timers: Timers::default(),
            journal: Journal::default(),
            hash: RunHash::new(seed),
            events: 0,
            budget,
        }
    }

    /// The simulated moment.
    #[inline]
    pub fn now(&self) -> Time {
        self.now
    }

    /// The random stream of an entity.
    pub fn stream(&self, purpose: &str, entity: &str) -> Stream {
        Stream::of(self.seed, purpose, entity)
    }

    /// Lets `event` happen after `delay`, because of the present cause.
    #[inline]
    pub fn send(&mut self, delay: Duration, event: E) -> Ticket {
        self.send_at(self.now + delay, event)
    }

    /// Lets `event` happen at `time`, or now when that is past, because of the present cause.
    #[inline]
    pub fn send_at(&mut self, time: Time, event: E) -> Ticket {
        self.queue.push(time.max(self.now), Sent { cause: self.cause, event })
    }

    /// Takes an event back; false when it has already happened.
    pub fn cancel(&mut self, ticket: Ticket) -> bool {
        self.queue.cancel(ticket)
    }

    /// Writes a fact into the journal, because of the present cause, and folds it into the run hash. What follows
    /// from the fact should say so: [`Kernel::because`].
    pub fn record(&mut self, fact: F) -> FactId {
        self.hash.fold(self.now.as_nanos());
        self.hash.fold(self.cause.map_or(0, |cause| u64::from(cause.number())));
        fact.hash(&mut self.hash);
        self.journal.push(Entry { at: self.now, cause: self.cause, fact })
    }

    /// What happens from here on in this event happens because of `fact`.
    pub fn because(&mut self, fact: FactId) {
        self.cause = Some(fact);
    }

    /// Does `work` because of `cause`, then returns to the present cause.
    pub fn within<T>(&mut self, cause: Option<FactId>, work: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.cause, cause);
        let result = work(self);
        self.cause = outer;
        result
    }

    /// The present cause.
    pub fn cause(&self) -> Option<FactId> {
        self.cause
    }

    /// Folds an outcome that has no fact of its own, such as one request among millions, into the run hash.
    #[inline]
    pub fn fold(&mut self, word: u64) {
        self.hash.fold(word);
    }

    /// When the next thing happens.
    #[inline]
    pub fn peek(&mut self) -> Option<Time> {
        match (self.queue.peek(), self.timers.peek()) {
            (Some(event), Some((timer, _))) => Some(event.min(timer)),
            (event, timer) => event.or(timer.map(|(time, _)| time)),
        }
    }

    /// Moves the clock to the next thing up to `until` and returns it. At equal times events come before timers.
    #[inline(always)]
    pub fn next(&mut self, until: Time) -> Option<Next<E>> {
        let timer = self.timers.peek();
        let bound = timer.map_or(until, |(time, _)| time.min(until));
        // Asked for its time first: mostly a timer rings, and nothing need be taken out and handed over.
        if self.queue.peek().is_some_and(|first| first <= bound)
            && let Some((time, sent)) = self.queue.take()
        {
            self.now = time;
            self.cause = sent.cause;
            self.events += 1;
            return Some(Next::Event(sent.event));
        }
        let (time, slot) = timer?;
        if time > until {
            return None;
        }
        self.timers.ring(slot, time);
        self.now = time;
        self.cause = None;
        self.events += 1;
        Some(Next::Timer(slot))
    }

    /// Moves the clock to `time`; nothing may happen before it, and what happens at it is still to come.
    pub fn rest_until(&mut self, time: Time) {
        debug_assert!(self.peek().is_none_or(|next| next >= time), "nothing is skipped");
        self.now = self.now.max(time);
        self.cause = None;
    }

    /// Everything that has happened.
    pub fn journal(&self) -> &Journal<F> {
        &self.journal
    }

    /// The run hash so far.
    pub fn hash(&self) -> RunHash {
        self.hash
    }

    /// The seed of the run.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Events handled so far, timers included [count].
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Events pending [count].
    pub fn pending(&self) -> usize {
        self.queue.len() + self.timers.len()
    }

    /// The limits of the run.
    pub fn budget(&self) -> Budget {
        self.budget
    }

    /// Lowers the limits of the run; a limit that is lower already stays.
    pub fn limit_to(&mut self, other: Budget) {
        let own = self.budget;
        self.budget = Budget {
            events: own.events.min(other.events),
            facts: own.facts.min(other.facts),
            entities: own.entities.min(other.entities),
            memory: own.memory.min(other.memory),
        };
    }

    /// What events and journal take, as an estimate [bytes].
    pub fn memory(&self) -> u64 {
        let events = self.pending() * size_of::<(Time, u64, Sent<E>)>();
        (events + self.journal.len() * size_of::<Entry<F>>()) as u64
    }

    /// The limit that has been met, if one was. `entities` and `memory` are the model's own count and estimate;
    /// the kernel adds what its queue and journal take.
    pub fn exceeded(&self, entities: u64, memory: u64) -> Option<Exceeded> {
        let limits = [
            ("events", self.events, self.budget.events),
            ("facts", self.journal.len() as u64, self.budget.facts),
            ("entities", entities, self.budget.entities),
            ("memory", memory + self.memory(), self.budget.memory),
        ];
        let met = limits.into_iter().find(|(_, used, limit)| used >= limit);
        met.map(|(what, _, limit)| Exceeded { what, limit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_equal_times_events_come_before_timers_and_nothing_comes_after_the_horizon() {
        let mut kernel: Kernel<&str, ()> = Kernel::new(1, Budget::default());
        let second = |n| Time::from_secs(n);
        kernel.timers.arm(7, second(1));
        kernel.timers.arm(8, second(3));
        kernel.send_at(second(1), "event");
        let late = kernel.send_at(second(2), "late");
        assert_eq!((kernel.next(second(1)), kernel.now()), (Some(Next::Event("event")), second(1)));
        assert_eq!((kernel.next(second(1)), kernel.now()), (Some(Next::Timer(7)), second(1)));
        assert_eq!((kernel.next(second(1)), kernel.peek()), (None, Some(second(2))));
        assert!(kernel.cancel(late) && !kernel.cancel(late));
        assert_eq!((kernel.next(second(2)), kernel.now()), (None, second(1)));
        assert_eq!((kernel.next(second(3)), kernel.next(Time::MAX)), (Some(Next::Timer(8)), None));
    }
}
