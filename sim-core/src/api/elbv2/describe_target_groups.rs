//! `elasticloadbalancing:DescribeTargetGroups`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::description::TargetGroupDescription;
use super::{balancer, group};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:DescribeTargetGroups` — describes some target groups, or all.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeTargetGroups {
    /// Those of a load balancer, by ARN or name.
    pub load_balancer_arn: Option<String>,
    /// By ARN or name.
    #[serde(default)]
    pub target_group_arns: Vec<String>,
    /// By name.
    #[serde(default)]
    pub names: Vec<String>,
    /// All are on one page.
    #[serde(default)]
    pub marker: NotModelled,
    /// All are on one page.
    #[serde(default)]
    pub page_size: NotModelled,
}

/// What DescribeTargetGroups answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeTargetGroupsOutput {
    target_groups: Vec<TargetGroupDescription>,
}

impl Operation for DescribeTargetGroups {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "DescribeTargetGroups";
    type Output = DescribeTargetGroupsOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let mut wanted = Vec::new();
        for (index, name) in self.target_group_arns.iter().enumerate() {
            wanted.push(group(world, name, &format!("TargetGroupArns[{index}]"))?);
        }
        for (index, name) in self.names.iter().enumerate() {
            wanted.push(group(world, name, &format!("Names[{index}]"))?);
        }
        let named = !wanted.is_empty();
        let owner = match &self.load_balancer_arn {
            Some(name) => Some(balancer(world, name, "LoadBalancerArn")?),
            None => None,
        };
        if !named {
            let of_owner = |group: &crate::world::elb::TargetGroup| owner.is_none() || group.balancer == owner;
            wanted.extend(world.elb.live_groups().filter(|(_, group)| of_owner(group)).map(|(id, _)| id));
        }
        let target_groups = wanted.into_iter().map(|id| TargetGroupDescription::of(world, id)).collect();
        Ok(DescribeTargetGroupsOutput { target_groups })
    }
}
