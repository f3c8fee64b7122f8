//! What RunTask says in place of the task definition.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::container_definition::KeyValuePair;
use crate::api::{ApiError, NotModelled};
use crate::world::ecs::{ContainerOverride, TaskDefinition};

/// `overrides`: what is said in place of the task definition. What runs inside a container is what the scenario says of
/// it, so a command or a variable is checked, kept and described; sizes and roles would change what happens and are not
/// modelled.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Overrides {
    /// One for each container that is told something else.
    #[serde(default)]
    pub container_overrides: Vec<ContainerOverrideInput>,
    /// Not modelled.
    #[serde(default)]
    pub cpu: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub memory: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub execution_role_arn: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub task_role_arn: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub ephemeral_storage: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub inference_accelerator_overrides: NotModelled,
}

/// `ContainerOverride`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContainerOverrideInput {
    /// A container of the task definition.
    pub name: String,
    /// In place of the task definition's; stored.
    pub command: Option<Vec<String>>,
    /// On top of the task definition's; stored.
    #[serde(default)]
    pub environment: Vec<KeyValuePair>,
    /// Not modelled.
    #[serde(default)]
    pub environment_files: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub cpu: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub memory: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub memory_reservation: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub resource_requirements: NotModelled,
}

/// Characters of JSON that overrides have at most [count] [CP-024].
const CHARACTERS_MAX: usize = 8192;

/// One override as AWS describes it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerOverrideDescription {
    /// The container.
    pub name: String,
    /// What it is told in place of the task definition's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
    /// What it is told on top.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<DescribedPair>,
}

/// A variable.
#[derive(Clone, Debug, Serialize)]
pub struct DescribedPair {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// The overrides of every container of a definition, as AWS describes them: those without any as well.
pub(crate) fn described(of: &TaskDefinition, overrides: &[ContainerOverride]) -> Vec<ContainerOverrideDescription> {
    let one = |name: &String| {
        let found = overrides.iter().find(|it| it.name == *name);
        let pair = |(name, value): &(String, String)| DescribedPair { name: name.clone(), value: value.clone() };
        ContainerOverrideDescription {
            name: name.clone(),
            command: found.and_then(|it| it.command.clone()),
            environment: found.map_or(Vec::new(), |it| it.environment.iter().map(pair).collect()),
        }
    };
    of.containers.iter().map(|container| one(&container.name)).collect()
}

impl Overrides {
    /// The overrides as the world keeps them, checked against the definition [CP-024].
    pub(crate) fn checked(&self, definition: &TaskDefinition) -> Result<Vec<ContainerOverride>, ApiError> {
        let mut kept = Vec::new();
        for (index, it) in self.container_overrides.iter().enumerate() {
            if definition.container_named(&it.name).is_none() {
                let message =
                    format!("Override for container named {} is not a container in the TaskDefinition.", it.name);
                let names: Vec<&str> = definition.containers.iter().map(|one| one.name.as_str()).collect();
                let error =
                    ApiError::invalid_parameter(message).at(format!("overrides.containerOverrides[{index}].name"));
                return Err(error.help(format!("{} has {}.", definition.name(), names.join(", "))));
            }
            kept.push(ContainerOverride {
                name: it.name.clone(),
                command: it.command.clone(),
                environment: it.environment.iter().map(|pair| (pair.name.clone(), pair.value.clone())).collect(),
            });
        }
        let written = described(definition, &kept);
        let written: Vec<_> = written.iter().filter(|it| kept.iter().any(|kept| kept.name == it.name)).collect();
        let json = serde_json::json!({ "containerOverrides": written }).to_string();
        if !kept.is_empty() && json.chars().count() > CHARACTERS_MAX {
            let message = format!("Container Overrides length must be at most {CHARACTERS_MAX}");
            return Err(ApiError::invalid_parameter(message).at("overrides"));
        }
        Ok(kept)
    }
}
