//! The subnets of a load balancer: one in each of its zones.

use schemars::JsonSchema;
use serde::Deserialize;

use super::invalid;
use crate::api::{ApiError, NotModelled};
use crate::world::World;
use crate::world::elb::{BalancerKind, Scheme};
use crate::world::network::{EniId, SecurityGroupId, SubnetId};

/// Addresses that a subnet must have left [count] [TR-002].
const FREE_ADDRESSES: u32 = 8;

/// A subnet.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SubnetMapping {
    /// Its id, or the name of its zone.
    pub subnet_id: String,
    /// Only for Network Load Balancers.
    #[serde(default)]
    pub allocation_id: NotModelled,
    /// Only for Network Load Balancers.
    #[serde(default, rename = "PrivateIPv4Address")]
    pub private_ipv4_address: NotModelled,
    /// Not modelled.
    #[serde(default, rename = "IPv6Address")]
    pub ipv6_address: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub source_nat_ipv6_prefix: NotModelled,
}

/// What an operation was given.
pub(super) struct Subnets<'a> {
    pub subnets: &'a [String],
    pub mappings: &'a [SubnetMapping],
    /// Those that the load balancer has already: their addresses are taken.
    pub old: &'a [SubnetId],
}

impl Subnets<'_> {
    pub fn checked(&self, kind: BalancerKind, world: &World) -> Result<Vec<SubnetId>, ApiError> {
        if !self.subnets.is_empty() && !self.mappings.is_empty() {
            return Err(invalid("You can specify either Subnets or SubnetMappings, but not both").at("SubnetMappings"));
        }
        let mapped = self.mappings.iter().map(|mapping| &mapping.subnet_id);
        let mut subnets = Vec::new();
        for (index, name) in self.subnets.iter().chain(mapped).enumerate() {
            let field = if self.subnets.is_empty() { "SubnetMappings" } else { "Subnets" };
            let place = format!("{field}[{index}]");
            let Some(subnet) = world.network.subnet_named(name) else {
                let error = ApiError::new("SubnetNotFound", format!("The subnet ID '{name}' does not exist"));
                return Err(error.at(place).help("the name of a zone stands for its default subnet"));
            };
            if subnets.iter().any(|&other| world.network.zone(other) == world.network.zone(subnet)) {
                let message = "A load balancer cannot be attached to multiple subnets in the same Availability Zone";
                return Err(ApiError::new("InvalidConfigurationRequest", message).at(place));
            }
            if !self.old.contains(&subnet) && world.network.free_addresses(subnet) < FREE_ADDRESSES {
                let message = format!(
                    "Not enough IP space available in {}. ELB requires at least {FREE_ADDRESSES} free IP addresses in \
                     each subnet.",
                    world.network.subnet(subnet).id
                );
                return Err(ApiError::new("InvalidSubnet", message).at(place));
            }
            subnets.push(subnet);
        }
        if subnets.is_empty() || subnets.len() < 2 && kind == BalancerKind::Application {
            let message = match kind {
                BalancerKind::Network => "A subnet must be specified",
                BalancerKind::Application => {
                    "At least two subnets in two different Availability Zones must be specified"
                }
            };
            return Err(invalid(message).at("Subnets"));
        }
        Ok(subnets)
    }
}

/// The interface of a load balancer's node.
pub(super) fn attach(
    subnet: SubnetId,
    (name, kind, scheme): (&str, BalancerKind, Scheme),
    groups: &[SecurityGroupId],
    place: &str,
    world: &mut World,
) -> Result<EniId, ApiError> {
    let description = match kind {
        BalancerKind::Application => format!("ELB app/{name}"),
        BalancerKind::Network => format!("ELB net/{name}"),
    };
    let public = scheme == Scheme::InternetFacing;
    let attached = world.network.attach(subnet, groups, public, &description);
    attached.map_err(|full| ApiError::new("InvalidSubnet", full.to_string()).at(place))
}
