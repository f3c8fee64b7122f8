//! `elasticloadbalancing:ModifyTargetGroup`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::create_target_group::{MatcherInput, ProtocolWord};
use super::description::TargetGroupDescription;
use super::group;
use super::health_check::HealthCheckInput;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:ModifyTargetGroup` — changes the health checks of a target group.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ModifyTargetGroup {
    /// The target group, by ARN or name.
    pub target_group_arn: String,
    /// As before unless set, as are all others.
    pub health_check_protocol: Option<ProtocolWord>,
    /// `traffic-port` or a port [TR-051].
    pub health_check_port: Option<String>,
    /// `true`: only Lambda functions can do without.
    pub health_check_enabled: Option<bool>,
    /// Begins with a slash [TR-051].
    pub health_check_path: Option<String>,
    /// 5–300 [s] [TR-046].
    pub health_check_interval_seconds: Option<u32>,
    /// 2–120 [s], less than the interval [TR-047].
    pub health_check_timeout_seconds: Option<u32>,
    /// 2–10 [count] [TR-048].
    pub healthy_threshold_count: Option<u32>,
    /// 2–10 [count] [TR-049].
    pub unhealthy_threshold_count: Option<u32>,
    /// Which answers pass [TR-050][TR-059].
    pub matcher: Option<MatcherInput>,
}

/// What ModifyTargetGroup answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ModifyTargetGroupOutput {
    target_groups: Vec<TargetGroupDescription>,
}

impl Operation for ModifyTargetGroup {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "ModifyTargetGroup";
    type Output = ModifyTargetGroupOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = group(world, &self.target_group_arn, "TargetGroupArn")?;
        let it = &world.elb.groups[id];
        let said = HealthCheckInput {
            protocol: self.health_check_protocol,
            port: self.health_check_port.as_deref(),
            enabled: self.health_check_enabled,
            path: self.health_check_path.as_deref(),
            interval: self.health_check_interval_seconds,
            timeout: self.health_check_timeout_seconds,
            healthy_threshold: self.healthy_threshold_count,
            unhealthy_threshold: self.unhealthy_threshold_count,
            matcher: self.matcher.as_ref(),
        };
        let mut base = it.check.clone();
        if said.protocol.is_some() {
            base.protocol = said.protocol(it.protocol)?;
        }
        world.elb.groups[id].check = said.applied_to(base)?;
        Ok(ModifyTargetGroupOutput { target_groups: vec![TargetGroupDescription::of(world, id)] })
    }
}
