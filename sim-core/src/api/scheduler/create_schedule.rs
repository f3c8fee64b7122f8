//! `scheduler:CreateSchedule`.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::target::Target;
use super::{ActionAfterCompletion, FlexibleTimeWindow, Mode, State, check_group, check_name, validation};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::eventbridge::{Expression, Grammar, Plan};
use crate::world::{Ctx, World};

/// `scheduler:CreateSchedule` — runs ECS tasks at a rate, at times of the calendar, or once [CP-164].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateSchedule {
    /// Its name: 1–64 letters, digits and `-_.`, unique in its group.
    pub name: String,
    /// `default`, which is the only group here.
    #[serde(default)]
    pub group_name: Option<String>,
    /// `rate(5 minutes)`, `cron(0 12 * * ? *)` with minute, hour, day of the month, month, day of the week and year, or
    /// `at(2026-11-20T13:00:00)`. A rate counts from the creation, or from the start date.
    pub schedule_expression: String,
    /// `UTC`, which is the only zone here.
    #[serde(default)]
    pub schedule_expression_timezone: Option<String>,
    /// It rings at this moment or later, such as `2026-11-20T13:00:00Z`; means nothing for `at(…)`.
    #[serde(default)]
    pub start_date: Option<String>,
    /// It rings before this moment; means nothing for `at(…)`.
    #[serde(default)]
    pub end_date: Option<String>,
    /// What it is for; up to 512 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// `ENABLED` unless set.
    #[serde(default)]
    pub state: State,
    /// Whether it calls at its time, or some time within a window.
    pub flexible_time_window: FlexibleTimeWindow,
    /// What it calls, and as which role.
    pub target: Target,
    /// `DELETE` when it is to go after it has rung for the last time; `NONE` unless set.
    #[serde(default)]
    pub action_after_completion: ActionAfterCompletion,
    /// Accepted: every request is made once here.
    #[serde(default)]
    pub client_token: Option<String>,
    /// A key of one's own; not modelled.
    #[serde(default)]
    pub kms_key_arn: NotModelled,
}

/// What CreateSchedule and UpdateSchedule answer.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ScheduleArn {
    /// Its ARN.
    pub schedule_arn: String,
}

impl Operation for CreateSchedule {
    const SERVICE: &'static str = "scheduler";
    const NAME: &'static str = "CreateSchedule";
    const TABLE: Option<&'static str> = Some("scheduler.schedule");
    type Output = ScheduleArn;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let plan = self.plan(world, ctx)?;
        if world.eventbridge.schedule_named(&self.name).is_some() {
            let message = format!("Schedule {} already exists.", self.name);
            return Err(ApiError::new("ConflictException", message).at("Name"));
        }
        let id = world.eventbridge.create_schedule(&self.name, plan, &world.account, ctx);
        Ok(ScheduleArn { schedule_arn: world.eventbridge.schedules[id].arn.clone() })
    }
}

impl CreateSchedule {
    /// What is asked for, checked.
    pub(super) fn plan(&self, world: &World, ctx: &Ctx) -> Result<Plan, ApiError> {
        check_name(&self.name)?;
        check_group(self.group_name.as_deref())?;
        let text = &self.schedule_expression;
        let Some(expression) = Expression::parse(text, Grammar::Scheduler) else {
            let error = validation(format!("Invalid Schedule Expression {text}.")).at("ScheduleExpression");
            return Err(error.help(
                "Write rate(5 minutes), at(2026-11-20T13:00:00), or cron(…) with minute, hour, day of the month, month, \
                 day of the week and year, of whose two days exactly one is `?`: cron(0 12 * * ? *).",
            ));
        };
        if let Some(zone) = self.schedule_expression_timezone.as_deref().filter(|zone| *zone != "UTC") {
            let message = format!("Invalid ScheduleExpressionTimezone {zone}.");
            let error = validation(message).at("ScheduleExpressionTimezone");
            return Err(error.help("Time zones are not modelled: write the expression in UTC."));
        }
        let start = self.start_date.as_deref().map(|text| moment(text, "StartDate")).transpose()?;
        let end = self.end_date.as_deref().map(|text| moment(text, "EndDate")).transpose()?;
        let now = world.account.moment(ctx.now());
        if start.is_some_and(|start| start.as_second() < now.as_second() - 300) {
            let message = "The StartDate you specify cannot be earlier than 5 minutes ago.";
            return Err(validation(message).at("StartDate"));
        }
        if end.is_some_and(|end| end <= start.unwrap_or(now)) {
            let place = if start.is_some() { "StartDate" } else { "the present" };
            return Err(validation(format!("The EndDate you specify must be later than {place}.")).at("EndDate"));
        }
        if self.description.as_ref().is_some_and(|text| text.chars().count() > 512) {
            let message = "1 validation error detected: Value at 'description' failed to satisfy constraint: Member must \
                           have length less than or equal to 512";
            return Err(validation(message).at("Description"));
        }
        Ok(Plan {
            text: text.clone(),
            expression,
            description: self.description.clone(),
            start,
            end,
            enabled: self.state == State::Enabled,
            window: self.flexible_time_window.checked()?,
            delete_after: self.action_after_completion == ActionAfterCompletion::Delete,
            call: self.target.call(&self.name, world)?,
        })
    }
}

impl FlexibleTimeWindow {
    /// How long the window is; none when it is off.
    fn checked(self) -> Result<Option<Duration>, ApiError> {
        let error = |message: &str| validation(message).at("FlexibleTimeWindow.MaximumWindowInMinutes");
        match (self.mode, self.maximum_window_in_minutes) {
            (Mode::Off, None) => Ok(None),
            (Mode::Off, Some(_)) => {
                Err(error("MaximumWindowInMinutes must not be set when FlexibleTimeWindow is OFF."))
            }
            (Mode::Flexible, Some(minutes)) if (1..=1440).contains(&minutes) => {
                Ok(Some(Duration::from_secs(u64::from(minutes) * 60)))
            }
            (Mode::Flexible, _) => {
                Err(error("MaximumWindowInMinutes must be between 1 and 1440 when FlexibleTimeWindow is FLEXIBLE."))
            }
        }
    }
}

/// A moment as the AWS CLI takes it; without an offset it is UTC.
fn moment(text: &str, place: &str) -> Result<Timestamp, ApiError> {
    let civil = || text.parse::<DateTime>().ok().and_then(|civil| Offset::UTC.to_timestamp(civil).ok());
    text.parse::<Timestamp>().ok().or_else(civil).ok_or_else(|| {
        let error = validation(format!("Invalid timestamp \"{text}\"")).at(place);
        error.help("Write it as 2026-11-20T13:00:00Z.")
    })
}
