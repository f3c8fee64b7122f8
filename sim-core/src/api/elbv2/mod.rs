//! Elastic Load Balancing version 2: Application and Network Load Balancers.
//!
//! Names stand wherever AWS wants an ARN or an id: `alb:80` for a listener and `alb:80/10` for a rule.

mod action;
mod attributes;
mod condition;
mod create_listener;
mod create_load_balancer;
mod create_rule;
mod create_target_group;
mod delete_listener;
mod delete_load_balancer;
mod delete_rule;
mod delete_target_group;
mod deregister_targets;
mod describe_listener_attributes;
mod describe_listeners;
mod describe_load_balancer_attributes;
mod describe_load_balancers;
mod describe_rules;
mod describe_target_group_attributes;
mod describe_target_groups;
mod describe_target_health;
mod description;
mod health_check;
mod modify_listener;
mod modify_listener_attributes;
mod modify_load_balancer_attributes;
mod modify_rule;
mod modify_target_group;
mod modify_target_group_attributes;
mod register_targets;
mod secure;
mod set_rule_priorities;
mod set_security_groups;
mod set_subnets;
mod subnets;

pub use attributes::Attribute;
pub use create_listener::CreateListener;
pub use create_load_balancer::CreateLoadBalancer;
pub use create_rule::CreateRule;
pub use create_target_group::CreateTargetGroup;
pub use delete_listener::DeleteListener;
pub use delete_load_balancer::DeleteLoadBalancer;
pub use delete_rule::DeleteRule;
pub use delete_target_group::DeleteTargetGroup;
pub use deregister_targets::DeregisterTargets;
pub use describe_listener_attributes::DescribeListenerAttributes;
pub use describe_listeners::DescribeListeners;
pub use describe_load_balancer_attributes::DescribeLoadBalancerAttributes;
pub use describe_load_balancers::DescribeLoadBalancers;
pub use describe_rules::DescribeRules;
pub use describe_target_group_attributes::DescribeTargetGroupAttributes;
pub use describe_target_groups::DescribeTargetGroups;
pub use describe_target_health::DescribeTargetHealth;
pub use modify_listener::ModifyListener;
pub use modify_listener_attributes::ModifyListenerAttributes;
pub use modify_load_balancer_attributes::ModifyLoadBalancerAttributes;
pub use modify_rule::ModifyRule;
pub use modify_target_group::ModifyTargetGroup;
pub use modify_target_group_attributes::ModifyTargetGroupAttributes;
pub use register_targets::RegisterTargets;
pub use set_rule_priorities::SetRulePriorities;
pub use set_security_groups::SetSecurityGroups;
pub use set_subnets::SetSubnets;

use super::ApiError;
use crate::world::World;
use crate::world::elb::{ListenerId, LoadBalancerId, TargetGroupId};

/// AWS's general refusal of a parameter.
fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", message)
}

/// The name of a load balancer or target group: up to 32 letters, digits and hyphens, no hyphen at either end.
fn checked_name<'a>(what: &str, name: &'a str) -> Result<&'a str, ApiError> {
    let refuse = |why: &str| Err(invalid(format!("{what} name '{name}' {why}")).at("Name"));
    match name {
        "" => refuse("cannot be empty"),
        _ if name.chars().count() > 32 => refuse("cannot be longer than '32' characters"),
        _ if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') => {
            refuse("can only contain characters that are alphanumeric characters and hyphens(-)")
        }
        _ if name.starts_with('-') || name.ends_with('-') => refuse("cannot begin or end with '-'"),
        _ if name.starts_with("internal-") => refuse("cannot begin with 'internal-'"),
        _ => Ok(name),
    }
}

/// A number in its range, or its default.
fn in_range(place: &str, value: Option<u32>, default: u32, low: u32, high: u32) -> Result<u32, ApiError> {
    match value {
        None => Ok(default),
        Some(value) if (low..=high).contains(&value) => Ok(value),
        Some(value) => Err(invalid(format!("{place} '{value}' must be between {low} and {high}")).at(place)),
    }
}

fn balancer(world: &World, name: &str, place: &str) -> Result<LoadBalancerId, ApiError> {
    let known = world.elb.balancer_named(name);
    known.ok_or_else(|| ApiError::new("LoadBalancerNotFound", format!("Load balancers '[{name}]' not found")).at(place))
}

fn group(world: &World, name: &str, place: &str) -> Result<TargetGroupId, ApiError> {
    let known = world.elb.group_named(name);
    known.ok_or_else(|| ApiError::new("TargetGroupNotFound", format!("Target groups '{name}' not found")).at(place))
}

/// The `Id` of a target: that of an instance may be given as its name.
fn target_id(world: &World, given: &str) -> String {
    world.ec2.host_named(given).map_or_else(|| given.to_owned(), |host| world.ec2.hosts[host].id.clone())
}

/// The listener with this ARN, or `alb:80`.
fn listener(world: &World, name: &str, place: &str) -> Result<ListenerId, ApiError> {
    let short = || {
        let (balancer, port) = name.rsplit_once(':')?;
        world.elb.listener_on(world.elb.balancer_named(balancer)?, port.parse().ok()?)
    };
    let known = world.elb.listener_named(name).or_else(short);
    known.ok_or_else(|| ApiError::new("ListenerNotFound", "One or more listeners not found").at(place))
}

/// The rule with this ARN, or `alb:80/10`: its listener and its place.
fn rule(world: &World, name: &str, place: &str) -> Result<(ListenerId, usize), ApiError> {
    let short = || {
        let (of, priority) = name.rsplit_once('/')?;
        let id = listener(world, of, place).ok()?;
        let priority = match priority {
            "default" => None,
            number => Some(number.parse::<u32>().ok()?),
        };
        let at = world.elb.listeners[id].rules.iter().position(|rule| rule.priority == priority)?;
        Some((id, at))
    };
    let known = world.elb.rule_named(name).or_else(short);
    known.ok_or_else(|| ApiError::new("RuleNotFound", "One or more rules not found").at(place))
}
