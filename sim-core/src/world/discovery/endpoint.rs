//! Endpoints of Service Connect, and the tasks behind them: who comes, who goes, and when the proxies of others know.

use std::time::Duration;

use super::{Discovery, DiscoveryEvent, Dns, Instance, NamespaceId, NewRegistry, RecordType, RegistryId};
use crate::world::ecs::{EcsEvent, HealthStatus, ServiceId, TaskId};
use crate::world::network::EniId;
use crate::world::{Account, Ctx, Event, Fact, Peers};

/// Where the proxy of a task without an interface of its own listens when nothing is said: a port that is free.
const EPHEMERAL: u16 = 32_768;

/// What others call: a name, a port, and what their proxies do about time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The service of ECS that offers it.
    pub owner: ServiceId,
    /// `dnsName` of the client alias.
    pub dns_name: String,
    /// `port` of the client alias.
    pub port: u16,
    /// Whether the proxies see requests, and not only connections.
    pub http: bool,
    /// How long a connection may be idle; none for ever.
    pub idle_timeout: Option<Duration>,
    /// How long an answer may take; none for ever.
    pub request_timeout: Option<Duration>,
}

/// A task behind an endpoint, as the proxies of others know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Host {
    /// Which.
    pub task: TaskId,
    /// The container's place in the task definition.
    pub container: u16,
    /// Where its proxy listens.
    pub port: u16,
    /// The port of the container behind that.
    pub inside: u16,
    /// Its interface.
    pub eni: EniId,
    /// Whether ECS says that it is healthy.
    pub healthy: bool,
}

impl Discovery {
    /// The endpoint of this discovery name in a namespace, which is made if there is none, with what is said of it now.
    pub(crate) fn put_endpoint(
        &mut self,
        namespace: NamespaceId,
        discovery_name: &str,
        endpoint: Endpoint,
        account: &Account,
        ctx: &mut Ctx,
    ) -> RegistryId {
        let registry = self.registry_in(namespace, discovery_name).unwrap_or_else(|| {
            let new = NewRegistry {
                name: discovery_name.to_owned(),
                namespace,
                description: String::new(),
                request: String::new(),
                dns: None,
                custom_health: true,
            };
            self.create_registry(new, account, ctx)
        });
        let it = &mut self.registries[registry];
        it.endpoint = Some(endpoint);
        it.version += 1;
        registry
    }

    /// A task that starts to run is registered: for each port that its service offers.
    pub(super) fn register(&mut self, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        let it = &peers.ecs.tasks[task];
        let definition = &peers.ecs.definitions[it.definition];
        let own = peers.network.eni_of(task);
        let host = it.instance.map(|instance| peers.ec2.hosts[peers.ecs.instances[instance].host].eni);
        for service in peers.ecs.connect_of(task).map_or(&[][..], |connect| &connect.services) {
            let Some((container, port)) = definition.port_named(&service.port_name) else { continue };
            let Some(eni) = own.or(host) else { continue };
            let inside = definition.containers[usize::from(container)].ports[port].container_port;
            let bound = it.bindings.iter().find(|at| at.container == container && at.container_port == inside);
            let usual = match own {
                Some(_) => inside,
                None => bound.map_or(EPHEMERAL, |bound| bound.host_port),
            };
            let port = Some(service.ingress_port.unwrap_or(usual));
            self.add(service.registry, Instance::new(task, (container, port, inside), eni, peers), peers, ctx);
        }
        for link in peers.ecs.registries_of(task) {
            let Some(eni) = own.or(host) else { continue };
            let container = link
                .container
                .as_deref()
                .and_then(|name| definition.containers.iter().position(|container| container.name == name));
            let first = definition.containers[container.unwrap_or(0)].ports.first().map(|port| port.container_port);
            let container = container.unwrap_or(0) as u16;
            let inside = link.container_port.or(link.port).or(first).unwrap_or(80);
            let bound = it.bindings.iter().find(|at| at.container == container && at.container_port == inside);
            let is_srv = |dns: &Dns| dns.records.iter().any(|(kind, _)| *kind == RecordType::Srv);
            let srv = self.registries[link.registry].dns.as_ref().is_some_and(is_srv);
            let port = match own {
                Some(_) => srv.then_some(link.port.unwrap_or(inside)),
                None => bound.map(|bound| bound.host_port),
            };
            self.add(link.registry, Instance::new(task, (container, port, inside), eni, peers), peers, ctx);
        }
        ctx.send(peers.assume.internal_call, Event::Ecs(EcsEvent::Discovered(task)));
    }

    /// A task is in a registry from now on.
    pub(super) fn add(&mut self, registry: RegistryId, mut instance: Instance, peers: &Peers, ctx: &mut Ctx) {
        let task = instance.task;
        instance.because = Some(ctx.record(Fact::TaskDiscovered { registry, task }));
        ctx.within(instance.because, |ctx| self.spread(registry, task, peers, ctx));
        self.registries[registry].instances.push(instance);
    }

    /// A task that stops, or has stopped, leaves all registries. Once those who call know it, the proxy turns new connections
    /// away and the containers hear of it [CP-244].
    pub(super) fn deregister(&mut self, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        let mut was_called = false;
        for index in 0..self.registries.len() as u32 {
            let registry = RegistryId::from_index(index);
            let it = &mut self.registries[registry];
            let before = it.instances.len();
            it.instances.retain(|instance| instance.task != task);
            if it.instances.len() == before {
                continue;
            }
            was_called |= it.endpoint.is_some();
            let fact = ctx.record(Fact::TaskUndiscovered { registry, task });
            ctx.within(Some(fact), |ctx| self.spread(registry, task, peers, ctx));
        }
        let after = if was_called { peers.assume.endpoint_propagation } else { Duration::ZERO };
        ctx.send(after + peers.assume.internal_call, Event::Ecs(EcsEvent::Undiscovered(task)));
    }

    /// ECS says how healthy a task is: who fails leaves the answers of the DNS [CP-245], and the hosts of endpoints.
    pub(super) fn health_changed(&mut self, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        let healthy = peers.ecs.tasks[task].health != Some(HealthStatus::Unhealthy);
        for index in 0..self.registries.len() as u32 {
            let registry = RegistryId::from_index(index);
            let of_task = self.registries[registry].instances.iter_mut().find(|instance| instance.task == task);
            if let Some(instance) = of_task.filter(|instance| instance.healthy != healthy) {
                instance.healthy = healthy;
                self.spread(registry, task, peers, ctx);
            }
        }
    }

    /// The proxies of those who call an endpoint hear of a change some time later.
    fn spread(&self, registry: RegistryId, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        if self.registries[registry].endpoint.is_some() {
            let event = Event::Discovery(DiscoveryEvent::Spread(registry, task));
            ctx.send(peers.assume.endpoint_propagation, event);
        }
    }

    /// They hear it: a task is behind an endpoint while it is registered.
    pub(super) fn heard(&mut self, registry: RegistryId, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        let it = &mut self.registries[registry];
        let instance = it.instances.iter().find(|instance| instance.task == task);
        let host = instance.map(Instance::host);
        match (host, it.hosts.iter().position(|host| host.task == task)) {
            (None, None) => {}
            (Some(host), Some(place)) => it.hosts[place] = host,
            (Some(host), None) => it.hosts.push(host),
            (None, Some(place)) => {
                it.hosts.remove(place);
            }
        }
        it.version += 1;
        self.tidy(registry, peers, ctx);
    }

    /// An endpoint goes when its service offers it no longer and no task is behind it.
    pub(super) fn tidy(&mut self, registry: RegistryId, peers: &Peers, ctx: &mut Ctx) {
        let it = &self.registries[registry];
        let Some(endpoint) = it.endpoint.as_ref().filter(|_| !it.deleted) else { return };
        if it.instances.is_empty() && it.hosts.is_empty() && !peers.ecs.offers(endpoint.owner, registry) {
            self.delete_registry(registry, ctx);
        }
    }

    /// The same for all endpoints of a service that was changed or deleted. After a way back they are again what the revision
    /// says that it went back to.
    pub(super) fn tidy_all(&mut self, service: ServiceId, peers: &Peers, ctx: &mut Ctx) {
        for offered in peers.ecs.offered_by(service) {
            let it = &mut self.registries[offered.registry];
            let endpoint = offered.endpoint(service);
            if !it.deleted && it.endpoint.as_ref() != Some(&endpoint) {
                it.endpoint = Some(endpoint);
                it.version += 1;
            }
        }
        for index in 0..self.registries.len() as u32 {
            let registry = RegistryId::from_index(index);
            if self.registries[registry].endpoint.as_ref().is_some_and(|endpoint| endpoint.owner == service) {
                self.tidy(registry, peers, ctx);
            }
        }
    }
}
