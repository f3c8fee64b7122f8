//! `ecs:DescribeCapacityProviders`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::capacity_provider::FARGATE_PROVIDERS;
use super::capacity_provider_description::CapacityProviderDescription;
use super::failure::Failure;
use super::page::page;
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::{Ctx, World};

/// `ecs:DescribeCapacityProviders` — says what capacity providers there are: `FARGATE` and `FARGATE_SPOT`, which every account
/// has, and those of Auto Scaling groups.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DescribeCapacityProviders {
    /// Names or ARNs, at most 100; all unless set.
    #[serde(default)]
    pub capacity_providers: Vec<String>,
    /// `TAGS` for labels.
    #[serde(default)]
    pub include: Vec<CapacityProviderField>,
    /// For Managed Instances; not modelled.
    #[serde(default)]
    pub cluster: NotModelled,
    /// Providers on a page [count]; 10 unless set, 1 to 10.
    #[schemars(range(min = 1, max = 10))]
    pub max_results: Option<u32>,
    /// The page to begin with; the first unless set.
    pub next_token: Option<String>,
}

/// Parts of a provider's description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CapacityProviderField {
    /// Labels.
    Tags,
}

/// What DescribeCapacityProviders answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeCapacityProvidersOutput {
    /// Those that exist.
    pub capacity_providers: Vec<CapacityProviderDescription>,
    /// Those that do not [CP-017].
    pub failures: Vec<Failure>,
    /// The next page; none after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for DescribeCapacityProviders {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DescribeCapacityProviders";
    type Output = DescribeCapacityProvidersOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        if self.capacity_providers.len() > 100 {
            let message = "capacityProviders can have at most 100 items.";
            return Err(ApiError::invalid_parameter(message).at("capacityProviders"));
        }
        if self.max_results.is_some_and(|count| !(1..=10).contains(&count)) {
            return Err(ApiError::invalid_parameter("maxResults must be from 1 to 10.").at("maxResults"));
        }
        let with_tags = self.include.contains(&CapacityProviderField::Tags);
        let own = world.ecs.providers.iter().filter(|(_, it)| it.deleted.is_none()).map(|(_, it)| it.name.clone());
        let names = match self.capacity_providers.is_empty() {
            true => FARGATE_PROVIDERS.iter().map(|&name| name.to_owned()).chain(own).collect(),
            false => self.capacity_providers,
        };
        let (mut found, mut failures) = (Vec::new(), Vec::new());
        for name in &names {
            let short = name.rsplit('/').next().unwrap_or(name);
            if let Some(fargate) = FARGATE_PROVIDERS.into_iter().find(|known| *known == short) {
                found.push(CapacityProviderDescription::of_fargate(world, fargate));
            } else if let Some(id) = world.ecs.provider_named(name) {
                found.push(CapacityProviderDescription::of(world, id, with_tags));
            } else {
                failures.push(Failure::missing(world, "capacity-provider", name));
            }
        }
        let page = page(found, self.max_results, 10, self.next_token.as_deref())?;
        Ok(DescribeCapacityProvidersOutput { capacity_providers: page.items, failures, next_token: page.next })
    }
}
