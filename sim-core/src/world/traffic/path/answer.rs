//! The answer: what is counted of it, and what the caller does with it.

use std::time::Duration;

use super::super::request::{Call, Link, NONE, Stage};
use super::super::sample::{Ending, RequestSample};
use super::super::{CallerId, Demand, Ended, News, Step, Unreached, nanos};
use super::arrive::{NO_TARGET, new_call};
use super::caller_timer;
use crate::engine::Time;
use crate::world::cloudwatch::Outcome;
use crate::world::elb::{HttpVersion, LoadBalancerId, TargetId};
use crate::world::{Ctx, Fact, World};

impl World {
    /// A request that was sent to a target is answered in the target's place.
    pub(super) fn answered_by_another(&mut self, slot: u32, outcome: Outcome, ctx: &mut Ctx) {
        self.answered(slot, outcome, ctx);
    }

    /// A request that was sent to a target is answered, by the target or in its place. Inlined where it is by the target, as
    /// nearly all are: much of what follows is known there.
    #[inline(always)]
    pub(super) fn answered(&mut self, slot: u32, outcome: Outcome, ctx: &mut Ctx) {
        let now = ctx.now();
        let request = self.traffic.requests.get(slot);
        let (caller, target, meter) = (request.caller, request.target, request.meter);
        let (link, call, bytes) = (request.link, request.call, request.bytes);
        let round_trip = nanos(self.assume.target_round_trip);
        let at_target = now.as_nanos() - request.arrived.as_nanos() + round_trip;
        let opening = if request.opened_target { round_trip } else { 0 };
        let (waited, stage) = (u64::from(request.opening), request.stage);
        self.traffic.requests.settle(slot);
        let answered = matches!(outcome, Outcome::Target(..));
        let bad = match outcome {
            // An error of gRPC is none of HTTP [TR-170].
            Outcome::Target(500.., _) => self.elb.groups[self.elb.targets[target].group].version != HttpVersion::Grpc,
            Outcome::TargetGone | Outcome::ConnectTimeout => true,
            _ => false,
        };
        self.elb.ended(target, at_target - round_trip, bad);
        if bad {
            self.elb.suspect(target, ctx);
        }
        if answered {
            // No sample of the target's response time where it sent no header [TR-158].
            self.cloudwatch.responded(target, meter, at_target);
            if link.target == NONE {
                self.traffic.links[target.index()].keep(now);
            }
        } else if stage == Stage::Working
            && let Some(links) = self.traffic.links.get_mut(target.index())
        {
            links.leave(now, outcome != Outcome::TargetGone);
        }
        let own = self.round_trip(caller);
        let after = round_trip + opening + (1 + waited) * own;
        let keeps = answered || outcome.leaves_connection();
        self.settle((caller, call, link), meter, target, outcome, (now, after), u64::from(bytes), keeps, ctx);
    }

    /// The client has its answer, or has gone; it learns of it `after` so long [ns]. Inlined, because to hand all of this over
    /// would cost as much as what is done with it.
    #[inline(always)]
    #[allow(clippy::too_many_arguments, reason = "each is known to the caller alone, and this is the hot path")]
    pub(super) fn settle(
        &mut self,
        (id, call, link): (CallerId, Call, Link),
        meter: u32,
        target: TargetId,
        outcome: Outcome,
        (now, after): (Time, u64),
        bytes: u64,
        keeps: bool,
        ctx: &mut Ctx,
    ) {
        let status = outcome.status();
        self.cloudwatch.meter(meter).settle(outcome, bytes);
        let caller = &mut self.traffic.callers[id];
        caller.busy -= 1;
        let balancer = caller.last;
        let used_up = caller.policy.requests_per_connection.is_some_and(|most| link.served >= most);
        if link.carrier != NONE {
            let life = nanos(self.elb.balancers[balancer].attributes.client_keep_alive);
            caller.leave_shared(link, now, now.as_nanos() - link.opened.as_nanos() >= life);
        } else if keeps && !used_up && caller.keep_alive > 0 {
            // Once it is old, the load balancer lets one more request through and closes it [TR-085].
            let life = nanos(self.elb.balancers[balancer].attributes.client_keep_alive);
            if now.as_nanos() - link.opened.as_nanos() < life {
                caller.links.keep(link, now);
            }
        }
        let latency = now.as_nanos() - call.since.as_nanos() + after;
        self.traffic.traces.step(call.trace, now, || Step::Answered(outcome));
        self.traffic.samples.offer(|| RequestSample {
            at: now,
            latency: Some(Duration::from_nanos(latency)),
            balancer,
            target: (target.index() != NO_TARGET as usize).then_some(target),
            ending: Ending::Answered(outcome),
        });
        // Two words identify the outcome: when, and (which target, which end, after how long). A latency stays far
        // below 2^44 ns, which is five hours.
        ctx.fold(now.as_nanos());
        ctx.fold(latency ^ (u64::from(status) << 54) ^ ((target.index() as u64) << 24) ^ outcome.cause() as u64);
        self.tell(balancer, status, ctx);
        let ended = match outcome {
            Outcome::ClientClosed | Outcome::ResetByClient => Ended::Failed(Unreached::ClientGaveUp),
            Outcome::ResetByBalancer | Outcome::ResetByTarget => Ended::Failed(Unreached::ClientReset),
            _ => Ended::Answered(status),
        };
        let after = if matches!(outcome, Outcome::ClientClosed | Outcome::ResetByClient) { 0 } else { after };
        self.conclude(id, call, ended, after, ctx);
    }

    /// An attempt is over: the caller tries again, or the call is over. Inlined like [`World::settle`].
    #[inline(always)]
    pub(super) fn conclude(&mut self, id: CallerId, call: Call, ended: Ended, after: u64, ctx: &mut Ctx) {
        let now = ctx.now();
        if !ended.is_good() && self.tries_again(id, &call, ended, after, ctx) {
            return;
        }
        let caller = &mut self.traffic.callers[id];
        let latency = now.as_nanos() - call.since.as_nanos() + after;
        caller.classes[usize::from(call.class)].ledger.end(ended, latency);
        self.traffic.traces.step(call.trace, now, || Step::Over(latency));
        if let Demand::Closed { until, .. } = caller.demand {
            let think = caller.think.draw(&mut caller.draws.think);
            let at = now.after_nanos(after.saturating_add(think));
            if at < until {
                caller.again.push(at, new_call(at, call.user), true);
                if let Some(next) = caller.due() {
                    ctx.timers.arm(caller_timer(id), next);
                }
            }
        }
        if call.parent.0 != NONE {
            let failed = match ended {
                Ended::Answered(status) => status >= 500,
                Ended::Failed(_) => true,
            };
            self.needed(call.parent, failed, after, ctx);
        }
    }

    /// Whether a call that has failed is tried again, which is prepared then.
    fn tries_again(&mut self, id: CallerId, call: &Call, ended: Ended, after: u64, ctx: &mut Ctx) -> bool {
        let now = ctx.now();
        let caller = &mut self.traffic.callers[id];
        let class = usize::from(call.class);
        if call.attempt + 1 >= caller.policy.attempts {
            return false;
        }
        let again = match ended {
            Ended::Answered(status) => caller.policy.retry_on.contains(&status),
            Ended::Failed(_) => true,
        };
        if !again || !caller.may_retry() {
            caller.classes[class].ledger.refused_retries += u64::from(again);
            return false;
        }
        let backoff = caller.draw_backoff(call.attempt + 1);
        caller.classes[class].ledger.retries += 1;
        let at = now.after_nanos(after.saturating_add(backoff));
        caller.again.push(at, Call { attempt: call.attempt + 1, ..*call }, false);
        self.traffic.traces.step(call.trace, now, || Step::Retrying(after + backoff));
        self.arm_caller(id, ctx);
        true
    }

    /// Whoever watches sees that a request did not reach its load balancer.
    pub(super) fn sample_unreached(&mut self, balancer: Option<LoadBalancerId>, why: Unreached, ctx: &Ctx) {
        if let Some(balancer) = balancer {
            let ending = Ending::Unreached(why);
            let ended = RequestSample { at: ctx.now(), latency: None, balancer, target: None, ending };
            self.traffic.samples.offer(|| ended);
        }
    }

    /// The first answer, and the first of its kind after the other kind, stand in the journal. At most one of each kind
    /// is told of in a minute, so that a flickering service does not fill it.
    #[inline]
    fn tell(&mut self, balancer: LoadBalancerId, status: u16, ctx: &mut Ctx) {
        let error = status >= 500 || status == 0;
        if self.traffic.news.get(balancer.index()).is_none_or(|news| news.error != Some(error)) {
            self.tell_news(balancer, error, status, ctx);
        }
    }

    #[cold]
    fn tell_news(&mut self, balancer: LoadBalancerId, error: bool, status: u16, ctx: &mut Ctx) {
        let all = &mut self.traffic.news;
        all.resize(all.len().max(balancer.index() + 1), News::default());
        let news = &mut all[balancer.index()];
        let minute = ctx.now().as_nanos() / 60_000_000_000;
        if news.told[usize::from(error)].replace(minute) == Some(minute) {
            return;
        }
        news.error = Some(error);
        ctx.record(Fact::FirstResponse { balancer, status });
    }
}
