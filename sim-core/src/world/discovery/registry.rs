//! Registries: the services of a namespace.

use std::time::Duration;

use super::{Discovery, Endpoint, Host, Instance, NamespaceId};
use crate::engine::{Id, Time};
use crate::world::{Account, Ctx, Fact};

/// Names a [`Registry`].
pub type RegistryId = Id<Registry>;

/// What the DNS answers for a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dns {
    /// `RoutingPolicy`.
    pub routing: Routing,
    /// `DnsRecords`: which, and for how long an answer may be kept.
    pub records: Vec<(RecordType, Duration)>,
}

/// `Type` of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "UPPERCASE")]
pub enum RecordType {
    /// An address.
    A,
    /// An address and a port.
    Srv,
}

/// `RoutingPolicy` of the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "UPPERCASE")]
pub enum Routing {
    /// Up to eight records at a time.
    Multivalue,
    /// One at a time.
    Weighted,
}

/// A service of Cloud Map.
#[derive(Clone, Debug)]
pub struct Registry {
    /// `srv-` and 16 letters and digits.
    pub id: String,
    /// `service/{id}`.
    pub arn: String,
    /// Unique in its namespace.
    pub name: String,
    /// Where.
    pub namespace: NamespaceId,
    /// What it is for.
    pub description: String,
    /// `CreatorRequestId`.
    pub request: String,
    /// What the DNS answers; none where only the API knows it.
    pub dns: Option<Dns>,
    /// Whether the health of its instances is what ECS says (`HealthCheckCustomConfig`).
    pub custom_health: bool,
    /// The tasks in it, in the order of their registration.
    pub instances: Vec<Instance>,
    /// What Service Connect has made of it, if it has.
    pub endpoint: Option<Endpoint>,
    /// The tasks behind the endpoint, as the proxies of those who call know it.
    pub hosts: Vec<Host>,
    /// Rises with every change of the endpoint and its hosts.
    pub version: u64,
    /// When it was made.
    pub created: Time,
    /// Whether it is gone.
    pub deleted: bool,
}

/// What a new registry is made of.
#[derive(Clone, Debug)]
pub(crate) struct NewRegistry {
    pub name: String,
    pub namespace: NamespaceId,
    pub description: String,
    pub request: String,
    pub dns: Option<Dns>,
    pub custom_health: bool,
}

impl Registry {
    /// Whether applications call it so: `backend`, or `backend:8080`.
    pub fn is_called(&self, name: &str) -> bool {
        let (host, port) = name.rsplit_once(':').unwrap_or((name, ""));
        let port = |endpoint: &Endpoint| port.is_empty() || port.parse() == Ok(endpoint.port);
        self.endpoint.as_ref().is_some_and(|endpoint| endpoint.dns_name == host && port(endpoint))
    }
}

impl Discovery {
    /// The registries that are not deleted.
    pub fn live_registries(&self) -> impl Iterator<Item = (RegistryId, &Registry)> {
        self.registries.iter().filter(|(_, registry)| !registry.deleted)
    }

    /// The registries of a namespace.
    pub fn registries_in(&self, namespace: NamespaceId) -> impl Iterator<Item = (RegistryId, &Registry)> {
        self.live_registries().filter(move |(_, registry)| registry.namespace == namespace)
    }

    /// The registry of this name in a namespace.
    pub fn registry_in(&self, namespace: NamespaceId, name: &str) -> Option<RegistryId> {
        self.registries_in(namespace).find(|(_, registry)| registry.name == name).map(|(id, _)| id)
    }

    /// `name.namespace`, which is also what the DNS knows it by.
    pub fn name_of(&self, registry: RegistryId) -> String {
        let it = &self.registries[registry];
        format!("{}.{}", it.name, self.namespaces[it.namespace].name)
    }

    /// The registry with this id, ARN or name, or `name.namespace`.
    pub fn registry_named(&self, name: &str) -> Option<RegistryId> {
        let in_full = |it: &Registry| {
            let rest = name.strip_prefix(it.name.as_str()).and_then(|rest| rest.strip_prefix('.'));
            rest == Some(self.namespaces[it.namespace].name.as_str())
        };
        let is_it = |it: &Registry| it.id == name || it.arn == name || it.name == name || in_full(it);
        self.live_registries().find(|(_, it)| is_it(it)).map(|(id, _)| id)
    }

    /// Makes a registry whose name is free.
    pub(crate) fn create_registry(&mut self, new: NewRegistry, account: &Account, ctx: &mut Ctx) -> RegistryId {
        let key = format!("{}.{}", new.name, self.namespaces[new.namespace].name);
        let same = |it: &Registry| it.name == new.name && it.namespace == new.namespace;
        let before = self.registries.iter().filter(|(_, it)| same(it)).count();
        let id = format!("srv-{}", account.hex("registry", &format!("{key}#{before}"), 16));
        self.version += 1;
        let registry = self.registries.push(Registry {
            arn: account.arn("servicediscovery", &format!("service/{id}")),
            id,
            name: new.name,
            namespace: new.namespace,
            description: new.description,
            request: new.request,
            dns: new.dns,
            custom_health: new.custom_health,
            instances: Vec::new(),
            endpoint: None,
            hosts: Vec::new(),
            version: 0,
            created: ctx.now(),
            deleted: false,
        });
        ctx.record(Fact::RegistryCreated { registry });
        registry
    }

    /// Deletes a registry without instances.
    pub(crate) fn delete_registry(&mut self, registry: RegistryId, ctx: &mut Ctx) {
        self.version += 1;
        self.registries[registry].deleted = true;
        ctx.record(Fact::RegistryDeleted { registry });
    }
}
