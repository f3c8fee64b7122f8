//! Security groups: stateful lists of what may come in and go out.

use std::fmt;
use std::net::Ipv4Addr;

use super::cidr::Cidr;
use crate::engine::{FactId, Id};

/// Names a [`SecurityGroup`].
pub type SecurityGroupId = Id<SecurityGroup>;

/// A stateful allow-list: answers to what was let through always pass [IA-103].
#[derive(Clone, Debug)]
pub struct SecurityGroup {
    /// `sg-` and 17 hexadecimal digits.
    pub id: String,
    /// `GroupName`: unique in the VPC, up to 255 characters.
    pub name: String,
    /// `Description`.
    pub description: String,
    /// `SecurityGroupArn`.
    pub arn: String,
    /// What may come in; nothing, when it is new [IA-104].
    pub ingress: Vec<Rule>,
    /// What may go out; everything, when it is new [IA-104].
    pub egress: Vec<Rule>,
    /// The fact of its last change; none for a default group that was never touched.
    pub because: Option<FactId>,
}

impl SecurityGroup {
    /// The rules of one direction.
    pub fn rules(&self, direction: Direction) -> &[Rule] {
        match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        }
    }
}

/// Towards the ENI, or away from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Inbound.
    Ingress,
    /// Outbound.
    Egress,
}

/// `IpProtocol`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// `-1`: all protocols and ports.
    All,
    /// `tcp`.
    Tcp,
    /// `udp`.
    Udp,
    /// `icmp`.
    Icmp,
}

/// Who is at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    /// Any address in a range.
    Range(Cidr),
    /// Any ENI that carries the group, by its private address [IA-104].
    Group(SecurityGroupId),
}

/// What one rule lets through: equal permissions cannot be in a group twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// Which protocol.
    pub protocol: Protocol,
    /// The lowest port, when the protocol has ports.
    pub from: u16,
    /// The highest port.
    pub to: u16,
    /// From or to whom.
    pub other: Other,
}

impl Permission {
    /// Everything, from or to this peer.
    pub const fn all(other: Other) -> Permission {
        Permission { protocol: Protocol::All, from: 0, to: u16::MAX, other }
    }

    /// Whether a TCP connection to this port is meant.
    pub fn has_tcp(&self, port: u16) -> bool {
        match self.protocol {
            Protocol::All => true,
            Protocol::Tcp => (self.from..=self.to).contains(&port),
            Protocol::Udp | Protocol::Icmp => false,
        }
    }
}

/// Ports of a permission in words: `TCP 80`, `TCP 8000-8080`, `all traffic`.
impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocol = match self.protocol {
            Protocol::All => return f.write_str("all traffic"),
            Protocol::Icmp => return f.write_str("ICMP"),
            Protocol::Tcp => "TCP",
            Protocol::Udp => "UDP",
        };
        if self.from == self.to {
            write!(f, "{protocol} {}", self.from)
        } else {
            write!(f, "{protocol} {}-{}", self.from, self.to)
        }
    }
}

/// One rule of a group.
#[derive(Clone, Debug)]
pub struct Rule {
    /// `sgr-` and 17 hexadecimal digits.
    pub id: String,
    /// What it lets through.
    pub permission: Permission,
    /// `Description`.
    pub description: Option<String>,
}

/// The other end of a connection, as a rule sees it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Its address: the private one inside the VPC.
    pub address: Ipv4Addr,
    /// Its groups; none outside of the VPC.
    pub groups: &'a [SecurityGroupId],
}

impl Seen<'_> {
    /// Whether a rule about `other` is about this end.
    pub fn is(&self, other: Other) -> bool {
        match other {
            Other::Range(range) => range.contains(self.address),
            Other::Group(group) => self.groups.contains(&group),
        }
    }
}
