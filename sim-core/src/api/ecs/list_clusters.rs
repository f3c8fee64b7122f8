//! `ecs:ListClusters`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::page::page;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecs:ListClusters` — names all clusters that are not deleted.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListClusters {
    /// The page to begin with; the first unless set.
    pub next_token: Option<String>,
    /// ARNs on a page [count]; 100 unless set, 1 to 100 [CP-015].
    #[schemars(range(min = 1, max = 100))]
    pub max_results: Option<u32>,
}

/// What ListClusters answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListClustersOutput {
    /// In the order of creation.
    pub cluster_arns: Vec<String>,
    /// The next page; none after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListClusters {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "ListClusters";
    type Output = ListClustersOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let seen = world.ecs.active_clusters().filter(|(_, cluster)| world.limits.sees(cluster.created));
        let arns = seen.map(|(_, cluster)| cluster.arn.clone()).collect();
        let page = page(arns, self.max_results, 100, self.next_token.as_deref())?;
        Ok(ListClustersOutput { cluster_arns: page.items, next_token: page.next })
    }
}
