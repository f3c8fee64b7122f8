//! `ec2:DescribeSecurityGroups`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::filter::{Filter, keep};
use super::permission::IpPermission;
use super::{named, rule};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ec2:DescribeSecurityGroups` — the security groups with their rules.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeSecurityGroups {
    /// Only these, by id or name; all unless set.
    #[serde(default)]
    pub group_ids: Vec<String>,
    /// Only these, by name.
    #[serde(default)]
    pub group_names: Vec<String>,
    /// Only those that are like this.
    #[serde(default)]
    pub filters: Vec<Filter>,
}

/// What DescribeSecurityGroups answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeSecurityGroupsOutput {
    /// The groups.
    pub security_groups: Vec<SecurityGroupDescription>,
}

/// A security group as EC2 shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SecurityGroupDescription {
    /// Its id.
    pub group_id: String,
    /// What may go out.
    pub ip_permissions_egress: Vec<IpPermission>,
    /// The VPC.
    pub vpc_id: String,
    /// Its ARN.
    pub security_group_arn: String,
    /// The account.
    pub owner_id: String,
    /// Its name.
    pub group_name: String,
    /// What it is for.
    pub description: String,
    /// What may come in.
    pub ip_permissions: Vec<IpPermission>,
}

/// The filters there are.
const FILTERS: &[&str] = &["description", "group-id", "group-name", "owner-id", "vpc-id"];

impl Operation for DescribeSecurityGroups {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "DescribeSecurityGroups";
    type Output = DescribeSecurityGroupsOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let mut wanted = Vec::new();
        for (member, names) in [("GroupIds", &self.group_ids), ("GroupNames", &self.group_names)] {
            for (index, name) in names.iter().enumerate() {
                wanted.push(named::group(world, name).map_err(|error| error.at(format!("{member}[{index}]")))?);
            }
        }
        let mut security_groups = Vec::new();
        for (_, group) in world.network.groups.iter().filter(|(id, _)| wanted.is_empty() || wanted.contains(id)) {
            let properties = vec![
                ("description", group.description.clone()),
                ("group-id", group.id.clone()),
                ("group-name", group.name.clone()),
                ("owner-id", world.account.id.clone()),
                ("vpc-id", world.network.vpc.clone()),
            ];
            if keep(&self.filters, FILTERS, &properties)? {
                security_groups.push(SecurityGroupDescription {
                    group_id: group.id.clone(),
                    ip_permissions_egress: rule::permissions(world, &group.egress),
                    vpc_id: world.network.vpc.clone(),
                    security_group_arn: group.arn.clone(),
                    owner_id: world.account.id.clone(),
                    group_name: group.name.clone(),
                    description: group.description.clone(),
                    ip_permissions: rule::permissions(world, &group.ingress),
                });
            }
        }
        Ok(DescribeSecurityGroupsOutput { security_groups })
    }
}
