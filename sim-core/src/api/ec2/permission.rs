//! Permissions of security groups in requests: AWS's structure, its older flat members, and the forms of the CLI.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::named;
use crate::api::{ApiError, NotModelled};
use crate::world::World;
use crate::world::network::{Other, Permission, Protocol, SecurityGroupId};

/// Ports of a protocol, and who is at the other end: each range and each group makes one rule.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct IpPermission {
    /// `tcp`, `udp`, `icmp` or their numbers; `-1` is all protocols and all ports.
    pub ip_protocol: String,
    /// The lowest port, 0–65535; for ICMP the type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_port: Option<i32>,
    /// The highest port, 0–65535; for ICMP the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_port: Option<i32>,
    /// Ranges of addresses.
    #[serde(default)]
    pub ip_ranges: Vec<IpRange>,
    /// Groups, by id or by name.
    #[serde(default)]
    pub user_id_group_pairs: Vec<UserIdGroupPair>,
    /// Ranges of IPv6 addresses; not modelled.
    #[serde(default, serialize_with = "empty")]
    pub ipv6_ranges: NotModelled,
    /// Prefix lists; not modelled.
    #[serde(default, serialize_with = "empty")]
    pub prefix_list_ids: NotModelled,
}

/// What EC2 shows where there is nothing.
fn empty<S: Serializer>(_: &NotModelled, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq([(); 0])
}

/// A range of IPv4 addresses.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct IpRange {
    /// Such as `0.0.0.0/0`.
    pub cidr_ip: String,
    /// What the rule is for; up to 255 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A security group at the other end.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct UserIdGroupPair {
    /// Its id; a name works, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_name: Option<String>,
    /// The account it belongs to: the only one there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The VPC it belongs to: the only one there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
    /// What the rule is for; up to 255 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// `--port` of the CLI.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Port {
    /// One port; -1 is all.
    Number(i32),
    /// `8000-8080`, or `all`.
    Range(String),
}

impl Port {
    fn range(&self) -> Result<(i32, i32), ApiError> {
        let parsed = |text: &str| match text.split_once('-') {
            Some((from, to)) => Some((from.parse().ok()?, to.parse().ok()?)),
            None => text.parse().ok().map(|port| (port, port)),
        };
        match self {
            Port::Number(-1) => Ok((0, 65_535)),
            Port::Number(port) => Ok((*port, *port)),
            Port::Range(text) if text == "all" || text == "-1" => Ok((0, 65_535)),
            Port::Range(text) => parsed(text).ok_or_else(|| {
                ApiError::new("InvalidParameterValue", format!("Invalid value '{text}' for port.")).at("Port")
            }),
        }
    }
}

/// A rule that is asked for, and its description.
pub type Wanted = (Permission, Option<String>);

/// What a request says about rules, whichever way it says it.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// `IpPermissions`.
    pub permissions: Vec<IpPermission>,
    /// `IpProtocol`, or `--protocol`.
    pub protocol: Option<String>,
    /// `FromPort` and `ToPort`.
    pub ports: (Option<i32>, Option<i32>),
    /// `--port`.
    pub port: Option<Port>,
    /// `CidrIp`, or `--cidr`.
    pub cidr: Option<String>,
    /// `SourceSecurityGroupName`, or `--source-group`.
    pub group: Option<String>,
}

impl Said {
    /// The rules that are asked for, in the order of the request: at least one.
    pub fn rules(self, world: &World) -> Result<Vec<Wanted>, ApiError> {
        let mut wanted = Vec::new();
        for (index, permission) in self.permissions.iter().enumerate() {
            let place = format!("IpPermissions[{index}]");
            wanted.extend(permission.rules(world).map_err(|error| inside(error, &place))?);
        }
        if let Some(ip_protocol) = self.protocol {
            let (from_port, to_port) = match &self.port {
                Some(port) => port.range().map(|(from, to)| (Some(from), Some(to)))?,
                None => self.ports,
            };
            let range = self.cidr.map(|cidr_ip| IpRange { cidr_ip, description: None });
            let pair = self.group.map(|id| UserIdGroupPair { group_id: Some(id), ..UserIdGroupPair::default() });
            let flat = IpPermission {
                ip_protocol,
                from_port,
                to_port,
                ip_ranges: range.into_iter().collect(),
                user_id_group_pairs: pair.into_iter().collect(),
                ..IpPermission::default()
            };
            wanted.extend(flat.rules(world)?);
        }
        if wanted.is_empty() {
            let message = "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.";
            return Err(
                ApiError::new("MissingParameter", message).help("Say which protocol, port, and range or group.")
            );
        }
        Ok(wanted)
    }
}

/// The error, with its place inside of this member.
fn inside(error: ApiError, place: &str) -> ApiError {
    let place = if error.place.is_empty() { place.to_owned() } else { format!("{place}.{}", error.place) };
    error.at(place)
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameterValue", message)
}

impl IpPermission {
    /// One rule for each range and each group.
    fn rules(&self, world: &World) -> Result<Vec<Wanted>, ApiError> {
        let (protocol, from, to) = self.ports()?;
        let mut rules = Vec::new();
        for (index, range) in self.ip_ranges.iter().enumerate() {
            let cidr = named::cidr(&range.cidr_ip).map_err(|error| error.at(format!("IpRanges[{index}].CidrIp")))?;
            let permission = Permission { protocol, from, to, other: Other::Range(cidr) };
            rules.push((permission, range.description.clone()));
        }
        for (index, pair) in self.user_id_group_pairs.iter().enumerate() {
            let place = format!("UserIdGroupPairs[{index}]");
            let group = pair.group(world).map_err(|error| inside(error, &place))?;
            rules.push((Permission { protocol, from, to, other: Other::Group(group) }, pair.description.clone()));
        }
        if rules.is_empty() {
            let error = ApiError::new(
                "MissingParameter",
                "Missing source specification: include source security group or CIDR information",
            );
            return Err(error);
        }
        Ok(rules)
    }

    fn ports(&self) -> Result<(Protocol, u16, u16), ApiError> {
        let protocol = match self.ip_protocol.to_ascii_lowercase().as_str() {
            "-1" | "all" => return Ok((Protocol::All, 0, u16::MAX)),
            "icmp" | "1" => return Ok((Protocol::Icmp, 0, u16::MAX)),
            "tcp" | "6" => Protocol::Tcp,
            "udp" | "17" => Protocol::Udp,
            other => {
                let message = format!("Invalid value '{other}' for IP protocol. Unknown protocol.");
                return Err(invalid(message).at("IpProtocol"));
            }
        };
        let (Some(from), Some(to)) = (self.from_port, self.to_port) else {
            return Err(invalid("Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange."));
        };
        match (u16::try_from(from), u16::try_from(to)) {
            (Ok(from), Ok(to)) if from <= to => Ok((protocol, from, to)),
            (Ok(_), Ok(_)) => Err(invalid(format!("Invalid value '{from}-{to}' for portRange. From is above to."))),
            _ => Err(invalid(format!("Invalid value '{from}-{to}' for portRange. Ports are 0 to 65535."))),
        }
    }
}

impl UserIdGroupPair {
    fn group(&self, world: &World) -> Result<SecurityGroupId, ApiError> {
        named::vpc(world, self.vpc_id.as_deref()).map_err(|error| error.at("VpcId"))?;
        if let Some(user) = self.user_id.as_deref().filter(|user| *user != world.account.id) {
            return Err(invalid(format!("There is one account in this simulation, not {user}.")).at("UserId"));
        }
        named::group_of(world, self.group_id.as_deref(), self.group_name.as_deref())
    }
}
