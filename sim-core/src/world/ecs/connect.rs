//! Service Connect, as a service is set to it.

use std::time::Duration;

use super::{DeploymentId, Ecs, ServiceId, ServiceStatus, TaskDefinition, TaskId};
use crate::world::discovery::{DiscoveryEvent, Endpoint, NamespaceId, Registry, RegistryId};
use crate::world::{Ctx, Event, Peers};

/// `serviceConnectConfiguration` of a service that has it enabled, with names looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connect {
    /// Where its endpoints are, and where its tasks look for those of others [CP-243].
    pub namespace: NamespaceId,
    /// What it offers; a service that only calls offers nothing.
    pub services: Vec<ConnectService>,
    /// As it was given, for whoever describes it.
    pub described: serde_json::Value,
}

/// `services` of it: a port that others call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectService {
    /// Which port mapping of the task definition.
    pub port_name: String,
    /// What the namespace knows it as.
    pub registry: RegistryId,
    /// `discoveryName`; the name of the port mapping unless set [CP-243].
    pub discovery_name: String,
    /// `clientAliases`: the name that others call, and its port [CP-243].
    pub alias: (String, u16),
    /// `ingressPortOverride`: where the proxy listens; the port of the container unless set.
    pub ingress_port: Option<u16>,
    /// Whether the proxy knows that this is HTTP, HTTP/2 or gRPC: `appProtocol` of the port mapping.
    pub http: bool,
    /// `idleTimeoutSeconds`; none when a connection may be idle for ever [CP-242].
    pub idle_timeout: Option<Duration>,
    /// `perRequestTimeoutSeconds`; none when an answer may take for ever [CP-242].
    pub request_timeout: Option<Duration>,
}

/// `serviceRegistries`: where the tasks of a service are found by DNS [CP-245].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryLink {
    /// `registryArn`.
    pub registry: RegistryId,
    /// `containerName`; the first unless set.
    pub container: Option<String>,
    /// `containerPort`.
    pub container_port: Option<u16>,
    /// `port` of SRV records.
    pub port: Option<u16>,
}

impl ConnectService {
    /// What others call, of the service that offers it.
    pub(crate) fn endpoint(&self, owner: ServiceId) -> Endpoint {
        Endpoint {
            owner,
            dns_name: self.alias.0.clone(),
            port: self.alias.1,
            http: self.http,
            idle_timeout: self.idle_timeout,
            request_timeout: self.request_timeout,
        }
    }
}

impl TaskDefinition {
    /// The port mapping of this name: the place of its container, and the place of the mapping there.
    pub fn port_named(&self, name: &str) -> Option<(u16, usize)> {
        let containers = self.containers.iter().enumerate();
        let mut ports = containers.flat_map(|(container, it)| (0..it.ports.len()).map(move |port| (container, port)));
        let is_it =
            |&(container, port): &(usize, usize)| self.containers[container].ports[port].name.as_deref() == Some(name);
        ports.find(is_it).map(|(container, port)| (container as u16, port))
    }
}

impl Ecs {
    /// What a task's deployment is set to.
    pub fn connect_of(&self, task: TaskId) -> Option<&Connect> {
        self.deployments[self.tasks[task].deployment?].recipe.connect.as_ref()
    }

    /// Whether a task is found in Cloud Map while it runs.
    pub(super) fn is_discovered(&self, task: TaskId) -> bool {
        let Some(deployment) = self.tasks[task].deployment else { return false };
        let recipe = &self.deployments[deployment].recipe;
        let offers = recipe.connect.as_ref().is_some_and(|connect| !connect.services.is_empty());
        offers || !recipe.registries.is_empty()
    }

    /// Where a task is found by DNS.
    pub(crate) fn registries_of(&self, task: TaskId) -> &[RegistryLink] {
        self.tasks[task].deployment.map_or(&[], |deployment| &self.deployments[deployment].recipe.registries)
    }

    /// What a service offers at present.
    pub(crate) fn offered_by(&self, service: ServiceId) -> &[ConnectService] {
        let connect = self.deployments[self.services[service].primary()].recipe.connect.as_ref();
        connect.map_or(&[], |connect| &connect.services)
    }

    /// The service whose tasks are in a registry.
    pub fn owner_of(&self, id: RegistryId, registry: &Registry) -> Option<ServiceId> {
        let is_in = |&service: &ServiceId| {
            let recipe = &self.deployments[self.services[service].primary()].recipe;
            recipe.registries.iter().any(|link| link.registry == id)
        };
        let owner = registry.endpoint.as_ref().map(|endpoint| endpoint.owner);
        owner.or_else(|| self.services.iter().map(|(service, _)| service).find(is_in))
    }

    /// Endpoints of a service that it offers no longer go, unless it never had one.
    pub(super) fn tidy_endpoints(&self, service: ServiceId, ctx: &mut Ctx) {
        let revisions = &self.services[service].revisions;
        if revisions.iter().any(|&one| self.deployments[one].recipe.connect.is_some()) {
            ctx.within(None, |ctx| ctx.send(Duration::ZERO, Event::Discovery(DiscoveryEvent::Tidy(service))));
        }
    }

    /// A task that starts to run is registered in Cloud Map, if its service is found there.
    pub(super) fn enter_discovery(&self, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        if self.is_discovered(task) {
            ctx.send(peers.assume.internal_call, Event::Discovery(DiscoveryEvent::Register(task)));
        }
    }

    /// A task that is to stop leaves Cloud Map first, so that nobody is sent to a process that has ended [CP-244].
    pub(super) fn leave_discovery(&self, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        if self.is_discovered(task) {
            ctx.send(peers.assume.internal_call, Event::Discovery(DiscoveryEvent::Deregister(task)));
        }
    }

    /// Whether a service offers this endpoint at present.
    pub(crate) fn offers(&self, service: ServiceId, registry: RegistryId) -> bool {
        self.services[service].status == ServiceStatus::Active
            && self.offered_by(service).iter().any(|one| one.registry == registry)
    }

    /// The endpoints that the tasks of a deployment know which begins now: those that are there, and none that comes later
    /// [CP-241].
    pub(super) fn known_endpoints(connect: Option<&Connect>, peers: &Peers) -> Vec<RegistryId> {
        let Some(connect) = connect else { return Vec::new() };
        let all = peers.discovery.registries_in(connect.namespace);
        all.filter(|(_, registry)| registry.endpoint.is_some()).map(|(id, _)| id).collect()
    }

    /// The endpoint that tasks of a deployment know by this name, with or without its port [CP-241]. `backend`,
    /// `backend:8080` and `backend.prod` may all be the same.
    pub(crate) fn endpoint_for(&self, deployment: DeploymentId, name: &str, peers: &Peers) -> Option<RegistryId> {
        let fits = |&&id: &&RegistryId| {
            let registry = &peers.discovery.registries[id];
            !registry.deleted && registry.is_called(name)
        };
        self.deployments[deployment].known.iter().find(fits).copied()
    }
}
