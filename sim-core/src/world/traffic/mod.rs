//! Who calls, and the path of each request: arrival → load balancer → target group → target → CPU → wait → answer.
//!
//! Millions of requests pass here, so a request has no allocation, no fact, and no event but those at which
//! something is decided: its arrival, the end of its CPU time, the end of its wait if it has one. Constant round
//! trips are added to its latency when it is answered; timeouts are one event for each load balancer.

mod arrivals;
mod path;
mod request;
mod sample;
mod waiting;

pub use arrivals::{AccessLog, AccessLogBuilder, Arrivals, Bursts, Diurnal, LoggedLine, Rate, Spike};
pub(crate) use request::Requests;
pub use sample::{Ending, RequestSample};
use waiting::Waiting;

use super::Ctx;
use super::ecs::TaskId;
use super::elb::{ListenerId, LoadBalancerId, TargetGroupId, TargetId};
use crate::engine::{Arena, Id, Samples, Stream};

/// Names a [`Source`].
pub type SourceId = Id<Source>;

/// What happens on the request path beside what its timers say (arrivals, and the end of CPU times and waits).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestEvent {
    /// The oldest request of a load balancer may have been silent for too long [TR-084].
    IdleTimeout(LoadBalancerId),
    /// The load balancer's idle timeout is another one from now on.
    IdleTimeoutChanged(LoadBalancerId),
    /// The oldest connection to a target that gets no reply has waited for too long [TR-089].
    ConnectTimeout(LoadBalancerId),
    /// A target's deregistration delay is over: what still runs there is cut [TR-071].
    Cut(TargetId),
    /// A container's process has ended: what ran there is lost [TR-099].
    Lost(TaskId, u16),
}

/// Why a request did not even reach its load balancer. No status code stands for it: the client sees a failed
/// connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub enum Unreached {
    /// The load balancer is not active yet [TR-001].
    ClientNoAnswer,
    /// No listener on the port: the connection is refused.
    ClientRefused,
    /// Dropped by a security group or for want of a route: the client gives up after
    /// `assume.client_connect_timeout`.
    ClientTimeout,
}

impl Unreached {
    /// All of them, in the order of their numbers.
    pub const ALL: [Unreached; 3] = [Unreached::ClientNoAnswer, Unreached::ClientRefused, Unreached::ClientTimeout];
}

/// Somebody who sends requests: an open process, which comes whether or not anybody answers.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name, by which its random streams are keyed.
    pub name: String,
    /// Where its requests go.
    pub balancer: LoadBalancerId,
    /// The listener's port.
    pub port: u16,
    /// When its requests come.
    pub arrivals: Arrivals,
    /// Requests sent so far [count].
    pub sent: u64,
    /// Those that did not reach the load balancer, by `Unreached` [count].
    pub unreached: [u64; 3],
    /// Draws, each from its own stream, so that another service or another setting changes nothing here.
    gaps: Stream,
    cpu: Stream,
    wait: Stream,
    errors: Stream,
    shares: Stream,
    route: Route,
}

/// Which way a source's requests take, as long as neither load balancers nor network change.
#[derive(Clone, Copy, Debug)]
struct Route {
    versions: (u64, u64),
    way: Way,
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Group(TargetGroupId),
    /// By the weights of the rule at this place.
    Weighted(ListenerId, u32),
    Fixed(u16),
    None(Unreached),
}

/// All sources of requests, and all requests in flight.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    /// All sources.
    pub sources: Arena<Source>,
    /// All requests in flight.
    pub(crate) requests: Requests,
    /// Those that wait for something else than CPU.
    waiting: Waiting,
    /// One in so many requests that have come to an end, for whoever watches.
    pub samples: Samples<RequestSample>,
}

impl Traffic {
    /// Adds a source and lets its first request come.
    pub fn add(
        &mut self,
        name: &str,
        balancer: LoadBalancerId,
        port: u16,
        arrivals: impl Into<Arrivals>,
        ctx: &mut Ctx,
    ) -> SourceId {
        let source = Source {
            name: name.to_owned(),
            balancer,
            port,
            arrivals: Rate::default().into(),
            sent: 0,
            unreached: [0; 3],
            gaps: ctx.stream("arrivals", name),
            cpu: ctx.stream("request-cpu", name),
            wait: ctx.stream("request-wait", name),
            errors: ctx.stream("request-error", name),
            shares: ctx.stream("forward-share", name),
            route: Route { versions: (u64::MAX, u64::MAX), way: Way::None(Unreached::ClientRefused) },
        };
        let id = self.sources.push(source);
        self.set_arrivals(id, arrivals, ctx);
        id
    }

    /// Replaces a source's arrivals from now on. The next is drawn anew, which a Poisson process does not notice.
    pub fn set_arrivals(&mut self, id: SourceId, arrivals: impl Into<Arrivals>, ctx: &mut Ctx) {
        let source = &mut self.sources[id];
        source.arrivals = arrivals.into();
        let slot = path::source_timer(id);
        match source.arrivals.next(ctx.now(), &mut source.gaps) {
            Some(next) => ctx.timers.arm(slot, next),
            None => ctx.timers.disarm(slot),
        }
    }

    /// Requests whose client still waits [count].
    pub fn in_flight(&self) -> u64 {
        self.requests.in_flight()
    }

    /// Memory taken by requests [bytes].
    pub fn memory(&self) -> u64 {
        self.requests.memory()
    }
}
