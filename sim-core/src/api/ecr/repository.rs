//! A repository as ECR shows it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::world::World;
use crate::world::ecr::RepositoryId;

/// `imageTagMutability` [IM-008].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum TagMutability {
    /// A push may move a tag to another image.
    #[default]
    Mutable,
    /// A tag stays with its image; a second push is refused.
    Immutable,
}

/// `imageScanningConfiguration`: kept, but scans never block a pull and are not modelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScanningConfiguration {
    /// Whether images are scanned when they are pushed; false unless set.
    #[serde(default)]
    pub scan_on_push: bool,
}

/// `encryptionConfiguration`.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EncryptionConfiguration {
    /// `AES256` unless set; keys of one's own are not modelled.
    #[serde(default)]
    pub encryption_type: EncryptionType,
}

/// `encryptionType`.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
pub enum EncryptionType {
    /// With keys that S3 manages.
    #[default]
    #[serde(rename = "AES256")]
    Aes256,
}

/// A repository as ECR shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RepositoryDescription {
    /// Its ARN.
    pub repository_arn: String,
    /// The account.
    pub registry_id: String,
    /// Its name.
    pub repository_name: String,
    /// What image references begin with.
    pub repository_uri: String,
    /// When it was made.
    pub created_at: String,
    /// Whether a tag may move.
    pub image_tag_mutability: TagMutability,
    /// Scans.
    pub image_scanning_configuration: ScanningConfiguration,
    /// Encryption.
    pub encryption_configuration: EncryptionConfiguration,
}

impl RepositoryDescription {
    /// The repository as it is now.
    pub(super) fn of(world: &World, repository: RepositoryId) -> RepositoryDescription {
        let repository = &world.ecr.repositories[repository];
        RepositoryDescription {
            repository_arn: repository.arn.clone(),
            registry_id: world.account.id.clone(),
            repository_name: repository.name.clone(),
            repository_uri: repository.uri.clone(),
            created_at: world.account.wall(repository.created),
            image_tag_mutability: if repository.immutable { TagMutability::Immutable } else { TagMutability::Mutable },
            image_scanning_configuration: ScanningConfiguration { scan_on_push: repository.scan_on_push },
            encryption_configuration: EncryptionConfiguration::default(),
        }
    }
}
