//! Operations of the private registry.

mod create_repository;
mod describe_images;
mod describe_repositories;
mod get_login_password;
mod repository;

pub use create_repository::CreateRepository;
pub use describe_images::DescribeImages;
pub use describe_repositories::DescribeRepositories;
pub use get_login_password::GetLoginPassword;
pub use repository::{
    EncryptionConfiguration, EncryptionType, RepositoryDescription, ScanningConfiguration, TagMutability,
};

use crate::api::ApiError;
use crate::world::World;
use crate::world::ecr::{RepositoryId, repository_not_found};

/// The repository with this name or ARN.
fn repository(world: &World, name: &str) -> Result<RepositoryId, ApiError> {
    world.ecr.repository_named(name).ok_or_else(|| {
        ApiError::new("RepositoryNotFoundException", repository_not_found(name, &world.account)).at("repositoryName")
    })
}

/// Refuses a registry that is not the account's own.
fn own_registry(world: &World, registry_id: Option<&str>) -> Result<(), ApiError> {
    if registry_id.is_none_or(|id| id == world.account.id) {
        return Ok(());
    }
    let message = format!("There is one account in this simulation: {}.", world.account.id);
    Err(ApiError::invalid_parameter(message).at("registryId"))
}
