//! A call straight to a task whose address the DNS has told: no load balancer, no proxy, and nobody who tries again but the
//! application itself.

use super::super::request::{Call, Stage};
use super::super::{CallerId, Step, Unreached};
use super::proxied::Attempt;
use crate::world::discovery::{Host, RegistryId};
use crate::world::{Ctx, World};

impl World {
    /// An application calls a name of a registry: it takes a connection that it has open, or opens one to the next address
    /// of the answer that it keeps [CP-245].
    pub(super) fn call_by_dns(&mut self, id: CallerId, call: Call, it: Attempt, ctx: &mut Ctx) {
        let now = ctx.now();
        if now >= self.traffic.proxies.outlet(it.from, it.place).until {
            self.ask_dns(&it, ctx);
        }
        let kept = self.kept_flow(&it, u64::MAX, now);
        let outlet = self.traffic.proxies.outlet(it.from, it.place);
        let Some(place) = kept.or_else(|| outlet.pick(now, None)) else {
            return self.unreached(id, call, Unreached::ClientNoAnswer, ctx);
        };
        if !self.gets_through(&it, place, ctx) {
            return self.unreached(id, call, Unreached::ClientTimeout, ctx);
        }
        let host = self.traffic.proxies.outlet(it.from, it.place).hosts[place].host;
        if !self.app.listens((host.task, host.container), host.inside) {
            // The task has ended, or does not listen yet: an old answer, or one that came too early.
            return self.unreached(id, call, Unreached::ClientRefused, ctx);
        }
        self.cloudwatch.endpoint(it.registry).arrived(0, u32::from(kept.is_none()));
        self.traffic.traces.step(call.trace, now, || Step::Endpoint(it.registry));
        self.traffic.traces.step(call.trace, now, || Step::Host(host.task, kept.is_none()));
        let mut request = self.proxied(&it, host.task, place, now);
        request.container = host.container;
        request.opened_target = kept.is_none();
        request.stage = Stage::Working;
        let slot = self.traffic.requests.insert(request);
        self.come_in(slot, (host.task, host.container), ctx);
    }

    /// Asks the DNS anew: what it says is used until its time to live is over. Connections to addresses that it no longer
    /// tells are closed.
    #[cold]
    fn ask_dns(&mut self, it: &Attempt, ctx: &mut Ctx) {
        let now = ctx.now();
        let caller = &self.traffic.callers[it.caller];
        let entity = format!("{}/{}@{}", self.ecs.tasks[it.from].name, caller.name, now.as_nanos());
        let (mut hosts, lasts) = self.discovery.answer(it.registry, &entity, ctx);
        if let Some(port) = caller.to.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok()) {
            hosts.iter_mut().for_each(|host| self.aim(host, port));
        }
        let outlet = self.traffic.proxies.outlet(it.from, it.place);
        outlet.refresh(&hosts, 0);
        outlet.until = now + lasts;
    }

    /// Whoever names a port gets that one, whatever the registry says: which container listens there.
    fn aim(&self, host: &mut Host, port: u16) {
        let task = &self.ecs.tasks[host.task];
        let definition = &self.ecs.definitions[task.definition];
        let maps = |at: u16| definition.containers[usize::from(at)].ports.iter().any(|one| one.container_port == port);
        let bound = task.bindings.iter().find(|bound| bound.host_port == port);
        (host.port, host.inside) = (port, bound.map_or(port, |bound| bound.container_port));
        let containers = 0..definition.containers.len() as u16;
        if let Some(container) =
            bound.map(|bound| bound.container).or_else(|| containers.into_iter().find(|&at| maps(at)))
        {
            host.container = container;
        }
    }

    /// The registry of a name that an application calls, when it is one of the DNS.
    pub(super) fn registry_of(&self, name: &str) -> Option<RegistryId> {
        self.discovery.registry_by_dns(name)
    }
}
