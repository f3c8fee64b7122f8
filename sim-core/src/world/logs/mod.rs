//! Log groups.

pub mod error;

use std::collections::BTreeMap;

use super::ecs::TaskId;
use super::{Account, Ctx, Fact, Name, Peers};
use crate::engine::{FactId, Time};

/// What CloudWatch Logs reacts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogsEvent {
    /// The agent starts a task: create the groups that its containers want created (`awslogs-create-group`).
    CreateGroups(TaskId),
}

/// A log group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogGroup {
    /// `creationTime`.
    pub created: Time,
    /// The fact that made it.
    pub because: FactId,
    /// What it keeps, oldest first. Only rules of EventBridge write here: what applications log is not modelled.
    pub lines: Vec<LogLine>,
}

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When it came.
    pub at: Time,
    /// Its stream.
    pub stream: String,
    /// What it says.
    pub text: Name,
}

/// The state of CloudWatch Logs.
#[derive(Clone, Debug, Default)]
pub struct Logs {
    /// All groups, by name.
    pub groups: BTreeMap<String, LogGroup>,
}

impl Logs {
    /// Creates a group; false when there is one of this name.
    pub fn create_group(&mut self, name: &str, ctx: &mut Ctx) -> bool {
        if self.groups.contains_key(name) {
            return false;
        }
        let because = ctx.record(Fact::LogGroupCreated { group: name.into() });
        self.groups.insert(name.to_owned(), LogGroup { created: ctx.now(), because, lines: Vec::new() });
        true
    }

    /// Writes a line into a group; false when there is no such group.
    pub(crate) fn keep(&mut self, group: &str, stream: String, text: Name, at: Time) -> bool {
        let Some(group) = self.groups.get_mut(group) else { return false };
        group.lines.push(LogLine { at, stream, text });
        true
    }

    /// What the lines take, as an estimate [bytes].
    pub(crate) fn memory(&self) -> u64 {
        let lines = self.groups.values().flat_map(|group| &group.lines);
        lines.map(|line| (size_of::<LogLine>() + line.stream.len() + line.text.len()) as u64).sum()
    }

    /// Reacts to one event.
    pub(crate) fn handle(&mut self, event: LogsEvent, peers: &Peers, ctx: &mut Ctx) {
        match event {
            LogsEvent::CreateGroups(task) => {
                let definition = &peers.ecs.definitions[peers.ecs.tasks[task].definition];
                for logs in definition.containers.iter().filter_map(|container| container.logs.as_ref()) {
                    if logs.create_group {
                        self.create_group(&logs.group, ctx);
                    }
                }
            }
        }
    }
}

/// The ARN of a group as permissions name it: the ARN of a stream without a name, so that a policy for
/// `…:log-group:{name}:*` fits.
pub fn group_arn(name: &str, account: &Account) -> String {
    stream_arn(name, "", account)
}

/// The ARN of a task's stream as permissions name it: `arn:aws:logs:…:log-group:{name}:log-stream:{stream}`.
pub fn stream_arn(group: &str, stream: &str, account: &Account) -> String {
    account.arn("logs", &format!("log-group:{group}:log-stream:{stream}"))
}
