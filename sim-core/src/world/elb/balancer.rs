//! Application Load Balancers.

use std::time::Duration;

use super::{Elb, ElbEvent, ListenerId};
use crate::engine::{FactId, Id, Time};
use crate::world::network::{EniId, SecurityGroupId, SubnetId};
use crate::world::{Ctx, Event, Fact, Peers};

/// Names a [`LoadBalancer`].
pub type LoadBalancerId = Id<LoadBalancer>;

/// `State.Code` [TR-001]. `active_impaired` and `failed` are not modelled: capacity is unlimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub enum BalancerState {
    /// Being set up: it does not route yet.
    Provisioning,
    /// Routes.
    Active,
}

/// `Scheme`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub enum Scheme {
    /// Reached from the internet.
    InternetFacing,
    /// Reached from inside the VPC.
    Internal,
}

/// An Application Load Balancer.
#[derive(Clone, Debug)]
pub struct LoadBalancer {
    /// Its name, unique in the Region.
    pub name: String,
    /// `arn:…:loadbalancer/app/{name}/{16 hexadecimal digits}`.
    pub arn: String,
    /// `{name}-{digits}.{region}.elb.amazonaws.com`.
    pub dns: String,
    /// Who reaches it.
    pub scheme: Scheme,
    /// One per zone, in at least two zones [TR-002].
    pub subnets: Vec<SubnetId>,
    /// Its security groups.
    pub groups: Vec<SecurityGroupId>,
    /// One in each subnet.
    pub enis: Vec<EniId>,
    /// `provisioning`, then `active`.
    pub state: BalancerState,
    /// `CreatedTime`.
    pub created: Time,
    /// Its listeners in the order of their creation.
    pub listeners: Vec<ListenerId>,
    /// How long a connection may be silent [s].
    ///
    /// AWS: `idle_timeout.timeout_seconds`; 60 unless set, 1–4000 [TR-084].
    pub idle_timeout: Duration,
    /// The fact of its creation.
    pub because: FactId,
}

impl LoadBalancer {
    /// Whether CreateLoadBalancer was given the same.
    pub fn is_made_of(&self, subnets: &[SubnetId], groups: &[SecurityGroupId], scheme: Scheme) -> bool {
        self.subnets == subnets && self.groups == groups && self.scheme == scheme
    }

    /// What ARNs of its listeners and metrics call it: `app/{name}/{16 hexadecimal digits}`.
    pub fn path(&self) -> &str {
        self.arn.split_once(":loadbalancer/").map_or("", |(_, path)| path)
    }
}

/// What a new load balancer is made of; already checked.
#[derive(Clone, Debug)]
pub struct NewLoadBalancer {
    /// Its name.
    pub name: String,
    /// Who reaches it.
    pub scheme: Scheme,
    /// In at least two zones.
    pub subnets: Vec<SubnetId>,
    /// Its security groups.
    pub groups: Vec<SecurityGroupId>,
    /// One in each subnet.
    pub enis: Vec<EniId>,
}

impl Elb {
    /// Creates a load balancer, which becomes active after `assume.balancer_provisioning`.
    pub fn create_balancer(&mut self, new: NewLoadBalancer, peers: &Peers, ctx: &mut Ctx) -> LoadBalancerId {
        let (account, assume) = (&peers.account, &peers.assume);
        peers.cloudwatch.wake(ctx);
        let id = self.balancers.next_id();
        let because = ctx.record(Fact::LoadBalancerCreated { balancer: id });
        let hex = account.hex("load-balancer", &new.name, 16);
        let digits = account.decimal("load-balancer-dns", &new.name);
        let balancer = LoadBalancer {
            arn: account.arn("elasticloadbalancing", &format!("loadbalancer/app/{}/{hex}", new.name)),
            dns: format!("{}-{}.{}.elb.amazonaws.com", new.name, &digits[..10], account.region),
            name: new.name,
            scheme: new.scheme,
            subnets: new.subnets,
            groups: new.groups,
            enis: new.enis,
            state: BalancerState::Provisioning,
            created: ctx.now(),
            listeners: Vec::new(),
            idle_timeout: Duration::from_secs(60),
            because,
        };
        self.balancers.push(balancer);
        if assume.balancer_provisioning.is_zero() {
            self.activate(id);
        } else {
            ctx.within(Some(because), |ctx| ctx.send(assume.balancer_provisioning, Event::Elb(ElbEvent::Active(id))));
        }
        id
    }

    /// The load balancer begins to route [TR-001].
    pub(super) fn activate(&mut self, balancer: LoadBalancerId) {
        self.balancers[balancer].state = BalancerState::Active;
        self.version += 1;
    }

    /// The load balancer with this name, ARN or DNS name.
    pub fn balancer_named(&self, name: &str) -> Option<LoadBalancerId> {
        let found = |b: &LoadBalancer| b.name == name || b.arn == name || b.dns.eq_ignore_ascii_case(name);
        self.balancers.iter().find(|(_, b)| found(b)).map(|(id, _)| id)
    }
}
