//! `ecs:ListContainerInstances`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::find_cluster;
use super::page::page;
use crate::api::{ApiError, Operation};
use crate::world::ecs::{Expression, InstanceStatus};
use crate::world::{Ctx, World};

/// `ecs:ListContainerInstances` — the ARNs of a cluster's container instances.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListContainerInstances {
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// Only those that an expression of the cluster query language means [CA-108].
    pub filter: Option<String>,
    /// The page to begin with; the first unless set.
    pub next_token: Option<String>,
    /// ARNs on a page [count]; 100 unless set, 1 to 100 [CP-015].
    #[schemars(range(min = 1, max = 100))]
    pub max_results: Option<u32>,
    /// Only those in this status; all but INACTIVE unless set.
    pub status: Option<ContainerInstanceStatus>,
}

/// `status` to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ContainerInstanceStatus {
    /// It takes tasks.
    Active,
    /// It takes none any more.
    Draining,
    /// Only with ENI trunking: there are none.
    Registering,
    /// Only with ENI trunking: there are none.
    Deregistering,
    /// Only with ENI trunking: there are none.
    RegistrationFailed,
}

/// What ListContainerInstances answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListContainerInstancesOutput {
    /// In the order of registration.
    pub container_instance_arns: Vec<String>,
    /// The next page; none after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListContainerInstances {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "ListContainerInstances";
    type Output = ListContainerInstancesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        let read = |text: &String| {
            Expression::parse(text).map_err(|misread| {
                let message = format!("Invalid expression: {} (character {}).", misread.message, misread.at + 1);
                ApiError::invalid_parameter(message).at("filter")
            })
        };
        let filter = self.filter.as_ref().map(read).transpose()?;
        let ecs = &world.ecs;
        let wanted = ecs.instances_in(cluster).filter(|&id| {
            let status = match self.status {
                None => true,
                Some(ContainerInstanceStatus::Active) => ecs.instances[id].status == InstanceStatus::Active,
                Some(ContainerInstanceStatus::Draining) => ecs.instances[id].status == InstanceStatus::Draining,
                Some(_) => false,
            };
            status && filter.as_ref().is_none_or(|filter| ecs.is_member(id, filter, world))
        });
        let arns = wanted.map(|id| ecs.instances[id].arn.clone()).collect();
        let page = page(arns, self.max_results, 100, self.next_token.as_deref())?;
        Ok(ListContainerInstancesOutput { container_instance_arns: page.items, next_token: page.next })
    }
}
