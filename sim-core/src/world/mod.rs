//! What exists, and how it reacts.

use crate::engine::Kernel;

/// What a subsystem acts through.
pub type Ctx = Kernel<Event, Fact>;

/// Everything that is scheduled.
#[derive(Clone, Copy, Debug)]
pub enum Event {}

/// Everything that has happened.
#[derive(Clone, Debug, Hash)]
pub enum Fact {}

/// Everything that exists.
#[derive(Clone, Debug, Default)]
pub struct World {}
