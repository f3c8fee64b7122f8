//! `ec2:StartInstances`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::instance::{self, State, StateChange};
use crate::api::{ApiError, Operation};
use crate::world::capacity::HostState;
use crate::world::{Ctx, World};

/// `ec2:StartInstances` — starts instances that were stopped; their agents connect again.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct StartInstances {
    /// By id; or by this simulator's own short names, such as `instance#1`, or by their tags `Name`.
    pub instance_ids: Vec<String>,
}

/// What StartInstances answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct StartInstancesOutput {
    /// What changed.
    pub starting_instances: Vec<StateChange>,
}

impl Operation for StartInstances {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "StartInstances";
    type Output = StartInstancesOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let found = instance::find(world, &self.instance_ids)?;
        for (index, &id) in found.iter().enumerate() {
            let host = &world.ec2.hosts[id];
            if !matches!(host.state, HostState::Stopped | HostState::Running | HostState::Pending) {
                let message = format!("The instance '{}' is not in a state from which it can be started.", host.id);
                return Err(ApiError::new("IncorrectInstanceState", message).at(format!("InstanceIds[{index}]")));
            }
        }
        let cause = ctx.cause();
        let mut changes = Vec::new();
        for id in found {
            let before = State::of(world.ec2.hosts[id].state);
            if world.ec2.hosts[id].state == HostState::Stopped {
                world.lend(|w| &mut w.ec2, |ec2, peers| ctx.within(cause, |ctx| ec2.start(id, peers, ctx)));
            }
            let host = &world.ec2.hosts[id];
            changes.push(StateChange {
                current_state: State::of(host.state),
                instance_id: host.id.clone(),
                previous_state: before,
            });
        }
        Ok(StartInstancesOutput { starting_instances: changes })
    }
}
