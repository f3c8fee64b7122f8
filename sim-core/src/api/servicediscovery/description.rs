//! Namespaces, services and instances as Cloud Map describes them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::world::World;
use crate::world::discovery::{Dns, NamespaceId, NamespaceType, RegistryId};

/// `Namespace`, and `NamespaceSummary`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NamespaceDescription {
    /// `ns-` and 16 letters and digits.
    pub id: String,
    /// `namespace/{id}`.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// `HTTP` or `DNS_PRIVATE`.
    pub r#type: &'static str,
    /// What it is for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Its services [count].
    pub service_count: usize,
    /// By which names it is known.
    pub properties: Properties,
    /// When it was made.
    pub create_date: String,
}

/// `NamespaceProperties`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Properties {
    /// Its hosted zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns_properties: Option<DnsProperties>,
    /// Its name for the API.
    pub http_properties: HttpProperties,
}

/// `DnsProperties`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DnsProperties {
    /// Of Route 53.
    pub hosted_zone_id: String,
    /// Of it only the time to live counts.
    #[serde(rename = "SOA")]
    pub soa: Soa,
}

/// `SOA`.
#[derive(Clone, Debug, Serialize)]
pub struct Soa {
    /// How long "there is no such name" may be kept [s].
    #[serde(rename = "TTL")]
    pub ttl: u32,
}

/// `HttpProperties`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct HttpProperties {
    /// The name.
    pub http_name: String,
}

impl NamespaceDescription {
    pub(super) fn of(world: &World, id: NamespaceId) -> NamespaceDescription {
        let it = &world.discovery.namespaces[id];
        let zone = || world.account.hex("hosted-zone", &it.id, 20).to_ascii_uppercase();
        let dns_properties = (it.kind == NamespaceType::DnsPrivate)
            .then(|| DnsProperties { hosted_zone_id: format!("Z{}", zone()), soa: Soa { ttl: 15 } });
        NamespaceDescription {
            id: it.id.clone(),
            arn: it.arn.clone(),
            name: it.name.clone(),
            r#type: it.kind.into(),
            description: it.description.clone(),
            service_count: world.discovery.registries_in(id).count(),
            properties: Properties { dns_properties, http_properties: HttpProperties { http_name: it.name.clone() } },
            create_date: world.account.wall(it.created),
        }
    }
}

/// `Service` of Cloud Map, and `ServiceSummary`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RegistryDescription {
    /// `srv-` and 16 letters and digits.
    pub id: String,
    /// `service/{id}`.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Where.
    pub namespace_id: String,
    /// What it is for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Its instances [count].
    pub instance_count: usize,
    /// What the DNS answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns_config: Option<DnsDescription>,
    /// `HTTP` or `DNS_HTTP`.
    pub r#type: &'static str,
    /// Whether ECS says how healthy its instances are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_check_custom_config: Option<CustomDescription>,
    /// When it was made.
    pub create_date: String,
}

/// `DnsConfig`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DnsDescription {
    /// `MULTIVALUE` or `WEIGHTED`.
    pub routing_policy: &'static str,
    /// Its records.
    pub dns_records: Vec<RecordDescription>,
}

/// `DnsRecord`.
#[derive(Clone, Debug, Serialize)]
pub struct RecordDescription {
    /// `A` or `SRV`.
    #[serde(rename = "Type")]
    pub kind: &'static str,
    /// How long an answer may be kept [s].
    #[serde(rename = "TTL")]
    pub ttl: u64,
}

/// `HealthCheckCustomConfig`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CustomDescription {
    /// Always 1.
    pub failure_threshold: u32,
}

impl RegistryDescription {
    pub(super) fn of(world: &World, id: RegistryId) -> RegistryDescription {
        let it = &world.discovery.registries[id];
        let dns = |dns: &Dns| DnsDescription {
            routing_policy: dns.routing.into(),
            dns_records: dns
                .records
                .iter()
                .map(|&(kind, ttl)| RecordDescription { kind: kind.into(), ttl: ttl.as_secs() })
                .collect(),
        };
        RegistryDescription {
            id: it.id.clone(),
            arn: it.arn.clone(),
            name: it.name.clone(),
            namespace_id: world.discovery.namespaces[it.namespace].id.clone(),
            description: it.description.clone(),
            instance_count: it.instances.len(),
            dns_config: it.dns.as_ref().map(dns),
            r#type: if it.dns.is_some() { "DNS_HTTP" } else { "HTTP" },
            health_check_custom_config: it.custom_health.then_some(CustomDescription { failure_threshold: 1 }),
            create_date: world.account.wall(it.created),
        }
    }
}

/// What is known of each instance of a service: its id, its attributes and whether it is healthy.
pub(super) fn instances(world: &World, id: RegistryId) -> Vec<(String, BTreeMap<&'static str, String>, bool)> {
    let describe = |it: &crate::world::discovery::Instance| {
        let task = &world.ecs.tasks[it.task];
        let mut attributes = BTreeMap::from([
            ("AVAILABILITY_ZONE", world.network.zone(task.subnet).to_owned()),
            ("AWS_INSTANCE_IPV4", it.address.to_string()),
            ("ECS_CLUSTER_NAME", world.ecs.clusters[task.cluster].name.clone()),
            ("REGION", world.account.region.clone()),
        ]);
        if let Some(port) = it.port {
            attributes.insert("AWS_INSTANCE_PORT", port.to_string());
        }
        if world.discovery.registries[id].custom_health {
            attributes.insert("AWS_INIT_HEALTH_STATUS", if it.healthy { "HEALTHY" } else { "UNHEALTHY" }.to_owned());
        }
        if let Some(service) = task.service {
            attributes.insert("ECS_SERVICE_NAME", world.ecs.services[service].name.clone());
            attributes.insert("ECS_TASK_DEFINITION_FAMILY", world.ecs.definitions[task.definition].family.clone());
        }
        (task.uuid.clone(), attributes, it.healthy)
    };
    world.discovery.registries[id].instances.iter().map(describe).collect()
}
