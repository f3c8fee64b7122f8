//! AWS Cloud Map: namespaces, the services in them, and the instances by which such a service is found.
//!
//! Cloud Map calls them services, and so does ECS its own: here they are registries, as ECS says where it registers tasks
//! in one (`registryArn`). An endpoint of Service Connect is a registry that ECS has made for a service.

mod dns;
mod endpoint;
mod instance;
mod namespace;
mod registry;

pub use endpoint::{Endpoint, Host};
pub use instance::Instance;
pub(crate) use namespace::NewNamespace;
pub use namespace::{Namespace, NamespaceId, NamespaceType};
pub(crate) use registry::NewRegistry;
pub use registry::{Dns, RecordType, Registry, RegistryId, Routing};

use super::ecs::{ServiceId, TaskId};
use super::{Ctx, Peers};
use crate::engine::{Arena, Time};

/// What Cloud Map, and what ECS and the proxies make of it, react to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiscoveryEvent {
    /// A task of a service that is found here has started.
    Register(TaskId),
    /// It stops, or has stopped.
    Deregister(TaskId),
    /// Its health may be another one.
    Health(TaskId),
    /// The proxies of those who call an endpoint hear of a change of a task behind it.
    Spread(RegistryId, TaskId),
    /// A service was changed or deleted: endpoints that nobody offers any more go.
    Tidy(ServiceId),
}

/// What Cloud Map was asked for, in its own words, so that GetOperation can tell.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `Id`.
    pub id: String,
    /// `CREATE_NAMESPACE` or `DELETE_NAMESPACE`.
    pub what: &'static str,
    /// Of which namespace.
    pub namespace: NamespaceId,
    /// When.
    pub at: Time,
}

/// The state of Cloud Map.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    /// All namespaces, deleted ones included.
    pub namespaces: Arena<Namespace>,
    /// All services of all namespaces, deleted ones included.
    pub registries: Arena<Registry>,
    /// Rises whenever a name of the DNS comes or goes.
    pub(crate) version: u64,
    /// What was asked for, oldest first. All of it is done at once.
    pub asked: Vec<Asked>,
}

impl Discovery {
    /// Reacts to one event.
    pub(crate) fn handle(&mut self, event: DiscoveryEvent, peers: &Peers, ctx: &mut Ctx) {
        match event {
            DiscoveryEvent::Register(task) => self.register(task, peers, ctx),
            DiscoveryEvent::Deregister(task) => self.deregister(task, peers, ctx),
            DiscoveryEvent::Health(task) => self.health_changed(task, peers, ctx),
            DiscoveryEvent::Spread(registry, task) => self.heard(registry, task, peers, ctx),
            DiscoveryEvent::Tidy(service) => self.tidy_all(service, peers, ctx),
        }
    }
}
