//! Health checks: one event each, and a fact only when the verdict on the target changes.

use std::time::Duration;

use super::target::Asleep;
use super::{
    BalancerKind, CheckPort, Elb, ElbEvent, HealthReason, Protocol, TargetGroup, TargetId, TargetState, Verdict,
};
use crate::engine::Time;
use crate::world::app::CheckAnswer;
use crate::world::ecs::{EcsEvent, TaskId};
use crate::world::traffic::RequestEvent;
use crate::world::{Ctx, Event, Fact, Peers};

/// A health check as it was sent, for whoever watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    /// When it was sent.
    pub at: Time,
    /// To whom.
    pub target: TargetId,
    /// How long its verdict takes.
    pub after: Duration,
    /// How it ends.
    pub verdict: Verdict,
}

impl TargetGroup {
    /// A failed check. A Network Load Balancer gives one reason for all [TR-043].
    fn failed(&self, reason: HealthReason) -> Verdict {
        Verdict::Failed(match self.protocol.kind() {
            BalancerKind::Application => reason,
            BalancerKind::Network => HealthReason::FailedHealthChecks,
        })
    }
}

impl Elb {
    /// One checker for all nodes gives one verdict [TR-147], by the settings of the group, whoever registered the target
    /// [TR-061]. A check is no request: it counts in no metric [TR-058].
    ///
    /// Sends one check and asks for the next: check k starts at t0 + k × interval, however slow the answers
    /// are [TR-054].
    pub(super) fn check(&mut self, id: TargetId, peers: &Peers, ctx: &mut Ctx) {
        if self.is_out_of_order(id, peers, ctx) || !self.targets[id].state.is_checked() {
            return;
        }
        self.look_behind(id, &peers.ecs);
        let answer = self.probe(id, peers, ctx);
        if self.groups[self.targets[id].group].watch.suspicious {
            self.suspect(id, ctx);
        }
        if let Some((takes, Verdict::Passed)) = answer
            && self.may_sleep(id, peers)
        {
            self.probes.offer(|| Probe { at: ctx.now(), target: id, after: takes, verdict: Verdict::Passed });
            self.targets[id].next_check = None;
            self.targets[id].asleep = Some(Box::new(Asleep { last: ctx.now(), takes }));
            return;
        }
        self.send_check(id, ctx.now(), ctx);
        let Some((after, verdict)) = answer else {
            // Only the request path can tell: the check stands in line with the requests.
            ctx.send(Duration::ZERO, Event::Request(RequestEvent::Check(id)));
            return;
        };
        self.probes.offer(|| Probe { at: ctx.now(), target: id, after, verdict });
        let target = &self.targets[id];
        // Nothing can come of most checks: what was healthy still is.
        let in_vain = match (target.state, verdict) {
            (TargetState::Healthy, Verdict::Passed) => target.failed == 0,
            (TargetState::Unhealthy(old), Verdict::Failed(new)) => target.passed == 0 && old == new,
            _ => false,
        };
        if in_vain {
            return;
        }
        if after.is_zero() {
            self.checked(id, verdict, peers, ctx);
        } else {
            ctx.send(after, Event::Elb(ElbEvent::Checked(id, verdict)));
        }
    }

    /// Asks for the check that follows one at `last`.
    pub(super) fn send_check(&mut self, id: TargetId, last: Time, ctx: &mut Ctx) {
        let target = &self.targets[id];
        let at = last + self.groups[target.group].check.interval;
        let next = ctx.within(target.registered, |ctx| ctx.send_at(at, Event::Elb(ElbEvent::Check(id))));
        self.targets[id].next_check = Some(next);
    }

    /// Whether the checks of a target that has just passed one go on to pass until something happens that
    /// [`Elb::wake`] is told of: a request comes to its task, a process of it ends, the network changes, or somebody
    /// calls an operation. Idle targets cost nothing then.
    fn may_sleep(&self, id: TargetId, peers: &Peers) -> bool {
        let target = &self.targets[id];
        target.state == TargetState::Healthy
            && target.failed == 0
            && target.outstanding == 0
            && self.targets_of(target.task) == [id]
            && peers.app.is_idle(target.task)
    }

    /// Whether a request to this target has to wake somebody: itself, or others of its task that it shares a CPU with.
    #[inline(always)]
    pub(crate) fn sleeps(&self, id: TargetId) -> bool {
        let target = &self.targets[id];
        target.asleep.is_some() || target.by_hand
    }

    /// Something happens to a task: the checks of its targets are sent again. A check that was due at this very moment
    /// has been sent.
    pub(crate) fn wake_task(&mut self, task: TaskId, ctx: &mut Ctx) {
        for id in self.targets_of(task).to_vec() {
            self.wake(id, ctx);
        }
    }

    /// Something may have happened to everybody.
    pub(crate) fn wake_all(&mut self, ctx: &mut Ctx) {
        for id in self.targets.ids() {
            self.wake(id, ctx);
        }
    }

    fn wake(&mut self, id: TargetId, ctx: &mut Ctx) {
        self.tell_of_sleep(id, ctx.now());
        if let Some(asleep) = self.targets[id].asleep.take() {
            self.send_check(id, asleep.last, ctx);
        }
    }

    /// Whoever watches sees the checks that a target has passed in its sleep.
    fn tell_of_sleep(&mut self, id: TargetId, now: Time) {
        let target = &mut self.targets[id];
        let Some(asleep) = &mut target.asleep else { return };
        let interval = self.groups[target.group].check.interval;
        if !self.probes.are_kept() {
            let missed = now.since(asleep.last).as_nanos() / interval.as_nanos().max(1);
            asleep.last = asleep.last.after_nanos((interval.as_nanos() * missed) as u64);
            return;
        }
        while asleep.last + interval <= now {
            asleep.last += interval;
            let Asleep { last: at, takes: after } = **asleep;
            self.probes.offer(|| Probe { at, target: id, after, verdict: Verdict::Passed });
        }
    }

    /// Keeps one in so many checks from now on; none when zero.
    pub(crate) fn watch_probes(&mut self, one_in: u32, now: Time) {
        for id in self.targets.ids() {
            self.tell_of_sleep(id, now);
        }
        self.probes.keep_one_in(one_in);
    }

    /// The health checks that were kept since the last time.
    pub(crate) fn take_probes(&mut self, now: Time) -> Vec<Probe> {
        for id in self.targets.ids() {
            self.tell_of_sleep(id, now);
        }
        let mut probes = self.probes.take();
        probes.sort_by_key(|probe| probe.at);
        probes
    }

    /// How a check that starts now will end, and when; none when it has to wait for its turn among the requests. What a security group drops times out [IA-106]; where
    /// nothing listens the connection is refused [IA-107].
    ///
    /// The answer of a busy application comes late: the check shares the CPU with the requests of this moment. It
    /// is not itself charged to the task, because it is tiny against the interval.
    fn probe(&mut self, id: TargetId, peers: &Peers, ctx: &mut Ctx) -> Option<(Duration, Verdict)> {
        let target = &self.targets[id];
        let group = &self.groups[target.group];
        let check = &group.check;
        let port = match check.port {
            CheckPort::Traffic => target.port,
            CheckPort::Fixed(port) => port,
        };
        if let Some(balancer) = group.balancer
            && let Err(blocked) = self.balancers[balancer].path_to(target, port, &peers.network)
        {
            if target.blocked.is_none() {
                let fact = Fact::ConnectionBlocked {
                    from: self.balancers[balancer].name.as_str().into(),
                    to: target.address.clone(),
                    port,
                    by: blocked.by,
                };
                self.targets[id].blocked = Some(ctx.within(blocked.because, |ctx| ctx.record(fact)));
            }
            return Some((check.timeout, group.failed(HealthReason::Timeout)));
        }
        self.targets[id].blocked = None;
        let target = &self.targets[id];
        let (status, after) = match peers.app.answer_check(target.task, target.container, target.inside_of(port)) {
            CheckAnswer::Refused => return Some((Duration::ZERO, group.failed(HealthReason::FailedHealthChecks))),
            // A connection is all that is asked for; the kernel takes it, however busy the process is.
            _ if check.protocol == Protocol::Tcp => return Some((peers.assume.target_round_trip, Verdict::Passed)),
            CheckAnswer::Now { status, after } => (status, peers.assume.target_round_trip + after),
            CheckAnswer::InTime => return None,
        };
        if after > check.timeout {
            return Some((check.timeout, group.failed(HealthReason::Timeout)));
        }
        let failed = |code| group.failed(HealthReason::ResponseCodeMismatch(code));
        Some((after, check.judge(status).map_or_else(failed, |()| Verdict::Passed)))
    }

    /// Takes in the outcome of a check [TR-055][TR-056]. Requests at a target that turns unhealthy run on [TR-148]. A target
    /// that has never been healthy needs one success only [TR-031], and stays `initial` until it has failed as often as a healthy one would have to [TR-146].
    pub(super) fn checked(&mut self, id: TargetId, verdict: Verdict, peers: &Peers, ctx: &mut Ctx) {
        let target = &mut self.targets[id];
        let check = &self.groups[target.group].check;
        let next = match (target.state, verdict) {
            (TargetState::Initial, Verdict::Passed) => TargetState::Healthy,
            (TargetState::Healthy, Verdict::Passed) => {
                target.failed = 0;
                return;
            }
            (state, Verdict::Passed) if state.is_unhealthy() => {
                target.passed += 1;
                if target.passed < check.healthy_threshold {
                    return;
                }
                TargetState::Healthy
            }
            (TargetState::Initial | TargetState::Healthy, Verdict::Failed(reason)) => {
                target.failed += 1;
                if target.failed < check.unhealthy_threshold {
                    return;
                }
                TargetState::Unhealthy(reason)
            }
            (TargetState::Unhealthy(_), Verdict::Failed(reason)) => {
                target.passed = 0;
                target.state = TargetState::Unhealthy(reason);
                return;
            }
            (TargetState::UnhealthyDraining, Verdict::Failed(_)) => {
                target.passed = 0;
                return;
            }
            _ => return,
        };
        let (group, task) = (target.group, target.task);
        let fact = match next {
            TargetState::Unhealthy(reason) => {
                let cause = target.blocked.or(ctx.cause());
                ctx.within(cause, |ctx| ctx.record(Fact::TargetUnhealthy { group, task, reason }))
            }
            _ => ctx.record(Fact::TargetHealthy { group, task }),
        };
        ctx.because(fact);
        self.change(id, next, ctx);
        if next.is_unhealthy() {
            self.end_flows(id, ctx);
        }
        if let Some(event) = self.verdict_on(task) {
            ctx.send(peers.assume.internal_call, Event::Ecs(event));
        }
    }

    /// What a Network Load Balancer does with the connections of a target that has turned unhealthy [TR-122]: it resets
    /// them, unless it fails open, or keeps them for a while, during which the target is `unhealthy.draining`
    /// [TR-039].
    fn end_flows(&mut self, id: TargetId, ctx: &mut Ctx) {
        let target = &self.targets[id];
        let group = &self.groups[target.group];
        if group.protocol.kind() != BalancerKind::Network {
            return;
        }
        let interval = group.attributes.unhealthy_draining;
        if group.attributes.unhealthy_termination {
            if target.outstanding > 0 && !self.may_choose(id) {
                ctx.send(Duration::ZERO, Event::Request(RequestEvent::Cut(id)));
            }
        } else if !interval.is_zero() {
            self.targets[id].state = TargetState::UnhealthyDraining;
            ctx.send(interval, Event::Elb(ElbEvent::UnhealthyDrained(id)));
        }
    }

    /// The time is over for which a target was `unhealthy.draining`, unless that has begun anew meanwhile.
    pub(super) fn unhealthy_drained(&mut self, id: TargetId, ctx: &mut Ctx) {
        let target = &mut self.targets[id];
        let interval = self.groups[target.group].attributes.unhealthy_draining;
        if target.state == TargetState::UnhealthyDraining && target.since + interval <= ctx.now() {
            target.state = TargetState::Unhealthy(HealthReason::FailedHealthChecks);
        }
    }

    /// What ECS is told of a task with targets in several groups: unhealthy when one is, healthy when all are.
    fn verdict_on(&self, task: TaskId) -> Option<EcsEvent> {
        let states = || self.targets_of(task).iter().map(|&id| self.targets[id].state);
        if states().any(TargetState::is_unhealthy) {
            Some(EcsEvent::TargetUnhealthy(task))
        } else if states().all(|state| matches!(state, TargetState::Healthy | TargetState::NotInUse)) {
            Some(EcsEvent::TargetHealthy(task))
        } else {
            None
        }
    }
}
