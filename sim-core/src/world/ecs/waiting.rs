//! Tasks that wait for an instance: those of a capacity provider with managed scaling stay PROVISIONING until there is a
//! place for them.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{ClusterId, Ecs, EcsEvent, NewTask, Place, ProviderId, StopCode, Task, TaskId, TaskStatus, Unplaced};
use crate::world::capacity::FargateEvent;
use crate::world::{Ctx, Event, Fact, Peers};

/// Tasks of a cluster that may wait so [count] [CP-023][CA-156].
const WAITING_MAX: usize = 500;

impl Task {
    /// Whether it waits for an instance, or did so until it was told to stop.
    pub fn is_unplaced(&self) -> bool {
        self.provider.is_some() && self.instance.is_none()
    }
}

impl Ecs {
    /// The tasks of a cluster that wait, in the order of their creation.
    pub fn waiting_in(&self, cluster: ClusterId) -> impl Iterator<Item = (TaskId, &NewTask)> {
        self.waiting.iter().filter(move |(_, new)| new.cluster == cluster).map(|(&task, new)| (task, new))
    }

    /// The tasks that wait for an instance of a provider, in the order of their creation.
    pub(crate) fn waiting_for(&self, provider: ProviderId) -> impl Iterator<Item = (TaskId, &NewTask)> {
        let mine = move |(_, new): &(&TaskId, &NewTask)| new.provider == Some(provider);
        self.waiting.iter().filter(mine).map(|(&task, new)| (task, new))
    }

    /// Whether a task for which there is no place waits for one [CA-155]; or why it is not even made.
    pub(super) fn may_wait(&self, new: &NewTask, why: Unplaced) -> Result<Unplaced, Unplaced> {
        let managed = new.provider.is_some_and(|provider| self.providers[provider].settings.scaling.enabled);
        match () {
            () if !new.waits || !managed => Err(why),
            () if self.waiting_in(new.cluster).count() >= WAITING_MAX => Err(Unplaced::TooManyWaiting),
            () => Ok(why),
        }
    }

    /// A task begins to wait, because of the present cause: for so long at most as a draw says [CA-157][CA-158].
    pub(super) fn begin_to_wait(&mut self, task: TaskId, new: NewTask, why: &Unplaced, peers: &Peers, ctx: &mut Ctx) {
        let fact = ctx.record(Fact::TaskWaits { task, reason: why.reason().into() });
        self.tasks[task].because = fact;
        let cluster = new.cluster;
        let first = self.waiting_in(cluster).next().is_none();
        self.waiting.insert(task, new);
        let (least, most) = (peers.assume.provisioning_wait_min, peers.assume.provisioning_wait_max);
        let more = most.saturating_sub(least).as_secs_f64();
        let patience =
            least + Duration::from_secs_f64(ctx.stream("provisioning-wait", &self.tasks[task].name).unit() * more);
        ctx.within(Some(fact), |ctx| ctx.send(patience, Event::Ecs(EcsEvent::WaitOver(task))));
        if first {
            let retry = peers.assume.provisioning_retry;
            ctx.within(None, |ctx| ctx.send(retry, Event::Ecs(EcsEvent::PlaceWaiting(cluster))));
        }
    }

    /// Looks for places for those that wait in a cluster, one after the other, again and again while there are any [CA-158].
    pub(super) fn place_waiting(&mut self, cluster: ClusterId, peers: &Peers, ctx: &mut Ctx) {
        let waiting: Vec<TaskId> = self.waiting_in(cluster).map(|(task, _)| task).collect();
        // Where one of several equal ones finds no place, the others find none either.
        let mut hopeless = BTreeSet::new();
        for task in waiting {
            let new = self.waiting[&task].clone();
            let like = (new.deployment, new.definition, new.provider, new.group.clone());
            if hopeless.contains(&like) {
                continue;
            }
            let name = self.tasks[task].name.clone();
            match self.place(&new, &name, peers, ctx) {
                Ok(place) => self.end_of_wait(task, place, peers, ctx),
                Err(_) => {
                    hopeless.insert(like);
                }
            }
        }
        if self.waiting_in(cluster).next().is_some() {
            let retry = peers.assume.provisioning_retry;
            ctx.within(None, |ctx| ctx.send(retry, Event::Ecs(EcsEvent::PlaceWaiting(cluster))));
        }
    }

    /// There is a place: the task goes on as if it had been placed at once.
    fn end_of_wait(&mut self, task: TaskId, Place { instance, subnet }: Place, peers: &Peers, ctx: &mut Ctx) {
        self.waiting.remove(&task);
        let Some(instance) = instance else { return };
        let it = &mut self.tasks[task];
        (it.instance, it.subnet) = (Some(instance), subnet);
        self.take_place(task);
        *self.crowd_of(task).entry(peers.network.zone_of(subnet)).or_default() += 1;
        let because = self.instances[instance].because.max(self.tasks[task].because);
        let fact = ctx.within(Some(because), |ctx| ctx.record(Fact::TaskPlaced { task, instance }));
        self.tasks[task].because = fact;
        let own = self.definitions[self.tasks[task].definition].has_own_interface();
        ctx.within(Some(fact), |ctx| {
            let first = if own {
                FargateEvent::Provision(task)
            } else {
                self.set_status(task, TaskStatus::Pending, ctx);
                FargateEvent::Start(task)
            };
            ctx.send(Duration::ZERO, Event::Fargate(first));
        });
    }

    /// A task has waited for too long: it is STOPPED with what keeps it from its place [CA-157][CP-115].
    pub(super) fn wait_is_over(&mut self, task: TaskId, peers: &Peers, ctx: &mut Ctx) {
        let Some(new) = self.waiting.get(&task).cloned() else { return };
        let name = self.tasks[task].name.clone();
        let reason = match self.place(&new, &name, peers, ctx) {
            Ok(place) => return self.end_of_wait(task, place, peers, ctx),
            Err(why) => format!("TaskFailedToStart: {}", why.reason()),
        };
        self.stop_task(task, StopCode::TaskFailedToStart, &reason, peers, ctx);
        self.start_failed(task, peers, ctx);
    }
}
