//! Early success: a rolling deployment that is complete before all of its tasks are there.

use super::scheduler::Census;
use super::{DeploymentId, Ecs, Rollout, ServiceId};

/// `earlySuccessCriteria` of a rolling deployment [CP-177].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarlySuccess {
    /// `healthyPercent`: how many healthy tasks of the new revision are enough [% of the desired count, rounded up].
    pub healthy_percent: u32,
    /// `sourceServiceRevisionCleanup` DEFERRED: the old tasks go after the deployment is complete, not before.
    pub deferred: bool,
}

impl EarlySuccess {
    /// How many healthy tasks are enough, at least one [count].
    fn enough(self, desired: u32) -> u32 {
        (u64::from(desired) * u64::from(self.healthy_percent)).div_ceil(100).max(1) as u32
    }
}

impl Ecs {
    /// Whether the deployment that a service is in is a success already, as its criteria say [CP-177]. A pass that was busy with
    /// old tasks is no reason to wait when these may go afterwards.
    pub(super) fn is_early_success(&self, service: ServiceId, census: &Census, busy: bool) -> bool {
        let it = &self.services[service];
        let act = &self.service_deployments[self.current_service_deployment(service)];
        let rolling = act.shift.is_none() && act.status.goes_forward();
        let Some(criteria) = act.configuration.plan.early.filter(|_| rolling) else { return false };
        self.deployments[it.primary()].rollout == Rollout::InProgress
            && census.healthy_new >= criteria.enough(it.desired_count)
            && (criteria.deferred || (!busy && census.old.is_empty()))
    }

    /// Whether a deployment has tasks that nobody has told to stop.
    pub(super) fn has_tasks_to_stop(&self, service: ServiceId, deployment: DeploymentId) -> bool {
        let mut live = self.services[service].live.iter().map(|&task| &self.tasks[task]);
        live.any(|task| task.deployment == Some(deployment) && task.stopping.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [CP-177] Rounded up, and never none.
    #[test]
    fn at_least_one_task_must_be_healthy() {
        let enough = |percent, desired| EarlySuccess { healthy_percent: percent, deferred: false }.enough(desired);
        assert_eq!([enough(50, 5), enough(100, 4), enough(0, 4), enough(1, 4)], [3, 4, 1, 1]);
    }
}
