//! The VPC: subnets, routes, security groups, ENIs. Answers "can A reach B on port p?".
//!
//! Owns the default VPC of a fresh account and who has which interface in it. There is one VPC; there are no NAT
//! gateways and no VPC endpoints, so that the only way out is the internet gateway. The default network ACL lets
//! everything through and cannot be changed. A change is in force at once for every new connection
//! [IA-140].

mod cidr;
mod eni;
mod group;
mod reach;
mod route;
mod subnet;
mod zone;

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::time::Duration;

pub use cidr::Cidr;
pub use eni::{Eni, EniId, NoFreeAddress};
pub use group::{Direction, Other, Permission, Protocol, Rule, SecurityGroup, SecurityGroupId};
pub use reach::{Blocked, Peer, Service};
pub use route::{Route, RouteTable, RouteTableId, RouteTarget};
pub use subnet::{Subnet, SubnetId};
pub use zone::{Zone, ZoneId};

use super::capacity::{Ec2Event, FargateEvent};
use super::ecs::{EcsEvent, Launch, TaskId, TaskStatus};
use super::elb::ElbEvent;
use super::{Account, Ctx, Event, Fact, Peers};
use crate::engine::{Arena, FactId};

/// What the network reacts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkEvent {
    /// Attach an ENI for a task in its subnet; answers `EcsEvent::EniAttached` or `EniFailed`.
    Attach(TaskId),
    /// Release the task's ENI; answers `EcsEvent::EniDetached`.
    Detach(TaskId),
    /// One loss of the zone's power is over.
    Restore(ZoneId),
    /// Release an interface that is nobody's any more.
    Release(EniId),
}

/// The state of the network.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// Whose ids and addresses are drawn.
    account: Account,
    /// `vpc-` and 17 hexadecimal digits.
    pub vpc: String,
    /// `igw-` and 17 hexadecimal digits.
    pub internet_gateway: String,
    /// The Region's zones.
    pub zones: Vec<Zone>,
    /// All subnets.
    pub subnets: Arena<Subnet>,
    /// All route tables; the first is the main one.
    pub tables: Arena<RouteTable>,
    /// All security groups; the first is the VPC's default group.
    pub groups: Arena<SecurityGroup>,
    /// All interfaces, released ones included.
    pub enis: Arena<Eni>,
    /// Who has which.
    of_task: BTreeMap<TaskId, EniId>,
    /// How often each description was used.
    described: BTreeMap<String, u32>,
    /// Public addresses in use.
    public: BTreeSet<Ipv4Addr>,
    generation: u64,
}

/// The addresses of a default VPC: `172.31.0.0/16`.
const VPC_CIDR: (Ipv4Addr, u8) = (Ipv4Addr::new(172, 31, 0, 0), 16);

impl Network {
    /// The default VPC of a fresh account: a subnet in each of three zones, a main route table with a way to the
    /// internet, and a default security group.
    pub fn new(account: &Account) -> Network {
        let mut network = Network {
            vpc: format!("vpc-0{}", account.hex("vpc", "default", 16)),
            internet_gateway: format!("igw-0{}", account.hex("internet-gateway", "default", 16)),
            account: account.clone(),
            ..Network::default()
        };
        let routes = [(network.vpc_cidr(), RouteTarget::Local), (Cidr::ALL, RouteTarget::InternetGateway)];
        let table = network.tables.push(RouteTable {
            id: format!("rtb-0{}", account.hex("route-table", "main", 16)),
            main: true,
            routes: routes.map(|(destination, target)| Route { destination, target, by_user: false }).to_vec(),
            because: None,
        });
        for (index, letter) in ["a", "b", "c"].into_iter().enumerate() {
            let zone_id = format!("{}-az{}", short_region(&account.region), index + 1);
            let zone = Zone::new(format!("{}{letter}", account.region), zone_id);
            let id = format!("subnet-0{}", account.hex("subnet", &format!("default-{letter}"), 16));
            let cidr = Cidr::new(Ipv4Addr::new(172, 31, 16 * index as u8, 0), 20);
            network.subnets.push(Subnet::new(
                id.clone(),
                account.arn("ec2", &format!("subnet/{id}")),
                zone.name.clone(),
                zone.zone_id.clone(),
                ZoneId::from_index(index as u8),
                cidr,
                table,
            ));
            network.zones.push(zone);
        }
        let default = network.new_group("default", "default VPC security group");
        let own = Permission::all(Other::Group(default));
        let rule = network.new_rule(default, Direction::Ingress, own, None);
        network.groups[default].ingress.push(rule);
        network
    }

    /// The addresses of the VPC.
    pub fn vpc_cidr(&self) -> Cidr {
        Cidr::new(VPC_CIDR.0, VPC_CIDR.1)
    }

    /// The subnet with this id, or the default subnet of a zone such as `us-east-1a`.
    pub fn subnet_named(&self, id_or_zone: &str) -> Option<SubnetId> {
        self.subnets.iter().find(|(_, s)| s.id == id_or_zone || s.zone == id_or_zone).map(|(id, _)| id)
    }

    /// The subnet.
    pub fn subnet(&self, subnet: SubnetId) -> &Subnet {
        &self.subnets[subnet]
    }

    /// The zone of a subnet.
    pub fn zone(&self, subnet: SubnetId) -> &str {
        &self.subnets[subnet].zone
    }

    /// The zone of a subnet, by its place in [`Network::zones`].
    #[inline]
    pub fn zone_of(&self, subnet: SubnetId) -> ZoneId {
        self.subnets[subnet].place
    }

    /// The zone with this name, such as `us-east-1a`.
    pub fn zone_named(&self, name: &str) -> Option<ZoneId> {
        self.zones.iter().position(|zone| zone.name == name).map(|index| ZoneId::from_index(index as u8))
    }

    /// The name of a zone.
    pub fn zone_name(&self, zone: ZoneId) -> &str {
        &self.zones[zone.index()].name
    }

    /// Whether a zone is without power: nothing runs or answers there [CA-169].
    #[inline]
    pub fn is_lost(&self, zone: ZoneId) -> bool {
        self.zones[zone.index()].is_lost()
    }

    /// The fact that the zone lost its power, or has it again; none when that never happened.
    pub fn lost_because(&self, zone: ZoneId) -> Option<FactId> {
        self.zones[zone.index()].because
    }

    /// Whether nothing can be started in a subnet, because its zone is without power [CA-169].
    pub fn is_dark(&self, subnet: SubnetId) -> bool {
        self.is_lost(self.zone_of(subnet))
    }

    /// How many interfaces still fit into a subnet [count] [CA-016].
    pub fn free_addresses(&self, subnet: SubnetId) -> u32 {
        self.subnets[subnet].free()
    }

    /// The security group with this id or name.
    pub fn security_group_named(&self, id_or_name: &str) -> Option<SecurityGroupId> {
        self.groups.iter().find(|(_, g)| g.id == id_or_name || g.name == id_or_name).map(|(id, _)| id)
    }

    /// The VPC's default group: for whoever names none.
    pub fn default_group(&self) -> SecurityGroupId {
        SecurityGroupId::from_index(0)
    }

    /// The route table with this id; `main` is the main one.
    pub fn table_named(&self, id: &str) -> Option<RouteTableId> {
        self.tables.iter().find(|(_, table)| table.id == id || (table.main && id == "main")).map(|(id, _)| id)
    }

    /// The interface.
    pub fn eni(&self, eni: EniId) -> &Eni {
        &self.enis[eni]
    }

    /// The interface that a task has at present.
    pub fn eni_of(&self, task: TaskId) -> Option<EniId> {
        self.of_task.get(&task).copied()
    }

    /// Rises with every change, so that answers of [`Network::reach`] can be kept until it does.
    #[inline]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Creates a security group in the VPC: nothing may come in, everything may go out [IA-104].
    pub fn create_group(&mut self, name: &str, description: &str, ctx: &mut Ctx) -> SecurityGroupId {
        let group = self.new_group(name, description);
        self.groups[group].because = Some(ctx.record(Fact::SecurityGroupCreated { group }));
        group
    }

    fn new_group(&mut self, name: &str, description: &str) -> SecurityGroupId {
        let id = format!("sg-0{}", self.account.hex("security-group", name, 16));
        let group = self.groups.push(SecurityGroup {
            arn: self.account.arn("ec2", &format!("security-group/{id}")),
            id,
            name: name.to_owned(),
            description: description.to_owned(),
            ingress: Vec::new(),
            egress: Vec::new(),
            because: None,
        });
        let all = Permission::all(Other::Range(Cidr::ALL));
        let rule = self.new_rule(group, Direction::Egress, all, None);
        self.groups[group].egress.push(rule);
        group
    }

    fn new_rule(
        &self,
        group: SecurityGroupId,
        direction: Direction,
        permission: Permission,
        description: Option<String>,
    ) -> Rule {
        let entity = format!("{}/{direction:?}/{permission:?}", self.groups[group].name);
        Rule { id: format!("sgr-0{}", self.account.hex("security-group-rule", &entity, 16)), permission, description }
    }

    /// Adds rules to a group; those it has already are the caller's to refuse.
    pub fn authorize(
        &mut self,
        group: SecurityGroupId,
        direction: Direction,
        permissions: &[(Permission, Option<String>)],
        ctx: &mut Ctx,
    ) -> Vec<Rule> {
        let mut added = Vec::new();
        for (permission, description) in permissions {
            let rule = self.new_rule(group, direction, *permission, description.clone());
            let words = self.words(direction, permission).into();
            let fact = match direction {
                Direction::Ingress => Fact::IngressAuthorized { group, rule: words },
                Direction::Egress => Fact::EgressAuthorized { group, rule: words },
            };
            let changed = &mut self.groups[group];
            changed.because = Some(ctx.record(fact));
            match direction {
                Direction::Ingress => changed.ingress.push(rule.clone()),
                Direction::Egress => changed.egress.push(rule.clone()),
            }
            added.push(rule);
        }
        self.generation += 1;
        added
    }

    /// Takes a rule from a group; none when the group does not have it.
    pub fn revoke(
        &mut self,
        group: SecurityGroupId,
        direction: Direction,
        permission: &Permission,
        ctx: &mut Ctx,
    ) -> Option<Rule> {
        let words = self.words(direction, permission).into();
        let changed = &mut self.groups[group];
        let rules = match direction {
            Direction::Ingress => &mut changed.ingress,
            Direction::Egress => &mut changed.egress,
        };
        let place = rules.iter().position(|rule| rule.permission == *permission)?;
        let gone = rules.remove(place);
        changed.because = Some(ctx.record(match direction {
            Direction::Ingress => Fact::IngressRevoked { group, rule: words },
            Direction::Egress => Fact::EgressRevoked { group, rule: words },
        }));
        self.generation += 1;
        Some(gone)
    }

    /// `TCP 80 from demo-alb-sg`.
    fn words(&self, direction: Direction, permission: &Permission) -> String {
        let preposition = if direction == Direction::Ingress { "from" } else { "to" };
        match permission.other {
            Other::Range(range) => format!("{permission} {preposition} {range}"),
            Other::Group(group) => format!("{permission} {preposition} {}", self.groups[group].name),
        }
    }

    /// Adds a route; the caller has seen that the table has none to this destination.
    pub fn create_route(&mut self, table: RouteTableId, destination: Cidr, target: RouteTarget, ctx: &mut Ctx) {
        let changed = &mut self.tables[table];
        changed.routes.push(Route { destination, target, by_user: true });
        let (name, destination) = (changed.id.as_str().into(), destination.to_string().into());
        changed.because = Some(ctx.record(Fact::RouteCreated { table: name, destination }));
        self.generation += 1;
    }

    /// Takes a route away; false when there is none to this destination.
    pub fn delete_route(&mut self, table: RouteTableId, destination: Cidr, ctx: &mut Ctx) -> bool {
        let changed = &mut self.tables[table];
        let Some(place) = changed.routes.iter().position(|route| route.destination == destination) else {
            return false;
        };
        changed.routes.remove(place);
        let (name, destination) = (changed.id.as_str().into(), destination.to_string().into());
        changed.because = Some(ctx.record(Fact::RouteDeleted { table: name, destination }));
        self.generation += 1;
        true
    }

    /// Reacts to one event.
    pub(crate) fn handle(&mut self, event: NetworkEvent, peers: &Peers, ctx: &mut Ctx) {
        match event {
            NetworkEvent::Attach(task) => self.attach_task(task, peers, ctx),
            NetworkEvent::Detach(task) => self.detach_task(task, ctx),
            NetworkEvent::Restore(zone) => self.restore_zone(zone, peers, ctx),
            NetworkEvent::Release(eni) => self.detach(eni),
        }
    }

    /// A zone loses its power, until the end or for so long. What runs there is gone at once; the Region's services, such
    /// as the registry and the control plane, go on [CA-169].
    pub(crate) fn lose_zone(&mut self, zone: ZoneId, lasts: Option<Duration>, peers: &Peers, ctx: &mut Ctx) {
        if self.zones[zone.index()].lose() {
            self.zones[zone.index()].because = Some(ctx.record(Fact::ZoneLost { zone }));
            self.generation += 1;
            ctx.send(Duration::ZERO, Event::Elb(ElbEvent::WakeAll));
        }
        ctx.within(self.lost_because(zone), |ctx| {
            let noticed = peers.assume.node_failover;
            ctx.send(noticed, Event::Elb(ElbEvent::NodeChecked(zone)));
            if let Some(lasts) = lasts {
                ctx.send(lasts + noticed, Event::Elb(ElbEvent::NodeChecked(zone)));
            }
            if let Some(lasts) = lasts {
                ctx.send(lasts, Event::Network(NetworkEvent::Restore(zone)));
            }
            if !peers.ec2.hosts.is_empty() {
                ctx.send(Duration::ZERO, Event::Ec2(Ec2Event::PowerLost(zone)));
            }
            let alive = |status| !matches!(status, TaskStatus::Deprovisioning | TaskStatus::Stopped);
            for (task, it) in peers.ecs.tasks.iter() {
                if alive(it.status) && it.launch() == Launch::Fargate && self.zone_of(it.subnet) == zone {
                    ctx.send(Duration::ZERO, Event::Fargate(FargateEvent::HostLost(task)));
                }
            }
        });
    }

    fn restore_zone(&mut self, zone: ZoneId, peers: &Peers, ctx: &mut Ctx) {
        if self.zones[zone.index()].restore() {
            let because = ctx.record(Fact::ZoneRestored { zone });
            self.zones[zone.index()].because = Some(because);
            self.generation += 1;
            ctx.send(Duration::ZERO, Event::Elb(ElbEvent::WakeAll));
            if !peers.ec2.hosts.is_empty() {
                ctx.within(Some(because), |ctx| ctx.send(Duration::ZERO, Event::Ec2(Ec2Event::PowerBack(zone))));
            }
        }
    }

    fn attach_task(&mut self, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        let wanted = &peers.ecs.tasks[task];
        // A task that was told to stop meanwhile needs none; one whose zone is without power has no host to attach it to.
        if self.of_task.contains_key(&task) || wanted.stopping.is_some() || self.is_dark(wanted.subnet) {
            return;
        }
        let subnet = wanted.subnet;
        let answer = match self.attach(subnet, &wanted.groups, wanted.public_ip, &wanted.name) {
            Ok(eni) => {
                self.of_task.insert(task, eni);
                let address = self.enis[eni].private_ip.to_string().into();
                let fact = ctx.record(Fact::EniAttached { task, subnet, address });
                ctx.because(fact);
                EcsEvent::EniAttached(task)
            }
            Err(NoFreeAddress { .. }) => {
                let fact = ctx.record(Fact::EniFailed { task, subnet });
                ctx.because(fact);
                EcsEvent::EniFailed(task)
            }
        };
        ctx.send(Duration::ZERO, Event::Ecs(answer));
    }

    /// A task that never had an interface is answered as well: whoever cleans up need not know.
    fn detach_task(&mut self, task: TaskId, ctx: &mut Ctx) {
        if let Some(eni) = self.of_task.remove(&task) {
            self.detach(eni);
            let fact = ctx.record(Fact::EniDetached { task });
            ctx.because(fact);
        }
        ctx.send(Duration::ZERO, Event::Ecs(EcsEvent::EniDetached(task)));
    }
}

/// `use1` for `us-east-1`, as zone ids have it.
fn short_region(region: &str) -> String {
    let parts: Vec<&str> = region.split('-').collect();
    let middle = |part: &&str| match *part {
        "northeast" => "ne".to_owned(),
        "northwest" => "nw".to_owned(),
        "southeast" => "se".to_owned(),
        "southwest" => "sw".to_owned(),
        other => other.chars().take(1).collect(),
    };
    match parts.as_slice() {
        [first, between @ .., last] => format!("{first}{}{last}", between.iter().map(middle).collect::<String>()),
        _ => region.to_owned(),
    }
}
