//! Operations of IAM: roles, and the policies on them.

mod attach_role_policy;
mod create_role;
mod delete_role_policy;
mod detach_role_policy;
mod document;
mod put_role_policy;

pub use attach_role_policy::AttachRolePolicy;
pub use create_role::CreateRole;
pub use delete_role_policy::DeleteRolePolicy;
pub use detach_role_policy::DetachRolePolicy;
pub use document::Document;
pub use put_role_policy::PutRolePolicy;

use crate::api::ApiError;
use crate::world::World;
use crate::world::iam::RoleId;

/// IAM's general refusal of a value.
fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", message)
}

/// Whether IAM takes this as the name of a role or policy: letters, digits and `+=,.@_-`.
fn valid_name(name: &str, longest: usize) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c);
    (1..=longest).contains(&name.len()) && name.chars().all(allowed)
}

/// The role with this name or ARN.
fn role(world: &World, name: &str) -> Result<RoleId, ApiError> {
    world.iam.role_named(name).ok_or_else(|| {
        let known: Vec<&str> = world.iam.roles.iter().map(|(_, role)| role.name.as_str()).collect();
        let help = if known.is_empty() { String::new() } else { format!("The roles are: {}.", known.join(", ")) };
        ApiError::new("NoSuchEntity", format!("The role with name {name} cannot be found.")).at("RoleName").help(help)
    })
}

/// A policy's name that is fit to be used.
fn policy_name(name: &str) -> Result<(), ApiError> {
    if valid_name(name, 128) {
        return Ok(());
    }
    let message = "The specified value for policyName is invalid. It must contain only alphanumeric characters \
                   and/or the following: +=,.@_-";
    Err(validation(message).at("PolicyName"))
}
