//! `ecr:CreateRepository`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EncryptionConfiguration, RepositoryDescription, ScanningConfiguration, TagMutability, own_registry};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::{Ctx, World};

/// `ecr:CreateRepository` — makes a place that images can be pushed to.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateRepository {
    /// Its name: 2–256 small letters, digits and single `._-` between them, parts divided by `/`.
    pub repository_name: String,
    /// The account; the only one there is, unless set.
    #[serde(default)]
    pub registry_id: Option<String>,
    /// Whether a push may move a tag to another image; MUTABLE unless set [IM-008].
    #[serde(default)]
    pub image_tag_mutability: TagMutability,
    /// Scans.
    #[serde(default)]
    pub image_scanning_configuration: ScanningConfiguration,
    /// How images are encrypted; it changes nothing.
    #[serde(default)]
    pub encryption_configuration: EncryptionConfiguration,
    /// Exceptions from `imageTagMutability`; not modelled.
    #[serde(default)]
    pub image_tag_mutability_exclusion_filters: NotModelled,
    /// Tags; not modelled.
    #[serde(default)]
    pub tags: NotModelled,
}

/// What CreateRepository answers.
#[derive(Clone, Debug, Serialize)]
pub struct CreateRepositoryOutput {
    /// The repository.
    pub repository: RepositoryDescription,
}

/// Whether each part is small letters and digits, with single `.`, `_` or `-` between them.
fn valid_name(name: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    (2..=256).contains(&name.len()) && name.split(['/', '.', '_', '-']).all(word)
}

impl Operation for CreateRepository {
    const SERVICE: &'static str = "ecr";
    const NAME: &'static str = "CreateRepository";
    const TABLE: Option<&'static str> = Some("ecr.repository");
    type Output = CreateRepositoryOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        own_registry(world, self.registry_id.as_deref())?;
        let name = &self.repository_name;
        if !valid_name(name) {
            let message = "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular \
                           expression '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*''";
            return Err(ApiError::invalid_parameter(message).at("repositoryName"));
        }
        if world.ecr.repository_named(name).is_some() {
            let id = &world.account.id;
            let message = format!("The repository with name '{name}' already exists in the registry with id '{id}'");
            return Err(ApiError::new("RepositoryAlreadyExistsException", message).at("repositoryName"));
        }
        let immutable = self.image_tag_mutability == TagMutability::Immutable;
        let repository = world.ecr.create_repository(name, immutable, &world.account, ctx);
        world.ecr.repositories[repository].scan_on_push = self.image_scanning_configuration.scan_on_push;
        Ok(CreateRepositoryOutput { repository: RepositoryDescription::of(world, repository) })
    }
}
