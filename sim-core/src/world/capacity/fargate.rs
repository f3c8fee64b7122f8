//! Fargate, and the agent inside that starts and stops a task's containers.

use crate::world::ecs::TaskId;
use crate::world::{Ctx, Peers};

/// What Fargate reacts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FargateEvent {
    /// Prepare a host for a task.
    Provision(TaskId),
    /// The task has its ENI: start it.
    Start(TaskId),
    /// Pull the images.
    Pull(TaskId),
    /// All images are pulled.
    Pulled(TaskId),
    /// Start failed after its attempts.
    Failed(TaskId),
    /// The containers have started.
    Started(TaskId),
    /// Send the stop signal.
    Stop(TaskId),
}

/// The state of Fargate.
#[derive(Clone, Debug, Default)]
pub struct Fargate {}

impl Fargate {
    /// Reacts to one event.
    pub(crate) fn handle(&mut self, _event: FargateEvent, _peers: &Peers, _ctx: &mut Ctx) {}
}
