//! Which container port is registered in which target group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::{ApiError, NotModelled};
use crate::world::World;
use crate::world::ecs::{LoadBalancerLink, TaskDefinition};
use crate::world::elb::TargetType;

/// Target groups of a service [count] [CP-022].
const GROUPS_MAX: usize = 5;

/// `loadBalancers`: the tasks' targets.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LoadBalancer {
    /// The target group, by ARN or name. It needs a listener that forwards to it.
    pub target_group_arn: String,
    /// A Classic Load Balancer; not modelled.
    #[serde(default, skip_serializing)]
    pub load_balancer_name: NotModelled,
    /// One of the task definition's containers.
    pub container_name: String,
    /// One of that container's ports.
    #[schemars(range(min = 1))]
    pub container_port: u16,
    /// Blue/green; not modelled.
    #[serde(default, skip_serializing)]
    pub advanced_configuration: NotModelled,
}

/// What a request says about load balancers, with names looked up.
pub(crate) fn resolve(given: &[LoadBalancer], world: &World) -> Result<Vec<LoadBalancerLink>, ApiError> {
    if given.len() > GROUPS_MAX {
        let message = format!("load balancers can have at most {GROUPS_MAX} items.");
        return Err(ApiError::invalid_parameter(message).at("loadBalancers"));
    }
    let link = |(index, one): (usize, &LoadBalancer)| {
        let name = &one.target_group_arn;
        let error =
            |message: String| ApiError::invalid_parameter(message).at(format!("loadBalancers[{index}].targetGroupArn"));
        let found = world.elb.group_named(name);
        let group = found.ok_or_else(|| error("The specified target group does not exist.".into()))?;
        let it = &world.elb.groups[group];
        if it.balancer.is_none() {
            let arn = &it.arn;
            let message =
                format!("The target group with targetGroupArn {arn} does not have an associated load balancer.");
            return Err(error(message).help("Create a listener that forwards to it first."));
        }
        if it.target_type != TargetType::Ip {
            let message = format!(
                "The provided target group {} has target type instance, which is incompatible with the awsvpc network \
                 mode specified in the task definition.",
                it.arn
            );
            return Err(error(message).help(
                "Create the target group with the target type ip: EC2 instances are not modelled by this simulator.",
            ));
        }
        Ok(LoadBalancerLink { group, container: one.container_name.clone(), port: one.container_port })
    };
    given.iter().enumerate().map(link).collect()
}

/// Whether the task definition has the containers and ports that are to be registered.
pub(crate) fn check(links: &[LoadBalancerLink], definition: &TaskDefinition) -> Result<(), ApiError> {
    for (index, link) in links.iter().enumerate() {
        let name = &link.container;
        let error = |field: &str, message: String| {
            Err(ApiError::invalid_parameter(message).at(format!("loadBalancers[{index}].{field}")))
        };
        let Some(container) = definition.container_named(name) else {
            return error("containerName", format!("The container {name} does not exist in the task definition."));
        };
        if !container.ports.iter().any(|port| port.container_port == link.port) {
            let message = format!("The container {name} did not have a container port {} defined.", link.port);
            return error("containerPort", message);
        }
    }
    Ok(())
}

/// The links as AWS describes them.
pub(crate) fn described(links: &[LoadBalancerLink], world: &World) -> Vec<LoadBalancer> {
    let one = |link: &LoadBalancerLink| LoadBalancer {
        target_group_arn: world.elb.groups[link.group].arn.clone(),
        load_balancer_name: NotModelled,
        container_name: link.container.clone(),
        container_port: link.port,
        advanced_configuration: NotModelled,
    };
    links.iter().map(one).collect()
}
