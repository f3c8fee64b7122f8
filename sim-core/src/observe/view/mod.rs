//! What a page shows of a run: plain structs, each computed from the world and its journal.
//!
//! They decide what is worth showing and how it is called, so that a page only has to draw. They read a run and never
//! change it. Their TypeScript types are generated: `tests/suite/page_types.rs` keeps them true.

mod entity;
mod feed;
mod goal;
mod map;
mod motion;
mod series;
mod services;

pub use entity::{ActionView, EntityView, describe, is_task_called, names};
pub use feed::{FeedLine, feed};
pub use goal::GoalView;
pub use map::{BalancerTile, CallerTile, MapView, TaskTile, Tone, ZoneBox, map};
pub use motion::{Motion, ProbeDot, Pull, RequestDot, motion};
pub use series::{SeriesView, series};
pub use services::{ControlPlane, RepositoryTile, RoleTile, ServiceTile, control_plane, repositories, roles};

use crate::engine::Time;

/// A moment as the page has it [s]: to the microsecond, and the exact one as digits [ns].
pub(super) fn seconds(at: Time) -> f64 {
    super::report::round(at.as_secs_f64(), 6)
}
