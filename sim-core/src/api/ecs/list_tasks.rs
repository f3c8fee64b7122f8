//! `ecs:ListTasks`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::container_instance;
use super::launch_type::LaunchType;
use super::page::page;
use super::task::wants_to_run;
use super::{find_cluster, find_service};
use crate::api::{ApiError, Operation};
use crate::world::ecs::TaskId;
use crate::world::{Ctx, World};

/// `ecs:ListTasks` — names tasks of a cluster. Filters are taken together, but `startedBy` stands alone [CP-016].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListTasks {
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// Only tasks on this container instance, by id or ARN.
    pub container_instance: Option<String>,
    /// Only tasks of this family.
    pub family: Option<String>,
    /// The page to begin with; the first unless set.
    pub next_token: Option<String>,
    /// ARNs on a page [count]; 100 unless set, 1 to 100 [CP-015].
    #[schemars(range(min = 1, max = 100))]
    pub max_results: Option<u32>,
    /// Only tasks started by this; no other filter beside it [CP-016].
    pub started_by: Option<String>,
    /// Only tasks of this service.
    pub service_name: Option<String>,
    /// `RUNNING` unless set; `PENDING` finds nothing, because no task desires it [CP-016].
    pub desired_status: Option<DesiredStatus>,
    /// Only tasks of this launch type.
    pub launch_type: Option<LaunchType>,
}

/// `desiredStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DesiredStatus {
    /// Tasks that are to run, whatever their last status.
    Running,
    /// None ever.
    Pending,
    /// Tasks that are to stop, or stopped less than an hour ago [CP-085].
    Stopped,
}

/// What ListTasks answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListTasksOutput {
    /// In the order of creation.
    pub task_arns: Vec<String>,
    /// The next page; none after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListTasks {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "ListTasks";
    type Output = ListTasksOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        let other_filter = self.family.is_some()
            || self.service_name.is_some()
            || self.container_instance.is_some()
            || self.desired_status.is_some()
            || self.launch_type.is_some();
        if self.started_by.is_some() && other_filter {
            let message = "startedBy must be the only filter when it is used.";
            return Err(ApiError::invalid_parameter(message).at("startedBy"));
        }
        let name = self.service_name.as_deref();
        let service = name.map(|name| find_service(world, cluster, name, "serviceName")).transpose()?;
        let named = |name: &String| container_instance::find(world, cluster, name, "containerInstance");
        let instance = self.container_instance.as_ref().map(named).transpose()?;
        let ecs = &world.ecs;
        let wanted_status = self.desired_status.unwrap_or(DesiredStatus::Running);
        let wanted = |id: &TaskId| {
            let task = &ecs.tasks[*id];
            let status = if wants_to_run(task) { DesiredStatus::Running } else { DesiredStatus::Stopped };
            task.cluster == cluster
                && status == wanted_status
                && world.limits.sees(task.at.created)
                && ecs.is_remembered(*id, ctx.now())
                && (service.is_none() || task.service == service)
                && self.launch_type.is_none_or(|launch_type| launch_type == LaunchType::of(task.launch()))
                && (instance.is_none() || task.instance == instance)
                && self.family.as_ref().is_none_or(|family| ecs.definitions[task.definition].family == *family)
                && self.started_by.as_ref().is_none_or(|by| task.started_by == *by)
        };
        let ids = ecs.tasks.iter().map(|(id, _)| id).filter(wanted);
        let arns = ids.map(|id| ecs.tasks[id].arn.clone()).collect();
        let page = page(arns, self.max_results, 100, self.next_token.as_deref())?;
        Ok(ListTasksOutput { task_arns: page.items, next_token: page.next })
    }
}
