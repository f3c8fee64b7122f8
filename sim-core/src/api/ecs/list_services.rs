//! `ecs:ListServices`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::find_cluster;
use super::launch_type::LaunchType;
use super::page::page;
use super::service_options::SchedulingStrategy;
use crate::api::{ApiError, Operation};
use crate::world::ecs::{Service, ServiceStatus};
use crate::world::{Ctx, World};

/// `ecs:ListServices` — names the ACTIVE services of a cluster [CP-009].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListServices {
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// The page to begin with; the first unless set.
    pub next_token: Option<String>,
    /// ARNs on a page [count]; 10 unless set, 1 to 100 [CP-015].
    #[schemars(range(min = 1, max = 100))]
    pub max_results: Option<u32>,
    /// Only services of this launch type; those with a strategy have none.
    pub launch_type: Option<LaunchType>,
    /// Only services of this strategy; all are `REPLICA`.
    pub scheduling_strategy: Option<SchedulingStrategy>,
}

/// What ListServices answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListServicesOutput {
    /// In the order of creation.
    pub service_arns: Vec<String>,
    /// The next page; none after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListServices {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "ListServices";
    type Output = ListServicesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        let wanted = |service: &&Service| {
            let launch_type = service.stored.strategy.is_empty().then_some(LaunchType::of(service.launch));
            service.status == ServiceStatus::Active
                && world.limits.sees(service.created)
                && (self.launch_type.is_none() || self.launch_type == launch_type)
                && self.scheduling_strategy != Some(SchedulingStrategy::Daemon)
        };
        let services = world.ecs.clusters[cluster].services.iter().map(|&id| &world.ecs.services[id]);
        let arns = services.filter(wanted).map(|service| service.arn.clone()).collect();
        let page = page(arns, self.max_results, 10, self.next_token.as_deref())?;
        Ok(ListServicesOutput { service_arns: page.items, next_token: page.next })
    }
}
