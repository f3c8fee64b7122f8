//! From the caller to the target: DNS, connection, listener, rule, target group, target.

use std::time::Duration;

use super::super::caller::{Jar, MISMATCHED, Way};
use super::super::pool::{Reuse, TargetLinks};
use super::super::request::{Call, Link, NONE, Request, Stage, arriving};
use super::super::{
    CallerId, Database, DatabaseId, Demand, Ended, NewCaller, NewClass, NewDatabase, Policy, RequestEvent, Step,
    Unreached, nanos,
};
use super::{caller_timer, timeout_timer};
use crate::engine::Time;
use crate::world::app::{AppSpec, AppSpecId, Party, Whom};
use crate::world::cloudwatch::Outcome;
use crate::world::ecs::TaskId;
use crate::world::elb::{BalancerKind, LoadBalancerId, TargetGroupId, TargetId};
use crate::world::traffic::Caller;
use crate::world::{Ctx, Event, World};

/// How long a load balancer tries to connect to a target [s]; 10 s [TR-089].
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The place of the target of a request that was sent to none.
pub(super) const NO_TARGET: u32 = NONE;

/// Requests of one attempt on their way to a target group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub caller: CallerId,
    pub call: Call,
    pub balancer: LoadBalancerId,
    /// Where it is counted.
    pub meter: u32,
    /// The client's connection, and the round trips for which it is waited when it is new [count].
    pub link: Link,
    pub opening: u8,
    /// The connection is a flow that a Network Load Balancer has forgotten [TR-121].
    pub expired: bool,
    /// How long the load balancer keeps an idle connection [ns].
    pub idle_timeout: u64,
}

impl Attempt {
    /// Like [`Call::copied`].
    #[inline(always)]
    fn copied(&self) -> Attempt {
        Attempt { call: self.call.copied(), link: Link { ..self.link }, ..*self }
    }

    /// The request that comes of it, for a container behind a target.
    #[inline(always)]
    pub fn request(&self, now: Time, group: TargetGroupId, id: TargetId, (task, container): (TaskId, u16)) -> Request {
        let Attempt { caller, call, meter, link, opening, .. } = *self;
        let mut request = arriving(now, caller, meter, group, id, call);
        (request.task, request.container) = (task, container);
        (request.link, request.opening) = (link, opening);
        request
    }
}

impl World {
    /// Describes a container: what its requests take, and whom they need.
    pub fn describe_app(&mut self, spec: AppSpec, ctx: &mut Ctx) -> AppSpecId {
        let id = self.app.specs.next_id();
        let container = spec.container.clone();
        let mut services: Vec<NewCaller> = Vec::new();
        let (traffic, first) = (&self.traffic, self.traffic.callers.len() as u32);
        let mut parties = |whom: &Whom| match whom {
            Whom::Database(name, query) => match traffic.database_named(name) {
                Some(database) => Party::Database(database, query.clone()),
                None => Party::Nobody,
            },
            Whom::Service { to, class, policy } => {
                let demand = Demand::Application(id);
                let name = format!("{container} to {to} {}", class.name);
                let (classes, policy) = (vec![class.clone()], Policy::clone(policy));
                let new = NewCaller::of(name.trim_end(), to, demand);
                services.push(NewCaller { classes, policy, ..new });
                Party::Service(CallerId::from_index(first + services.len() as u32 - 1))
            }
        };
        self.app.describe(spec, &mut parties);
        for service in services {
            self.add_caller(service, ctx);
        }
        id
    }

    /// Adds a database, which applications described from now on can need.
    pub fn add_database(&mut self, new: NewDatabase, ctx: &Ctx) -> DatabaseId {
        self.traffic.databases.push(Database::new(new, ctx))
    }

    /// Adds a caller, which begins at once.
    pub fn add_caller(&mut self, new: NewCaller, ctx: &mut Ctx) -> CallerId {
        let mut names: Vec<_> = new.classes.iter().map(|class| class.name.clone()).collect();
        names.sort();
        let ids: Vec<_> = names.iter().map(|name| (name.clone(), self.app.class(name))).collect();
        let find = |name: &str| ids.iter().find(|(known, _)| known == name).map(|(_, id)| *id).unwrap_or_default();
        let caller = Caller::new(new, find, ctx);
        let id = self.traffic.callers.push(caller);
        self.begin_demand(id, ctx);
        id
    }

    /// Replaces how a caller's requests come about, from now on. The next arrival is drawn anew, which a Poisson process
    /// does not notice.
    pub fn set_demand(&mut self, id: CallerId, demand: Demand, ctx: &mut Ctx) {
        let caller = &mut self.traffic.callers[id];
        caller.demand = demand;
        caller.again.forget_new();
        self.begin_demand(id, ctx);
    }

    fn begin_demand(&mut self, id: CallerId, ctx: &mut Ctx) {
        let now = ctx.now();
        let caller = &mut self.traffic.callers[id];
        caller.draw_next(now);
        if let Demand::Closed { users, from, until, .. } = caller.demand {
            for user in 0..users {
                let at = from.max(now).after_nanos(caller.think.draw(&mut caller.draws.think));
                if at < until {
                    caller.again.push(at, new_call(at, user), true);
                }
            }
        }
        self.arm_caller(id, ctx);
    }

    /// Lets the caller's next request come in time.
    #[inline]
    pub(super) fn arm_caller(&mut self, id: CallerId, ctx: &mut Ctx) {
        match self.traffic.callers[id].due() {
            Some(next) => ctx.timers.arm(caller_timer(id), next),
            None => ctx.timers.disarm(caller_timer(id)),
        }
    }

    /// A caller's next request comes: a new one, a retry, or that of a user who has thought.
    #[inline]
    pub(super) fn call(&mut self, id: CallerId, ctx: &mut Ctx) {
        let now = ctx.now();
        let caller = &mut self.traffic.callers[id];
        let (mut call, is_new, line) = if caller.next == Some(now) {
            let line = caller.logged_line();
            caller.draw_next(now);
            let sessions = caller.jars.len() as u64;
            let user = if sessions == 0 { NONE } else { caller.draws.sessions.below(sessions) as u32 };
            (new_call(now, user), true, line)
        } else {
            match caller.again.pop() {
                Some((call, true)) => (new_call(now, call.user), true, None),
                Some((call, false)) => (call, false, None),
                None => return,
            }
        };
        if is_new {
            call.trace = self.traffic.traces.begin();
            call.class = caller.draw_class(line);
            caller.earn();
            caller.classes[usize::from(call.class)].ledger.calls += 1;
        }
        // Armed before the request goes on its way, because what becomes of it may bring the next one forward.
        if let Some(next) = caller.due() {
            ctx.timers.arm(caller_timer(id), next);
        }
        self.attempt(id, call, ctx);
    }

    /// An application's request needs another service: a call begins, whose end lets the request go on.
    #[inline(never)]
    pub(super) fn call_service(&mut self, id: CallerId, parent: (u32, u32), trace: u32, ctx: &mut Ctx) {
        let caller = &mut self.traffic.callers[id];
        caller.earn();
        caller.classes[0].ledger.calls += 1;
        let call = Call { since: ctx.now(), class: 0, attempt: 0, user: NONE, parent, trace };
        self.attempt(id, call, ctx);
    }

    /// A request is sent. Inlined, because what is known of the call need not be stored in memory then.
    #[inline(always)]
    fn attempt(&mut self, id: CallerId, call: Call, ctx: &mut Ctx) {
        let now = ctx.now();
        let versions = (self.elb.version, self.network.generation());
        let class = usize::from(call.class);
        let mut caller = &mut self.traffic.callers[id];
        caller.sent += 1;
        if caller.classes[class].route.versions != versions {
            self.find_route(id, call.class, versions);
            caller = &mut self.traffic.callers[id];
        }
        let step = Step::Sent { caller: id, class: call.class, attempt: call.attempt };
        self.traffic.traces.step(call.trace, now, || step);
        if now >= caller.resolved.until {
            // What the DNS says is used until its time to live is over [TR-005][TR-159].
            let zones = caller.balancer.map_or_else(Default::default, |balancer| self.elb.dns(balancer));
            caller.resolved.resolve(zones, now + caller.policy.dns_ttl);
        }
        let route = &caller.classes[class].route;
        let (base, rules) = (route.base, route.rules);
        if let Way::Aside(aside) = route.way {
            return self.sent_aside(id, call.copied(), aside, ctx);
        }
        let Some(zone) = caller.resolved.next() else {
            return self.unreached(id, call.copied(), Unreached::ClientNoAnswer, ctx);
        };
        let Some(balancer) = caller.balancer else { return };
        let it = &self.elb.balancers[balancer];
        if self.network.is_lost(zone) || !it.answers_in(zone) {
            // The DNS, or what the client remembers of it, does not know that nobody is there.
            return self.unreached(id, call.copied(), Unreached::ClientTimeout, ctx);
        }
        let (link, opened, expired, idle_timeout) = match it.kind {
            BalancerKind::Application => {
                let idle_timeout = nanos(it.attributes.idle_timeout);
                let idle = idle_timeout.min(caller.keep_alive);
                if caller.carriage.is_shared {
                    let (link, opened) = caller.take_shared(zone, now, idle);
                    (link, opened, false, idle_timeout)
                } else {
                    let (link, since) = caller.links.take(zone, now, idle, |_, _| true);
                    (link, since.is_none(), false, idle_timeout)
                }
            }
            BalancerKind::Network => {
                // It forgets a silent flow without a word: its client does not know [TR-121].
                let idle = nanos(self.elb.idle_timeout(balancer, caller.port));
                let open = |link: &Link, idle: u64| link.is_open(idle, &self.elb, &self.app, &self.network);
                let (link, since) = caller.links.take(zone, now, caller.keep_alive, open);
                let silent = since.map(|since| now.as_nanos() - since.as_nanos());
                (link, since.is_none(), silent.is_some_and(|silent| silent >= idle), idle)
            }
        };
        // One that can be shared is counted from the moment at which it is taken.
        let own = u32::from(link.carrier != NONE);
        if opened
            && self.assume.connections_max.is_some_and(|most| self.is_crowded(balancer, most.saturating_add(own), now))
        {
            self.cloudwatch.meter(base + zone.index() as u32).rejected();
            if link.carrier != NONE {
                self.traffic.callers[id].leave_shared(link, now, true);
            }
            return self.unreached(id, call.copied(), Unreached::ClientRefused, ctx);
        }
        let caller = &mut self.traffic.callers[id];
        caller.busy += 1;
        self.traffic.traces.step(call.trace, now, || Step::Node(balancer, zone));
        let place = zone.index() as u32;
        let opening = if opened { caller.carriage.opening } else { 0 };
        let meter = base + place;
        let mut attempt = Attempt { caller: id, call, balancer, meter, link, opening, expired, idle_timeout };
        let group = match &caller.classes[class].route.way {
            Way::Group(group, base) => {
                attempt.meter = base + place;
                *group
            }
            Way::Weighted(shares, sticky_for) => {
                let stuck = caller.jars.get(call.user as usize).and_then(|jar| jar.group).filter(|(_, end)| now < *end);
                let stuck = stuck.and_then(|(group, _)| shares.iter().find(|(share, ..)| *share == group));
                // No failover: a group's share is sent to it even when it is empty [TR-025].
                let chosen = stuck.or_else(|| {
                    let draw = caller.draws.shares.below(shares.last().map_or(0, |(.., sum)| *sum));
                    shares.iter().find(|(.., sum)| draw < *sum)
                });
                match chosen {
                    Some(&(_, MISMATCHED, _)) => {
                        return self.refuse(attempt.copied(), Outcome::ProtocolMismatch, rules, ctx);
                    }
                    Some(&(group, base, _)) => {
                        attempt.meter = base + place;
                        if let (Some(lasts), Some(jar)) = (*sticky_for, caller.jars.get_mut(call.user as usize)) {
                            jar.group = Some((group, now.after_nanos(lasts)));
                        }
                        group
                    }
                    // All weights are zero [TR-155].
                    None => return self.refuse(attempt.copied(), Outcome::NoTarget, rules, ctx),
                }
            }
            Way::Answer(outcome) => {
                let outcome = *outcome;
                return self.refuse(attempt.copied(), outcome, rules, ctx);
            }
            Way::Flow(_) => return self.flow(attempt.copied(), base, ctx),
            Way::Aside(_) => return,
        };
        let cookie = if call.user == NONE { None } else { self.cookie(id, call.user, now) };
        let pick = self.elb.pick(group, zone, now, cookie);
        let meter = self.cloudwatch.meter(attempt.meter);
        meter.arrived(rules, u32::from(opened));
        let Some(target) = pick.target else {
            return self.answer_at_once(attempt.copied(), id_of_none(), Outcome::NoTarget, 0, ctx);
        };
        meter.forwarded(pick.fail_open, cookie.is_some() && !pick.stuck);
        self.forward(attempt, group, target, ctx);
    }

    /// Whether a load balancer has as many connections as it takes [TR-136][TR-151]. Network Load Balancers take any number.
    #[cold]
    fn is_crowded(&self, balancer: LoadBalancerId, most: u32, now: Time) -> bool {
        let counts = self.elb.balancers[balancer].kind == BalancerKind::Application;
        counts && self.traffic.open_connections(balancer, &self.elb, now) >= u64::from(most)
    }

    /// The target that a session's cookie names.
    fn cookie(&self, id: CallerId, user: u32, now: Time) -> Option<TargetId> {
        let jar: &Jar = self.traffic.callers[id].jars.get(user as usize)?;
        jar.target.filter(|(_, end)| now < *end).map(|(target, _)| target)
    }

    /// A request did not reach its load balancer.
    pub(super) fn unreached(&mut self, id: CallerId, call: Call, why: Unreached, ctx: &mut Ctx) {
        let caller = &mut self.traffic.callers[id];
        caller.unreached[why as usize] += 1;
        let balancer = caller.balancer;
        self.traffic.traces.step(call.trace, ctx.now(), || Step::Failed(why));
        self.sample_unreached(balancer, why, ctx);
        ctx.fold(ctx.now().as_nanos());
        ctx.fold(why as u64);
        let after = match why {
            Unreached::ClientTimeout => nanos(self.assume.client_connect_timeout).min(self.traffic.callers[id].timeout),
            _ => self.round_trip(id),
        };
        self.conclude(id, call, Ended::Failed(why), after, ctx);
    }

    /// Sends the request to the target that was picked. There is no queue and no second try [TR-149][TR-150]. Apart from
    /// [`World::attempt`] to be read, not to be called.
    #[inline(always)]
    fn forward(&mut self, attempt: Attempt, group: TargetGroupId, id: TargetId, ctx: &mut Ctx) {
        let now = ctx.now();
        let Attempt { caller, call, balancer, meter, idle_timeout, .. } = attempt;
        let (to, port, reachable) = self.come_to(balancer, id, ctx);
        if call.user != NONE {
            self.remember(caller, call.user, group, id, now);
        }
        if !reachable {
            // Dropped without a word: 504 when the load balancer gives up [TR-101][IA-106].
            self.elb.began(id);
            self.traffic.requests.insert(attempt.request(now, group, id, to));
            let event = Event::Request(RequestEvent::ConnectTimeout(caller));
            let patience = self.connect_patience(caller);
            let lines = self.traffic.requests.lines(caller);
            if lines.alarm.is_none() {
                lines.alarm = Some(ctx.within(None, |ctx| ctx.send(patience, event)));
            }
            return;
        }
        let app = self.app.tasks.get(to.0.index()).and_then(Option::as_ref);
        // A match, because `filter` would be a call in WebAssembly.
        let listening = match app.and_then(|app| app.processes.get(usize::from(to.1))) {
            Some(process) if process.listens_on(port) => Some(process),
            _ => None,
        };
        let Some(process) = listening else {
            // Nothing listens: the connection is refused [TR-099][IA-107].
            self.cloudwatch.meter(meter).connected();
            self.failed_to_connect(id, ctx);
            let after = nanos(self.assume.target_round_trip);
            return self.answer_at_once(attempt.copied(), id, Outcome::ConnectionRefused, after, ctx);
        };
        let keep_alive = self.app.profiles[process.spec.index()].keep_alive;
        let end = (to.0, process.run);
        if self.traffic.links.len() <= id.index() {
            self.make_links(id);
        }
        let round_trip = nanos(self.assume.target_round_trip);
        let reuse = self.traffic.links[id.index()].take(now, end, idle_timeout, keep_alive, round_trip);
        let opened_target = reuse == Reuse::Opened;
        if opened_target {
            self.cloudwatch.meter(meter).connected();
        }
        self.traffic.traces.step(call.trace, now, || Step::Target(id, opened_target));
        if reuse == Reuse::JustClosed {
            // The target has closed the connection, and its word is still on the way [TR-088].
            self.failed_to_connect(id, ctx);
            return self.answer_at_once(attempt.copied(), id, Outcome::KeepAliveElapsed, round_trip, ctx);
        }
        self.elb.began(id);
        let mut request = attempt.request(now, group, id, to);
        (request.stage, request.opened_target) = (Stage::Working, opened_target);
        let slot = self.traffic.requests.insert(request);
        self.enter(slot, to, ctx);
    }

    /// The container behind a target to which a request comes, the port that it is for, and whether packets get there.
    #[inline(always)]
    pub(super) fn come_to(
        &mut self,
        balancer: LoadBalancerId,
        id: TargetId,
        ctx: &mut Ctx,
    ) -> ((TaskId, u16), u16, bool) {
        if self.elb.sleeps(id) {
            self.wake_checks(id, ctx);
        }
        let target = &mut self.elb.targets[id];
        let reachable = target.reachable(&self.elb.balancers[balancer], &self.network);
        ((target.task, target.container), target.inside, reachable)
    }

    /// Something happens to a target whose checks were left out.
    #[cold]
    fn wake_checks(&mut self, id: TargetId, ctx: &mut Ctx) {
        self.elb.look_behind(id, &self.ecs);
        self.elb.wake_task(self.elb.targets[id].task, ctx);
    }

    /// Connections to this target, and to all before it, can be counted from now on.
    #[cold]
    fn make_links(&mut self, last: TargetId) {
        for index in self.traffic.links.len()..=last.index() {
            let group = self.elb.targets[TargetId::from_index(index as u32)].group;
            self.traffic.links.push(TargetLinks::of(self.elb.groups[group].version));
        }
    }

    /// A connection to a target failed, which anomaly detection looks at [TR-080].
    fn failed_to_connect(&mut self, target: TargetId, ctx: &mut Ctx) {
        self.elb.began(target);
        self.elb.ended(target, 0, true);
        self.elb.suspect(target, ctx);
    }

    /// A session's cookies are set anew with each answer; the time of the request is near enough [TR-082].
    fn remember(&mut self, caller: CallerId, user: u32, group: TargetGroupId, target: TargetId, now: Time) {
        if let Some(lasts) = self.elb.groups[group].attributes.stickiness.lasts()
            && let Some(jar) = self.traffic.callers[caller].jars.get_mut(user as usize)
        {
            jar.target = Some((target, now + lasts));
        }
    }

    /// Lets a caller's timer ring when its oldest request is late.
    #[inline(always)]
    pub(super) fn watch(&mut self, caller: CallerId, now: Time, ctx: &mut Ctx) {
        if !self.traffic.requests.lines(caller).armed {
            self.begin_watch(caller, now, ctx);
        }
    }

    #[cold]
    fn begin_watch(&mut self, caller: CallerId, now: Time, ctx: &mut Ctx) {
        let patience = self.patience(caller);
        self.traffic.requests.lines(caller).armed = true;
        ctx.timers.arm(timeout_timer(caller), now.after_nanos(patience));
    }

    /// The load balancer answers at once, by itself, a request that it has not yet counted.
    pub(super) fn refuse(&mut self, attempt: Attempt, outcome: Outcome, rules: u32, ctx: &mut Ctx) {
        self.cloudwatch.meter(attempt.meter).arrived(rules, u32::from(attempt.opening > 0));
        self.answer_at_once(attempt, id_of_none(), outcome, 0, ctx);
    }

    /// The load balancer answers at once, by itself; `after` is how long it needed for that [ns].
    pub(super) fn answer_at_once(
        &mut self,
        attempt: Attempt,
        target: TargetId,
        outcome: Outcome,
        after: u64,
        ctx: &mut Ctx,
    ) {
        let Attempt { caller, call, meter, link, opening, .. } = attempt;
        let after = after + (1 + u64::from(opening)) * self.round_trip(caller);
        let now = ctx.now();
        self.settle((caller, call, link), meter, target, outcome, (now, after), 0, outcome.leaves_connection(), ctx);
    }
}

pub(super) fn id_of_none() -> TargetId {
    TargetId::from_index(NO_TARGET)
}

/// A call that begins; its class is drawn when it is made.
#[inline]
pub(super) fn new_call(since: Time, user: u32) -> Call {
    Call { since, class: 0, attempt: 0, user, parent: (NONE, NONE), trace: 0 }
}

/// What an application asks of another service when nothing is said about it.
impl From<&str> for NewClass {
    fn from(name: &str) -> NewClass {
        NewClass { name: name.to_owned(), ..NewClass::default() }
    }
}

/// Applications give up, lest they wait for ever: 30 s unless set.
impl Policy {
    /// What an application does about time and failure unless told otherwise.
    pub fn of_application() -> Policy {
        Policy { timeout: Some(Duration::from_secs(30)), ..Policy::default() }
    }
}
