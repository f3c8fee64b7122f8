//! `servicediscovery:ListNamespaces`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::description::NamespaceDescription;
use super::filter::Filter;
use super::page_of;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `servicediscovery:ListNamespaces` — the namespaces, in the order of their creation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListNamespaces {
    /// The page to begin with; the first unless set.
    pub next_token: Option<String>,
    /// Namespaces on a page [count]; 100 unless set.
    #[schemars(range(min = 1, max = 100))]
    pub max_results: Option<u32>,
    /// Only those of a `TYPE` or `NAME`.
    #[serde(default)]
    pub filters: Vec<Filter>,
}

/// What ListNamespaces answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListNamespacesOutput {
    /// The namespaces.
    pub namespaces: Vec<NamespaceDescription>,
    /// The next page; none after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListNamespaces {
    const SERVICE: &'static str = "servicediscovery";
    const NAME: &'static str = "ListNamespaces";
    type Output = ListNamespacesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        Filter::check(&self.filters, &["TYPE", "NAME"])?;
        let all = world.discovery.live_namespaces().map(|(id, _)| NamespaceDescription::of(world, id));
        let passes = |it: &NamespaceDescription| {
            let value = |filter: &Filter| if filter.name == "TYPE" { it.r#type } else { it.name.as_str() };
            self.filters.iter().all(|filter| filter.passes(value(filter)))
        };
        let page = page_of(all.filter(passes).collect(), self.max_results, self.next_token.as_deref())?;
        Ok(ListNamespacesOutput { namespaces: page.items, next_token: page.next })
    }
}
