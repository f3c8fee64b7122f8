//! What a container waits for before it starts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::container_definition::ContainerDefinition;
use crate::api::ApiError;
use crate::world::ecs::{Condition, Dependency};

/// `ContainerDependency`: another container, and what it must have come to [CP-056].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContainerDependency {
    /// A container of the same task definition.
    pub container_name: String,
    /// `START`, `COMPLETE`, `SUCCESS` or `HEALTHY`.
    pub condition: ContainerCondition,
}

/// `condition` of a dependency [CP-056].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ContainerCondition {
    /// It has started.
    Start,
    /// It has ended, with whatever exit code; it is not essential.
    Complete,
    /// It has ended with 0; it is not essential.
    Success,
    /// Its `healthCheck` has passed.
    Healthy,
}

/// The place of the container with this name.
fn place_of(name: &str, containers: &[ContainerDefinition]) -> Option<usize> {
    containers.iter().position(|container| container.name == name)
}

/// The dependencies of a container as the world keeps them.
pub(super) fn resolved(of: &ContainerDefinition, containers: &[ContainerDefinition]) -> Vec<Dependency> {
    let resolve = |it: &ContainerDependency| {
        let condition = match it.condition {
            ContainerCondition::Start => Condition::Start,
            ContainerCondition::Complete => Condition::Complete,
            ContainerCondition::Success => Condition::Success,
            ContainerCondition::Healthy => Condition::Healthy,
        };
        Some(Dependency { on: place_of(&it.container_name, containers)? as u16, condition })
    };
    of.depends_on.iter().filter_map(resolve).collect()
}

/// What AWS checks about the dependencies of all containers [CP-056]: each is on a container that is there and can come
/// to the condition, and none is, through others, on itself.
pub(super) fn check(containers: &[ContainerDefinition]) -> Result<(), ApiError> {
    for (index, container) in containers.iter().enumerate() {
        for (which, dependency) in container.depends_on.iter().enumerate() {
            let place = format!("containerDefinitions[{index}].dependsOn[{which}]");
            let name = &dependency.container_name;
            let Some(other) = containers.iter().find(|container| container.name == *name) else {
                // The plus sign is AWS's own.
                let message = format!("Cannot depend on container + '{name}' because it does not exist");
                return Err(ApiError::client(message).at(format!("{place}.containerName")));
            };
            let message = match dependency.condition {
                ContainerCondition::Complete | ContainerCondition::Success if other.essential => {
                    "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container"
                }
                ContainerCondition::Healthy if other.health_check.is_none() => {
                    "A dependency container with HEALTHY condition must have health check configured"
                }
                _ => continue,
            };
            return Err(ApiError::client(message).at(format!("{place}.condition")));
        }
    }
    // Whoever depends on nobody who is left is taken away; what stays goes round in a circle.
    let mut left: Vec<usize> = (0..containers.len()).collect();
    loop {
        let free = |&place: &usize| {
            let on = |it: &ContainerDependency| place_of(&it.container_name, containers);
            !containers[place].depends_on.iter().filter_map(on).any(|other| left.contains(&other))
        };
        let next: Vec<usize> = left.iter().copied().filter(|place| !free(place)).collect();
        match (next.len() == left.len(), next.first()) {
            (_, None) => return Ok(()),
            (true, Some(first)) => {
                let message = "Container dependencies should not have a cycle";
                return Err(ApiError::client(message).at(format!("containerDefinitions[{first}].dependsOn")));
            }
            _ => left = next,
        }
    }
}
