//! `elasticloadbalancing:ModifyLoadBalancerAttributes`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::description::AttributesOutput;
use super::{Attribute, balancer};
use crate::api::{ApiError, Operation};
use crate::world::traffic::RequestEvent;
use crate::world::{Ctx, Event, World};

/// `elasticloadbalancing:ModifyLoadBalancerAttributes` — changes how a load balancer behaves.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ModifyLoadBalancerAttributes {
    /// The load balancer, by ARN or name.
    pub load_balancer_arn: String,
    /// `idle_timeout.timeout_seconds`: 60 unless set, 1–4000 [TR-084]. The others keep their defaults.
    pub attributes: Vec<Attribute>,
}

const IDLE_TIMEOUT: &str = "idle_timeout.timeout_seconds";

/// Attributes that are not modelled, with their defaults.
const FIXED: &[(&str, &str)] = &[
    ("access_logs.s3.enabled", "false"),
    ("client_keep_alive.seconds", "3600"),
    ("connection_logs.s3.enabled", "false"),
    ("deletion_protection.enabled", "false"),
    ("load_balancing.cross_zone.enabled", "true"),
    ("routing.http.desync_mitigation_mode", "defensive"),
    ("routing.http.drop_invalid_header_fields.enabled", "false"),
    ("routing.http.preserve_host_header.enabled", "false"),
    ("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false"),
    ("routing.http.xff_client_port.enabled", "false"),
    ("routing.http.xff_header_processing.mode", "append"),
    ("routing.http2.enabled", "true"),
    ("waf.fail_open.enabled", "false"),
    ("zonal_shift.config.enabled", "false"),
];

impl Operation for ModifyLoadBalancerAttributes {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "ModifyLoadBalancerAttributes";
    const TABLE: Option<&'static str> = Some("elbv2.loadBalancerAttributes");
    type Output = AttributesOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = balancer(world, &self.load_balancer_arn, "LoadBalancerArn")?;
        let mut idle_timeout = world.elb.balancers[id].attributes.idle_timeout;
        for (index, attribute) in self.attributes.iter().enumerate() {
            let place = format!("Attributes[{index}]");
            match attribute.key.as_str() {
                IDLE_TIMEOUT => idle_timeout = attribute.seconds(1, 4000, &place)?,
                _ => attribute.refuse(FIXED, &place)?,
            }
        }
        if std::mem::replace(&mut world.elb.balancers[id].attributes.idle_timeout, idle_timeout) != idle_timeout {
            ctx.send(Duration::ZERO, Event::Request(RequestEvent::IdleTimeoutChanged(id)));
        }
        let own = [Attribute::new(IDLE_TIMEOUT, idle_timeout.as_secs())];
        let fixed = FIXED.iter().map(|(key, value)| Attribute::new(key, value));
        Ok(AttributesOutput { attributes: own.into_iter().chain(fixed).collect() })
    }
}
