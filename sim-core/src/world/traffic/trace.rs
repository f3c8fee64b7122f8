//! One in so many calls, followed from the client to its answer.

use super::{CallerId, DatabaseId, Unreached};
use crate::engine::Time;
use crate::world::cloudwatch::Outcome;
use crate::world::discovery::RegistryId;
use crate::world::ecs::TaskId;
use crate::world::elb::{LoadBalancerId, TargetId};
use crate::world::network::ZoneId;

/// A step of a call that is traced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// The caller sends a request: its class, and how often it has tried before.
    Sent {
        /// Who.
        caller: CallerId,
        /// The place among the caller's classes.
        class: u16,
        /// Attempts before this one [count].
        attempt: u8,
    },
    /// It reaches a node of the load balancer.
    Node(LoadBalancerId, ZoneId),
    /// A target is chosen; whether a connection to it had to be opened.
    Target(TargetId, bool),
    /// The proxy of the task that it comes from knows where it goes.
    Endpoint(RegistryId),
    /// A host of the endpoint is chosen; whether a connection to it had to be opened.
    Host(TaskId, bool),
    /// All workers are busy: it waits in the queue, as the so-manieth.
    Queued(u32),
    /// It gets a share of the CPU.
    Working,
    /// It has had its CPU time, and waits for so long [ns].
    Waiting(u64),
    /// It asks a database.
    Query(DatabaseId),
    /// It calls another service.
    Calling(CallerId),
    /// What it needed has come; whether it failed.
    Needed(bool),
    /// The load balancer has the answer, or makes it.
    Answered(Outcome),
    /// It did not reach the load balancer, or its client went away.
    Failed(Unreached),
    /// The caller will try again after so long [ns].
    Retrying(u64),
    /// The call is over, after so long [ns], round trips included.
    Over(u64),
}

/// Something that happened to a call that is traced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Which call: numbered from 1 in the order in which they began.
    pub trace: u32,
    /// When.
    pub at: Time,
    /// What.
    pub step: Step,
}

/// All steps of all calls that are traced. Off unless asked for; it draws nothing and folds nothing into the run hash.
#[derive(Clone, Debug, Default)]
pub struct Traces {
    every: u64,
    calls: u64,
    last: u32,
    spans: Vec<Span>,
}

impl Traces {
    /// Steps that are kept at most [count]; the calls after that are not traced.
    pub const SPANS_MAX: usize = 4_000_000;

    /// Traces one in `every` calls from now on; none when that is zero.
    pub fn keep_one_in(&mut self, every: u64) {
        *self = Traces { every, ..Traces::default() };
    }

    /// A client's call begins: the number of its trace, or zero.
    #[inline]
    pub(super) fn begin(&mut self) -> u32 {
        if self.every == 0 { 0 } else { self.choose() }
    }

    #[cold]
    fn choose(&mut self) -> u32 {
        self.calls += 1;
        if !(self.calls - 1).is_multiple_of(self.every) || self.spans.len() >= Self::SPANS_MAX {
            return 0;
        }
        self.last += 1;
        self.last
    }

    /// Writes a step down, if the call is traced.
    #[inline]
    pub(super) fn step(&mut self, trace: u32, at: Time, step: impl FnOnce() -> Step) {
        if trace != 0 {
            self.keep(Span { trace, at, step: step() });
        }
    }

    #[cold]
    fn keep(&mut self, span: Span) {
        self.spans.push(span);
    }

    /// One in so many calls is traced; zero when none is.
    pub fn every(&self) -> u64 {
        self.every
    }

    /// All steps in the order in which they happened.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// How many calls were traced [count].
    pub fn len(&self) -> u32 {
        self.last
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.last == 0
    }
}
