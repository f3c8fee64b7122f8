//! `scheduler:DeleteSchedule`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::schedule;
use crate::api::{ApiError, NoOutput, Operation};
use crate::world::{Ctx, World};

/// `scheduler:DeleteSchedule` — a schedule rings no more. Tasks that it started run on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct DeleteSchedule {
    /// The schedule.
    pub name: String,
    /// `default`, which is the only group here.
    #[serde(default)]
    pub group_name: Option<String>,
    /// Accepted: every request is made once here.
    #[serde(default)]
    pub client_token: Option<String>,
}

impl Operation for DeleteSchedule {
    const SERVICE: &'static str = "scheduler";
    const NAME: &'static str = "DeleteSchedule";
    type Output = NoOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let id = schedule(world, &self.name, self.group_name.as_deref())?;
        world.eventbridge.delete_schedule(id, ctx);
        Ok(NoOutput {})
    }
}
