//! Which container port is registered in which target group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::{ApiError, NotModelled};
use crate::world::World;
use crate::world::ecs::{Advanced, DeploymentStrategy, LoadBalancerLink, NetworkMode, Plan, TaskDefinition};
use crate::world::elb::{RuleRef, TargetGroupId, TargetType};

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
    /// What BLUE_GREEN, LINEAR and CANARY need [CP-208].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advanced_configuration: Option<AdvancedConfiguration>,
}

/// `advancedConfiguration`: the second target group, and the rules whose weights lead the traffic [CP-208].
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdvancedConfiguration {
    /// The target group of every second revision, by ARN or name.
    pub alternate_target_group_arn: String,
    /// The rule for everybody, by ARN: of an Application Load Balancer a rule, of a Network Load Balancer the listener. A
    /// listener may also be named as `alb:80`, which means its default rule.
    pub production_listener_rule: String,
    /// The rule for tests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_listener_rule: Option<String>,
    /// What ECS changes the rules with.
    pub role_arn: String,
}

/// What a request says about load balancers, with names looked up.
pub(crate) fn resolve(
    given: &[LoadBalancer],
    definition: &TaskDefinition,
    world: &World,
) -> Result<Vec<LoadBalancerLink>, ApiError> {
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
        // Tasks with an interface are targets by their addresses, others by their instances [TR-027].
        let (fits, wrong, mode) = match definition.mode {
            NetworkMode::Awsvpc => (TargetType::Ip, "instance", "awsvpc"),
            NetworkMode::Bridge => (TargetType::Instance, "ip", "bridge"),
            NetworkMode::Host => (TargetType::Instance, "ip", "host"),
            NetworkMode::None => (TargetType::Instance, "ip", "none"),
        };
        if it.target_type != fits {
            let message = format!(
                "The provided target group {} has target type {wrong}, which is incompatible with the {mode} network mode \
                 specified in the task definition.",
                it.arn
            );
            let other = if wrong == "ip" { "instance" } else { "ip" };
            return Err(error(message).help(format!("Create the target group with the target type {other}.")));
        }
        let advanced =
            one.advanced_configuration.as_ref().map(|given| advanced(index, group, given, world)).transpose()?;
        Ok(LoadBalancerLink { group, container: one.container_name.clone(), port: one.container_port, advanced })
    };
    given.iter().enumerate().map(link).collect()
}

/// The rules and the second group of a load balancer, looked up.
fn advanced(
    index: usize,
    usual: TargetGroupId,
    given: &AdvancedConfiguration,
    world: &World,
) -> Result<Advanced, ApiError> {
    let error = |field: &str, message: &str| {
        ApiError::invalid_parameter(message).at(format!("loadBalancers[{index}].advancedConfiguration.{field}"))
    };
    let place = "alternateTargetGroupArn";
    let alternate = world.elb.group_named(&given.alternate_target_group_arn);
    let alternate = alternate.ok_or_else(|| error(place, "The specified target group does not exist."))?;
    if alternate == usual {
        return Err(error(place, "The alternate target group must be another one than the target group."));
    }
    if world.elb.groups[alternate].target_type != world.elb.groups[usual].target_type {
        return Err(error(place, "The alternate target group must have the target type of the target group."));
    }
    let rule = |field: &str, name: &str| {
        let found = world.elb.rule_or_listener_named(name);
        let found = found.ok_or_else(|| error(field, "The specified listener rule does not exist."));
        found.map_err(|error| error.help("Name a rule or a listener by its ARN, or a listener as `alb:80`."))
    };
    Ok(Advanced {
        usual,
        alternate,
        production_rule: rule("productionListenerRule", &given.production_listener_rule)?,
        test_rule: given.test_listener_rule.as_ref().map(|name| rule("testListenerRule", name)).transpose()?,
        role: given.role_arn.clone(),
    })
}

/// The ARN of a rule, or of the listener whose default rule it is.
fn named(rule: &RuleRef, world: &World) -> String {
    rule.arn.clone().unwrap_or_else(|| world.elb.listeners[rule.listener].arn.clone())
}

/// Whether traffic can be led as the strategy wants it [CP-207][CP-208].
pub(crate) fn check_plan(links: &[LoadBalancerLink], plan: &Plan) -> Result<(), ApiError> {
    let strategy = match plan.strategy {
        DeploymentStrategy::Rolling => return Ok(()),
        DeploymentStrategy::BlueGreen => "BLUE_GREEN",
        DeploymentStrategy::Linear { .. } => "LINEAR",
        DeploymentStrategy::Canary { .. } => "CANARY",
    };
    if links.is_empty() && strategy != "BLUE_GREEN" {
        let message = format!("The deployment strategy {strategy} needs a load balancer.");
        return Err(ApiError::invalid_parameter(message).at("loadBalancers"));
    }
    match links.iter().position(|link| link.advanced.is_none()) {
        None => Ok(()),
        Some(index) => {
            let message = format!("The deployment strategy {strategy} needs an advancedConfiguration.");
            Err(ApiError::invalid_parameter(message).at(format!("loadBalancers[{index}].advancedConfiguration")))
        }
    }
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
        advanced_configuration: link.advanced.as_ref().map(|advanced| AdvancedConfiguration {
            alternate_target_group_arn: world.elb.groups[advanced.alternate].arn.clone(),
            production_listener_rule: named(&advanced.production_rule, world),
            test_listener_rule: advanced.test_rule.as_ref().map(|rule| named(rule, world)),
            role_arn: advanced.role.clone(),
        }),
    };
    links.iter().map(one).collect()
}
