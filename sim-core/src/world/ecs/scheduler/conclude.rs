//! What a pass concludes: a deployment is complete, a service is steady, or nothing can move.

use super::super::balance::Look;
use super::super::task::TargetState;
use super::super::{Ecs, HealthStatus, Rollout, ServiceId, Stage, TaskId, TaskStatus};
use super::{Census, QUIET};
use crate::engine::Time;
use crate::world::{Ctx, Fact, Peers};

impl Ecs {
    /// Completes a deployment [CP-176], notices a steady state [CP-149], or says why nothing moves. Returns when the service wants to be
    /// looked at again though nothing changes, if that is not soon.
    pub(super) fn conclude(
        &mut self,
        service: ServiceId,
        busy: bool,
        started: bool,
        peers: &Peers,
        ctx: &mut Ctx,
    ) -> Option<Time> {
        let now = ctx.now();
        let census = self.census(service, now, peers);
        let it = &self.services[service];
        let (desired, deployment) = (it.desired_count, it.primary());
        let status = |wanted: TaskStatus| it.live.iter().filter(|&&task| self.tasks[task].status == wanted).count();
        let (running, pending) = (status(TaskStatus::Running), status(TaskStatus::Pending));
        let under_way = self.stage_of(service).is_some_and(|stage| stage < Stage::CleanUp);
        let settled = !busy
            && !under_way
            && census.old.is_empty()
            && census.new.len() as u32 == desired
            && running as u32 == desired
            && pending == 0
            && self.all_checks_pass(&census.new);
        if !settled && self.services[service].balance.moving.is_some() {
            // A task on its way to another zone does not make a steady service unsteady.
            return None;
        }
        if !settled {
            self.services[service].steady_since = None;
            if self.is_early_success(service, &census, busy) {
                self.finish(service, peers, ctx);
            }
            self.explain_deadlock(service, &census, busy || started, peers, ctx);
            return None;
        }
        if self.deployments[deployment].rollout == Rollout::Completed {
            // What earlier deployments had left has gone.
            self.services[service].deployments = vec![deployment];
        }
        let latest = census.new.iter().map(|&task| self.tasks[task].because).max();
        let because = latest.unwrap_or(self.services[service].because).max(self.services[service].because);
        ctx.within(Some(because), |ctx| {
            if self.deployments[deployment].rollout == Rollout::InProgress && census.healthy_new == desired {
                self.finish(service, peers, ctx);
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
            let said = self.services[service].steady_said.filter(|_| completed)?;
            let quiet = said + QUIET;
            match self.rebalance(service, peers, ctx) {
                Look::Changed => None,
                Look::Later(at) => Some(at.min(quiet)),
                Look::Balanced => Some(quiet),
            }
        })
    }

    /// Completes the PRIMARY deployment, once its bake time is over.
    fn finish(&mut self, service: ServiceId, peers: &Peers, ctx: &mut Ctx) {
        let (now, act) = (ctx.now(), self.current_service_deployment(service));
        if !self.is_baked(act, peers, now) {
            return;
        }
        self.complete(service, now);
        let deployment = self.services[service].primary();
        let fact = ctx.record(Fact::DeploymentCompleted { service, deployment });
        ctx.because(fact);
        let text = format!("(deployment {}) deployment completed.", self.deployments[deployment].name);
        self.announce(service, &text, &peers.account, ctx);
    }

    /// Whether every health check that exists is passed: what a steady state asks [CP-121].
    fn all_checks_pass(&self, tasks: &[TaskId]) -> bool {
        tasks.iter().all(|&task| {
            let target = match self.tasks[task].target {
                TargetState::Healthy => true,
                TargetState::None => !self.is_load_balanced(task),
                TargetState::Initial | TargetState::Unhealthy => false,
            };
            target && self.tasks[task].health.is_none_or(|health| health == HealthStatus::Healthy)
        })
    }

    /// Says that the bounds allow neither a stop nor a start [CP-156][CP-170].
    fn explain_deadlock(&mut self, service: ServiceId, census: &Census, moved: bool, peers: &Peers, ctx: &mut Ctx) {
        let it = &self.services[service];
        let waiting = census.existing != (census.new.len() + census.old.len()) as u32 // something is stopping
            || census.healthy < census.existing // something has no verdict yet
            || ctx.now() < self.deployments[it.primary()].launch_after;
        let quiet = it.deadlock_said.is_some_and(|said| ctx.now() < said + QUIET);
        let failed = self.deployments[it.primary()].rollout == Rollout::Failed;
        // A daemon's task that goes last waits for others, not for the bounds.
        let outstays = census.old.iter().any(|&task| self.outstays(task));
        // Nor does a new task that no instance takes: that has its own event.
        let unplaced = !self.services[service].unplaced_said.is_empty();
        let protected = self.services[service].protection_said.is_some();
        let held = protected || self.stage_of(service).is_some() || outstays || unplaced;
        if held || moved || waiting || quiet || failed || census.old.is_empty() {
            return;
        }
        self.services[service].deadlock_said = Some(ctx.now());
        let because = self.deployments[self.services[service].primary()].because;
        let text = "was unable to stop or start tasks during a deployment because of the service deployment \
                    configuration. Update the minimumHealthyPercent or maximumPercent value and try again.";
        ctx.within(Some(because), |ctx| self.announce(service, text, &peers.account, ctx));
    }
}
