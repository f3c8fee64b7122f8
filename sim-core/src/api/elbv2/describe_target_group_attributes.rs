//! `elasticloadbalancing:DescribeTargetGroupAttributes`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::description::AttributesOutput;
use super::{attributes, group};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:DescribeTargetGroupAttributes` — the attributes of a target group.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeTargetGroupAttributes {
    /// The target group, by ARN or name.
    pub target_group_arn: String,
}

impl Operation for DescribeTargetGroupAttributes {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "DescribeTargetGroupAttributes";
    type Output = AttributesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = group(world, &self.target_group_arn, "TargetGroupArn")?;
        Ok(AttributesOutput { attributes: attributes::of_group(&world.elb.groups[id]) })
    }
}
