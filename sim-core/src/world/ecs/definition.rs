//! Task definitions: what a task is made of. Immutable once registered.

use std::time::Duration;

use super::{
    Constraint, ContainerHealthCheck, Dependency, Ecs, HostPort, Resources, RestartPolicy, Service, ServiceStatus,
    Tags, Task, TaskStatus,
};
use crate::engine::{Id, Time};
use crate::world::iam::RoleId;
use crate::world::{Account, Ctx, Fact};

/// Names a [`TaskDefinition`].
pub type TaskDefinitionId = Id<TaskDefinition>;

/// `status` of a task definition [CP-034].
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum DefinitionStatus {
    /// In use.
    Active,
    /// Deregistered: no new task, service or update may name it [CP-035].
    Inactive,
    /// To be deleted as soon as no task or deployment refers to it [CP-034].
    DeleteInProgress,
}

/// `networkMode` [CP-050].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkMode {
    /// Each task has an interface of its own.
    Awsvpc,
    /// Docker's own network: host ports lead to container ports.
    Bridge,
    /// The instance's network: container ports are host ports.
    Host,
    /// No network.
    None,
}

/// `protocol` of a port mapping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub enum Transport {
    /// TCP.
    #[default]
    Tcp,
    /// UDP.
    Udp,
}

/// One revision of a family.
#[derive(Clone, Debug)]
pub struct TaskDefinition {
    /// The family.
    pub family: String,
    /// Counts from 1 within the family [CP-033]; it belongs to nobody and never changes [CP-247].
    pub revision: u32,
    /// `task-definition/{family}:{revision}` [CP-007].
    pub arn: String,
    /// `status`.
    pub status: DefinitionStatus,
    /// What a task takes of its host: the task-level CPU, or else that of its containers together [CP-043]
    /// [units, 1024 = 1 vCPU].
    pub cpu: u32,
    /// The same of the memory, where a container's reservation goes before its limit [MiB].
    pub memory: u32,
    /// Whether CPU and memory were set for the task, which then has no more of them.
    pub limits: Limits,
    /// `networkMode`.
    pub mode: NetworkMode,
    /// `placementConstraints`.
    pub constraints: Vec<Constraint>,
    /// Whether Fargate takes its tasks [CP-048].
    pub for_fargate: bool,
    /// `ephemeralStorage` [GiB]; 20 unless set [CA-008].
    pub ephemeral_storage: u32,
    /// Pulls images and writes logs.
    pub execution_role: Option<RoleId>,
    /// What the application may do.
    pub task_role: Option<RoleId>,
    /// One to ten containers.
    pub containers: Vec<Container>,
    /// What RegisterTaskDefinition was given, in AWS's words, for DescribeTaskDefinition.
    pub described: serde_json::Value,
    /// `tags`.
    pub tags: Tags,
    /// `registeredAt`.
    pub registered: Time,
    /// `deregisteredAt`.
    pub deregistered: Option<Time>,
    /// `deleteRequestedAt`.
    pub delete_requested: Option<Time>,
}

/// What was set for the task as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// `cpu`.
    pub cpu: bool,
    /// `memory`.
    pub memory: bool,
}

/// A container of a task definition.
#[derive(Clone, Debug)]
pub struct Container {
    /// Unique within the task definition.
    pub name: String,
    /// An image reference: `repository:tag`, a registry's full spelling, or with `@sha256:…`.
    pub image: String,
    /// `versionConsistency`: all tasks of a deployment have the same image, whatever becomes of its tag; so unless set
    /// [IM-085].
    pub consistent: bool,
    /// Its end is the task's end [CP-097]; true unless set [CP-036].
    pub essential: bool,
    /// Its weight when a task's containers compete for CPU [units]; 0 = not set, which weighs 2 [CP-044].
    pub cpu: u32,
    /// Hard limit [MiB] [CP-045].
    pub memory: Option<u32>,
    /// Ports it listens on.
    pub ports: Vec<PortMapping>,
    /// What it waits for before it starts [CP-056]; nothing unless set.
    pub depends_on: Vec<Dependency>,
    /// How long those that depend on it wait, from its start, for more than that; for ever unless set, 2–120 s on Fargate
    /// [CP-060].
    pub start_timeout: Option<Duration>,
    /// How the agent finds out whether it is healthy; not unless set [CP-066].
    pub health_check: Option<ContainerHealthCheck>,
    /// Whether it is started again when it ends; not unless set [CP-063].
    pub restart_policy: Option<RestartPolicy>,
    /// From the stop signal to SIGKILL; 30 s unless set, 2–120 s on Fargate [CP-061].
    pub stop_timeout: Duration,
    /// The `awslogs` driver, when it is used.
    pub logs: Option<LogConfiguration>,
}

/// A container port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortMapping {
    /// 1–65535.
    pub container_port: u16,
    /// The port of the instance with `bridge` and `host`; 0 for any that is free [CP-051].
    pub host_port: u16,
    /// `tcp` unless set.
    pub transport: Transport,
    /// `name`: what Service Connect calls it.
    pub name: Option<String>,
    /// Whether `appProtocol` says that proxies may see requests: HTTP, HTTP/2 or gRPC.
    pub http: bool,
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

/// What a new revision is made of.
#[derive(Clone, Debug)]
pub(crate) struct NewDefinition {
    pub family: String,
    pub cpu: u32,
    pub memory: u32,
    pub limits: Limits,
    pub mode: NetworkMode,
    pub constraints: Vec<Constraint>,
    pub for_fargate: bool,
    pub ephemeral_storage: u32,
    pub execution_role: Option<RoleId>,
    pub task_role: Option<RoleId>,
    pub containers: Vec<Container>,
    pub described: serde_json::Value,
    pub tags: Tags,
}

impl TaskDefinition {
    /// `family:revision`, as people write it.
    pub fn name(&self) -> String {
        format!("{}:{}", self.family, self.revision)
    }

    /// What a task takes of its host [CP-043].
    pub fn needs(&self) -> Resources {
        Resources { cpu: self.cpu, memory: self.memory }
    }

    /// Whether each of its tasks has a network interface.
    pub fn has_own_interface(&self) -> bool {
        self.mode == NetworkMode::Awsvpc
    }

    /// The ports of its containers that take ports of the instance, each with the container's place: none with `awsvpc`
    /// [CP-043].
    pub fn port_mappings(&self) -> Vec<(u16, PortMapping)> {
        let takes = matches!(self.mode, NetworkMode::Bridge | NetworkMode::Host);
        let all = self.containers.iter().enumerate().filter(|_| takes);
        all.flat_map(|(place, container)| container.ports.iter().map(move |port| (place as u16, port.clone())))
            .collect()
    }

    /// The host ports that it names: no two of its tasks share an instance then [CP-055].
    pub fn fixed_ports(&self) -> impl Iterator<Item = HostPort> {
        let fixed = self.port_mappings().into_iter().filter(|(_, port)| port.host_port != 0);
        fixed.map(|(_, port)| (port.transport, port.host_port))
    }

    /// How many host ports it leaves to the instance [count].
    pub fn dynamic_ports(&self) -> usize {
        self.port_mappings().iter().filter(|(_, port)| port.host_port == 0).count()
    }

    /// The container with this name.
    pub fn container_named(&self, name: &str) -> Option<&Container> {
        self.containers.iter().find(|container| container.name == name)
    }
}

impl Ecs {
    /// The revision that `family`, `family:revision` or an ARN names. Without revision it is the latest ACTIVE one
    /// [CP-033]; with one it may be INACTIVE, but not deleted [CP-034].
    pub fn definition_named(&self, name: &str) -> Option<TaskDefinitionId> {
        self.definition_seen(name, |_| true)
    }

    /// The same, of those that were registered when the caller can have seen it [CP-012].
    pub(crate) fn definition_seen(&self, name: &str, sees: impl Fn(Time) -> bool) -> Option<TaskDefinitionId> {
        let revision =
            name.rsplit_once(':').and_then(|(family, revision)| Some((family, revision.parse::<u32>().ok()?)));
        let found = |d: &TaskDefinition| match revision {
            Some((family, revision)) => d.revision == revision && d.family == family || d.arn == name,
            None => d.family == name && d.status == DefinitionStatus::Active,
        };
        let there =
            |(id, d): &(TaskDefinitionId, &TaskDefinition)| found(d) && sees(d.registered) && !self.is_deleted(*id);
        self.definitions.iter().rev().find(there).map(|(id, _)| id)
    }

    /// Registers the next revision of a family: 1, then always one more, whatever became of the earlier ones
    /// [CP-033].
    pub(crate) fn register(&mut self, new: NewDefinition, account: &Account, ctx: &mut Ctx) -> TaskDefinitionId {
        let latest = self.definitions.iter().rev().find(|(_, d)| d.family == new.family);
        let revision = latest.map_or(1, |(_, d)| d.revision + 1);
        let definition = self.definitions.push(TaskDefinition {
            arn: account.arn("ecs", &format!("task-definition/{}:{revision}", new.family)),
            family: new.family,
            revision,
            status: DefinitionStatus::Active,
            cpu: new.cpu,
            memory: new.memory,
            limits: new.limits,
            mode: new.mode,
            constraints: new.constraints,
            for_fargate: new.for_fargate,
            ephemeral_storage: new.ephemeral_storage,
            execution_role: new.execution_role,
            task_role: new.task_role,
            containers: new.containers,
            described: new.described,
            tags: new.tags,
            registered: ctx.now(),
            deregistered: None,
            delete_requested: None,
        });
        ctx.record(Fact::TaskDefinitionRegistered { definition });
        definition
    }

    /// Whether a revision is no more: it was to be deleted, and no task or deployment refers to it [CP-034].
    pub fn is_deleted(&self, definition: TaskDefinitionId) -> bool {
        if self.definitions[definition].status != DefinitionStatus::DeleteInProgress {
            return false;
        }
        let services = self.services.iter().map(|(_, service)| service);
        let mut active = services.filter(|service| service.status != ServiceStatus::Inactive);
        // An earlier deployment may still have tasks, or be what a rollback goes back to.
        let of = |service: &Service| {
            service.deployments.iter().any(|&one| self.deployments[one].recipe.definition == definition)
        };
        let deployed = active.any(of);
        let runs = |task: &Task| task.definition == definition && task.status != TaskStatus::Stopped;
        !deployed && !self.tasks.iter().any(|(_, task)| runs(task))
    }

    /// Lets a revision go that was deregistered before [CP-034].
    pub(crate) fn delete_definition(&mut self, definition: TaskDefinitionId, ctx: &mut Ctx) {
        let revision = &mut self.definitions[definition];
        if revision.status == DefinitionStatus::Inactive {
            revision.status = DefinitionStatus::DeleteInProgress;
            revision.delete_requested = Some(ctx.now());
            ctx.record(Fact::TaskDefinitionDeleted { definition });
        }
    }

    /// Makes a revision INACTIVE: what runs on it goes on [CP-035].
    pub(crate) fn deregister(&mut self, definition: TaskDefinitionId, ctx: &mut Ctx) {
        let revision = &mut self.definitions[definition];
        if revision.status == DefinitionStatus::Active {
            revision.status = DefinitionStatus::Inactive;
            revision.deregistered = Some(ctx.now());
            ctx.record(Fact::TaskDefinitionDeregistered { definition });
        }
    }
}
