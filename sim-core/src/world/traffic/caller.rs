//! Callers: whoever sends requests to a load balancer.

use std::time::Duration;

use super::again::Again;
use super::ledger::Ledger;
use super::pool::{ClientLinks, nanos};
use super::request::{Link, NONE};
use super::stream::Streams;
use super::{AccessLog, Arrivals, LoggedLine, Unreached};
use crate::engine::{Id, Stream, Time};
use crate::world::app::{AppSpecId, ClassId};
use crate::world::elb::{HttpVersion, LoadBalancerId, RequestLine, TargetGroupId, TargetId, ZoneSet};
use crate::world::network::ZoneId;
use crate::world::{Ctx, Distribution};

/// Names a [`Caller`].
pub type CallerId = Id<Caller>;

/// How requests come about.
#[derive(Clone, Debug)]
pub enum Demand {
    /// They come whether or not anybody answers: an open system.
    Open(Arrivals),
    /// So many users, each of whom waits for the answer and then thinks before asking again: a closed system.
    Closed {
        /// How many [count].
        users: u32,
        /// From an answer to the user's next request.
        think: Distribution,
        /// From when on; each begins by thinking.
        from: Time,
        /// Until when.
        until: Time,
    },
    /// An application calls another service, whenever one of its own requests needs it.
    Application(AppSpecId),
}

impl Demand {
    /// When the first request may come.
    pub fn begins(&self) -> Time {
        match self {
            Demand::Open(arrivals) => arrivals.begins().unwrap_or_default(),
            Demand::Closed { from, .. } => *from,
            Demand::Application(_) => Time::ZERO,
        }
    }
}

/// What a caller does about time and failure.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// How long it waits for an answer before it closes the connection; for ever unless set.
    pub timeout: Option<Duration>,
    /// How often it asks at most, the first time included [count]; 1 unless set.
    pub attempts: u8,
    /// Before the first retry; doubled before each further one; 100 ms unless set.
    pub backoff: Duration,
    /// The most that it is doubled to; 20 s unless set.
    pub backoff_max: Duration,
    /// Whether each back-off is drawn between zero and its length ("full jitter"); true unless set.
    pub jitter: bool,
    /// Retries for each call at most, on average [0–1]; as many as `attempts` allows unless set. A caller begins with
    /// ten retries in hand and never has more.
    pub budget: Option<f64>,
    /// Which answers are asked for again; 502, 503 and 504 unless set. Connections that fail and timeouts always are.
    pub retry_on: Vec<u16>,
    /// How long an idle connection is kept [s]; no connection is used twice when zero; 60 s unless set.
    pub keep_alive: Duration,
    /// Requests on a connection at most [count]; no limit unless set.
    pub requests_per_connection: Option<u32>,
    /// How long an answer of the DNS is used; 60 s, its TTL, unless set [TR-005].
    pub dns_ttl: Duration,
    /// Cookie jars that the requests of an open system belong to [count]; no cookie is kept when zero, which it is
    /// unless set. Each user of a closed system has one.
    pub sessions: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            timeout: None,
            attempts: 1,
            backoff: Duration::from_millis(100),
            backoff_max: Duration::from_secs(20),
            jitter: true,
            budget: None,
            retry_on: vec![502, 503, 504],
            keep_alive: Duration::from_secs(60),
            requests_per_connection: None,
            dns_ttl: Duration::from_secs(60),
            sessions: 0,
        }
    }
}

/// Retries that a caller with a budget may have in hand [count].
const RETRIES_IN_HAND: f64 = 10.0;

/// A kind of request that a caller makes.
#[derive(Clone, Debug)]
pub struct NewClass {
    /// Its name: the application's class of this name says what it takes there.
    pub name: String,
    /// Its share of the requests, relative to the others.
    pub share: u32,
    /// What the load balancer sees of it.
    pub line: RequestLine,
}

impl Default for NewClass {
    fn default() -> Self {
        NewClass { name: String::new(), share: 1, line: RequestLine::default() }
    }
}

/// A kind of request, and what became of those that were made.
#[derive(Clone, Debug)]
pub struct CallClass {
    /// Its name; empty when the caller makes one kind only.
    pub name: String,
    /// What the load balancer sees of it.
    pub line: RequestLine,
    /// What became of the calls.
    pub ledger: Ledger,
    pub(super) id: ClassId,
    /// The application that it met last, and the place of what that says about it: kept, so that what a request takes can be drawn
    /// before it is known who takes it.
    pub(super) known: (AppSpecId, u32),
    /// The sum of the shares up to this one.
    pub(super) up_to: u64,
    pub(super) route: Route,
}

/// What a new caller is made of; already checked.
#[derive(Clone, Debug)]
pub struct NewCaller {
    /// Its name, by which its random streams are keyed.
    pub name: String,
    /// The load balancer, by name or DNS name.
    pub to: String,
    /// The listener's port; that of the first listener unless set.
    pub port: Option<u16>,
    /// How its requests come about.
    pub demand: Demand,
    /// At least one.
    pub classes: Vec<NewClass>,
    /// What it speaks where the listener is one for HTTPS.
    pub version: HttpVersion,
    /// What it does about time and failure.
    pub policy: Policy,
}

impl NewCaller {
    /// Somebody who calls this load balancer, in the simplest way.
    pub fn of(name: &str, to: &str, demand: Demand) -> NewCaller {
        let classes = vec![NewClass::default()];
        let (version, policy) = (HttpVersion::Http1, Policy::default());
        NewCaller { name: name.into(), to: to.into(), port: None, demand, classes, version, policy }
    }
}

/// Which way requests of a class take, as long as neither load balancers nor network change.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub versions: (u64, u64),
    /// Where the requests are counted that no target group gets.
    pub base: u32,
    /// Rules that are evaluated for each [count].
    pub rules: u32,
    pub way: Way,
}

/// Where requests are counted that a group does not take: nowhere, because they are answered 464 [TR-032].
pub(super) const MISMATCHED: u32 = u32::MAX;

#[derive(Clone, Debug)]
pub(super) enum Way {
    /// To a target group, and where they are counted.
    Group(TargetGroupId, u32),
    /// To one of several; the third number is the sum of the weights up to this one. With it, how long a client is
    /// sent to the same group again [ns].
    Weighted(Box<[(TargetGroupId, u32, u64)]>, Option<u64>),
    /// A Network Load Balancer gives each flow to one of these; the third number is the sum of the weights up to this
    /// one [TR-162].
    Flow(Box<[(TargetGroupId, u32, u64)]>),
    /// The load balancer answers by itself.
    Answer(crate::world::cloudwatch::Outcome),
    /// To no load balancer.
    Aside(Aside),
}

/// Where requests go that no load balancer gets.
#[derive(Clone, Copy, Debug)]
pub(super) enum Aside {
    /// Nowhere.
    Nowhere(Unreached),
    /// To the proxy of the task that the application is in.
    Proxy,
}

/// How connections to a listener are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Carriage {
    /// Round trips until a new one can be used [count]: one of TCP, and those of TLS [TR-168].
    pub opening: u8,
    /// They carry many requests at a time [TR-086].
    pub is_shared: bool,
}

impl Default for Carriage {
    /// TCP, and requests one by one.
    fn default() -> Self {
        Carriage { opening: 1, is_shared: false }
    }
}

/// What a cookie jar holds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Jar {
    /// `AWSALB`: the target, and when it is forgotten.
    pub target: Option<(TargetId, Time)>,
    /// `AWSALBTG`: the target group, and when it is forgotten.
    pub group: Option<(TargetGroupId, Time)>,
}

/// What the DNS has told a caller.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Resolved {
    zones: ZoneSet,
    /// When it asks again.
    pub until: Time,
    /// How often an address was used or looked for [count].
    turn: u64,
    /// Those of `zones` whose turn is still to come before it is the first one's again.
    rest: ZoneSet,
}

impl Resolved {
    /// Takes in what the DNS has answered.
    pub fn resolve(&mut self, zones: ZoneSet, until: Time) {
        (self.zones, self.until, self.rest) = (zones, until, zones.from_place(self.turn));
    }

    /// The address that is used next: each in turn, as the DNS gives them [TR-159].
    #[inline]
    pub fn next(&mut self) -> Option<ZoneId> {
        self.turn += 1;
        if self.rest.is_empty() {
            self.rest = self.zones;
        }
        self.rest.pop()
    }
}

/// Draws, each from its own stream, so that another service or another setting changes nothing here.
#[derive(Clone, Debug)]
pub(super) struct Draws {
    pub arrivals: Stream,
    pub mix: Stream,
    pub cpu: Stream,
    pub wait: Stream,
    pub errors: Stream,
    pub sizes: Stream,
    pub shares: Stream,
    pub backoff: Stream,
    pub think: Stream,
    pub sessions: Stream,
    pub flows: Stream,
}

impl Draws {
    fn of(name: &str, ctx: &Ctx) -> Draws {
        Draws {
            arrivals: ctx.stream("arrivals", name),
            mix: ctx.stream("request-class", name),
            cpu: ctx.stream("request-cpu", name),
            wait: ctx.stream("request-wait", name),
            errors: ctx.stream("request-error", name),
            sizes: ctx.stream("request-size", name),
            shares: ctx.stream("forward-share", name),
            backoff: ctx.stream("retry-backoff", name),
            think: ctx.stream("think", name),
            sessions: ctx.stream("session", name),
            flows: ctx.stream("flow", name),
        }
    }
}

/// Whoever sends requests to a load balancer: clients outside of AWS, or an application that calls another service.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Its name, by which its random streams are keyed.
    pub name: String,
    /// The load balancer's name, as the caller knows it.
    pub to: String,
    /// The load balancer; none while there is none of this name.
    pub balancer: Option<LoadBalancerId>,
    /// The load balancer that its requests came to last.
    pub(super) last: LoadBalancerId,
    /// The listener's port; that of the first listener unless set.
    pub port: Option<u16>,
    /// How its requests come about.
    pub demand: Demand,
    /// The kinds of requests that it makes.
    pub classes: Vec<CallClass>,
    /// What it speaks where the listener is one for HTTPS.
    pub version: HttpVersion,
    /// What it does about time and failure.
    pub policy: Policy,
    /// Requests sent so far, retries included [count].
    pub sent: u64,
    /// Those that did not reach the load balancer, by `Unreached` [count].
    pub unreached: [u64; Unreached::COUNT],
    /// The caller's own timeout [ns].
    pub(super) timeout: u64,
    /// How long the proxies of Service Connect wait for an answer to its requests [ns].
    pub(super) proxy_patience: u64,
    /// How long an idle connection is kept [ns].
    pub(super) keep_alive: u64,
    pub(super) think: Distribution,
    pub(super) draws: Draws,
    /// When the next request of an open system comes.
    pub(super) next: Option<Time>,
    /// The class of each kind of request in the access log that is replayed.
    pub(super) logged: Vec<u16>,
    /// Retries and users who think, by when they are over.
    pub(super) again: Again,
    pub(super) links: ClientLinks,
    /// Connections over HTTP/2, once there was one.
    pub(super) streams: Option<Box<Streams>>,
    /// How its listener wants to be connected to.
    pub(super) carriage: Carriage,
    pub(super) resolved: Resolved,
    pub(super) jars: Vec<Jar>,
    /// Retries in hand.
    pub(super) tokens: f64,
    /// Connections in use, a shared one as often as there are requests on it [count].
    pub(super) busy: u32,
}

/// Different requests of an access log that become classes of their own [count]; the others are of the first class.
const LOGGED_CLASSES_MAX: usize = 1000;

/// The class of each line of a log: one that the caller has with the same method and path, and host if it says one, or
/// a new one that is like the line.
fn logged(log: &AccessLog, classes: &mut Vec<CallClass>) -> Vec<u16> {
    let class = |line: &LoggedLine| {
        let is_like = |class: &CallClass| {
            let it = &class.line;
            it.method == line.method && it.path == line.path && (it.host.is_empty() || it.host == line.host)
        };
        if let Some(place) = classes.iter().position(is_like) {
            return place as u16;
        }
        let first = &classes[0];
        if classes.len() > LOGGED_CLASSES_MAX {
            return 0;
        }
        let LoggedLine { method, host, path } = line.clone();
        let line = RequestLine { method, host, path, ..first.line.clone() };
        let (name, ledger) = (first.name.clone(), Ledger::default());
        let new = CallClass {
            name,
            line,
            ledger,
            id: first.id,
            known: first.known,
            up_to: u64::MAX,
            route: first.route.clone(),
        };
        classes.push(new);
        classes.len() as u16 - 1
    };
    log.lines().iter().map(class).collect()
}

impl Caller {
    /// What the arrival that has just come asks for, if it is from a log.
    #[inline]
    pub(super) fn logged_line(&self) -> Option<u32> {
        match &self.demand {
            Demand::Open(arrivals) if !self.logged.is_empty() => arrivals.line(),
            _ => None,
        }
    }

    pub(super) fn new(new: NewCaller, ids: impl Fn(&str) -> ClassId, ctx: &Ctx) -> Caller {
        let (sessions, think) = match &new.demand {
            Demand::Closed { users, think, .. } => (*users, think.clone()),
            _ => (new.policy.sessions, Distribution::ZERO),
        };
        let mut up_to = 0;
        let classes = new.classes.into_iter().map(|class| {
            up_to += u64::from(class.share);
            let route = Route {
                versions: (u64::MAX, u64::MAX),
                base: 0,
                rules: 0,
                way: Way::Aside(Aside::Nowhere(Unreached::ClientRefused)),
            };
            let id = ids(&class.name);
            let known = (AppSpecId::from_index(NONE), 0);
            CallClass { name: class.name, line: class.line, ledger: Ledger::default(), id, known, up_to, route }
        });
        let mut classes: Vec<CallClass> = classes.collect();
        let logged = match &new.demand {
            Demand::Open(arrivals) => arrivals.log().map_or_else(Vec::new, |log| logged(log, &mut classes)),
            _ => Vec::new(),
        };
        Caller {
            classes,
            draws: Draws::of(&new.name, ctx),
            name: new.name,
            to: new.to,
            balancer: None,
            last: LoadBalancerId::from_index(0),
            port: new.port,
            timeout: new.policy.timeout.map_or(u64::MAX, nanos),
            proxy_patience: u64::MAX,
            keep_alive: nanos(new.policy.keep_alive),
            think,
            demand: new.demand,
            policy: new.policy,
            version: new.version,
            sent: 0,
            unreached: [0; Unreached::COUNT],
            next: None,
            logged,
            again: Again::default(),
            links: ClientLinks::default(),
            streams: None,
            carriage: Carriage::default(),
            resolved: Resolved::default(),
            jars: vec![Jar::default(); sessions as usize],
            tokens: RETRIES_IN_HAND,
            busy: 0,
        }
    }

    /// How many requests a second come at this moment, on average; none for a closed system, which has no rate.
    pub fn rate(&self, now: Time) -> Option<f64> {
        match &self.demand {
            Demand::Open(arrivals) => Some(arrivals.rate_at(now)),
            _ => None,
        }
    }

    /// Draws the next arrival of an open system.
    #[inline(always)]
    pub(super) fn draw_next(&mut self, now: Time) {
        self.next = match &mut self.demand {
            Demand::Open(arrivals) => arrivals.next(now, &mut self.draws.arrivals),
            _ => None,
        };
    }

    /// A connection that others may use at the same time, and whether it is new.
    #[cold]
    pub(super) fn take_shared(&mut self, zone: ZoneId, now: Time, idle: u64) -> (Link, bool) {
        let most = match self.keep_alive {
            0 => 1,
            _ => self.policy.requests_per_connection.unwrap_or(u32::MAX),
        };
        self.streams.get_or_insert_default().take(zone, now, idle, most)
    }

    /// A request on a shared connection is over; `ends` says that its connection is too old.
    #[cold]
    pub(super) fn leave_shared(&mut self, link: Link, now: Time, ends: bool) {
        if let Some(streams) = &mut self.streams {
            streams.leave(link, now, ends);
        }
    }

    /// The earliest of what is to come.
    #[inline]
    pub(super) fn due(&self) -> Option<Time> {
        match (self.next, self.again.first()) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Draws the class of a request; that of a logged one is known.
    #[inline]
    pub(super) fn draw_class(&mut self, line: Option<u32>) -> u16 {
        if let Some(line) = line {
            return self.logged.get(line as usize).copied().unwrap_or(0);
        }
        if self.classes.len() <= 1 {
            return 0;
        }
        let draw = self.draws.mix.below(self.classes.last().map_or(1, |last| last.up_to));
        self.classes.iter().position(|class| draw < class.up_to).unwrap_or(0) as u16
    }

    /// A call begins: it earns a part of a retry.
    #[inline]
    pub(super) fn earn(&mut self) {
        if let Some(budget) = self.policy.budget {
            self.tokens = (self.tokens + budget).min(RETRIES_IN_HAND);
        }
    }

    /// Whether the budget allows one more retry, which is spent then.
    pub(super) fn may_retry(&mut self) -> bool {
        if self.policy.budget.is_none() {
            return true;
        }
        let may = self.tokens >= 1.0;
        self.tokens -= f64::from(u8::from(may));
        may
    }

    /// From a failure to the next attempt, after so many [ns].
    pub(super) fn draw_backoff(&mut self, attempts: u8) -> u64 {
        let doubled = 2u64.saturating_pow(u32::from(attempts).saturating_sub(1));
        let length = nanos(self.policy.backoff).saturating_mul(doubled).min(nanos(self.policy.backoff_max));
        if self.policy.jitter { self.draws.backoff.below(length.saturating_add(1)) } else { length }
    }
}
