//! `serviceRegistries` of a service.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::world::World;
use crate::world::discovery::{Dns, RecordType};
use crate::world::ecs::{NetworkMode, RegistryLink, TaskDefinition};

/// Tasks of a service that is found in Cloud Map [count] [CP-020].
const TASKS_MAX: u32 = 1000;

/// `ServiceRegistry`: a service of Cloud Map in which the tasks are registered [CP-245].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceRegistry {
    /// The service of Cloud Map, by ARN, id or name.
    pub registry_arn: String,
    /// The port of SRV records, with `awsvpc`, instead of container and port.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub port: Option<u16>,
    /// Whose port SRV records tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_name: Option<String>,
    /// Which port of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub container_port: Option<u16>,
}

/// What a request says about registries, with names looked up.
pub(crate) fn resolve(
    given: &[ServiceRegistry],
    definition: &TaskDefinition,
    world: &World,
) -> Result<Vec<RegistryLink>, ApiError> {
    if given.len() > 1 {
        let message = "service registries can have at most 1 items.";
        return Err(ApiError::invalid_parameter(message).at("serviceRegistries"));
    }
    given.iter().map(|one| one.resolve(definition, world)).collect()
}

/// The quota of tasks that are found in Cloud Map [CP-020].
pub(crate) fn check_count(links: &[RegistryLink], desired: u32) -> Result<(), ApiError> {
    if links.is_empty() || desired <= TASKS_MAX {
        return Ok(());
    }
    let message = format!("A service with service discovery has at most {TASKS_MAX} tasks.");
    Err(ApiError::invalid_parameter(message).at("desiredCount"))
}

/// The same as the request would say it.
pub(crate) fn described(links: &[RegistryLink], world: &World) -> Vec<ServiceRegistry> {
    let describe = |link: &RegistryLink| ServiceRegistry {
        registry_arn: world.discovery.registries[link.registry].arn.clone(),
        port: link.port,
        container_name: link.container.clone(),
        container_port: link.container_port,
    };
    links.iter().map(describe).collect()
}

impl ServiceRegistry {
    fn resolve(&self, definition: &TaskDefinition, world: &World) -> Result<RegistryLink, ApiError> {
        let error = |field: &str, message: &str| {
            ApiError::invalid_parameter(message).at(format!("serviceRegistries[0].{field}"))
        };
        let found = world.discovery.registry_named(&self.registry_arn);
        let Some(registry) = found.filter(|&id| world.discovery.registries[id].endpoint.is_none()) else {
            let help = "Create it with aws servicediscovery create-service.";
            return Err(error("registryArn", "The specified service registry does not exist.").help(help));
        };
        let is_srv = |dns: &Dns| dns.records.iter().any(|(kind, _)| *kind == RecordType::Srv);
        let is_a = |dns: &Dns| dns.records.iter().any(|(kind, _)| *kind == RecordType::A);
        let dns = world.discovery.registries[registry].dns.as_ref();
        let (srv, a) = (dns.is_some_and(is_srv), dns.is_some_and(is_a));
        let awsvpc = definition.mode == NetworkMode::Awsvpc;
        if definition.mode == NetworkMode::None {
            return Err(error("registryArn", "Service discovery needs a network mode other than none."));
        }
        if a && !awsvpc {
            let message = "A service registry with A records needs the network mode awsvpc.";
            return Err(error("registryArn", message).help("Use a registry with SRV records only."));
        }
        if self.container_name.is_some() != self.container_port.is_some() {
            return Err(error("containerName", "Specify both containerName and containerPort, or neither."));
        }
        if self.port.is_some() && (self.container_port.is_some() || !awsvpc) {
            let message = "port is for the network mode awsvpc, without containerName and containerPort.";
            return Err(error("port", message));
        }
        if srv && self.port.is_none() && self.container_port.is_none() {
            let message = "A service registry with SRV records needs containerName and containerPort, or a port.";
            return Err(error("containerName", message));
        }
        if let (Some(name), Some(port)) = (&self.container_name, self.container_port) {
            let Some(container) = definition.container_named(name) else {
                let message = format!("The container {name} does not exist in the task definition.");
                return Err(error("containerName", &message));
            };
            if !container.ports.iter().any(|one| one.container_port == port) {
                let message = format!("The container {name} did not have a container port {port} defined.");
                return Err(error("containerPort", &message));
            }
        }
        let (container, container_port) = (self.container_name.clone(), self.container_port);
        Ok(RegistryLink { registry, container, container_port, port: self.port })
    }
}
