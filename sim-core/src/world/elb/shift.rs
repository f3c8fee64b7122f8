//! Listener rules whose weights ECS sets while a deployment leads traffic from one target group to another [CP-207].

use super::{Action, Elb, Forward, ListenerId, Share, TargetGroupId};
use crate::world::ecs::ServiceDeploymentId;
use crate::world::{Ctx, Peers};

/// A rule of a listener; its default rule when there is no ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRef {
    /// The listener.
    pub listener: ListenerId,
    /// The rule.
    pub arn: Option<String>,
}

impl Elb {
    /// The rule with this ARN; the default rule of the listener with this ARN, as a Network Load Balancer has no other, or
    /// of the listener that is called `alb:80`, as ARNs are not known before there are listeners.
    pub fn rule_or_listener_named(&self, arn: &str) -> Option<RuleRef> {
        let alive = self.listeners.iter().filter(|(_, listener)| listener.deleted.is_none());
        for (id, listener) in alive {
            let called = || format!("{}:{}", self.balancers[listener.balancer].name, listener.port) == arn;
            if listener.arn == arn || called() {
                return Some(RuleRef { listener: id, arn: None });
            }
            if listener.rule_named(arn).is_some() {
                return Some(RuleRef { listener: id, arn: Some(arn.to_owned()) });
            }
        }
        None
    }

    /// Gives the two target groups of a deployment their shares.
    pub(super) fn shift(&mut self, act: ServiceDeploymentId, peers: &Peers, ctx: &mut Ctx) {
        let it = &peers.ecs.service_deployments[act];
        let Some(shift) = &it.shift else { return };
        for link in &peers.ecs.deployments[it.target].links {
            let Some(advanced) = &link.advanced else { continue };
            let other = if link.group == advanced.alternate { advanced.usual } else { advanced.alternate };
            self.weigh(&advanced.production_rule, link.group, other, shift.production, peers, ctx);
            if let (Some(rule), Some(test)) = (&advanced.test_rule, shift.test) {
                self.weigh(rule, link.group, other, test, peers, ctx);
            }
        }
    }

    fn weigh(
        &mut self,
        rule: &RuleRef,
        new: TargetGroupId,
        old: TargetGroupId,
        per_mille: u32,
        peers: &Peers,
        ctx: &mut Ctx,
    ) {
        let rules = &self.listeners[rule.listener].rules;
        let place = match &rule.arn {
            None => Some(rules.len() - 1),
            Some(arn) => self.listeners[rule.listener].rule_named(arn),
        };
        // Somebody has deleted it: there is nothing to lead.
        let Some(place) = place.filter(|_| self.listeners[rule.listener].deleted.is_none()) else { return };
        let sticky_for = match &rules[place].action {
            Action::Forward(forward) => forward.sticky_for,
            _ => None,
        };
        let [weight, rest] = weights(per_mille);
        let shares = vec![Share { group: old, weight: rest }, Share { group: new, weight }];
        let action = Action::Forward(Forward { shares, sticky_for });
        self.modify_rule(rule.listener, place, (None, Some(action)), peers, ctx);
    }
}

/// The weights of a share and its rest: percentages where they are whole, as AWS writes them [CP-205], else as fine as
/// weights of up to 999 can be.
fn weights(per_mille: u32) -> [u32; 2] {
    match per_mille % 10 {
        0 => [per_mille / 10, 100 - per_mille / 10],
        _ => [per_mille.min(999), (1000 - per_mille).min(999)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [CP-205] [CP-206] Whole percentages, and a tenth of one.
    #[test]
    fn weights_are_percentages_where_they_can_be() {
        assert_eq!([0, 100, 1000].map(weights), [[0, 100], [10, 90], [100, 0]]);
        assert_eq!([1, 55].map(weights), [[1, 999], [55, 945]]);
    }
}
