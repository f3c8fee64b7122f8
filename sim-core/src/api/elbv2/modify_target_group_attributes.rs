//! `elasticloadbalancing:ModifyTargetGroupAttributes`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::description::AttributesOutput;
use super::{Attribute, action, attributes, group};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:ModifyTargetGroupAttributes` — changes how a target group behaves.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ModifyTargetGroupAttributes {
    /// The target group, by ARN or name.
    pub target_group_arn: String,
    /// Among them `deregistration_delay.timeout_seconds` [TR-069], `load_balancing.algorithm.type` [TR-074],
    /// `load_balancing.cross_zone.enabled` [TR-007], `slow_start.duration_seconds` [TR-077], `stickiness.enabled`
    /// [TR-082] and `target_group_health.…` [TR-063][TR-064]. The others keep their values.
    pub attributes: Vec<Attribute>,
}

impl Operation for ModifyTargetGroupAttributes {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "ModifyTargetGroupAttributes";
    const TABLE: Option<&'static str> = Some("elbv2.targetGroupAttributes");
    type Output = AttributesOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = group(world, &self.target_group_arn, "TargetGroupArn")?;
        let changed = attributes::changed_group(&world.elb.groups[id], &self.attributes)?;
        let newly_sticky = changed.stickiness.enabled && !world.elb.groups[id].attributes.stickiness.enabled;
        let balancer = world.elb.groups[id].balancer;
        let listeners = balancer.map_or(&[][..], |balancer| &world.elb.balancers[balancer].listeners);
        if newly_sticky && listeners.iter().any(|&listener| action::is_loose(world, listener, id)) {
            return Err(ApiError::new("InvalidConfigurationRequest", action::STICKY_GROUPS).at("Attributes"));
        }
        world.elb.set_group_attributes(id, changed, ctx);
        Ok(AttributesOutput { attributes: attributes::of_group(&world.elb.groups[id]) })
    }
}
