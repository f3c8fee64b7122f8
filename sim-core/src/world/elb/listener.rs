//! Listeners and their rules.

use super::{Elb, LoadBalancerId, TargetGroupId};
use crate::engine::{FactId, Id};
use crate::world::{Ctx, Fact, Peers};

/// Names a [`Listener`].
pub type ListenerId = Id<Listener>;

/// A port on which a load balancer takes requests.
#[derive(Clone, Debug)]
pub struct Listener {
    /// `arn:…:listener/app/{load balancer}/{its id}/{16 hexadecimal digits}`.
    pub arn: String,
    /// Whose.
    pub balancer: LoadBalancerId,
    /// 1–65535.
    pub port: u16,
    /// Tried in this order; the default rule is the last and always matches. Only the default rule exists
    /// so far.
    pub rules: Vec<Rule>,
    /// The fact of its creation.
    pub because: FactId,
}

/// A rule: what to do with a request. Conditions are not modelled yet.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What is done.
    pub action: Action,
}

/// What a rule does. `redirect` and the authenticate actions are not modelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Sends it to a target of one of the groups; each group gets its share of the weights [TR-024].
    Forward(Vec<Share>),
    /// Answers it without any target [TR-022].
    FixedResponse {
        /// 2XX, 4XX or 5XX.
        status: u16,
    },
}

/// A target group's part of a `forward` action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The group.
    pub group: TargetGroupId,
    /// 0–999 [TR-024]; 1 unless set.
    pub weight: u32,
}

impl Listener {
    /// The default rule's action.
    pub fn default_action(&self) -> &Action {
        &self.rules.last().expect("a listener is created with its default rule").action
    }

    /// Every group that any rule forwards to.
    pub fn groups(&self) -> impl Iterator<Item = TargetGroupId> {
        let forwards = self.rules.iter().filter_map(|rule| match &rule.action {
            Action::Forward(shares) => Some(shares.iter().map(|share| share.group)),
            Action::FixedResponse { .. } => None,
        });
        forwards.flatten()
    }
}

impl Elb {
    /// Creates a listener. Its target groups are in use from now on, so their health checks begin [TR-057].
    pub fn create_listener(
        &mut self,
        balancer: LoadBalancerId,
        port: u16,
        action: Action,
        peers: &Peers,
        ctx: &mut Ctx,
    ) -> ListenerId {
        let id = self.listeners.next_id();
        let because = ctx.record(Fact::ListenerCreated { listener: id });
        let owner = &mut self.balancers[balancer];
        owner.listeners.push(id);
        let hex = peers.account.hex("listener", &format!("{}:{port}", owner.name), 16);
        let arn = format!("{}/{hex}", owner.arn.replace(":loadbalancer/", ":listener/"));
        let listener = Listener { arn, balancer, port, rules: vec![Rule { action }], because };
        let groups: Vec<_> = listener.groups().collect();
        self.listeners.push(listener);
        self.version += 1;
        ctx.within(Some(because), |ctx| {
            for group in groups {
                self.groups[group].balancer = Some(balancer);
                self.put_to_use(group, peers, ctx);
            }
        });
        id
    }

    /// The listener with this ARN.
    pub fn listener_named(&self, arn: &str) -> Option<ListenerId> {
        self.listeners.iter().find(|(_, l)| l.arn == arn).map(|(id, _)| id)
    }

    /// The listener of a load balancer on this port.
    pub fn listener_on(&self, balancer: LoadBalancerId, port: u16) -> Option<ListenerId> {
        self.balancers[balancer].listeners.iter().copied().find(|&id| self.listeners[id].port == port)
    }
}
