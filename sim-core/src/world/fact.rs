//! Everything that has happened: one closed list.

use std::sync::Arc;

use strum::{IntoStaticStr, VariantNames};

use super::capacity::{GroupId, HostId};
use super::cloudwatch::{AlarmId, AlarmState};
use super::discovery::{NamespaceId, RegistryId};
use super::ecr::RepositoryId;
use super::ecs::{
    ClusterId, Condition, DeploymentId, HealthStatus, HookStatus, InstanceId, InstanceStatus, ProviderId, ServiceId,
    Stage, StopCode, TaskDefinitionId, TaskId, TaskStatus,
};
use super::elb::{HealthReason, ListenerId, LoadBalancerId, TargetGroupId, ZoneSet};
use super::iam::RoleId;
use super::network::{SecurityGroupId, SubnetId, ZoneId};

/// A name or text inside a fact.
pub type Name = Arc<str>;

/// Something that has happened. Its name is what `[[expect]] fact = "…"` asks for; `observe::sentence` says it in
/// words.
#[derive(Clone, Debug, PartialEq, Eq, Hash, IntoStaticStr, VariantNames)]
pub enum Fact {
    // The doors: what a user, or the scenario, did.
    /// A command line was typed (its place in the transcript).
    CommandTyped {
        line: u32,
        text: Name,
    },
    /// An AWS operation was refused.
    OperationRefused {
        operation: Name,
        code: Name,
        message: Name,
    },
    /// An image was pushed.
    ImagePushed {
        repository: RepositoryId,
        tag: Name,
    },
    /// Something of the world broke or was mended, as `[[world.fault]]` says.
    FaultBegan {
        what: Name,
    },
    FaultEnded {
        what: Name,
    },

    // IAM
    RoleCreated {
        role: RoleId,
    },
    RolePolicyPut {
        role: RoleId,
        policy: Name,
    },
    RolePolicyAttached {
        role: RoleId,
        policy: Name,
    },
    RolePolicyDeleted {
        role: RoleId,
        policy: Name,
    },
    RolePolicyDetached {
        role: RoleId,
        policy: Name,
    },
    /// A role was asked for a permission that it does not have.
    AccessDenied {
        role: RoleId,
        action: Name,
        resource: Name,
    },

    // Network
    SecurityGroupCreated {
        group: SecurityGroupId,
    },
    IngressAuthorized {
        group: SecurityGroupId,
        rule: Name,
    },
    IngressRevoked {
        group: SecurityGroupId,
        rule: Name,
    },
    EgressAuthorized {
        group: SecurityGroupId,
        rule: Name,
    },
    EgressRevoked {
        group: SecurityGroupId,
        rule: Name,
    },
    RouteCreated {
        table: Name,
        destination: Name,
    },
    RouteDeleted {
        table: Name,
        destination: Name,
    },
    /// A connection was tried that a security group or a missing route does not let through.
    ConnectionBlocked {
        from: Name,
        to: Name,
        port: u16,
        by: Name,
    },
    EniAttached {
        task: TaskId,
        subnet: SubnetId,
        address: Name,
    },
    EniFailed {
        task: TaskId,
        subnet: SubnetId,
    },
    EniDetached {
        task: TaskId,
    },

    // ECR and logs
    RepositoryCreated {
        repository: RepositoryId,
    },
    LogGroupCreated {
        group: Name,
    },

    // ECS
    ClusterCreated {
        cluster: ClusterId,
    },
    TaskDefinitionRegistered {
        definition: TaskDefinitionId,
    },
    TaskDefinitionDeregistered {
        definition: TaskDefinitionId,
    },
    ServiceCreated {
        service: ServiceId,
    },
    ServiceUpdated {
        service: ServiceId,
        desired: u32,
    },
    ServiceDeleted {
        service: ServiceId,
    },
    DeploymentStarted {
        service: ServiceId,
        deployment: DeploymentId,
    },
    DeploymentCompleted {
        service: ServiceId,
        deployment: DeploymentId,
    },
    SteadyStateReached {
        service: ServiceId,
    },
    /// A service event text was written, as `describe-services` shows it.
    ServiceEvent {
        service: ServiceId,
        text: Name,
    },
    TaskCreated {
        task: TaskId,
    },
    TaskStatusChanged {
        task: TaskId,
        status: TaskStatus,
    },
    TaskStopRequested {
        task: TaskId,
        code: StopCode,
        reason: Name,
    },
    TaskStopped {
        task: TaskId,
        code: StopCode,
        reason: Name,
    },
    PullStarted {
        task: TaskId,
        image: Name,
    },
    PullFinished {
        task: TaskId,
        image: Name,
        bytes: u64,
    },
    /// A task could not start: AWS's text.
    StartFailed {
        task: TaskId,
        reason: Name,
    },
    ContainerStarted {
        task: TaskId,
        container: Name,
    },
    ContainerExited {
        task: TaskId,
        container: Name,
        code: i32,
    },

    // The application
    /// The container's process listens on its port.
    AppListening {
        task: TaskId,
    },

    // Load balancing
    LoadBalancerCreated {
        balancer: LoadBalancerId,
    },
    TargetGroupCreated {
        group: TargetGroupId,
    },
    ListenerCreated {
        listener: ListenerId,
    },
    TargetRegistered {
        group: TargetGroupId,
        task: TaskId,
    },
    TargetHealthy {
        group: TargetGroupId,
        task: TaskId,
    },
    TargetUnhealthy {
        group: TargetGroupId,
        task: TaskId,
        reason: HealthReason,
    },
    TargetDraining {
        group: TargetGroupId,
        task: TaskId,
    },
    TargetUnused {
        group: TargetGroupId,
        task: TaskId,
    },
    ListenerModified {
        listener: ListenerId,
    },
    ListenerDeleted {
        listener: ListenerId,
    },
    RuleCreated {
        listener: ListenerId,
        priority: u32,
    },
    /// Its priority is 0 when it is the default rule.
    RuleModified {
        listener: ListenerId,
        priority: u32,
    },
    RuleDeleted {
        listener: ListenerId,
        priority: u32,
    },
    RulePrioritiesSet {
        listener: ListenerId,
    },
    LoadBalancerDeleted {
        balancer: LoadBalancerId,
    },
    TargetGroupDeleted {
        group: TargetGroupId,
    },
    /// A target fails more requests than its peers.
    TargetAnomalous {
        group: TargetGroupId,
        task: TaskId,
    },
    /// It does so no longer.
    TargetNormal {
        group: TargetGroupId,
        task: TaskId,
    },
    /// Traffic began or ceased to get through: the first request answered, or the first error after success.
    FirstResponse {
        balancer: LoadBalancerId,
        status: u16,
    },
    /// Somebody set how many requests come to a load balancer.
    TrafficSet {
        to: Name,
        rate: Name,
    },
    /// A zone is without power.
    ZoneLost {
        zone: ZoneId,
    },
    /// A zone has its power again.
    ZoneRestored {
        zone: ZoneId,
    },
    /// A deployment failed: it launches nothing more.
    DeploymentFailed {
        service: ServiceId,
        deployment: DeploymentId,
    },
    /// An earlier deployment is PRIMARY again.
    DeploymentRolledBack {
        service: ServiceId,
        deployment: DeploymentId,
    },
    /// A user wants a deployment to be taken back.
    RollbackRequested {
        service: ServiceId,
        deployment: DeploymentId,
    },
    /// A deployment with stages is in the next one.
    StageEntered {
        service: ServiceId,
        deployment: DeploymentId,
        stage: Stage,
    },
    /// A deployment leads traffic to its revision: its shares of production and of the test listener [per mille].
    TrafficShifted {
        service: ServiceId,
        deployment: DeploymentId,
        production: u32,
        test: u32,
    },
    /// A lifecycle hook has answered.
    HookAnswered {
        service: ServiceId,
        stage: Stage,
        hook: Name,
        status: HookStatus,
    },
    /// A container will never start, because of one that it depends on.
    DependencyFailed {
        task: TaskId,
        container: Name,
        on: Name,
        condition: Condition,
    },
    /// A container's own health check has come to another verdict.
    ContainerHealthChanged {
        task: TaskId,
        container: Name,
        status: HealthStatus,
    },
    /// A container that had ended was started again in place, for the so manieth time.
    ContainerRestarted {
        task: TaskId,
        container: Name,
        restarts: u16,
    },
    /// A cluster was deleted.
    ClusterDeleted {
        cluster: ClusterId,
    },
    /// A revision is to be deleted as soon as nothing refers to it.
    TaskDefinitionDeleted {
        definition: TaskDefinitionId,
    },
    /// What a waiter waited for is as wished.
    WaiterSucceeded {
        waiter: Name,
    },
    /// A waiter gave up.
    WaiterFailed {
        message: Name,
    },
    /// An alarm was made, or made anew.
    AlarmPut {
        alarm: AlarmId,
    },
    AlarmDeleted {
        alarm: AlarmId,
    },
    /// An alarm is in another state, and why: CloudWatch's text.
    AlarmStateChanged {
        alarm: AlarmId,
        state: AlarmState,
        reason: Name,
    },
    /// A schedule of EventBridge Scheduler was created.
    ScheduleCreated {
        schedule: Name,
    },
    /// A schedule got another plan.
    ScheduleUpdated {
        schedule: Name,
    },
    /// A schedule was deleted, or has rung for the last time and wanted to go then.
    ScheduleDeleted {
        schedule: Name,
    },
    /// EventBridge calls RunTask for a schedule, for the so manieth time.
    TargetInvoked {
        by: Name,
        attempt: u32,
    },
    /// Such a call was refused: AWS's code and message.
    TargetRefused {
        by: Name,
        code: Name,
        message: Name,
    },
    /// Such a call was answered, but no task was started: AWS's reason.
    TargetStartedNothing {
        by: Name,
        reason: Name,
    },
    /// Such a call is not made again: after so many it is given up.
    TargetDropped {
        by: Name,
        calls: u32,
    },
    /// An EC2 instance was launched.
    HostLaunched {
        host: HostId,
    },
    /// An EC2 instance was stopped or terminated.
    HostStopped {
        host: HostId,
        terminated: bool,
    },
    /// The agent of an EC2 instance could not register.
    AgentRefused {
        host: HostId,
        reason: Name,
    },
    InstanceRegistered {
        instance: InstanceId,
    },
    InstanceStatusChanged {
        instance: InstanceId,
        status: InstanceStatus,
    },
    InstanceDeregistered {
        instance: InstanceId,
    },
    AgentConnected {
        instance: InstanceId,
    },
    AgentDisconnected {
        instance: InstanceId,
    },
    /// A deployment waits until somebody lets it go on: the id of its hook.
    DeploymentPaused {
        service: ServiceId,
        deployment: DeploymentId,
        hook: Name,
    },
    /// A rule of the event bus was made, or got another plan.
    EventRulePut {
        rule: Name,
    },
    /// A rule was enabled or disabled.
    EventRuleSwitched {
        rule: Name,
        enabled: bool,
    },
    /// A rule was deleted.
    EventRuleDeleted {
        rule: Name,
    },
    /// An event came to a log group that is not there.
    EventLost {
        by: Name,
        group: Name,
    },
    /// A namespace of Cloud Map was made.
    NamespaceCreated {
        namespace: NamespaceId,
    },
    NamespaceDeleted {
        namespace: NamespaceId,
    },
    /// A service of Cloud Map was made.
    RegistryCreated {
        registry: RegistryId,
    },
    RegistryDeleted {
        registry: RegistryId,
    },
    /// A task is in a service of Cloud Map from now on.
    TaskDiscovered {
        registry: RegistryId,
        task: TaskId,
    },
    /// It is no longer.
    TaskUndiscovered {
        registry: RegistryId,
        task: TaskId,
    },
    /// A name that an application in a task calls does not resolve, and why.
    NameUnresolved {
        task: TaskId,
        name: Name,
        by: Name,
    },
    /// The proxy of a task leaves a host of an endpoint alone for so long [s].
    HostEjected {
        task: TaskId,
        host: TaskId,
        registry: RegistryId,
        seconds: u32,
    },
    /// An Auto Scaling group was created.
    GroupCreated {
        group: GroupId,
    },
    /// An Auto Scaling group wants another number of instances.
    GroupDesired {
        group: GroupId,
        from: u32,
        to: u32,
    },
    /// An Auto Scaling group does something about it: AWS's description.
    GroupActivity {
        group: GroupId,
        text: Name,
    },
    /// An Auto Scaling group is gone.
    GroupDeleted {
        group: GroupId,
    },
    /// A capacity provider of an Auto Scaling group was created.
    ProviderCreated {
        provider: ProviderId,
    },
    ProviderUpdated {
        provider: ProviderId,
    },
    ProviderDeleted {
        provider: ProviderId,
    },
    /// A task of a capacity provider waits for an instance: what keeps the closest one from taking it.
    TaskWaits {
        task: TaskId,
        reason: Name,
    },
    /// There is an instance for a task that waited for one.
    TaskPlaced {
        task: TaskId,
        instance: InstanceId,
    },
    /// CapacityProviderReservation is on another side of its target: instances that are needed, and that there are.
    ReservationChanged {
        provider: ProviderId,
        needed: u32,
        running: u32,
    },
    /// SetSubnets has put a load balancer into zones and taken it out of others.
    ZonesOfBalancerSet {
        balancer: LoadBalancerId,
        enabled: ZoneSet,
        disabled: ZoneSet,
    },
}
