//! `elasticloadbalancing:DescribeListenerAttributes`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::description::AttributesOutput;
use super::{attributes, listener};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:DescribeListenerAttributes` — the attributes of a listener.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeListenerAttributes {
    /// The listener, by ARN or as `nlb:80`.
    pub listener_arn: String,
}

impl Operation for DescribeListenerAttributes {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "DescribeListenerAttributes";
    type Output = AttributesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = listener(world, &self.listener_arn, "ListenerArn")?;
        Ok(AttributesOutput { attributes: attributes::of_listener(&world.elb.listeners[id]) })
    }
}
