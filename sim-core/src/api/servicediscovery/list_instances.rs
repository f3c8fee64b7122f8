//! `servicediscovery:ListInstances`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::description::instances;
use super::{find_registry, page_of};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `servicediscovery:ListInstances` — the instances of a service of Cloud Map: tasks, by their ids.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListInstances {
    /// The service, by id, ARN or name.
    pub service_id: String,
    /// The page to begin with; the first unless set.
    pub next_token: Option<String>,
    /// Instances on a page [count]; 100 unless set.
    #[schemars(range(min = 1, max = 100))]
    pub max_results: Option<u32>,
}

/// What ListInstances answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListInstancesOutput {
    /// The instances.
    pub instances: Vec<InstanceSummary>,
    /// The next page; none after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// `InstanceSummary`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstanceSummary {
    /// The id of the task.
    pub id: String,
    /// Its address, its port and more.
    pub attributes: BTreeMap<&'static str, String>,
}

impl Operation for ListInstances {
    const SERVICE: &'static str = "servicediscovery";
    const NAME: &'static str = "ListInstances";
    type Output = ListInstancesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let registry = find_registry(world, &self.service_id, "ServiceId")?;
        let all = instances(world, registry).into_iter();
        let all = all.map(|(id, attributes, _)| InstanceSummary { id, attributes }).collect();
        let page = page_of(all, self.max_results, self.next_token.as_deref())?;
        Ok(ListInstancesOutput { instances: page.items, next_token: page.next })
    }
}
