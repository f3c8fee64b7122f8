//! The journal as a page shows it: what happened, in sentences, newest last.

use serde::Serialize;
use ts_rs::TS;

use super::{Tone, seconds};
use crate::observe::sentence::{sentence, task_of};
use crate::world::cloudwatch::AlarmState;
use crate::world::ecs::HealthStatus;
use crate::world::{Ctx, Fact, World};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct FeedLine {
    /// Its number in the journal, from 1.
    pub number: u32,
    /// When [s].
    pub at_s: f64,
    /// When, as a clock.
    pub at: String,
    /// Its kind: the name of the fact.
    pub kind: String,
    /// In words.
    pub text: String,
    /// For its colour and shape.
    pub tone: Tone,
    /// The fact that led to it.
    pub cause: Option<u32>,
    /// The task it is about, by its key on the map.
    pub task: Option<u32>,
}

/// What happened after the fact with this number: at most the latest `most`.
pub fn feed(world: &World, ctx: &Ctx, after: u32, most: usize) -> Vec<FeedLine> {
    let journal = ctx.journal();
    let skipped = (after as usize).max(journal.len().saturating_sub(most));
    let lines = (skipped..journal.len()).filter_map(|index| {
        let id = crate::engine::FactId::from_number(index as u32 + 1)?;
        let entry = journal.get(id);
        Some(FeedLine {
            number: id.number(),
            at_s: seconds(entry.at),
            at: entry.at.to_string(),
            kind: <&'static str>::from(&entry.fact).to_owned(),
            text: sentence(world, &entry.fact),
            tone: tone(&entry.fact),
            cause: entry.cause.map(|cause| cause.number()),
            task: task_of(&entry.fact).map(|task| task.index() as u32),
        })
    });
    lines.collect()
}

/// How good the news are.
pub(super) fn tone(fact: &Fact) -> Tone {
    match fact {
        Fact::AccessDenied { .. }
        | Fact::AlarmStateChanged { state: AlarmState::Alarm, .. }
        | Fact::ConnectionBlocked { .. }
        | Fact::DeploymentFailed { .. }
        | Fact::DeploymentRolledBack { .. }
        | Fact::EniFailed { .. }
        | Fact::FaultBegan { .. }
        | Fact::ZoneLost { .. }
        | Fact::HostStopped { .. }
        | Fact::AgentRefused { .. }
        | Fact::AgentDisconnected { .. }
        | Fact::OperationRefused { .. }
        | Fact::TargetRefused { .. }
        | Fact::TargetStartedNothing { .. }
        | Fact::TargetDropped { .. }
        | Fact::EventLost { .. }
        | Fact::NameUnresolved { .. }
        | Fact::HostEjected { .. }
        | Fact::WaiterFailed { .. }
        | Fact::StartFailed { .. }
        | Fact::TargetAnomalous { .. }
        | Fact::TargetUnhealthy { .. }
        | Fact::DependencyFailed { .. }
        | Fact::ContainerHealthChanged { status: HealthStatus::Unhealthy, .. } => Tone::Bad,
        Fact::ContainerExited { code, .. } if *code != 0 => Tone::Bad,
        Fact::SteadyStateReached { .. }
        | Fact::AlarmStateChanged { state: AlarmState::Ok, .. }
        | Fact::DeploymentCompleted { .. }
        | Fact::TargetHealthy { .. }
        | Fact::TargetNormal { .. }
        | Fact::ContainerHealthChanged { .. }
        | Fact::FaultEnded { .. }
        | Fact::WaiterSucceeded { .. }
        | Fact::ZoneRestored { .. } => Tone::Good,
        Fact::FirstResponse { status, .. } => {
            // Zero is no answer: a Network Load Balancer's flow was reset.
            if (1..500).contains(status) { Tone::Good } else { Tone::Bad }
        }
        Fact::TaskStopRequested { .. }
        | Fact::TaskStopped { .. }
        | Fact::TargetDraining { .. }
        | Fact::TargetUnused { .. }
        | Fact::AlarmDeleted { .. }
        | Fact::LoadBalancerDeleted { .. }
        | Fact::ListenerDeleted { .. }
        | Fact::RuleDeleted { .. }
        | Fact::TargetGroupDeleted { .. }
        | Fact::ClusterDeleted { .. }
        | Fact::ScheduleDeleted { .. }
        | Fact::EventRuleDeleted { .. }
        | Fact::NamespaceDeleted { .. }
        | Fact::RegistryDeleted { .. }
        | Fact::TaskUndiscovered { .. }
        | Fact::TaskDefinitionDeleted { .. }
        | Fact::EniDetached { .. }
        | Fact::ServiceDeleted { .. } => Tone::Leaving,
        _ => Tone::Coming,
    }
}
