//! `elasticloadbalancing:DescribeLoadBalancerAttributes`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::description::AttributesOutput;
use super::{attributes, balancer};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:DescribeLoadBalancerAttributes` — the attributes of a load balancer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeLoadBalancerAttributes {
    /// The load balancer, by ARN or name.
    pub load_balancer_arn: String,
}

impl Operation for DescribeLoadBalancerAttributes {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "DescribeLoadBalancerAttributes";
    type Output = AttributesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let it = &world.elb.balancers[balancer(world, &self.load_balancer_arn, "LoadBalancerArn")?];
        Ok(AttributesOutput { attributes: attributes::of_balancer(it.kind, &it.attributes) })
    }
}
