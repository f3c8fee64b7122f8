//! What a pass stops, in which order, and what it says about it.

use super::super::breaker::Failed;
use super::super::{DeploymentId, Ecs, HealthStatus, Rollout, ServiceId, Stage, StopCode, TaskId, TaskStatus};
use super::{lower_bound, upper_bound};
use crate::engine::{FactId, Time};
use crate::world::{Ctx, Fact, Peers};

impl Ecs {
    /// Stops what is too much: old revisions down to the lower bound, tasks beyond the desired count, unhealthy
    /// tasks whose replacement is there. Returns how many.
    pub(super) fn stop_surplus(&mut self, service: ServiceId, peers: &Peers, ctx: &mut Ctx) -> usize {
        let now = ctx.now();
        let census = self.census(service, now, peers);
        let it = &self.services[service];
        let desired = it.desired_count;
        let deployment = it.primary();
        if self.deployments[deployment].rollout == Rollout::Failed {
            // What runs stays, of both revisions [CP-197].
            return 0;
        }
        let stage = self.stage_of(service);
        let blue = self.blue_of(service);
        // A deployment with stages keeps what has the traffic until its last one [CP-203], and then needs it no more.
        let floor = if stage.is_some() { 0 } else { lower_bound(desired, it.minimum_healthy_percent) };
        let mut healthy = census.healthy;
        // When the new revision has all of its tasks, none of another revision is made good any more.
        let replaced = census.healthy_new >= desired;
        let mut victims = Vec::new();
        let mut protected = Vec::new();

        for task in self.in_stop_order(&census.old, now, peers) {
            if self.outstays(task) {
                continue;
            }
            let carries = stage.is_some_and(|stage| stage < Stage::CleanUp) && self.tasks[task].deployment == blue;
            if carries {
                continue;
            }
            if self.is_protected(task, now) {
                protected.push(task);
            } else if self.is_healthy(task, now) {
                if healthy > floor {
                    healthy -= 1;
                    victims.push(task);
                }
            } else if replaced || self.is_misplaced(&self.tasks[task], peers) || !self.makes_good(task, deployment, now)
            {
                victims.push(task);
            }
        }
        for &task in &victims {
            if let Some(of) = self.tasks[task].deployment {
                self.deployments[of].kept = self.deployments[of].kept.saturating_sub(1);
            }
        }
        // [CP-106]
        let scaling = format!("Scaling activity initiated by (deployment {})", self.deployments[deployment].name);
        let because =
            if victims.is_empty() { self.services[service].because } else { self.deployments[deployment].because };
        let mut stops: Vec<(TaskId, String, FactId)> =
            victims.into_iter().map(|task| (task, scaling.clone(), because)).collect();

        // Beyond the desired count. A replacement that has no verdict yet keeps the unhealthy task it is for
        // [CP-128][CP-252].
        let unhealthy = census.unhealthy_new.len() as u32;
        let undecided = census.new.len() as u32 - census.healthy_new - unhealthy;
        let excess = (census.new.len() as u32).saturating_sub(desired);
        let excess = excess.saturating_sub(unhealthy.min(undecided).min(excess));
        // What rebalancing has started waits for its verdict, too, and then another task goes for it.
        let moving = self.services[service].balance.moving;
        let arriving = moving.is_some_and(|task| census.new.contains(&task) && !self.is_healthy(task, now));
        let mut excess = excess.saturating_sub(u32::from(arriving));
        let in_order = if excess > 0 { self.in_stop_order(&census.new, now, peers) } else { Vec::new() };
        if excess > 0 && moving.is_some_and(|task| census.new.contains(&task)) {
            excess -= 1;
            self.give_way(service, &in_order, peers, ctx);
        }
        for task in in_order {
            if excess == 0 {
                break;
            }
            if self.tasks[task].stopping.is_some() {
                continue;
            }
            if self.is_protected(task, now) && !census.unhealthy_new.contains(&task) {
                protected.push(task);
                continue;
            }
            excess -= 1;
            if census.unhealthy_new.contains(&task) {
                stops.push((task, self.health_reason(task, peers), self.tasks[task].because));
            } else {
                stops.push((task, scaling.clone(), self.services[service].because));
            }
        }
        // No room for a replacement first, and none under way: one unhealthy task at a time makes room [CP-129].
        let room = upper_bound(desired, self.services[service].maximum_percent).saturating_sub(census.existing);
        let replacing =
            census.new.len() as u32 > desired || census.existing > (census.new.len() + census.old.len()) as u32;
        if stops.is_empty() && unhealthy > 0 && room == 0 && !replacing {
            let task = census.unhealthy_new[0];
            stops.push((task, self.health_reason(task, peers), self.tasks[task].because));
        }
        self.stop_all(service, &stops, peers, ctx);
        self.explain_protection(service, &protected, peers, ctx);
        stops.len()
    }

    /// Whether a task of an earlier deployment is there for one that was lost during this one, and has no verdict yet: it
    /// keeps up the capacity of its revision [CP-174].
    fn makes_good(&self, task: TaskId, deployment: DeploymentId, now: Time) -> bool {
        self.tasks[task].at.created >= self.deployments[deployment].updated && !self.is_unhealthy(task, now)
    }

    /// `(task T) (port P) is unhealthy in (target-group G) due to (reason R).`, as it is written when the scheduler
    /// stops a task for it [CP-132][CP-150]; or `(task T) failed container health checks.` [CP-151]. The task counts as one
    /// that failed [CP-185].
    fn blame_health(&mut self, service: ServiceId, task: TaskId, because: FactId, peers: &Peers, ctx: &mut Ctx) {
        let uuid = &self.tasks[task].uuid;
        let text = match ctx.journal().get(because).fact {
            Fact::TargetUnhealthy { group, reason, .. } => {
                let port = self.links_of(task).iter().find(|link| link.group == group).map_or(0, |link| link.port);
                let group = &peers.elb.groups[group].arn;
                format!("(task {uuid}) (port {port}) is unhealthy in (target-group {group}) due to (reason {reason}).")
            }
            Fact::ContainerHealthChanged { status: HealthStatus::Unhealthy, .. } => {
                format!("(task {uuid}) failed container health checks.")
            }
            _ => return,
        };
        self.count_failure(task, Failed::Checks, because);
        ctx.within(Some(because), |ctx| self.announce(service, &text, &peers.account, ctx));
    }

    /// Stops tasks, each for its own reason, and says so [CP-146].
    pub(super) fn stop_all(
        &mut self,
        service: ServiceId,
        stops: &[(TaskId, String, FactId)],
        peers: &Peers,
        ctx: &mut Ctx,
    ) {
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
            self.tell_draining(service, peers, ctx);
        });
    }

    /// `has begun draining connections on N tasks.`: of tasks that the scheduler stops, at once; of those that end for other
    /// reasons, in the next pass [CP-148]. Returns how many lines there were.
    pub(in super::super) fn tell_draining(&mut self, service: ServiceId, peers: &Peers, ctx: &mut Ctx) -> usize {
        let mut left = std::mem::take(&mut self.services[service].draining);
        let mut lines = 0;
        while let Some(&first) = left.first() {
            let deployment = self.tasks[first].deployment;
            let (of_one, others) = left.into_iter().partition(|&task| self.tasks[task].deployment == deployment);
            left = others;
            lines += 1;
            let because = self.tasks[first].stopping.as_ref().map(|stopping| stopping.because);
            ctx.within(because, |ctx| self.tell_draining_of(service, &of_one, peers, ctx));
        }
        lines
    }

    /// The same of tasks of one deployment. While it goes, the event names it [CP-148].
    fn tell_draining_of(&mut self, service: ServiceId, tasks: &[TaskId], peers: &Peers, ctx: &mut Ctx) {
        let first = tasks[0];
        let of = self.tasks[first].deployment.filter(|&of| of != self.services[service].primary());
        let more = of.map_or_else(String::new, |of| format!(", taskSet {}", self.deployments[of].name));
        let text = format!("has begun draining connections on {} tasks.", tasks.len());
        self.announce_of(service, &more, &text, &peers.account, ctx);
        let because = ctx.cause();
        for link in self.links_of(first).to_vec() {
            self.services[service].deregistered.push((link.group, tasks.len() as u32, because));
        }
    }

    /// `deregistered N targets in (target-group G)`: written by the pass after the one that stopped the tasks [CP-147].
    /// Returns how many lines there were.
    pub(super) fn tell_deregistered(&mut self, service: ServiceId, peers: &Peers, ctx: &mut Ctx) -> usize {
        let told = std::mem::take(&mut self.services[service].deregistered);
        for &(group, count, because) in &told {
            let group = &peers.elb.groups[group].arn;
            let text = format!("deregistered {count} targets in (target-group {group})");
            ctx.within(because, |ctx| self.announce(service, &text, &peers.account, ctx));
        }
        told.len()
    }
}
