//! `scheduler:GetSchedule`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::description::ScheduleDescription;
use super::schedule;
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `scheduler:GetSchedule` — a schedule and what it calls.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GetSchedule {
    /// The schedule.
    pub name: String,
    /// `default`, which is the only group here.
    #[serde(default)]
    pub group_name: Option<String>,
}

impl Operation for GetSchedule {
    const SERVICE: &'static str = "scheduler";
    const NAME: &'static str = "GetSchedule";
    type Output = ScheduleDescription;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = schedule(world, &self.name, self.group_name.as_deref())?;
        Ok(ScheduleDescription::of(world, id))
    }
}
