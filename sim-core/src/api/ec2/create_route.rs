//! `ec2:CreateRoute`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Returned, named};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::network::RouteTarget;
use crate::world::{Ctx, World};

/// `ec2:CreateRoute` — shows the subnets of a route table a way. The only way out that is modelled is the VPC's
/// internet gateway.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateRoute {
    /// The route table's id; `main` is the main one.
    pub route_table_id: String,
    /// Whereto: a range of addresses, such as `0.0.0.0/0`.
    pub destination_cidr_block: String,
    /// Through what: the internet gateway's id, or `igw`.
    pub gateway_id: String,
    /// NAT gateways; not modelled.
    #[serde(default)]
    pub nat_gateway_id: NotModelled,
}

impl Operation for CreateRoute {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "CreateRoute";
    const TABLE: Option<&'static str> = Some("ec2.route");
    type Output = Returned;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let table = named::table(world, &self.route_table_id).map_err(|error| error.at("RouteTableId"))?;
        let destination =
            named::cidr(&self.destination_cidr_block).map_err(|error| error.at("DestinationCidrBlock"))?;
        if self.gateway_id != "igw" && self.gateway_id != world.network.internet_gateway {
            let message = format!("The gateway ID '{}' does not exist", self.gateway_id);
            let help = format!("The internet gateway here is {}, or `igw`.", world.network.internet_gateway);
            return Err(ApiError::new("InvalidGatewayID.NotFound", message).at("GatewayId").help(help));
        }
        if world.network.tables[table].routes.iter().any(|route| route.destination == destination) {
            let message = format!("The route identified by {destination} already exists.");
            return Err(ApiError::new("RouteAlreadyExists", message).at("DestinationCidrBlock"));
        }
        if world.network.vpc_cidr().covers(destination) {
            let message = format!("The destination CIDR block {destination} is within the CIDR of the VPC.");
            return Err(ApiError::new("InvalidParameterValue", message).at("DestinationCidrBlock"));
        }
        world.network.create_route(table, destination, RouteTarget::InternetGateway, ctx);
        Ok(Returned { r#return: true })
    }
}
