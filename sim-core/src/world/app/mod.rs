//! The inside of the containers: boot, CPU share, memory, end.

use super::ecs::TaskId;
use super::{Ctx, Peers};

/// What the applications react to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppEvent {
    /// The task's containers have started: their processes boot.
    Started(TaskId),
    /// The boot is over: the process listens.
    Booted(TaskId),
    /// The stop signal (SIGTERM) arrives.
    Terminate(TaskId),
    /// SIGKILL, if the process is still there.
    Kill(TaskId),
    /// The process ends by itself after its stop signal.
    Exit(TaskId),
}

/// All applications.
#[derive(Clone, Debug, Default)]
pub struct Apps {}

impl Apps {
    /// Reacts to one event.
    pub(crate) fn handle(&mut self, _event: AppEvent, _peers: &Peers, _ctx: &mut Ctx) {}
}
