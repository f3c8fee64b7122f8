//! `elasticloadbalancing:ModifyListenerAttributes`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::description::AttributesOutput;
use super::{Attribute, attributes, listener};
use crate::api::{ApiError, Operation};
use crate::world::traffic::RequestEvent;
use crate::world::{Ctx, Event, World};

/// `elasticloadbalancing:ModifyListenerAttributes` — changes how a listener of a Network Load Balancer behaves.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ModifyListenerAttributes {
    /// The listener, by ARN or as `nlb:80`.
    pub listener_arn: String,
    /// `tcp.idle_timeout.seconds` [TR-121]; the others, of Application Load Balancers, are not modelled.
    pub attributes: Vec<Attribute>,
}

impl Operation for ModifyListenerAttributes {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "ModifyListenerAttributes";
    const TABLE: Option<&'static str> = Some("elbv2.listenerAttributes");
    type Output = AttributesOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = listener(world, &self.listener_arn, "ListenerArn")?;
        let it = &world.elb.listeners[id];
        let (old, balancer) = (it.idle_timeout, it.balancer);
        let new = attributes::changed_listener(it, &self.attributes)?;
        world.elb.listeners[id].idle_timeout = new;
        if new != old {
            ctx.send(Duration::ZERO, Event::Request(RequestEvent::IdleTimeoutChanged(balancer)));
        }
        Ok(AttributesOutput { attributes: attributes::of_listener(&world.elb.listeners[id]) })
    }
}
