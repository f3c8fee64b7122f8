//! Toy operations in the styles of ECS, EC2 and Elastic Load Balancing, with every kind of field.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::{ApiError, Operation, OperationEntry};
use crate::world::{Ctx, World};

/// Every toy.
pub const TOYS: &[OperationEntry] = &[
    OperationEntry::of::<CreateService>(),
    OperationEntry::of::<DescribeServices>(),
    OperationEntry::of::<AuthorizeSecurityGroupIngress>(),
    OperationEntry::of::<DescribeTargetGroups>(),
];

/// Runs and keeps a number of tasks.
///
/// More about it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateService {
    /// The name of the service, up to 255 letters, digits, underscores and hyphens; it is unique in its cluster.
    pub service_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Tasks to keep running [count].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desired_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_type: Option<LaunchType>,
    #[serde(default, rename = "enableECSManagedTags")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_ecs_managed_tags: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_execute_command: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_configuration: Option<NetworkConfiguration>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub load_balancers: Vec<LoadBalancer>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub placement: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<u16>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extra: Option<Value>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum LaunchType {
    Ec2,
    Fargate,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NetworkConfiguration {
    pub awsvpc_configuration: AwsVpcConfiguration,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AwsVpcConfiguration {
    pub subnets: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_groups: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LoadBalancer {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_group_arn: Option<String>,
    pub container_name: String,
    pub container_port: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inner: Option<Box<LoadBalancer>>,
}

impl Operation for CreateService {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "CreateService";
    type Output = Value;

    fn apply(self, _: &mut World, _: &mut Ctx) -> Result<Value, ApiError> {
        if self.cluster.as_deref() == Some("gone") {
            return Err(ApiError::new("ClusterNotFoundException", "Cluster not found."));
        }
        let count = self.desired_count;
        Ok(json!({"service": {"serviceName": self.service_name, "desiredCount": count, "cluster": self.cluster}}))
    }
}

/// Describes services.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(dead_code, reason = "only the schema is looked at")]
pub struct DescribeServices {
    pub cluster: Option<String>,
    pub services: Vec<String>,
    /// More about them.
    #[serde(default)]
    pub include: Vec<Include>,
}

#[derive(Deserialize, JsonSchema)]
pub enum Include {
    /// Their tags.
    #[serde(rename = "TAGS")]
    Tags,
}

impl Operation for DescribeServices {
    const SERVICE: &'static str = "ecs";
    const NAME: &'static str = "DescribeServices";
    type Output = Value;

    fn apply(self, _: &mut World, _: &mut Ctx) -> Result<Value, ApiError> {
        let services = self.services.iter().map(|name| {
            json!({
                "serviceName": name, "status": "ACTIVE", "desiredCount": 2, "roleArn": null,
                "deployments": [{"id": "ecs-svc/1", "runningCount": 2}],
            })
        });
        Ok(json!({"services": services.collect::<Vec<_>>(), "failures": []}))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[allow(dead_code, reason = "only the schema is looked at")]
pub struct AuthorizeSecurityGroupIngress {
    pub group_id: String,
    #[serde(default)]
    pub ip_permissions: Vec<IpPermission>,
    pub cidr_ip: Option<String>,
    pub from_port: Option<i32>,
    #[serde(default)]
    pub dry_run: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[allow(dead_code, reason = "only the schema is looked at")]
pub struct IpPermission {
    pub ip_protocol: String,
    pub from_port: Option<i32>,
    pub to_port: Option<i32>,
    #[serde(default)]
    pub ip_ranges: Vec<IpRange>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[allow(dead_code, reason = "only the schema is looked at")]
pub struct IpRange {
    pub cidr_ip: String,
}

impl Operation for AuthorizeSecurityGroupIngress {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "AuthorizeSecurityGroupIngress";
    type Output = Value;

    fn apply(self, _: &mut World, _: &mut Ctx) -> Result<Value, ApiError> {
        Ok(json!({}))
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only the schema is looked at")]
pub struct DescribeTargetGroups {
    #[serde(rename = "TargetGroupARNs", default)]
    pub target_group_arns: Vec<String>,
}

impl Operation for DescribeTargetGroups {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "DescribeTargetGroups";
    type Output = Value;

    fn apply(self, _: &mut World, _: &mut Ctx) -> Result<Value, ApiError> {
        Ok(json!({"TargetGroups": []}))
    }
}
