//! Rules of security groups as EC2 shows them.

use serde::Serialize;

use super::permission::{IpPermission, IpRange, UserIdGroupPair, Wanted};
use crate::api::ApiError;
use crate::world::World;
use crate::world::network::{Direction, Other, Permission, Protocol, Rule, SecurityGroupId};

/// Rules of one direction in a group, at most [count].
const RULES_MAX: usize = 60;

/// A rule with its id.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RuleDescription {
    /// `sgr-…`.
    pub security_group_rule_id: String,
    /// The group's id.
    pub group_id: String,
    /// The account.
    pub group_owner_id: String,
    /// Whether it is about what goes out.
    pub is_egress: bool,
    /// `tcp`, `udp`, `icmp` or `-1`.
    pub ip_protocol: &'static str,
    /// The lowest port; -1 when there are none.
    pub from_port: i32,
    /// The highest port; -1 when there are none.
    pub to_port: i32,
    /// The range at the other end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cidr_ipv4: Option<String>,
    /// The group at the other end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referenced_group_info: Option<ReferencedGroup>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// The group at the other end of a rule.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReferencedGroup {
    /// Its id.
    pub group_id: String,
    /// Its account.
    pub user_id: String,
}

/// The API's word for a protocol, and the ports of a permission when it has some.
fn ports(permission: &Permission) -> (&'static str, Option<(i32, i32)>) {
    let range = Some((i32::from(permission.from), i32::from(permission.to)));
    match permission.protocol {
        Protocol::All => ("-1", None),
        Protocol::Icmp => ("icmp", Some((-1, -1))),
        Protocol::Tcp => ("tcp", range),
        Protocol::Udp => ("udp", range),
    }
}

impl RuleDescription {
    /// A rule of this group.
    pub(super) fn of(world: &World, group: SecurityGroupId, direction: Direction, rule: &Rule) -> RuleDescription {
        let (ip_protocol, range) = ports(&rule.permission);
        let (from_port, to_port) = range.unwrap_or((-1, -1));
        let (cidr_ipv4, referenced_group_info) = match rule.permission.other {
            Other::Range(range) => (Some(range.to_string()), None),
            Other::Group(other) => {
                let group_id = world.network.groups[other].id.clone();
                (None, Some(ReferencedGroup { group_id, user_id: world.account.id.clone() }))
            }
        };
        RuleDescription {
            security_group_rule_id: rule.id.clone(),
            group_id: world.network.groups[group].id.clone(),
            group_owner_id: world.account.id.clone(),
            is_egress: direction == Direction::Egress,
            ip_protocol,
            from_port,
            to_port,
            cidr_ipv4,
            referenced_group_info,
            description: rule.description.clone(),
        }
    }
}

/// The rules of a group as describe-security-groups shows them: one entry for each protocol and range of ports.
pub fn permissions(world: &World, rules: &[Rule]) -> Vec<IpPermission> {
    let mut list: Vec<IpPermission> = Vec::new();
    for rule in rules {
        let (ip_protocol, range) = ports(&rule.permission);
        let (from_port, to_port) = (range.map(|range| range.0), range.map(|range| range.1));
        let same = |p: &IpPermission| p.ip_protocol == ip_protocol && p.from_port == from_port && p.to_port == to_port;
        let place = list.iter().position(same).unwrap_or_else(|| {
            let ip_protocol = ip_protocol.to_owned();
            list.push(IpPermission { ip_protocol, from_port, to_port, ..IpPermission::default() });
            list.len() - 1
        });
        let description = rule.description.clone();
        match rule.permission.other {
            Other::Range(range) => {
                list[place].ip_ranges.push(IpRange { cidr_ip: range.to_string(), description });
            }
            Other::Group(group) => list[place].user_id_group_pairs.push(UserIdGroupPair {
                group_id: Some(world.network.groups[group].id.clone()),
                user_id: Some(world.account.id.clone()),
                description,
                ..UserIdGroupPair::default()
            }),
        }
    }
    list
}

/// Refuses what a group has already, what is asked for twice, and what would be too much.
pub fn refuse_known(
    world: &World,
    group: SecurityGroupId,
    direction: Direction,
    wanted: &[Wanted],
) -> Result<(), ApiError> {
    let rules = world.network.groups[group].rules(direction);
    for (index, (permission, _)) in wanted.iter().enumerate() {
        let twice = wanted[..index].iter().any(|(earlier, _)| earlier == permission);
        if twice || rules.iter().any(|rule| rule.permission == *permission) {
            let other = match permission.other {
                Other::Range(range) => range.to_string(),
                Other::Group(other) => world.network.groups[other].id.clone(),
            };
            let words = match ports(permission) {
                ("-1", _) => "ALL".to_owned(),
                (protocol, range) => {
                    let (from, to) = range.unwrap_or((-1, -1));
                    format!("{}, from port: {from}, to port: {to}", protocol.to_uppercase())
                }
            };
            let message = format!("the specified rule \"peer: {other}, {words}, ALLOW\" already exists");
            return Err(ApiError::new("InvalidPermission.Duplicate", message));
        }
    }
    if rules.len() + wanted.len() > RULES_MAX {
        let message = "The maximum number of rules per security group has been reached.";
        return Err(ApiError::new("RulesPerSecurityGroupLimitExceeded", message));
    }
    Ok(())
}
