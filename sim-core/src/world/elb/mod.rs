//! Elastic Load Balancing: Application Load Balancers, listeners, target groups and their targets.
//!
//! Owns who is registered where and how healthy it is. The requests themselves run in [`super::traffic`].

mod balancer;
mod group;
mod health;
mod listener;
mod reach;
mod register;
mod target;

pub use balancer::{BalancerState, LoadBalancer, LoadBalancerId, NewLoadBalancer, Scheme};
pub use group::{Algorithm, CheckPort, HealthCheck, Matcher, NewTargetGroup, TargetGroup, TargetGroupId, TargetType};
pub use health::Probe;
pub use listener::{Action, Listener, ListenerId, Rule, Share};
pub use target::{HealthReason, Target, TargetId, TargetState, Verdict};

use std::collections::BTreeMap;

use super::ecs::TaskId;
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
            ElbEvent::Check(target) => self.check(target, peers, ctx),
            ElbEvent::Checked(target, verdict) => self.checked(target, verdict, peers, ctx),
            ElbEvent::Active(balancer) => self.activate(balancer),
        }
    }

    /// The targets of a task, in the order of its service's target groups; those that are gone are left out.
    pub fn targets_of(&self, task: TaskId) -> &[TargetId] {
        self.by_task.get(&task).map_or(&[], Vec::as_slice)
    }
}
