//! What RunTask hangs on a task: it is described and changes nothing. Tasks of a service have none of their own.

use super::{Ecs, PropagateTags, Strategy, Tags, TaskId};

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
}

impl Ecs {
    /// `group` of a task: `service:{name}`, or what RunTask said, or `family:{family}` [CP-013].
    pub fn group_of(&self, task: TaskId) -> String {
        let it = &self.tasks[task];
        match (it.service, self.labels.get(&task).and_then(|labels| labels.group.clone())) {
            (Some(service), _) => format!("service:{}", self.services[service].name),
            (None, Some(group)) => group,
            (None, None) => format!("family:{}", self.definitions[it.definition].family),
        }
    }

    /// A task's tags: those of RunTask, or those that its service propagates.
    pub fn tags_of(&self, task: TaskId) -> &[(String, String)] {
        let it = &self.tasks[task];
        let Some(service) = it.service else { return self.labels.get(&task).map_or(&[], |labels| &labels.tags) };
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

    /// Whether ECS Exec was asked for.
    pub fn execute_command_of(&self, task: TaskId) -> bool {
        match self.tasks[task].service {
            Some(service) => self.services[service].stored.execute_command,
            None => self.labels.get(&task).is_some_and(|labels| labels.execute_command),
        }
    }
}
