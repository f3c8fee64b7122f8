//! A call through the proxies of Service Connect: that of the caller's task picks a host, and another when that fails; that of
//! the host hands it to the application.

use std::time::Duration;

use super::super::caller::Aside;
use super::super::proxy::{Outlet, To};
use super::super::request::{Call, NONE, Stage, Via, arriving};
use super::super::{CallerId, Demand, Ended, RequestEvent, Step, Unreached, nanos};
use super::arrive::{NO_TARGET, id_of_none};
use crate::engine::Time;
use crate::world::cloudwatch::Outcome;
use crate::world::discovery::RegistryId;
use crate::world::ecs::{TaskId, TaskStatus};
use crate::world::elb::{Reach, TargetGroupId};
use crate::world::network::Peer;
use crate::world::{Ctx, Event, Fact, World};

/// Further hosts that a request is given to when connections fail [count] [CP-242].
const RETRIES: u8 = 2;

/// A registry that is none.
const NO_REGISTRY: RegistryId = RegistryId::from_index(u32::MAX);

/// A request on its way to a host.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub caller: CallerId,
    pub call: Call,
    /// The caller's task, and which way out of it.
    pub from: TaskId,
    pub place: usize,
    pub registry: RegistryId,
    /// The host that has just failed.
    failed: Option<TaskId>,
    /// How many hosts have failed it, and how many of them refused the connection, which takes a round trip each [count].
    tries: u8,
    refused: u8,
}

impl World {
    /// A request that no load balancer gets.
    pub(super) fn sent_aside(&mut self, id: CallerId, call: Call, aside: Aside, ctx: &mut Ctx) {
        match aside {
            Aside::Nowhere(why) => self.unreached(id, call, why, ctx),
            Aside::Proxy => self.call_endpoint(id, call, ctx),
        }
    }

    /// An application calls a name that is none of a load balancer: the proxy of its task looks for the endpoint.
    fn call_endpoint(&mut self, id: CallerId, call: Call, ctx: &mut Ctx) {
        let (slot, generation) = call.parent;
        if slot == NONE || !self.traffic.requests.is(slot, generation) {
            // Whoever asked has ended, and its proxy with it.
            return self.unreached(id, call, Unreached::ClientNoAnswer, ctx);
        }
        let from = self.traffic.requests.get(slot).task;
        let place = match self.traffic.proxies.place(from, id) {
            Some(place) => place,
            None => self.find_endpoint(from, id, ctx),
        };
        let outlet = self.traffic.proxies.outlet(from, place);
        let mut attempt =
            Attempt { caller: id, call, from, place, registry: NO_REGISTRY, failed: None, tries: 0, refused: 0 };
        let registry = match outlet.to {
            To::Endpoint(registry) => registry,
            To::Addresses(registry) => {
                attempt.registry = registry;
                return self.call_by_dns(id, call, attempt, ctx);
            }
            To::Nowhere => return self.call_nobody(attempt, ctx),
        };
        attempt.registry = registry;
        let behind = &self.discovery.registries[registry];
        if outlet.version != behind.version {
            outlet.refresh(&behind.hosts, behind.version);
            self.traffic.callers[id].proxy_patience = patience_of(behind.endpoint.as_ref());
        }
        self.cloudwatch.endpoint(registry).arrived(0, 0);
        self.traffic.traces.step(call.trace, ctx.now(), || Step::Endpoint(registry));
        self.try_hosts(attempt, ctx);
    }

    /// A name that does not resolve: it is looked for again when the DNS may know more.
    #[cold]
    fn call_nobody(&mut self, it: Attempt, ctx: &mut Ctx) {
        let version = self.discovery.version;
        if self.traffic.proxies.outlet(it.from, it.place).version != version {
            self.traffic.proxies.outlet(it.from, it.place).version = version;
            if let Some(registry) = self.registry_of(&self.traffic.callers[it.caller].to) {
                self.traffic.proxies.outlet(it.from, it.place).to = To::Addresses(registry);
                return self.call_by_dns(it.caller, it.call, Attempt { registry, ..it }, ctx);
            }
        }
        self.unreached(it.caller, it.call, Unreached::ClientNoAnswer, ctx);
    }

    /// Looks a name up that an application in a task calls, once for each task: what it may know is fixed when its deployment
    /// starts [CP-241]. A name that does not resolve is told of once.
    #[cold]
    fn find_endpoint(&mut self, from: TaskId, id: CallerId, ctx: &mut Ctx) -> usize {
        let name = self.traffic.callers[id].to.clone();
        let task = &self.ecs.tasks[from];
        let deployment = task.deployment;
        let endpoint = deployment.and_then(|deployment| self.ecs.endpoint_for(deployment, &name, self));
        let to = match (endpoint, self.registry_of(&name)) {
            (Some(registry), _) => To::Endpoint(registry),
            (None, Some(registry)) => To::Addresses(registry),
            (None, None) => To::Nowhere,
        };
        let mut outlet = Outlet::new(id, to);
        // Proxies do not all begin with the same host.
        let entity = format!("{}/{}", task.name, self.traffic.callers[id].name);
        outlet.turn = ctx.stream("proxy-turn", &entity).below(1 << 16) as usize;
        if to == To::Nowhere {
            outlet.version = self.discovery.version;
            let because = deployment.map(|deployment| self.ecs.deployments[deployment].because);
            let by = self.why_unknown(from, &name).into();
            ctx.within(because, |ctx| ctx.record(Fact::NameUnresolved { task: from, name: name.as_str().into(), by }));
        }
        self.traffic.proxies.put(from, outlet)
    }

    /// Why a task does not know a name, in words.
    fn why_unknown(&self, from: TaskId, name: &str) -> String {
        let Some(connect) = self.ecs.connect_of(from) else {
            return "its service does not have Service Connect enabled, and there is no load balancer of this name"
                .into();
        };
        let namespace = &self.discovery.namespaces[connect.namespace].name;
        let host = name.split(':').next().unwrap_or(name);
        let later = self
            .discovery
            .registries_in(connect.namespace)
            .find(|(_, registry)| registry.endpoint.as_ref().is_some_and(|endpoint| endpoint.dns_name == host));
        match later.and_then(|(_, registry)| registry.endpoint.as_ref()) {
            Some(endpoint) if !name.ends_with(&format!(":{}", endpoint.port)) && name.contains(':') => {
                format!("the endpoint {host} has the port {}", endpoint.port)
            }
            Some(_) => "the endpoint was made after the deployment of the task began".into(),
            None => format!("no service offers it in the namespace {namespace}"),
        }
    }

    /// Gives a request to the host whose turn it is, or to another one when connections fail [CP-242].
    fn try_hosts(&mut self, mut it: Attempt, ctx: &mut Ctx) {
        let now = ctx.now();
        let Some(endpoint) = &self.discovery.registries[it.registry].endpoint else { return };
        let (http, idle) = (endpoint.http, endpoint.idle_timeout.map_or(u64::MAX, nanos));
        loop {
            // What the proxy takes for bytes goes where its connection goes.
            let kept = if http { None } else { self.kept_flow(&it, idle, now) };
            let outlet = self.traffic.proxies.outlet(it.from, it.place);
            let Some(place) = kept.or_else(|| outlet.pick(now, it.failed)) else {
                return self.proxied_at_once(it, None, Outcome::NoHost, ctx);
            };
            let host = outlet.hosts[place].host;
            if !self.gets_through(&it, place, ctx) {
                // Dropped without a word: another host is tried when nobody has answered for some time.
                return self.connect_in_vain(it, host.task, place, ctx);
            }
            // A proxy that drains takes nothing new [CP-244].
            let drains = self.ecs.tasks[host.task].status >= TaskStatus::Stopping;
            if drains || !self.app.listens((host.task, host.container), host.inside) {
                it.refused += 1;
                if self.host_failed(&mut it, host.task, ctx) {
                    continue;
                }
                return self.proxied_at_once(it, Some(host.task), Outcome::HostUnreachable, ctx);
            }
            let links = &mut self.traffic.proxies.outlet(it.from, it.place).hosts[place].links;
            let opened = match kept {
                Some(_) => false,
                None if http => links.take(now, (host.task, 0), idle, None, 0) == super::super::pool::Reuse::Opened,
                None => true,
            };
            self.traffic.traces.step(it.call.trace, now, || Step::Host(host.task, opened));
            let mut request = self.proxied(&it, host.task, place, now);
            request.container = host.container;
            request.opened_target = opened;
            request.stage = Stage::Working;
            // The proxy of the host takes its part of the task's CPU [CP-240].
            request.work = nanos(self.assume.proxy_cpu);
            let slot = self.traffic.requests.insert(request);
            return self.come_in(slot, (host.task, host.container), ctx);
        }
    }

    pub(super) fn proxied(
        &self,
        it: &Attempt,
        host: TaskId,
        place: usize,
        now: Time,
    ) -> super::super::request::Request {
        let group = TargetGroupId::from_index(NO_TARGET);
        let mut request = arriving(now, it.caller, 0, group, id_of_none(), it.call);
        request.task = host;
        let (outlet, host) = (it.place as u16, place.min(usize::from(u16::MAX)) as u16);
        request.via = Via::Proxy { from: it.from, outlet, host, tries: it.tries, refused: it.refused };
        request
    }

    /// A connection that a caller's application has open, where the proxy sees no requests: it leads to the host that it
    /// always led to.
    pub(super) fn kept_flow(&mut self, it: &Attempt, idle: u64, now: Time) -> Option<usize> {
        if it.tries > 0 {
            return None;
        }
        let limit = idle.min(self.traffic.callers[it.caller].keep_alive);
        let outlet = self.traffic.proxies.outlet(it.from, it.place);
        while let Some((since, task)) = outlet.flows.pop() {
            if now.since(since).as_nanos() >= u128::from(limit) {
                outlet.flows.clear();
                return None;
            }
            let Some(place) = outlet.place_of(task, u16::MAX) else { continue };
            let host = outlet.hosts[place].host;
            if self.app.listens((task, host.container), host.inside) {
                return Some(place);
            }
        }
        None
    }

    /// Whether packets get from a task to a host: answered by the network, and kept until it changes.
    #[inline]
    pub(super) fn gets_through(&mut self, it: &Attempt, place: usize, ctx: &mut Ctx) -> bool {
        match self.traffic.proxies.outlet(it.from, it.place).hosts[place].reach {
            Some(reach) if reach.generation == self.network.generation() => reach.open,
            _ => self.look_for_host(it, place, ctx),
        }
    }

    /// Whether packets get from a task to a host, as long as the network stays as it is. What is in the way is told of once.
    #[cold]
    fn look_for_host(&mut self, it: &Attempt, place: usize, ctx: &mut Ctx) -> bool {
        let upstream = &self.traffic.proxies.outlet(it.from, it.place).hosts[place];
        let (host, before) = (upstream.host, upstream.reach);
        let answer = match self.eni_for(it.from) {
            Some(own) => self.network.reach(Peer::Eni(own), host.eni, host.port),
            None => Ok(()),
        };
        if let Err(blocked) = &answer
            && before.is_none_or(|before| before.open)
        {
            let (from, to) = (self.ecs.tasks[it.from].name.clone(), self.ecs.tasks[host.task].name.clone());
            let fact = Fact::ConnectionBlocked { from, to, port: host.port, by: blocked.by.clone() };
            ctx.within(blocked.because, |ctx| ctx.record(fact));
        }
        let reach = Reach { generation: self.network.generation(), open: answer.is_ok() };
        self.traffic.proxies.outlet(it.from, it.place).hosts[place].reach = Some(reach);
        reach.open
    }

    /// The interface that a task sends through.
    fn eni_for(&self, task: TaskId) -> Option<crate::world::network::EniId> {
        let of_host = || {
            let instance = self.ecs.tasks[task].instance?;
            Some(self.ec2.hosts[self.ecs.instances[instance].host].eni)
        };
        self.network.eni_of(task).or_else(of_host)
    }

    /// Nobody answers a connection: the request waits until its proxy gives that host up.
    fn connect_in_vain(&mut self, it: Attempt, host: TaskId, place: usize, ctx: &mut Ctx) {
        let request = self.proxied(&it, host, place, ctx.now());
        self.traffic.requests.insert(request);
        let patience = self.connect_patience(it.caller);
        let lines = self.traffic.requests.lines(it.caller);
        if lines.alarm.is_none() {
            let event = Event::Request(RequestEvent::ConnectTimeout(it.caller));
            lines.alarm = Some(ctx.within(None, |ctx| ctx.send(patience, event)));
        }
    }

    /// A host has not answered a connection for as long as its proxy waits, or its client does.
    pub(super) fn connect_failed(&mut self, slot: u32, gave_up: bool, ctx: &mut Ctx) {
        let request = self.traffic.requests.get(slot);
        let Via::Proxy { from, outlet, tries, refused, .. } = request.via else { return };
        let (caller, call, host) = (request.caller, request.call, request.task);
        self.traffic.requests.settle(slot);
        self.traffic.requests.free(slot);
        let place = usize::from(outlet);
        let Some(registry) = self.traffic.proxies.outlet(from, place).to.registry() else { return };
        let mut it = Attempt { caller, call, from, place, registry, failed: None, tries, refused };
        if gave_up {
            return self.proxied_at_once(it, Some(host), Outcome::ClientClosed, ctx);
        }
        if self.host_failed(&mut it, host, ctx) {
            return self.try_hosts(it, ctx);
        }
        self.proxied_at_once(it, Some(host), Outcome::HostUnreachable, ctx);
    }

    /// A connection to a host has failed: whether another one is tried. A host that fails too often is left alone [CP-242].
    fn host_failed(&mut self, it: &mut Attempt, host: TaskId, ctx: &mut Ctx) -> bool {
        self.count_failure(it.from, it.place, host, ctx);
        it.failed = Some(host);
        it.tries += 1;
        it.tries <= RETRIES
    }

    fn count_failure(&mut self, from: TaskId, place: usize, host: TaskId, ctx: &mut Ctx) {
        let (first, most) = (self.assume.proxy_ejection, self.assume.proxy_ejection_max);
        let outlet = self.traffic.proxies.outlet(from, place);
        let Some(registry) = outlet.to.registry() else { return };
        let Some(found) = outlet.place_of(host, u16::MAX) else { return };
        if let Some(lasts) = outlet.hosts[found].fail(ctx.now(), first, most) {
            let because = self.ecs.tasks[host].because;
            let seconds = lasts.as_secs() as u32;
            ctx.within(Some(because), |ctx| ctx.record(Fact::HostEjected { task: from, host, registry, seconds }));
        }
    }

    /// A request that was given to a host is answered, by it or in its place.
    #[inline]
    pub(super) fn proxied_answered(&mut self, slot: u32, outcome: Outcome, ctx: &mut Ctx) {
        let now = ctx.now();
        let request = self.traffic.requests.get(slot);
        let Via::Proxy { from, outlet, host, refused, .. } = request.via else { return };
        let (caller, call, bytes, task) = (request.caller, request.call, request.bytes, request.task);
        let round_trip = nanos(self.assume.target_round_trip);
        let at_host = now.as_nanos() - request.arrived.as_nanos() + round_trip;
        let trips = 1 + u64::from(request.opened_target) + u64::from(refused);
        self.traffic.requests.settle(slot);
        let place = usize::from(outlet);
        let way = self.traffic.proxies.outlet(from, place);
        // Without a proxy it is the caller's own connection that is reset.
        let is_direct = matches!(way.to, To::Addresses(_));
        let outcome = if is_direct && outcome == Outcome::HostReset { Outcome::ResetByTarget } else { outcome };
        let Some(registry) = way.to.registry() else { return };
        if matches!(outcome, Outcome::Target(..)) {
            let http = self.discovery.registries[registry].endpoint.as_ref().is_some_and(|endpoint| endpoint.http);
            match way.place_of(task, host) {
                Some(found) if http => way.hosts[found].links.keep(now),
                Some(_) => way.flows.push((now, task)),
                None => {}
            }
            self.cloudwatch.host_responded(registry, at_host);
        } else if outcome == Outcome::HostReset {
            self.count_failure(from, place, task, ctx);
        }
        self.settle_proxied((caller, call), registry, Some(task), outcome, trips * round_trip, u64::from(bytes), ctx);
    }

    /// The proxy answers at once, by itself.
    fn proxied_at_once(&mut self, it: Attempt, host: Option<TaskId>, outcome: Outcome, ctx: &mut Ctx) {
        let after = u64::from(it.refused) * nanos(self.assume.target_round_trip);
        self.settle_proxied((it.caller, it.call), it.registry, host, outcome, after, 0, ctx);
    }

    /// The caller has its answer, or has gone; it learns of it `after` so long [ns].
    #[allow(clippy::too_many_arguments, reason = "each is known to the caller alone")]
    fn settle_proxied(
        &mut self,
        (id, call): (CallerId, Call),
        registry: RegistryId,
        host: Option<TaskId>,
        outcome: Outcome,
        after: u64,
        bytes: u64,
        ctx: &mut Ctx,
    ) {
        let now = ctx.now();
        self.cloudwatch.endpoint(registry).settle(outcome, bytes);
        self.traffic.traces.step(call.trace, now, || Step::Answered(outcome));
        let latency = now.as_nanos() - call.since.as_nanos() + after;
        // As behind a load balancer: when, and which host, which end, after how long.
        let host = host.map_or(0, |host| host.index() as u64 + 1);
        ctx.fold(now.as_nanos());
        ctx.fold(latency ^ (u64::from(outcome.status()) << 54) ^ (host << 24) ^ outcome.cause() as u64);
        let (ended, after) = match outcome {
            Outcome::ClientClosed => (Ended::Failed(Unreached::ClientGaveUp), 0),
            Outcome::ResetByTarget => (Ended::Failed(Unreached::ClientReset), after),
            _ => (Ended::Answered(outcome.status()), after),
        };
        self.conclude(id, call, ended, after, ctx);
    }

    /// How long a connection is waited for: by the proxy of an application, or by a load balancer; or by whoever calls, if
    /// that is less.
    pub(super) fn connect_patience(&self, id: CallerId) -> Duration {
        let caller = &self.traffic.callers[id];
        let proxied = caller.balancer.is_none() && matches!(caller.demand, Demand::Application(_));
        let most = if proxied { self.assume.proxy_connect_timeout } else { super::arrive::CONNECT_TIMEOUT };
        most.min(Duration::from_nanos(caller.timeout))
    }
}

/// How long a proxy waits for an answer [ns]: the shorter of both timeouts [CP-242].
fn patience_of(endpoint: Option<&crate::world::discovery::Endpoint>) -> u64 {
    let timeouts = endpoint.map(|endpoint| [endpoint.idle_timeout, endpoint.request_timeout]);
    timeouts.into_iter().flatten().flatten().map(nanos).min().unwrap_or(u64::MAX)
}
