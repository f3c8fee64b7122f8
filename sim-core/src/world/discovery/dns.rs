//! What the DNS of the VPC answers for a registry [CP-245].

use std::time::Duration;

use super::{Discovery, Host, Instance, RegistryId, Routing};
use crate::world::Ctx;

/// Records in an answer at most [count] [CP-245].
const RECORDS_MAX: usize = 8;
/// How long "there is nobody" may be kept: what the SOA record of a namespace says.
const NOBODY: Duration = Duration::from_secs(15);

impl Discovery {
    /// Who is behind a name, and for how long that may be kept: up to eight healthy instances, or as many that are not when
    /// none is; one only with weighted routing. Which of many is drawn by `entity`, and so is their order.
    pub(crate) fn answer(&self, registry: RegistryId, entity: &str, ctx: &Ctx) -> (Vec<Host>, Duration) {
        let it = &self.registries[registry];
        let Some(dns) = it.dns.as_ref().filter(|_| !it.deleted) else { return (Vec::new(), NOBODY) };
        let any_healthy = it.instances.iter().any(|instance| instance.healthy);
        let mut left: Vec<&Instance> =
            it.instances.iter().filter(|instance| instance.healthy || !any_healthy).collect();
        if left.is_empty() {
            return (Vec::new(), NOBODY);
        }
        let mut draw = ctx.stream("dns-answer", entity);
        let most = if dns.routing == Routing::Weighted { 1 } else { RECORDS_MAX };
        let mut hosts = Vec::with_capacity(most.min(left.len()));
        while hosts.len() < most && !left.is_empty() {
            hosts.push(left.remove(draw.below(left.len() as u64) as usize).host());
        }
        let lasts = dns.records.iter().map(|(_, ttl)| *ttl).min().unwrap_or_default();
        (hosts, lasts)
    }

    /// The registry that the DNS knows by this name, which may have a port behind it that is not the DNS's business.
    pub fn registry_by_dns(&self, name: &str) -> Option<RegistryId> {
        let host = name.rsplit_once(':').map_or(name, |(host, _)| host);
        let is_it = |id: RegistryId| self.registries[id].dns.is_some() && self.name_of(id) == host;
        self.live_registries().map(|(id, _)| id).find(|&id| is_it(id))
    }
}
