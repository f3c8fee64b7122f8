//! `servicediscovery:CreateService`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::description::RegistryDescription;
use super::{find_namespace, invalid};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::discovery::{self, Dns, NamespaceType, NewRegistry};
use crate::world::{Ctx, World};

/// `servicediscovery:CreateService` — makes a service of Cloud Map, in which a service of ECS registers its tasks.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateService {
    /// Unique in its namespace; with a DNS the first part of its name there.
    pub name: String,
    /// Where, by id, ARN or name.
    pub namespace_id: Option<String>,
    /// The same request again, with the same id, is answered as the first.
    #[serde(default)]
    pub creator_request_id: String,
    /// What it is for; up to 1,024 characters.
    #[serde(default)]
    pub description: String,
    /// What the DNS answers.
    pub dns_config: Option<DnsConfig>,
    /// Checks by Route 53, for public namespaces only; not modelled.
    #[serde(default)]
    pub health_check_config: NotModelled,
    /// ECS says how healthy tasks are.
    pub health_check_custom_config: Option<HealthCheckCustomConfig>,
    /// `HTTP`: the API only, whatever the namespace.
    #[serde(rename = "Type")]
    pub kind: Option<ServiceTypeOption>,
    /// Tags; not modelled.
    #[serde(default)]
    pub tags: NotModelled,
}

/// `DnsConfig`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DnsConfig {
    /// Where; deprecated by AWS for the field beside it.
    pub namespace_id: Option<String>,
    /// `MULTIVALUE` unless set.
    pub routing_policy: Option<RoutingPolicy>,
    /// One or two records.
    pub dns_records: Vec<DnsRecord>,
}

/// `RoutingPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum RoutingPolicy {
    /// Up to eight healthy instances at a time.
    Multivalue,
    /// One instance at a time.
    Weighted,
}

/// `DnsRecord`.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DnsRecord {
    /// `A` or `SRV`.
    #[serde(rename = "Type")]
    pub kind: RecordType,
    /// How long an answer may be kept [s].
    #[serde(rename = "TTL")]
    #[schemars(range(max = 2_147_483_647))]
    pub ttl: u32,
}

/// `Type` of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordType {
    /// An address.
    A,
    /// An address and a port.
    Srv,
    /// An address of IPv6; not modelled.
    Aaaa,
    /// Another name; not modelled.
    Cname,
}

/// `HealthCheckCustomConfig`.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct HealthCheckCustomConfig {
    /// Always 1 by now, whatever is said.
    #[schemars(range(min = 1, max = 10))]
    pub failure_threshold: Option<u32>,
}

/// `Type` of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum ServiceTypeOption {
    /// Only the API knows it.
    Http,
}

/// What CreateService answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateServiceOutput {
    /// The service.
    pub service: RegistryDescription,
}

impl DnsConfig {
    fn resolve(&self) -> Result<Dns, ApiError> {
        if self.dns_records.is_empty() || self.dns_records.len() > 2 {
            return Err(invalid("DnsRecords has one or two records.").at("DnsConfig.DnsRecords"));
        }
        let routing = match self.routing_policy {
            Some(RoutingPolicy::Weighted) => discovery::Routing::Weighted,
            Some(RoutingPolicy::Multivalue) | None => discovery::Routing::Multivalue,
        };
        let record = |(index, record): (usize, &DnsRecord)| {
            let kind = match record.kind {
                RecordType::A => discovery::RecordType::A,
                RecordType::Srv => discovery::RecordType::Srv,
                RecordType::Aaaa | RecordType::Cname => {
                    let error = invalid("AAAA and CNAME records are not modelled by this simulator.");
                    return Err(error.at(format!("DnsConfig.DnsRecords[{index}].Type")).help("Use A or SRV."));
                }
            };
            Ok((kind, Duration::from_secs(record.ttl.into())))
        };
        let records = self.dns_records.iter().enumerate().map(record).collect::<Result<_, _>>()?;
        Ok(Dns { routing, records })
    }
}

impl Operation for CreateService {
    const SERVICE: &'static str = "servicediscovery";
    const NAME: &'static str = "CreateService";
    const TABLE: Option<&'static str> = Some("servicediscovery.service");
    type Output = CreateServiceOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let of_dns = self.dns_config.as_ref().and_then(|dns| dns.namespace_id.as_ref());
        let (named, place) = match (&self.namespace_id, of_dns) {
            (Some(name), _) => (name, "NamespaceId"),
            (None, Some(name)) => (name, "DnsConfig.NamespaceId"),
            (None, None) => return Err(invalid("NamespaceId is required.").at("NamespaceId")),
        };
        let namespace = find_namespace(world, named, place)?;
        let kind = world.discovery.namespaces[namespace].kind;
        if !super::valid_name(&self.name, NamespaceType::DnsPrivate) {
            return Err(invalid(format!("Invalid service name: {}", self.name)).at("Name"));
        }
        if kind == NamespaceType::Http && self.dns_config.is_some() {
            let message = "DnsConfig is not supported for services in HTTP namespaces.";
            return Err(invalid(message).at("DnsConfig").help("Create the service in a private DNS namespace."));
        }
        if kind == NamespaceType::DnsPrivate && self.dns_config.is_none() && self.kind.is_none() {
            let message = "DnsConfig is required for services in DNS namespaces.";
            return Err(invalid(message).at("DnsConfig").help("Give DnsConfig, or say Type = \"HTTP\"."));
        }
        if self.dns_config.is_some() && self.kind.is_some() {
            return Err(invalid("A service of the type HTTP has no DnsConfig.").at("Type"));
        }
        let dns = self.dns_config.as_ref().map(DnsConfig::resolve).transpose()?;
        if let Some(there) = world.discovery.registry_in(namespace, &self.name) {
            let it = &world.discovery.registries[there];
            if it.request == self.creator_request_id && !it.request.is_empty() && it.dns == dns {
                return Ok(CreateServiceOutput { service: RegistryDescription::of(world, there) });
            }
            let message = format!("Service {} already exists.", self.name);
            return Err(ApiError::new("ServiceAlreadyExists", message).at("Name"));
        }
        let new = NewRegistry {
            name: self.name,
            namespace,
            description: self.description,
            request: self.creator_request_id,
            dns,
            custom_health: self.health_check_custom_config.is_some(),
        };
        let registry = world.discovery.create_registry(new, &world.account, ctx);
        Ok(CreateServiceOutput { service: RegistryDescription::of(world, registry) })
    }
}
