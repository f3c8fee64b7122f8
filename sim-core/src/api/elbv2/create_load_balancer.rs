//! `elasticloadbalancing:CreateLoadBalancer`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::description::LoadBalancerDescription;
use super::{checked_name, invalid};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::elb::{BalancerKind, NewLoadBalancer, Scheme};
use crate::world::network::{SecurityGroupId, SubnetId};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:CreateLoadBalancer` — makes an Application or a Network Load Balancer.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateLoadBalancer {
    /// Up to 32 letters, digits and hyphens.
    pub name: String,
    /// In at least two zones, one in each [TR-002]; one is enough for a Network Load Balancer. The name of a zone stands for its default subnet.
    #[serde(default)]
    pub subnets: Vec<String>,
    /// The same with more settings, which are not modelled.
    #[serde(default)]
    pub subnet_mappings: Vec<SubnetMapping>,
    /// By id or name. The VPC's default group unless set; none for a Network Load Balancer.
    #[serde(default)]
    pub security_groups: Vec<String>,
    /// `internet-facing` unless set.
    #[serde(default)]
    pub scheme: SchemeWord,
    /// `application` unless set, or `network`; no other is modelled.
    #[serde(default)]
    pub r#type: TypeWord,
    /// `ipv4`; no other is modelled.
    #[serde(default)]
    pub ip_address_type: IpAddressTypeWord,
    /// Not modelled.
    #[serde(default)]
    pub tags: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub customer_owned_ipv4_pool: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub enable_prefix_for_ipv6_source_nat: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub ipam_pools: NotModelled,
}

/// Addresses that a subnet must have left [count] [TR-002].
const FREE_ADDRESSES: u32 = 8;

/// Load balancers of one type in a Region [count] [TR-010].
const BALANCERS_MAX: usize = 50;

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

/// `Scheme`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SchemeWord {
    /// Reached from the internet.
    #[default]
    InternetFacing,
    /// Reached from inside the VPC.
    Internal,
}

/// `Type`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TypeWord {
    /// Application Load Balancer.
    #[default]
    Application,
    /// Network Load Balancer.
    Network,
    /// Gateway Load Balancer: not modelled.
    Gateway,
}

/// `IpAddressType`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IpAddressTypeWord {
    /// IPv4.
    #[default]
    Ipv4,
    /// Both: not modelled.
    Dualstack,
    /// Not modelled.
    DualstackWithoutPublicIpv4,
}

/// What CreateLoadBalancer answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateLoadBalancerOutput {
    load_balancers: Vec<LoadBalancerDescription>,
}

impl CreateLoadBalancer {
    fn checked_subnets(&self, world: &World) -> Result<Vec<SubnetId>, ApiError> {
        if !self.subnets.is_empty() && !self.subnet_mappings.is_empty() {
            return Err(invalid("You can specify either Subnets or SubnetMappings, but not both").at("SubnetMappings"));
        }
        let mapped = self.subnet_mappings.iter().map(|mapping| &mapping.subnet_id);
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
            if world.network.free_addresses(subnet) < FREE_ADDRESSES {
                let message = format!(
                    "Not enough IP space available in {}. ELB requires at least {FREE_ADDRESSES} free IP addresses in \
                     each subnet.",
                    world.network.subnet(subnet).id
                );
                return Err(ApiError::new("InvalidSubnet", message).at(place));
            }
            subnets.push(subnet);
        }
        if subnets.is_empty() || subnets.len() < 2 && self.r#type == TypeWord::Application {
            let message = match self.r#type {
                TypeWord::Network => "A subnet must be specified",
                _ => "At least two subnets in two different Availability Zones must be specified",
            };
            return Err(invalid(message).at("Subnets"));
        }
        Ok(subnets)
    }

    fn checked_groups(&self, world: &World) -> Result<Vec<SecurityGroupId>, ApiError> {
        if self.security_groups.is_empty() {
            return Ok(match self.r#type {
                TypeWord::Network => Vec::new(),
                _ => vec![world.network.default_group()],
            });
        }
        let named = self.security_groups.iter().enumerate().map(|(index, name)| {
            world.network.security_group_named(name).ok_or_else(|| {
                let message = format!("The security group '{name}' does not exist");
                ApiError::new("InvalidSecurityGroup", message).at(format!("SecurityGroups[{index}]"))
            })
        });
        named.collect()
    }
}

impl Operation for CreateLoadBalancer {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "CreateLoadBalancer";
    const TABLE: Option<&'static str> = Some("elbv2.loadBalancer");
    type Output = CreateLoadBalancerOutput;

    /// The same name with the same settings is the same load balancer.
    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let name = checked_name("Load balancer", &self.name)?;
        let kind = match self.r#type {
            TypeWord::Application => BalancerKind::Application,
            TypeWord::Network => BalancerKind::Network,
            TypeWord::Gateway => {
                let message = "load balancers of type 'gateway' are not modelled by this simulator";
                return Err(invalid(message).at("Type"));
            }
        };
        if self.ip_address_type != IpAddressTypeWord::Ipv4 {
            return Err(invalid("only IpAddressType 'ipv4' is modelled by this simulator").at("IpAddressType"));
        }
        let subnets = self.checked_subnets(world)?;
        let groups = self.checked_groups(world)?;
        let scheme = match self.scheme {
            SchemeWord::InternetFacing => Scheme::InternetFacing,
            SchemeWord::Internal => Scheme::Internal,
        };
        let id = match world.elb.balancer_named(name) {
            Some(id) if world.elb.balancers[id].is_made_of(kind, &subnets, &groups, scheme) => id,
            Some(_) => {
                let message =
                    format!("A load balancer with the same name '{name}' exists, but with different settings");
                return Err(ApiError::new("DuplicateLoadBalancerName", message).at("Name"));
            }
            None if world.elb.live_balancers().filter(|(_, one)| one.kind == kind).count() >= BALANCERS_MAX => {
                let message = format!("A Region can have at most '{BALANCERS_MAX}' load balancers of type '{kind}'");
                return Err(ApiError::new("TooManyLoadBalancers", message).at("Name"));
            }
            None => {
                let description = match kind {
                    BalancerKind::Application => format!("ELB app/{name}"),
                    BalancerKind::Network => format!("ELB net/{name}"),
                };
                let mut enis = Vec::new();
                for (index, &subnet) in subnets.iter().enumerate() {
                    let public = scheme == Scheme::InternetFacing;
                    enis.push(world.network.attach(subnet, &groups, public, &description).map_err(|full| {
                        ApiError::new("InvalidSubnet", full.to_string()).at(format!("Subnets[{index}]"))
                    })?);
                }
                let new = NewLoadBalancer { name: name.to_owned(), kind, scheme, subnets, groups, enis };
                world.lend(|w| &mut w.elb, |elb, peers| elb.create_balancer(new, peers, ctx))
            }
        };
        Ok(CreateLoadBalancerOutput { load_balancers: vec![LoadBalancerDescription::of(world, id)] })
    }
}
