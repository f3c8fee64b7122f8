//! `ec2:AuthorizeSecurityGroupEgress`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::authorize_security_group_ingress::{AuthorizeOutput, authorize};
use super::permission::{IpPermission, Port, Said};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::network::Direction;
use crate::world::{Ctx, World};

/// `ec2:AuthorizeSecurityGroupEgress` — lets connections out. Either `IpPermissions`, or one rule in flat members.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AuthorizeSecurityGroupEgress {
    /// The group's id; its name works, too.
    pub group_id: String,
    /// What is let out.
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
    /// Tags; not modelled.
    #[serde(default)]
    pub tag_specifications: NotModelled,
}

impl Operation for AuthorizeSecurityGroupEgress {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "AuthorizeSecurityGroupEgress";
    const TABLE: Option<&'static str> = Some("ec2.securityGroupEgress");
    type Output = AuthorizeOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let said = Said {
            permissions: self.ip_permissions,
            protocol: self.protocol,
            ports: (None, None),
            port: self.port,
            cidr: self.cidr,
            group: self.source_group,
        };
        authorize(world, Some(self.group_id), None, Direction::Egress, said, ctx)
    }
}
