//! Instances: the tasks that a registry names.

use crate::engine::FactId;
use crate::world::Name;
use crate::world::ecs::TaskId;
use crate::world::network::EniId;

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
    pub because: FactId,
}
