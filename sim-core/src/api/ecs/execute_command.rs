//! `ecs:ExecuteCommand`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{find_cluster, find_task};
use crate::api::{ApiError, Operation};
use crate::world::ecs::{TaskDefinitionId, TaskId, TaskStatus};
use crate::world::{Ctx, World};

/// `ecs:ExecuteCommand` — opens a session to a container [CP-246]. What the AWS CLI would do next, to connect to its stream, is not
/// done: nothing runs in a container here that could answer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExecuteCommand {
    /// Name or ARN; `default` unless set [CP-002].
    pub cluster: Option<String>,
    /// The container; needed when the task has several.
    pub container: Option<String>,
    /// What is to be run.
    pub command: String,
    /// Must be true.
    pub interactive: bool,
    /// Id or ARN; or this simulator's own short name, such as `web#1` for the first task of the service `web`.
    pub task: String,
}

/// What ExecuteCommand answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExecuteCommandOutput {
    /// The cluster.
    pub cluster_arn: String,
    /// The container.
    pub container_arn: String,
    /// Its name.
    pub container_name: String,
    /// True.
    pub interactive: bool,
    /// The way to it.
    pub session: Session,
    /// The task.
    pub task_arn: String,
}

/// `Session` of Systems Manager.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// `ecs-execute-command-` and 17 hexadecimal digits.
    pub session_id: String,
    /// Where its stream is.
    pub stream_url: String,
    /// What opens it.
    pub token_value: String,
}

/// What the agent in a container calls [CP-246].
const CALLS: [&str; 4] = [
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
];

impl Operation for ExecuteCommand {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "ExecuteCommand";
    type Output = ExecuteCommandOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let cluster = find_cluster(world, self.cluster.as_deref())?;
        let error = |place: &str, message: &str| Err(ApiError::invalid_parameter(message).at(place));
        if !self.interactive {
            return error("interactive", "Interactive is the only mode supported currently.");
        }
        if self.command.is_empty() {
            return error("command", "command cannot be empty.");
        }
        let Some(task) = find_task(world, cluster, &self.task, "task")? else {
            return error("task", "The referenced task was not found.");
        };
        let it = &world.ecs.tasks[task];
        let containers = &world.ecs.definitions[it.definition].containers;
        let place = match &self.container {
            Some(name) => containers.iter().position(|container| container.name == *name),
            None => (containers.len() == 1).then_some(0),
        };
        let Some(place) = place else {
            let names: Vec<&str> = containers.iter().map(|container| container.name.as_str()).collect();
            let message = "The container must be one of the task's, and be named when it has several.";
            let help = format!("The task has {}.", names.join(", "));
            return Err(ApiError::invalid_parameter(message).at("container").help(help));
        };
        let there = it.status == TaskStatus::Running && it.containers[place].runs();
        if !world.ecs.execute_command_of(task) || !there {
            let message = "The execute command failed because execute command was not enabled when the task was run or the \
                           execute command agent isn't running. Wait and try again or run a new task with execute command \
                           enabled and try again.";
            return error("task", message);
        }
        connected(task, world)?;
        let name = &containers[place].name;
        let key = format!("{}/{name}/{}", it.arn, ctx.now().as_nanos());
        let session = format!("ecs-execute-command-0{}", world.account.hex("exec-session", &key, 16));
        let region = &world.account.region;
        Ok(ExecuteCommandOutput {
            cluster_arn: world.ecs.clusters[cluster].arn.clone(),
            container_arn: super::task::container_arn(world, task, name),
            container_name: name.clone(),
            interactive: true,
            session: Session {
                stream_url: format!(
                    "wss://ssmmessages.{region}.amazonaws.com/v1/data-channel/{session}?role=publish_subscribe"
                ),
                token_value: world.account.hex("exec-token", &key, 64),
                session_id: session,
            },
            task_arn: it.arn.clone(),
        })
    }
}

/// Whether the agent in the task has got through to Systems Manager, with the task's role.
fn connected(task: TaskId, world: &World) -> Result<(), ApiError> {
    let it = &world.ecs.tasks[task];
    let role = world.ecs.definitions[it.definition].task_role;
    let denied = role.and_then(|role| {
        let allowed = |call: &str| world.iam.allows(role, &it.uuid, call, "*", &world.account);
        CALLS.iter().find_map(|call| allowed(call).err())
    });
    match denied {
        None => Ok(()),
        Some(denial) => {
            let message = "The execute command failed due to an internal error. Try again later.";
            let help = format!("Its agent is not connected: {}", denial.message);
            Err(ApiError::new("TargetNotConnectedException", message).at("task").help(help))
        }
    }
}

/// Whose tasks may have the agent: those of a definition with a task role.
pub(super) fn check_role(definition: TaskDefinitionId, what: &str, world: &World) -> Result<(), ApiError> {
    if world.ecs.definitions[definition].task_role.is_some() {
        return Ok(());
    }
    Err(ApiError::invalid_parameter(what).at("enableExecuteCommand"))
}
