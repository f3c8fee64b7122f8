//! The service scheduler: in passes some 10 s apart it looks at a service and takes the next step towards what is
//! wanted.

mod conclude;
mod order;
mod start;
mod stop;

pub use start::NO_CAPACITY;

use std::time::Duration;

use super::task::TargetState;
use super::{Ecs, EcsEvent, HealthStatus, ServiceId, ServiceStatus, TaskId, TaskStatus};
use crate::engine::Time;
use crate::world::{Ctx, Event, Peers};

/// How long after RUNNING a task without any health check counts as healthy [CP-123].
const UNCHECKED_HEALTHY_AFTER: Duration = Duration::from_secs(40);
/// The same event is not repeated for this long [CP-122].
pub(super) const QUIET: Duration = Duration::from_secs(6 * 3600);

/// The lower bound: how many tasks must stay running and healthy [CP-166][CP-167][CP-251] [count].
pub fn lower_bound(desired: u32, minimum_healthy_percent: u32) -> u32 {
    (u64::from(desired) * u64::from(minimum_healthy_percent)).div_ceil(100) as u32
}

/// The upper bound: how many tasks may exist [CP-166] [count].
pub fn upper_bound(desired: u32, maximum_percent: u32) -> u32 {
    (u64::from(desired) * u64::from(maximum_percent) / 100).min(u64::from(u32::MAX)) as u32
}

/// What one pass sees of a service's tasks. A task that is already stopping is in none of the lists.
#[derive(Debug, Default)]
pub(super) struct Census {
    /// Of the PRIMARY deployment.
    pub(super) new: Vec<TaskId>,
    /// Of earlier deployments, however many [CP-186].
    pub(super) old: Vec<TaskId>,
    /// Those that count for `minimumHealthyPercent`.
    pub(super) healthy: u32,
    /// `healthy`, of the PRIMARY deployment.
    pub(super) healthy_new: u32,
    /// Failed their checks, with the grace period over, of the PRIMARY deployment.
    pub(super) unhealthy_new: Vec<TaskId>,
    /// Not STOPPED, those that are stopping included: what `maximumPercent` counts [CP-168].
    pub(super) existing: u32,
}

impl Ecs {
    /// Reacts to one event.
    pub(crate) fn handle(&mut self, event: EcsEvent, peers: &Peers, ctx: &mut Ctx) {
        if let Some(instance) = self.out_of_hearing(event) {
            self.unheard.entry(instance).or_default().push(event);
            return;
        }
        match event {
            EcsEvent::Reconcile(service) => self.reconcile(service, peers, ctx),
            EcsEvent::AgentStarted(_)
            | EcsEvent::AgentLost(_)
            | EcsEvent::AgentBack(_)
            | EcsEvent::HostStopped(..)
            | EcsEvent::DrainToEnd(_) => self.host_changed(event, peers, ctx),
            event => self.advance(event, peers, ctx),
        }
    }

    /// One pass over one service: stops first, then starts [CP-171]. A service that is steady and has nothing to wait for
    /// is left alone until something changes, so that what is quiet costs nothing.
    fn reconcile(&mut self, service: ServiceId, peers: &Peers, ctx: &mut Ctx) {
        let now = ctx.now();
        let it = &mut self.services[service];
        if it.next_look != Some(now) || it.status == ServiceStatus::Inactive {
            return;
        }
        it.asleep = false;
        self.look_again(service, now + self.services[service].interval, ctx);
        let told = self.tell_deregistered(service, peers, ctx) + self.tell_draining(service, peers, ctx);
        if self.services[service].status == ServiceStatus::Draining {
            self.drain(service, peers, ctx);
            return;
        }
        if self.services[service].is_daemon() {
            self.count_daemons(service, peers);
        }
        self.walk_service_deployments(service, now);
        self.note_healthy(service, now);
        self.walk_stages(service, peers, ctx);
        self.monitor(service, peers, ctx);
        self.settle_move(service);
        let stopped = self.stop_surplus(service, peers, ctx);
        let started = self.start_missing(service, peers, ctx);
        // A pass that did something concludes nothing: stop, deregistration and steady state are a pass apart [CP-126].
        let busy = told + stopped > 0;
        if let Some(later) = self.conclude(service, busy, started > 0, peers, ctx) {
            self.services[service].asleep = true;
            self.look_again(service, later, ctx);
        }
    }

    fn look_again(&mut self, service: ServiceId, at: Time, ctx: &mut Ctx) {
        self.services[service].next_look = Some(at);
        ctx.within(None, |ctx| ctx.send_at(at, Event::Ecs(EcsEvent::Reconcile(service))));
    }

    /// What there is at this moment.
    pub(super) fn census(&self, service: ServiceId, now: Time, peers: &Peers) -> Census {
        let it = &self.services[service];
        let mut census = Census { existing: it.live.len() as u32, ..Census::default() };
        for &task in &it.live {
            if self.tasks[task].stopping.is_some() {
                continue;
            }
            // A task that is to leave its instance is replaced as one of an earlier revision is [CP-229].
            let is_new =
                self.tasks[task].deployment == Some(it.primary()) && !self.is_misplaced(&self.tasks[task], peers);
            if is_new {
                census.new.push(task)
            } else {
                census.old.push(task)
            }
            if self.is_healthy(task, now) {
                census.healthy += 1;
                census.healthy_new += u32::from(is_new);
            } else if is_new && self.is_unhealthy(task, now) {
                census.unhealthy_new.push(task);
            }
        }
        census
    }

    /// Whether a task counts for `minimumHealthyPercent` [CP-123].
    pub(crate) fn is_healthy(&self, task: TaskId, now: Time) -> bool {
        let it = &self.tasks[task];
        it.status == TaskStatus::Running
            && it.health.is_none_or(|health| health == HealthStatus::Healthy)
            && match it.target {
                TargetState::Healthy => true,
                TargetState::Initial | TargetState::Unhealthy => false,
                TargetState::None if self.is_load_balanced(task) => false,
                TargetState::None if it.health.is_some() => true,
                TargetState::None => it.at.started.is_some_and(|started| now >= started + UNCHECKED_HEALTHY_AFTER),
            }
    }

    /// Whether a task failed its checks and its grace period is over [CP-124][CP-125][TR-115], so that it is replaced
    /// [TR-114].
    fn is_unhealthy(&self, task: TaskId, now: Time) -> bool {
        let it = &self.tasks[task];
        let Some(service) = it.service else { return false };
        let grace = self.services[service].grace_period;
        let failed = it.target == TargetState::Unhealthy || it.health == Some(HealthStatus::Unhealthy);
        failed && it.at.started.is_some_and(|started| now >= started + grace)
    }

    /// A deleted service stops its tasks, and is gone once all of them are at least STOPPING [CP-009].
    fn drain(&mut self, service: ServiceId, peers: &Peers, ctx: &mut Ctx) {
        let because = self.services[service].because;
        let name = self.deployments[self.services[service].primary()].name.clone();
        let reason = format!("Scaling activity initiated by (deployment {name})");
        let live = self.services[service].live.clone();
        let left = live.iter().filter(|&&task| self.tasks[task].stopping.is_none());
        let stops: Vec<_> = left.map(|&task| (task, reason.clone(), because)).collect();
        self.stop_all(service, &stops, peers, ctx);
        if live.iter().all(|&task| self.tasks[task].status >= TaskStatus::Stopping) {
            self.services[service].status = ServiceStatus::Inactive;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [CP-167] [CP-251] The guide's own examples; the last leaves no room, where Kubernetes would round its surge up.
    #[test]
    fn the_bounds_round_as_the_guide_says() {
        assert_eq!(lower_bound(4, 50), 2);
        assert_eq!(lower_bound(2, 75), 2);
        assert_eq!(upper_bound(4, 200), 8);
        assert_eq!(upper_bound(3, 125), 3);
    }
}
