//! `scheduler:UpdateSchedule`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::create_schedule::{CreateSchedule, ScheduleArn};
use super::schedule;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `scheduler:UpdateSchedule` — gives a schedule another plan, whole: what is not said is as if it had never been said.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct UpdateSchedule(CreateSchedule);

impl Operation for UpdateSchedule {
    const SERVICE: &'static str = "scheduler";
    const NAME: &'static str = "UpdateSchedule";
    type Output = ScheduleArn;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = schedule(world, &self.0.name, self.0.group_name.as_deref())?;
        let plan = self.0.plan(world, ctx)?;
        world.eventbridge.update_schedule(id, plan, &world.account, ctx);
        Ok(ScheduleArn { schedule_arn: world.eventbridge.schedules[id].arn.clone() })
    }
}
