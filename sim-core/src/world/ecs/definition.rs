//! Task definitions: what a task is made of. Immutable once registered.

use std::time::Duration;

use super::Ecs;
use crate::engine::Id;
use crate::world::iam::RoleId;

/// Names a [`TaskDefinition`].
pub type TaskDefinitionId = Id<TaskDefinition>;

/// One revision of a family.
#[derive(Clone, Debug)]
pub struct TaskDefinition {
    /// The family.
    pub family: String,
    /// Counts from 1 within the family [CP-033].
    pub revision: u32,
    /// `task-definition/{family}:{revision}` [CP-007].
    pub arn: String,
    /// Task-level CPU [units, 1024 = 1 vCPU].
    pub cpu: u32,
    /// Task-level memory [MiB].
    pub memory: u32,
    /// Pulls images and writes logs.
    pub execution_role: Option<RoleId>,
    /// What the application may do.
    pub task_role: Option<RoleId>,
    /// One to ten containers.
    pub containers: Vec<Container>,
    /// What RegisterTaskDefinition was given, in AWS's words, for DescribeTaskDefinition.
    pub described: serde_json::Value,
}

/// A container of a task definition.
#[derive(Clone, Debug)]
pub struct Container {
    /// Unique within the task definition.
    pub name: String,
    /// An image reference: `repository:tag`, a registry's full spelling, or with `@sha256:…`.
    pub image: String,
    /// Its end is the task's end [CP-097]; true unless set [CP-036].
    pub essential: bool,
    /// CPU share [units]; 0 = no share of its own [CP-044].
    pub cpu: u32,
    /// Hard limit [MiB] [CP-045].
    pub memory: Option<u32>,
    /// Ports it listens on.
    pub ports: Vec<PortMapping>,
    /// From the stop signal to SIGKILL; 30 s unless set, 2–120 s on Fargate [CP-061].
    pub stop_timeout: Duration,
    /// The `awslogs` driver, when it is used.
    pub logs: Option<LogConfiguration>,
}

/// A container port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortMapping {
    /// 1–65535.
    pub container_port: u16,
}

/// The options of the `awslogs` driver [IA-073].
#[derive(Clone, Debug)]
pub struct LogConfiguration {
    /// `awslogs-group`.
    pub group: String,
    /// `awslogs-stream-prefix`.
    pub stream_prefix: String,
    /// `awslogs-create-group`; false unless set.
    pub create_group: bool,
}

impl TaskDefinition {
    /// `family:revision`, as people write it.
    pub fn name(&self) -> String {
        format!("{}:{}", self.family, self.revision)
    }
}

impl Ecs {
    /// The revision that `family`, `family:revision` or an ARN names; without revision the latest [CP-033].
    pub fn definition_named(&self, name: &str) -> Option<TaskDefinitionId> {
        let found = |d: &TaskDefinition| d.arn == name || d.family == name || d.name() == name;
        self.definitions.iter().rev().find(|(_, d)| found(d)).map(|(id, _)| id)
    }
}
