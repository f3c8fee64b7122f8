//! The VPC: subnets, routes, security groups, ENIs. Answers "can A reach B on port p?".

use super::ecs::TaskId;
use super::{Account, Ctx, Peers};
use crate::engine::Id;

/// Names a [`Subnet`].
pub type SubnetId = Id<Subnet>;
/// Names a [`SecurityGroup`].
pub type SecurityGroupId = Id<SecurityGroup>;
/// Names an [`Eni`].
pub type EniId = Id<Eni>;

/// A subnet in one zone.
#[derive(Clone, Debug)]
pub struct Subnet {}
/// A stateful allow-list.
#[derive(Clone, Debug)]
pub struct SecurityGroup {}
/// An elastic network interface.
#[derive(Clone, Debug)]
pub struct Eni {}

/// What the network reacts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkEvent {
    /// Attach an ENI for a task in its subnet; answers `EcsEvent::EniAttached` or `EniFailed`.
    Attach(TaskId),
    /// Release the task's ENI; answers `EcsEvent::EniDetached`.
    Detach(TaskId),
}

/// The state of the network.
#[derive(Clone, Debug, Default)]
pub struct Network {}

impl Network {
    /// The default VPC of a fresh account.
    pub fn new(_account: &Account) -> Network {
        Network {}
    }

    /// Reacts to one event.
    pub(crate) fn handle(&mut self, _event: NetworkEvent, _peers: &Peers, _ctx: &mut Ctx) {}
}
