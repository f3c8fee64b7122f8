//! `ec2:DescribeSubnets`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::filter::{Filter, keep};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ec2:DescribeSubnets` — the subnets, one in each zone.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeSubnets {
    /// Only these, by id or by zone, such as `us-east-1a`; all unless set.
    #[serde(default)]
    pub subnet_ids: Vec<String>,
    /// Only those that are like this.
    #[serde(default)]
    pub filters: Vec<Filter>,
}

/// What DescribeSubnets answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeSubnetsOutput {
    /// The subnets.
    pub subnets: Vec<SubnetDescription>,
}

/// A subnet as EC2 shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SubnetDescription {
    /// The zone's id, which is the same in every account.
    pub availability_zone_id: String,
    /// The account.
    pub owner_id: String,
    /// Its ARN.
    pub subnet_arn: String,
    /// Its id.
    pub subnet_id: String,
    /// `available`.
    pub state: &'static str,
    /// The VPC.
    pub vpc_id: String,
    /// Its addresses.
    pub cidr_block: String,
    /// How many addresses are free [count] [CA-016].
    pub available_ip_address_count: u32,
    /// The zone.
    pub availability_zone: String,
    /// Whether it is the default subnet of its zone.
    pub default_for_az: bool,
    /// Whether instances get a public address unless they say otherwise; tasks do not.
    pub map_public_ip_on_launch: bool,
}

/// The filters there are.
const FILTERS: &[&str] =
    &["availability-zone", "availability-zone-id", "cidr-block", "default-for-az", "subnet-id", "vpc-id"];

impl Operation for DescribeSubnets {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "DescribeSubnets";
    type Output = DescribeSubnetsOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let mut wanted = Vec::new();
        for (index, name) in self.subnet_ids.iter().enumerate() {
            let Some(subnet) = world.network.subnet_named(name) else {
                let message = format!("The subnet ID '{name}' does not exist");
                return Err(ApiError::new("InvalidSubnetID.NotFound", message).at(format!("SubnetIds[{index}]")));
            };
            wanted.push(subnet);
        }
        let mut subnets = Vec::new();
        for (_, subnet) in world.network.subnets.iter().filter(|(id, _)| wanted.is_empty() || wanted.contains(id)) {
            let properties = vec![
                ("availability-zone", subnet.zone.clone()),
                ("availability-zone-id", subnet.zone_id.clone()),
                ("cidr-block", subnet.cidr.to_string()),
                ("default-for-az", "true".to_owned()),
                ("subnet-id", subnet.id.clone()),
                ("vpc-id", world.network.vpc.clone()),
            ];
            if keep(&self.filters, FILTERS, &properties)? {
                subnets.push(SubnetDescription {
                    availability_zone_id: subnet.zone_id.clone(),
                    owner_id: world.account.id.clone(),
                    subnet_arn: subnet.arn.clone(),
                    subnet_id: subnet.id.clone(),
                    state: "available",
                    vpc_id: world.network.vpc.clone(),
                    cidr_block: subnet.cidr.to_string(),
                    available_ip_address_count: subnet.free(),
                    availability_zone: subnet.zone.clone(),
                    default_for_az: true,
                    map_public_ip_on_launch: true,
                });
            }
        }
        Ok(DescribeSubnetsOutput { subnets })
    }
}
