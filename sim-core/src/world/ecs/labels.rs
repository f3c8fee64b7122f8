//! What RunTask, or TagResource, hangs on a task: it is described and changes nothing. Tasks of a service have nothing of
//! their own until somebody tags them.

use std::time::Duration;

use super::{ClusterId, Ecs, PropagateTags, Strategy, Tags, TaskId};
use crate::engine::Time;

/// A standalone task's labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// `group`; `family:{family}` when none is given [CP-013].
    pub group: Option<String>,
    /// `capacityProviderStrategy`; empty for the launch type FARGATE.
    pub strategy: Strategy,
    /// `tags`, propagated ones included.
    pub tags: Tags,
    /// `enableExecuteCommand`.
    pub execute_command: bool,
    /// `overrides.containerOverrides`: what containers are told in place of the task definition's words.
    pub overrides: Vec<ContainerOverride>,
}

/// What one container is told in place of the task definition's words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContainerOverride {
    /// The container.
    pub name: String,
    /// `command`; none for the task definition's.
    pub command: Option<Vec<String>>,
    /// `environment`, on top of the task definition's: name and value.
    pub environment: Vec<(String, String)>,
}

/// A request for tasks that came with a token: the same again starts no more [CP-024].
#[derive(Clone, Debug)]
pub struct RunRequest {
    /// What was asked for, without the token.
    pub asked: String,
    /// What was started.
    pub tasks: Vec<TaskId>,
    /// When.
    pub at: Time,
}

/// How long AWS knows a token: it says nothing of it [CP-024].
const TOKEN_MEMORY: Duration = Duration::from_secs(24 * 3600);

impl Ecs {
    /// The request that came with this token, while it is remembered [CP-024].
    pub fn run_request(&self, cluster: ClusterId, token: &str, now: Time) -> Option<&RunRequest> {
        let request = self.run_requests.get(&(cluster, token.to_owned()))?;
        (now.since(request.at) <= TOKEN_MEMORY).then_some(request)
    }

    /// `group` of a task: `service:{name}`, or what RunTask said, or `family:{family}` [CP-013].
    pub fn group_of(&self, task: TaskId) -> String {
        let it = &self.tasks[task];
        match (it.service, self.labels.get(&task).and_then(|labels| labels.group.clone())) {
            (Some(service), _) => format!("service:{}", self.services[service].name),
            (None, Some(group)) => group,
            (None, None) => format!("family:{}", self.definitions[it.definition].family),
        }
    }

    /// A task's tags: those of RunTask or TagResource, or those that its service propagates.
    pub fn tags_of(&self, task: TaskId) -> &[(String, String)] {
        let it = &self.tasks[task];
        let labels = self.labels.get(&task);
        let (None, Some(service)) = (labels, it.service) else { return labels.map_or(&[], |labels| &labels.tags) };
        match self.services[service].stored.propagate_tags {
            PropagateTags::None => &[],
            PropagateTags::Service => &self.services[service].stored.tags,
            PropagateTags::TaskDefinition => &self.definitions[it.definition].tags,
        }
    }

    /// The strategy that placed a task; empty for the launch type FARGATE.
    pub fn strategy_of(&self, task: TaskId) -> &Strategy {
        const NONE: &Strategy = &Strategy::new();
        match self.tasks[task].service {
            Some(service) => &self.services[service].stored.strategy,
            None => self.labels.get(&task).map_or(NONE, |labels| &labels.strategy),
        }
    }

    /// Whether a task was started with ECS Exec: what its service says later reaches new tasks only [CP-246].
    pub fn execute_command_of(&self, task: TaskId) -> bool {
        match self.tasks[task].service {
            Some(_) => self.tasks[task].executes,
            None => self.labels.get(&task).is_some_and(|labels| labels.execute_command),
        }
    }
}
