//! `Filters` of describe operations.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::ApiError;
use crate::world::wildcard::{fits, tokens};

/// One property that what is shown must have. Several filters must all fit.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Filter {
    /// The property, such as `vpc-id`.
    pub name: String,
    /// The values it may have, up to 200; `*` is any run of characters and `?` one.
    pub values: Vec<String>,
}

/// What a thing is like, as far as filters ask: pairs of a filter's name and a value. A property with several values
/// stands there several times.
pub type Properties = Vec<(&'static str, String)>;

/// Whether a thing has what all filters ask for. `known` are the names of the filters there are for such things.
pub fn keep(filters: &[Filter], known: &[&str], properties: &Properties) -> Result<bool, ApiError> {
    let mut kept = true;
    for (index, filter) in filters.iter().enumerate() {
        if !known.contains(&filter.name.as_str()) {
            let error = ApiError::new("InvalidParameterValue", format!("The filter '{}' is invalid", filter.name));
            let help = format!("The filters here are: {}.", known.join(", "));
            return Err(error.at(format!("Filters[{index}].Name")).help(help));
        }
        let fit = |(name, value): &(&str, String)| {
            *name == filter.name && filter.values.iter().any(|wanted| fits(&tokens(wanted), value))
        };
        kept &= properties.iter().any(fit);
    }
    Ok(kept)
}
