//! `ec2:DescribeVpcs`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::filter::{Filter, keep};
use super::named;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ec2:DescribeVpcs` — the VPCs: there is the default one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeVpcs {
    /// Only these; all unless set.
    #[serde(default)]
    pub vpc_ids: Vec<String>,
    /// Only those that are like this.
    #[serde(default)]
    pub filters: Vec<Filter>,
}

/// What DescribeVpcs answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeVpcsOutput {
    /// The VPCs.
    pub vpcs: Vec<VpcDescription>,
}

/// A VPC as EC2 shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct VpcDescription {
    /// The account.
    pub owner_id: String,
    /// `default`.
    pub instance_tenancy: &'static str,
    /// Whether it is the default VPC.
    pub is_default: bool,
    /// Its id.
    pub vpc_id: String,
    /// `available`.
    pub state: &'static str,
    /// Its addresses.
    pub cidr_block: String,
}

/// The filters there are.
const FILTERS: &[&str] = &["cidr", "is-default", "isDefault", "owner-id", "state", "vpc-id"];

impl Operation for DescribeVpcs {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "DescribeVpcs";
    type Output = DescribeVpcsOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        for (index, id) in self.vpc_ids.iter().enumerate() {
            named::vpc(world, Some(id)).map_err(|error| error.at(format!("VpcIds[{index}]")))?;
        }
        let vpc = VpcDescription {
            owner_id: world.account.id.clone(),
            instance_tenancy: "default",
            is_default: true,
            vpc_id: world.network.vpc.clone(),
            state: "available",
            cidr_block: world.network.vpc_cidr().to_string(),
        };
        let properties = vec![
            ("cidr", vpc.cidr_block.clone()),
            ("is-default", "true".to_owned()),
            ("isDefault", "true".to_owned()),
            ("owner-id", vpc.owner_id.clone()),
            ("state", vpc.state.to_owned()),
            ("vpc-id", vpc.vpc_id.clone()),
        ];
        let shown = keep(&self.filters, FILTERS, &properties)?;
        Ok(DescribeVpcsOutput { vpcs: shown.then_some(vpc).into_iter().collect() })
    }
}
