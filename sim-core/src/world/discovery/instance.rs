//! Instances: the tasks that a registry names.

use super::Host;
use crate::engine::FactId;
use crate::world::ecs::HealthStatus;
use crate::world::ecs::TaskId;
use crate::world::network::EniId;
use crate::world::{Name, Peers};

/// A task in a registry.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Which; its id is the instance's.
    pub task: TaskId,
    /// The container's place in the task definition.
    pub container: u16,
    /// The port at which it is reached; none where only its address is known.
    pub port: Option<u16>,
    /// The port of the container behind that.
    pub inside: u16,
    /// Its interface, or that of the instance that it is on.
    pub eni: EniId,
    /// Its private address.
    pub address: Name,
    /// Whether ECS says that it is healthy.
    pub healthy: bool,
    /// The fact of its registration.
    pub because: Option<FactId>,
}

impl Instance {
    /// Where it is reached.
    pub(super) fn host(&self) -> Host {
        Host {
            task: self.task,
            container: self.container,
            port: self.port.unwrap_or(self.inside),
            inside: self.inside,
            eni: self.eni,
            healthy: self.healthy,
        }
    }

    /// A task with the interface that it is reached by; (the container's place, the port it is reached at, the port behind
    /// that).
    pub(super) fn new(
        task: TaskId,
        (container, port, inside): (u16, Option<u16>, u16),
        eni: EniId,
        peers: &Peers,
    ) -> Instance {
        let healthy = peers.ecs.tasks[task].health != Some(HealthStatus::Unhealthy);
        let address = peers.network.eni(eni).private_ip.to_string().into();
        Instance { task, container, port, inside, eni, address, healthy, because: None }
    }
}
