//! A task definition as AWS describes it.

use serde::Serialize;
use serde_json::Value;

use super::placement::{self, PlacementConstraint};
use crate::world::World;
use crate::world::ecs::{TaskDefinition, TaskDefinitionId};

/// `TaskDefinition`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskDefinitionDescription {
    /// `task-definition/{family}:{revision}` [CP-007].
    pub task_definition_arn: String,
    /// As registered, with defaults.
    pub container_definitions: Value,
    /// The family.
    pub family: String,
    /// The application's role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_role_arn: Option<String>,
    /// The role that pulls and logs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_role_arn: Option<String>,
    /// `awsvpc`.
    pub network_mode: Value,
    /// Counts from 1 in the family [CP-033].
    pub revision: u32,
    /// As registered.
    pub volumes: Value,
    /// `ACTIVE`, `INACTIVE` or `DELETE_IN_PROGRESS` [CP-034].
    pub status: &'static str,
    /// What a container instance would need.
    pub requires_attributes: Vec<Attribute>,
    /// Which container instances will do.
    pub placement_constraints: Vec<PlacementConstraint>,
    /// What the definition is valid for [CP-048].
    pub compatibilities: Vec<&'static str>,
    /// As registered.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub runtime_platform: Value,
    /// As registered.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub requires_compatibilities: Value,
    /// Task-level CPU [units], as text.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub cpu: Value,
    /// Task-level memory [MiB], as text.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub memory: Value,
    /// As registered.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub pid_mode: Value,
    /// As registered.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub ephemeral_storage: Value,
    /// When.
    pub registered_at: String,
    /// When it was deregistered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deregistered_at: Option<String>,
    /// When it was to be deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_requested_at: Option<String>,
    /// Who.
    pub registered_by: String,
}

/// `Attribute`.
#[derive(Clone, Debug, Serialize)]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
}

impl TaskDefinitionDescription {
    /// Describes a revision.
    pub(crate) fn of(world: &World, id: TaskDefinitionId) -> TaskDefinitionDescription {
        let definition = &world.ecs.definitions[id];
        let registered = |field: &str| definition.described.get(field).cloned().unwrap_or(Value::Null);
        let role = |role: Option<_>| role.map(|role| world.iam.roles[role].arn.clone());
        TaskDefinitionDescription {
            task_definition_arn: definition.arn.clone(),
            container_definitions: registered("containerDefinitions"),
            family: definition.family.clone(),
            task_role_arn: role(definition.task_role),
            execution_role_arn: role(definition.execution_role),
            network_mode: registered("networkMode"),
            revision: definition.revision,
            volumes: registered("volumes"),
            status: definition.status.into(),
            requires_attributes: attributes(definition),
            placement_constraints: placement::described_constraints(&definition.constraints),
            compatibilities: match definition.for_fargate {
                true => vec!["EC2", "MANAGED_INSTANCES", "FARGATE"],
                false => vec!["EC2"],
            },
            runtime_platform: registered("runtimePlatform"),
            requires_compatibilities: registered("requiresCompatibilities"),
            cpu: registered("cpu"),
            memory: registered("memory"),
            pid_mode: registered("pidMode"),
            ephemeral_storage: registered("ephemeralStorage"),
            registered_at: world.account.wall(definition.registered),
            deregistered_at: definition.deregistered.map(|at| world.account.wall(at)),
            delete_requested_at: definition.delete_requested.map(|at| world.account.wall(at)),
            registered_by: world.account.global_arn("iam", "root"),
        }
    }
}

/// What a container instance would need for this definition; Fargate has it all.
fn attributes(definition: &TaskDefinition) -> Vec<Attribute> {
    let logs = definition.containers.iter().any(|container| container.logs.is_some());
    let needs = [
        ("com.amazonaws.ecs.capability.logging-driver.awslogs", logs),
        ("ecs.capability.execution-role-awslogs", logs),
        ("com.amazonaws.ecs.capability.docker-remote-api.1.19", logs),
        ("com.amazonaws.ecs.capability.task-iam-role", definition.task_role.is_some()),
        ("com.amazonaws.ecs.capability.docker-remote-api.1.18", true),
        ("ecs.capability.task-eni", definition.has_own_interface()),
    ];
    needs.into_iter().filter(|(_, needed)| *needed).map(|(name, _)| Attribute { name }).collect()
}
