//! Anomaly detection: which targets fail more than their peers, and what they get meanwhile.
//!
//! AWS says what is looked at and how often, but no thresholds: those are assumptions. While nothing fails nobody
//! looks, and it costs nothing.

use std::time::Duration;

use super::choice::FULL;
use super::{Algorithm, Elb, ElbEvent, Target, TargetGroupId, TargetId, TargetState};
use crate::world::{Ctx, Event, Fact, Peers};

/// Between two looks at a group [TR-081].
const INTERVAL: Duration = Duration::from_secs(5);
/// Fewer healthy targets than these have no peers to be compared with [TR-080].
const HEALTHY_MIN: u32 = 3;

/// What a group knows about failing targets.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Watch {
    /// Whether somebody looks every five seconds.
    on: bool,
    /// Whether something has failed since the last look.
    pub(super) suspicious: bool,
    /// Targets that fail more than their peers [count]: `AnomalousHostCount`.
    pub anomalous: u32,
    /// Targets that get less than a full share [count]: `MitigatedHostCount`.
    pub mitigated: u32,
}

impl Target {
    /// Whether it gets less than a full share because it failed more than its peers [TR-081].
    pub fn is_mitigated(&self) -> bool {
        self.weight < FULL
    }
}

impl Elb {
    /// A request at a target has failed: from now on somebody looks at its group every five seconds, until nothing is
    /// the matter any more. Whoever tells [`Elb::ended`] of a failure says so here, too; the next health check does
    /// otherwise.
    pub fn suspect(&mut self, target: TargetId, ctx: &mut Ctx) {
        let group = self.targets[target].group;
        let it = &mut self.groups[group];
        if !it.watch.on && it.choice.census.healthy >= HEALTHY_MIN && it.balancer.is_some() {
            it.watch.on = true;
            // What was counted since nobody knows when says nothing about now.
            self.count_anew(group);
            ctx.within(None, |ctx| ctx.send(INTERVAL, Event::Elb(ElbEvent::Watch(group))));
        }
    }

    /// One look at a group.
    pub(super) fn watch(&mut self, group: TargetGroupId, peers: &Peers, ctx: &mut Ctx) {
        let it = &mut self.groups[group];
        if it.choice.census.healthy < HEALTHY_MIN || it.balancer.is_none() {
            return self.forget(group, ctx);
        }
        let suspicious = std::mem::take(&mut it.watch.suspicious);
        if !suspicious && it.watch.anomalous == 0 && it.watch.mitigated == 0 {
            it.watch.on = false;
            return;
        }
        self.compare(group, peers, ctx);
        ctx.within(None, |ctx| ctx.send(INTERVAL, Event::Elb(ElbEvent::Watch(group))));
    }

    fn count_anew(&mut self, group: TargetGroupId) {
        for &id in &self.groups[group].targets {
            self.targets[id].look();
        }
    }

    /// Nobody can be compared any more: all are normal.
    fn forget(&mut self, group: TargetGroupId, ctx: &mut Ctx) {
        for id in self.groups[group].targets.clone() {
            self.judge(id, false, ctx);
            self.targets[id].weight = FULL;
        }
        self.groups[group].watch = Watch::default();
        self.rebuild(group);
    }

    /// Compares each healthy target that has answered enough with all others together [TR-080]: it is anomalous when
    /// the share of 5xx and failed connections is larger than that of the others by `assume.anomaly_excess`.
    fn compare(&mut self, group: TargetGroupId, peers: &Peers, ctx: &mut Ctx) {
        let members: Vec<TargetId> = self.groups[group].targets.clone();
        let healthy = |elb: &Elb, id: TargetId| elb.targets[id].state == TargetState::Healthy;
        let counted = members.iter().filter(|&&id| healthy(self, id));
        let (answers, bad) = counted.fold((0u64, 0u64), |(answers, bad), &id| {
            let (own_answers, own_bad) = self.targets[id].lately();
            (answers + own_answers, bad + own_bad)
        });
        let share = |bad: u64, answers: u64| if answers == 0 { 0.0 } else { bad as f64 / answers as f64 };
        let mut looked_at = Vec::new();
        for &id in &members {
            let (own_answers, own_bad) = self.targets[id].lately();
            if !healthy(self, id) {
                self.judge(id, false, ctx);
            } else if own_answers >= u64::from(peers.assume.anomaly_answers) {
                let others = share(bad - own_bad, answers - own_answers);
                let anomalous = share(own_bad, own_answers) > others + peers.assume.anomaly_excess;
                self.judge(id, anomalous, ctx);
                looked_at.push(id);
            }
        }
        for id in looked_at {
            self.targets[id].look();
        }
        self.mitigate(group, peers);
    }

    fn judge(&mut self, id: TargetId, anomalous: bool, ctx: &mut Ctx) {
        let target = &mut self.targets[id];
        if std::mem::replace(&mut target.anomalous, anomalous) == anomalous {
            return;
        }
        let (group, task) = (target.group, target.task);
        let fact = if anomalous { Fact::TargetAnomalous { group, task } } else { Fact::TargetNormal { group, task } };
        ctx.record(fact);
    }

    /// Anomalous targets get as little as possible; those that have recovered get more with every look [TR-081].
    fn mitigate(&mut self, group: TargetGroupId, peers: &Peers) {
        let thousandths = |ratio: f64| ((ratio * f64::from(FULL)) as u32).clamp(1, FULL);
        let least = thousandths(peers.assume.anomaly_weight_min);
        let step = thousandths(peers.assume.anomaly_weight_step);
        let settings = &self.groups[group].attributes;
        let on = settings.anomaly_mitigation && settings.algorithm == Algorithm::WeightedRandom;
        let (mut anomalous, mut mitigated) = (0, 0);
        for &id in &self.groups[group].targets {
            let target = &mut self.targets[id];
            target.weight = match (on, target.anomalous) {
                (false, _) => FULL,
                (true, true) => least,
                (true, false) => FULL.min(target.weight + step),
            };
            anomalous += u32::from(target.anomalous);
            mitigated += u32::from(target.weight < FULL);
        }
        let watch = &mut self.groups[group].watch;
        (watch.anomalous, watch.mitigated) = (anomalous, mitigated);
        self.rebuild(group);
    }
}
