//! Who gets the next request: one pool of targets for all nodes, or one for each zone when cross-zone is off [TR-006].
//!
//! A pool is kept up to date with every change of a target: who is in it and whose turn it is at once, at the cost of that one
//! target; what is asked of it for requests only when the next one comes.

use super::dns::ZoneSet;
use super::group::Algorithm;
use super::loads::Loads;
use super::slow_start::Ramp;
use super::{Elb, GroupAttributes, Target, TargetGroupId, TargetId, TargetState};
use crate::engine::{Arena, Stream, Time};
use crate::world::network::ZoneId;

/// A target for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// None when no target is registered where this node may send to: 503 [TR-008][TR-100].
    pub target: Option<TargetId>,
    /// Too few targets are healthy, so that it was chosen among all [TR-062]: counts in
    /// `UnhealthyRoutingRequestCount`.
    pub fail_open: bool,
    /// It is the one that the client's cookie names [TR-082].
    pub stuck: bool,
}

/// The place of a target that may not be chosen.
pub(super) const NOWHERE: u32 = u32::MAX;

/// The weight of a target that gets its full share [thousandths].
pub(super) const FULL: u32 = 1000;

/// How the next of a pool is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    /// Each in turn.
    #[default]
    Turn,
    /// The one with the fewest requests in progress.
    Fewest,
    /// Any, drawn by weight.
    Random,
    /// In turn, while some have not yet grown to a full share.
    Growing,
}

/// Targets that a node may choose among.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool {
    /// In the order of registration.
    targets: Vec<TargetId>,
    /// Requests in progress at each of `targets` [count]; empty unless somebody asks who has the fewest.
    loads: Loads,
    /// The place of the next in turn.
    next: usize,
    /// Too few are healthy, so everybody may be chosen [TR-062][TR-063].
    fail_open: bool,
    mode: Mode,
    /// The weight of each of `targets` [thousandths]; empty when all are equal.
    weights: Vec<u32>,
    /// How far each of `targets` has grown; empty unless `Growing`.
    ramps: Vec<Ramp>,
}

/// How many targets there are in which health.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Healthy ones [count].
    pub healthy: u32,
    /// Unhealthy ones [count].
    pub unhealthy: u32,
    /// Registered ones, whatever their health, without draining ones [count].
    pub registered: u32,
}

impl Census {
    /// A draining target is neither healthy nor unhealthy [TR-073].
    fn of(state: TargetState) -> Census {
        Census {
            healthy: u32::from(state == TargetState::Healthy),
            unhealthy: u32::from(state.is_unhealthy()),
            registered: u32::from(state.is_registered()),
        }
    }

    fn add(&mut self, state: TargetState) {
        let one = Census::of(state);
        self.healthy += one.healthy;
        self.unhealthy += one.unhealthy;
        self.registered += one.registered;
    }

    fn take(&mut self, state: TargetState) {
        let one = Census::of(state);
        self.healthy -= one.healthy;
        self.unhealthy -= one.unhealthy;
        self.registered -= one.registered;
    }
}

impl Pool {
    /// Whether a target in this state is one of the pool: when too few are healthy, all that are checked.
    fn may(&self, state: TargetState) -> bool {
        state == TargetState::Healthy || self.fail_open && state.is_checked()
    }

    /// Takes in the present states of its members. Whoever came next in turn still does [TR-152].
    fn rebuild(&mut self, members: impl Iterator<Item = TargetId>, targets: &Arena<Target>, fail_open: bool) {
        let turn = self.targets.get(self.next).copied();
        self.fail_open = fail_open;
        self.targets.clear();
        for id in members {
            if self.may(targets[id].state) {
                self.targets.push(id);
            }
        }
        let after = |turn: TargetId| self.targets.iter().position(|&id| id >= turn);
        self.next = turn.and_then(after).unwrap_or(0);
    }

    /// One target comes or goes.
    fn change(&mut self, id: TargetId, is_in: bool) {
        match self.targets.binary_search(&id) {
            Ok(place) if !is_in => {
                self.targets.remove(place);
                self.next -= usize::from(place < self.next);
                if self.next == self.targets.len() {
                    self.next = 0;
                }
            }
            Err(place) if is_in => {
                self.next += usize::from(place <= self.next && !self.targets.is_empty());
                self.targets.insert(place, id);
            }
            _ => {}
        }
    }

    /// Makes ready for requests.
    fn prepare(&mut self, targets: &mut Arena<Target>, attributes: &GroupAttributes) {
        for (place, &id) in self.targets.iter().enumerate() {
            targets[id].place = place as u32;
        }
        self.weights.clear();
        self.ramps.clear();
        self.mode = match attributes.algorithm {
            Algorithm::LeastOutstandingRequests => Mode::Fewest,
            Algorithm::WeightedRandom => {
                if self.targets.iter().any(|&id| targets[id].weight < FULL) {
                    self.weights.extend(self.targets.iter().map(|&id| targets[id].weight));
                }
                Mode::Random
            }
            Algorithm::RoundRobin if self.targets.iter().any(|&id| targets[id].grows_since.is_some()) => {
                let ramp = |&id: &TargetId| Ramp::new(targets[id].grows_since, attributes.slow_start);
                self.ramps.extend(self.targets.iter().map(ramp));
                Mode::Growing
            }
            Algorithm::RoundRobin => Mode::Turn,
        };
        self.loads = Loads::default();
        if self.mode == Mode::Fewest {
            self.loads.replace(self.targets.iter().map(|&id| targets[id].outstanding));
        }
    }

    /// The next in turn.
    #[inline]
    fn in_turn(&mut self) -> Option<TargetId> {
        let target = *self.targets.get(self.next)?;
        self.next = if self.next + 1 < self.targets.len() { self.next + 1 } else { 0 };
        Some(target)
    }

    /// The one with the fewest requests in progress; of equal ones the next in turn [TR-153].
    #[inline(always)]
    fn least_outstanding(&mut self) -> Option<TargetId> {
        let place = self.loads.fewest(self.next)?;
        self.next = if place + 1 < self.targets.len() { place + 1 } else { 0 };
        Some(self.targets[place])
    }

    /// Any of them, each by its weight: a place is drawn and kept in as many of a thousand cases as its weight says,
    /// so the cost does not depend on how many targets there are.
    #[inline(never)]
    fn at_random(&self, draws: &mut Stream) -> Option<TargetId> {
        loop {
            let place = draws.below(self.targets.len() as u64) as usize;
            let target = *self.targets.get(place)?;
            match self.weights.get(place) {
                Some(&weight) if !draws.chance(u64::from(weight), u64::from(FULL)) => {}
                _ => return Some(target),
            }
        }
    }

    /// In turn, those that grow more seldom: smooth weighted round robin [TR-154].
    #[inline(never)]
    fn growing(&mut self, now: Time) -> Option<TargetId> {
        let place = Ramp::next(&mut self.ramps, now)?;
        Some(self.targets[place])
    }
}

/// The pools of a group.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    /// For all nodes, while cross-zone is on.
    all: Pool,
    /// For the node of each zone, while cross-zone is off; empty otherwise.
    zonal: Vec<Pool>,
    /// All targets of the group.
    pub census: Census,
    /// The targets in each zone of the Region's list.
    pub zones: Vec<Census>,
    /// Something has changed since the pools were made ready for requests.
    stale: bool,
}

impl Choice {
    #[inline(always)]
    fn pool(&mut self, node: ZoneId) -> &mut Pool {
        if self.zonal.is_empty() { &mut self.all } else { &mut self.zonal[node.index()] }
    }

    /// The targets that this node's health thresholds look at, when that is less than all of them [TR-066].
    pub(super) fn zonal_census(&self, node: ZoneId) -> Option<Census> {
        (!self.zonal.is_empty()).then(|| self.zones.get(node.index()).copied().unwrap_or_default())
    }

    fn zone(&mut self, node: ZoneId) -> &mut Census {
        if self.zones.is_empty() {
            self.zones.resize(usize::from(ZoneSet::MAX), Census::default());
        }
        &mut self.zones[node.index()]
    }

    /// Takes in the present states of all targets.
    fn rebuild(&mut self, members: &[TargetId], targets: &Arena<Target>, settings: &GroupAttributes, zonal: bool) {
        self.stale = true;
        let is_open = |census: Census| !settings.health.routing_holds(census.healthy, census.registered);
        if !zonal {
            self.zonal.clear();
            return self.all.rebuild(members.iter().copied(), targets, is_open(self.census));
        }
        self.all = Pool::default();
        self.zonal.resize_with(usize::from(ZoneSet::MAX), Pool::default);
        for zone in 0..usize::from(ZoneSet::MAX) {
            let here = members.iter().copied().filter(|&id| targets[id].node.index() == zone);
            let census = self.zones.get(zone).copied().unwrap_or_default();
            self.zonal[zone].rebuild(here, targets, is_open(census));
        }
    }
}

impl Elb {
    /// The target for a request that has come to the node in this zone, with the target that its cookie names.
    #[inline(always)]
    pub fn pick(&mut self, group: TargetGroupId, node: ZoneId, now: Time, cookie: Option<TargetId>) -> Pick {
        let mut it = &mut self.groups[group];
        if it.choice.stale || cookie.is_some() {
            self.prepare(group);
            if let Some(pick) = cookie.and_then(|named| self.stick(group, named)) {
                return pick;
            }
            it = &mut self.groups[group];
        }
        let pool = it.choice.pool(node);
        let target = match pool.mode {
            Mode::Turn => pool.in_turn(),
            Mode::Fewest => pool.least_outstanding(),
            Mode::Random => pool.at_random(&mut it.draws),
            Mode::Growing => pool.growing(now),
        };
        Pick { target, fail_open: pool.fail_open, stuck: false }
    }

    /// The target that a cookie names, if it may still be chosen; the algorithm decides otherwise [TR-083].
    #[inline(never)]
    fn stick(&self, group: TargetGroupId, named: TargetId) -> Option<Pick> {
        let (it, target) = (&self.groups[group], &self.targets[named]);
        let usable = it.attributes.stickiness.enabled && target.group == group && target.place != NOWHERE;
        usable.then_some(Pick { target: Some(named), fail_open: it.choice.all.fail_open, stuck: true })
    }

    /// The target for a new flow that has come to the node in this zone: the same for the same hash, as long as no
    /// target comes or goes [TR-120].
    #[inline]
    pub fn flow_target(&self, group: TargetGroupId, hash: u64, node: ZoneId) -> Pick {
        let choice = &self.groups[group].choice;
        let pool = choice.zonal.get(node.index()).unwrap_or(&choice.all);
        let place = (u128::from(hash) * pool.targets.len() as u128) >> 64;
        Pick { target: pool.targets.get(place as usize).copied(), fail_open: pool.fail_open, stuck: false }
    }

    /// A request was sent to a target.
    #[inline(always)]
    pub fn began(&mut self, target: TargetId) {
        let target = &mut self.targets[target];
        target.outstanding += 1;
        target.sent += 1;
        let outstanding = target.outstanding;
        let (group, node, place) = (target.group, target.node, target.place);
        self.note_load(group, node, place, outstanding);
    }

    /// A target has answered a request after so long [ns], or somebody else has in its place. `bad` is a 5xx of the target's
    /// or a failed connection: what anomaly detection looks at [TR-080].
    #[inline(always)]
    pub fn ended(&mut self, target: TargetId, after: u64, bad: bool) {
        let target = &mut self.targets[target];
        target.end_after(after);
        let outstanding = target.outstanding;
        let (group, node, place) = (target.group, target.node, target.place);
        if bad {
            target.bad += 1;
            self.groups[group].watch.suspicious = true;
        }
        self.note_load(group, node, place, outstanding);
    }

    #[inline(always)]
    fn note_load(&mut self, group: TargetGroupId, node: ZoneId, place: u32, outstanding: u32) {
        self.groups[group].choice.pool(node).loads.set(place as usize, outstanding);
    }

    /// Whether a target may be chosen now, by the node of its zone at least.
    pub(super) fn may_choose(&mut self, id: TargetId) -> bool {
        self.prepare(self.targets[id].group);
        self.targets[id].place != NOWHERE
    }

    /// Makes a group's pools ready for requests, if anything has changed since the last one.
    #[inline]
    fn prepare(&mut self, group: TargetGroupId) {
        if self.groups[group].choice.stale {
            self.prepare_anew(group);
        }
    }

    #[cold]
    fn prepare_anew(&mut self, group: TargetGroupId) {
        let it = &mut self.groups[group];
        it.choice.stale = false;
        for &id in &it.targets {
            self.targets[id].place = NOWHERE;
        }
        for pool in std::iter::once(&mut it.choice.all).chain(&mut it.choice.zonal) {
            pool.prepare(&mut self.targets, &it.attributes);
        }
    }

    /// A setting changed: the group chooses among others now.
    pub(super) fn rebuild(&mut self, group: TargetGroupId) {
        let zonal = self.zonal(group);
        let it = &mut self.groups[group];
        it.choice.rebuild(&it.targets, &self.targets, &it.attributes, zonal);
        if let Some(balancer) = it.balancer {
            self.publish(balancer);
        }
    }

    /// A target is in another state: what its group chooses among is looked at for this one only, unless all of it depends on it.
    pub(super) fn set_state(&mut self, id: TargetId, state: TargetState) {
        let target = &mut self.targets[id];
        let before = std::mem::replace(&mut target.state, state);
        target.place = NOWHERE;
        let (group, node) = (target.group, target.node);
        let choice = &mut self.groups[group].choice;
        choice.census.take(before);
        choice.zone(node).take(before);
        self.count_in(id, group, node, state);
    }

    /// A target that was not counted is in this state from now on.
    pub(super) fn count_in(&mut self, id: TargetId, group: TargetGroupId, node: ZoneId, state: TargetState) {
        let zonal = self.zonal(group);
        let it = &mut self.groups[group];
        it.choice.census.add(state);
        it.choice.zone(node).add(state);
        it.choice.stale = true;
        let split = !it.choice.zonal.is_empty();
        let census = it.choice.zonal_census(node).unwrap_or(it.choice.census);
        let fail_open = !it.attributes.health.routing_holds(census.healthy, census.registered);
        let pool = it.choice.pool(node);
        if pool.fail_open != fail_open || split != zonal {
            return self.rebuild(group);
        }
        let is_in = state != TargetState::Gone && pool.may(state);
        pool.change(id, is_in);
        if let Some(balancer) = it.balancer {
            self.publish(balancer);
        }
    }

    /// Whether each node of the group's load balancer uses the targets of its own zone only: the group's setting, or
    /// else the load balancer's [TR-007].
    fn zonal(&self, group: TargetGroupId) -> bool {
        let group = &self.groups[group];
        let of_balancer = || group.balancer.is_none_or(|id| self.balancers[id].attributes.cross_zone);
        !group.attributes.cross_zone.unwrap_or_else(of_balancer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// [TR-152] Targets come and go one by one, and requests in between: whose turn it is stays as if the pool had been made
        /// anew each time, with the first that is not before the one whose turn it was.
        #[test]
        fn whose_turn_it_is_survives_what_comes_and_goes(steps in prop::collection::vec((0u32..12, 0u32..3), 0..60)) {
            let mut pool = Pool::default();
            let (mut there, mut next) = (Vec::new(), 0);
            for (id, what) in steps {
                let id = TargetId::from_index(id);
                if what == 2 {
                    let expected = there.get(next).copied();
                    next = if next + 1 < there.len() { next + 1 } else { 0 };
                    prop_assert_eq!(pool.in_turn(), expected);
                    continue;
                }
                let turn = there.get(next).copied();
                there.retain(|&other| other != id);
                if what == 1 {
                    there.push(id);
                    there.sort();
                }
                next = turn.and_then(|turn| there.iter().position(|&other| other >= turn)).unwrap_or(0);
                pool.change(id, what == 1);
                prop_assert_eq!(&pool.targets, &there);
                prop_assert_eq!(pool.next, next);
            }
        }
    }
}
