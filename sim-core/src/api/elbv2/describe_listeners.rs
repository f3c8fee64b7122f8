//! `elasticloadbalancing:DescribeListeners`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::description::ListenerDescription;
use super::{balancer, invalid, listener};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:DescribeListeners` — describes the listeners of a load balancer, or some by ARN.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeListeners {
    /// The load balancer, by ARN or name.
    pub load_balancer_arn: Option<String>,
    /// By ARN.
    #[serde(default)]
    pub listener_arns: Vec<String>,
    /// All are on one page.
    #[serde(default)]
    pub marker: NotModelled,
    /// All are on one page.
    #[serde(default)]
    pub page_size: NotModelled,
}

/// What DescribeListeners answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeListenersOutput {
    listeners: Vec<ListenerDescription>,
}

impl Operation for DescribeListeners {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "DescribeListeners";
    type Output = DescribeListenersOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let mut wanted = Vec::new();
        match (&self.load_balancer_arn, self.listener_arns.as_slice()) {
            (Some(name), []) => {
                let owner = balancer(world, name, "LoadBalancerArn")?;
                wanted.extend_from_slice(&world.elb.balancers[owner].listeners);
            }
            (None, arns @ [_, ..]) => {
                for (index, arn) in arns.iter().enumerate() {
                    wanted.push(listener(world, arn, &format!("ListenerArns[{index}]"))?);
                }
            }
            _ => return Err(invalid("You must specify either listener ARNs or a load balancer ARN")),
        }
        let listeners = wanted.into_iter().map(|id| ListenerDescription::of(world, id)).collect();
        Ok(DescribeListenersOutput { listeners })
    }
}
