//! The deployment circuit breaker: how many failed tasks a deployment may have.

use super::{Ecs, Rollout, ServiceId, TaskId};
use crate::engine::{FactId, Time};

/// `thresholdConfiguration.type` [CP-191][CP-192].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ThresholdKind {
    /// A part of the desired count, from 3 to 200 failures.
    #[default]
    BoundedPercent,
    /// A part of the desired count, however small or large.
    UnboundedPercent,
    /// So many failures.
    Count,
}

/// `deploymentCircuitBreaker`: off unless set [CP-190].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CircuitBreaker {
    /// Whether deployments fail.
    pub enable: bool,
    /// Whether a failed one is rolled back.
    pub rollback: bool,
    /// Whether a healthy task sets the count to 0 [CP-194].
    pub reset_on_healthy_task: bool,
    /// What `value` means.
    pub kind: ThresholdKind,
    /// [%] or [count].
    pub value: u32,
}

impl Default for CircuitBreaker {
    fn default() -> Self {
        CircuitBreaker {
            enable: false,
            rollback: false,
            reset_on_healthy_task: true,
            kind: ThresholdKind::BoundedPercent,
            value: 50,
        }
    }
}

impl CircuitBreaker {
    /// How many failures make a deployment fail, by the latest desired count [CP-191][CP-192] [count].
    pub fn threshold(&self, desired: u32) -> u32 {
        let part = (u64::from(desired) * u64::from(self.value)).div_ceil(100) as u32;
        match self.kind {
            ThresholdKind::BoundedPercent => part.clamp(3, 200),
            ThresholdKind::UnboundedPercent => part,
            ThresholdKind::Count => self.value,
        }
    }
}

/// What became of a task that failed, as the circuit breaker sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failed {
    /// It could not be launched, or never reached RUNNING.
    ToStart,
    /// It was stopped for its health checks.
    Checks,
    /// It ended before it had ever been healthy.
    Crashed,
}

impl Ecs {
    /// Counts a failed task for its deployment, while that is under way. Until a task of it has been RUNNING those
    /// count that did not get there, then those that fail their checks [CP-193]; what ends before it has been healthy
    /// counts at any time [CP-195].
    pub(super) fn count_failure(&mut self, task: TaskId, how: Failed, because: FactId) {
        let Some(id) = self.tasks[task].deployment else { return };
        let deployment = &mut self.deployments[id];
        if how != Failed::Crashed {
            deployment.failed_tasks += 1;
        }
        let counts = match how {
            Failed::ToStart => !deployment.ran,
            Failed::Checks => deployment.ran,
            Failed::Crashed => true,
        };
        if counts && deployment.rollout == Rollout::InProgress {
            deployment.failures += 1;
            deployment.latest_failure = Some(because);
        }
    }

    /// Takes note of the tasks of the PRIMARY deployment that have become healthy: the count starts anew, if it is set
    /// to [CP-194].
    pub(super) fn note_healthy(&mut self, service: ServiceId, now: Time) {
        let it = &self.services[service];
        let primary = it.primary();
        let news = |&task: &TaskId| {
            let task_is = &self.tasks[task];
            task_is.deployment == Some(primary) && !task_is.proved && self.is_healthy(task, now)
        };
        let proved: Vec<TaskId> = it.live.iter().copied().filter(news).collect();
        if !proved.is_empty() && it.breaker.reset_on_healthy_task {
            self.deployments[primary].failures = 0;
        }
        for task in proved {
            self.tasks[task].proved = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [CP-190] [CP-191] [CP-192] The guide's own examples, for all three kinds.
    #[test]
    fn the_threshold_is_a_bounded_part_an_unbounded_part_or_a_count() {
        let breaker = CircuitBreaker::default();
        let bounded = [1, 25, 400, 800].map(|desired| breaker.threshold(desired));
        assert_eq!(bounded, [3, 13, 200, 200]);
        let unbounded = CircuitBreaker { kind: ThresholdKind::UnboundedPercent, ..breaker };
        assert_eq!([1, 800].map(|desired| unbounded.threshold(desired)), [1, 400]);
        let count = CircuitBreaker { kind: ThresholdKind::Count, value: 7, ..breaker };
        assert_eq!([1, 800].map(|desired| count.threshold(desired)), [7, 7]);
    }
}
