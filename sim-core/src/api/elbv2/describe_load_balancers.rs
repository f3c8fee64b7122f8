//! `elasticloadbalancing:DescribeLoadBalancers`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::balancer;
use super::description::LoadBalancerDescription;
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:DescribeLoadBalancers` — describes some load balancers, or all.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeLoadBalancers {
    /// By ARN or name.
    #[serde(default)]
    pub load_balancer_arns: Vec<String>,
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

/// What DescribeLoadBalancers answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeLoadBalancersOutput {
    load_balancers: Vec<LoadBalancerDescription>,
}

impl Operation for DescribeLoadBalancers {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "DescribeLoadBalancers";
    type Output = DescribeLoadBalancersOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let mut wanted = Vec::new();
        for (index, name) in self.load_balancer_arns.iter().enumerate() {
            wanted.push(balancer(world, name, &format!("LoadBalancerArns[{index}]"))?);
        }
        for (index, name) in self.names.iter().enumerate() {
            wanted.push(balancer(world, name, &format!("Names[{index}]"))?);
        }
        if self.load_balancer_arns.is_empty() && self.names.is_empty() {
            wanted.extend(world.elb.live_balancers().map(|(id, _)| id));
        }
        let load_balancers = wanted.into_iter().map(|id| LoadBalancerDescription::of(world, id)).collect();
        Ok(DescribeLoadBalancersOutput { load_balancers })
    }
}
