//! Who calls, and the path of each request: caller → load balancer → target group → target → queue → CPU → wait →
//! what it needs of others → answer, and back again where the caller retries.
//!
//! Millions of requests pass here, so a request has no allocation, no fact, and no event but those at which
//! something is decided: its arrival, the end of its CPU time, the end of its wait if it has one. Constant round
//! trips are added to its latency when it is answered; timeouts are one timer for each caller.

mod again;
mod arrivals;
mod caller;
mod database;
mod ledger;
mod line;
mod path;
mod pool;
mod proxy;
mod request;
mod sample;
mod stay;
mod stream;
mod trace;
mod waiting;

pub use arrivals::{AccessLog, AccessLogBuilder, Arrivals, Bursts, Diurnal, LoggedLine, Rate, Spike};
pub use caller::{CallClass, Caller, CallerId, Demand, NewCaller, NewClass, Policy};
pub use database::{Database, DatabaseId, NewDatabase};
pub use ledger::{Ended, Ledger};
pub(crate) use path::cpu_timer;
pub(crate) use request::Requests;
pub use sample::{Ending, RequestSample};
pub use trace::{Span, Step, Traces};

use pool::{TargetLinks, nanos};
use proxy::Proxies;
use request::Link;
use waiting::Waiting;

use super::Peers;
use super::cloudwatch::Blame;
use super::ecs::TaskId;
use super::elb::{Elb, LoadBalancerId, TargetId};
use super::network::ZoneId;
use crate::engine::{Arena, Samples, Time};

/// What happens on the request path beside what its timers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestEvent {
    /// The load balancer's idle timeout is another one from now on.
    IdleTimeoutChanged(LoadBalancerId),
    /// The oldest of a caller's connections that get no reply has waited for too long [TR-089].
    ConnectTimeout(CallerId),
    /// A target's deregistration delay is over: what still runs there is cut [TR-071].
    Cut(TargetId),
    /// A container's process has ended: what ran there is lost [TR-099].
    Lost(TaskId, u16),
    /// A health check stands in line with the requests, because only they can tell how long it takes.
    Check(TargetId),
    /// A database takes no longer so many times as long for its queries, in thousandths.
    Recovered(DatabaseId, u32),
    /// A health check in this slot, with this generation, has taken too long.
    CheckTimeout(u32, u32),
    /// The same as `Check` for the health check inside a container that was started again so often.
    Probe(TaskId, u16, u16),
}

/// Why a caller has no answer. No status code stands for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub enum Unreached {
    /// The load balancer is not there, or not active yet [TR-001].
    ClientNoAnswer,
    /// No listener on the port, or too many connections [TR-136]: the connection is refused.
    ClientRefused,
    /// Dropped by a security group, for want of a route or of power: the client gives up after
    /// `assume.client_connect_timeout`.
    ClientTimeout,
    /// The client has waited for the answer as long as it would: it did reach the load balancer.
    ClientGaveUp,
    /// The connection was reset: it did reach the load balancer.
    ClientReset,
}

impl Unreached {
    /// How many there are.
    pub const COUNT: usize = Unreached::ALL.len();

    /// All of them, in the order of their numbers.
    pub const ALL: [Unreached; 5] = [
        Unreached::ClientNoAnswer,
        Unreached::ClientRefused,
        Unreached::ClientTimeout,
        Unreached::ClientGaveUp,
        Unreached::ClientReset,
    ];
}

/// Whether answers of a load balancer are good or bad at present, so that the journal can tell when that changes.
#[derive(Clone, Copy, Debug, Default)]
struct News {
    /// Whether the last answer told of was an error; none before the first.
    error: Option<bool>,
    /// The minutes in which a success and an error were last told of.
    told: [Option<u64>; 2],
}

/// All callers, and all requests in flight.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    /// All callers.
    pub callers: Arena<Caller>,
    /// All databases.
    pub databases: Arena<Database>,
    /// One in so many calls, followed from end to end.
    pub traces: Traces,
    /// One in so many requests that have come to an end, for whoever watches.
    pub samples: Samples<RequestSample>,
    /// All requests in flight.
    pub(crate) requests: Requests,
    /// Those that wait for something else than CPU.
    waiting: Waiting,
    /// By the place of the target.
    links: Vec<TargetLinks>,
    /// Those of Service Connect.
    proxies: Proxies,
    /// By the place of the load balancer.
    news: Vec<News>,
}

impl Traffic {
    /// The database with this name.
    pub fn database_named(&self, name: &str) -> Option<DatabaseId> {
        self.databases.iter().find(|(_, database)| database.name == name).map(|(id, _)| id)
    }

    /// Requests whose caller still waits [count].
    pub fn in_flight(&self) -> u64 {
        self.requests.in_flight()
    }

    /// Calls that have failed and will be tried again [count].
    pub fn retrying(&self) -> u64 {
        self.callers.iter().map(|(_, caller)| caller.again.retries()).sum()
    }

    /// What was counted of all calls to a load balancer, by class.
    pub fn ledgers_of(&self, balancer: LoadBalancerId) -> impl Iterator<Item = &Ledger> + '_ {
        let callers = self.callers.iter().filter(move |(_, caller)| caller.balancer == Some(balancer));
        callers.flat_map(|(_, caller)| caller.classes.iter().map(|class| &class.ledger))
    }

    /// TCP connections that are open at a load balancer: its clients', and its own to targets [TR-134] [count].
    pub(crate) fn open_connections(&self, balancer: LoadBalancerId, elb: &Elb, now: Time) -> u64 {
        let idle_timeout = nanos(elb.balancers[balancer].attributes.idle_timeout);
        let callers = self.callers.iter().filter(|(_, caller)| caller.balancer == Some(balancer));
        let clients = callers.map(|(_, caller)| {
            let limit = caller.keep_alive.min(idle_timeout);
            let streams = caller.streams.as_deref();
            let (running, carriers) = streams.map_or((0, 0), |streams| (streams.running, streams.open(now, limit)));
            // A request that has just taken a shared one is not busy yet.
            u64::from(caller.busy.saturating_sub(running)) + (carriers + caller.links.open(now, limit)) as u64
        });
        let groups = elb.groups.iter().filter(|(_, group)| group.balancer == Some(balancer));
        let targets = groups.flat_map(|(_, group)| group.targets.iter()).map(|&id| {
            let links = self.links.get(id.index());
            let busy = links.and_then(TargetLinks::shared).unwrap_or(elb.targets[id].outstanding);
            u64::from(busy) + links.map_or(0, |links| links.open(now, idle_timeout)) as u64
        });
        clients.sum::<u64>() + targets.sum::<u64>()
    }

    /// Flows through a Network Load Balancer's node in a zone that are open though nothing is under way [TR-160] [count].
    pub(crate) fn idle_flows(&self, balancer: LoadBalancerId, zone: ZoneId, peers: &Peers, now: Time) -> u64 {
        let callers = self.callers.iter().filter(|(_, caller)| caller.balancer == Some(balancer));
        let flows = callers.map(|(_, caller)| {
            let limit = caller.keep_alive.min(nanos(peers.elb.idle_timeout(balancer, caller.port)));
            let open = |link: &Link, idle: u64| link.is_open(idle, &peers.elb, &peers.app, &peers.network);
            caller.links.open_at(zone, now, limit, open) as u64
        });
        flows.sum()
    }

    /// Memory taken by requests and what is counted of them [bytes].
    pub fn memory(&self) -> u64 {
        let ledgers = self.callers.iter().flat_map(|(_, caller)| caller.classes.iter());
        let ledgers: u64 = ledgers.map(|class| class.ledger.latencies.memory()).sum();
        let again: u64 = self.callers.iter().map(|(_, caller)| caller.again.memory()).sum();
        let traces = size_of_val(self.traces.spans()) as u64;
        self.requests.memory() + ledgers + again + traces + self.proxies.memory()
    }
}
