//! Service event texts, as `describe-services` shows them.

use super::{Ecs, ServiceEventLine, ServiceId, TaskId};
use crate::engine::FactId;
use crate::world::{Account, Ctx, Fact};

/// How many events AWS keeps for a service [CP-122].
const KEPT: usize = 100;

impl Ecs {
    /// Writes `(service S) …`, because of the present cause.
    pub(super) fn announce(&mut self, service: ServiceId, text: &str, account: &Account, ctx: &mut Ctx) -> FactId {
        self.announce_of(service, "", text, account, ctx)
    }

    /// The same with more in the parenthesis: `(service S, taskSet ecs-svc/…) …`.
    pub(super) fn announce_of(
        &mut self,
        service: ServiceId,
        more: &str,
        text: &str,
        account: &Account,
        ctx: &mut Ctx,
    ) -> FactId {
        let it = &mut self.services[service];
        let message: crate::world::Name = format!("(service {}{more}) {text}", it.name).into();
        it.announced += 1;
        let id = account.uuid("service-event", &format!("{}#{}", it.arn, it.announced));
        it.events.push(ServiceEventLine { at: ctx.now(), id, message: message.clone() });
        if it.events.len() > KEPT {
            it.events.remove(0);
        }
        ctx.record(Fact::ServiceEvent { service, text: message })
    }

    /// `(task ID) (task ID)`.
    pub(super) fn task_list(&self, tasks: &[TaskId]) -> String {
        let ids: Vec<_> = tasks.iter().map(|&task| format!("(task {})", self.tasks[task].uuid)).collect();
        ids.join(" ")
    }
}
