//! Elastic network interfaces: what a task, or a load balancer's node, has in a subnet.

use std::fmt;
use std::net::Ipv4Addr;

use super::Network;
use super::cidr::Cidr;
use super::group::SecurityGroupId;
use super::subnet::SubnetId;
use crate::engine::{Id, Stream};

/// Names an [`Eni`].
pub type EniId = Id<Eni>;

/// Where public addresses are drawn from: a range of Amazon's, so that nobody else's address is printed.
const PUBLIC: (Ipv4Addr, u8) = (Ipv4Addr::new(3, 208, 0, 0), 12);

/// An elastic network interface.
#[derive(Clone, Debug)]
pub struct Eni {
    /// `eni-` and 17 hexadecimal digits.
    pub id: String,
    /// What it was made for.
    pub description: String,
    /// Where it is.
    pub subnet: SubnetId,
    /// Its security groups; their rules are taken together [IA-103].
    pub groups: Vec<SecurityGroupId>,
    /// Its address in the subnet.
    pub private_ip: Ipv4Addr,
    /// Its address in the internet, when it was given one.
    pub public_ip: Option<Ipv4Addr>,
    /// Its MAC address.
    pub mac: String,
    /// Whether it is still there.
    pub attached: bool,
}

/// Why no interface could be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoFreeAddress {
    /// The subnet's id.
    pub subnet: String,
    /// Whether a public address was wanted, too.
    pub public_ip: bool,
}

/// What ECS shows when a task's interface cannot be made [IA-072][CP-116].
impl fmt::Display for NoFreeAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let public = if self.public_ip { "enabled" } else { "disabled" };
        write!(
            f,
            "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment {public} in \
             subnet '{}': InsufficientFreeAddressesInSubnet: The specified subnet does not have enough free addresses to \
             satisfy the request.",
            self.subnet
        )
    }
}

impl Network {
    /// Makes an interface. Its id and addresses are drawn by its description, so that they do not depend on what
    /// else was attached before; a second interface of one description is another one.
    pub fn attach(
        &mut self,
        subnet: SubnetId,
        groups: &[SecurityGroupId],
        public_ip: bool,
        description: &str,
    ) -> Result<EniId, NoFreeAddress> {
        let nth = self.described.entry(description.to_owned()).or_default();
        let name = if *nth == 0 { description.to_owned() } else { format!("{description}~{nth}") };
        let mut stream = Stream::of(self.account.seed, "eni-address", &name);
        let home = &mut self.subnets[subnet];
        let Some(private_ip) = home.take(&mut stream) else {
            return Err(NoFreeAddress { subnet: home.id.clone(), public_ip });
        };
        *nth += 1;
        let public_ip = public_ip.then(|| {
            let range = Cidr::new(PUBLIC.0, PUBLIC.1);
            let mut drawn = range.nth(stream.below(range.size()) as u32);
            while !self.public.insert(drawn) {
                drawn = range.nth(stream.below(range.size()) as u32);
            }
            drawn
        });
        let mac = self.account.hex("eni-mac", &name, 10).into_bytes();
        let mac = mac.chunks(2).map(|pair| String::from_utf8_lossy(pair).into_owned()).collect::<Vec<_>>().join(":");
        self.generation += 1;
        Ok(self.enis.push(Eni {
            id: format!("eni-0{}", self.account.hex("eni", &name, 16)),
            description: description.to_owned(),
            subnet,
            groups: groups.to_vec(),
            private_ip,
            public_ip,
            mac: format!("0a:{mac}"),
            attached: true,
        }))
    }

    /// Gives an interface other security groups, for every connection from now on.
    pub fn regroup(&mut self, eni: EniId, groups: &[SecurityGroupId]) {
        self.enis[eni].groups = groups.to_vec();
        self.generation += 1;
    }

    /// Releases an interface and its addresses. A second time changes nothing.
    pub fn detach(&mut self, eni: EniId) {
        let gone = &mut self.enis[eni];
        if !gone.attached {
            return;
        }
        gone.attached = false;
        self.subnets[gone.subnet].give_back(gone.private_ip);
        if let Some(address) = gone.public_ip {
            self.public.remove(&address);
        }
        self.generation += 1;
    }
}
