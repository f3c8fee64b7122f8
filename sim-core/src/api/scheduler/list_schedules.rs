//! `scheduler:ListSchedules`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::description::ScheduleSummary;
use super::{State, check_group};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `scheduler:ListSchedules` — the schedules, by name.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ListSchedules {
    /// `default`, which is the only group here.
    #[serde(default)]
    pub group_name: Option<String>,
    /// Only those whose name begins so.
    #[serde(default)]
    pub name_prefix: Option<String>,
    /// Only those in this state.
    #[serde(default)]
    pub state: Option<State>,
}

/// What ListSchedules answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListSchedulesOutput {
    /// The schedules.
    pub schedules: Vec<ScheduleSummary>,
}

impl Operation for ListSchedules {
    const SERVICE: &'static str = "scheduler";
    const NAME: &'static str = "ListSchedules";
    type Output = ListSchedulesOutput;

    fn apply(self, world: &mut World, _ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        check_group(self.group_name.as_deref())?;
        let prefix = self.name_prefix.unwrap_or_default();
        let named = world.eventbridge.schedule_names.iter().filter(|(name, _)| name.starts_with(&prefix));
        let all = named.map(|(_, &id)| ScheduleSummary::of(world, id));
        let schedules = all.filter(|it| self.state.is_none_or(|state| it.state == state)).collect();
        Ok(ListSchedulesOutput { schedules })
    }
}
