//! `ec2:StopInstances`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::instance::{self, State, StateChange};
use crate::api::{ApiError, Operation};
use crate::world::capacity::HostState;
use crate::world::{Ctx, World};

/// `ec2:StopInstances` — stops instances; they stay registered, and their tasks end [CP-086].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct StopInstances {
    /// By id; or by this simulator's own short names, such as `instance#1`, or by their tags `Name`.
    pub instance_ids: Vec<String>,
}

/// What StopInstances answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StopInstancesOutput {
    /// What changed.
    pub stopping_instances: Vec<StateChange>,
}

impl Operation for StopInstances {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "StopInstances";
    type Output = StopInstancesOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let found = instance::find(world, &self.instance_ids)?;
        for (index, &id) in found.iter().enumerate() {
            let host = &world.ec2.hosts[id];
            if matches!(host.state, HostState::ShuttingDown | HostState::Terminated | HostState::Pending) {
                let message = format!("The instance '{}' is not in a state from which it can be stopped.", host.id);
                return Err(ApiError::new("IncorrectInstanceState", message).at(format!("InstanceIds[{index}]")));
            }
        }
        let cause = ctx.cause();
        let mut changes = Vec::new();
        for id in found {
            let before = State::of(world.ec2.hosts[id].state);
            world.lend(|w| &mut w.ec2, |ec2, peers| ctx.within(cause, |ctx| ec2.end(id, false, peers, ctx)));
            let host = &world.ec2.hosts[id];
            changes.push(StateChange {
                current_state: State::of(host.state),
                instance_id: host.id.clone(),
                previous_state: before,
            });
        }
        Ok(StopInstancesOutput { stopping_instances: changes })
    }
}
