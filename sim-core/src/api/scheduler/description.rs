//! A schedule as AWS describes it.

use serde::Serialize;
use serde_json::{Value, json};

use super::{ActionAfterCompletion, FlexibleTimeWindow, Mode, State};
use crate::world::eventbridge::ScheduleId;
use crate::world::{Account, World};

/// A schedule, whole.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ScheduleDescription {
    /// `NONE` or `DELETE`.
    pub action_after_completion: ActionAfterCompletion,
    /// Its ARN.
    pub arn: String,
    /// When it was created.
    pub creation_date: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Before when it rings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date: Option<String>,
    /// Whether it has a window.
    pub flexible_time_window: FlexibleTimeWindow,
    /// `default`.
    pub group_name: &'static str,
    /// When it got its plan.
    pub last_modification_date: String,
    /// Its name.
    pub name: String,
    /// When it rings.
    pub schedule_expression: String,
    /// `UTC`.
    pub schedule_expression_timezone: &'static str,
    /// From when on it rings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date: Option<String>,
    /// Whether it rings.
    pub state: State,
    /// What it calls.
    pub target: Value,
}

/// A schedule in a list.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ScheduleSummary {
    /// Its ARN.
    pub arn: String,
    /// When it was created.
    pub creation_date: String,
    /// `default`.
    pub group_name: &'static str,
    /// When it got its plan.
    pub last_modification_date: String,
    /// Its name.
    pub name: String,
    /// Whether it rings.
    pub state: State,
    /// The ARN of what it calls.
    pub target: Value,
}

impl ScheduleDescription {
    /// Describes a schedule.
    pub(super) fn of(world: &World, id: ScheduleId) -> ScheduleDescription {
        let schedule = &world.eventbridge.schedules[id];
        let plan = &schedule.plan;
        let shown = |moment: jiff::Timestamp| Account::shown(moment);
        let minutes = plan.window.map(|window| (window.as_secs() / 60) as u32);
        ScheduleDescription {
            action_after_completion: match plan.delete_after {
                true => ActionAfterCompletion::Delete,
                false => ActionAfterCompletion::None,
            },
            arn: schedule.arn.clone(),
            creation_date: world.account.wall(schedule.created),
            description: plan.description.clone(),
            end_date: plan.end.map(shown),
            flexible_time_window: FlexibleTimeWindow {
                mode: if plan.window.is_some() { Mode::Flexible } else { Mode::Off },
                maximum_window_in_minutes: minutes,
            },
            group_name: "default",
            last_modification_date: world.account.wall(schedule.modified),
            name: schedule.name.clone(),
            schedule_expression: plan.text.clone(),
            schedule_expression_timezone: "UTC",
            start_date: plan.start.map(shown),
            state: State::of(plan.enabled),
            target: plan.call.described.clone(),
        }
    }
}

impl ScheduleSummary {
    /// Describes a schedule in a list.
    pub(super) fn of(world: &World, id: ScheduleId) -> ScheduleSummary {
        let schedule = &world.eventbridge.schedules[id];
        ScheduleSummary {
            arn: schedule.arn.clone(),
            creation_date: world.account.wall(schedule.created),
            group_name: "default",
            last_modification_date: world.account.wall(schedule.modified),
            name: schedule.name.clone(),
            state: State::of(schedule.plan.enabled),
            target: json!({ "Arn": schedule.plan.call.described["Arn"] }),
        }
    }
}
