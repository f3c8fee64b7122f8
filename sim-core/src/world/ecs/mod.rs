//! The ECS control plane: clusters, task definitions, services, deployments and tasks, and the scheduler that
//! keeps what is running at what is wanted.

mod balance;
mod breaker;
mod cluster;
mod connect;
pub(crate) mod containers;
mod daemon;
mod definition;
mod deployment;
mod digest;
mod early;
mod events;
mod fargate;
mod health;
mod inside;
mod instance;
mod labels;
pub mod lifecycle;
mod managed_scaling;
mod pause;
mod placement;
mod protection;
mod provider;
mod restart;
mod scheduler;
mod service;
mod shift;
mod strategy;
mod task;
mod waiting;
mod watch;

pub use balance::Balance;
pub use breaker::{CircuitBreaker, ThresholdKind};
pub(crate) use cluster::NewCluster;
pub use cluster::{Cluster, ClusterId, Strategy, StrategyItem, TaskCounts};
pub use connect::{Connect, ConnectService, RegistryLink};
pub use containers::{Condition, Containers, Dependency};
pub use daemon::Scheduling;
pub(crate) use definition::NewDefinition;
pub use definition::{
    Container, DefinitionStatus, Limits, LogConfiguration, NetworkMode, PortMapping, TaskDefinition, TaskDefinitionId,
    Transport,
};
pub use deployment::{
    Configuration, Deployment, DeploymentId, Recipe, Rollback, Rollout, ServiceDeployment, ServiceDeploymentId,
    ServiceDeploymentStatus,
};
pub use early::EarlySuccess;
pub use fargate::NO_VCPUS;
pub use health::{ContainerHealthCheck, HealthStatus};
pub use instance::{Binding, ContainerInstance, HostPort, InstanceId, InstanceStatus, Resources};
pub use labels::{ContainerOverride, Labels, RunRequest};
pub use managed_scaling::{Reservation, removed_at_once};
pub use pause::{OpenHook, PAUSE_HOOK};
pub use placement::{Constraint, Expression, Field, Gate, Launch, Misread, Place, Placement, Scarce, Step, Unplaced};
pub use provider::{CapacityProvider, ManagedScaling, ProviderId, ProviderSettings};
pub use restart::RestartPolicy;
pub use scheduler::NO_CAPACITY;
pub use service::{
    Advanced, AwsVpc, LoadBalancerLink, PropagateTags, Service, ServiceEventLine, ServiceId, ServiceStatus, Stored,
};
pub(crate) use service::{NewService, ServiceUpdate};
pub use shift::Shift;
pub use strategy::{DeploymentStrategy, Hook, HookScript, HookStatus, Pause, Plan, Stage};
pub use task::{ContainerState, NewTask, StopCode, Stopping, TargetState, Task, TaskId, TaskStatus, Timestamps};
pub use watch::{DeploymentAlarms, Watch};

use std::collections::BTreeMap;

use crate::engine::{Arena, TokenBucket};
use crate::world::capacity::HostId;

/// Labels on a resource, which change nothing: key and value.
pub type Tags = Vec<(String, String)>;

/// What the control plane reacts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EcsEvent {
    /// The scheduler looks at a service.
    Reconcile(ServiceId),
    /// The network attached the task's ENI.
    EniAttached(TaskId),
    /// The network could not attach an ENI.
    EniFailed(TaskId),
    /// The network released the task's ENI.
    EniDetached(TaskId),
    /// The agent began to pull the task's images.
    PullStarted(TaskId),
    /// The agent has pulled the task's images.
    PullFinished(TaskId),
    /// The agent could not start the task; `capacity::Fargate::failure` has the text.
    StartFailed(TaskId),
    /// The agent started some of the task's containers.
    ContainersStarted(TaskId, Containers),
    /// ECS learns that the task's host is gone.
    HostLost(TaskId),
    /// A container's process ended.
    ContainerExited { task: TaskId, container: u16, code: i16 },
    /// The load balancer took the task's registration in (RegisterTargets returned).
    TargetRegistered(TaskId),
    /// The task's target passed its health check.
    TargetHealthy(TaskId),
    /// The task's target failed its health checks.
    TargetUnhealthy(TaskId),
    /// The task's target has left the target group.
    TargetUnused(TaskId),
    /// Those that depend on a container have waited long enough for it.
    StartTimeout(TaskId, u16),
    /// The agent found a container in another health than before.
    ContainerHealth(TaskId, u16, HealthStatus),
    /// The agent has started a container again that had ended.
    ContainerRestarted(TaskId, u16),
    /// The agent of an EC2 instance is there, for the first time or again.
    AgentStarted(HostId),
    /// The connection to the agent of an instance is lost.
    AgentLost(InstanceId),
    /// The connection to the agent of an instance is there again.
    AgentBack(InstanceId),
    /// The EC2 instance is stopped, or terminated.
    HostStopped(HostId, bool),
    /// The task is in Cloud Map.
    Discovered(TaskId),
    /// The task has left Cloud Map, and who would have called it knows.
    Undiscovered(TaskId),
    /// Tasks of a cluster that wait for an instance look for one again.
    PlaceWaiting(ClusterId),
    /// A task does not wait for an instance any longer.
    WaitOver(TaskId),
    /// An EC2 instance is to be terminated as soon as its tasks have left it.
    DrainToEnd(HostId),
}

/// The state of the control plane.
#[derive(Clone, Debug, Default)]
pub struct Ecs {
    /// All clusters, deleted ones included.
    pub clusters: Arena<Cluster>,
    /// All revisions of all families.
    pub definitions: Arena<TaskDefinition>,
    /// All services, deleted ones included.
    pub services: Arena<Service>,
    /// All deployments of all services.
    pub deployments: Arena<Deployment>,
    /// All service deployments of all services.
    pub service_deployments: Arena<ServiceDeployment>,
    /// What the functions of lifecycle hooks answer.
    pub(crate) hooks: BTreeMap<String, HookScript>,
    /// The latest service of each name.
    pub(crate) service_names: BTreeMap<(ClusterId, String), ServiceId>,
    /// All tasks, stopped ones included.
    pub tasks: Arena<Task>,
    /// All container instances, deregistered ones included.
    pub instances: Arena<ContainerInstance>,
    /// What agents that are cut off have to report, in order [CP-225].
    pub(crate) unheard: BTreeMap<InstanceId, Vec<EcsEvent>>,
    /// The capacity providers of Auto Scaling groups, deleted ones included.
    pub providers: Arena<CapacityProvider>,
    /// Tasks that wait for an instance, and what they are to be [CA-155].
    pub(crate) waiting: BTreeMap<TaskId, NewTask>,
    /// What RunTask hung on its tasks.
    pub labels: BTreeMap<TaskId, Labels>,
    /// Requests of RunTask that came with a token, by cluster and token [CP-024].
    pub run_requests: BTreeMap<(ClusterId, String), RunRequest>,
    /// Tasks that Fargate still launches for the account; full until the first [CP-030].
    pub(crate) fargate: Option<TokenBucket>,
}
