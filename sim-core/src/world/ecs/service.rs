//! Services and their deployments.

use std::time::Duration;

use super::{ClusterId, Ecs, TaskDefinitionId, TaskId};
use crate::engine::{FactId, Id, Time};
use crate::world::Name;
use crate::world::elb::TargetGroupId;
use crate::world::network::{SecurityGroupId, SubnetId};

/// Names a [`Service`].
pub type ServiceId = Id<Service>;
/// Names a [`Deployment`].
pub type DeploymentId = Id<Deployment>;

/// `status` of a service [CP-009].
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceStatus {
    /// In use.
    Active,
    /// Deleted, with tasks still to clean up.
    Draining,
    /// Gone; its name may be used again [CP-010].
    Inactive,
}

/// `rolloutState` [CP-183].
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Rollout {
    /// Tasks are being replaced.
    InProgress,
    /// Steady.
    Completed,
}

/// `awsvpcConfiguration`: where tasks get their ENIs [IA-091].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsVpc {
    /// Up to 16.
    pub subnets: Vec<SubnetId>,
    /// Up to 5; the VPC's default group when none is named.
    pub groups: Vec<SecurityGroupId>,
    /// `assignPublicIp`; DISABLED unless set [CA-015].
    pub public_ip: bool,
}

/// Which container port is registered in which target group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadBalancerLink {
    /// The target group.
    pub group: TargetGroupId,
    /// The container whose port is registered.
    pub container: String,
    /// Its port.
    pub port: u16,
}

/// One line of `describe-services`' events, of which AWS keeps the latest 100 [CP-122].
#[derive(Clone, Debug)]
pub struct ServiceEventLine {
    /// When.
    pub at: Time,
    /// A UUID.
    pub id: String,
    /// AWS's text.
    pub message: Name,
}

/// A rolling deployment of a service.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Whose.
    pub service: ServiceId,
    /// `ecs-svc/` and 19 digits [CP-008].
    pub name: String,
    /// What its tasks are made of.
    pub definition: TaskDefinitionId,
    /// Where its tasks get their ENIs.
    pub network: AwsVpc,
    /// `rolloutState`.
    pub rollout: Rollout,
    /// `createdAt`.
    pub created: Time,
    /// `updatedAt`.
    pub updated: Time,
    /// Consecutive tasks that failed [CP-185] [count].
    pub failed_tasks: u32,
    /// The fact that began it.
    pub because: FactId,
}

/// Keeps `desired_count` copies of a task definition running.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// `service/{cluster}/{service}` [CP-005].
    pub arn: String,
    /// Where.
    pub cluster: ClusterId,
    /// Its status.
    pub status: ServiceStatus,
    /// Tasks to keep running [count].
    pub desired_count: u32,
    /// `minimumHealthyPercent`; 100 unless set [CP-169].
    pub minimum_healthy_percent: u32,
    /// `maximumPercent`; 200 unless set [CP-169].
    pub maximum_percent: u32,
    /// `healthCheckGracePeriodSeconds`; 0 unless set [CP-124].
    pub grace_period: Duration,
    /// Target groups its tasks register in.
    pub load_balancers: Vec<LoadBalancerLink>,
    /// Newest last; the last is PRIMARY, earlier ones are ACTIVE while they have tasks [CP-182].
    pub deployments: Vec<DeploymentId>,
    /// Every task ever started for it, in order.
    pub tasks: Vec<TaskId>,
    /// Tasks that are not STOPPED yet, in order of creation.
    pub live: Vec<TaskId>,
    /// Events, newest last.
    pub events: Vec<ServiceEventLine>,
    /// `createdAt`.
    pub created: Time,
    /// Whether it is in a steady state, and since when.
    pub steady_since: Option<Time>,
    /// When it first was.
    pub first_steady: Option<Time>,
    /// When the next launch may happen after start failures [CP-135].
    pub launch_after: Time,
    /// Consecutive start failures of the primary deployment [CP-135] [count].
    pub start_failures: u32,
    /// The fact of its last change by a user.
    pub because: FactId,
}

impl Service {
    /// The PRIMARY deployment.
    pub fn primary(&self) -> DeploymentId {
        *self.deployments.last().expect("a service is created with a deployment")
    }
}

impl Ecs {
    /// The latest service with this name or ARN in a cluster, whatever its status.
    pub fn service_named(&self, cluster: ClusterId, name_or_arn: &str) -> Option<ServiceId> {
        let found = |s: &Service| s.name == name_or_arn || s.arn == name_or_arn;
        self.clusters[cluster].services.iter().rev().copied().find(|&id| found(&self.services[id]))
    }
}
