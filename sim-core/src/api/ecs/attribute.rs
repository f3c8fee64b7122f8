//! `Attribute` of a container instance.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::container_instance;
use crate::api::ApiError;
use crate::world::World;
use crate::world::ecs::{ClusterId, InstanceId};

/// A property of a container instance, for placement constraints and strategies [CA-116].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attribute {
    /// 1 to 128 letters, digits and `-_/\.`.
    pub name: String,
    /// 1 to 128 letters, digits, spaces and `-_.@/\:`; none when it is enough that the attribute is there.
    pub value: Option<String>,
    /// `container-instance`.
    #[serde(default)]
    pub target_type: Option<TargetType>,
    /// The container instance, by id or ARN.
    pub target_id: Option<String>,
}

/// `targetType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TargetType {
    /// The only one there is.
    ContainerInstance,
}

/// An attribute as AWS describes it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AttributeDescription {
    /// Its name.
    pub name: String,
    /// Its value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Whose it is, where that is not plain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_id: Option<String>,
}

impl AttributeDescription {
    /// In the description of its instance.
    pub(crate) fn short(name: &str, value: &str) -> AttributeDescription {
        let value = (!value.is_empty()).then(|| value.to_owned());
        AttributeDescription { name: name.to_owned(), value, target_id: None }
    }

    /// With its instance.
    pub(crate) fn whole(name: &str, value: &str, arn: &str) -> AttributeDescription {
        AttributeDescription { target_id: Some(arn.to_owned()), ..AttributeDescription::short(name, value) }
    }
}

/// At most 10 attributes in a call.
const ATTRIBUTES_MAX: usize = 10;

/// The attributes of a request with the instances they are about; all are checked before one is changed.
pub(crate) fn resolve(
    given: &[Attribute],
    cluster: ClusterId,
    world: &World,
) -> Result<Vec<(InstanceId, String, String)>, ApiError> {
    let error = |place: String, message: &str| Err(ApiError::invalid_parameter(message).at(place));
    if given.is_empty() || given.len() > ATTRIBUTES_MAX {
        return error("attributes".into(), "attributes must have 1 to 10 items.");
    }
    let mut resolved = Vec::new();
    for (index, it) in given.iter().enumerate() {
        let place = |field: &str| format!("attributes[{index}].{field}");
        let valid = |text: &str, more: &str| {
            let allowed = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
            (1..=128).contains(&text.chars().count()) && text.chars().all(allowed) && text.trim() == text
        };
        if !valid(&it.name, "-_/\\.") {
            return error(place("name"), "Attribute names have 1 to 128 letters, numbers, -, _, /, \\ and periods.");
        }
        let value = it.value.clone().unwrap_or_default();
        if !value.is_empty() && !valid(&value, "-_.@/\\: ") {
            return error(place("value"), "Attribute values have 1 to 128 letters, numbers, spaces and -_.@/\\:");
        }
        let Some(target) = &it.target_id else { return error(place("targetId"), "targetId cannot be empty.") };
        let found = world.ecs.instance_named(cluster, target);
        let Some(id) = found else {
            let message = format!("The target {target} was not found.");
            let error = ApiError::new("TargetNotFoundException", message).at(place("targetId"));
            let help = container_instance::find(world, cluster, target, "").err().map(|error| error.help);
            return Err(error.help(help.unwrap_or_default()));
        };
        resolved.push((id, it.name.clone(), value));
    }
    Ok(resolved)
}
