//! Elastic Load Balancing version 2: Application Load Balancers.
//!
//! Names stand wherever AWS wants an ARN or an id.

mod create_listener;
mod create_load_balancer;
mod create_target_group;
mod describe_listeners;
mod describe_load_balancers;
mod describe_target_groups;
mod describe_target_health;
mod description;
mod modify_load_balancer_attributes;
mod modify_target_group_attributes;

pub use create_listener::CreateListener;
pub use create_load_balancer::CreateLoadBalancer;
pub use create_target_group::CreateTargetGroup;
pub use describe_listeners::DescribeListeners;
pub use describe_load_balancers::DescribeLoadBalancers;
pub use describe_target_groups::DescribeTargetGroups;
pub use describe_target_health::DescribeTargetHealth;
pub use modify_load_balancer_attributes::ModifyLoadBalancerAttributes;
pub use modify_target_group_attributes::ModifyTargetGroupAttributes;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

fn listener(world: &World, arn: &str, place: &str) -> Result<ListenerId, ApiError> {
    let known = world.elb.listener_named(arn);
    known.ok_or_else(|| ApiError::new("ListenerNotFound", "One or more listeners not found").at(place))
}

/// An attribute of a load balancer or target group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Attribute {
    /// Its name.
    pub key: String,
    /// Its value, always as text.
    pub value: String,
}

impl Attribute {
    fn new(key: &str, value: impl ToString) -> Attribute {
        Attribute { key: key.to_owned(), value: value.to_string() }
    }

    /// The value as a number of seconds in a range.
    fn seconds(&self, low: u64, high: u64, place: &str) -> Result<std::time::Duration, ApiError> {
        let value = self.value.parse().ok().filter(|value| (low..=high).contains(value));
        let refusal = || {
            let message = format!("'{}' value '{}' must be between '{low}' and '{high}'", self.key, self.value);
            ApiError::new("InvalidConfigurationRequest", message).at(place)
        };
        value.map(std::time::Duration::from_secs).ok_or_else(refusal)
    }

    /// Refuses an attribute that is not modelled, unless it is set to what it is anyway.
    fn refuse(&self, fixed: &[(&str, &str)], place: &str) -> Result<(), ApiError> {
        match fixed.iter().find(|(key, _)| *key == self.key) {
            Some((_, value)) if *value == self.value => Ok(()),
            Some((key, value)) => {
                let message = format!("the attribute '{key}' is not modelled by this simulator");
                Err(ApiError::new("InvalidConfigurationRequest", message).at(place).help(format!("only '{value}' is")))
            }
            None => {
                let message = format!("Attribute key '{}' is not recognized", self.key);
                let mut error = invalid(message).at(place);
                if let Some((key, _)) = fixed.iter().min_by_key(|(key, _)| strsim::damerau_levenshtein(key, &self.key))
                {
                    error = error.help(format!("did you mean '{key}'?"));
                }
                Err(error)
            }
        }
    }
}
