//! `ecr:DescribeRepositories`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{RepositoryDescription, own_registry, repository};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ecr:DescribeRepositories` — the repositories, in the order in which they were made.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DescribeRepositories {
    /// The account; the only one there is, unless set.
    #[serde(default)]
    pub registry_id: Option<String>,
    /// Only these, up to 100; all unless set.
    #[serde(default)]
    pub repository_names: Vec<String>,
}

/// What DescribeRepositories answers.
#[derive(Clone, Debug, Serialize)]
pub struct DescribeRepositoriesOutput {
    /// The repositories.
    pub repositories: Vec<RepositoryDescription>,
}

impl Operation for DescribeRepositories {
    const SERVICE: &'static str = "ecr";
    const NAME: &'static str = "DescribeRepositories";
    type Output = DescribeRepositoriesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        own_registry(world, self.registry_id.as_deref())?;
        let repositories = if self.repository_names.is_empty() {
            world.ecr.repositories.iter().map(|(id, _)| id).collect()
        } else {
            let named = self.repository_names.iter().enumerate().map(|(index, name)| {
                repository(world, name).map_err(|error| error.at(format!("repositoryNames[{index}]")))
            });
            named.collect::<Result<Vec<_>, _>>()?
        };
        let describe = |id| RepositoryDescription::of(world, id);
        Ok(DescribeRepositoriesOutput { repositories: repositories.into_iter().map(describe).collect() })
    }
}
