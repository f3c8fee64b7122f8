//! Which zones' node addresses are in a load balancer's DNS name.

use super::{Elb, LoadBalancer, LoadBalancerId, TargetGroup};
use crate::world::Peers;
use crate::world::network::ZoneId;

/// A set of zones of the Region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ZoneSet(u8);

impl ZoneSet {
    /// No zone.
    pub const NONE: ZoneSet = ZoneSet(0);

    /// So many zones are told apart at most [count]; no Region has more.
    pub const MAX: u8 = 8;

    /// The same with one more zone.
    #[must_use]
    pub fn with(self, zone: ZoneId) -> ZoneSet {
        ZoneSet(self.0 | 1 << zone.index())
    }

    /// Those that are not among the others.
    #[must_use]
    pub fn without(self, others: ZoneSet) -> ZoneSet {
        ZoneSet(self.0 & !others.0)
    }

    /// Those that are among the others as well.
    #[must_use]
    pub fn and(self, others: ZoneSet) -> ZoneSet {
        ZoneSet(self.0 & others.0)
    }

    /// Whether the zone is among them.
    pub fn contains(self, zone: ZoneId) -> bool {
        self.0 & 1 << zone.index() != 0
    }

    /// How many they are [count].
    pub fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// All of them, in the order of the Region's list.
    pub fn iter(self) -> impl Iterator<Item = ZoneId> {
        (0..ZoneSet::MAX).map(ZoneId::from_index).filter(move |&zone| self.contains(zone))
    }

    /// Those that come from this place on, when they are counted around and around and then to the last.
    #[must_use]
    pub fn from_place(self, place: u64) -> ZoneSet {
        let mut rest = self;
        for _ in 0..place.checked_rem(u64::from(self.len())).unwrap_or(0) {
            rest.pop();
        }
        rest
    }

    /// Takes the first of them out; none when there is no zone.
    #[inline]
    pub fn pop(&mut self) -> Option<ZoneId> {
        let left = self.0.checked_sub(1)?;
        let first = self.0.trailing_zeros() as u8;
        self.0 &= left;
        Some(ZoneId::from_index(first))
    }
}

impl FromIterator<ZoneId> for ZoneSet {
    fn from_iter<I: IntoIterator<Item = ZoneId>>(zones: I) -> ZoneSet {
        zones.into_iter().fold(ZoneSet::NONE, ZoneSet::with)
    }
}

impl LoadBalancer {
    /// Whether a group lets the address of this zone's node stay in DNS.
    ///
    /// With cross-zone on all zones stand or fall together, and when all fail all are used, so only its absence makes
    /// a difference. Without it a zone needs as many healthy targets as the threshold says [TR-009][TR-064]. An
    /// Application Load Balancer keeps a zone that has no target of the group at all, and answers 503 there [TR-008].
    fn keeps(&self, zone: ZoneId, group: &TargetGroup) -> bool {
        let Some(census) = group.choice.zonal_census(zone) else { return true };
        if census.registered == 0 {
            return self.kind.keeps_empty_zones();
        }
        group.attributes.health.dns_holds(census.healthy, census.registered)
    }
}

impl Elb {
    /// The zones whose node addresses the load balancer's DNS name answers with now: those it has a subnet in, without
    /// those that have too few healthy targets in any of its groups. When that leaves none, all are used [TR-064][TR-123].
    ///
    /// The record has a time to live of 60 s; how long clients keep an answer is theirs [TR-005].
    #[inline]
    pub fn dns(&self, balancer: LoadBalancerId) -> ZoneSet {
        self.balancers[balancer].in_dns
    }

    /// The nodes in a zone are looked at, some time after it was lost or restored: those that are gone leave DNS.
    pub(super) fn node_checked(&mut self, zone: ZoneId, peers: &Peers) {
        let only: ZoneSet = [zone].into_iter().collect();
        self.dark = self.dark.without(only);
        if peers.network.is_lost(zone) {
            self.dark = self.dark.with(zone);
        }
        for index in 0..self.balancers.len() as u32 {
            self.publish(LoadBalancerId::from_index(index));
        }
    }

    /// Looks anew which zones are in DNS. Requests may come another way from then on.
    pub(super) fn publish(&mut self, id: LoadBalancerId) {
        let balancer = &self.balancers[id];
        let mine = || self.groups.iter().filter(|(_, group)| group.balancer == Some(id));
        let holds = |zone: &ZoneId| mine().all(|(_, group)| balancer.keeps(*zone, group));
        // Nodes that are on their way out stay while no other is there.
        let there = [balancer.zones.and(balancer.nodes), balancer.nodes].into_iter().find(|zones| !zones.is_empty());
        let lit = there.unwrap_or(balancer.zones).without(self.dark);
        let held: ZoneSet = lit.iter().filter(holds).collect();
        let published = [held, lit].into_iter().find(|zones| !zones.is_empty()).unwrap_or(balancer.zones);
        if balancer.in_dns != published {
            self.balancers[id].in_dns = published;
            self.version += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_zones_counts_around() {
        let zones: ZoneSet = [0, 2].map(ZoneId::from_index).into_iter().collect();
        assert_eq!(zones.len(), 2);
        let around: Vec<_> = (0..4).map(|place| zones.from_place(place).pop().map(ZoneId::index)).collect();
        assert_eq!(around, [Some(0), Some(2), Some(0), Some(2)]);
        assert_eq!((zones.from_place(2), zones.from_place(3).len()), (zones, 1));
        assert!(zones.contains(ZoneId::from_index(2)) && !zones.contains(ZoneId::from_index(1)));
        assert_eq!(ZoneSet::NONE.from_place(3).pop(), None);
        assert_eq!(zones.iter().collect::<Vec<_>>(), [0, 2].map(ZoneId::from_index));
    }
}
