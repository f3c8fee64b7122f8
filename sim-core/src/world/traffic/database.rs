//! Databases and the like: what an application waits for outside of AWS's services that are modelled here.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use super::pool::nanos;
use crate::engine::{Id, Stream, Time};
use crate::world::{Ctx, Distribution};

/// Names a [`Database`].
pub type DatabaseId = Id<Database>;

/// What a new database is made of.
#[derive(Clone, Debug)]
pub struct NewDatabase {
    /// Its name.
    pub name: String,
    /// Queries at a time [count]; at least 1.
    pub connections: u32,
    /// How long a query takes.
    pub query: Distribution,
    /// How long a query waits for a connection before it fails; for ever unless set.
    pub connection_timeout: Option<Duration>,
}

/// A query that waits for a connection, or holds one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Query {
    /// When it is over, or when it came.
    at: Time,
    sequence: u64,
    /// The request that needs it, and the generation of its slot.
    pub slot: u32,
    pub generation: u32,
    /// How long it takes [ns].
    work: u64,
}

/// Something with a limited number of connections; whoever finds them all taken waits, first come, first served.
#[derive(Clone, Debug)]
pub struct Database {
    /// Its name.
    pub name: String,
    /// Queries at a time [count].
    pub connections: u32,
    /// Queries that have begun [count].
    pub begun: u64,
    /// Queries that have been answered [count].
    pub answered: u64,
    /// Queries that waited too long for a connection [count].
    pub timed_out: u64,
    /// Time that queries have waited for a connection [ns].
    pub waited_ns: u128,
    /// Time that queries have held a connection [ns].
    pub held_ns: u128,
    /// How many times as long each query takes because of the faults that strike at present.
    slowed: Vec<f64>,
    query: Distribution,
    /// [ns].
    connection_timeout: u64,
    draws: Stream,
    sequence: u64,
    running: BinaryHeap<Reverse<Query>>,
    queue: VecDeque<Query>,
}

/// What happened at a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Served {
    /// The query of this request is answered.
    Answered(u32, u32),
    /// The query of this request has waited too long.
    TimedOut(u32, u32),
}

impl Database {
    pub(super) fn new(new: NewDatabase, ctx: &Ctx) -> Database {
        Database {
            draws: ctx.stream("database-query", &new.name),
            name: new.name,
            connections: new.connections.max(1),
            begun: 0,
            answered: 0,
            timed_out: 0,
            waited_ns: 0,
            held_ns: 0,
            slowed: Vec::new(),
            query: new.query,
            connection_timeout: new.connection_timeout.map_or(u64::MAX, nanos),
            sequence: 0,
            running: BinaryHeap::new(),
            queue: VecDeque::new(),
        }
    }

    /// Queries at this moment: (waiting, holding a connection) [count].
    pub fn queries(&self) -> (usize, usize) {
        (self.queue.len(), self.running.len())
    }

    /// Time that queries have spent until now, those that are still there included: (waiting, holding a connection) [ns].
    pub fn spent(&self, now: Time) -> (u128, u128) {
        let waiting: u128 = self.queue.iter().map(|query| now.since(query.at).as_nanos()).sum();
        // The time of a query is counted when it begins: what is still to come is not spent yet.
        let to_come: u128 = self.running.iter().map(|Reverse(query)| query.at.since(now).as_nanos()).sum();
        (self.waited_ns + waiting, self.held_ns - to_come)
    }

    /// From now on queries take `times` as long as they would.
    pub(super) fn slow(&mut self, times: f64) {
        self.slowed.push(times);
    }

    /// A fault that made queries take `times` as long is over.
    pub(super) fn recover(&mut self, times: f64) {
        if let Some(place) = self.slowed.iter().position(|&slow| slow == times) {
            self.slowed.remove(place);
        }
    }

    /// A request asks.
    pub(super) fn ask(&mut self, slot: u32, generation: u32, work: Option<&Distribution>, now: Time) {
        self.sequence += 1;
        self.begun += 1;
        let work = work.unwrap_or(&self.query).draw(&mut self.draws);
        let query = Query { at: now, sequence: self.sequence, slot, generation, work };
        if (self.running.len() as u64) < u64::from(self.connections) {
            self.start(query, now);
        } else {
            self.queue.push_back(query);
        }
    }

    fn start(&mut self, query: Query, now: Time) {
        let takes = match self.slowed.is_empty() {
            true => query.work,
            false => (query.work as f64 * self.slowed.iter().product::<f64>() + 0.5) as u64,
        };
        self.held_ns += u128::from(takes);
        self.running.push(Reverse(Query { at: now.after_nanos(takes), ..query }));
    }

    /// When the next query is answered or has waited too long.
    pub(super) fn due(&self) -> Option<Time> {
        let answered = self.running.peek().map(|Reverse(query)| query.at);
        let timeout = self.queue.front().filter(|_| self.connection_timeout != u64::MAX);
        let timeout = timeout.map(|query| query.at.after_nanos(self.connection_timeout));
        match (answered, timeout) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Takes the next of those that are due now; answers come before timeouts. A query whose request is not `alive` any
    /// more gives up its place in the queue.
    pub(super) fn serve(&mut self, now: Time, alive: impl Fn(u32, u32) -> bool) -> Option<Served> {
        if self.running.peek().is_some_and(|Reverse(query)| query.at <= now) {
            let Reverse(query) = self.running.pop()?;
            self.answered += 1;
            while let Some(next) = self.queue.pop_front() {
                self.waited_ns += now.since(next.at).as_nanos();
                if alive(next.slot, next.generation) {
                    self.start(next, now);
                    break;
                }
            }
            return Some(Served::Answered(query.slot, query.generation));
        }
        let late = |query: &&Query| query.at.after_nanos(self.connection_timeout) <= now;
        self.queue.front().filter(late)?;
        let query = self.queue.pop_front()?;
        self.timed_out += 1;
        self.waited_ns += now.since(query.at).as_nanos();
        Some(Served::TimedOut(query.slot, query.generation))
    }
}
