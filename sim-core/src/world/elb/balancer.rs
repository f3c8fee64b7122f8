//! Load balancers.

use super::{BalancerAttributes, Elb, ElbEvent, ListenerId, TargetGroupId, ZoneSet};
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

/// `Type`. Gateway Load Balancers are not modelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub enum BalancerKind {
    /// Understands requests.
    #[default]
    Application,
    /// Passes connections on.
    Network,
}

impl BalancerKind {
    /// The word in its ARN.
    fn in_arn(self) -> &'static str {
        match self {
            BalancerKind::Application => "app",
            BalancerKind::Network => "net",
        }
    }

    /// Whether the address of a zone without any target stays in DNS while cross-zone is off: an Application Load
    /// Balancer answers 503 there [TR-008].
    pub(super) fn keeps_empty_zones(self) -> bool {
        self == BalancerKind::Application
    }
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

/// A load balancer.
#[derive(Clone, Debug)]
pub struct LoadBalancer {
    /// Its name, unique in the Region.
    pub name: String,
    /// Application or Network.
    pub kind: BalancerKind,
    /// `arn:…:loadbalancer/app/{name}/{16 hexadecimal digits}`, or `net`.
    pub arn: String,
    /// `{name}-{digits}.{region}.elb.amazonaws.com`.
    pub dns: String,
    /// Who reaches it.
    pub scheme: Scheme,
    /// One per zone; an Application Load Balancer has at least two [TR-002].
    pub subnets: Vec<SubnetId>,
    /// Their zones: a node is in each [TR-004].
    pub zones: ZoneSet,
    /// The zones in which a node answers: these, but for those that were enabled just now, and those that were disabled.
    pub(super) nodes: ZoneSet,
    /// Its security groups.
    pub groups: Vec<SecurityGroupId>,
    /// One in each subnet.
    pub enis: Vec<EniId>,
    /// Those in subnets that it has no more, and until when their nodes answer.
    pub leaving: Vec<(EniId, Time)>,
    /// `provisioning`, then `active`.
    pub state: BalancerState,
    /// `CreatedTime`.
    pub created: Time,
    /// Its listeners in the order of their creation.
    pub listeners: Vec<ListenerId>,
    /// Its other settings.
    pub attributes: BalancerAttributes,
    /// When it was deleted.
    pub deleted: Option<Time>,
    /// Whose addresses its DNS name answers with.
    pub(super) in_dns: ZoneSet,
    /// The fact of its creation.
    pub because: FactId,
}

impl LoadBalancer {
    /// Whether CreateLoadBalancer was given the same.
    pub fn is_made_of(
        &self,
        kind: BalancerKind,
        subnets: &[SubnetId],
        groups: &[SecurityGroupId],
        scheme: Scheme,
    ) -> bool {
        self.kind == kind && self.subnets == subnets && self.groups == groups && self.scheme == scheme
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
    /// Application or Network.
    pub kind: BalancerKind,
    /// Who reaches it.
    pub scheme: Scheme,
    /// One per zone.
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
        let nth = self.balancers.iter().filter(|(_, old)| old.name == new.name).count();
        // A second load balancer of one name, after the first was deleted, is another one.
        let entity = if nth == 0 { new.name.clone() } else { format!("{}~{nth}", new.name) };
        let hex = account.hex("load-balancer", &entity, 16);
        let digits = account.decimal("load-balancer-dns", &entity);
        let dns = match new.kind {
            BalancerKind::Application => {
                format!("{}-{}.{}.elb.amazonaws.com", new.name, &digits[..10], account.region)
            }
            BalancerKind::Network => format!("{}-{hex}.elb.{}.amazonaws.com", new.name, account.region),
        };
        let zones = new.subnets.iter().map(|&subnet| peers.network.zone_of(subnet)).collect();
        let resource = format!("loadbalancer/{}/{}/{hex}", new.kind.in_arn(), new.name);
        let balancer = LoadBalancer {
            arn: account.arn("elasticloadbalancing", &resource),
            dns,
            name: new.name,
            kind: new.kind,
            scheme: new.scheme,
            subnets: new.subnets,
            zones,
            nodes: zones,
            groups: new.groups,
            enis: new.enis,
            leaving: Vec::new(),
            state: BalancerState::Provisioning,
            created: ctx.now(),
            listeners: Vec::new(),
            attributes: BalancerAttributes::of(new.kind),
            deleted: None,
            in_dns: zones,
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

    /// Replaces a load balancer's attributes; they are checked already.
    pub fn set_balancer_attributes(&mut self, balancer: LoadBalancerId, attributes: BalancerAttributes) {
        self.balancers[balancer].attributes = attributes;
        self.version += 1;
        let mine = |group: &&TargetGroupId| self.groups[**group].balancer == Some(balancer);
        let all: Vec<TargetGroupId> = self.groups.iter().map(|(id, _)| id).collect();
        let mine: Vec<TargetGroupId> = all.iter().filter(mine).copied().collect();
        for group in mine {
            self.rebuild(group);
        }
    }

    /// Takes a load balancer and its listeners away. Its target groups stay.
    pub fn delete_balancer(&mut self, id: LoadBalancerId, peers: &Peers, ctx: &mut Ctx) {
        let fact = ctx.record(Fact::LoadBalancerDeleted { balancer: id });
        ctx.within(Some(fact), |ctx| {
            for listener in self.balancers[id].listeners.clone() {
                self.delete_listener(listener, peers, ctx);
            }
        });
        self.balancers[id].deleted = Some(ctx.now());
        self.version += 1;
    }

    /// The load balancer with this name, ARN or DNS name.
    pub fn balancer_named(&self, name: &str) -> Option<LoadBalancerId> {
        let found = |b: &LoadBalancer| b.name == name || b.arn == name || b.dns.eq_ignore_ascii_case(name);
        self.live_balancers().find(|(_, b)| found(b)).map(|(id, _)| id)
    }

    /// The load balancers that have not been deleted.
    pub fn live_balancers(&self) -> impl Iterator<Item = (LoadBalancerId, &LoadBalancer)> {
        self.balancers.iter().filter(|(_, balancer)| balancer.deleted.is_none())
    }
}
