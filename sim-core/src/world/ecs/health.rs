//! Health by container health checks: what ECS says of a container, and of its task.

use std::time::Duration;

use super::{Container, ContainerState, Ecs, TargetState, TaskId};
use crate::world::discovery::DiscoveryEvent;
use crate::world::{Ctx, Event, Peers};

/// `healthStatus` of a container or a task [CP-093].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum HealthStatus {
    /// Without a verdict yet, or without a check.
    #[default]
    Unknown,
    /// Its check has passed.
    Healthy,
    /// Its check has failed too often.
    Unhealthy,
}

/// `healthCheck` of a container [CP-066]: a command inside it, again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContainerHealthCheck {
    /// From the end of a check to the next [s]; 30 unless set, 5–300.
    pub interval: Duration,
    /// How long a check may take [s]; 5 unless set, 2–60.
    pub timeout: Duration,
    /// Failures in a row that make it unhealthy [count]; 3 unless set, 1–10.
    pub retries: u32,
    /// From the start of the container, how long failures do not count unless a check has passed [s]; 0 unless set,
    /// 0–300.
    pub start_period: Duration,
}

/// What the checks of its essential containers say of a task: unhealthy when one is, healthy when all are [CP-094]. None
/// when none of them has a check, which is shown as `UNKNOWN`.
pub(super) fn of_task(containers: &[Container], states: &[ContainerState]) -> Option<HealthStatus> {
    let checked = containers.iter().zip(states).filter(|(it, _)| it.essential && it.health_check.is_some());
    let worst = |status: &HealthStatus| match status {
        HealthStatus::Unhealthy => 2,
        HealthStatus::Unknown => 1,
        HealthStatus::Healthy => 0,
    };
    checked.map(|(_, state)| state.health).max_by_key(worst)
}

impl Ecs {
    /// The agent reports another health of a container. Those that wait for it to be healthy start; what becomes of an
    /// unhealthy task is up to its service, if it has one [CP-095].
    pub(super) fn container_health(
        &mut self,
        task: TaskId,
        container: u16,
        status: HealthStatus,
        peers: &Peers,
        ctx: &mut Ctx,
    ) {
        let it = &mut self.tasks[task];
        it.containers[usize::from(container)].health = status;
        it.health = of_task(&self.definitions[it.definition].containers, &it.containers);
        it.version += 1;
        match status {
            HealthStatus::Unhealthy => it.because = ctx.cause().unwrap_or(it.because),
            HealthStatus::Healthy => self.start_dependants(task, peers, ctx),
            HealthStatus::Unknown => {}
        }
        if self.is_discovered(task) {
            ctx.send(peers.assume.internal_call, Event::Discovery(DiscoveryEvent::Health(task)));
        }
        self.wake_for(task, ctx);
    }

    /// `stoppedReason` of a task that its service stops because it is unhealthy [CP-107].
    pub(super) fn health_reason(&self, task: TaskId, peers: &Peers) -> String {
        let it = &self.tasks[task];
        if it.target != TargetState::Unhealthy {
            return "Task failed container health checks".to_owned();
        }
        let link = self.links_of(task).first();
        let group = link.map_or("", |link| &peers.elb.groups[link.group].arn);
        format!("Task failed ELB health checks in (target-group {group})")
    }
}
