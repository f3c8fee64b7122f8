//! What an AWS operation is, and the list of those that exist here.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{ApiError, autoscaling, cloudwatch, ec2, ecr, ecs, elbv2, events, iam, logs, scheduler, servicediscovery};
use crate::world::{Ctx, World};
use crate::{reading, schemas};

/// One AWS operation: its input type is `Self`, in AWS's field names.
pub trait Operation: DeserializeOwned + JsonSchema {
    /// The service as the AWS CLI spells it: `ecs`, `elbv2`.
    const SERVICE: &'static str;
    /// The operation as the API spells it: `UpdateService`.
    const NAME: &'static str;
    /// The scenario table that makes one of these, such as `ecs.service`; none when it creates nothing.
    const TABLE: Option<&'static str> = None;
    /// What AWS answers.
    type Output: Serialize;

    /// Checks what AWS checks, then changes the world.
    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError>;
}

/// The answer of an operation that has none: the AWS CLI prints nothing.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct NoOutput {}

/// An operation whose types have been forgotten, so that it can stand in a list.
#[derive(Clone, Copy)]
pub struct OperationEntry {
    /// The service as the AWS CLI spells it.
    pub service: &'static str,
    /// The operation as the API spells it.
    pub name: &'static str,
    /// The scenario table that makes one of these.
    pub table: Option<&'static str>,
    /// Makes the JSON Schema of the input; subschemas go to the generator. In WebAssembly it makes nothing: see [`schemas`].
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// Reads the input and applies the operation.
    pub call: fn(Value, &mut World, &mut Ctx) -> Result<Value, ApiError>,
}

impl std::fmt::Debug for OperationEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.service, self.name)
    }
}

impl OperationEntry {
    /// The entry of an operation.
    pub const fn of<O: Operation>() -> OperationEntry {
        OperationEntry {
            service: O::SERVICE,
            name: O::NAME,
            table: O::TABLE,
            schema: if schemas::READ { |_| Schema::default() } else { |generator| generator.subschema_for::<O>() },
            call: |input, world, ctx| {
                let operation: O = reading::read(input)
                    .map_err(|misread| ApiError::new("ValidationException", misread.to_string()).at(misread.place()))?;
                // Whatever it changes, nobody's health is taken for granted any more.
                world.elb.wake_all(ctx);
                let output = operation.apply(world, ctx)?;
                world.tell_the_bus(ctx);
                Ok(serde_json::to_value(output).expect("outputs are plain data"))
            },
        }
    }

    /// `create-service` for `CreateService`.
    pub fn kebab(&self) -> String {
        super::command::kebab(self.name)
    }
}

/// Every operation, by service in the order in which a scenario's tables are made, then by name.
pub const OPERATIONS: &[OperationEntry] = &[
    OperationEntry::of::<ecr::CreateRepository>(),
    OperationEntry::of::<ecr::DescribeImages>(),
    OperationEntry::of::<ecr::DescribeRepositories>(),
    OperationEntry::of::<ecr::GetLoginPassword>(),
    OperationEntry::of::<iam::CreateRole>(),
    OperationEntry::of::<iam::PutRolePolicy>(),
    OperationEntry::of::<iam::AttachRolePolicy>(),
    OperationEntry::of::<iam::DeleteRolePolicy>(),
    OperationEntry::of::<iam::DetachRolePolicy>(),
    OperationEntry::of::<logs::CreateLogGroup>(),
    OperationEntry::of::<logs::DescribeLogGroups>(),
    OperationEntry::of::<logs::FilterLogEvents>(),
    OperationEntry::of::<ec2::CreateRoute>(),
    OperationEntry::of::<ec2::CreateSecurityGroup>(),
    OperationEntry::of::<ec2::AuthorizeSecurityGroupIngress>(),
    OperationEntry::of::<ec2::AuthorizeSecurityGroupEgress>(),
    OperationEntry::of::<ec2::RunInstances>(),
    OperationEntry::of::<ec2::CreateLaunchTemplate>(),
    OperationEntry::of::<ec2::CreateLaunchTemplateVersion>(),
    OperationEntry::of::<ec2::DeleteRoute>(),
    OperationEntry::of::<ec2::DescribeInstances>(),
    OperationEntry::of::<ec2::DescribeLaunchTemplates>(),
    OperationEntry::of::<ec2::DescribeNetworkInterfaces>(),
    OperationEntry::of::<ec2::DescribeRouteTables>(),
    OperationEntry::of::<ec2::DescribeSecurityGroups>(),
    OperationEntry::of::<ec2::DescribeSubnets>(),
    OperationEntry::of::<ec2::DescribeVpcs>(),
    OperationEntry::of::<ec2::RevokeSecurityGroupEgress>(),
    OperationEntry::of::<ec2::RevokeSecurityGroupIngress>(),
    OperationEntry::of::<ec2::StartInstances>(),
    OperationEntry::of::<ec2::StopInstances>(),
    OperationEntry::of::<ec2::TerminateInstances>(),
    OperationEntry::of::<autoscaling::CreateAutoScalingGroup>(),
    OperationEntry::of::<autoscaling::DeleteAutoScalingGroup>(),
    OperationEntry::of::<autoscaling::DescribeAutoScalingGroups>(),
    OperationEntry::of::<autoscaling::DescribeScalingActivities>(),
    OperationEntry::of::<autoscaling::SetDesiredCapacity>(),
    OperationEntry::of::<autoscaling::SetInstanceProtection>(),
    OperationEntry::of::<autoscaling::TerminateInstanceInAutoScalingGroup>(),
    OperationEntry::of::<autoscaling::UpdateAutoScalingGroup>(),
    OperationEntry::of::<elbv2::CreateTargetGroup>(),
    OperationEntry::of::<elbv2::CreateLoadBalancer>(),
    OperationEntry::of::<elbv2::CreateListener>(),
    OperationEntry::of::<elbv2::CreateRule>(),
    OperationEntry::of::<elbv2::ModifyTargetGroupAttributes>(),
    OperationEntry::of::<elbv2::ModifyLoadBalancerAttributes>(),
    OperationEntry::of::<elbv2::ModifyListenerAttributes>(),
    OperationEntry::of::<elbv2::DeleteListener>(),
    OperationEntry::of::<elbv2::DeleteLoadBalancer>(),
    OperationEntry::of::<elbv2::DeleteRule>(),
    OperationEntry::of::<elbv2::DeleteTargetGroup>(),
    OperationEntry::of::<elbv2::DeregisterTargets>(),
    OperationEntry::of::<elbv2::DescribeListenerAttributes>(),
    OperationEntry::of::<elbv2::DescribeListeners>(),
    OperationEntry::of::<elbv2::DescribeLoadBalancerAttributes>(),
    OperationEntry::of::<elbv2::DescribeLoadBalancers>(),
    OperationEntry::of::<elbv2::DescribeRules>(),
    OperationEntry::of::<elbv2::DescribeTargetGroupAttributes>(),
    OperationEntry::of::<elbv2::DescribeTargetGroups>(),
    OperationEntry::of::<elbv2::DescribeTargetHealth>(),
    OperationEntry::of::<elbv2::ModifyListener>(),
    OperationEntry::of::<elbv2::ModifyRule>(),
    OperationEntry::of::<elbv2::ModifyTargetGroup>(),
    OperationEntry::of::<elbv2::RegisterTargets>(),
    OperationEntry::of::<elbv2::SetRulePriorities>(),
    OperationEntry::of::<elbv2::SetSecurityGroups>(),
    OperationEntry::of::<elbv2::SetSubnets>(),
    OperationEntry::of::<cloudwatch::PutMetricAlarm>(),
    OperationEntry::of::<cloudwatch::DeleteAlarms>(),
    OperationEntry::of::<cloudwatch::DescribeAlarms>(),
    OperationEntry::of::<cloudwatch::DisableAlarmActions>(),
    OperationEntry::of::<cloudwatch::EnableAlarmActions>(),
    OperationEntry::of::<cloudwatch::SetAlarmState>(),
    OperationEntry::of::<servicediscovery::CreateHttpNamespace>(),
    OperationEntry::of::<servicediscovery::CreatePrivateDnsNamespace>(),
    OperationEntry::of::<servicediscovery::CreateService>(),
    OperationEntry::of::<servicediscovery::DeleteNamespace>(),
    OperationEntry::of::<servicediscovery::DeleteService>(),
    OperationEntry::of::<servicediscovery::DiscoverInstances>(),
    OperationEntry::of::<servicediscovery::GetNamespace>(),
    OperationEntry::of::<servicediscovery::GetOperation>(),
    OperationEntry::of::<servicediscovery::GetService>(),
    OperationEntry::of::<servicediscovery::ListInstances>(),
    OperationEntry::of::<servicediscovery::ListNamespaces>(),
    OperationEntry::of::<servicediscovery::ListServices>(),
    OperationEntry::of::<ecs::CreateCapacityProvider>(),
    OperationEntry::of::<ecs::CreateCluster>(),
    OperationEntry::of::<ecs::RegisterTaskDefinition>(),
    OperationEntry::of::<events::PutRule>(),
    OperationEntry::of::<events::PutTargets>(),
    OperationEntry::of::<events::DeleteRule>(),
    OperationEntry::of::<events::DescribeRule>(),
    OperationEntry::of::<events::DisableRule>(),
    OperationEntry::of::<events::EnableRule>(),
    OperationEntry::of::<events::ListRules>(),
    OperationEntry::of::<events::ListTargetsByRule>(),
    OperationEntry::of::<events::RemoveTargets>(),
    OperationEntry::of::<events::TestEventPattern>(),
    OperationEntry::of::<ecs::CreateService>(),
    OperationEntry::of::<ecs::RunTask>(),
    OperationEntry::of::<ecs::ContinueServiceDeployment>(),
    OperationEntry::of::<ecs::DeleteAccountSetting>(),
    OperationEntry::of::<ecs::DeleteAttributes>(),
    OperationEntry::of::<ecs::DeleteCapacityProvider>(),
    OperationEntry::of::<ecs::DeleteCluster>(),
    OperationEntry::of::<ecs::DeleteService>(),
    OperationEntry::of::<ecs::DeleteTaskDefinitions>(),
    OperationEntry::of::<ecs::DeregisterContainerInstance>(),
    OperationEntry::of::<ecs::DeregisterTaskDefinition>(),
    OperationEntry::of::<ecs::DescribeCapacityProviders>(),
    OperationEntry::of::<ecs::DescribeClusters>(),
    OperationEntry::of::<ecs::DescribeContainerInstances>(),
    OperationEntry::of::<ecs::DescribeServiceDeployments>(),
    OperationEntry::of::<ecs::DescribeServiceRevisions>(),
    OperationEntry::of::<ecs::DescribeServices>(),
    OperationEntry::of::<ecs::DescribeTaskDefinition>(),
    OperationEntry::of::<ecs::DescribeTasks>(),
    OperationEntry::of::<ecs::ExecuteCommand>(),
    OperationEntry::of::<ecs::GetTaskProtection>(),
    OperationEntry::of::<ecs::ListAccountSettings>(),
    OperationEntry::of::<ecs::ListAttributes>(),
    OperationEntry::of::<ecs::ListClusters>(),
    OperationEntry::of::<ecs::ListContainerInstances>(),
    OperationEntry::of::<ecs::ListServiceDeployments>(),
    OperationEntry::of::<ecs::ListServices>(),
    OperationEntry::of::<ecs::ListServicesByNamespace>(),
    OperationEntry::of::<ecs::ListTagsForResource>(),
    OperationEntry::of::<ecs::ListTaskDefinitionFamilies>(),
    OperationEntry::of::<ecs::ListTaskDefinitions>(),
    OperationEntry::of::<ecs::ListTasks>(),
    OperationEntry::of::<ecs::PutAccountSetting>(),
    OperationEntry::of::<ecs::PutAccountSettingDefault>(),
    OperationEntry::of::<ecs::PutAttributes>(),
    OperationEntry::of::<ecs::PutClusterCapacityProviders>(),
    OperationEntry::of::<ecs::StartTask>(),
    OperationEntry::of::<ecs::StopServiceDeployment>(),
    OperationEntry::of::<ecs::StopTask>(),
    OperationEntry::of::<ecs::TagResource>(),
    OperationEntry::of::<ecs::UntagResource>(),
    OperationEntry::of::<ecs::UpdateCapacityProvider>(),
    OperationEntry::of::<ecs::UpdateCluster>(),
    OperationEntry::of::<ecs::UpdateClusterSettings>(),
    OperationEntry::of::<ecs::UpdateContainerAgent>(),
    OperationEntry::of::<ecs::UpdateContainerInstancesState>(),
    OperationEntry::of::<ecs::UpdateService>(),
    OperationEntry::of::<ecs::UpdateTaskProtection>(),
    OperationEntry::of::<scheduler::CreateSchedule>(),
    OperationEntry::of::<scheduler::DeleteSchedule>(),
    OperationEntry::of::<scheduler::GetSchedule>(),
    OperationEntry::of::<scheduler::ListSchedules>(),
    OperationEntry::of::<scheduler::UpdateSchedule>(),
];

/// The operation of this service with this API name or CLI name.
pub fn find(service: &str, name: &str) -> Option<&'static OperationEntry> {
    OPERATIONS.iter().find(|entry| entry.service == service && (entry.name == name || entry.kebab() == name))
}
