//! Why something happened: the journal's chain of causes, in words.

use super::sentence::sentence;
use crate::engine::FactId;
use crate::world::ecs::{HealthStatus, ServiceId, StopCode, TaskStatus};
use crate::world::{Ctx, Fact, World};

/// One link of a chain of causes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, ts_rs::TS)]
pub struct Link {
    /// When, as a clock.
    pub at: String,
    /// What happened.
    pub what: String,
}

/// The fact and what led to it, from the effect back to the first cause, each in one sentence. A step that only
/// repeats its neighbour in other words is left out.
pub fn chain(world: &World, ctx: &Ctx, from: FactId) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for (_, entry) in ctx.journal().chain(from) {
        if matches!(entry.fact, Fact::TaskStopRequested { .. }) && !links.is_empty() {
            continue; // TaskStopped has said it
        }
        links.push(Link { at: entry.at.to_string(), what: sentence(world, &entry.fact) });
    }
    links
}

/// Why a service is not steady: the chain behind the latest trouble of its tasks; empty when there is none.
pub fn why_not_steady(world: &World, ctx: &Ctx, service: ServiceId) -> Vec<Link> {
    let mine = |task| world.ecs.tasks[task].service == Some(service);
    let trouble = ctx.journal().iter().filter(|(_, entry)| match &entry.fact {
        Fact::StartFailed { task, .. } | Fact::TargetUnhealthy { task, .. } | Fact::DependencyFailed { task, .. } => {
            mine(*task)
        }
        Fact::ContainerHealthChanged { task, status, .. } => mine(*task) && *status == HealthStatus::Unhealthy,
        Fact::TaskStopped { task, code, .. } => {
            mine(*task) && matches!(code, StopCode::EssentialContainerExited | StopCode::TerminationNotice)
        }
        _ => false,
    });
    let Some((latest, _)) = trouble.last() else { return Vec::new() };
    let chain = chain(world, ctx, latest);
    debug_assert!(!chain.is_empty());
    chain
}

/// The latest fact about a task: what `why TASK` starts from.
pub fn latest_of_task(world: &World, ctx: &Ctx, id: &str) -> Option<FactId> {
    let (task, it) = world.ecs.tasks.iter().find(|(_, task)| task.uuid.starts_with(id) || task.arn == id)?;
    let about = |fact: &Fact| match fact {
        Fact::TaskStopped { task: of, .. } => *of == task,
        Fact::TaskStatusChanged { task: of, status } => {
            *of == task && *status == it.status && it.status != TaskStatus::Stopped
        }
        _ => false,
    };
    ctx.journal().iter().filter(|(_, entry)| about(&entry.fact)).last().map(|(id, _)| id)
}
