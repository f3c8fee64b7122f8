//! `Filters` of the lists.

use schemars::JsonSchema;
use serde::Deserialize;

use super::invalid;
use crate::api::ApiError;

/// Only those for which a property is this.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Filter {
    /// `NAMESPACE_ID` of services; `TYPE` and `NAME` of namespaces.
    pub name: String,
    /// One value.
    pub values: Vec<String>,
    /// `EQ`, which it is unless set. `BEGINS_WITH` takes names.
    #[serde(default)]
    pub condition: Option<String>,
}

impl Filter {
    /// Whether what has this value passes.
    pub(super) fn passes(&self, value: &str) -> bool {
        let is = |wanted: &String| match self.condition.as_deref() {
            Some("BEGINS_WITH") => value.starts_with(wanted.as_str()),
            _ => value == wanted,
        };
        self.values.iter().any(is)
    }

    /// Refuses filters by anything else than these properties.
    pub(super) fn check(filters: &[Filter], known: &[&str]) -> Result<(), ApiError> {
        for (index, filter) in filters.iter().enumerate() {
            if !known.contains(&filter.name.as_str()) {
                let error =
                    invalid(format!("Invalid filter name: {}", filter.name)).at(format!("Filters[{index}].Name"));
                return Err(error.help(format!("Modelled are: {}.", known.join(", "))));
            }
            if !matches!(filter.condition.as_deref(), None | Some("EQ" | "BEGINS_WITH")) {
                let error = invalid("Invalid filter condition.").at(format!("Filters[{index}].Condition"));
                return Err(error.help("Modelled are: EQ, BEGINS_WITH."));
            }
        }
        Ok(())
    }
}
