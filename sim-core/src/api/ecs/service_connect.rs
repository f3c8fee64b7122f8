//! `serviceConnectConfiguration` of a service.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::container_definition::LogConfiguration;
use crate::api::{ApiError, NotModelled};
use crate::world::discovery::{Endpoint, NamespaceId};
use crate::world::ecs::{
    ClusterId, Connect, ConnectService, DeploymentStrategy, NetworkMode, ServiceId, TaskDefinition,
};
use crate::world::{Ctx, World};

/// Services in one namespace [count] [CP-020].
const SERVICES_MAX: usize = 300;
/// Tasks of a service that is found in Cloud Map [count] [CP-020].
const TASKS_MAX: u32 = 1000;
/// How long a connection may be idle where the proxy sees requests [CP-242].
const IDLE_HTTP: Duration = Duration::from_secs(300);
/// The same where it sees only connections [CP-242].
const IDLE_TCP: Duration = Duration::from_secs(3600);
/// How long an answer may take where the proxy sees requests [CP-242].
const PER_REQUEST: Duration = Duration::from_secs(15);

/// `serviceConnectConfiguration`: what a service offers in a namespace, and that its tasks may call what others offer there.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceConnectConfiguration {
    /// Whether its tasks have a proxy [CP-240].
    pub enabled: bool,
    /// The namespace, by name or ARN; that of the cluster unless set [CP-243].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// What it offers; nothing for a service that only calls others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceConnectService>,
    /// Where the output of the proxy goes. Stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_configuration: Option<LogConfiguration>,
    /// How the proxy logs requests. Stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_log_configuration: Option<AccessLogConfiguration>,
}

/// `ServiceConnectService`: a port that others may call.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceConnectService {
    /// The `name` of one of the task definition's port mappings.
    pub port_name: String,
    /// What it is called in the namespace; `portName` unless set [CP-243].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discovery_name: Option<String>,
    /// What others call: exactly one name and port [CP-243].
    #[serde(default)]
    pub client_aliases: Vec<ClientAlias>,
    /// Where the proxy listens; the container's port unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub ingress_port_override: Option<u16>,
    /// How long proxies wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<TimeoutConfiguration>,
    /// Encryption between proxies; not modelled.
    #[serde(default, skip_serializing)]
    pub tls: NotModelled,
}

/// `ClientAlias`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientAlias {
    /// The port that others call.
    #[schemars(range(min = 1))]
    pub port: u16,
    /// The name that others call; `discoveryName.namespace` unless set [CP-243].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns_name: Option<String>,
    /// Which requests are tests of a blue/green deployment; not modelled.
    #[serde(default, skip_serializing)]
    pub test_traffic_rules: NotModelled,
}

/// `TimeoutConfiguration` [CP-242].
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TimeoutConfiguration {
    /// How long a connection may be idle [s]; 0 for ever; 300, or 3,600 without `appProtocol`, unless set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_timeout_seconds: Option<u32>,
    /// How long an answer may take [s]; 0 for ever; 15 unless set. Only with `appProtocol`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per_request_timeout_seconds: Option<u32>,
}

/// `ServiceConnectAccessLogConfiguration`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessLogConfiguration {
    /// `TEXT` or `JSON`.
    pub format: AccessLogFormat,
    /// Whether query parameters are logged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_query_parameters: Option<QueryParameters>,
}

/// `format` of access logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum AccessLogFormat {
    /// Lines.
    Text,
    /// Objects.
    Json,
}

/// `includeQueryParameters` of access logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum QueryParameters {
    /// They are logged.
    Enabled,
    /// They are not.
    Disabled,
}

/// `ServiceConnectServiceResource`: an endpoint in Cloud Map.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceConnectServiceResource {
    /// Its name there.
    pub discovery_name: String,
    /// Its ARN there.
    pub discovery_arn: String,
}

/// What a request wants, all of it checked.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    namespace: NamespaceId,
    services: Vec<(String, Endpoint, ConnectService)>,
    described: serde_json::Value,
}

fn error(place: String, message: impl Into<String>) -> ApiError {
    ApiError::invalid_parameter(message).at(format!("serviceConnectConfiguration.{place}"))
}

/// A name that others may call: a host name.
fn valid_host(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let label = |label: &str| !label.is_empty() && label.len() <= 63 && label.chars().all(inner);
    name.len() <= 127 && name.split('.').all(label)
}

impl ServiceConnectConfiguration {
    /// Looks names up and checks what AWS checks [CP-243]. `owner` is the service that it is for, in a cluster.
    pub(crate) fn plan(
        &self,
        cluster: ClusterId,
        owner: ServiceId,
        definition: &TaskDefinition,
        world: &World,
    ) -> Result<Option<Planned>, ApiError> {
        if !self.enabled {
            return Ok(None);
        }
        if !matches!(definition.mode, NetworkMode::Awsvpc | NetworkMode::Bridge) {
            let message = "Service Connect is supported with the network modes awsvpc and bridge only.";
            return Err(error("enabled".into(), message));
        }
        let namespace = self.find_namespace(cluster, world)?;
        let others = world.discovery.registries_in(namespace);
        let others = others.filter_map(|(_, registry)| registry.endpoint.as_ref()).filter(|it| it.owner != owner);
        let owners: std::collections::BTreeSet<ServiceId> = others.map(|endpoint| endpoint.owner).collect();
        if !self.services.is_empty() && owners.len() >= SERVICES_MAX {
            let message = format!("The namespace has {SERVICES_MAX} services already, which is the quota.");
            return Err(error("namespace".into(), message));
        }
        let mut services: Vec<(String, Endpoint, ConnectService)> = Vec::new();
        for (index, service) in self.services.iter().enumerate() {
            let planned = service.plan(&format!("services[{index}]"), namespace, owner, definition, world)?;
            if services.iter().any(|(name, ..)| *name == planned.0) {
                let message = format!("The discovery name {} is given twice.", planned.0);
                return Err(error(format!("services[{index}].discoveryName"), message));
            }
            if services.iter().any(|(_, _, it)| it.alias == planned.2.alias) {
                let message = format!("The client alias {}:{} is given twice.", planned.2.alias.0, planned.2.alias.1);
                return Err(error(format!("services[{index}].clientAliases[0]"), message));
            }
            services.push(planned);
        }
        let mut shown = self.clone();
        shown.namespace.get_or_insert_with(|| world.discovery.namespaces[namespace].arn.clone());
        let described = serde_json::to_value(&shown).expect("inputs are plain data");
        Ok(Some(Planned { namespace, services, described }))
    }

    fn find_namespace(&self, cluster: ClusterId, world: &World) -> Result<NamespaceId, ApiError> {
        match &self.namespace {
            Some(name) => world.discovery.namespace_named(name).ok_or_else(|| {
                let error = ApiError::new("NamespaceNotFoundException", "The specified namespace wasn't found.");
                let known: Vec<&str> = world.discovery.live_namespaces().map(|(_, it)| it.name.as_str()).collect();
                let error = error.at("serviceConnectConfiguration.namespace");
                match known.as_slice() {
                    [] => error.help("There is no namespace yet: create one, or a cluster with one."),
                    known => error.help(format!("The namespaces are: {}.", known.join(", "))),
                }
            }),
            None => world.ecs.clusters[cluster].namespace.ok_or_else(|| {
                let message = "A namespace is required: the cluster has no default namespace.";
                let help = "Name one, or give the cluster serviceConnectDefaults.";
                error("namespace".into(), message).help(help)
            }),
        }
    }
}

impl ServiceConnectService {
    fn plan(
        &self,
        place: &str,
        namespace: NamespaceId,
        owner: ServiceId,
        definition: &TaskDefinition,
        world: &World,
    ) -> Result<(String, Endpoint, ConnectService), ApiError> {
        let at = |field: &str, message: String| error(format!("{place}.{field}"), message);
        let Some((container, port)) = definition.port_named(&self.port_name) else {
            let all = definition.containers.iter().flat_map(|container| &container.ports);
            let known: Vec<&str> = all.filter_map(|port| port.name.as_deref()).collect();
            let name = definition.name();
            let message = format!("The portName {} does not exist in the task definition {name}.", self.port_name);
            let help = match known.as_slice() {
                [] => "Give one of its port mappings a name.".to_owned(),
                known => format!("Its named port mappings are: {}.", known.join(", ")),
            };
            return Err(at("portName", message).help(help));
        };
        let http = definition.containers[usize::from(container)].ports[port].http;
        let alias = match self.client_aliases.as_slice() {
            [alias] => alias,
            aliases => {
                let message = format!("clientAliases has exactly 1 item, and there are {}.", aliases.len());
                return Err(at("clientAliases", message).help("Write clientAliases = [{ port = 80 }]."));
            }
        };
        if alias.port == 0 {
            return Err(at("clientAliases[0].port", "The port must be from 1 to 65535.".into()));
        }
        if self.ingress_port_override == Some(0) {
            return Err(at("ingressPortOverride", "The port must be from 1 to 65535.".into()));
        }
        let discovery_name = self.discovery_name.clone().unwrap_or_else(|| self.port_name.clone());
        let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
        if !(1..=64).contains(&discovery_name.len()) || !discovery_name.chars().all(valid) {
            let message = "A discovery name has up to 64 lowercase letters, numbers, underscores, and hyphens.";
            return Err(at("discoveryName", message.into()));
        }
        let usual = || format!("{discovery_name}.{}", world.discovery.namespaces[namespace].name);
        let dns_name = alias.dns_name.clone().unwrap_or_else(usual);
        if !valid_host(&dns_name) {
            return Err(at("clientAliases[0].dnsName", format!("{dns_name} is no valid DNS name.")));
        }
        if let Some(there) = world.discovery.registry_in(namespace, &discovery_name)
            && world.discovery.registries[there].endpoint.as_ref().is_none_or(|endpoint| endpoint.owner != owner)
        {
            let message = format!("The discovery name {discovery_name} is in use in the namespace already.");
            return Err(at("discoveryName", message));
        }
        let taken = world.discovery.registries_in(namespace).filter_map(|(_, registry)| registry.endpoint.as_ref());
        let is_taken = |it: &Endpoint| it.owner != owner && (it.dns_name.as_str(), it.port) == (&dns_name, alias.port);
        if let Some(other) = taken.into_iter().find(|it| is_taken(it)) {
            let name = &world.ecs.services[other.owner].name;
            let message = format!("The client alias {dns_name}:{} is in use in the namespace already.", alias.port);
            return Err(at("clientAliases[0]", message).help(format!("The service {name} has it.")));
        }
        let timeout = self.timeout.unwrap_or_default();
        if timeout.per_request_timeout_seconds.is_some() && !http {
            let message = "perRequestTimeoutSeconds needs an appProtocol of the port mapping.";
            return Err(at("timeout.perRequestTimeoutSeconds", message.into()));
        }
        let given = |seconds: Option<u32>, usual: Duration| match seconds {
            Some(0) => None,
            Some(seconds) => Some(Duration::from_secs(seconds.into())),
            None => Some(usual),
        };
        let idle_timeout = given(timeout.idle_timeout_seconds, if http { IDLE_HTTP } else { IDLE_TCP });
        let request_timeout = given(timeout.per_request_timeout_seconds, PER_REQUEST).filter(|_| http);
        let port = alias.port;
        let endpoint = Endpoint { owner, dns_name: dns_name.clone(), port, http, idle_timeout, request_timeout };
        let service = ConnectService {
            port_name: self.port_name.clone(),
            registry: crate::world::discovery::RegistryId::from_index(u32::MAX),
            discovery_name: discovery_name.clone(),
            alias: (dns_name, port),
            ingress_port: self.ingress_port_override,
            http,
            idle_timeout,
            request_timeout,
        };
        Ok((discovery_name, endpoint, service))
    }
}

impl Planned {
    /// Makes the endpoints, and says what the service is set to.
    pub(crate) fn put(self, world: &mut World, ctx: &mut Ctx) -> Connect {
        let Planned { namespace, services, described } = self;
        let services = services.into_iter().map(|(name, endpoint, service)| {
            let registry = world.discovery.put_endpoint(namespace, &name, endpoint, &world.account, ctx);
            ConnectService { registry, ..service }
        });
        Connect { namespace, services: services.collect(), described }
    }

    /// What is not modelled of a service that offers something, and the quota of its tasks [CP-020].
    pub(crate) fn check(&self, strategy: DeploymentStrategy, desired: u32) -> Result<(), ApiError> {
        check_offer(!self.services.is_empty(), strategy, desired)
    }
}

/// The same for a service whose configuration stays.
pub(crate) fn check_kept(
    connect: Option<&Connect>,
    strategy: Option<DeploymentStrategy>,
    desired: u32,
) -> Result<(), ApiError> {
    let offers = connect.is_some_and(|connect| !connect.services.is_empty());
    check_offer(offers, strategy.unwrap_or(DeploymentStrategy::Rolling), desired)
}

/// What a service was given before, so that it can be read anew for another task definition.
pub(crate) fn given_before(connect: Option<&Connect>) -> Option<ServiceConnectConfiguration> {
    serde_json::from_value(connect?.described.clone()).ok()
}

fn check_offer(offers: bool, strategy: DeploymentStrategy, desired: u32) -> Result<(), ApiError> {
    if offers && strategy != DeploymentStrategy::Rolling {
        let message = "Deployments that shift the traffic of Service Connect are not modelled by this simulator.";
        return Err(error("services".into(), message).help("Use the strategy ROLLING."));
    }
    if offers && desired > TASKS_MAX {
        let message = format!("A service with Service Connect has at most {TASKS_MAX} tasks.");
        return Err(ApiError::invalid_parameter(message).at("desiredCount"));
    }
    Ok(())
}

/// What a revision is set to, as it was given.
pub(crate) fn described(connect: Option<&Connect>) -> Option<serde_json::Value> {
    connect.map(|connect| connect.described.clone())
}

/// The endpoints of a revision in Cloud Map.
pub(crate) fn resources(connect: Option<&Connect>, world: &World) -> Vec<ServiceConnectServiceResource> {
    let resource = |service: &ConnectService| ServiceConnectServiceResource {
        discovery_name: service.discovery_name.clone(),
        discovery_arn: world.discovery.registries[service.registry].arn.clone(),
    };
    connect.map_or(&[][..], |connect| &connect.services).iter().map(resource).collect()
}
