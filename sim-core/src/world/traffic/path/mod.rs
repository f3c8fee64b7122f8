//! The path of a request.

mod answer;
mod arrive;
mod direct;
mod flow;
mod late;
mod proxied;
mod route;
mod target;

use super::request::{NONE, Stage};
use super::{CallerId, DatabaseId, RequestEvent};
use crate::engine::Time;
use crate::world::app::AppSpecId;
use crate::world::ecs::TaskId;
use crate::world::{Ctx, World};

/// Timer slots: every other one belongs to the CPU of a task, so that those of thousands of tasks stand close together. Of the
/// rest every fourth is that of a caller's next request.
const CALLER: u32 = 1;
/// The next is that of an application's waiting room.
const WAITING: u32 = 3;
/// The next is that of the timeouts of a caller's requests.
const TIMEOUT: u32 = 5;
/// The next is that of a database.
const DATABASE: u32 = 7;
/// So many slots later it begins anew.
const KINDS: u32 = 8;

pub(crate) fn cpu_timer(task: TaskId) -> u32 {
    task.index() as u32 * 2
}

fn caller_timer(caller: CallerId) -> u32 {
    caller.index() as u32 * KINDS + CALLER
}

fn waiting_timer(spec: AppSpecId) -> u32 {
    spec.index() as u32 * KINDS + WAITING
}

fn timeout_timer(caller: CallerId) -> u32 {
    caller.index() as u32 * KINDS + TIMEOUT
}

fn database_timer(database: DatabaseId) -> u32 {
    database.index() as u32 * KINDS + DATABASE
}

impl World {
    /// Reacts to one event of the request path.
    #[inline]
    pub(in crate::world) fn handle_request(&mut self, event: RequestEvent, ctx: &mut Ctx) {
        match event {
            RequestEvent::IdleTimeoutChanged(balancer) => self.idle_timeout_changed(balancer, ctx),
            RequestEvent::ConnectTimeout(caller) => self.connect_timeout(caller, ctx),
            RequestEvent::Cut(target) => self.cut(target, ctx),
            RequestEvent::Lost(task, container) => self.lost(task, container, ctx),
            RequestEvent::Check(target) => self.check_in_line(target, ctx),
            RequestEvent::Recovered(database, times) => self.database_recovers(database, times, ctx),
            RequestEvent::Probe(task, container, run) => self.probe_in_line((task, container), run, ctx),
            RequestEvent::CheckTimeout(slot, generation) => self.check_timeout(slot, generation, ctx),
        }
    }

    /// A timer rang: a caller's next request comes, the first of a task's requests has had its CPU time, the first of
    /// an application's requests has waited long enough, a caller's oldest request is late, or a database answers.
    ///
    /// Not inlined: the loop of events around it stays small, and knows without a look what has rung.
    #[inline(never)]
    pub(in crate::world) fn head_finished(&mut self, slot: u32, ctx: &mut Ctx) {
        let place = slot / KINDS;
        match slot % KINDS {
            CALLER => self.call(CallerId::from_index(place), ctx),
            WAITING => self.wait_over(AppSpecId::from_index(place), ctx),
            TIMEOUT => self.late(CallerId::from_index(place), ctx),
            DATABASE => self.database_serves(DatabaseId::from_index(place), ctx),
            _ => self.cpu_done(TaskId::from_index(slot / 2), ctx),
        }
    }

    /// From a caller's request until nobody waits for its answer any more [ns]: the caller's own timeout, or the load
    /// balancer's idle timeout, or that of the proxies, whichever is shorter.
    #[inline]
    fn patience(&self, caller: CallerId) -> u64 {
        let caller = &self.traffic.callers[caller];
        let idle =
            caller.balancer.map_or(caller.proxy_patience, |id| super::nanos(self.elb.idle_timeout(id, caller.port)));
        caller.timeout.min(idle)
    }

    /// A round trip between a caller and its load balancer [ns]: an application's is short.
    #[inline]
    fn round_trip(&self, caller: CallerId) -> u64 {
        match self.traffic.callers[caller].demand {
            super::Demand::Application(_) => super::nanos(self.assume.target_round_trip),
            _ => super::nanos(self.assume.client_round_trip),
        }
    }

    /// Lets a request that waits for something go on at `until`.
    #[inline]
    fn wait_until(&mut self, slot: u32, until: Time, ctx: &mut Ctx) {
        let request = self.traffic.requests.get_mut(slot);
        debug_assert!(request.stage != Stage::Free && request.task.index() != NONE as usize);
        let Some(Some(app)) = self.app.tasks.get_mut(request.task.index()) else { return };
        let process = &mut app.processes[usize::from(request.container)];
        process.waiting += 1;
        request.entered = ctx.now();
        let spec = process.spec;
        if self.traffic.waiting.push(spec, until, slot, request.generation) {
            ctx.timers.arm(waiting_timer(spec), until);
        }
    }
}
