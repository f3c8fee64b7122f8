//! `elasticloadbalancing:DeregisterTargets`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::register_targets::TargetInput;
use super::{group, invalid, target_id};
use crate::api::operation::NoOutput;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:DeregisterTargets` — lets targets drain, whoever registered them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeregisterTargets {
    /// The target group, by ARN or name.
    pub target_group_arn: String,
    /// Whom; without a port, the one with the port of the target group. Who is not registered there need not leave [TR-172].
    pub targets: Vec<TargetInput>,
}

impl Operation for DeregisterTargets {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "DeregisterTargets";
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let from = group(world, &self.target_group_arn, "TargetGroupArn")?;
        if self.targets.is_empty() {
            return Err(invalid("You must specify targets").at("Targets"));
        }
        let mut leaving = Vec::new();
        for wanted in &self.targets {
            let address = target_id(world, &wanted.id);
            let port = wanted.port.unwrap_or(world.elb.groups[from].port);
            let fits = |id: &&_| {
                let target = &world.elb.targets[**id];
                *target.address == *address && target.port == port
            };
            leaving.extend(world.elb.groups[from].targets.iter().filter(fits).copied());
        }
        world.lend(|w| &mut w.elb, |elb, peers| leaving.into_iter().for_each(|id| elb.let_go(id, peers, ctx)));
        Ok(NoOutput {})
    }
}
