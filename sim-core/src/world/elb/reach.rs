//! Whether packets get through: the network decides, the target remembers.

use std::net::Ipv4Addr;

use super::target::Reach;
use super::{Elb, LoadBalancer, LoadBalancerId, Scheme, Target};
use crate::world::network::{Blocked, EniId, Network, Peer};

/// Where clients are: an address that the RFCs keep for examples, outside of every VPC.
const CLIENTS: Peer = Peer::Internet(Ipv4Addr::new(203, 0, 113, 10));

impl LoadBalancer {
    /// Whether a connection to a port of the target gets through.
    pub(super) fn path_to(&self, target: &Target, port: u16, network: &Network) -> Result<(), Blocked> {
        // A node whose zone is without power sends nothing: another one does [CA-169].
        let lit = |eni: &&EniId| !network.is_dark(network.eni(**eni).subnet);
        let Some(&own) = self.enis.iter().find(lit).or(self.enis.first()) else { return Ok(()) };
        match target.host.or(network.eni_of(target.task)) {
            Some(eni) => network.reach(Peer::Eni(own), eni, port),
            None => Err(Blocked { by: "the task's network interface is released".into(), because: None }),
        }
    }
}

impl Target {
    /// Whether a new connection from the load balancer gets through. Asks the network only when it has changed.
    #[inline]
    pub(crate) fn reachable(&mut self, balancer: &LoadBalancer, network: &Network) -> bool {
        let generation = network.generation();
        match self.reach {
            Some(reach) if reach.generation == generation => reach.open,
            _ => self.look_for_path(balancer, network),
        }
    }

    #[cold]
    fn look_for_path(&mut self, balancer: &LoadBalancer, network: &Network) -> bool {
        let open = balancer.path_to(self, self.port, network).is_ok();
        self.reach = Some(Reach { generation: network.generation(), open });
        open
    }
}

impl Elb {
    /// Whether clients reach the load balancer on this port [IA-108][IA-109]. One open way is enough: clients use
    /// the addresses that answer.
    pub(crate) fn reached_by_clients(&self, balancer: LoadBalancerId, port: u16, network: &Network) -> bool {
        let balancer = &self.balancers[balancer];
        match balancer.scheme {
            Scheme::Internal => true,
            Scheme::InternetFacing => balancer.enis.iter().any(|&eni| network.reach(CLIENTS, eni, port).is_ok()),
        }
    }
}
