//! `ecs:ListTaskDefinitionFamilies`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::page::page;
use crate::api::{ApiError, Operation};
use crate::world::ecs::DefinitionStatus;
use crate::world::{Ctx, World};

/// `ecs:ListTaskDefinitionFamilies` — names families.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListTaskDefinitionFamilies {
    /// Only families whose name begins with this.
    pub family_prefix: Option<String>,
    /// `ALL` unless set.
    #[serde(default)]
    pub status: FamilyStatus,
    /// The page to begin with; the first unless set.
    pub next_token: Option<String>,
    /// Families on a page [count]; 100 unless set, 1 to 100 [CP-015].
    #[schemars(range(min = 1, max = 100))]
    pub max_results: Option<u32>,
}

/// `status` of a family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FamilyStatus {
    /// Families with an ACTIVE revision.
    Active,
    /// Families without.
    Inactive,
    /// Both.
    #[default]
    All,
}

/// What ListTaskDefinitionFamilies answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListTaskDefinitionFamiliesOutput {
    /// By name.
    pub families: Vec<String>,
    /// The next page; none after the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

impl Operation for ListTaskDefinitionFamilies {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "ListTaskDefinitionFamilies";
    type Output = ListTaskDefinitionFamiliesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let prefix = self.family_prefix.unwrap_or_default();
        // Whether each family has an ACTIVE revision; one whose revisions are all deleted is no family any more.
        let mut families: BTreeMap<&str, bool> = BTreeMap::new();
        for (id, definition) in world.ecs.definitions.iter().filter(|(_, it)| it.family.starts_with(&prefix)) {
            if !world.ecs.is_deleted(id) && world.limits.sees(definition.registered) {
                *families.entry(&definition.family).or_default() |= definition.status == DefinitionStatus::Active;
            }
        }
        let wanted = |active: &bool| match self.status {
            FamilyStatus::Active => *active,
            FamilyStatus::Inactive => !active,
            FamilyStatus::All => true,
        };
        let names = families.iter().filter(|(_, active)| wanted(active)).map(|(name, _)| (*name).to_owned()).collect();
        let page = page(names, self.max_results, 100, self.next_token.as_deref())?;
        Ok(ListTaskDefinitionFamiliesOutput { families: page.items, next_token: page.next })
    }
}
