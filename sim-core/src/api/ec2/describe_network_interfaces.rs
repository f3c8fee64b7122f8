//! `ec2:DescribeNetworkInterfaces`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::filter::{Filter, keep};
use crate::api::{ApiError, Operation};
use crate::world::network::Eni;
use crate::world::{Ctx, World};

/// `ec2:DescribeNetworkInterfaces` — the interfaces of tasks and load balancers: how to find a task's public address.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeNetworkInterfaces {
    /// Only these; all unless set.
    #[serde(default)]
    pub network_interface_ids: Vec<String>,
    /// Only those that are like this.
    #[serde(default)]
    pub filters: Vec<Filter>,
}

/// What DescribeNetworkInterfaces answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeNetworkInterfacesOutput {
    /// The interfaces, in the order in which they were attached.
    pub network_interfaces: Vec<NetworkInterfaceDescription>,
}

/// An interface as EC2 shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NetworkInterfaceDescription {
    /// Its public address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub association: Option<Association>,
    /// Its zone.
    pub availability_zone: String,
    /// What it was made for.
    pub description: String,
    /// Its security groups.
    pub groups: Vec<GroupIdentifier>,
    /// `interface`.
    pub interface_type: &'static str,
    /// Its MAC address.
    pub mac_address: String,
    /// Its id.
    pub network_interface_id: String,
    /// The account.
    pub owner_id: String,
    /// Its address in the VPC.
    pub private_ip_address: String,
    /// Whether a service made it: always.
    pub requester_managed: bool,
    /// `in-use`.
    pub status: &'static str,
    /// Its subnet.
    pub subnet_id: String,
    /// The VPC.
    pub vpc_id: String,
}

/// A public address.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Association {
    /// Whose it is: `amazon`.
    pub ip_owner_id: &'static str,
    /// The address.
    pub public_ip: String,
}

/// A security group of an interface.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GroupIdentifier {
    /// Its id.
    pub group_id: String,
    /// Its name.
    pub group_name: String,
}

/// The filters there are.
const FILTERS: &[&str] = &[
    "addresses.private-ip-address",
    "association.public-ip",
    "availability-zone",
    "description",
    "group-id",
    "group-name",
    "network-interface-id",
    "status",
    "subnet-id",
    "vpc-id",
];

impl Operation for DescribeNetworkInterfaces {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "DescribeNetworkInterfaces";
    type Output = DescribeNetworkInterfacesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let attached = || world.network.enis.iter().map(|(_, eni)| eni).filter(|eni| eni.attached);
        for (index, id) in self.network_interface_ids.iter().enumerate() {
            if !attached().any(|eni| eni.id == *id) {
                let message = format!("The networkInterface ID '{id}' does not exist");
                let error = ApiError::new("InvalidNetworkInterfaceID.NotFound", message);
                return Err(error.at(format!("NetworkInterfaceIds[{index}]")));
            }
        }
        let ids = &self.network_interface_ids;
        let mut network_interfaces = Vec::new();
        for eni in attached().filter(|eni| ids.is_empty() || ids.contains(&eni.id)) {
            let shown = NetworkInterfaceDescription::of(world, eni);
            let mut properties = vec![
                ("addresses.private-ip-address", shown.private_ip_address.clone()),
                ("availability-zone", shown.availability_zone.clone()),
                ("description", shown.description.clone()),
                ("network-interface-id", shown.network_interface_id.clone()),
                ("status", shown.status.to_owned()),
                ("subnet-id", shown.subnet_id.clone()),
                ("vpc-id", shown.vpc_id.clone()),
            ];
            properties.extend(shown.association.iter().map(|a| ("association.public-ip", a.public_ip.clone())));
            properties.extend(shown.groups.iter().map(|group| ("group-id", group.group_id.clone())));
            properties.extend(shown.groups.iter().map(|group| ("group-name", group.group_name.clone())));
            if keep(&self.filters, FILTERS, &properties)? {
                network_interfaces.push(shown);
            }
        }
        Ok(DescribeNetworkInterfacesOutput { network_interfaces })
    }
}

impl NetworkInterfaceDescription {
    fn of(world: &World, eni: &Eni) -> NetworkInterfaceDescription {
        let subnet = world.network.subnet(eni.subnet);
        let association = |ip: std::net::Ipv4Addr| Association { ip_owner_id: "amazon", public_ip: ip.to_string() };
        let groups = eni.groups.iter().map(|&group| {
            let group = &world.network.groups[group];
            GroupIdentifier { group_id: group.id.clone(), group_name: group.name.clone() }
        });
        NetworkInterfaceDescription {
            association: eni.public_ip.map(association),
            availability_zone: subnet.zone.clone(),
            description: eni.description.clone(),
            groups: groups.collect(),
            interface_type: "interface",
            mac_address: eni.mac.clone(),
            network_interface_id: eni.id.clone(),
            owner_id: world.account.id.clone(),
            private_ip_address: eni.private_ip.to_string(),
            requester_managed: true,
            status: "in-use",
            subnet_id: subnet.id.clone(),
            vpc_id: world.network.vpc.clone(),
        }
    }
}
