//! Zones that a load balancer is put into and taken out of while it works.
//!
//! ```text
//! zone enabled ──► its targets are checked at once ──► assume.balancer_provisioning ──► its node is in DNS
//! zone disabled ──► out of DNS, its targets unused ──► assume.node_removal ──► its node answers nobody
//! ```

use std::time::Duration;

use super::{Elb, ElbEvent, LoadBalancer, LoadBalancerId, TargetState, ZoneSet};
use crate::world::network::{EniId, NetworkEvent, SubnetId, ZoneId};
use crate::world::{Ctx, Event, Fact, Peers};

impl LoadBalancer {
    /// Whether a node of it is in a zone and answers, unless the zone is without power.
    #[inline]
    pub(crate) fn answers_in(&self, zone: ZoneId) -> bool {
        self.nodes.contains(zone)
    }
}

impl Elb {
    /// SetSubnets: these replace those that it has [TR-163]; they are checked already, and have their interfaces.
    pub fn set_subnets(
        &mut self,
        id: LoadBalancerId,
        (subnets, enis): (Vec<SubnetId>, Vec<EniId>),
        peers: &Peers,
        ctx: &mut Ctx,
    ) {
        let it = &mut self.balancers[id];
        let zones: ZoneSet = subnets.iter().map(|&subnet| peers.network.zone_of(subnet)).collect();
        let (enabled, disabled) = (zones.without(it.zones), it.zones.without(zones));
        let leaving: Vec<EniId> = it.enis.iter().copied().filter(|eni| !enis.contains(eni)).collect();
        (it.subnets, it.enis, it.zones) = (subnets, enis, zones);
        if enabled.is_empty() && disabled.is_empty() {
            return;
        }
        let fact = ctx.record(Fact::ZonesOfBalancerSet { balancer: id, enabled, disabled });
        ctx.because(fact);
        for zone in enabled.iter() {
            let starts = peers.assume.balancer_provisioning;
            if starts.is_zero() {
                self.balancers[id].nodes = self.balancers[id].nodes.with(zone);
            } else {
                ctx.send(starts, Event::Elb(ElbEvent::NodeStarted(id, zone)));
            }
        }
        for eni in leaving {
            let zone = peers.network.zone_of(peers.network.eni(eni).subnet);
            let removal = peers.assume.node_removal;
            self.balancers[id].leaving.push((eni, ctx.now() + removal));
            ctx.send(removal, Event::Elb(ElbEvent::NodeRemoved(id, zone)));
        }
        self.move_targets(id, peers, ctx);
        self.publish(id);
        self.version += 1;
    }

    /// Targets in zones that were disabled are `unused`; requests at them run on [TR-164]. Those in zones that were enabled
    /// are checked from now on [TR-163].
    fn move_targets(&mut self, id: LoadBalancerId, peers: &Peers, ctx: &mut Ctx) {
        let mine: Vec<_> = self.groups.iter().filter(|(_, group)| group.balancer == Some(id)).map(|it| it.0).collect();
        for group in mine {
            for target in self.groups[group].targets.clone() {
                let it = &self.targets[target];
                let enabled = self.balancers[id].zones.contains(it.node);
                if !enabled && it.state.is_checked() {
                    self.change(target, TargetState::NotInUse, ctx);
                } else if enabled && it.state == TargetState::NotInUse {
                    self.begin_checks(target, peers, ctx);
                }
            }
            self.rebuild(group);
        }
    }

    /// The node in a zone that was enabled is there.
    pub(super) fn node_started(&mut self, id: LoadBalancerId, zone: ZoneId) {
        let it = &mut self.balancers[id];
        if it.zones.contains(zone) && it.deleted.is_none() {
            it.nodes = it.nodes.with(zone);
            self.publish(id);
        }
    }

    /// The node in a zone that was disabled is gone: whoever still knows its address waits in vain [TR-164].
    pub(super) fn node_removed(&mut self, id: LoadBalancerId, zone: ZoneId, peers: &Peers, ctx: &mut Ctx) {
        let it = &mut self.balancers[id];
        let of_zone = |eni: EniId| peers.network.zone_of(peers.network.eni(eni).subnet) == zone;
        let gone = |(eni, until): &(EniId, _)| of_zone(*eni) && *until <= ctx.now();
        let released: Vec<EniId> = it.leaving.iter().filter(|it| gone(it)).map(|it| it.0).collect();
        it.leaving.retain(|(eni, _)| !released.contains(eni));
        let still = it.leaving.iter().any(|(eni, _)| of_zone(*eni));
        if !it.zones.contains(zone) && !still {
            it.nodes = it.nodes.without([zone].into_iter().collect());
        }
        for eni in released {
            ctx.send(Duration::ZERO, Event::Network(NetworkEvent::Release(eni)));
        }
        self.publish(id);
        self.version += 1;
    }
}
