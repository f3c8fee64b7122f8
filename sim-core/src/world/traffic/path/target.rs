//! At the target: the queue before the workers, CPU time, waits, and what is needed of others.

use std::time::Duration;

use super::super::database::Served;
use super::super::request::{NONE, Request, Requests, Stage, Via, arriving};
use super::super::{CallerId, DatabaseId, RequestEvent, Step};
use super::arrive::new_call;
use super::{cpu_timer, database_timer, waiting_timer};
use crate::engine::Time;
use crate::world::app::{
    AppEvent, AppSpecId, Apps, BOOT_JOB, ClassProfile, NeedOf, Party, Process, ProcessId, ProcessState, Profile, SICK,
};
use crate::world::capacity::{FargateEvent, passes};
use crate::world::cloudwatch::{Blame, Outcome};
use crate::world::ecs::TaskId;
use crate::world::elb::{ElbEvent, HealthReason, TargetGroupId, TargetId, Verdict};
use crate::world::{Ctx, Event, Fact, World};

/// What a process that a request has ended exits with: SIGSEGV.
const CRASHED: i16 = 139;
/// A status that no target answers with: the request ends its process.
const CRASHES: u16 = 0;

impl World {
    /// A request that does not come the usual way reaches its process.
    #[inline(never)]
    pub(super) fn come_in(&mut self, slot: u32, to: (TaskId, u16), ctx: &mut Ctx) {
        self.enter(slot, to, ctx);
    }

    /// A request reaches its process, which listens: it gets a worker, waits for one, or is turned away. Inlined where requests
    /// come the usual way: much of this is known there.
    #[inline(always)]
    pub(super) fn enter(&mut self, slot: u32, to: (TaskId, u16), ctx: &mut Ctx) {
        let now = ctx.now();
        let Some(Some(app)) = self.app.tasks.get_mut(to.0.index()) else { return };
        app.wake_agent(to.0, ctx);
        let process = &mut app.processes[usize::from(to.1)];
        let profile = &self.app.profiles[process.spec.index()];
        let request = self.traffic.requests.get_mut(slot);
        let (caller, trace, is_check) = (request.caller, request.call.trace, request.via.is_check());
        let before = request.work;
        let work = if is_check {
            request.profile = profile.check;
            let class = &self.app.class_profiles[request.profile as usize];
            request.needs = class.needs.1;
            request.status = if process.sick { SICK } else { class.status };
            profile.check_cpu
        } else {
            let caller = &mut self.traffic.callers[caller];
            let asked = &mut caller.classes[usize::from(request.call.class)];
            if asked.known.0 != process.spec {
                asked.known = (process.spec, profile.place(asked.id));
            }
            request.profile = asked.known.1;
            let class = &self.app.class_profiles[request.profile as usize];
            request.needs = class.needs.1;
            let draws = &mut caller.draws;
            let mut work = class.cpu.draw(&mut draws.cpu);
            request.wait = class.wait.draw(&mut draws.wait);
            request.memory = class.memory.draw(&mut draws.sizes);
            request.bytes = class.bytes.draw(&mut draws.sizes).min(u64::from(u32::MAX)) as u32;
            request.status = class.status;
            if let Some(status) = process.broken {
                // It does not even try: an error takes a tenth of a millisecond at most.
                (request.status, request.blame) = (status.get(), Blame::Application);
                (request.wait, request.step, work) = (0, class.needs.1, work.min(100_000));
            } else if class.error_ratio > 0.0 && draws.errors.unit() < class.error_ratio {
                // An error comes at once: it waits for nothing and needs nobody.
                (request.status, request.blame) = (class.error_status, Blame::Application);
                (request.wait, request.step) = (0, class.needs.1);
            } else if class.crash_ratio > 0.0 && draws.errors.unit() < class.crash_ratio {
                request.status = CRASHES;
            }
            work
        };
        let work = warmed_up(work, profile, (process.listening, now)) + before;
        process.in_flight += 1;
        process.request_memory += request.memory;
        let full = process.is_full(now);
        request.entered = now;
        if process.take_worker() {
            request.holds_worker = true;
            if let Some(next) = app.processor.push(now, to.1, work, slot) {
                ctx.timers.arm(cpu_timer(to.0), next);
            }
            if app.processor.is_shared() {
                self.app.share(to.0, ctx);
            }
            self.traffic.traces.step(trace, now, || Step::Working);
        } else if process.may_queue() {
            request.work = work;
            let place = process.queue.len() as u32 + 1;
            process.queue.push_back((slot, request.generation, now));
            self.traffic.traces.step(trace, now, || Step::Queued(place));
        } else {
            (request.status, request.blame) = (profile.full_status, Blame::Overload);
            return self.work_done(slot, ctx);
        }
        if !is_check {
            self.watch(caller, now, ctx);
        }
        if full {
            self.app.out_of_memory(to.0, to.1, ctx);
        }
    }

    /// The first of a task's requests has had its CPU time.
    #[inline]
    pub(super) fn cpu_done(&mut self, task: TaskId, ctx: &mut Ctx) {
        let now = ctx.now();
        let Some(Some(app)) = self.app.tasks.get_mut(task.index()) else { return };
        let Some(slot) = app.processor.finish(now) else { return };
        if let Some(next) = app.processor.next_finish() {
            ctx.timers.arm(cpu_timer(task), next);
        }
        let app = if app.processor.is_shared() {
            self.app.share(task, ctx);
            let Some(Some(app)) = self.app.tasks.get_mut(task.index()) else { return };
            app
        } else {
            app
        };
        if slot & BOOT_JOB != 0 {
            let container = (slot & !BOOT_JOB) as u16;
            let process = &mut app.processes[usize::from(container)];
            process.cpu_ns += now.since(process.boot_began).as_nanos();
            let event = AppEvent::Booted(ProcessId { task, container, run: process.run });
            ctx.send(Duration::ZERO, Event::App(event));
            return;
        }
        let request = self.traffic.requests.get_mut(slot);
        let process = &mut app.processes[usize::from(request.container)];
        process.cpu_ns += u128::from(now.as_nanos() - request.entered.as_nanos());
        if request.status == CRASHES {
            let container = request.container;
            return self.app.exit(task, container, CRASHED, ctx);
        }
        if request.wait == 0 {
            return self.proceed(slot, ctx);
        }
        process.waiting += 1;
        request.entered = now;
        let (wait, trace, spec) = (request.wait, request.call.trace, process.spec);
        self.traffic.traces.step(trace, now, || Step::Waiting(wait));
        let until = now.after_nanos(wait);
        let generation = self.traffic.requests.get(slot).generation;
        if self.traffic.waiting.push(spec, until, slot, generation) {
            ctx.timers.arm(waiting_timer(spec), until);
        }
    }

    /// The first of an application's waiting requests has waited long enough.
    #[inline]
    pub(super) fn wait_over(&mut self, spec: AppSpecId, ctx: &mut Ctx) {
        let (first, next) = self.traffic.waiting.pop(spec);
        if let Some(next) = next {
            ctx.timers.arm(waiting_timer(spec), next);
        }
        let Some((slot, generation)) = first else { return };
        // A request that was lost meanwhile has left its slot to another one, or to none.
        if !self.traffic.requests.is(slot, generation) {
            return;
        }
        let request = self.traffic.requests.get_mut(slot);
        if let Some(Some(app)) = self.app.tasks.get_mut(request.task.index()) {
            let process = &mut app.processes[usize::from(request.container)];
            process.waiting -= 1;
            process.waited_ns += u128::from(ctx.now().as_nanos() - request.entered.as_nanos());
        }
        match request.needed.take() {
            Some(failed) => self.need_over(slot, generation, failed, ctx),
            None => self.proceed(slot, ctx),
        }
    }

    /// A request goes on to the next that it needs of others, or is done. Inlined, because most need nobody.
    #[inline(always)]
    fn proceed(&mut self, slot: u32, ctx: &mut Ctx) {
        let request = self.traffic.requests.get(slot);
        if request.step < request.needs { self.ask_others(slot, ctx) } else { self.work_done(slot, ctx) }
    }

    /// A request needs somebody else.
    #[inline(never)]
    fn ask_others(&mut self, slot: u32, ctx: &mut Ctx) {
        let request = self.traffic.requests.get(slot);
        let (step, generation, trace) = (request.step, request.generation, request.call.trace);
        let need = class_of(&self.app, request)
            .and_then(|(profile, class)| profile.needs.get(usize::from(class.needs.0) + usize::from(step)));
        let Some(NeedOf { party, .. }) = need else { return self.work_done(slot, ctx) };
        let now = ctx.now();
        match *party {
            Party::Database(database, ref work) => {
                self.traffic.traces.step(trace, now, || Step::Query(database));
                self.traffic.databases[database].ask(slot, generation, work.as_ref(), now);
                self.arm_database(database, ctx);
            }
            Party::Service(caller) => {
                self.traffic.traces.step(trace, now, || Step::Calling(caller));
                self.call_service(caller, (slot, generation), trace, ctx);
            }
            Party::Nobody => self.need_over(slot, generation, true, ctx),
        }
    }

    /// What a request needed has come, or has failed.
    pub(super) fn need_over(&mut self, slot: u32, generation: u32, failed: bool, ctx: &mut Ctx) {
        if !self.traffic.requests.is(slot, generation) {
            return;
        }
        let request = self.traffic.requests.get(slot);
        let (step, trace) = (request.step, request.call.trace);
        self.traffic.traces.step(trace, ctx.now(), || Step::Needed(failed));
        let Some((profile, class)) = class_of(&self.app, request) else { return };
        let optional = profile.needs[usize::from(class.needs.0) + usize::from(step)].optional;
        let status = class.error_status;
        let request = self.traffic.requests.get_mut(slot);
        request.step += 1;
        if failed && !optional {
            (request.status, request.blame) = (status, Blame::Dependency);
            return self.work_done(slot, ctx);
        }
        self.proceed(slot, ctx);
    }

    /// A service that a request needed has answered: the request goes on when the answer has arrived.
    pub(super) fn needed(&mut self, (slot, generation): (u32, u32), failed: bool, after: u64, ctx: &mut Ctx) {
        if self.traffic.requests.is(slot, generation) {
            self.traffic.requests.get_mut(slot).needed = Some(failed);
            self.wait_until(slot, ctx.now().after_nanos(after), ctx);
        }
    }

    fn arm_database(&mut self, id: DatabaseId, ctx: &mut Ctx) {
        match self.traffic.databases[id].due() {
            Some(next) => ctx.timers.arm(database_timer(id), next),
            None => ctx.timers.disarm(database_timer(id)),
        }
    }

    /// A database has answered a query, or one has waited too long for its connection.
    pub(super) fn database_serves(&mut self, id: DatabaseId, ctx: &mut Ctx) {
        let now = ctx.now();
        while let Some(served) = {
            let requests = &self.traffic.requests;
            self.traffic.databases[id].serve(now, |slot, generation| requests.is(slot, generation))
        } {
            match served {
                Served::Answered(slot, generation) => self.need_over(slot, generation, false, ctx),
                Served::TimedOut(slot, generation) => self.need_over(slot, generation, true, ctx),
            }
        }
        self.arm_database(id, ctx);
    }

    /// The target has done what it could: it answers, and the worker turns to the next.
    #[inline]
    pub(super) fn work_done(&mut self, slot: u32, ctx: &mut Ctx) {
        let request = self.traffic.requests.get(slot);
        let (task, container) = (request.task, request.container);
        let (memory, holds_worker, via) = (request.memory, request.holds_worker, request.via);
        let (stage, status, blame) = (request.stage, request.status, request.blame);
        let mut next = None;
        // What a proxy does now may let another request in.
        let mut matters = via.is_proxied();
        if let Some(Some(app)) = self.app.tasks.get_mut(task.index())
            && let Some(process) = app.processes.get_mut(usize::from(container))
        {
            process.end_request(memory);
            matters |= process.leaves.is_some() || process.leaks();
            if holds_worker {
                process.busy -= 1;
                next = next_in_line(process, &self.traffic.requests);
            }
        }
        if stage == Stage::Working {
            match via {
                Via::Balancer => self.answered(slot, Outcome::Target(status, blame), ctx),
                Via::Proxy { .. } => self.proxied_answered(slot, Outcome::Target(status, blame), ctx),
                Via::Check => self.check_answered(slot, status, ctx),
            }
        }
        self.traffic.requests.free(slot);
        if let Some(next) = next {
            self.start_work(next, task, ctx);
        }
        if matters {
            self.after_exit(task, container, ctx);
        }
    }

    /// A request has left its process, which may have waited for that, or may now have lost too much memory.
    fn after_exit(&mut self, task: TaskId, container: u16, ctx: &mut Ctx) {
        let Some(Some(app)) = self.app.tasks.get_mut(task.index()) else { return };
        let Some(process) = app.processes.get_mut(usize::from(container)) else { return };
        if process.in_flight == 0
            && let Some(code) = process.leaves.take()
        {
            return self.app.exit(task, container, code, ctx);
        }
        if process.is_full(ctx.now()) {
            self.app.out_of_memory(task, container, ctx);
        }
    }

    /// A request that has waited before the workers is worked on.
    fn start_work(&mut self, (slot, since): (u32, u128), task: TaskId, ctx: &mut Ctx) {
        let now = ctx.now();
        let request = self.traffic.requests.get_mut(slot);
        request.holds_worker = true;
        request.entered = now;
        let (work, container, trace) = (request.work, request.container, request.call.trace);
        self.traffic.traces.step(trace, now, || Step::Working);
        let Some(Some(app)) = self.app.tasks.get_mut(task.index()) else { return };
        app.processes[usize::from(container)].queued_ns += u128::from(now.as_nanos()) - since;
        if let Some(next) = app.processor.push(now, container, work, slot) {
            ctx.timers.arm(cpu_timer(task), next);
        }
        if app.processor.is_shared() {
            self.app.share(task, ctx);
        }
    }

    /// A database answers `times` as slowly, in thousandths, until the end or for so long.
    pub fn slow_database(&mut self, id: DatabaseId, times: u32, lasts: Option<Duration>, ctx: &mut Ctx) {
        let name = &self.traffic.databases[id].name;
        let factor = f64::from(times) / 1000.0;
        let what = format!("database {name} takes {factor} times as long for each query").into();
        let fact = ctx.record(Fact::FaultBegan { what });
        self.traffic.databases[id].slow(factor);
        if let Some(lasts) = lasts {
            let event = Event::Request(RequestEvent::Recovered(id, times));
            ctx.within(Some(fact), |ctx| ctx.send(lasts, event));
        }
    }

    /// A database is as fast as before.
    pub(super) fn database_recovers(&mut self, id: DatabaseId, times: u32, ctx: &mut Ctx) {
        let database = &mut self.traffic.databases[id];
        database.recover(f64::from(times) / 1000.0);
        let what = format!("database {} takes as long as before for each query", database.name).into();
        ctx.record(Fact::FaultEnded { what });
    }

    /// A health check that stands in line with the requests.
    pub(super) fn check_in_line(&mut self, id: TargetId, ctx: &mut Ctx) {
        let target = &self.elb.targets[id];
        let (to, group) = ((target.task, target.container), target.group);
        let timeout = self.elb.groups[group].check.timeout;
        if self.app.state(to.0, to.1) != Some(ProcessState::Listening) {
            let verdict = Verdict::Failed(HealthReason::FailedHealthChecks);
            return ctx_send_verdict(id, verdict, Duration::ZERO, ctx);
        }
        self.stand_in_line(to, (id, group), timeout, ctx);
    }

    /// A health check inside a container that stands in line with the requests.
    pub(super) fn probe_in_line(&mut self, to: (TaskId, u16), run: u16, ctx: &mut Ctx) {
        let check = self.ecs.definitions[self.ecs.tasks[to.0].definition].containers[usize::from(to.1)].health_check;
        match check.filter(|_| self.app.state(to.0, to.1) == Some(ProcessState::Listening)) {
            Some(check) => self.stand_in_line(to, (nobody(), TargetGroupId::from_index(0)), check.timeout, ctx),
            None => send_probe_verdict(to, run, false, ctx),
        }
    }

    /// A health check comes to its process as requests do.
    fn stand_in_line(
        &mut self,
        to: (TaskId, u16),
        (target, group): (TargetId, TargetGroupId),
        timeout: Duration,
        ctx: &mut Ctx,
    ) {
        let call = new_call(ctx.now(), NONE);
        let mut request = arriving(ctx.now(), CallerId::from_index(NONE), 0, group, target, call);
        (request.task, request.container) = to;
        request.stage = Stage::Working;
        request.via = Via::Check;
        let slot = self.traffic.requests.insert(request);
        let generation = self.traffic.requests.get(slot).generation;
        self.come_in(slot, to, ctx);
        // It may have been answered at once, by a full queue.
        if self.traffic.requests.is(slot, generation) {
            ctx.send(timeout, Event::Request(RequestEvent::CheckTimeout(slot, generation)));
        }
    }

    fn check_answered(&mut self, slot: u32, status: u16, ctx: &mut Ctx) {
        let request = self.traffic.requests.get(slot);
        let (id, to) = (request.target, (request.task, request.container));
        self.traffic.requests.settle(slot);
        if id == nobody() {
            return send_probe_verdict(to, self.run_of(to), passes(status), ctx);
        }
        let check = &self.elb.groups[self.elb.targets[id].group].check;
        let failed = |code| Verdict::Failed(HealthReason::ResponseCodeMismatch(code));
        let verdict = check.judge(status).map_or_else(failed, |()| Verdict::Passed);
        ctx_send_verdict(id, verdict, self.assume.target_round_trip, ctx);
    }

    /// A health check has taken too long: the target does not know, and works on.
    pub(super) fn check_timeout(&mut self, slot: u32, generation: u32, ctx: &mut Ctx) {
        if !self.traffic.requests.is(slot, generation) || self.traffic.requests.get(slot).stage != Stage::Working {
            return;
        }
        let request = self.traffic.requests.get(slot);
        let (id, to) = (request.target, (request.task, request.container));
        self.traffic.requests.settle(slot);
        if id == nobody() {
            return send_probe_verdict(to, self.run_of(to), false, ctx);
        }
        ctx_send_verdict(id, Verdict::Failed(HealthReason::Timeout), Duration::ZERO, ctx);
    }

    /// How often a container was started again that a check has come to.
    fn run_of(&self, (task, container): (TaskId, u16)) -> u16 {
        self.ecs.tasks[task].containers[usize::from(container)].restarts
    }
}

/// The first that waits before a process's workers, one of which is free.
#[inline]
fn next_in_line(process: &mut Process, requests: &Requests) -> Option<(u32, u128)> {
    loop {
        let (slot, generation, since) = process.queue.pop_front()?;
        if requests.is(slot, generation) {
            process.busy += 1;
            return Some((slot, u128::from(since.as_nanos())));
        }
    }
}

/// What the application says about such a request.
#[inline]
fn class_of<'a>(app: &'a Apps, request: &Request) -> Option<(&'a Profile, &'a ClassProfile)> {
    let task = app.tasks.get(request.task.index())?.as_ref()?;
    let profile = &app.profiles[task.processes.get(usize::from(request.container))?.spec.index()];
    Some((profile, &app.class_profiles[request.profile as usize]))
}

/// The target of a check that the agent runs: none.
fn nobody() -> TargetId {
    TargetId::from_index(NONE)
}

fn send_probe_verdict((task, container): (TaskId, u16), run: u16, passed: bool, ctx: &mut Ctx) {
    ctx.send(Duration::ZERO, Event::Fargate(FargateEvent::Checked(task, container, run, passed)));
}

fn ctx_send_verdict(id: TargetId, verdict: Verdict, after: Duration, ctx: &mut Ctx) {
    ctx.send(after, Event::Elb(ElbEvent::Checked(id, verdict)));
}

/// How much CPU time a request takes that comes at the second moment, when its process has listened since the first [ns].
#[inline(always)]
fn warmed_up(work: u64, profile: &Profile, (listening, now): (Time, Time)) -> u64 {
    let Some((takes, factor)) = profile.warm_up else { return work };
    let since = now.since(listening).as_nanos() as u64;
    if since >= takes {
        return work;
    }
    let cold = 1.0 - since as f64 / takes as f64;
    (work as f64 * (1.0 + (factor - 1.0) * cold) + 0.5) as u64
}
