//! Where tasks get their ENIs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::world::World;
use crate::world::ecs::{AwsVpc, Launch, TaskDefinition};
use crate::world::network::Network;

/// `awsvpcConfiguration.subnets` [count] [CP-022].
const SUBNETS_MAX: usize = 16;
/// `awsvpcConfiguration.securityGroups` [count] [CP-022].
const GROUPS_MAX: usize = 5;

/// `networkConfiguration`: required with the network mode `awsvpc`, which is Fargate's only one, and refused with others
/// [CP-050].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NetworkConfiguration {
    /// Where each task gets its ENI.
    pub awsvpc_configuration: Option<AwsVpcConfiguration>,
}

/// `awsvpcConfiguration` [CA-015].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AwsVpcConfiguration {
    /// 1 to 16 subnets by id; a zone such as `us-east-1a` means its default subnet. Tasks are spread over their zones.
    pub subnets: Vec<String>,
    /// At most 5 security groups by id or name; the VPC's default group unless set.
    #[serde(default)]
    pub security_groups: Vec<String>,
    /// Whether each task gets a public address; `DISABLED` unless set.
    #[serde(default)]
    pub assign_public_ip: AssignPublicIp,
}

/// `assignPublicIp`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AssignPublicIp {
    /// A public address, too.
    Enabled,
    /// Only an address in the subnet.
    #[default]
    Disabled,
}

const PLACE: &str = "networkConfiguration";

fn missing() -> ApiError {
    let message = "Network Configuration must be provided when networkMode 'awsvpc' is specified.";
    ApiError::invalid_parameter(message).at(PLACE)
}

fn not_valid() -> ApiError {
    let message = "Network Configuration is not valid for the given networkMode of this task definition.";
    ApiError::invalid_parameter(message).at(PLACE)
}

/// Whether tasks of a definition can be launched there [CP-048].
fn check_launch(definition: &TaskDefinition, launch: Launch) -> Result<(), ApiError> {
    match launch {
        Launch::Fargate if !definition.for_fargate => {
            let message = "Task definition does not support launch_type FARGATE.";
            Err(ApiError::invalid_parameter(message).at("taskDefinition"))
        }
        _ => Ok(()),
    }
}

/// Whether a network that stays as it is suits a definition's network mode [CP-050].
pub(crate) fn check_kept(kept: &AwsVpc, definition: &TaskDefinition, launch: Launch) -> Result<(), ApiError> {
    check_launch(definition, launch)?;
    match (definition.has_own_interface(), kept.subnets.is_empty()) {
        (true, true) => Err(missing()),
        (false, false) => Err(not_valid()),
        _ => Ok(()),
    }
}

/// What a request says about the network, with names looked up; nothing when tasks have no interfaces of their own.
pub(crate) fn resolve(
    given: Option<&NetworkConfiguration>,
    definition: &TaskDefinition,
    launch: Launch,
    world: &World,
) -> Result<AwsVpc, ApiError> {
    check_launch(definition, launch)?;
    let vpc = match (definition.has_own_interface(), given.and_then(|given| given.awsvpc_configuration.as_ref())) {
        (true, Some(vpc)) => vpc,
        (true, None) => return Err(missing()),
        (false, None) => return Ok(AwsVpc::default()),
        (false, Some(_)) => return Err(not_valid()),
    };
    let place = PLACE;
    if launch == Launch::Ec2 && vpc.assign_public_ip == AssignPublicIp::Enabled {
        let message = "Assign public IP is not supported for this launch type.";
        return Err(ApiError::invalid_parameter(message).at(format!("{place}.awsvpcConfiguration.assignPublicIp")));
    }
    let place = format!("{place}.awsvpcConfiguration");
    let error = |field: &str, message: String| ApiError::invalid_parameter(message).at(format!("{place}.{field}"));
    if vpc.subnets.is_empty() {
        return Err(error("subnets", "subnets can not be empty.".into()));
    }
    if vpc.subnets.len() > SUBNETS_MAX {
        return Err(error("subnets", format!("subnets can have at most {SUBNETS_MAX} items.")));
    }
    if vpc.security_groups.len() > GROUPS_MAX {
        return Err(error("securityGroups", format!("securityGroups can have at most {GROUPS_MAX} items.")));
    }
    let network = &world.network;
    let mut subnets = Vec::new();
    for (index, name) in vpc.subnets.iter().enumerate() {
        let found = network.subnet_named(name).ok_or_else(|| {
            let message = format!(
                "Error retrieving subnet information for [{name}]: The subnet ID '{name}' does not exist (ErrorCode: \
                 InvalidSubnetID.NotFound)"
            );
            error(&format!("subnets[{index}]"), message).help(known_subnets(network))
        })?;
        if !subnets.contains(&found) {
            subnets.push(found);
        }
    }
    let mut groups = Vec::new();
    for (index, name) in vpc.security_groups.iter().enumerate() {
        let found = network.security_group_named(name).ok_or_else(|| {
            let message = format!(
                "Error retrieving security group information for [{name}]: The security group '{name}' does not exist \
                 (ErrorCode: InvalidGroup.NotFound)"
            );
            error(&format!("securityGroups[{index}]"), message)
        })?;
        if !groups.contains(&found) {
            groups.push(found);
        }
    }
    if groups.is_empty() {
        groups.push(network.default_group());
    }
    Ok(AwsVpc { subnets, groups, public_ip: vpc.assign_public_ip == AssignPublicIp::Enabled })
}

fn known_subnets(network: &Network) -> String {
    let zones: Vec<&str> = network.subnets.iter().map(|(_, subnet)| subnet.zone.as_str()).collect();
    format!("There are subnets in {}.", zones.join(", "))
}

/// The network as AWS describes it.
pub(crate) fn described(vpc: &AwsVpc, world: &World) -> Option<NetworkConfiguration> {
    let network = &world.network;
    let enabled = if vpc.public_ip { AssignPublicIp::Enabled } else { AssignPublicIp::Disabled };
    let configuration = AwsVpcConfiguration {
        subnets: vpc.subnets.iter().map(|&subnet| network.subnet(subnet).id.clone()).collect(),
        security_groups: vpc.groups.iter().map(|&group| network.groups[group].id.clone()).collect(),
        assign_public_ip: enabled,
    };
    (!vpc.subnets.is_empty()).then_some(NetworkConfiguration { awsvpc_configuration: Some(configuration) })
}
