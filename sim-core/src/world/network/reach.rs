//! "Can A reach B on port p?", and if not: what is in the way, and since when.

use std::net::Ipv4Addr;

use super::group::{Direction, SecurityGroup, SecurityGroupId, Seen};
use super::route::RouteTarget;
use super::{Eni, EniId, Network};
use crate::engine::FactId;
use crate::world::Name;

/// Who opens a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    /// Somebody in the internet, by address.
    Internet(Ipv4Addr),
    /// An interface in the VPC.
    Eni(EniId),
}

/// An AWS service that a task talks to through its own interface [IA-092].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// `api.ecr`: the authorisation token.
    EcrApi,
    /// `dkr.ecr`: manifests.
    EcrDkr,
    /// The bucket of the layers.
    S3,
    /// CloudWatch Logs.
    Logs,
    /// A public registry such as Docker Hub or ECR Public [IA-048].
    PublicRegistry,
}

/// Every service here listens on HTTPS.
const HTTPS: u16 = 443;

impl Service {
    /// An address of the service, as it stands in messages. One for all Regions: no rule asks for more.
    pub fn address(self) -> Ipv4Addr {
        match self {
            Service::EcrApi => Ipv4Addr::new(44, 213, 79, 104),
            Service::EcrDkr => Ipv4Addr::new(44, 213, 78, 21),
            Service::S3 => Ipv4Addr::new(52, 216, 50, 17),
            Service::Logs => Ipv4Addr::new(3, 236, 94, 130),
            Service::PublicRegistry => Ipv4Addr::new(98, 85, 153, 80),
        }
    }

    /// The service in words.
    pub fn noun(self) -> &'static str {
        match self {
            Service::EcrApi | Service::EcrDkr => "Amazon ECR",
            Service::S3 => "Amazon S3",
            Service::Logs => "Amazon CloudWatch Logs",
            Service::PublicRegistry => "the public registry",
        }
    }
}

/// What is in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// A sentence that names it: `security group demo-task-sg (sg-0…): no inbound rule allows TCP 80 from demo-alb-sg`.
    pub by: Name,
    /// The fact of the last change of that group or table; none when it was never touched.
    pub because: Option<FactId>,
}

impl Network {
    /// Whether a TCP connection gets through. Blocked means silence: nobody answers the caller [IA-106].
    pub fn reach(&self, from: Peer, to: EniId, port: u16) -> Result<(), Blocked> {
        let target = &self.enis[to];
        self.attached(target)?;
        match from {
            Peer::Internet(address) => {
                self.internet(target, address, "it")?;
                let seen = Seen { address, groups: &[] };
                self.groups(target, Direction::Ingress, port, seen, &address.to_string())
            }
            Peer::Eni(source) => {
                let source = &self.enis[source];
                self.attached(source)?;
                // Inside of one VPC the local route always leads there [IA-101].
                let there = Seen { address: target.private_ip, groups: &target.groups };
                self.groups(source, Direction::Egress, port, there, &self.who(target))?;
                let here = Seen { address: source.private_ip, groups: &source.groups };
                self.groups(target, Direction::Ingress, port, here, &self.who(source))
            }
        }
    }

    /// Whether an interface gets through to an AWS service on port 443 [IA-092][CA-014].
    pub fn egress(&self, from: EniId, to: Service) -> Result<(), Blocked> {
        let source = &self.enis[from];
        self.attached(source)?;
        self.internet(source, to.address(), "the task")?;
        let seen = Seen { address: to.address(), groups: &[] };
        self.groups(source, Direction::Egress, HTTPS, seen, to.noun())
    }

    /// Whether there is an interface at all, in a zone that has power [CA-169].
    fn attached(&self, eni: &Eni) -> Result<(), Blocked> {
        let zone = &self.zones[self.zone_of(eni.subnet).index()];
        if zone.is_lost() {
            return Err(Blocked { by: format!("zone {} is without power", zone.name).into(), because: zone.because });
        }
        if eni.attached {
            return Ok(());
        }
        Err(Blocked { by: format!("network interface {} is released", eni.id).into(), because: None })
    }

    /// Whether there is a way between an interface and an address in the internet: a route to the internet gateway
    /// and a public address, both [IA-093][IA-094]. It is the
    /// same for a load balancer's node [IA-109].
    fn internet(&self, eni: &Eni, address: Ipv4Addr, whose: &str) -> Result<(), Blocked> {
        let subnet = &self.subnets[eni.subnet];
        let table = &self.tables[subnet.table];
        let place = format!("{} ({})", subnet.id, subnet.zone);
        if table.way(address) != Some(RouteTarget::InternetGateway) {
            let by = format!("route table {}: subnet {place} has no route to an internet gateway", table.id);
            return Err(Blocked { by: by.into(), because: table.because });
        }
        if eni.public_ip.is_none() {
            let by = format!("subnet {place} has a route to an internet gateway, but {whose} has no public IP address");
            return Err(Blocked { by: by.into(), because: None });
        }
        Ok(())
    }

    /// Whether one of the interface's groups lets a connection through; one is enough [IA-103].
    ///
    /// Only a Network Load Balancer's interface can be without any group, and then nothing is held back there.
    fn groups(&self, eni: &Eni, direction: Direction, port: u16, seen: Seen, other: &str) -> Result<(), Blocked> {
        if eni.groups.is_empty() {
            return Ok(());
        }
        let groups = || eni.groups.iter().map(|&group| &self.groups[group]);
        let lets = |group: &SecurityGroup| {
            group.rules(direction).iter().any(|rule| rule.permission.has_tcp(port) && seen.is(rule.permission.other))
        };
        if groups().any(lets) {
            return Ok(());
        }
        let noun = if eni.groups.len() == 1 { "security group" } else { "security groups" };
        let names: Vec<String> = groups().map(|group| format!("{} ({})", group.name, group.id)).collect();
        let (kind, preposition) = match direction {
            Direction::Ingress => ("inbound", "from"),
            Direction::Egress => ("outbound", "to"),
        };
        let names = names.join(", ");
        let by = format!("{noun} {names}: no {kind} rule allows TCP {port} {preposition} {other}");
        Err(Blocked { by: by.into(), because: groups().filter_map(|group| group.because).max() })
    }

    /// An interface as a rule would name it: by its groups.
    fn who(&self, eni: &Eni) -> String {
        let name = |&group: &SecurityGroupId| self.groups[group].name.as_str();
        eni.groups.iter().map(name).collect::<Vec<_>>().join(", ")
    }
}
