//! The path of a request.

use std::time::Duration;

use super::request::{Stage, arriving};
use super::sample::{Ending, RequestSample};
use super::{RequestEvent, Route, SourceId, Unreached, Way};
use crate::engine::Time;
use crate::world::app::AppSpecId;
use crate::world::cloudwatch::Outcome;
use crate::world::ecs::TaskId;
use crate::world::elb::{Action, BalancerState, LoadBalancerId, RequestLine, TargetGroupId, TargetId};
use crate::world::network::ZoneId;
use crate::world::{Ctx, Event, Fact, World};

/// How long a load balancer tries to connect to a target [s]; 10 s [TR-089].
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The place of the target of a request that was sent to none.
const NO_TARGET: u32 = u32::MAX;

/// Timer slots: every fourth one belongs to the CPU of a task.
const CPU: u32 = 0;
/// The next to a source.
const SOURCE: u32 = 1;
/// The next to the waiting room of an application.
const WAITING: u32 = 2;

pub(super) fn source_timer(source: SourceId) -> u32 {
    source.index() as u32 * 4 + SOURCE
}

fn cpu_timer(task: TaskId) -> u32 {
    task.index() as u32 * 4 + CPU
}

fn waiting_timer(spec: AppSpecId) -> u32 {
    spec.index() as u32 * 4 + WAITING
}

#[inline]
fn nanos(duration: Duration) -> u64 {
    duration.as_secs() * 1_000_000_000 + u64::from(duration.subsec_nanos())
}

impl World {
    /// Reacts to one event of the request path.
    #[inline]
    pub(in crate::world) fn handle_request(&mut self, event: RequestEvent, ctx: &mut Ctx) {
        match event {
            RequestEvent::IdleTimeout(balancer) => self.idle_timeout(balancer, ctx),
            RequestEvent::IdleTimeoutChanged(balancer) => {
                if let Some(alarm) = self.traffic.requests.lines(balancer).forwarded.alarm {
                    ctx.cancel(alarm);
                }
                self.idle_timeout(balancer, ctx);
            }
            RequestEvent::ConnectTimeout(balancer) => self.connect_timeout(balancer, ctx),
            RequestEvent::Cut(target) => self.cut(target, ctx),
            RequestEvent::Lost(task, container) => self.lost(task, container, ctx),
        }
    }

    /// A timer rang: a source's next request arrives, the first of a task's requests has had its CPU time, or the
    /// first of an application's requests has waited long enough.
    #[inline]
    pub(in crate::world) fn head_finished(&mut self, slot: u32, ctx: &mut Ctx) {
        match slot % 4 {
            SOURCE => self.arrive(SourceId::from_index(slot / 4), ctx),
            WAITING => self.wait_over(AppSpecId::from_index(slot / 4), ctx),
            _ => self.cpu_done(TaskId::from_index(slot / 4), ctx),
        }
    }

    /// A request arrives at its load balancer.
    #[inline]
    fn arrive(&mut self, id: SourceId, ctx: &mut Ctx) {
        let now = ctx.now();
        let source = &mut self.traffic.sources[id];
        source.sent += 1;
        if let Some(next) = source.arrivals.next(now, &mut source.gaps) {
            ctx.timers.arm(source_timer(id), next);
        }
        let versions = (self.elb.version, self.network.generation());
        if source.route.versions != versions {
            let way = self.way(id);
            self.traffic.sources[id].route = Route { versions, way };
        }
        let source = &mut self.traffic.sources[id];
        let balancer = source.balancer;
        let group = match source.route.way {
            Way::Group(group) => group,
            Way::Weighted(listener, rule) => {
                let shares = self.elb.listeners[listener].rules[rule as usize].action.shares();
                // No failover: a group's share is sent to it even when it is empty [TR-025].
                let mut draw = source.shares.below(shares.iter().map(|share| u64::from(share.weight)).sum());
                let chosen = shares.iter().find(|share| {
                    let hit = draw < u64::from(share.weight);
                    draw = draw.saturating_sub(u64::from(share.weight));
                    hit
                });
                match chosen {
                    Some(share) => share.group,
                    // All weights are zero [TR-155].
                    None => return self.refuse(balancer, Outcome::NoTarget, ctx),
                }
            }
            Way::Fixed(status) => return self.refuse(balancer, Outcome::FixedResponse(status), ctx),
            Way::None(why) => {
                source.unreached[why as usize] += 1;
                self.cloudwatch.balancer(balancer).unreached(why);
                let ended =
                    RequestSample { at: now, latency: None, balancer, target: None, ending: Ending::Unreached(why) };
                self.traffic.samples.offer(|| ended);
                ctx.fold(now.as_nanos());
                return ctx.fold(why as u64);
            }
        };
        self.forward(id, balancer, group, ctx);
    }

    /// Which way the requests of a source take.
    #[cold]
    fn way(&self, id: SourceId) -> Way {
        let source = &self.traffic.sources[id];
        let balancer = &self.elb.balancers[source.balancer];
        if balancer.state != BalancerState::Active || balancer.deleted.is_some() {
            return Way::None(Unreached::ClientNoAnswer);
        }
        if !self.elb.reached_by_clients(source.balancer, source.port, &self.network) {
            return Way::None(Unreached::ClientTimeout);
        }
        let Some(listener) = self.elb.listener_on(source.balancer, source.port) else {
            return Way::None(Unreached::ClientRefused);
        };
        let routed = self.elb.route(listener, &RequestLine::default());
        match routed.action {
            Action::Forward(forward) => match forward.shares.as_slice() {
                [share] if share.weight > 0 => Way::Group(share.group),
                _ => Way::Weighted(listener, routed.rule as u32),
            },
            Action::FixedResponse { status, .. } => Way::Fixed(*status),
            Action::Redirect(redirect) => Way::Fixed(redirect.status),
        }
    }

    /// Picks a target and sends the request there. There is no queue and no second try [TR-149][TR-150].
    #[inline]
    fn forward(&mut self, source: SourceId, balancer: LoadBalancerId, group: TargetGroupId, ctx: &mut Ctx) {
        let now = ctx.now();
        // Clients come to the nodes by turns.
        let node = self.elb.dns(balancer).nth(self.traffic.sources[source].sent).unwrap_or(ZoneId::from_index(0));
        let pick = self.elb.pick(group, node, now, None);
        let fail_open = pick.fail_open;
        let Some(id) = pick.target else {
            self.cloudwatch.group(group).refused(Outcome::NoTarget);
            return self.refuse(balancer, Outcome::NoTarget, ctx);
        };
        self.cloudwatch.group(group).forwarded(fail_open);
        self.cloudwatch.balancer(balancer).forwarded(fail_open);
        let target = &mut self.elb.targets[id];
        let to = (target.task, target.container);
        let mut request = arriving(now, balancer, group, id, to);
        if !target.reachable(&self.elb.balancers[balancer], &self.network) {
            // Dropped without a word: 504 when the load balancer gives up [TR-101][IA-106].
            self.elb.began(id);
            let (_, quiet) = self.traffic.requests.insert(request);
            if quiet {
                let event = Event::Request(RequestEvent::ConnectTimeout(balancer));
                let alarm = ctx.within(None, |ctx| ctx.send(CONNECT_TIMEOUT, event));
                self.traffic.requests.lines(balancer).connecting.alarm = Some(alarm);
            }
            return;
        }
        let app = self.app.tasks.get_mut(to.0.index()).and_then(Option::as_mut);
        let port = target.port;
        let process = app.and_then(|app| {
            let process = app.processes.get_mut(usize::from(to.1)).filter(|process| process.listens_on(port))?;
            Some((&mut app.processor, process))
        });
        let Some((processor, process)) = process else {
            // Nothing listens: the connection is refused [TR-099][IA-107].
            self.cloudwatch.group(group).settle(Outcome::ConnectionRefused, 0, None);
            let latency = nanos(self.assume.client_round_trip) + nanos(self.assume.target_round_trip);
            return self.settle(balancer, id, Outcome::ConnectionRefused, latency, 0, ctx);
        };
        let profile = &self.app.profiles[process.spec.index()];
        let draws = &mut self.traffic.sources[source];
        let work = profile.cpu.draw(&mut draws.cpu);
        request.wait = profile.wait.draw(&mut draws.wait);
        let fails = profile.error_ratio > 0.0 && draws.errors.unit() < profile.error_ratio;
        request.status = if fails { profile.error_status } else { profile.status };
        request.bytes = profile.bytes;
        request.stage = Stage::Working;
        self.elb.began(id);
        process.in_flight += 1;
        let full = process.in_flight > process.in_flight_max;
        let (slot, quiet) = self.traffic.requests.insert(request);
        processor.push(now, work, slot);
        if let Some(next) = processor.next_finish() {
            ctx.timers.arm(cpu_timer(to.0), next);
        }
        if quiet {
            self.arm_idle(balancer, now, ctx);
        }
        if full {
            self.app.out_of_memory(to.0, to.1, ctx);
        }
    }

    /// The first of a task's requests has had its CPU time.
    #[inline]
    fn cpu_done(&mut self, task: TaskId, ctx: &mut Ctx) {
        let Some(Some(app)) = self.app.tasks.get_mut(task.index()) else { return };
        let Some(slot) = app.processor.finish(ctx.now()) else { return };
        if let Some(next) = app.processor.next_finish() {
            ctx.timers.arm(cpu_timer(task), next);
        }
        let request = self.traffic.requests.get(slot);
        if request.wait == 0 {
            return self.work_done(slot, ctx);
        }
        let spec = app.processes[usize::from(request.container)].spec;
        let until = ctx.now().after_nanos(request.wait);
        if self.traffic.waiting.push(spec, until, slot, request.generation) {
            ctx.timers.arm(waiting_timer(spec), until);
        }
    }

    /// The first of an application's waiting requests has waited long enough.
    #[inline]
    fn wait_over(&mut self, spec: AppSpecId, ctx: &mut Ctx) {
        let (first, next) = self.traffic.waiting.pop(spec);
        if let Some(next) = next {
            ctx.timers.arm(waiting_timer(spec), next);
        }
        // A request that was lost meanwhile has left its slot to another one, or to none.
        if let Some((slot, generation)) = first
            && self.traffic.requests.get(slot).generation == generation
        {
            self.work_done(slot, ctx);
        }
    }

    /// The target answers.
    #[inline]
    fn work_done(&mut self, slot: u32, ctx: &mut Ctx) {
        let request = self.traffic.requests.get(slot);
        if let Some(Some(app)) = self.app.tasks.get_mut(request.task.index())
            && let Some(process) = app.processes.get_mut(usize::from(request.container))
        {
            process.in_flight -= 1;
        }
        if request.stage == Stage::Working {
            let status = request.status;
            self.answered(slot, Outcome::Target(status), ctx);
        }
        self.traffic.requests.free(slot);
    }

    /// A request that was sent to a target is answered, by the target or in its place.
    #[inline]
    fn answered(&mut self, slot: u32, outcome: Outcome, ctx: &mut Ctx) {
        let request = self.traffic.requests.get(slot);
        let (balancer, group, target, bytes) = (request.balancer, request.group, request.target, request.bytes);
        let elapsed = ctx.now().as_nanos() - request.arrived.as_nanos();
        let at_target = elapsed + nanos(self.assume.target_round_trip);
        let latency = at_target + nanos(self.assume.client_round_trip);
        self.traffic.requests.settle(slot);
        let failed = matches!(outcome, Outcome::Target(500..) | Outcome::ConnectTimeout | Outcome::TargetGone);
        self.elb.ended(target, failed);
        // No sample of the target's response time where it sent no header [TR-158].
        let sample = matches!(outcome, Outcome::Target(_)).then_some(at_target);
        self.cloudwatch.group(group).settle(outcome, bytes, sample);
        self.settle(balancer, target, outcome, latency, bytes, ctx);
    }

    /// The load balancer answers at once, by itself.
    fn refuse(&mut self, balancer: LoadBalancerId, outcome: Outcome, ctx: &mut Ctx) {
        self.cloudwatch.balancer(balancer).arrived();
        let latency = nanos(self.assume.client_round_trip);
        self.settle(balancer, TargetId::from_index(NO_TARGET), outcome, latency, 0, ctx);
    }

    /// The client has its answer.
    #[inline]
    fn settle(
        &mut self,
        balancer: LoadBalancerId,
        target: TargetId,
        outcome: Outcome,
        latency: u64,
        bytes: u64,
        ctx: &mut Ctx,
    ) {
        let meter = self.cloudwatch.balancer(balancer);
        meter.settle(outcome, bytes, Some(latency));
        let news = meter.is_news(outcome);
        self.traffic.samples.offer(|| RequestSample {
            at: ctx.now(),
            latency: Some(Duration::from_nanos(latency)),
            balancer,
            target: (target.index() != NO_TARGET as usize).then_some(target),
            ending: Ending::Answered(outcome),
        });
        // Two words identify the outcome: when, and (which target, which end, after how long). A latency stays far
        // below 2^44 ns, which is five hours.
        ctx.fold(ctx.now().as_nanos());
        ctx.fold(
            latency ^ (u64::from(outcome.status()) << 54) ^ ((target.index() as u64) << 24) ^ outcome.cause() as u64,
        );
        if news {
            ctx.record(Fact::FirstResponse { balancer, status: outcome.status() });
        }
    }

    fn arm_idle(&mut self, balancer: LoadBalancerId, since: Time, ctx: &mut Ctx) {
        let at = since + self.elb.balancers[balancer].attributes.idle_timeout;
        let event = Event::Request(RequestEvent::IdleTimeout(balancer));
        let alarm = ctx.within(None, |ctx| ctx.send_at(at, event));
        self.traffic.requests.lines(balancer).forwarded.alarm = Some(alarm);
    }

    /// Answers 504 for those that have been silent for the idle timeout [TR-084][TR-101], oldest first.
    fn idle_timeout(&mut self, balancer: LoadBalancerId, ctx: &mut Ctx) {
        let timeout = self.elb.balancers[balancer].attributes.idle_timeout;
        self.traffic.requests.lines(balancer).forwarded.alarm = None;
        while let Some(slot) = self.traffic.requests.lines(balancer).forwarded.head() {
            let arrived = self.traffic.requests.get(slot).arrived;
            if arrived + timeout > ctx.now() {
                return self.arm_idle(balancer, arrived, ctx);
            }
            // The target does not hear of it and works on.
            self.answered(slot, Outcome::IdleTimeout, ctx);
        }
    }

    /// Answers 504 for those that could not connect in time [TR-089][TR-101], oldest first.
    fn connect_timeout(&mut self, balancer: LoadBalancerId, ctx: &mut Ctx) {
        self.traffic.requests.lines(balancer).connecting.alarm = None;
        while let Some(slot) = self.traffic.requests.lines(balancer).connecting.head() {
            let at = self.traffic.requests.get(slot).arrived + CONNECT_TIMEOUT;
            if at > ctx.now() {
                let event = Event::Request(RequestEvent::ConnectTimeout(balancer));
                self.traffic.requests.lines(balancer).connecting.alarm = Some(ctx.send_at(at, event));
                return;
            }
            self.answered(slot, Outcome::ConnectTimeout, ctx);
            self.traffic.requests.free(slot);
        }
    }

    /// A target's deregistration delay is over: the clients of what still runs there get 502 [TR-071].
    fn cut(&mut self, target: TargetId, ctx: &mut Ctx) {
        for slot in self.traffic.requests.find(|request| request.target == target) {
            if self.traffic.requests.get(slot).stage == Stage::Working {
                self.answered(slot, Outcome::DeregistrationDelayElapsed, ctx);
            }
        }
    }

    /// A container's process has ended: the connections of what ran there are reset, so clients get 502 [TR-099][TR-156].
    fn lost(&mut self, task: TaskId, container: u16, ctx: &mut Ctx) {
        let here = self.traffic.requests.find(|request| (request.task, request.container) == (task, container));
        if let Some(Some(app)) = self.app.tasks.get_mut(task.index()) {
            let requests = &self.traffic.requests;
            app.processor.drop_jobs(ctx.now(), |slot| requests.get(slot).container == container);
            match app.processor.next_finish() {
                Some(next) => ctx.timers.arm(cpu_timer(task), next),
                None => ctx.timers.disarm(cpu_timer(task)),
            }
            if let Some(process) = app.processes.get_mut(usize::from(container)) {
                process.in_flight = 0;
            }
        }
        for slot in here {
            match self.traffic.requests.get(slot).stage {
                Stage::Working => self.answered(slot, Outcome::TargetGone, ctx),
                Stage::Abandoned => {}
                Stage::Connecting | Stage::Free => continue,
            }
            self.traffic.requests.free(slot);
        }
    }
}
