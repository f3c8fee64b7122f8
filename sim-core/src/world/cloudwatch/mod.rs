//! Metric series.

use super::{Ctx, Peers};

/// What the metrics react to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloudWatchEvent {
    /// A minute is over.
    Minute,
}

/// All metric series.
#[derive(Clone, Debug, Default)]
pub struct CloudWatch {}

impl CloudWatch {
    /// Reacts to one event.
    pub(crate) fn handle(&mut self, _event: CloudWatchEvent, _peers: &Peers, _ctx: &mut Ctx) {}
}
