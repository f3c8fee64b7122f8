//! Tags: labels that change nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::world::ecs::Tags;

/// Tags on one resource [count] [CP-022].
const TAGS_MAX: usize = 50;

/// A label on a resource. It is stored and described, and changes nothing.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tag {
    /// 1 to 128 characters; `aws:` in front is AWS's own.
    pub key: String,
    /// 0 to 256 characters.
    #[serde(default)]
    pub value: String,
}

/// Refuses too many tags on one resource [CP-022].
pub(crate) fn within_limit(count: usize) -> Result<(), ApiError> {
    if count <= TAGS_MAX {
        return Ok(());
    }
    let message = format!("The maximum number of tags for a resource is {TAGS_MAX}.");
    Err(ApiError::invalid_parameter(message).at("tags"))
}

/// The tags as the world keeps them, checked [CP-022].
pub(crate) fn checked(tags: &[Tag]) -> Result<Tags, ApiError> {
    within_limit(tags.len())?;
    for (index, tag) in tags.iter().enumerate() {
        let error = |message: &str| Err(ApiError::invalid_parameter(message).at(format!("tags[{index}]")));
        if tag.key.is_empty() || tag.key.chars().count() > 128 || tag.value.chars().count() > 256 {
            return error("A tag has a key of 1 to 128 characters and a value of at most 256.");
        }
        if tag.key.to_ascii_lowercase().starts_with("aws:") {
            return error("A tag key must not begin with aws:.");
        }
        if tags[..index].iter().any(|earlier| earlier.key == tag.key) {
            return error("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
        }
    }
    Ok(tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect())
}

/// The tags as AWS describes them.
pub(crate) fn described(tags: &[(String, String)]) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect()
}
