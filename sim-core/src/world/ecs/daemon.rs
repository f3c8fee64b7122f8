//! Daemons: services with one task on each container instance that is for them [CP-117].

use super::placement::Constraint;
use super::{Ecs, InstanceId, InstanceStatus, ServiceId, TaskStatus};
use crate::world::Peers;

/// `schedulingStrategy` [CP-117][CP-250].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheduling {
    /// As many tasks as are desired.
    #[default]
    Replica,
    /// One task on each instance.
    Daemon,
}

impl super::Service {
    /// Whether it has one task on each instance.
    pub fn is_daemon(&self) -> bool {
        self.scheduling == Scheduling::Daemon
    }
}

impl Ecs {
    /// Whether an instance is for a daemon: ACTIVE, and what its constraints want [CP-117].
    pub(super) fn wants_daemon_on(&self, daemon: ServiceId, id: InstanceId, peers: &Peers) -> bool {
        let service = &self.services[daemon];
        let definition = &self.definitions[self.deployments[service.primary()].recipe.definition];
        let mut constraints = service.placement.constraints.iter().chain(&definition.constraints);
        self.instances[id].status == InstanceStatus::Active
            && constraints.all(|constraint| match constraint {
                Constraint::MemberOf(expression) => self.is_member(id, expression, peers),
                Constraint::DistinctInstance => true,
            })
    }

    /// Whether a daemon has a task on an instance, be it one that is still stopping: the next waits for its end.
    pub(super) fn has_daemon_on(&self, daemon: ServiceId, id: InstanceId) -> bool {
        self.instances[id].tasks.iter().any(|&task| self.tasks[task].service == Some(daemon))
    }

    /// How many tasks a daemon wants: as many as there are instances for it [CP-117].
    pub(super) fn count_daemons(&mut self, daemon: ServiceId, peers: &Peers) {
        let instances = &self.clusters[self.services[daemon].cluster].instances;
        let wanted = instances.iter().filter(|&&id| self.wants_daemon_on(daemon, id, peers)).count();
        self.services[daemon].desired_count = wanted as u32;
    }

    /// The instances on which a daemon has to start a task.
    pub(super) fn without_daemon(&self, daemon: ServiceId, peers: &Peers) -> Vec<InstanceId> {
        let instances = self.clusters[self.services[daemon].cluster].instances.iter().copied();
        let lacks = |&id: &InstanceId| self.wants_daemon_on(daemon, id, peers) && !self.has_daemon_on(daemon, id);
        instances.filter(lacks).collect()
    }

    /// Whether a daemon's task stays on an instance that drains: it goes last, after the tasks of other services
    /// [CP-119].
    pub(super) fn outstays(&self, task: super::TaskId) -> bool {
        let it = &self.tasks[task];
        let (Some(id), Some(own)) = (it.instance, it.service) else { return false };
        let draining = self.instances[id].status == InstanceStatus::Draining;
        let replica = |&other: &super::TaskId| {
            let other = &self.tasks[other];
            other.status != TaskStatus::Stopped && other.service.is_some_and(|of| !self.services[of].is_daemon())
        };
        draining && self.services[own].is_daemon() && self.instances[id].tasks.iter().any(replica)
    }
}
