//! Which way requests of a class take: found once, and anew when load balancers or the network change.

use super::super::caller::{Aside, Resolved, Route, Way};
use super::super::{CallerId, Demand, Unreached, nanos};
use crate::world::World;
use crate::world::cloudwatch::Outcome;
use crate::world::elb::{Action, BalancerKind, BalancerState, LoadBalancerId, Share, TargetGroupId};

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
        let line = &caller.classes[usize::from(class)].line;
        if it.kind == BalancerKind::Network {
            let shares = self.elb.listeners[listener].default_action().shares().to_vec();
            return (Way::Flow(self.shares(balancer, &shares)), 0);
        }
        if let Some(status) = line.rejected() {
            return (Way::Answer(Outcome::Rejected(status)), 0);
        }
        let routed = self.elb.route(listener, line);
        let rules = routed.evaluated;
        let forward = match routed.action {
            Action::FixedResponse { status, .. } => return (Way::Answer(Outcome::FixedResponse(*status)), rules),
            Action::Redirect(redirect) => {
                let outcome = match redirect.location(line, port) {
                    Some(_) => Outcome::Redirect(redirect.status),
                    None => Outcome::Rejected(507),
                };
                return (Way::Answer(outcome), rules);
            }
            Action::Forward(forward) => forward,
        };
        let (shares, sticky) = (forward.shares.clone(), forward.sticky_for.map(nanos));
        let shares = self.shares(balancer, &shares);
        match *shares {
            [(group, base, 1..)] => (Way::Group(group, base), rules),
            _ => (Way::Weighted(shares, sticky), rules),
        }
    }

    /// The groups of a `forward` action: where each is counted, and the sum of the weights up to it.
    fn shares(&mut self, balancer: LoadBalancerId, all: &[Share]) -> Box<[(TargetGroupId, u32, u64)]> {
        let mut sum = 0;
        let with_sum = all.iter().map(|share| {
            sum += u64::from(share.weight);
            (share.group, self.cloudwatch.base(balancer, Some(share.group)), sum)
        });
        with_sum.collect()
    }
}

fn nowhere(why: Unreached) -> Way {
    Way::Aside(Aside::Nowhere(why))
}
