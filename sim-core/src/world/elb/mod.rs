//! Elastic Load Balancing: load balancers, listeners and rules, target groups and their targets.
//!
//! Owns who is registered where, how healthy it is, and who gets the next request. The requests themselves run in
//! [`super::traffic`], which asks [`Elb::route`] once for each class of requests, [`Elb::dns`] for the zones that
//! clients come to, and [`Elb::pick`] for the target of each request.

mod action;
mod anomaly;
mod attributes;
mod balancer;
mod check;
mod choice;
mod condition;
mod dns;
mod group;
mod health;
mod instance_port;
mod listener;
mod loads;
mod nodes;
mod reach;
mod register;
mod shift;
mod slow_start;
mod target;
mod tls;
mod version;

pub use action::{Action, Forward, Redirect, Share};
pub use attributes::{BalancerAttributes, GroupAttributes, HealthThresholds, Stickiness, StickinessType};
pub use balancer::{BalancerKind, BalancerState, LoadBalancer, LoadBalancerId, NewLoadBalancer, Scheme};
pub use check::{CheckPort, Codes, HealthCheck, Matcher};
pub use choice::{Census, Pick};
pub use condition::{Case, Condition, Pattern, QueryPattern, RequestLine};
pub use dns::ZoneSet;
pub use group::{Algorithm, NewTargetGroup, Protocol, TargetGroup, TargetGroupId, TargetType};
pub use health::Probe;
pub(crate) use instance_port::behind;
pub use listener::{Listener, ListenerId, Routed, Rule};
pub use shift::RuleRef;
pub(crate) use target::Reach;
pub use target::{HealthReason, Target, TargetId, TargetState, Verdict};
pub use tls::{DEFAULT_POLICY, POLICIES, Tls};
pub use version::HttpVersion;

use std::collections::BTreeMap;

use super::ecs::{ServiceDeploymentId, TaskId};
use super::network::ZoneId;
use super::{Ctx, Peers};
use crate::engine::{Arena, Samples};

/// What the load balancers react to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElbEvent {
    /// ECS registers the task's target in its service's target groups; answers `EcsEvent::TargetRegistered`.
    Register(TaskId),
    /// ECS deregisters the task's target; `EcsEvent::TargetUnused` follows when it has drained.
    Deregister(TaskId),
    /// A new load balancer is ready to route.
    Active(LoadBalancerId),
    /// Registration is complete.
    Registered(TargetId),
    /// The next health check of a target.
    Check(TargetId),
    /// The outcome of a check that took its time.
    Checked(TargetId, Verdict),
    /// The deregistration delay is over.
    Drained(TargetId),
    /// A target that failed its checks may not keep its connections any longer.
    UnhealthyDrained(TargetId),
    /// A target's slow start may be over.
    Grown(TargetId),
    /// Whether the load balancers' nodes in a zone answer has been looked at, after it was lost or restored.
    NodeChecked(ZoneId),
    /// The next look of anomaly detection at a group.
    Watch(TargetGroupId),
    /// Something happens to a task: whether its targets are healthy is looked at again.
    Wake(TaskId),
    /// The same for all of them.
    WakeAll,
    /// ECS leads the traffic of a service as this deployment wants it.
    Shift(ServiceDeploymentId),
    /// The node of a load balancer in a zone that was enabled is there.
    NodeStarted(LoadBalancerId, ZoneId),
    /// The node of a load balancer in a zone that was disabled is gone.
    NodeRemoved(LoadBalancerId, ZoneId),
}

/// The state of Elastic Load Balancing.
#[derive(Clone, Debug, Default)]
pub struct Elb {
    /// All load balancers.
    pub balancers: Arena<LoadBalancer>,
    /// All listeners.
    pub listeners: Arena<Listener>,
    /// All target groups.
    pub groups: Arena<TargetGroup>,
    /// All targets that ever were registered.
    pub targets: Arena<Target>,
    /// The targets of each task that is registered somewhere.
    by_task: BTreeMap<TaskId, Vec<TargetId>>,
    /// One in so many health checks, for whoever watches.
    pub probes: Samples<Probe>,
    /// Zones whose nodes are known to be gone.
    dark: ZoneSet,
    /// Rules that were ever created [count]: their ids are drawn by it.
    rules_made: u64,
    /// Rises whenever a request might take another way: routes are cached by it.
    pub(crate) version: u64,
}

impl Elb {
    /// Reacts to one event.
    pub(crate) fn handle(&mut self, event: ElbEvent, peers: &Peers, ctx: &mut Ctx) {
        match event {
            ElbEvent::Register(task) => self.register(task, peers, ctx),
            ElbEvent::Registered(target) => self.registered(target, peers, ctx),
            ElbEvent::Deregister(task) => self.deregister(task, peers, ctx),
            ElbEvent::Drained(target) => self.drained(target, peers, ctx),
            ElbEvent::UnhealthyDrained(target) => self.unhealthy_drained(target, ctx),
            ElbEvent::Grown(target) => self.grown(target, ctx),
            ElbEvent::NodeChecked(zone) => self.node_checked(zone, peers),
            ElbEvent::Watch(group) => self.watch(group, peers, ctx),
            ElbEvent::Wake(task) => self.wake_task(task, ctx),
            ElbEvent::WakeAll => self.wake_all(ctx),
            ElbEvent::Shift(act) => self.shift(act, peers, ctx),
            ElbEvent::Check(target) => self.check(target, peers, ctx),
            ElbEvent::Checked(target, verdict) => self.checked(target, verdict, peers, ctx),
            ElbEvent::Active(balancer) => self.activate(balancer),
            ElbEvent::NodeStarted(balancer, zone) => self.node_started(balancer, zone),
            ElbEvent::NodeRemoved(balancer, zone) => self.node_removed(balancer, zone, peers, ctx),
        }
    }

    /// The targets of a task, in the order of its service's target groups; those that are gone are left out.
    pub fn targets_of(&self, task: TaskId) -> &[TargetId] {
        self.by_task.get(&task).map_or(&[], Vec::as_slice)
    }
}
