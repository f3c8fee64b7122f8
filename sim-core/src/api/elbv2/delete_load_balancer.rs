//! `elasticloadbalancing:DeleteLoadBalancer`.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::operation::NoOutput;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:DeleteLoadBalancer` — takes a load balancer and its listeners away. Its target groups stay.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteLoadBalancer {
    /// The load balancer, by ARN or name.
    pub load_balancer_arn: String,
}

impl Operation for DeleteLoadBalancer {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "DeleteLoadBalancer";
    type Output = NoOutput;

    /// One that does not exist, or no longer, is deleted without complaint, as AWS does it.
    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let Some(id) = world.elb.balancer_named(&self.load_balancer_arn) else { return Ok(NoOutput {}) };
        let it = &world.elb.balancers[id];
        if it.attributes.deletion_protection {
            let message =
                format!("Load balancer '{}' cannot be deleted because deletion protection is enabled", it.arn);
            return Err(ApiError::new("OperationNotPermitted", message).at("LoadBalancerArn"));
        }
        world.lend(|w| &mut w.elb, |elb, peers| elb.delete_balancer(id, peers, ctx));
        let gone = &world.elb.balancers[id];
        let leaving: Vec<_> = gone.leaving.iter().map(|(eni, _)| *eni).collect();
        for eni in gone.enis.clone().into_iter().chain(leaving) {
            world.network.detach(eni);
        }
        Ok(NoOutput {})
    }
}
