//! Target groups: what they are made of.

use super::anomaly::Watch;
use super::choice::Choice;
use super::{BalancerKind, Elb, GroupAttributes, HealthCheck, HttpVersion, LoadBalancerId, TargetId};
use crate::engine::{FactId, Id, Stream, Time};
use crate::world::{Ctx, Fact, Peers};

/// Names a [`TargetGroup`].
pub type TargetGroupId = Id<TargetGroup>;

/// `Protocol` of a listener or target group, and so of which kind of load balancer it is. A listener for HTTPS is one for HTTP
/// with [`Tls`](super::Tls). TLS of Network Load Balancers and to targets is not modelled, nor is UDP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "UPPERCASE")]
pub enum Protocol {
    /// Of Application Load Balancers.
    #[default]
    Http,
    /// Of Network Load Balancers.
    Tcp,
}

impl Protocol {
    /// The load balancers that speak it.
    pub fn kind(self) -> BalancerKind {
        match self {
            Protocol::Http => BalancerKind::Application,
            Protocol::Tcp => BalancerKind::Network,
        }
    }
}

/// `load_balancing.algorithm.type` [TR-074].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub enum Algorithm {
    /// Each in turn, in the order of registration; a new target is appended and the turn goes on [TR-075][TR-152].
    #[default]
    RoundRobin,
    /// The one with the fewest requests in progress; of equal ones the next in turn [TR-075][TR-153].
    LeastOutstandingRequests,
    /// Any, each as likely as the others; the only one with anomaly mitigation [TR-075][TR-081].
    WeightedRandom,
}

/// `TargetType` [TR-027]. `lambda` is not modelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub enum TargetType {
    /// Registered by instance and port, which is what AWS takes unless told otherwise.
    #[default]
    Instance,
    /// Registered by address and port: what tasks in `awsvpc` mode need [TR-028].
    Ip,
}

/// Where a listener forwards to: targets, and how they are checked and chosen.
#[derive(Clone, Debug)]
pub struct TargetGroup {
    /// Its name, unique in the Region.
    pub name: String,
    /// `arn:…:targetgroup/{name}/{16 hexadecimal digits}`.
    pub arn: String,
    /// The port targets are registered with when none is given.
    pub port: u16,
    /// How its targets are registered.
    pub target_type: TargetType,
    /// Of its targets.
    pub protocol: Protocol,
    /// In which version of it they are spoken to; HTTP1 unless set [TR-167].
    pub version: HttpVersion,
    /// How its targets are checked.
    pub check: HealthCheck,
    /// Its other settings.
    pub attributes: GroupAttributes,
    /// The one load balancer that uses it [TR-010].
    pub balancer: Option<LoadBalancerId>,
    /// Its targets in the order of registration, draining ones included.
    pub targets: Vec<TargetId>,
    /// When it was deleted.
    pub deleted: Option<Time>,
    /// The fact of its creation.
    pub because: FactId,
    /// Who may be chosen.
    pub(crate) choice: Choice,
    /// Who fails more than the others.
    pub(crate) watch: Watch,
    /// For draws of targets.
    pub(super) draws: Stream,
}

/// What a new target group is made of; already checked.
#[derive(Clone, Debug)]
pub struct NewTargetGroup {
    /// Its name.
    pub name: String,
    /// The port targets are registered with when none is given.
    pub port: u16,
    /// How its targets are registered.
    pub target_type: TargetType,
    /// Of its targets.
    pub protocol: Protocol,
    /// In which version of it they are spoken to.
    pub version: HttpVersion,
    /// How its targets are checked.
    pub check: HealthCheck,
}

impl TargetGroup {
    /// Whether CreateTargetGroup was given the same.
    pub fn is_made_of(&self, new: &NewTargetGroup) -> bool {
        let NewTargetGroup { name, port, target_type, protocol, version, check } = new;
        let same_targets = self.target_type == *target_type && self.protocol == *protocol && self.version == *version;
        self.name == *name && self.port == *port && same_targets && self.check == *check
    }
}

impl Elb {
    /// Creates a target group. Until a listener uses it its targets are `unused`.
    pub fn create_group(&mut self, new: NewTargetGroup, peers: &Peers, ctx: &mut Ctx) -> TargetGroupId {
        let account = &peers.account;
        let id = self.groups.next_id();
        let because = ctx.record(Fact::TargetGroupCreated { group: id });
        let nth = self.groups.iter().filter(|(_, old)| old.name == new.name).count();
        // A second group of one name, after the first was deleted, is another one.
        let entity = if nth == 0 { new.name.clone() } else { format!("{}~{nth}", new.name) };
        let hex = account.hex("target-group", &entity, 16);
        self.groups.push(TargetGroup {
            arn: account.arn("elasticloadbalancing", &format!("targetgroup/{}/{hex}", new.name)),
            name: new.name,
            port: new.port,
            target_type: new.target_type,
            attributes: GroupAttributes::of(new.protocol, new.target_type == TargetType::Instance),
            protocol: new.protocol,
            version: new.version,
            check: new.check,
            balancer: None,
            targets: Vec::new(),
            deleted: None,
            because,
            choice: Choice::default(),
            watch: Watch::default(),
            draws: ctx.stream("target-choice", &entity),
        })
    }

    /// Replaces a group's attributes; they are checked already, and in force at once [TR-074].
    pub fn set_group_attributes(&mut self, group: TargetGroupId, attributes: GroupAttributes, ctx: &mut Ctx) {
        let old = std::mem::replace(&mut self.groups[group].attributes, attributes);
        if old.slow_start != self.groups[group].attributes.slow_start {
            self.change_slow_start(group, ctx);
        }
        self.rebuild(group);
    }

    /// Takes a group away; no listener uses it. Its targets are gone with it.
    pub fn delete_group(&mut self, group: TargetGroupId, peers: &Peers, ctx: &mut Ctx) {
        let fact = ctx.record(Fact::TargetGroupDeleted { group });
        ctx.within(Some(fact), |ctx| {
            for id in self.groups[group].targets.clone() {
                self.drained(id, peers, ctx);
            }
        });
        self.groups[group].deleted = Some(ctx.now());
    }

    /// The target group with this name or ARN.
    pub fn group_named(&self, name_or_arn: &str) -> Option<TargetGroupId> {
        let found = |g: &TargetGroup| g.deleted.is_none() && (g.name == name_or_arn || g.arn == name_or_arn);
        self.groups.iter().find(|(_, g)| found(g)).map(|(id, _)| id)
    }

    /// The target groups that have not been deleted.
    pub fn live_groups(&self) -> impl Iterator<Item = (TargetGroupId, &TargetGroup)> {
        self.groups.iter().filter(|(_, group)| group.deleted.is_none())
    }
}
