//! Operations of AWS Cloud Map.

mod create_http_namespace;
mod create_private_dns_namespace;
mod create_service;
mod delete_namespace;
mod delete_service;
mod description;
mod discover_instances;
mod filter;
mod get_namespace;
mod get_operation;
mod get_service;
mod list_instances;
mod list_namespaces;
mod list_services;

pub use create_http_namespace::CreateHttpNamespace;
pub use create_private_dns_namespace::CreatePrivateDnsNamespace;
pub use create_service::CreateService;
pub use delete_namespace::DeleteNamespace;
pub use delete_service::DeleteService;
pub use discover_instances::DiscoverInstances;
pub use get_namespace::GetNamespace;
pub use get_operation::GetOperation;
pub use get_service::GetService;
pub use list_instances::ListInstances;
pub use list_namespaces::ListNamespaces;
pub use list_services::ListServices;

use serde::Serialize;

use crate::api::ApiError;
use crate::api::ecs::{Page, page};
use crate::world::World;
use crate::world::discovery::{NamespaceId, NamespaceType, NewNamespace, RegistryId};

/// What an operation answers that takes its time.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Begun {
    /// What GetOperation can be asked for.
    pub operation_id: String,
}

impl Begun {
    /// The latest that was asked for.
    fn latest(world: &World) -> Begun {
        Begun { operation_id: world.discovery.asked.last().map_or_else(String::new, |asked| asked.id.clone()) }
    }
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidInput", message)
}

/// The namespace that a field names, by id; the name and the ARN will do as well.
fn find_namespace(world: &World, name: &str, place: &str) -> Result<NamespaceId, ApiError> {
    world.discovery.namespace_named(name).ok_or_else(|| {
        let error = ApiError::new("NamespaceNotFound", "The specified namespace was not found.").at(place);
        let known: Vec<&str> = world.discovery.live_namespaces().map(|(_, it)| it.name.as_str()).collect();
        if known.is_empty() { error } else { error.help(format!("The namespaces are: {}.", known.join(", "))) }
    })
}

/// The service of Cloud Map that a field names, by id; the name and the ARN will do as well.
fn find_registry(world: &World, name: &str, place: &str) -> Result<RegistryId, ApiError> {
    world.discovery.registry_named(name).ok_or_else(|| {
        let error = ApiError::new("ServiceNotFound", "The specified service was not found.").at(place);
        let known: Vec<String> = world.discovery.live_registries().map(|(id, _)| world.discovery.name_of(id)).collect();
        if known.is_empty() { error } else { error.help(format!("The services are: {}.", known.join(", "))) }
    })
}

/// Whether a name may be that of a namespace of this kind: printable, and for the DNS a domain.
fn valid_name(name: &str, kind: NamespaceType) -> bool {
    let label = |label: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        (1..=63).contains(&label.len()) && label.chars().all(inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    match kind {
        NamespaceType::Http => (1..=1024).contains(&name.len()) && name.chars().all(|c| c.is_ascii_graphic()),
        NamespaceType::DnsPrivate => (1..=253).contains(&name.len()) && name.split('.').all(label),
    }
}

/// Makes a namespace, or says why not. The same request again is answered as before.
fn create_namespace(new: NewNamespace, world: &mut World, ctx: &mut crate::world::Ctx) -> Result<Begun, ApiError> {
    if !valid_name(&new.name, new.kind) {
        let message = format!("Invalid namespace name: {}", new.name);
        return Err(invalid(message)
            .at("Name")
            .help("A DNS name has labels of letters, digits and `-` with dots between."));
    }
    if new.description.chars().count() > 1024 {
        return Err(invalid("Description has at most 1024 characters.").at("Description"));
    }
    if let Some(there) = world.discovery.namespace_named(&new.name) {
        let it = &world.discovery.namespaces[there];
        let same = it.kind == new.kind && it.request == new.request && !new.request.is_empty();
        let asked = world.discovery.asked.iter().rev().find(|asked| asked.namespace == there);
        if let Some(asked) = asked.filter(|_| same) {
            return Ok(Begun { operation_id: asked.id.clone() });
        }
        let message = format!("The namespace you're trying to create already exists: {}", it.name);
        return Err(ApiError::new("NamespaceAlreadyExists", message).at("Name"));
    }
    world.discovery.create_namespace(new, &world.account, ctx);
    Ok(Begun::latest(world))
}

/// A page of a long answer: 100 at a time unless set.
fn page_of<T>(items: Vec<T>, max_results: Option<u32>, token: Option<&str>) -> Result<Page<T>, ApiError> {
    page(items, max_results, 100, token).map_err(|error| {
        let place = if error.place == "nextToken" { "NextToken" } else { "MaxResults" };
        invalid(error.message).at(place)
    })
}
