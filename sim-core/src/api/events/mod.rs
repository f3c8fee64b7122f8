//! Operations of EventBridge: rules of the default event bus, and what they call.

mod delete_rule;
mod describe_rule;
mod list_rules;
mod list_targets_by_rule;
mod put_rule;
mod put_targets;
mod remove_targets;
mod switch_rule;
mod target;
mod test_event_pattern;

pub use delete_rule::DeleteRule;
pub use describe_rule::DescribeRule;
pub use list_rules::ListRules;
pub use list_targets_by_rule::ListTargetsByRule;
pub use put_rule::PutRule;
pub use put_targets::PutTargets;
pub use remove_targets::RemoveTargets;
pub use switch_rule::{DisableRule, EnableRule};
pub use test_event_pattern::TestEventPattern;

use super::scheduler::{State, validation};
use crate::api::ApiError;
use crate::world::World;
use crate::world::eventbridge::{Pattern, RuleId};

/// The only bus there is.
fn check_bus(bus: Option<&str>) -> Result<(), ApiError> {
    match bus {
        None | Some("default") => Ok(()),
        Some(bus) => {
            let message = format!("Event bus {bus} does not exist.");
            let error = ApiError::new("ResourceNotFoundException", message).at("EventBusName");
            Err(error.help("Other buses are not modelled: there is only the bus default."))
        }
    }
}

/// The rule with this name; `place` is the field that names it.
fn rule(world: &World, name: &str, bus: Option<&str>, place: &str) -> Result<RuleId, ApiError> {
    check_bus(bus)?;
    world.eventbridge.rule_named(name).ok_or_else(|| {
        let message = format!("Rule {name} does not exist on EventBus default.");
        let error = ApiError::new("ResourceNotFoundException", message).at(place);
        let known: Vec<&str> = world.eventbridge.rule_names.keys().map(String::as_str).collect();
        if known.is_empty() { error } else { error.help(format!("The rules are: {}.", known.join(", "))) }
    })
}

/// An event pattern, understood.
fn pattern(text: &str) -> Result<Pattern, ApiError> {
    Pattern::parse(text).map_err(|reason| {
        let message = format!("Event pattern is not valid. Reason: {reason}");
        ApiError::new("InvalidEventPatternException", message).at("EventPattern")
    })
}
