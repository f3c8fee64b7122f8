//! `servicediscovery:DiscoverInstances`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::description::instances;
use super::{find_namespace, invalid};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::{Ctx, World};

/// `servicediscovery:DiscoverInstances` — what an application is told that looks for a service.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DiscoverInstances {
    /// The namespace, by name.
    pub namespace_name: String,
    /// The service, by name.
    pub service_name: String,
    /// Instances at most [count]; 100 unless set.
    #[schemars(range(min = 1, max = 1000))]
    pub max_results: Option<usize>,
    /// Attributes that they have; not modelled.
    #[serde(default)]
    pub query_parameters: NotModelled,
    /// Attributes that they have if there are such; not modelled.
    #[serde(default)]
    pub optional_parameters: NotModelled,
    /// `HEALTHY`, `UNHEALTHY`, `ALL`, or `HEALTHY_OR_ELSE_ALL`, which it is unless set.
    pub health_status: Option<String>,
}

/// What DiscoverInstances answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DiscoverInstancesOutput {
    /// The instances.
    pub instances: Vec<HttpInstanceSummary>,
}

/// `HttpInstanceSummary`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct HttpInstanceSummary {
    /// The id of the task.
    pub instance_id: String,
    /// Where.
    pub namespace_name: String,
    /// Of which service.
    pub service_name: String,
    /// `HEALTHY` or `UNHEALTHY`.
    pub health_status: &'static str,
    /// Its address, its port and more.
    pub attributes: BTreeMap<&'static str, String>,
}

impl Operation for DiscoverInstances {
    const SERVICE: &'static str = "servicediscovery";
    const NAME: &'static str = "DiscoverInstances";
    type Output = DiscoverInstancesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let namespace = find_namespace(world, &self.namespace_name, "NamespaceName")?;
        let Some(registry) = world.discovery.registry_in(namespace, &self.service_name) else {
            return Err(ApiError::new("ServiceNotFound", "The specified service was not found.").at("ServiceName"));
        };
        let found = instances(world, registry);
        let any_healthy = found.iter().any(|(.., healthy)| *healthy);
        let wanted = |healthy: bool| match self.health_status.as_deref() {
            Some("HEALTHY") => healthy,
            Some("UNHEALTHY") => !healthy,
            Some("ALL") => true,
            _ => healthy || !any_healthy,
        };
        if !matches!(
            self.health_status.as_deref(),
            None | Some("HEALTHY" | "UNHEALTHY" | "ALL" | "HEALTHY_OR_ELSE_ALL")
        ) {
            let error = invalid("Invalid health status.").at("HealthStatus");
            return Err(error.help("It may be HEALTHY, UNHEALTHY, ALL or HEALTHY_OR_ELSE_ALL."));
        }
        let summary = |(instance_id, attributes, healthy): (String, _, bool)| HttpInstanceSummary {
            instance_id,
            namespace_name: self.namespace_name.clone(),
            service_name: self.service_name.clone(),
            health_status: if healthy { "HEALTHY" } else { "UNHEALTHY" },
            attributes,
        };
        let wanted = found.into_iter().filter(|(.., healthy)| wanted(*healthy));
        Ok(DiscoverInstancesOutput { instances: wanted.take(self.max_results.unwrap_or(100)).map(summary).collect() })
    }
}
