//! `ecs:ListServicesByNamespace`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::page::page;
use crate::api::{ApiError, Operation};
use crate::world::ecs::{Service, ServiceStatus};
use crate::world::{Ctx, World};

/// `ecs:ListServicesByNamespace` — the services of all clusters that Service Connect has in a namespace.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListServicesByNamespace {
    /// Its name or ARN.
    pub namespace: String,
    /// The page to begin with; the first unless set.
    pub next_token: Option<String>,
    /// ARNs on a page [count]; 10 unless set, 1 to 100 [CP-015].
    #[schemars(range(min = 1, max = 100))]
    pub max_results: Option<u32>,
}

/// What ListServicesByNamespace answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListServicesByNamespaceOutput {
    /// In the order of creation.
    pub service_arns: Vec<String>,
    /// The next page; none after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListServicesByNamespace {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "ListServicesByNamespace";
    type Output = ListServicesByNamespaceOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let Some(namespace) = world.discovery.namespace_named(&self.namespace) else {
            let error = ApiError::new("NamespaceNotFoundException", "The specified namespace wasn't found.");
            return Err(error.at("namespace"));
        };
        let is_there = |service: &Service| {
            let connect = world.ecs.deployments[service.primary()].recipe.connect.as_ref();
            service.status == ServiceStatus::Active && connect.is_some_and(|connect| connect.namespace == namespace)
        };
        let there = world.ecs.services.iter().filter(|(_, service)| is_there(service));
        let arns = there.map(|(_, service)| service.arn.clone()).collect();
        let page = page(arns, self.max_results, 10, self.next_token.as_deref())?;
        Ok(ListServicesByNamespaceOutput { service_arns: page.items, next_token: page.next })
    }
}
