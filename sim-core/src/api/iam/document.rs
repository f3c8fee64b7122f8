//! Policy documents in requests.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::ApiError;
use crate::world::iam::{Kind, Policy};

/// A policy document: JSON text, as AWS has it, or the same as a table.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Document {
    /// JSON text, often `file://policy.json`.
    Text(String),
    /// The document itself.
    Table(Map<String, Value>),
}

impl Document {
    /// The document, and what it means. `place` is the member of the request that holds it.
    pub(super) fn read(self, kind: Kind, place: &str) -> Result<(Value, Policy), ApiError> {
        let document = match self {
            Document::Table(members) => Value::Object(members),
            Document::Text(text) => serde_json::from_str(&text).map_err(|error| {
                ApiError::new("MalformedPolicyDocument", "This policy contains invalid Json")
                    .at(place)
                    .help(format!("The JSON parser says: {error}."))
            })?,
        };
        let policy = Policy::parse(&document, kind).map_err(|malformed| {
            let inside =
                if malformed.place.is_empty() { place.to_owned() } else { format!("{place}.{}", malformed.place) };
            ApiError::new("MalformedPolicyDocument", malformed.message).at(inside)
        })?;
        Ok((document, policy))
    }
}
