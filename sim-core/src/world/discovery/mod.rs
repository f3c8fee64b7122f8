//! AWS Cloud Map: namespaces, the services in them, and the instances by which such a service is found.
//!
//! Cloud Map calls them services, and so does ECS its own: here they are registries, as ECS says where it registers tasks
//! in one (`registryArn`). An endpoint of Service Connect is a registry that ECS has made for a service.

mod instance;
mod namespace;
mod registry;

pub use instance::Instance;
pub(crate) use namespace::NewNamespace;
pub use namespace::{Namespace, NamespaceId, NamespaceType};
pub(crate) use registry::NewRegistry;
pub use registry::{Dns, RecordType, Registry, RegistryId, Routing};

use crate::engine::{Arena, Time};

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
    /// What was asked for, oldest first. All of it is done at once.
    pub asked: Vec<Asked>,
}
