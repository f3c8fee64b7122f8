//! Tasks and their life.

use std::time::Duration;

use super::{
    AwsVpc, Binding, ClusterId, DeploymentId, Ecs, HealthStatus, InstanceId, Launch, Placement, ProviderId, ServiceId,
    TaskDefinitionId,
};
use crate::engine::{FactId, Id, Time};
use crate::world::Name;
use crate::world::network::{SecurityGroupId, SubnetId};

/// How long a stopped task can still be described [CP-085].
const MEMORY: Duration = Duration::from_secs(3600);

/// Names a [`Task`].
pub type TaskId = Id<Task>;

/// `lastStatus`, in the order in which a task walks through them [CP-075].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum TaskStatus {
    /// Work before the task can be handed over, above all its ENI [CP-076].
    Provisioning,
    /// Handed to the agent: images are pulled and containers created [CP-077][CP-079].
    Pending,
    /// The target is being registered [CP-079].
    Activating,
    /// All containers run.
    Running,
    /// The target is deregistered and drains; no signal was sent yet [CP-081].
    Deactivating,
    /// Containers were told to stop [CP-084].
    Stopping,
    /// The ENI is released [CP-084].
    Deprovisioning,
    /// Over.
    Stopped,
}

/// `stopCode` [CP-102].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::Display)]
pub enum StopCode {
    /// Never reached RUNNING because something failed [CP-103].
    TaskFailedToStart,
    /// An essential container ended [CP-097].
    EssentialContainerExited,
    /// StopTask [CP-110].
    UserInitiated,
    /// The service scheduler stopped it [CP-103].
    ServiceSchedulerInitiated,
    /// Its host is gone [CP-103].
    TerminationNotice,
}

/// Why a task stops.
#[derive(Clone, Debug)]
pub struct Stopping {
    /// `stopCode`.
    pub code: StopCode,
    /// `stoppedReason`, at most 1,024 characters [IM-082].
    pub reason: Name,
    /// The fact that asked for the stop.
    pub because: FactId,
}

/// The moments DescribeTasks shows; a step that did not happen has none [CP-087][CP-088][CP-089].
#[derive(Clone, Copy, Debug, Default)]
pub struct Timestamps {
    /// `createdAt`.
    pub created: Time,
    /// `connectivityAt`.
    pub connectivity: Option<Time>,
    /// `pullStartedAt`.
    pub pull_started: Option<Time>,
    /// `pullStoppedAt`.
    pub pull_stopped: Option<Time>,
    /// `startedAt`.
    pub started: Option<Time>,
    /// `stoppingAt`.
    pub stopping: Option<Time>,
    /// `executionStoppedAt`.
    pub execution_stopped: Option<Time>,
    /// `stoppedAt`.
    pub stopped: Option<Time>,
}

/// A container of a running task.
#[derive(Clone, Debug, Default)]
pub struct ContainerState {
    /// What it depends on is there: it is being started, or was.
    pub called: bool,
    /// When its process started, the last time.
    pub started: Option<Time>,
    /// Its exit code, once it has ended.
    pub exit_code: Option<i32>,
    /// Why it failed, if it did.
    pub reason: Option<Name>,
    /// It was sent the stop signal.
    pub told_to_stop: bool,
    /// By its own check [CP-093].
    pub health: HealthStatus,
    /// How often it was started again [count].
    pub restarts: u16,
    /// The exit code of a process that has ended while the next one is about to start.
    pub ended: Option<i32>,
}

impl ContainerState {
    /// Whether it has started and not ended.
    pub fn runs(&self) -> bool {
        self.started.is_some() && self.exit_code.is_none()
    }
}

/// A running copy of a task definition.
#[derive(Clone, Debug)]
pub struct Task {
    /// 32 hexadecimal digits [CP-006].
    pub uuid: String,
    /// `task/{cluster}/{id}` [CP-005].
    pub arn: String,
    /// Unique and stable in all runs: `demo/web#3` for the third task of a service, `demo/family:demo-app#1` for a
    /// standalone one. Random streams are keyed by it.
    pub name: Name,
    /// Where it runs.
    pub cluster: ClusterId,
    /// The service it belongs to; none for RunTask.
    pub service: Option<ServiceId>,
    /// The deployment that started it.
    pub deployment: Option<DeploymentId>,
    /// `startedBy`: the deployment id, or what RunTask said.
    pub started_by: String,
    /// What it is made of.
    pub definition: TaskDefinitionId,
    /// `lastStatus`.
    pub status: TaskStatus,
    /// The fact of its last change of status.
    pub because: FactId,
    /// `desiredStatus` is STOPPED when this is set [CP-075].
    pub stopping: Option<Stopping>,
    /// Its containers, in the task definition's order.
    pub containers: Vec<ContainerState>,
    /// The container instance that it is on; none on Fargate, and while it waits for one.
    pub instance: Option<InstanceId>,
    /// The capacity provider whose instances it may be on; none when its request named none of an Auto Scaling group.
    pub provider: Option<ProviderId>,
    /// Host ports that lead to its containers.
    pub bindings: Vec<Binding>,
    /// The zone's subnet it was placed in.
    pub subnet: SubnetId,
    /// Its security groups.
    pub groups: Vec<SecurityGroupId>,
    /// `assignPublicIp`.
    pub public_ip: bool,
    /// When what happened.
    pub at: Timestamps,
    /// Rises by 1 with every change that raises an event [CP-091].
    pub version: u32,
    /// Whether its target group reports it healthy (always, when it has none).
    pub target: TargetState,
    /// Whether it has ever counted as healthy.
    pub proved: bool,
    /// Until when neither a deployment nor a smaller desired count stops it [CP-143].
    pub protected_until: Option<Time>,
    /// By the checks of its essential containers; none when they have none [CP-094].
    pub health: Option<HealthStatus>,
    /// Its service had ECS Exec enabled when it was started.
    pub executes: bool,
}

/// What the control plane knows of a task's target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TargetState {
    /// It has none, or not yet.
    #[default]
    None,
    /// Registered, no verdict yet.
    Initial,
    /// Passes its health checks.
    Healthy,
    /// Fails its health checks.
    Unhealthy,
}

/// What a new task is made of.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// Where it runs.
    pub cluster: ClusterId,
    /// The deployment it belongs to; none for RunTask.
    pub deployment: Option<DeploymentId>,
    /// What it is made of.
    pub definition: TaskDefinitionId,
    /// Where it gets its ENI.
    pub network: AwsVpc,
    /// `startedBy`.
    pub started_by: String,
    /// What it is to run on.
    pub launch: Launch,
    /// Which container instances will do, and which of them are best.
    pub placement: Placement,
    /// The container instance that it must be on: for StartTask and for daemons.
    pub on: Option<InstanceId>,
    /// `group` of a standalone task, among which it is spread.
    pub group: String,
    /// The capacity provider whose instances it may be on.
    pub provider: Option<ProviderId>,
    /// Whether it waits when there is no place for it, if its provider has managed scaling.
    pub waits: bool,
}

impl Task {
    /// What it runs on.
    pub fn launch(&self) -> Launch {
        if self.instance.is_some() || self.provider.is_some() { Launch::Ec2 } else { Launch::Fargate }
    }

    /// Whether this is its name, in full (`demo/web#3`) or within its cluster (`web#3`).
    fn is_called(&self, name: &str) -> bool {
        &*self.name == name || self.name.split_once('/').is_some_and(|(_, within)| within == name)
    }
}

impl Ecs {
    /// The task with this id, ARN or name in a cluster; a deleted service's tasks included.
    pub fn task_named(&self, cluster: ClusterId, id_or_arn: &str) -> Option<TaskId> {
        let found =
            |t: &Task| t.cluster == cluster && (t.arn == id_or_arn || t.uuid == id_or_arn || t.is_called(id_or_arn));
        self.tasks.iter().find(|(_, t)| found(t)).map(|(id, _)| id)
    }

    /// Whether a task can still be described: a stopped one for an hour [CP-085].
    pub fn is_remembered(&self, task: TaskId, now: Time) -> bool {
        self.tasks[task].at.stopped.is_none_or(|stopped| now.since(stopped) <= MEMORY)
    }
}
