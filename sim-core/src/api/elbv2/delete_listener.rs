//! `elasticloadbalancing:DeleteListener`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::listener;
use crate::api::operation::NoOutput;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:DeleteListener` — takes a listener and its rules away.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteListener {
    /// The listener, by ARN, or as `alb:80`: the name of its load balancer and its port.
    pub listener_arn: String,
}

impl Operation for DeleteListener {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "DeleteListener";
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = listener(world, &self.listener_arn, "ListenerArn")?;
        world.lend(|w| &mut w.elb, |elb, peers| elb.delete_listener(id, peers, ctx));
        Ok(NoOutput {})
    }
}
