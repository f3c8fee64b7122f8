//! Roles and policies: who may do what.

use crate::engine::{FactId, Id};

/// Names a [`Role`].
pub type RoleId = Id<Role>;

/// An IAM role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// `arn:aws:iam::…:role/{name}`.
    pub arn: String,
    /// The fact of its last change: what a denial is traced back to.
    pub because: FactId,
}

/// The state of IAM.
#[derive(Clone, Debug, Default)]
pub struct Iam {
    /// All roles.
    pub roles: crate::engine::Arena<Role>,
}
