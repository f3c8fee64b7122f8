//! What EventBridge is told of the tasks that it is to run: the same words in schedules and in rules.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::ecs::{AssignPublicIp, CapacityProviderStrategyItem, LaunchType, PropagateTags};
use super::{ApiError, NotModelled};
use crate::world::World;

/// `EcsParameters`: RunTask's input, as EventBridge spells it.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct EcsParameters {
    /// An ARN; without its revision the latest ACTIVE one.
    pub task_definition_arn: String,
    /// Tasks to start [count]; 1 unless set, 1 to 10.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 10))]
    pub task_count: u32,
    /// `FARGATE`; the cluster's default strategy counts unless it is set, and without that it is EC2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launch_type: Option<LaunchType>,
    /// Where each task gets its ENI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_configuration: Option<TargetNetwork>,
    /// `LATEST` unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_version: Option<String>,
    /// `family:{family}` unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// In place of a launch type.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    /// Stored.
    #[serde(default, rename = "EnableECSManagedTags", skip_serializing_if = "Option::is_none")]
    pub enable_ecs_managed_tags: Option<bool>,
    /// ECS Exec; stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enable_execute_command: Option<bool>,
    /// As RunTask has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub placement_constraints: Vec<Value>,
    /// As RunTask has it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub placement_strategy: Vec<Value>,
    /// `TASK_DEFINITION` to take over its tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub propagate_tags: Option<PropagateTags>,
    /// Not modelled.
    #[serde(default, skip_serializing)]
    pub reference_id: NotModelled,
    /// Not modelled.
    #[serde(default, skip_serializing)]
    pub tags: NotModelled,
}

fn one() -> u32 {
    1
}

/// `NetworkConfiguration`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetNetwork {
    /// Where each task gets its ENI.
    #[serde(rename = "awsvpcConfiguration")]
    pub awsvpc_configuration: TargetVpc,
}

/// `awsvpcConfiguration`, in whose members the first letters are capitals here.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TargetVpc {
    /// 1 to 16 subnets by id; a zone such as `us-east-1a` means its default subnet.
    pub subnets: Vec<String>,
    /// At most 5 security groups by id or name; the VPC's default group unless set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_groups: Vec<String>,
    /// Whether each task gets a public address; `DISABLED` unless set.
    #[serde(default)]
    pub assign_public_ip: AssignPublicIp,
}

impl EcsParameters {
    /// RunTask's input. `overrides` is the target's `Input`: JSON text, or none. Places are below `place`.
    pub(super) fn run_task(
        &self,
        cluster: &str,
        started_by: &str,
        overrides: Option<&str>,
        place: &str,
    ) -> Result<Value, ApiError> {
        let overrides = match overrides {
            None => None,
            Some(text) if text.contains("<aws.") => {
                let error = ApiError::new("ValidationException", "Context attributes are not modelled.");
                return Err(error.at(format!("{place}.Input")).help("Write the value itself."));
            }
            Some(text) => Some(serde_json::from_str::<Map<String, Value>>(text).map_err(|error| {
                ApiError::new("ValidationException", "Input must be a valid JSON object.")
                    .at(format!("{place}.Input"))
                    .help(format!("The JSON parser says: {error}."))
            })?),
        };
        // An ARN without a revision means the family.
        let name = self.task_definition_arn.rsplit('/').next().unwrap_or_default();
        let mut input = json!({
            "cluster": cluster,
            "taskDefinition": if name.contains(':') { &self.task_definition_arn } else { name },
            "count": self.task_count,
            "startedBy": started_by,
        });
        let network = self.network_configuration.as_ref().map(|network| {
            let vpc = &network.awsvpc_configuration;
            json!({ "awsvpcConfiguration": {
                "subnets": vpc.subnets,
                "securityGroups": vpc.security_groups,
                "assignPublicIp": vpc.assign_public_ip,
            } })
        });
        let optional = [
            ("networkConfiguration", network),
            ("overrides", overrides.map(Value::Object)),
            ("launchType", self.launch_type.map(|it| json!(it))),
            ("platformVersion", self.platform_version.as_ref().map(|it| json!(it))),
            ("group", self.group.as_ref().map(|it| json!(it))),
            ("capacityProviderStrategy", Some(json!(self.capacity_provider_strategy))),
            ("enableECSManagedTags", self.enable_ecs_managed_tags.map(|it| json!(it))),
            ("enableExecuteCommand", self.enable_execute_command.map(|it| json!(it))),
            ("placementConstraints", Some(json!(self.placement_constraints))),
            ("placementStrategy", Some(json!(self.placement_strategy))),
            ("propagateTags", self.propagate_tags.map(|it| json!(it))),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                input[name] = value;
            }
        }
        Ok(input)
    }
}

/// Whether this is the ARN of a cluster of this account.
pub(super) fn is_cluster(arn: &str, world: &World) -> bool {
    let prefix = world.account.arn("ecs", "cluster/");
    arn.strip_prefix(&prefix).is_some_and(super::ecs::valid_name)
}

/// Whether this is the ARN of a task definition of this account, with or without a revision.
pub(super) fn is_task_definition(arn: &str, world: &World) -> bool {
    let prefix = world.account.arn("ecs", "task-definition/");
    arn.strip_prefix(&prefix).is_some_and(|name| {
        let (family, revision) = name.split_once(':').unwrap_or((name, "1"));
        super::ecs::valid_name(family) && revision.parse::<u32>().is_ok()
    })
}
