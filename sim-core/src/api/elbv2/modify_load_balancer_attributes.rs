//! `elasticloadbalancing:ModifyLoadBalancerAttributes`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::description::AttributesOutput;
use super::{Attribute, attributes, balancer};
use crate::api::{ApiError, Operation};
use crate::world::traffic::RequestEvent;
use crate::world::{Ctx, Event, World};

/// `elasticloadbalancing:ModifyLoadBalancerAttributes` — changes how a load balancer behaves.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ModifyLoadBalancerAttributes {
    /// The load balancer, by ARN or name.
    pub load_balancer_arn: String,
    /// Among them `idle_timeout.timeout_seconds` [TR-084], `client_keep_alive.seconds` [TR-085] and, for Network Load
    /// Balancers, `load_balancing.cross_zone.enabled` [TR-007]. The others keep their values.
    pub attributes: Vec<Attribute>,
}

impl Operation for ModifyLoadBalancerAttributes {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "ModifyLoadBalancerAttributes";
    const TABLE: Option<&'static str> = Some("elbv2.loadBalancerAttributes");
    type Output = AttributesOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = balancer(world, &self.load_balancer_arn, "LoadBalancerArn")?;
        let it = &world.elb.balancers[id];
        let (kind, old) = (it.kind, it.attributes.idle_timeout);
        let changed = attributes::changed_balancer(kind, &it.attributes, &self.attributes)?;
        let all = attributes::of_balancer(kind, &changed);
        let new = changed.idle_timeout;
        world.elb.set_balancer_attributes(id, changed);
        if new != old {
            ctx.send(Duration::ZERO, Event::Request(RequestEvent::IdleTimeoutChanged(id)));
        }
        Ok(AttributesOutput { attributes: all })
    }
}
