//! `elasticloadbalancing:CreateLoadBalancer`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::description::LoadBalancerDescription;
use super::subnets::{SubnetMapping, Subnets, attach};
use super::{checked_name, invalid};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::elb::{BalancerKind, NewLoadBalancer, Scheme};
use crate::world::network::SecurityGroupId;
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

/// Load balancers of one type in a Region [count] [TR-010].
const BALANCERS_MAX: usize = 50;

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
        let subnets =
            Subnets { subnets: &self.subnets, mappings: &self.subnet_mappings, old: &[] }.checked(kind, world)?;
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
                let mut enis = Vec::new();
                for (index, &subnet) in subnets.iter().enumerate() {
                    let place = format!("Subnets[{index}]");
                    enis.push(attach(subnet, (name, kind, scheme), &groups, &place, world)?);
                }
                let new = NewLoadBalancer { name: name.to_owned(), kind, scheme, subnets, groups, enis };
                world.lend(|w| &mut w.elb, |elb, peers| elb.create_balancer(new, peers, ctx))
            }
        };
        Ok(CreateLoadBalancerOutput { load_balancers: vec![LoadBalancerDescription::of(world, id)] })
    }
}
