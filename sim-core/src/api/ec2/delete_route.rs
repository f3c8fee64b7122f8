//! `ec2:DeleteRoute`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::named;
use crate::api::{ApiError, NoOutput, Operation};
use crate::world::network::RouteTarget;
use crate::world::{Ctx, World};

/// `ec2:DeleteRoute` — takes a way from the subnets of a route table.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteRoute {
    /// The route table's id; `main` is the main one.
    pub route_table_id: String,
    /// The route's destination, exactly as it stands in the table.
    pub destination_cidr_block: String,
}

impl Operation for DeleteRoute {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "DeleteRoute";
    type Output = NoOutput;

    /// The local route stays [IA-101].
    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let table = named::table(world, &self.route_table_id).map_err(|error| error.at("RouteTableId"))?;
        let destination =
            named::cidr(&self.destination_cidr_block).map_err(|error| error.at("DestinationCidrBlock"))?;
        let found = world.network.tables[table].routes.iter().find(|route| route.destination == destination);
        let Some(route) = found else {
            let id = &world.network.tables[table].id;
            let message = format!("no route with destination-cidr-block {destination} in route table {id}");
            return Err(ApiError::new("InvalidRoute.NotFound", message).at("DestinationCidrBlock"));
        };
        if route.target == RouteTarget::Local {
            let message = format!("cannot remove local route {destination} in route table");
            return Err(ApiError::new("InvalidParameterValue", message).at("DestinationCidrBlock"));
        }
        world.network.delete_route(table, destination, ctx);
        Ok(NoOutput {})
    }
}
