//! Ports of instances that somebody registered by hand.
//!
//! Such a target is an instance and a port, not a task: whoever listens there answers [TR-165]. Tasks come and go behind it with the
//! same host port, and the target stays registered; when nobody is there connections are refused.

use super::{Elb, Target, TargetId, TargetState};
use crate::world::capacity::HostState;
use crate::world::ecs::{Binding, ContainerInstance, Ecs, HostPort, TaskId, Transport};
use crate::world::{Ctx, Peers};

/// The task that has a host port of an EC2 instance, and the port of a container behind it.
pub(crate) fn behind(ec2_id: &str, port: u16, ecs: &Ecs) -> Option<(TaskId, Binding)> {
    let wanted: HostPort = (Transport::Tcp, port);
    let taken = |instance: &ContainerInstance| Some(instance.ports.get(&wanted)?.0);
    let mut theirs = ecs.instances.iter().filter(|(_, instance)| instance.ec2_id == ec2_id);
    let task = theirs.find_map(|(_, instance)| taken(instance))?;
    Some((task, binding(task, port, ecs)?))
}

fn binding(task: TaskId, port: u16, ecs: &Ecs) -> Option<Binding> {
    let is_it = |at: &&Binding| (at.transport, at.host_port) == (Transport::Tcp, port);
    ecs.tasks[task].bindings.iter().find(is_it).copied()
}

impl Target {
    /// Whether it is a port of an instance that nobody but its registration ties to a task.
    fn is_instance_port(&self) -> bool {
        self.by_hand && self.host.is_some()
    }
}

impl Elb {
    /// Before something is sent to a target that was registered by hand: who has its port now? When nobody has, the last one
    /// is asked, whose process has ended.
    pub(crate) fn look_behind(&mut self, id: TargetId, ecs: &Ecs) {
        let target = &mut self.targets[id];
        if target.is_instance_port()
            && let Some((task, at)) = behind(&target.address, target.port, ecs)
        {
            (target.task, target.container, target.inside) = (task, at.container, at.container_port);
        }
    }

    /// Before a check: a target whose instance does not run is `unused`, `Target.InvalidState`, until it runs again [TR-036].
    /// Whether there is nothing to check.
    pub(super) fn is_out_of_order(&mut self, id: TargetId, peers: &Peers, ctx: &mut Ctx) -> bool {
        let target = &self.targets[id];
        if !target.is_instance_port() {
            return false;
        }
        let host = peers.ec2.hosts.iter().find(|(_, host)| *host.id == *target.address);
        let runs = host.is_some_and(|(_, host)| host.state == HostState::Running);
        match (target.state, runs) {
            (TargetState::InvalidState, true) => {
                self.change(id, TargetState::NotInUse, ctx);
                self.begin_checks(id, peers, ctx);
                true
            }
            (state, false) if state.is_checked() || state == TargetState::InvalidState => {
                if state != TargetState::InvalidState {
                    self.change(id, TargetState::InvalidState, ctx);
                }
                self.send_check(id, ctx.now(), ctx);
                true
            }
            _ => false,
        }
    }
}
