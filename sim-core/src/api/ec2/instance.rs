//! An EC2 instance as EC2 shows it, and how one is named.

use serde::Serialize;

use super::named;
use crate::api::ApiError;
use crate::world::World;
use crate::world::capacity::{HostId, HostState};

/// `Instance`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstanceDescription {
    /// `i-` and 17 hexadecimal digits.
    pub instance_id: String,
    /// As it was asked for.
    pub image_id: String,
    /// Its type.
    pub instance_type: &'static str,
    /// When it was launched.
    pub launch_time: String,
    /// Its zone.
    pub placement: Placement,
    /// Its address in the subnet.
    pub private_ip_address: String,
    /// Its address in the internet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_ip_address: Option<String>,
    /// Where it is in its life.
    pub state: State,
    /// Its subnet.
    pub subnet_id: String,
    /// The VPC.
    pub vpc_id: String,
    /// Its security groups.
    pub security_groups: Vec<GroupIdentifier>,
    /// What its agent may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iam_instance_profile: Option<Profile>,
    /// Labels.
    pub tags: Vec<Tag>,
}

/// `Placement`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Placement {
    /// The zone.
    pub availability_zone: String,
}

/// `InstanceState`.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct State {
    /// EC2's number for it.
    pub code: u32,
    /// `pending`, `running`, `shutting-down`, `terminated`, `stopping` or `stopped`.
    pub name: &'static str,
}

impl State {
    /// As EC2 says it.
    pub(super) fn of(state: HostState) -> State {
        State { code: state.code(), name: state.into() }
    }
}

/// `GroupIdentifier`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupIdentifier {
    /// `sg-…`.
    pub group_id: String,
    /// Its name.
    pub group_name: String,
}

/// `IamInstanceProfile`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Profile {
    /// Its ARN: it is named as its role is.
    pub arn: String,
}

/// `Tag`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}

impl InstanceDescription {
    /// Describes an instance as it is now.
    pub(super) fn of(world: &World, id: HostId) -> InstanceDescription {
        let host = &world.ec2.hosts[id];
        let network = &world.network;
        let eni = network.eni(host.eni);
        let there = eni.attached;
        let group = |&group: &_| GroupIdentifier {
            group_id: network.groups[group].id.clone(),
            group_name: network.groups[group].name.clone(),
        };
        let profile = |role| {
            let name = world.iam.roles[role].arn.rsplit('/').next().unwrap_or_default().to_owned();
            Profile { arn: world.account.global_arn("iam", &format!("instance-profile/{name}")) }
        };
        InstanceDescription {
            instance_id: host.id.clone(),
            image_id: host.image.clone(),
            instance_type: host.kind.name,
            launch_time: world.account.wall(host.launched),
            placement: Placement { availability_zone: network.zone(host.subnet).to_owned() },
            private_ip_address: eni.private_ip.to_string(),
            public_ip_address: eni.public_ip.filter(|_| there).map(|address| address.to_string()),
            state: State::of(host.state),
            subnet_id: network.subnet(host.subnet).id.clone(),
            vpc_id: network.vpc.clone(),
            security_groups: host.groups.iter().map(group).collect(),
            iam_instance_profile: host.role.map(profile),
            tags: host.tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect(),
        }
    }
}

/// `InstanceStateChange`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StateChange {
    /// As it is now.
    pub current_state: State,
    /// Whose.
    pub instance_id: String,
    /// As it was.
    pub previous_state: State,
}

/// The instances that a request names: by id; or by this simulator's own short name, such as `instance#1` for the first
/// one, or by their tag `Name`.
pub(super) fn find(world: &World, names: &[String]) -> Result<Vec<HostId>, ApiError> {
    if names.is_empty() {
        return Err(ApiError::new("MissingParameter", "The request must contain the parameter InstanceId"));
    }
    let one = |(index, name): (usize, &String)| {
        world.ec2.host_named(name).ok_or_else(|| {
            let message = format!("The instance ID '{name}' does not exist");
            let known: Vec<&str> = world.ec2.hosts.iter().map(|(_, host)| &*host.name).collect();
            let error = ApiError::new("InvalidInstanceID.NotFound", message).at(format!("InstanceIds[{index}]"));
            match known.as_slice() {
                [] => error.help("There is no instance yet."),
                known => error.help(format!("There are {}.", known.join(", "))),
            }
        })
    };
    names.iter().enumerate().map(one).collect()
}

/// The groups that a request names; the VPC's default one when it names none.
pub(super) fn groups(world: &World, names: &[String]) -> Result<Vec<crate::world::network::SecurityGroupId>, ApiError> {
    let mut groups = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let group = named::group(world, name).map_err(|error| error.at(format!("SecurityGroupIds[{index}]")))?;
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    if groups.is_empty() {
        groups.push(world.network.default_group());
    }
    Ok(groups)
}
