//! Operations of EC2: instances, and the VPC's security groups, routes, subnets.

mod authorize_security_group_egress;
mod authorize_security_group_ingress;
mod create_launch_template;
mod create_launch_template_version;
mod create_route;
mod create_security_group;
mod delete_route;
mod describe_instances;
mod describe_launch_templates;
mod describe_network_interfaces;
mod describe_route_tables;
mod describe_security_groups;
mod describe_subnets;
mod describe_vpcs;
mod filter;
mod instance;
pub(super) mod launch_template;
mod named;
mod permission;
mod recipe;
mod revoke_security_group_egress;
mod revoke_security_group_ingress;
mod rule;
mod run_instances;
mod start_instances;
mod stop_instances;
mod terminate_instances;
mod user_data;

pub use authorize_security_group_egress::AuthorizeSecurityGroupEgress;
pub use authorize_security_group_ingress::AuthorizeSecurityGroupIngress;
pub use create_launch_template::CreateLaunchTemplate;
pub use create_launch_template_version::CreateLaunchTemplateVersion;
pub use create_route::CreateRoute;
pub use create_security_group::CreateSecurityGroup;
pub use delete_route::DeleteRoute;
pub use describe_instances::DescribeInstances;
pub use describe_launch_templates::DescribeLaunchTemplates;
pub use describe_network_interfaces::DescribeNetworkInterfaces;
pub use describe_route_tables::DescribeRouteTables;
pub use describe_security_groups::DescribeSecurityGroups;
pub use describe_subnets::DescribeSubnets;
pub use describe_vpcs::DescribeVpcs;
pub use filter::Filter;
pub use permission::{IpPermission, Port};
pub use revoke_security_group_egress::RevokeSecurityGroupEgress;
pub use revoke_security_group_ingress::RevokeSecurityGroupIngress;
pub use rule::RuleDescription;
pub use run_instances::RunInstances;
pub use start_instances::StartInstances;
pub use stop_instances::StopInstances;
pub use terminate_instances::TerminateInstances;

use serde::Serialize;

/// The answer of a change that says nothing but that it was made.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Returned {
    /// True: a refusal is an error.
    pub r#return: bool,
}
