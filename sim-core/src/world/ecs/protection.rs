//! Task scale-in protection: what a deployment or a smaller desired count may not stop.

use super::{Ecs, ServiceId, TaskId};
use crate::engine::Time;
use crate::world::{Ctx, Peers};

impl Ecs {
    /// Whether neither a deployment nor a smaller desired count may stop a task [CP-143]. StopTask, an unhealthy verdict
    /// and the loss of the host do.
    pub fn is_protected(&self, task: TaskId, now: Time) -> bool {
        self.tasks[task].protected_until.is_some_and(|until| now < until)
    }

    /// Protects a task until a moment, or no longer.
    pub(crate) fn protect(&mut self, task: TaskId, until: Option<Time>, ctx: &mut Ctx) {
        self.tasks[task].protected_until = until;
        self.wake_for(task, ctx);
    }

    /// Says that protected tasks keep a service from its steady state, at most every six hours while that is so [CP-157].
    pub(super) fn explain_protection(&mut self, service: ServiceId, tasks: &[TaskId], peers: &Peers, ctx: &mut Ctx) {
        let Some(&first) = tasks.first() else {
            self.services[service].protection_said = None;
            return;
        };
        let quiet =
            self.services[service].protection_said.is_some_and(|said| ctx.now() < said + super::scheduler::QUIET);
        if quiet {
            return;
        }
        self.services[service].protection_said = Some(ctx.now());
        let name = self.tasks[first].deployment.map_or("", |deployment| &self.deployments[deployment].name);
        let text = format!(
            "was unable to reach steady state because (taskSet {name}) was unable to scale in due to (reason {} tasks under \
             protection)",
            tasks.len()
        );
        let because = self.services[service].because;
        ctx.within(Some(because), |ctx| self.announce(service, &text, &peers.account, ctx));
    }
}
