//! Who calls.

use super::{Ctx, World};

/// What happens on the request path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestEvent {
    /// The next request of a source arrives.
    Arrival(u32),
}

/// All sources of requests.
#[derive(Clone, Debug, Default)]
pub struct Traffic {}

impl World {
    /// Reacts to one event of the request path.
    #[inline]
    pub(super) fn handle_request(&mut self, _event: RequestEvent, _ctx: &mut Ctx) {}

    /// The request at the head of a task's processor-sharing queue has had its CPU time.
    #[inline]
    pub(super) fn head_finished(&mut self, _slot: u32, _ctx: &mut Ctx) {}
}
