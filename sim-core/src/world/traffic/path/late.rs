//! What ends requests before their time: timeouts, targets that leave, processes that die.

use std::time::Duration;

use super::super::request::{Stage, Via};
use super::super::{CallerId, RequestEvent};
use super::{cpu_timer, timeout_timer};
use crate::world::app::BOOT_JOB;
use crate::world::cloudwatch::Outcome;
use crate::world::ecs::TaskId;
use crate::world::elb::{BalancerKind, LoadBalancerId, TargetId};
use crate::world::{Ctx, Event, World};

impl World {
    /// The idle timeout of a load balancer is another one: its callers' timers are armed anew.
    pub(super) fn idle_timeout_changed(&mut self, balancer: LoadBalancerId, ctx: &mut Ctx) {
        let callers = self.traffic.callers.iter().filter(|(_, caller)| caller.balancer == Some(balancer));
        let callers: Vec<CallerId> = callers.map(|(id, _)| id).collect();
        for caller in callers {
            ctx.timers.disarm(timeout_timer(caller));
            self.late(caller, ctx);
        }
    }

    /// A caller's requests that have waited too long, oldest first: 504 when the load balancer's idle timeout is over
    /// [TR-084][TR-101], 460 when the client gives up before [TR-096]. Their targets do not hear of it and work on.
    pub(super) fn late(&mut self, caller: CallerId, ctx: &mut Ctx) {
        let patience = self.patience(caller);
        let outcome = self.gives_up(caller);
        self.traffic.requests.lines(caller).armed = false;
        while let Some(slot) = self.traffic.requests.first_in_line(caller, Stage::Working) {
            let end = self.traffic.requests.get(slot).arrived.after_nanos(patience);
            if end > ctx.now() {
                self.traffic.requests.lines(caller).armed = true;
                return ctx.timers.arm(timeout_timer(caller), end);
            }
            let is_dropped = self.traffic.requests.get(slot).is_dropped;
            self.end(slot, outcome, ctx);
            if is_dropped {
                self.traffic.requests.free(slot);
            }
        }
    }

    /// A request ends, wherever it went.
    fn end(&mut self, slot: u32, outcome: Outcome, ctx: &mut Ctx) {
        match self.traffic.requests.get(slot).via {
            Via::Proxy { .. } => self.proxied_answered(slot, outcome, ctx),
            Via::Balancer | Via::Check => self.answered_by_another(slot, outcome, ctx),
        }
    }

    /// How a request ends that has waited too long: by the load balancer or by its client.
    fn gives_up(&self, id: CallerId) -> Outcome {
        let caller = &self.traffic.callers[id];
        let Some(balancer) = caller.balancer else {
            return if caller.timeout <= caller.proxy_patience { Outcome::ClientClosed } else { Outcome::HostTimeout };
        };
        let it = &self.elb.balancers[balancer];
        let idle = super::super::nanos(self.elb.idle_timeout(balancer, caller.port));
        match (it.kind, caller.timeout <= idle) {
            (BalancerKind::Application, true) => Outcome::ClientClosed,
            (BalancerKind::Application, false) => Outcome::IdleTimeout,
            (BalancerKind::Network, true) => Outcome::ResetByClient,
            // Nothing has passed for so long that it has forgotten the flow [TR-121].
            (BalancerKind::Network, false) => Outcome::ResetByBalancer,
        }
    }

    /// 504 for those that could not connect in time [TR-089][TR-101], or 460 for clients that did not wait so long,
    /// oldest first.
    pub(super) fn connect_timeout(&mut self, caller: CallerId, ctx: &mut Ctx) {
        let own = Duration::from_nanos(self.traffic.callers[caller].timeout);
        let patience = self.connect_patience(caller);
        let outcome = if patience == own { Outcome::ClientClosed } else { Outcome::ConnectTimeout };
        self.traffic.requests.lines(caller).alarm = None;
        while let Some(slot) = self.traffic.requests.first_in_line(caller, Stage::Connecting) {
            let at = self.traffic.requests.get(slot).arrived + patience;
            if at > ctx.now() {
                let event = Event::Request(RequestEvent::ConnectTimeout(caller));
                // Another try of one of them may have set it, for a later moment.
                if let Some(other) = self.traffic.requests.lines(caller).alarm.take() {
                    ctx.cancel(other);
                }
                self.traffic.requests.lines(caller).alarm = Some(ctx.send_at(at, event));
                return;
            }
            if self.traffic.requests.get(slot).via.is_proxied() {
                self.connect_failed(slot, outcome == Outcome::ClientClosed, ctx);
                continue;
            }
            self.answered_by_another(slot, outcome, ctx);
            self.traffic.requests.free(slot);
        }
    }

    /// A target's deregistration delay is over: the clients of what still runs there get 502 [TR-071]. A Network Load
    /// Balancer resets their flows, because of that when it has been told to [TR-124], or because the target is unhealthy
    /// [TR-122].
    pub(super) fn cut(&mut self, target: TargetId, ctx: &mut Ctx) {
        let outcome = match self.elb.groups[self.elb.targets[target].group].protocol.kind() {
            BalancerKind::Application => Outcome::DeregistrationDelayElapsed,
            BalancerKind::Network => Outcome::ResetByBalancer,
        };
        for slot in self.traffic.requests.find(|request| request.target == target && !request.via.is_check()) {
            let request = self.traffic.requests.get(slot);
            let is_dropped = request.is_dropped;
            if request.stage == Stage::Working {
                self.answered_by_another(slot, outcome, ctx);
                if is_dropped {
                    self.traffic.requests.free(slot);
                }
            }
        }
        if let Some(links) = self.traffic.links.get_mut(target.index()) {
            links.close();
        }
    }

    /// A container's process has ended: the connections of what ran there are reset, so clients get 502 [TR-099][TR-156].
    pub(super) fn lost(&mut self, task: TaskId, container: u16, ctx: &mut Ctx) {
        let here = self.traffic.requests.find(|request| (request.task, request.container) == (task, container));
        let spent = self.spent_by_those_inside(task, container, ctx.now());
        if let Some(Some(app)) = self.app.tasks.get_mut(task.index()) {
            let requests = &self.traffic.requests;
            let boot = BOOT_JOB | u32::from(container);
            app.processor.drop_jobs(ctx.now(), |job| match job & BOOT_JOB {
                0 => requests.get(job).container == container,
                _ => job == boot,
            });
            match app.processor.next_finish() {
                Some(next) => ctx.timers.arm(cpu_timer(task), next),
                None => ctx.timers.disarm(cpu_timer(task)),
            }
            if let Some(process) = app.processes.get_mut(usize::from(container)) {
                process.in_flight = 0;
                process.busy = 0;
                process.request_memory = 0;
                process.queue.clear();
                process.waiting = 0;
                process.queued_ns += spent.queue;
                process.cpu_ns += spent.cpu;
                process.waited_ns += spent.wait;
            }
            self.app.share(task, ctx);
        }
        for slot in here {
            let request = self.traffic.requests.get(slot);
            match request.stage {
                Stage::Working if request.via.is_check() => self.traffic.requests.settle(slot),
                Stage::Working if request.via.is_proxied() => self.end(slot, Outcome::HostReset, ctx),
                Stage::Working => {
                    let group = &self.elb.groups[request.group];
                    let network = group.balancer.is_some_and(|id| self.elb.balancers[id].kind == BalancerKind::Network);
                    let outcome = if network { Outcome::ResetByTarget } else { Outcome::TargetGone };
                    self.answered_by_another(slot, outcome, ctx);
                }
                Stage::Abandoned => {}
                Stage::Connecting | Stage::Free => continue,
            }
            self.traffic.requests.free(slot);
        }
        for &target in self.elb.targets_of(task) {
            if self.elb.targets[target].container == container
                && let Some(links) = self.traffic.links.get_mut(target.index())
            {
                links.close();
            }
        }
    }
}
