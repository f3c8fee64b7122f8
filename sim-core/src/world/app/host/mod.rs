//! The CPU of an EC2 instance, divided among the tasks that are at work there.
//!
//! ```text
//! instance, its vCPU ──► task, by its weight, no more than its limit ──► container, by its `cpu` ──► threads, evenly
//!            shares::level here                          shares::level in `processor`
//! ```
//!
//! A task is not reserved anything: what it does not use the others may, and it gets its weight's part as soon as it has
//! work again [CA-181]. Each task keeps its jobs in a processor of its own; here it is only said how large that is at the
//! moment. While nobody wants more than there is, nobody's changes.

use super::processor::shares;
use super::{Apps, Processor, TaskApp};
use crate::engine::Time;
use crate::world::Ctx;
use crate::world::capacity::HostId;
use crate::world::ecs::TaskId;
use crate::world::traffic::cpu_timer;

/// An instance's CPU.
#[derive(Clone, Debug, Default)]
pub(crate) struct Host {
    /// [vCPU]
    vcpus: f64,
    /// Tasks with containers there, in the order in which these started; some of them may have ended.
    tasks: Vec<TaskId>,
}

impl Host {
    fn processors<'a>(&'a self, apps: &'a [Option<TaskApp>]) -> impl Iterator<Item = (TaskId, &'a Processor)> + Clone {
        let of = |task: TaskId| Some((task, &apps.get(task.index())?.as_ref()?.processor));
        self.tasks.iter().filter_map(move |&task| of(task))
    }

    /// Jobs came to one of the tasks, or went: everybody's part is seen to, and `changed` hears whose is another one.
    fn divide(&self, now: Time, apps: &mut [Option<TaskApp>], mut changed: impl FnMut(TaskId, &Processor)) {
        let claims = self.processors(apps).filter_map(|(_, processor)| processor.claim(0));
        let level = shares::level(self.vcpus, claims);
        for &task in &self.tasks {
            let Some(Some(app)) = apps.get_mut(task.index()) else { continue };
            if app.processor.allot(now, level) {
                changed(task, &app.processor);
            }
        }
    }

    /// How many times as long as alone one more job of a task would take, all its containers taken together.
    fn slowdown(&self, task: TaskId, apps: &[Option<TaskApp>]) -> f64 {
        let claim = |(id, processor): (TaskId, &Processor)| processor.claim(usize::from(id == task));
        let level = shares::level(self.vcpus, self.processors(apps).filter_map(claim));
        let own = self.processors(apps).find(|(id, _)| *id == task);
        own.map_or(1.0, |(_, processor)| processor.slowdown_at(level))
    }
}

impl Apps {
    /// Containers of a task start on an instance with so many vCPU: from now on it is one of those that share them. The
    /// others are returned, whose health checks may take longer from now on.
    pub(super) fn join(&mut self, task: TaskId, host: HostId, vcpus: f64) -> Vec<TaskId> {
        if self.hosts.len() <= host.index() {
            self.hosts.resize_with(host.index() + 1, Host::default);
        }
        let (hosts, tasks) = (&mut self.hosts, &self.tasks);
        let host = &mut hosts[host.index()];
        host.vcpus = vcpus;
        host.tasks.retain(|&other| other != task && tasks[other.index()].as_ref().is_some_and(TaskApp::is_there));
        let others = host.tasks.clone();
        host.tasks.push(task);
        others
    }

    /// Jobs came to a task that shares its instance's CPU, or went.
    #[cold]
    pub(crate) fn share(&mut self, task: TaskId, ctx: &mut Ctx) {
        let Some(host) = self.host_of(task) else { return };
        let now = ctx.now();
        self.hosts[host.index()].divide(now, self.tasks.all_mut(), |task, processor| {
            if let Some(next) = processor.next_finish() {
                ctx.timers.arm(cpu_timer(task), next);
            }
        });
    }

    fn host_of(&self, task: TaskId) -> Option<HostId> {
        self.tasks.get(task.index())?.as_ref()?.host
    }

    /// Whether what others do can make a task slower: others are there that share its CPU.
    pub(super) fn has_neighbours(&self, task: TaskId) -> bool {
        let there = |other: &TaskId| self.tasks[other.index()].as_ref().is_some_and(TaskApp::is_there);
        let others = |host: HostId| self.hosts[host.index()].tasks.iter().any(|other| *other != task && there(other));
        self.host_of(task).is_some_and(others)
    }

    /// How many times as long as alone one more job of a task would take.
    pub(super) fn slowdown_of_one_more(&self, task: TaskId, app: &TaskApp) -> f64 {
        match app.host {
            Some(host) => self.hosts[host.index()].slowdown(task, &self.tasks),
            None => app.processor.slowdown(app.processor.len() + 1),
        }
    }
}

#[cfg(test)]
mod tests;
