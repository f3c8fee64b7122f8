//! The service scheduler: in passes some 10 s apart it looks at a service and takes the next step towards what is
//! wanted.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::task::{NewTask, TargetState};
use super::{Ecs, EcsEvent, Rollout, ServiceId, ServiceStatus, StopCode, TaskId, TaskStatus};
use crate::engine::{FactId, Time};
use crate::world::{Ctx, Event, Fact, Peers};

/// How long after RUNNING a task without any health check counts as healthy [CP-123].
const UNCHECKED_HEALTHY_AFTER: Duration = Duration::from_secs(40);
/// The longest wait between launches after start failures [CP-133].
const LONGEST_BACK_OFF: Duration = Duration::from_secs(27 * 60);
/// The first wait after a start failure; it doubles with each further one [CP-135].
const FIRST_BACK_OFF: Duration = Duration::from_secs(60);
/// From this many consecutive start failures on, an event says so [CP-135].
const FAILURES_TO_ANNOUNCE: u32 = 3;
/// The same event is not repeated for this long [CP-122].
const QUIET: Duration = Duration::from_secs(6 * 3600);

/// Why there is no host on Fargate [CP-154].
pub const NO_CAPACITY: &str =
    "Capacity is unavailable at this time. Please try again later or in a different availability zone";

/// The lower bound: how many tasks must stay running and healthy [CP-166][CP-167] [count].
pub fn lower_bound(desired: u32, minimum_healthy_percent: u32) -> u32 {
    (u64::from(desired) * u64::from(minimum_healthy_percent)).div_ceil(100) as u32
}

/// The upper bound: how many tasks may exist [CP-166] [count].
pub fn upper_bound(desired: u32, maximum_percent: u32) -> u32 {
    (u64::from(desired) * u64::from(maximum_percent) / 100).min(u64::from(u32::MAX)) as u32
}

/// What one pass sees of a service's tasks. A task that is already stopping is in none of the lists.
#[derive(Debug, Default)]
struct Census {
    /// Of the PRIMARY deployment.
    new: Vec<TaskId>,
    /// Of earlier deployments, however many [CP-186].
    old: Vec<TaskId>,
    /// Those that count for `minimumHealthyPercent`.
    healthy: u32,
    /// `healthy`, of the PRIMARY deployment.
    healthy_new: u32,
    /// Failed their checks, with the grace period over, of the PRIMARY deployment.
    unhealthy_new: Vec<TaskId>,
    /// Not STOPPED, those that are stopping included: what `maximumPercent` counts [CP-168].
    existing: u32,
}

impl Ecs {
    /// Reacts to one event.
    pub(crate) fn handle(&mut self, event: EcsEvent, peers: &Peers, ctx: &mut Ctx) {
        match event {
            EcsEvent::Reconcile(service) => self.reconcile(service, peers, ctx),
            event => self.advance(event, peers, ctx),
        }
    }

    /// One pass over one service: stops first, then starts [CP-171].
    fn reconcile(&mut self, service: ServiceId, peers: &Peers, ctx: &mut Ctx) {
        if self.services[service].status == ServiceStatus::Inactive {
            return;
        }
        ctx.within(None, |ctx| ctx.send(peers.assume.reconcile_interval, Event::Ecs(EcsEvent::Reconcile(service))));
        if self.services[service].status == ServiceStatus::Draining {
            self.drain(service, peers, ctx);
            return;
        }
        let stopped = self.stop_surplus(service, peers, ctx);
        let started = self.start_missing(service, peers, ctx);
        self.conclude(service, stopped + started > 0, peers, ctx);
    }

    fn census(&self, service: ServiceId, now: Time) -> Census {
        let it = &self.services[service];
        let mut census = Census { existing: it.live.len() as u32, ..Census::default() };
        for &task in &it.live {
            if self.tasks[task].stopping.is_some() {
                continue;
            }
            let is_new = self.tasks[task].deployment == Some(it.primary());
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
            && match it.target {
                TargetState::Healthy => true,
                TargetState::Initial | TargetState::Unhealthy => false,
                TargetState::None if self.is_load_balanced(task) => false,
                TargetState::None => it.at.started.is_some_and(|started| now >= started + UNCHECKED_HEALTHY_AFTER),
            }
    }

    /// Whether a task failed its checks and its grace period is over [CP-124][CP-125][TR-115], so that it is replaced
    /// [TR-114].
    fn is_unhealthy(&self, task: TaskId, now: Time) -> bool {
        let it = &self.tasks[task];
        let Some(service) = it.service else { return false };
        let grace = self.services[service].grace_period;
        it.target == TargetState::Unhealthy && it.at.started.is_some_and(|started| now >= started + grace)
    }

    /// Stops what is too much: old revisions down to the lower bound, tasks beyond the desired count, unhealthy
    /// tasks whose replacement is there. Returns how many.
    fn stop_surplus(&mut self, service: ServiceId, peers: &Peers, ctx: &mut Ctx) -> usize {
        let now = ctx.now();
        let census = self.census(service, now);
        let it = &self.services[service];
        let desired = it.desired_count;
        let floor = lower_bound(desired, it.minimum_healthy_percent);
        let deployment = it.primary();
        let mut healthy = census.healthy;
        let mut victims = Vec::new();

        for task in self.in_stop_order(&census.old, now, peers) {
            if !self.is_healthy(task, now) {
                victims.push(task);
            } else if healthy > floor {
                healthy -= 1;
                victims.push(task);
            }
        }
        let scaling = format!("Scaling activity initiated by (deployment {})", self.deployments[deployment].name);
        let because = if victims.is_empty() { it.because } else { self.deployments[deployment].because };
        let mut stops: Vec<(TaskId, String, FactId)> =
            victims.into_iter().map(|task| (task, scaling.clone(), because)).collect();

        // Beyond the desired count. A replacement that has no verdict yet keeps the unhealthy task it is for
        // [CP-128].
        let unhealthy = census.unhealthy_new.len() as u32;
        let undecided = census.new.len() as u32 - census.healthy_new - unhealthy;
        let excess = (census.new.len() as u32).saturating_sub(desired);
        let excess = excess.saturating_sub(unhealthy.min(undecided).min(excess));
        let in_order = if excess > 0 { self.in_stop_order(&census.new, now, peers) } else { Vec::new() };
        for task in in_order.into_iter().take(excess as usize) {
            if census.unhealthy_new.contains(&task) {
                stops.push((task, self.health_reason(service, peers), self.tasks[task].because));
            } else {
                stops.push((task, scaling.clone(), self.services[service].because));
            }
        }
        // No room for a replacement first, and none under way: one unhealthy task at a time makes room [CP-129].
        let room = upper_bound(desired, self.services[service].maximum_percent).saturating_sub(census.existing);
        let replacing = census.new.len() as u32 > desired || census.existing > census.new.len() as u32;
        if stops.is_empty() && unhealthy > 0 && room == 0 && !replacing {
            let task = census.unhealthy_new[0];
            stops.push((task, self.health_reason(service, peers), self.tasks[task].because));
        }
        self.stop_all(service, &stops, peers, ctx);
        stops.len()
    }

    /// `Task failed ELB health checks in (target-group …)` [CP-107].
    fn health_reason(&self, service: ServiceId, peers: &Peers) -> String {
        let link = self.services[service].load_balancers.first();
        let group = link.map_or("", |link| &peers.elb.groups[link.group].arn);
        format!("Task failed ELB health checks in (target-group {group})")
    }

    /// The order in which tasks are stopped: those that do not count as healthy first; then from the zone with
    /// most tasks; of equal ones the oldest [CP-137].
    fn in_stop_order(&self, tasks: &[TaskId], now: Time, peers: &Peers) -> Vec<TaskId> {
        // By verdict and zone, each oldest first; and how many are left in each zone.
        let mut lines: BTreeMap<(u8, &str), VecDeque<TaskId>> = BTreeMap::new();
        let mut crowds: BTreeMap<&str, usize> = BTreeMap::new();
        for &task in tasks {
            let verdict = if self.is_unhealthy(task, now) { 0 } else { 1 + u8::from(self.is_healthy(task, now)) };
            let zone = peers.network.zone(self.tasks[task].subnet);
            lines.entry((verdict, zone)).or_default().push_back(task);
            *crowds.entry(zone).or_default() += 1;
        }
        let mut order = Vec::with_capacity(tasks.len());
        for _ in tasks {
            let heads = lines.iter().filter_map(|(&(verdict, zone), line)| Some((verdict, zone, *line.front()?)));
            let next = heads.min_by_key(|&(verdict, zone, task)| (verdict, usize::MAX - crowds[zone], task));
            let Some((verdict, zone, task)) = next else { break };
            lines.entry((verdict, zone)).and_modify(|line| {
                line.pop_front();
            });
            crowds.entry(zone).and_modify(|left| *left -= 1);
            order.push(task);
        }
        order
    }

    /// `(task T) (port P) is unhealthy in (target-group G) due to (reason R).`, as it is written when the scheduler
    /// stops a task for it [CP-132][CP-150]. The task counts as one that failed [CP-185].
    fn blame_health(&mut self, service: ServiceId, task: TaskId, because: FactId, peers: &Peers, ctx: &mut Ctx) {
        let Fact::TargetUnhealthy { group, reason, .. } = ctx.journal().get(because).fact else { return };
        let links = &self.services[service].load_balancers;
        let port = links.iter().find(|link| link.group == group).map_or(0, |link| link.port);
        let (uuid, group) = (&self.tasks[task].uuid, &peers.elb.groups[group].arn);
        let text =
            format!("(task {uuid}) (port {port}) is unhealthy in (target-group {group}) due to (reason {reason}).");
        if let Some(deployment) = self.tasks[task].deployment {
            self.deployments[deployment].failed_tasks += 1;
        }
        ctx.within(Some(because), |ctx| self.announce(service, &text, &peers.account, ctx));
    }

    fn stop_all(&mut self, service: ServiceId, stops: &[(TaskId, String, FactId)], peers: &Peers, ctx: &mut Ctx) {
        let ran = |task: TaskId| self.tasks[task].status >= TaskStatus::Activating;
        let running: Vec<TaskId> = stops.iter().map(|stop| stop.0).filter(|&task| ran(task)).collect();
        let pending = stops.len() - running.len();
        for (task, reason, because) in stops {
            self.blame_health(service, *task, *because, peers, ctx);
            ctx.within(Some(*because), |ctx| {
                self.stop_task(*task, StopCode::ServiceSchedulerInitiated, reason, peers, ctx);
            });
        }
        let Some((_, _, because)) = stops.first() else { return };
        ctx.within(Some(*because), |ctx| {
            if !running.is_empty() {
                let tasks = self.task_list(&running);
                let text = format!("has stopped {} running tasks: {tasks}.", running.len());
                self.announce(service, &text, &peers.account, ctx);
            }
            if pending > 0 {
                self.announce(service, &format!("stopped {pending} pending tasks."), &peers.account, ctx);
            }
            let draining = running.iter().filter(|&&task| self.tasks[task].status == TaskStatus::Deactivating).count();
            if draining > 0 {
                let text = format!("has begun draining connections on {draining} tasks.");
                self.announce(service, &text, &peers.account, ctx);
                for link in self.services[service].load_balancers.clone() {
                    let group = &peers.elb.groups[link.group].arn;
                    let text = format!("deregistered {draining} targets in (target-group {group})");
                    self.announce(service, &text, &peers.account, ctx);
                }
            }
        });
    }

    /// Starts what is missing [CP-127], as far as the upper bound and the back-off allow. Returns how many.
    fn start_missing(&mut self, service: ServiceId, peers: &Peers, ctx: &mut Ctx) -> usize {
        let now = ctx.now();
        let census = self.census(service, now);
        let it = &self.services[service];
        let ceiling = upper_bound(it.desired_count, it.maximum_percent);
        let room = ceiling.saturating_sub(census.existing);
        let replacing = census.unhealthy_new.len() as u32;
        let wanted = (it.desired_count + replacing).saturating_sub(census.new.len() as u32);
        let count = wanted.min(room);
        if count == 0 || now < it.launch_after {
            return 0;
        }
        let deployment = it.primary();
        if !Ecs::can_place(&self.deployments[deployment].network, peers) {
            self.explain_placement(service, peers, ctx);
            return 0;
        }
        self.services[service].unplaced_said = None;
        let mut started = Vec::new();
        let mut first_cause = None;
        for launch in 0..count {
            let cause = self.cause_of_launch(service, &census, launch);
            first_cause = first_cause.or(Some(cause));
            let of = &self.deployments[deployment];
            let new = NewTask {
                cluster: self.services[service].cluster,
                deployment: Some(deployment),
                definition: of.definition,
                network: of.network.clone(),
                started_by: of.name.clone(),
            };
            started.push(ctx.within(Some(cause), |ctx| self.create_task(new, peers, ctx)));
        }
        let mut text = format!("has started {count} tasks: {}.", self.task_list(&started));
        if replacing > 0 {
            text += &format!(" Amazon ECS replaced {} tasks due to an unhealthy status.", replacing.min(count));
        }
        ctx.within(first_cause, |ctx| self.announce(service, &text, &peers.account, ctx));
        started.len()
    }

    /// Says that there is no host for a task in any of the service's zones [CP-154]. It is tried again at each pass.
    fn explain_placement(&mut self, service: ServiceId, peers: &Peers, ctx: &mut Ctx) {
        let it = &self.services[service];
        if it.unplaced_said.is_some_and(|said| ctx.now() < said + QUIET) {
            return;
        }
        let zones = self.deployments[it.primary()].network.subnets.iter().map(|&subnet| peers.network.zone_of(subnet));
        let because = zones.filter_map(|zone| peers.network.lost_because(zone)).max();
        self.services[service].unplaced_said = Some(ctx.now());
        let text = format!("was unable to place a task. Reason: {NO_CAPACITY}.");
        ctx.within(because, |ctx| self.announce(service, &text, &peers.account, ctx));
    }

    /// Why the `launch`-th task of this pass is started: for an unhealthy task, for one that was lost, or because
    /// a user asked for it.
    fn cause_of_launch(&mut self, service: ServiceId, census: &Census, launch: u32) -> FactId {
        if let Some(&unhealthy) = census.unhealthy_new.get(launch as usize) {
            return self.tasks[unhealthy].because;
        }
        let it = &mut self.services[service];
        if it.vacancies.is_empty() {
            return it.because.max(self.deployments[it.primary()].because);
        }
        it.vacancies.remove(0)
    }

    /// Completes a deployment, notices a steady state, or says why nothing moves.
    fn conclude(&mut self, service: ServiceId, moved: bool, peers: &Peers, ctx: &mut Ctx) {
        let now = ctx.now();
        let census = self.census(service, now);
        let it = &self.services[service];
        let (desired, deployment) = (it.desired_count, it.primary());
        let status = |wanted: TaskStatus| it.live.iter().filter(|&&task| self.tasks[task].status == wanted).count();
        let (running, pending) = (status(TaskStatus::Running), status(TaskStatus::Pending));
        let settled = census.old.is_empty()
            && census.new.len() as u32 == desired
            && running as u32 == desired
            && pending == 0
            && self.all_checks_pass(&census.new);
        if !settled {
            self.services[service].steady_since = None;
            self.explain_deadlock(service, &census, moved, peers, ctx);
            return;
        }
        let latest = census.new.iter().map(|&task| self.tasks[task].because).max();
        let because = latest.unwrap_or(self.services[service].because).max(self.services[service].because);
        ctx.within(Some(because), |ctx| {
            if self.deployments[deployment].rollout == Rollout::InProgress && census.healthy_new == desired {
                self.deployments[deployment].rollout = Rollout::Completed;
                self.deployments[deployment].updated = now;
                let fact = ctx.record(Fact::DeploymentCompleted { service, deployment });
                ctx.because(fact);
                self.services[service].deployments = vec![deployment];
                let text = format!("(deployment {}) deployment completed.", self.deployments[deployment].name);
                self.announce(service, &text, &peers.account, ctx);
            }
            let completed = self.deployments[deployment].rollout == Rollout::Completed;
            let first = self.services[service].steady_since.is_none() && completed;
            let repeat = self.services[service].steady_said.is_some_and(|said| now >= said + QUIET);
            if first {
                self.services[service].steady_since = Some(now);
                self.services[service].first_steady.get_or_insert(now);
                self.services[service].vacancies.clear();
                let fact = ctx.record(Fact::SteadyStateReached { service });
                ctx.because(fact);
            }
            if first || (completed && repeat) {
                self.services[service].steady_said = Some(now);
                self.announce(service, "has reached a steady state.", &peers.account, ctx);
            }
        });
    }

    /// Whether every health check that exists is passed: what a steady state asks [CP-121].
    fn all_checks_pass(&self, tasks: &[TaskId]) -> bool {
        tasks.iter().all(|&task| match self.tasks[task].target {
            TargetState::Healthy => true,
            TargetState::None => !self.is_load_balanced(task),
            TargetState::Initial | TargetState::Unhealthy => false,
        })
    }

    /// Says that the bounds allow neither a stop nor a start [CP-156][CP-170].
    fn explain_deadlock(&mut self, service: ServiceId, census: &Census, moved: bool, peers: &Peers, ctx: &mut Ctx) {
        let it = &self.services[service];
        let waiting = census.existing != (census.new.len() + census.old.len()) as u32 // something is stopping
            || census.healthy < census.existing // something has no verdict yet
            || ctx.now() < it.launch_after;
        let quiet = it.deadlock_said.is_some_and(|said| ctx.now() < said + QUIET);
        if moved || waiting || quiet || census.old.is_empty() {
            return;
        }
        self.services[service].deadlock_said = Some(ctx.now());
        let because = self.deployments[self.services[service].primary()].because;
        let text = "was unable to stop or start tasks during a deployment because of the service deployment \
                    configuration. Update the minimumHealthyPercent or maximumPercent value and try again.";
        ctx.within(Some(because), |ctx| self.announce(service, text, &peers.account, ctx));
    }

    /// Counts a task that never reached RUNNING, and waits longer before the next launch [CP-133][CP-135][CP-185]. Others
    /// that stopped are no reason to wait [CP-134].
    pub(super) fn start_failed(&mut self, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        let (Some(service), Some(deployment)) = (self.tasks[task].service, self.tasks[task].deployment) else { return };
        if deployment != self.services[service].primary() {
            return;
        }
        self.deployments[deployment].failed_tasks += 1;
        let it = &mut self.services[service];
        it.start_failures += 1;
        it.launch_after = ctx.now() + back_off(it.start_failures);
        if it.start_failures == FAILURES_TO_ANNOUNCE {
            let text = "is unable to consistently start tasks successfully.";
            self.announce(service, text, &peers.account, ctx);
        }
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

/// The wait after the `failures`-th consecutive start failure [CP-135].
fn back_off(failures: u32) -> Duration {
    let doubled = FIRST_BACK_OFF.saturating_mul(1u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
    doubled.min(LONGEST_BACK_OFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [CP-167] The guide's own examples.
    #[test]
    fn the_bounds_round_as_the_guide_says() {
        assert_eq!(lower_bound(4, 50), 2);
        assert_eq!(lower_bound(2, 75), 2);
        assert_eq!(upper_bound(4, 200), 8);
        assert_eq!(upper_bound(3, 125), 3);
    }

    /// [CP-133] [CP-135] One minute, doubling, never more than 27 minutes.
    #[test]
    fn the_wait_between_launches_doubles_up_to_27_minutes() {
        let minutes: Vec<u64> = [1, 2, 3, 4, 5, 6, 40].map(|k| back_off(k).as_secs() / 60).to_vec();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 27, 27]);
    }
}
