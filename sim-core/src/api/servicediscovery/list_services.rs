//! `servicediscovery:ListServices`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::description::RegistryDescription;
use super::filter::Filter;
use super::page_of;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `servicediscovery:ListServices` — the services of Cloud Map, those that Service Connect has made included.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListServices {
    /// The page to begin with; the first unless set.
    pub next_token: Option<String>,
    /// Services on a page [count]; 100 unless set.
    #[schemars(range(min = 1, max = 100))]
    pub max_results: Option<u32>,
    /// Only those of a `NAMESPACE_ID`.
    #[serde(default)]
    pub filters: Vec<Filter>,
}

/// What ListServices answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListServicesOutput {
    /// The services.
    pub services: Vec<RegistryDescription>,
    /// The next page; none after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListServices {
    const SERVICE: &'static str = "servicediscovery";
    const NAME: &'static str = "ListServices";
    type Output = ListServicesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        Filter::check(&self.filters, &["NAMESPACE_ID"])?;
        let all = world.discovery.live_registries().map(|(id, _)| RegistryDescription::of(world, id));
        let passes = |it: &RegistryDescription| self.filters.iter().all(|filter| filter.passes(&it.namespace_id));
        let page = page_of(all.filter(passes).collect(), self.max_results, self.next_token.as_deref())?;
        Ok(ListServicesOutput { services: page.items, next_token: page.next })
    }
}
