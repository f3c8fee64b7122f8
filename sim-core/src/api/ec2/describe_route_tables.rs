//! `ec2:DescribeRouteTables`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::filter::{Filter, keep};
use super::named;
use crate::api::{ApiError, Operation};
use crate::world::network::{RouteTable, RouteTarget};
use crate::world::{Ctx, World};

/// `ec2:DescribeRouteTables` — the route tables.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DescribeRouteTables {
    /// Only these; all unless set.
    #[serde(default)]
    pub route_table_ids: Vec<String>,
    /// Only those that are like this.
    #[serde(default)]
    pub filters: Vec<Filter>,
}

/// What DescribeRouteTables answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DescribeRouteTablesOutput {
    /// The tables.
    pub route_tables: Vec<RouteTableDescription>,
}

/// A route table as EC2 shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RouteTableDescription {
    /// Who uses it.
    pub associations: Vec<Association>,
    /// Always empty.
    pub propagating_vgws: [(); 0],
    /// Its id.
    pub route_table_id: String,
    /// Its routes.
    pub routes: Vec<RouteDescription>,
    /// Always empty.
    pub tags: [(); 0],
    /// The VPC.
    pub vpc_id: String,
    /// The account.
    pub owner_id: String,
}

/// Who uses a table.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Association {
    /// Whether all do who have no other.
    pub main: bool,
    /// `rtbassoc-…`.
    pub route_table_association_id: String,
    /// The table's id.
    pub route_table_id: String,
    /// `associated`.
    pub association_state: AssociationState,
}

/// How an association stands.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AssociationState {
    /// `associated`.
    pub state: &'static str,
}

/// A route as EC2 shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RouteDescription {
    /// Whereto.
    pub destination_cidr_block: String,
    /// Through what: `local` or the internet gateway.
    pub gateway_id: String,
    /// Who made it: `CreateRouteTable` or `CreateRoute`.
    pub origin: &'static str,
    /// `active`.
    pub state: &'static str,
}

/// The filters there are.
const FILTERS: &[&str] = &[
    "association.main",
    "association.subnet-id",
    "route-table-id",
    "route.destination-cidr-block",
    "route.gateway-id",
    "vpc-id",
];

impl Operation for DescribeRouteTables {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "DescribeRouteTables";
    type Output = DescribeRouteTablesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let mut wanted = Vec::new();
        for (index, id) in self.route_table_ids.iter().enumerate() {
            wanted.push(named::table(world, id).map_err(|error| error.at(format!("RouteTableIds[{index}]")))?);
        }
        let mut route_tables = Vec::new();
        for (id, table) in world.network.tables.iter().filter(|(id, _)| wanted.is_empty() || wanted.contains(id)) {
            let shown = RouteTableDescription::of(world, table);
            let mut properties = vec![
                ("association.main", table.main.to_string()),
                ("route-table-id", table.id.clone()),
                ("vpc-id", world.network.vpc.clone()),
            ];
            let subnets = world.network.subnets.iter().filter(|(_, subnet)| subnet.table == id && !table.main);
            properties.extend(subnets.map(|(_, subnet)| ("association.subnet-id", subnet.id.clone())));
            for route in &shown.routes {
                properties.push(("route.destination-cidr-block", route.destination_cidr_block.clone()));
                properties.push(("route.gateway-id", route.gateway_id.clone()));
            }
            if keep(&self.filters, FILTERS, &properties)? {
                route_tables.push(shown);
            }
        }
        Ok(DescribeRouteTablesOutput { route_tables })
    }
}

impl RouteTableDescription {
    fn of(world: &World, table: &RouteTable) -> RouteTableDescription {
        let association = || Association {
            main: true,
            route_table_association_id: format!("rtbassoc-0{}", world.account.hex("route-table", "association", 16)),
            route_table_id: table.id.clone(),
            association_state: AssociationState { state: "associated" },
        };
        let routes = table.routes.iter().map(|route| RouteDescription {
            destination_cidr_block: route.destination.to_string(),
            gateway_id: match route.target {
                RouteTarget::Local => "local".to_owned(),
                RouteTarget::InternetGateway => world.network.internet_gateway.clone(),
            },
            origin: if route.by_user { "CreateRoute" } else { "CreateRouteTable" },
            state: "active",
        });
        RouteTableDescription {
            associations: table.main.then(association).into_iter().collect(),
            propagating_vgws: [],
            route_table_id: table.id.clone(),
            routes: routes.collect(),
            tags: [],
            vpc_id: world.network.vpc.clone(),
            owner_id: world.account.id.clone(),
        }
    }
}
