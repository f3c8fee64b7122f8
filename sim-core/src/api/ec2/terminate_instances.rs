//! `ec2:TerminateInstances`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::instance::{self, State, StateChange};
use crate::api::{ApiError, Operation};
use crate::world::{Ctx, World};

/// `ec2:TerminateInstances` — ends instances for good; those that are container instances are deregistered [CP-227].
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TerminateInstances {
    /// By id; or by this simulator's own short names, such as `instance#1`, or by their tags `Name`.
    pub instance_ids: Vec<String>,
}

/// What TerminateInstances answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TerminateInstancesOutput {
    /// What changed.
    pub terminating_instances: Vec<StateChange>,
}

impl Operation for TerminateInstances {
    const SERVICE: &'static str = "ec2";
    const NAME: &'static str = "TerminateInstances";
    type Output = TerminateInstancesOutput;

    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let found = instance::find(world, &self.instance_ids)?;
        let mut changes = Vec::new();
        for id in found {
            let before = State::of(world.ec2.hosts[id].state);
            world.terminate_host(id, ctx);
            let host = &world.ec2.hosts[id];
            changes.push(StateChange {
                current_state: State::of(host.state),
                instance_id: host.id.clone(),
                previous_state: before,
            });
        }
        Ok(TerminateInstancesOutput { terminating_instances: changes })
    }
}
