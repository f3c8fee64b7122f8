//! Operations of CloudWatch: alarms.

mod delete_alarms;
mod describe_alarms;
mod dimension;
mod disable_alarm_actions;
mod enable_alarm_actions;
mod put_metric_alarm;
mod set_alarm_state;

pub use delete_alarms::DeleteAlarms;
pub use describe_alarms::DescribeAlarms;
pub use dimension::Dimension;
pub use disable_alarm_actions::DisableAlarmActions;
pub use enable_alarm_actions::EnableAlarmActions;
pub use put_metric_alarm::PutMetricAlarm;
pub use set_alarm_state::SetAlarmState;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ApiError;
use crate::world::World;
use crate::world::cloudwatch as kept;
use crate::world::cloudwatch::alarm;

/// AWS's general refusal of a parameter.
fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", message)
}

/// A text of some length, in AWS's own words when it is too short or too long.
fn checked_length<'a>(place: &str, text: &'a str, most: usize) -> Result<&'a str, ApiError> {
    let member = format!("{}{}", place[..1].to_lowercase(), &place[1..]);
    let error = |bound: &str| {
        let message = format!(
            "1 validation error detected: Value '{text}' at '{member}' failed to satisfy constraint: Member must have \
             length {bound}"
        );
        Err(invalid(message).at(place))
    };
    match text.chars().count() {
        0 => error("greater than or equal to 1"),
        long if long > most => error(&format!("less than or equal to {most}")),
        _ => Ok(text),
    }
}

/// At most 100 names of alarms.
fn checked_names(names: &[String]) -> Result<(), ApiError> {
    if names.len() > 100 {
        let message = "1 validation error detected: Value at 'alarmNames' failed to satisfy constraint: Member must \
                       have length less than or equal to 100";
        return Err(invalid(message).at("AlarmNames"));
    }
    Ok(())
}

/// An alarm that is there.
fn alarm_named<'a>(world: &'a World, name: &str, place: impl Into<String>) -> Result<&'a kept::Alarm, ApiError> {
    let known = world.cloudwatch.alarms.named(name);
    known.ok_or_else(|| {
        let near = crate::spelling::nearest(name, world.cloudwatch.alarms.live.keys().map(String::as_str));
        let help = near.map_or_else(|| "PutMetricAlarm makes one.".to_owned(), |near| format!("Is {near:?} meant?"));
        ApiError::new("ResourceNotFound", format!("Alarm {name} does not exist")).at(place).help(help)
    })
}

/// `StateValue` [SC-020].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StateValue {
    /// The metric is as it should be.
    Ok,
    /// It is not.
    Alarm,
    /// There is too little data to say.
    InsufficientData,
}

impl StateValue {
    fn kept(self) -> alarm::AlarmState {
        match self {
            StateValue::Ok => alarm::AlarmState::Ok,
            StateValue::Alarm => alarm::AlarmState::Alarm,
            StateValue::InsufficientData => alarm::AlarmState::InsufficientData,
        }
    }
}

/// `ComparisonOperator`. (The three for anomaly detection are not modelled.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum ComparisonOperator {
    /// At the threshold or above.
    GreaterThanOrEqualToThreshold,
    /// Above the threshold.
    GreaterThanThreshold,
    /// Below the threshold.
    LessThanThreshold,
    /// At the threshold or below.
    LessThanOrEqualToThreshold,
}

impl ComparisonOperator {
    fn kept(self) -> alarm::Comparison {
        match self {
            ComparisonOperator::GreaterThanOrEqualToThreshold => alarm::Comparison::AtLeast,
            ComparisonOperator::GreaterThanThreshold => alarm::Comparison::Above,
            ComparisonOperator::LessThanThreshold => alarm::Comparison::Below,
            ComparisonOperator::LessThanOrEqualToThreshold => alarm::Comparison::AtMost,
        }
    }

    fn described(comparison: alarm::Comparison) -> ComparisonOperator {
        match comparison {
            alarm::Comparison::AtLeast => ComparisonOperator::GreaterThanOrEqualToThreshold,
            alarm::Comparison::Above => ComparisonOperator::GreaterThanThreshold,
            alarm::Comparison::Below => ComparisonOperator::LessThanThreshold,
            alarm::Comparison::AtMost => ComparisonOperator::LessThanOrEqualToThreshold,
        }
    }
}

/// `TreatMissingData` [SC-024].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum TreatMissingData {
    /// They are left out.
    Missing,
    /// The state stays as it is.
    Ignore,
    /// They count as too bad.
    Breaching,
    /// They count as good.
    NotBreaching,
}

impl TreatMissingData {
    fn kept(self) -> alarm::MissingData {
        match self {
            TreatMissingData::Missing => alarm::MissingData::Missing,
            TreatMissingData::Ignore => alarm::MissingData::Ignore,
            TreatMissingData::Breaching => alarm::MissingData::Breaching,
            TreatMissingData::NotBreaching => alarm::MissingData::NotBreaching,
        }
    }
}
