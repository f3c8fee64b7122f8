//! Things of the VPC by what a request calls them: AWS's id, or a name.

use crate::api::ApiError;
use crate::world::World;
use crate::world::network::{Cidr, RouteTableId, SecurityGroupId};

/// The one VPC; `default` and its id mean it, and so does nothing at all.
pub fn vpc(world: &World, id: Option<&str>) -> Result<(), ApiError> {
    match id {
        Some(id) if id != "default" && id != world.network.vpc => {
            let error = ApiError::new("InvalidVpcID.NotFound", format!("The vpc ID '{id}' does not exist"));
            Err(error.help(format!("There is one VPC here: {}, or `default`.", world.network.vpc)))
        }
        _ => Ok(()),
    }
}

/// The security group with this id or name.
pub fn group(world: &World, name: &str) -> Result<SecurityGroupId, ApiError> {
    world.network.security_group_named(name).ok_or_else(|| {
        let message = if name.starts_with("sg-") {
            format!("The security group '{name}' does not exist")
        } else {
            format!("The security group '{name}' does not exist in default VPC '{}'", world.network.vpc)
        };
        let known: Vec<&str> = world.network.groups.iter().map(|(_, group)| group.name.as_str()).collect();
        ApiError::new("InvalidGroup.NotFound", message).help(format!("The groups are: {}.", known.join(", ")))
    })
}

/// The group that a request names by `GroupId` or by `GroupName`; either takes both.
pub fn group_of(world: &World, id: Option<&str>, name: Option<&str>) -> Result<SecurityGroupId, ApiError> {
    match (id, name) {
        (Some(id), _) => group(world, id).map_err(|error| error.at("GroupId")),
        (None, Some(name)) => group(world, name).map_err(|error| error.at("GroupName")),
        (None, None) => {
            let message = "The request must contain the parameter groupName or groupId";
            Err(ApiError::new("MissingParameter", message))
        }
    }
}

/// The route table with this id; `main` is the main one.
pub fn table(world: &World, id: &str) -> Result<RouteTableId, ApiError> {
    world.network.table_named(id).ok_or_else(|| {
        let message = format!("The routeTable ID '{id}' does not exist");
        ApiError::new("InvalidRouteTableID.NotFound", message).help("The main route table is called `main`, too.")
    })
}

/// A range of addresses.
pub fn cidr(text: &str) -> Result<Cidr, ApiError> {
    let malformed = |_| ApiError::new("InvalidParameterValue", format!("CIDR block {text} is malformed"));
    text.parse().map_err(malformed)
}
