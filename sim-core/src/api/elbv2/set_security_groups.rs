//! `elasticloadbalancing:SetSecurityGroups`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{balancer, invalid};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:SetSecurityGroups` — replaces the security groups of a load balancer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SetSecurityGroups {
    /// The load balancer, by ARN or name.
    pub load_balancer_arn: String,
    /// By id or name.
    pub security_groups: Vec<String>,
    /// Only for PrivateLink, which is not modelled; stored nowhere.
    #[serde(default)]
    pub enforce_security_group_inbound_rules_on_private_link_traffic: crate::api::NotModelled,
}

/// What SetSecurityGroups answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SetSecurityGroupsOutput {
    security_group_ids: Vec<String>,
}

impl Operation for SetSecurityGroups {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "SetSecurityGroups";
    type Output = SetSecurityGroupsOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = balancer(world, &self.load_balancer_arn, "LoadBalancerArn")?;
        if self.security_groups.is_empty() {
            return Err(invalid("At least one security group must be specified").at("SecurityGroups"));
        }
        // One that was made without any never gets one.
        if world.elb.balancers[id].groups.is_empty() {
            let message = "A Network Load Balancer that was created without security groups cannot have any";
            return Err(ApiError::new("InvalidConfigurationRequest", message).at("SecurityGroups"));
        }
        let named = self.security_groups.iter().enumerate().map(|(index, name)| {
            world.network.security_group_named(name).ok_or_else(|| {
                let message = format!("The security group '{name}' does not exist");
                ApiError::new("InvalidSecurityGroup", message).at(format!("SecurityGroups[{index}]"))
            })
        });
        let groups = named.collect::<Result<Vec<_>, _>>()?;
        for eni in world.elb.balancers[id].enis.clone() {
            world.network.regroup(eni, &groups);
        }
        let security_group_ids = groups.iter().map(|&group| world.network.groups[group].id.clone()).collect();
        world.elb.balancers[id].groups = groups;
        Ok(SetSecurityGroupsOutput { security_group_ids })
    }
}
