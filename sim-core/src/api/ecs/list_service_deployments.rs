//! `ecs:ListServiceDeployments`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::page::page;
use super::service_deployment::ServiceDeploymentBrief;
use super::{find_cluster, find_service};
use crate::api::{ApiError, Operation};
use crate::world::ecs::{ServiceDeploymentStatus, ServiceStatus};
use crate::world::{Ctx, World};

/// `ecs:ListServiceDeployments` — names the deployments of a service, the newest first. They are kept for 90 days and go
/// with the service [CP-188].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListServiceDeployments {
    /// Name or ARN of the service.
    pub service: String,
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// Only those in one of these states.
    #[serde(default)]
    pub status: Vec<DeploymentStatus>,
    /// The page to begin with; the first unless set.
    pub next_token: Option<String>,
    /// Deployments on a page [count]; 20 unless set, 1 to 100 [CP-015].
    #[schemars(range(min = 1, max = 100))]
    pub max_results: Option<u32>,
}

/// `status` of a service deployment [CP-187].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeploymentStatus {
    /// The scheduler has not looked at it yet.
    Pending,
    /// Tasks are being replaced.
    InProgress,
    /// Done.
    Successful,
    /// Another one has taken over.
    StopRequested,
    /// Over, and not back.
    Stopped,
    /// A user wants it back.
    RollbackRequested,
    /// On the way back.
    RollbackInProgress,
    /// Back.
    RollbackSuccessful,
    /// There was no way back.
    RollbackFailed,
}

impl DeploymentStatus {
    fn is(self, status: ServiceDeploymentStatus) -> bool {
        use ServiceDeploymentStatus as Kept;
        status
            == match self {
                DeploymentStatus::Pending => Kept::Pending,
                DeploymentStatus::InProgress => Kept::InProgress,
                DeploymentStatus::Successful => Kept::Successful,
                DeploymentStatus::StopRequested => Kept::StopRequested,
                DeploymentStatus::Stopped => Kept::Stopped,
                DeploymentStatus::RollbackRequested => Kept::RollbackRequested,
                DeploymentStatus::RollbackInProgress => Kept::RollbackInProgress,
                DeploymentStatus::RollbackSuccessful => Kept::RollbackSuccessful,
                DeploymentStatus::RollbackFailed => Kept::RollbackFailed,
            }
    }
}

/// What ListServiceDeployments answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListServiceDeploymentsOutput {
    /// The newest first.
    pub service_deployments: Vec<ServiceDeploymentBrief>,
    /// The next page; none after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListServiceDeployments {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "ListServiceDeployments";
    type Output = ListServiceDeploymentsOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        let service = &world.ecs.services[find_service(world, cluster, &self.service, "service")?];
        let fits = |id: &&_| {
            let act = &world.ecs.service_deployments[**id];
            let kept = ctx.now().since(act.created).as_secs() <= 90 * 24 * 3600;
            kept && (self.status.is_empty() || self.status.iter().any(|status| status.is(act.status)))
        };
        let history = if service.status == ServiceStatus::Inactive { &[] } else { service.history.as_slice() };
        let ids = history.iter().rev().filter(fits).copied().collect();
        let page = page(ids, self.max_results, 20, self.next_token.as_deref())?;
        let briefs = page.items.into_iter().map(|id| ServiceDeploymentBrief::of(world, id)).collect();
        Ok(ListServiceDeploymentsOutput { service_deployments: briefs, next_token: page.next })
    }
}
