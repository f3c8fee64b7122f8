//! Where requests are, and how long they have been there. Nobody on the request path asks: the counters are looked at by
//! whoever wants to know whether they agree.
//!
//! Little's law says that the number at a place, summed over time, is the time that all who were there have spent. Here
//! the time is that of each request by itself, from the moment at which it came; the number is what the place counts.

use super::request::{Request, Stage};
use super::{CallerId, Traffic};
use crate::engine::Time;
use crate::world::World;
use crate::world::app::{BOOT_JOB, Inside};
use crate::world::ecs::TaskId;
use crate::world::elb::TargetId;

impl World {
    /// Time that requests have spent at each place inside a task until `now` [ns]: those that are still there, and those
    /// that were lost there, included.
    pub fn spent_inside(&self, task: TaskId, now: Time) -> Inside<u128> {
        let Some(Some(app)) = self.app.tasks.get(task.index()) else { return Inside::default() };
        let mut spent = Inside::default();
        for (container, process) in (0..).zip(app.processes.iter()) {
            let inside = self.spent_by_those_inside(task, container, now);
            spent.queue += process.queued_ns + inside.queue;
            spent.cpu += process.cpu_ns + inside.cpu;
            spent.wait += process.waited_ns + inside.wait;
        }
        spent
    }

    /// Time that those have spent until `now` who are at each place inside a container [ns].
    pub(super) fn spent_by_those_inside(&self, task: TaskId, container: u16, now: Time) -> Inside<u128> {
        let mut spent = Inside::default();
        let app = self.app.tasks.get(task.index()).and_then(Option::as_ref);
        let Some((app, process)) = app.and_then(|app| Some((app, app.processes.get(usize::from(container))?))) else {
            return spent;
        };
        let requests = &self.traffic.requests;
        let since = |began: Time| now.since(began).as_nanos();
        spent.queue = process.queue.iter().map(|&(.., began)| since(began)).sum();
        // A copy is asked to drop nobody: it names all its jobs, and the original stays as it is.
        app.processor.clone().drop_jobs(now, |job| {
            let began = match job & BOOT_JOB {
                0 => Some(requests.get(job)).filter(|it| it.container == container).map(|it| it.entered),
                _ => (job == BOOT_JOB | u32::from(container)).then_some(process.boot_began),
            };
            spent.cpu += began.map_or(0, since);
            false
        });
        let waiting = self.traffic.waiting.of(process.spec);
        let waiting = waiting.filter(|&(slot, generation)| requests.is(slot, generation));
        let here =
            waiting.map(|(slot, _)| requests.get(slot)).filter(|it| (it.task, it.container) == (task, container));
        spent.wait = here.map(|request| since(request.entered)).sum();
        spent
    }

    /// Time from the arrival of each request that was sent to a target until its client had an answer or had gone, or
    /// until `now` when neither is so yet, in sum [ns].
    pub fn spent_at(&self, target: TargetId, now: Time) -> u128 {
        let open = self.traffic.open(|request| request.target == target);
        self.elb.targets[target].spent() + open.map(|request| now.since(request.arrived).as_nanos()).sum::<u128>()
    }
}

impl Traffic {
    /// Requests whose clients still wait.
    fn open(&self, wanted: impl Fn(&Request) -> bool) -> impl Iterator<Item = &Request> {
        let waits = move |request: &Request| {
            matches!(request.stage, Stage::Connecting | Stage::Working) && !request.via.is_check() && wanted(request)
        };
        self.requests.find(waits).into_iter().map(|slot| self.requests.get(slot))
    }

    /// Requests sent to a target whose clients still wait, counted one by one [count].
    pub fn open_at(&self, target: TargetId) -> u64 {
        self.open(|request| request.target == target).count() as u64
    }

    /// Calls of one of a caller's classes that have not come to an end, counted one by one [count]: requests whose answers
    /// it waits for, and attempts that it will make.
    pub fn open_calls(&self, caller: CallerId, class: u16) -> u64 {
        let asked = self.open(|request| request.caller == caller && request.call.class == class).count() as u64;
        asked + self.callers[caller].again.retries_of(class)
    }
}
