//! Restart policies: a container that ends is started again in place, and its task does not notice.

use std::time::Duration;

use super::{Ecs, HealthStatus, TaskId};
use crate::world::capacity::FargateEvent;
use crate::world::{Ctx, Event, Peers};

/// `restartPolicy` of a container, when it is enabled [CP-063].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestartPolicy {
    /// Exit codes after which it is not started again, at most 50.
    pub ignored_exit_codes: Vec<i32>,
    /// How long it must have run since its last start to be started again [s]; 300 unless set, 60–1800.
    pub attempt_period: Duration,
}

impl Ecs {
    /// Whether a container that has ended is started again [CP-064]: its task is not to stop, and its policy has nothing
    /// against it.
    fn is_restarted(&self, task: TaskId, container: u16, code: i16, ctx: &Ctx) -> bool {
        let it = &self.tasks[task];
        let definition = &self.definitions[it.definition].containers[usize::from(container)];
        let Some(policy) = &definition.restart_policy else { return false };
        let started = it.containers[usize::from(container)].started;
        it.stopping.is_none()
            && !policy.ignored_exit_codes.contains(&i32::from(code))
            && started.is_some_and(|started| ctx.now().since(started) >= policy.attempt_period)
    }

    /// Starts a container again that has ended, if its policy says so. Nobody is told of the end: the container is still
    /// `RUNNING`, and its task goes on [CP-065].
    pub(super) fn restarts(&mut self, task: TaskId, container: u16, code: i16, peers: &Peers, ctx: &mut Ctx) -> bool {
        if !self.is_restarted(task, container, code, ctx) {
            return false;
        }
        let state = &mut self.tasks[task].containers[usize::from(container)];
        state.ended = Some(i32::from(code));
        state.restarts += 1;
        ctx.send(peers.assume.container_restart, Event::Fargate(FargateEvent::Restart(task, container)));
        true
    }

    /// A container has been started again. Its checks begin anew.
    pub(super) fn restarted(&mut self, task: TaskId, container: u16, ctx: &mut Ctx) {
        let it = &mut self.tasks[task];
        let state = &mut it.containers[usize::from(container)];
        (state.ended, state.started, state.health) = (None, Some(ctx.now()), HealthStatus::Unknown);
        it.health = super::health::of_task(&self.definitions[it.definition].containers, &it.containers);
        self.wake_for(task, ctx);
    }

    /// A task is to stop: what was about to be started again is not.
    pub(super) fn give_up_restarts(&mut self, task: TaskId) {
        for container in &mut self.tasks[task].containers {
            container.exit_code = container.exit_code.or(container.ended.take());
        }
    }
}
