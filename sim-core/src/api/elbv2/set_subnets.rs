//! `elasticloadbalancing:SetSubnets`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::create_load_balancer::IpAddressTypeWord;
use super::description::ZoneDescription;
use super::subnets::{SubnetMapping, Subnets, attach};
use super::{balancer, invalid};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:SetSubnets` — replaces the subnets of a load balancer, and so its zones [TR-163] [TR-164].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct SetSubnets {
    /// The load balancer, by ARN or name.
    pub load_balancer_arn: String,
    /// All that it is to have: in at least two zones, one in each [TR-002]; one is enough for a Network Load Balancer. The name
    /// of a zone stands for its default subnet.
    #[serde(default)]
    pub subnets: Vec<String>,
    /// The same with more settings, which are not modelled.
    #[serde(default)]
    pub subnet_mappings: Vec<SubnetMapping>,
    /// `ipv4`; no other is modelled.
    #[serde(default)]
    pub ip_address_type: IpAddressTypeWord,
    /// Not modelled.
    #[serde(default)]
    pub enable_prefix_for_ipv6_source_nat: NotModelled,
}

/// What SetSubnets answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SetSubnetsOutput {
    availability_zones: Vec<ZoneDescription>,
    ip_address_type: &'static str,
}

impl Operation for SetSubnets {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "SetSubnets";
    type Output = SetSubnetsOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = balancer(world, &self.load_balancer_arn, "LoadBalancerArn")?;
        if self.ip_address_type != IpAddressTypeWord::Ipv4 {
            return Err(invalid("only IpAddressType 'ipv4' is modelled by this simulator").at("IpAddressType"));
        }
        let it = world.elb.balancers[id].clone();
        let wanted = Subnets { subnets: &self.subnets, mappings: &self.subnet_mappings, old: &it.subnets };
        let subnets = wanted.checked(it.kind, world)?;
        let field = if self.subnets.is_empty() { "SubnetMappings" } else { "Subnets" };
        let mut enis = Vec::new();
        for (index, &subnet) in subnets.iter().enumerate() {
            let kept = it.subnets.iter().position(|&old| old == subnet);
            enis.push(match kept {
                Some(place) => it.enis[place],
                // A subnet that it had before gets another interface.
                None => {
                    let place = format!("{field}[{index}]");
                    attach(subnet, (&it.name, it.kind, it.scheme), &it.groups, &place, world)?
                }
            });
        }
        world.lend(|w| &mut w.elb, |elb, peers| elb.set_subnets(id, (subnets, enis), peers, ctx));
        let now = &world.elb.balancers[id].subnets;
        let availability_zones = now.iter().map(|&subnet| ZoneDescription::of(world, subnet)).collect();
        Ok(SetSubnetsOutput { availability_zones, ip_address_type: "ipv4" })
    }
}
