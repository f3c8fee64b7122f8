//! Load balancers, listeners, target groups and their targets.

use super::ecs::TaskId;
use super::{Ctx, Peers};
use crate::engine::Id;

/// Names a [`LoadBalancer`].
pub type LoadBalancerId = Id<LoadBalancer>;
/// Names a [`Listener`].
pub type ListenerId = Id<Listener>;
/// Names a [`TargetGroup`].
pub type TargetGroupId = Id<TargetGroup>;

/// An Application Load Balancer.
#[derive(Clone, Debug)]
pub struct LoadBalancer {}
/// A listener.
#[derive(Clone, Debug)]
pub struct Listener {}
/// A target group.
#[derive(Clone, Debug)]
pub struct TargetGroup {}

/// Why a target is not healthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HealthReason {
    /// `Target.Timeout` [TR-042].
    Timeout,
    /// `Target.FailedHealthChecks` [TR-043].
    FailedHealthChecks,
    /// `Target.ResponseCodeMismatch` with the code [TR-044].
    ResponseCodeMismatch(u16),
}

/// What the load balancers react to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElbEvent {
    /// ECS registers the task's target in its service's target groups; answers `EcsEvent::TargetRegistered`.
    Register(TaskId),
    /// ECS deregisters the task's target; `EcsEvent::TargetUnused` follows when it has drained.
    Deregister(TaskId),
}

/// The state of Elastic Load Balancing.
#[derive(Clone, Debug, Default)]
pub struct Elb {}

impl Elb {
    /// Reacts to one event.
    pub(crate) fn handle(&mut self, _event: ElbEvent, _peers: &Peers, _ctx: &mut Ctx) {}
}
