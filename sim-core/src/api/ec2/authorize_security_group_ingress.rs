//! `ec2:AuthorizeSecurityGroupIngress`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::permission::{IpPermission, Port, Said};
use super::{RuleDescription, named, rule};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::network::Direction;
use crate::world::{Ctx, World};

/// `ec2:AuthorizeSecurityGroupIngress` — lets connections in. Either `IpPermissions`, or one rule in flat members.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AuthorizeSecurityGroupIngress {
    /// The group's id; its name works, too.
    #[serde(default)]
    pub group_id: Option<String>,
    /// The group's name.
    #[serde(default)]
    pub group_name: Option<String>,
    /// What is let in.
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
    /// The group whose members are let in, by name or id.
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
    /// Tags; not modelled.
    #[serde(default)]
    pub tag_specifications: NotModelled,
}

/// What the authorize operations answer.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AuthorizeOutput {
    /// True: a refusal is an error.
    pub r#return: bool,
    /// The new rules.
    pub security_group_rules: Vec<RuleDescription>,
}

impl Operation for AuthorizeSecurityGroupIngress {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "AuthorizeSecurityGroupIngress";
    const TABLE: Option<&'static str> = Some("ec2.securityGroupIngress");
    type Output = AuthorizeOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let said = Said {
            permissions: self.ip_permissions,
            protocol: self.ip_protocol.or(self.protocol),
            ports: (self.from_port, self.to_port),
            port: self.port,
            cidr: self.cidr_ip.or(self.cidr),
            group: self.source_security_group_name.or(self.source_group),
        };
        authorize(world, self.group_id, self.group_name, Direction::Ingress, said, ctx)
    }
}

/// Adds what was said to the group: all of it, or nothing.
pub(super) fn authorize(
    world: &mut World,
    id: Option<String>,
    name: Option<String>,
    direction: Direction,
    said: Said,
    ctx: &mut Ctx,
) -> Result<AuthorizeOutput, ApiError> {
    let group = named::group_of(world, id.as_deref(), name.as_deref())?;
    let wanted = said.rules(world)?;
    rule::refuse_known(world, group, direction, &wanted)?;
    let added = world.network.authorize(group, direction, &wanted, ctx);
    let rules = added.iter().map(|rule| RuleDescription::of(world, group, direction, rule));
    Ok(AuthorizeOutput { r#return: true, security_group_rules: rules.collect() })
}
