//! `ec2:RevokeSecurityGroupIngress`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::permission::{IpPermission, Port, Said};
use super::{RuleDescription, named};
use crate::api::{ApiError, Operation};
use crate::world::network::{Direction, Permission};
use crate::world::{Ctx, World};

/// `ec2:RevokeSecurityGroupIngress` — no longer lets connections in: rules by id, or spelt as they were authorised.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RevokeSecurityGroupIngress {
    /// The group's id; its name works, too.
    #[serde(default)]
    pub group_id: Option<String>,
    /// The group's name.
    #[serde(default)]
    pub group_name: Option<String>,
    /// `sgr-…`: rules by id.
    #[serde(default)]
    pub security_group_rule_ids: Vec<String>,
    /// What is no longer let in.
    #[serde(default)]
    pub ip_permissions: Vec<IpPermission>,
    /// `tcp`, `udp`, `icmp` or `-1` for all.
    #[serde(default)]
    pub ip_protocol: Option<String>,
    /// The lowest port, 0–65535.
    #[serde(default)]
    pub from_port: Option<i32>,
    /// The highest port, 0–65535.
    #[serde(default)]
    pub to_port: Option<i32>,
    /// A range of addresses, such as `0.0.0.0/0`.
    #[serde(default)]
    pub cidr_ip: Option<String>,
    /// The group whose members are no longer let in, by name or id.
    #[serde(default)]
    pub source_security_group_name: Option<String>,
    /// The AWS CLI's `--protocol`: the same as `IpProtocol`.
    #[serde(default)]
    pub protocol: Option<String>,
    /// The AWS CLI's `--port`: a port, a range such as `8000-8080`, or `all`.
    #[serde(default)]
    pub port: Option<Port>,
    /// The AWS CLI's `--cidr`: the same as `CidrIp`.
    #[serde(default)]
    pub cidr: Option<String>,
    /// The AWS CLI's `--source-group`: a group by id or name.
    #[serde(default)]
    pub source_group: Option<String>,
}

/// What the revoke operations answer.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RevokeOutput {
    /// True: a refusal is an error.
    pub r#return: bool,
    /// The rules that are gone.
    pub revoked_security_group_rules: Vec<RuleDescription>,
}

impl Operation for RevokeSecurityGroupIngress {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "RevokeSecurityGroupIngress";
    type Output = RevokeOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let said = Said {
            permissions: self.ip_permissions,
            protocol: self.ip_protocol.or(self.protocol),
            ports: (self.from_port, self.to_port),
            port: self.port,
            cidr: self.cidr_ip.or(self.cidr),
            group: self.source_security_group_name.or(self.source_group),
        };
        let rules = self.security_group_rule_ids;
        revoke(world, self.group_id, self.group_name, Direction::Ingress, &rules, said, ctx)
    }
}

/// Takes what was said from the group: all of it, or nothing.
pub(super) fn revoke(
    world: &mut World,
    id: Option<String>,
    name: Option<String>,
    direction: Direction,
    rule_ids: &[String],
    said: Said,
    ctx: &mut Ctx,
) -> Result<RevokeOutput, ApiError> {
    let group = named::group_of(world, id.as_deref(), name.as_deref())?;
    let rules = world.network.groups[group].rules(direction);
    let mut gone: Vec<Permission> = Vec::new();
    for (index, id) in rule_ids.iter().enumerate() {
        let Some(rule) = rules.iter().find(|rule| rule.id == *id) else {
            let message = format!("The security group rule ID '{id}' does not exist");
            let error = ApiError::new("InvalidSecurityGroupRuleId.NotFound", message);
            return Err(error.at(format!("SecurityGroupRuleIds[{index}]")));
        };
        gone.push(rule.permission);
    }
    if rule_ids.is_empty() {
        gone.extend(said.rules(world)?.into_iter().map(|(permission, _)| permission));
        if !gone.iter().all(|permission| rules.iter().any(|rule| rule.permission == *permission)) {
            let message = "The specified rule does not exist in this security group.";
            return Err(ApiError::new("InvalidPermission.NotFound", message));
        }
    }
    let revoked: Vec<_> = gone.iter().filter_map(|one| world.network.revoke(group, direction, one, ctx)).collect();
    let rules = revoked.iter().map(|rule| RuleDescription::of(world, group, direction, rule));
    Ok(RevokeOutput { r#return: true, revoked_security_group_rules: rules.collect() })
}
