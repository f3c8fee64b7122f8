//! Which way requests of a class take: found once, and anew when load balancers or the network change.

use super::super::caller::{Aside, Carriage, MISMATCHED, Resolved, Route, Way};
use super::super::{CallerId, Demand, Unreached, nanos};
use crate::world::World;
use crate::world::cloudwatch::Outcome;
use crate::world::elb::{
    Action, BalancerKind, BalancerState, HttpVersion, ListenerId, LoadBalancerId, Share, TargetGroup, TargetGroupId,
};

impl World {
    /// Finds out which way requests of a class take.
    #[cold]
    pub(super) fn find_route(&mut self, id: CallerId, class: u16, versions: (u64, u64)) {
        let balancer = self.elb.balancer_named(&self.traffic.callers[id].to);
        let caller = &mut self.traffic.callers[id];
        if caller.balancer != balancer {
            caller.balancer = balancer;
            caller.last = balancer.unwrap_or(caller.last);
            caller.resolved = Resolved::default();
        }
        let is_application = matches!(caller.demand, Demand::Application(_));
        let (way, base, rules) = match balancer {
            None if is_application => (Way::Aside(Aside::Proxy), 0, 0),
            None => (nowhere(Unreached::ClientNoAnswer), 0, 0),
            Some(balancer) => {
                let base = self.cloudwatch.base(balancer, None);
                let (way, rules) = self.way(id, class, balancer);
                (way, base, rules)
            }
        };
        self.traffic.callers[id].classes[usize::from(class)].route = Route { versions, base, rules, way };
    }

    fn way(&mut self, id: CallerId, class: u16, balancer: LoadBalancerId) -> (Way, u32) {
        let caller = &self.traffic.callers[id];
        let it = &self.elb.balancers[balancer];
        if it.state != BalancerState::Active {
            return (nowhere(Unreached::ClientNoAnswer), 0);
        }
        let first = it.listeners.first().map_or(80, |&listener| self.elb.listeners[listener].port);
        let port = caller.port.unwrap_or(first);
        if !self.elb.reached_by_clients(balancer, port, &self.network) {
            return (nowhere(Unreached::ClientTimeout), 0);
        }
        let Some(listener) = self.elb.listener_on(balancer, port) else {
            return (nowhere(Unreached::ClientRefused), 0);
        };
        if it.kind == BalancerKind::Network {
            self.traffic.callers[id].carriage = Carriage::default();
            let shares = self.elb.listeners[listener].default_action().shares().to_vec();
            return (Way::Flow(self.shares(balancer, &shares, |_| true)), 0);
        }
        let version = self.connect(id, listener);
        let line = &self.traffic.callers[id].classes[usize::from(class)].line;
        if let Some(status) = line.rejected() {
            return (Way::Answer(Outcome::Rejected(status)), 0);
        }
        let Some(version) = version else { return (Way::Answer(Outcome::VersionNotSupported), 0) };
        let routed = self.elb.route(listener, line);
        let rules = routed.evaluated;
        let forward = match routed.action {
            Action::FixedResponse { status, .. } => return (Way::Answer(Outcome::FixedResponse(*status)), rules),
            Action::Redirect(redirect) => {
                let outcome = match redirect.location(line, (self.elb.listeners[listener].protocol(), port)) {
                    Some(_) => Outcome::Redirect(redirect.status),
                    None => Outcome::Rejected(507),
                };
                return (Way::Answer(outcome), rules);
            }
            Action::Forward(forward) => forward,
        };
        let (shares, sticky) = (forward.shares.clone(), forward.sticky_for.map(nanos));
        let method = line.method.clone();
        let shares = self.shares(balancer, &shares, |group| group.version.takes(version, &method));
        match *shares {
            [(_, MISMATCHED, 1..)] => (Way::Answer(Outcome::ProtocolMismatch), rules),
            [(group, base, 1..)] => (Way::Group(group, base), rules),
            _ => (Way::Weighted(shares, sticky), rules),
        }
    }

    /// How a caller connects to a listener, and what it speaks there: HTTP/2 needs HTTPS and a load balancer that has not
    /// been told to do without [TR-171]. Who would rather speak it falls back to HTTP/1.1, and gRPC cannot [TR-102].
    fn connect(&mut self, id: CallerId, listener: ListenerId) -> Option<HttpVersion> {
        let it = &self.elb.listeners[listener];
        let speaks_http2 = it.tls.is_some() && self.elb.balancers[it.balancer].attributes.speaks_http2();
        let handshake = it.tls.as_ref().map_or(0, |tls| self.assume.tls_round_trips.unwrap_or(tls.handshake()));
        let caller = &mut self.traffic.callers[id];
        let is_shared = caller.version.is_multiplexed() && speaks_http2;
        caller.carriage = Carriage { opening: handshake.saturating_add(1), is_shared };
        match caller.version {
            HttpVersion::Grpc if !speaks_http2 => None,
            _ if !is_shared => Some(HttpVersion::Http1),
            version => Some(version),
        }
    }

    /// The groups of a `forward` action: where each is counted, if it takes such requests, and the sum of the weights up
    /// to it.
    fn shares(
        &mut self,
        balancer: LoadBalancerId,
        all: &[Share],
        takes: impl Fn(&TargetGroup) -> bool,
    ) -> Box<[(TargetGroupId, u32, u64)]> {
        let mut sum = 0;
        let with_sum = all.iter().map(|share| {
            sum += u64::from(share.weight);
            let base = match takes(&self.elb.groups[share.group]) {
                true => self.cloudwatch.base(balancer, Some(share.group)),
                false => MISMATCHED,
            };
            (share.group, base, sum)
        });
        with_sum.collect()
    }
}

fn nowhere(why: Unreached) -> Way {
    Way::Aside(Aside::Nowhere(why))
}
