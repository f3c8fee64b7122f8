//! Operations of EventBridge Scheduler: schedules that run ECS tasks.

mod create_schedule;
mod delete_schedule;
mod description;
mod get_schedule;
mod list_schedules;
mod target;
mod update_schedule;

pub use create_schedule::CreateSchedule;
pub use delete_schedule::DeleteSchedule;
pub use get_schedule::GetSchedule;
pub use list_schedules::ListSchedules;
pub(crate) use target::Retry;
pub use update_schedule::UpdateSchedule;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::world::World;
use crate::world::eventbridge::ScheduleId;

/// `State` of a schedule, or of a rule of the event bus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// It rings, or hears events.
    #[default]
    Enabled,
    /// It does not.
    Disabled,
}

impl State {
    /// As EventBridge describes it.
    pub(super) fn of(enabled: bool) -> State {
        if enabled { State::Enabled } else { State::Disabled }
    }
}

/// `ActionAfterCompletion`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ActionAfterCompletion {
    /// It stays.
    #[default]
    None,
    /// It goes.
    Delete,
}

/// `FlexibleTimeWindow`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct FlexibleTimeWindow {
    /// `OFF`, or `FLEXIBLE` for some time within the window.
    pub mode: Mode,
    /// How long the window is [min]; with `FLEXIBLE`, 1 to 1,440.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1440))]
    pub maximum_window_in_minutes: Option<u32>,
}

/// `Mode` of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Mode {
    /// At its time.
    Off,
    /// Within the window.
    Flexible,
}

/// EventBridge's refusal of a value.
pub(super) fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationException", message)
}

/// A name that Scheduler takes.
fn check_name(name: &str) -> Result<(), ApiError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if (1..=64).contains(&name.len()) && name.chars().all(allowed) {
        return Ok(());
    }
    let message = format!(
        "1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: Member must satisfy \
         regular expression pattern: ^[0-9a-zA-Z-_.]+$"
    );
    Err(validation(message).at("Name").help("A name has 1 to 64 letters, digits and -_. characters."))
}

/// The only group there is.
fn check_group(group: Option<&str>) -> Result<(), ApiError> {
    match group {
        None | Some("default") => Ok(()),
        Some(group) => {
            let message = format!("Schedule group {group} does not exist.");
            let error = ApiError::new("ResourceNotFoundException", message).at("GroupName");
            Err(error.help("Schedule groups are not modelled: there is only the group default."))
        }
    }
}

/// The schedule with this name.
fn schedule(world: &World, name: &str, group: Option<&str>) -> Result<ScheduleId, ApiError> {
    check_group(group)?;
    world.eventbridge.schedule_named(name).ok_or_else(|| {
        let error = ApiError::new("ResourceNotFoundException", format!("Schedule {name} does not exist.")).at("Name");
        let known: Vec<&str> = world.eventbridge.schedule_names.keys().map(String::as_str).collect();
        if known.is_empty() { error } else { error.help(format!("The schedules are: {}.", known.join(", "))) }
    })
}
