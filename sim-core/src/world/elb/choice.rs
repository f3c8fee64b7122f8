//! Who gets the next request: one pool of targets for all nodes, or one for each zone when cross-zone is off [TR-006].
//!
//! A pool is kept up to date with every change of a target, so that a request only has to look at it.

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
    census: Census,
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
    fn of<'a>(members: impl Iterator<Item = &'a Target>) -> Census {
        let mut census = Census::default();
        members.for_each(|target| census.add(target));
        census
    }

    #[inline]
    fn add(&mut self, target: &Target) {
        self.healthy += u32::from(target.state == TargetState::Healthy);
        self.unhealthy += u32::from(matches!(target.state, TargetState::Unhealthy(_)));
        self.registered += u32::from(target.state.is_registered());
    }
}

impl Pool {
    /// Takes in the present states of its members. Whoever came next in turn still does [TR-152].
    fn rebuild(&mut self, members: &[TargetId], targets: &mut Arena<Target>, attributes: &GroupAttributes) {
        let turn = self.targets.get(self.next).copied();
        self.census = Census::of(members.iter().map(|&id| &targets[id]));
        // Too few are healthy: all that are checked are used, healthy or not.
        self.fail_open = !attributes.health.routing_holds(self.census.healthy, self.census.registered);
        let fail_open = self.fail_open;
        let may = |state: TargetState| state == TargetState::Healthy || fail_open && state.is_checked();
        self.targets.clear();
        self.targets.extend(members.iter().copied().filter(|&id| may(targets[id].state)));
        for (place, &id) in self.targets.iter().enumerate() {
            targets[id].place = place as u32;
        }
        let after = |turn: TargetId| self.targets.iter().position(|&id| id >= turn);
        self.next = turn.and_then(after).unwrap_or(0);
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
    #[inline]
    fn least_outstanding(&mut self) -> Option<TargetId> {
        let place = self.loads.fewest(self.next)?;
        self.next = if place + 1 < self.targets.len() { place + 1 } else { 0 };
        Some(self.targets[place])
    }

    /// Any of them, each by its weight: a place is drawn and kept in as many of a thousand cases as its weight says,
    /// so the cost does not depend on how many targets there are.
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
}

impl Choice {
    fn pool(&mut self, node: ZoneId) -> &mut Pool {
        if self.zonal.is_empty() { &mut self.all } else { &mut self.zonal[node.index()] }
    }

    /// The targets that this node's health thresholds look at, when that is less than all of them [TR-066].
    pub(super) fn zonal_census(&self, node: ZoneId) -> Option<Census> {
        self.zonal.get(node.index()).map(|pool| pool.census)
    }

    /// Whether a target may be chosen now, by the node of its zone at least.
    pub(super) fn holds(&self, target: &Target) -> bool {
        target.place != NOWHERE
    }

    fn rebuild(&mut self, members: &[TargetId], targets: &mut Arena<Target>, settings: &GroupAttributes, zonal: bool) {
        self.census = Census::default();
        self.zones.clear();
        self.zones.resize(usize::from(ZoneSet::MAX), Census::default());
        for &id in members {
            let target = &mut targets[id];
            target.place = NOWHERE;
            self.census.add(target);
            self.zones[target.node.index()].add(target);
        }
        let in_zone = |zone: u8, targets: &Arena<Target>| -> Vec<TargetId> {
            members.iter().copied().filter(|&id| targets[id].node.index() == usize::from(zone)).collect()
        };
        if zonal {
            self.all = Pool::default();
            self.zonal.resize_with(usize::from(ZoneSet::MAX), Pool::default);
            for zone in 0..ZoneSet::MAX {
                let here = in_zone(zone, targets);
                self.zonal[usize::from(zone)].rebuild(&here, targets, settings);
            }
        } else {
            self.zonal.clear();
            self.all.rebuild(members, targets, settings);
        }
    }
}

impl Elb {
    /// The target for a request that has come to the node in this zone, with the target that its cookie names.
    #[inline]
    pub fn pick(&mut self, group: TargetGroupId, node: ZoneId, now: Time, cookie: Option<TargetId>) -> Pick {
        if let Some(named) = cookie
            && let Some(pick) = self.stick(group, named)
        {
            return pick;
        }
        let it = &mut self.groups[group];
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
    fn stick(&self, group: TargetGroupId, named: TargetId) -> Option<Pick> {
        let (it, target) = (&self.groups[group], &self.targets[named]);
        let usable = it.attributes.stickiness.enabled && target.group == group && it.choice.holds(target);
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
    #[inline]
    pub fn began(&mut self, target: TargetId) {
        let target = &mut self.targets[target];
        target.outstanding += 1;
        target.sent += 1;
        let outstanding = target.outstanding;
        let (group, node, place) = (target.group, target.node, target.place);
        self.note_load(group, node, place, outstanding);
    }

    /// A target has answered a request, or somebody else has in its place. `bad` is a 5xx of the target's or a failed
    /// connection: what anomaly detection looks at [TR-080].
    #[inline]
    pub fn ended(&mut self, target: TargetId, bad: bool) {
        let target = &mut self.targets[target];
        target.outstanding -= 1;
        target.ended += 1;
        let outstanding = target.outstanding;
        let (group, node, place) = (target.group, target.node, target.place);
        if bad {
            target.bad += 1;
            self.groups[group].watch.suspicious = true;
        }
        self.note_load(group, node, place, outstanding);
    }

    #[inline]
    fn note_load(&mut self, group: TargetGroupId, node: ZoneId, place: u32, outstanding: u32) {
        self.groups[group].choice.pool(node).loads.set(place as usize, outstanding);
    }

    /// A target's state or a setting changed: the group chooses among others now.
    pub(super) fn rebuild(&mut self, group: TargetGroupId) {
        let zonal = self.zonal(group);
        let it = &mut self.groups[group];
        it.choice.rebuild(&it.targets, &mut self.targets, &it.attributes, zonal);
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
