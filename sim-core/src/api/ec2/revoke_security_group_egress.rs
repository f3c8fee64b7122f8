//! `ec2:RevokeSecurityGroupEgress`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::permission::{IpPermission, Port, Said};
use super::revoke_security_group_ingress::{RevokeOutput, revoke};
use crate::api::{ApiError, Operation};
use crate::world::network::Direction;
use crate::world::{Ctx, World};

/// `ec2:RevokeSecurityGroupEgress` — no longer lets connections out: rules by id, or spelt as they were authorised.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RevokeSecurityGroupEgress {
    /// The group's id; its name works, too.
    pub group_id: String,
    /// `sgr-…`: rules by id.
    #[serde(default)]
    pub security_group_rule_ids: Vec<String>,
    /// What is no longer let out.
    #[serde(default)]
    pub ip_permissions: Vec<IpPermission>,
    /// The AWS CLI's `--protocol`: `tcp`, `udp`, `icmp` or `-1` for all.
    #[serde(default)]
    pub protocol: Option<String>,
    /// The AWS CLI's `--port`: a port, a range such as `8000-8080`, or `all`.
    #[serde(default)]
    pub port: Option<Port>,
    /// The AWS CLI's `--cidr`: a range of addresses, such as `0.0.0.0/0`.
    #[serde(default)]
    pub cidr: Option<String>,
    /// The AWS CLI's `--source-group`: the group at the other end, by id or name.
    #[serde(default)]
    pub source_group: Option<String>,
}

impl Operation for RevokeSecurityGroupEgress {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "RevokeSecurityGroupEgress";
    type Output = RevokeOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let said = Said {
            permissions: self.ip_permissions,
            protocol: self.protocol,
            ports: (None, None),
            port: self.port,
            cidr: self.cidr,
            group: self.source_group,
        };
        let rules = self.security_group_rule_ids;
        revoke(world, Some(self.group_id), None, Direction::Egress, &rules, said, ctx)
    }
}
