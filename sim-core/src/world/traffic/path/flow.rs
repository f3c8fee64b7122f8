//! Flows through a Network Load Balancer: a connection has one target for all of its life [TR-120].

use super::super::caller::Way;
use super::super::request::{NONE, Stage};
use super::super::{Step, nanos};
use super::arrive::{Attempt, id_of_none};
use crate::world::cloudwatch::Outcome;
use crate::world::elb::{TargetGroupId, TargetId, TargetState};
use crate::world::network::ZoneId;
use crate::world::{Ctx, World};

impl World {
    /// A request on a flow: the flow's target takes it, whatever the algorithm [TR-120]. `base` is where it is counted if no
    /// target group of the listener's gets it.
    pub(super) fn flow(&mut self, mut attempt: Attempt, base: u32, ctx: &mut Ctx) {
        let Attempt { caller, link, opening, expired, .. } = attempt;
        let Some((group, base)) = self.group_of_flow(&attempt, base) else {
            return self.refuse(attempt, Outcome::ResetByBalancer, 0, ctx);
        };
        attempt.meter = base + link.zone.index() as u32;
        self.cloudwatch.meter(attempt.meter).arrived(0, u32::from(opening > 0));
        if link.target != NONE {
            let id = TargetId::from_index(link.target);
            if expired || self.resets(id, attempt.link.zone) {
                return self.answer_at_once(attempt, id, Outcome::ResetByBalancer, 0, ctx);
            }
            return self.forward_flow(attempt, group, id, false, ctx);
        }
        let hash = self.traffic.callers[caller].draws.flows.word();
        let pick = self.elb.flow_target(group, hash, link.zone);
        let Some(id) = pick.target else {
            return self.answer_at_once(attempt, id_of_none(), Outcome::ResetByBalancer, 0, ctx);
        };
        attempt.link.target = id.index() as u32;
        self.forward_flow(attempt, group, id, pick.fail_open, ctx);
    }

    /// The group of a flow: that of its target, or for a new one by the weights of its listener; none when all are
    /// zero [TR-162]. And where it is counted.
    fn group_of_flow(&mut self, attempt: &Attempt, base: u32) -> Option<(TargetGroupId, u32)> {
        let caller = &mut self.traffic.callers[attempt.caller];
        let Way::Flow(shares) = &caller.classes[usize::from(attempt.call.class)].route.way else { return None };
        let counted = |&(group, base, _): &(TargetGroupId, u32, u64)| (group, base);
        if attempt.link.target != NONE {
            let group = self.elb.targets[TargetId::from_index(attempt.link.target)].group;
            // The listener may not name it any more.
            return shares.iter().find(|(share, ..)| *share == group).map(counted).or(Some((group, base)));
        }
        if let [only @ (.., 1..)] = &**shares {
            return Some(counted(only));
        }
        let draw = caller.draws.shares.below(shares.last().map_or(0, |(.., sum)| *sum));
        shares.iter().find(|(.., sum)| draw < *sum).map(counted)
    }

    /// Whether what comes on a flow of this target is answered with a reset.
    fn resets(&self, id: TargetId, node: ZoneId) -> bool {
        let target = &self.elb.targets[id];
        let settings = &self.elb.groups[target.group].attributes;
        match target.state {
            // Nobody ends the flows of a target that has left, unless they are to be ended [TR-124].
            TargetState::Gone => settings.connection_termination,
            // [TR-122]
            TargetState::Unhealthy(_) => {
                settings.unhealthy_termination && !self.elb.flow_target(target.group, 0, node).fail_open
            }
            _ => false,
        }
    }

    fn forward_flow(&mut self, attempt: Attempt, group: TargetGroupId, id: TargetId, fail_open: bool, ctx: &mut Ctx) {
        let now = ctx.now();
        let Attempt { caller, call, balancer, meter, opening, .. } = attempt;
        self.cloudwatch.meter(meter).forwarded(fail_open, false);
        let (to, port, reachable) = self.come_to(balancer, id, ctx);
        self.traffic.traces.step(call.trace, now, || Step::Target(id, opening > 0));
        if !reachable {
            // Nobody answers: the client waits as long as it will.
            self.elb.began(id);
            let mut request = attempt.request(now, group, id, to);
            (request.stage, request.is_dropped) = (Stage::Working, true);
            self.traffic.requests.insert(request);
            return self.watch(caller, now, ctx);
        }
        if !self.app.listens(to, port) {
            let after = nanos(self.assume.target_round_trip);
            return self.answer_at_once(attempt, id, Outcome::ResetByTarget, after, ctx);
        }
        self.elb.began(id);
        let mut request = attempt.request(now, group, id, to);
        request.stage = Stage::Working;
        let slot = self.traffic.requests.insert(request);
        self.come_in(slot, to, ctx);
    }
}
