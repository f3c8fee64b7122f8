//! The service scheduler.

use super::{Ecs, EcsEvent};
use crate::world::{Ctx, Peers};

impl Ecs {
    /// Reacts to one event.
    pub(crate) fn handle(&mut self, _event: EcsEvent, _peers: &Peers, _ctx: &mut Ctx) {}
}
