//! `autoscaling:SetInstanceProtection`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{find_group, invalid};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `autoscaling:SetInstanceProtection` — whether instances may be chosen when their group has too many. It keeps neither
/// an unhealthy instance nor one that somebody terminates [CA-078].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SetInstanceProtection {
    /// By id, or by this simulator's own short names, such as `instance#1`.
    pub instance_ids: Vec<String>,
    /// Their group.
    pub auto_scaling_group_name: String,
    /// Whether they stay.
    pub protected_from_scale_in: bool,
}

/// What SetInstanceProtection answers.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SetInstanceProtectionOutput {}

impl Operation for SetInstanceProtection {
    const SERVICE: &'static str = "autoscaling";
    const NAME: &'static str = "SetInstanceProtection";
    type Output = SetInstanceProtectionOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = find_group(world, &self.auto_scaling_group_name)?;
        let group = &world.groups.all[id];
        let mut hosts = Vec::new();
        for (index, name) in self.instance_ids.iter().enumerate() {
            let found = world.ec2.host_named(name).filter(|&host| group.member(host).is_some());
            let Some(host) = found else {
                let message = format!("The instance {name} is not part of Auto Scaling group {}.", group.name);
                return Err(invalid(message).at(format!("InstanceIds[{index}]")));
            };
            hosts.push(host);
        }
        for host in hosts {
            world.groups.protect(id, host, self.protected_from_scale_in);
        }
        // What was kept from going may go now.
        world.settle_soon(id, ctx);
        Ok(SetInstanceProtectionOutput {})
    }
}
