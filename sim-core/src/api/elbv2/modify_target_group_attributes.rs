//! `elasticloadbalancing:ModifyTargetGroupAttributes`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::description::AttributesOutput;
use super::{Attribute, group};
use crate::api::{ApiError, Operation};
use crate::world::elb::Algorithm;
use crate::world::{Ctx, World};

/// `elasticloadbalancing:ModifyTargetGroupAttributes` — changes how a target group behaves.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ModifyTargetGroupAttributes {
    /// The target group, by ARN or name.
    pub target_group_arn: String,
    /// `deregistration_delay.timeout_seconds`: 300 unless set, 0–3600 [TR-069]. `load_balancing.algorithm.type`:
    /// `round_robin` unless set, or `least_outstanding_requests` [TR-074]. The others keep their defaults.
    pub attributes: Vec<Attribute>,
}

const DELAY: &str = "deregistration_delay.timeout_seconds";
const ALGORITHM: &str = "load_balancing.algorithm.type";

/// Attributes that are not modelled, with their defaults.
const FIXED: &[(&str, &str)] = &[
    ("load_balancing.algorithm.anomaly_mitigation", "off"),
    ("load_balancing.cross_zone.enabled", "use_load_balancer_configuration"),
    ("slow_start.duration_seconds", "0"),
    ("stickiness.app_cookie.cookie_name", ""),
    ("stickiness.app_cookie.duration_seconds", "86400"),
    ("stickiness.enabled", "false"),
    ("stickiness.lb_cookie.duration_seconds", "86400"),
    ("stickiness.type", "lb_cookie"),
    ("target_group_health.dns_failover.minimum_healthy_targets.count", "1"),
    ("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off"),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1"),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off"),
];

impl Operation for ModifyTargetGroupAttributes {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "ModifyTargetGroupAttributes";
    const TABLE: Option<&'static str> = Some("elbv2.targetGroupAttributes");
    type Output = AttributesOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = group(world, &self.target_group_arn, "TargetGroupArn")?;
        let mut attributes = world.elb.groups[id].attributes.clone();
        let delay = &mut attributes.deregistration_delay;
        let algorithm = &mut attributes.algorithm;
        for (index, attribute) in self.attributes.iter().enumerate() {
            let place = format!("Attributes[{index}]");
            match (attribute.key.as_str(), attribute.value.as_str()) {
                (DELAY, _) => *delay = attribute.seconds(0, 3600, &place)?,
                (ALGORITHM, "round_robin") => *algorithm = Algorithm::RoundRobin,
                (ALGORITHM, "least_outstanding_requests") => *algorithm = Algorithm::LeastOutstandingRequests,
                (ALGORITHM, other) => {
                    let message = format!("the algorithm '{other}' is not modelled by this simulator");
                    let help = "'round_robin' and 'least_outstanding_requests' are";
                    return Err(ApiError::new("InvalidConfigurationRequest", message).at(place).help(help));
                }
                ("load_balancing.cross_zone.enabled", "true") => {}
                _ => attribute.refuse(FIXED, &place)?,
            }
        }
        let (delay, algorithm) = (*delay, *algorithm);
        world.elb.set_group_attributes(id, attributes, ctx);
        let own = [Attribute::new(DELAY, delay.as_secs()), Attribute::new(ALGORITHM, algorithm)];
        let fixed = FIXED.iter().map(|(key, value)| Attribute::new(key, value));
        Ok(AttributesOutput { attributes: own.into_iter().chain(fixed).collect() })
    }
}
