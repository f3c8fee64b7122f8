//! The registry: repositories, images, layers, and what a pull takes.

use super::{Ctx, Peers};
use crate::engine::Id;

/// Names a [`Repository`].
pub type RepositoryId = Id<Repository>;

/// A repository of images.
#[derive(Clone, Debug)]
pub struct Repository {}

/// What the registry reacts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EcrEvent {
    /// `docker push` of an image that the scenario describes, by its place in `[[world.image]]`.
    Push(u32),
}

/// The state of the registry.
#[derive(Clone, Debug, Default)]
pub struct Ecr {}

impl Ecr {
    /// Reacts to one event.
    pub(crate) fn handle(&mut self, _event: EcrEvent, _peers: &Peers, _ctx: &mut Ctx) {}
}
