//! Container health checks: commands that the agent runs inside of containers.
//!
//! The first comes one interval after the start of the container, each further one an interval after the end of the one
//! before; one that takes longer than the timeout fails. AWS only says that this is Docker's HEALTHCHECK: these are
//! Docker's rules [CP-068]. The command is taken to ask the application's health endpoint; it is not itself charged to the
//! task.

use std::time::Duration;

use super::Fargate;
use crate::engine::{FactId, Time};
use crate::world::app::{AppEvent, CheckAnswer};
use crate::world::capacity::FargateEvent;
use crate::world::ecs::{ContainerHealthCheck, EcsEvent, HealthStatus, TaskId};
use crate::world::traffic::RequestEvent;
use crate::world::{Ctx, Event, Fact, Peers};

/// The checks of one run of a container.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    /// Restarts of the container before this run [count].
    run: u16,
    /// When the container started, and the fact that says so.
    started: Time,
    because: FactId,
    /// When the present check began, or the latest.
    asked: Time,
    /// Failures in a row that count [count].
    failures: u32,
    status: HealthStatus,
    /// When the next check would come, while none is sent because all would pass, and how far they are apart.
    asleep: Option<(Time, Duration)>,
}

impl Probe {
    /// Whether a check that passes changes nothing.
    fn is_well(&self) -> bool {
        self.status == HealthStatus::Healthy && self.failures == 0
    }
}

impl Fargate {
    /// A container has started: its checks begin, if it has any.
    pub(super) fn begin_checks(&mut self, task: TaskId, container: u16, peers: &Peers, ctx: &mut Ctx) {
        let (Some(check), Some(because)) = (check_of(task, container, peers), ctx.cause()) else { return };
        let run = peers.ecs.tasks[task].containers[usize::from(container)].restarts;
        let (started, asked) = (ctx.now(), ctx.now());
        let probe = Probe { run, started, because, asked, failures: 0, status: HealthStatus::Unknown, asleep: None };
        self.probes.insert((task, container), probe);
        ctx.send(check.interval, Event::Fargate(FargateEvent::Check(task, container, run)));
    }

    /// Runs one check. Those of an idle container that is well would all pass until something happens that
    /// [`Fargate::wake`] is told of: they are not run one by one.
    pub(super) fn check(&mut self, task: TaskId, container: u16, run: u16, peers: &Peers, ctx: &mut Ctx) {
        let state = &peers.ecs.tasks[task].containers[usize::from(container)];
        let is_over = !state.runs() || state.ended.is_some() || state.told_to_stop;
        let Some(check) = check_of(task, container, peers) else { return };
        let Some(probe) = self.probes.get_mut(&(task, container)).filter(|probe| probe.run == run) else { return };
        if is_over {
            self.probes.remove(&(task, container));
            return;
        }
        probe.asked = ctx.now();
        let (takes, passed) = match peers.app.answer_probe(task, container) {
            CheckAnswer::Refused => (Duration::ZERO, false),
            CheckAnswer::Now { after, .. } if after > check.timeout => (check.timeout, false),
            CheckAnswer::Now { status, after } => (after, passes(status)),
            // Only the request path can tell: the check stands in line with the requests.
            CheckAnswer::InTime => {
                ctx.send(Duration::ZERO, Event::Request(RequestEvent::Probe(task, container, run)));
                return;
            }
        };
        if !(passed && probe.is_well()) {
            ctx.send(takes, Event::Fargate(FargateEvent::Checked(task, container, run, passed)));
            return;
        }
        let period = takes + check.interval;
        if peers.app.is_idle(task) {
            probe.asleep = Some((ctx.now() + period, period));
            ctx.send(Duration::ZERO, Event::App(AppEvent::ChecksSleep(task)));
        } else {
            ctx.send(period, Event::Fargate(FargateEvent::Check(task, container, run)));
        }
    }

    /// A check has passed or failed [CP-067]: failures within the start period do not count until one has passed, and so
    /// many others in a row make the container unhealthy.
    pub(super) fn checked(
        &mut self,
        (task, container, run): (TaskId, u16, u16),
        passed: bool,
        peers: &Peers,
        ctx: &mut Ctx,
    ) {
        let Some(check) = check_of(task, container, peers) else { return };
        let Some(probe) = self.probes.get_mut(&(task, container)).filter(|probe| probe.run == run) else { return };
        let next = Event::Fargate(FargateEvent::Check(task, container, run));
        ctx.within(Some(probe.because), |ctx| ctx.send(check.interval, next));
        let starting = probe.status == HealthStatus::Unknown && probe.asked < probe.started + check.start_period;
        let status = match passed {
            true => {
                probe.failures = 0;
                HealthStatus::Healthy
            }
            false if starting => HealthStatus::Unknown,
            false => {
                probe.failures += 1;
                if probe.failures < check.retries { probe.status } else { HealthStatus::Unhealthy }
            }
        };
        if status == probe.status || !peers.ecs.tasks[task].containers[usize::from(container)].runs() {
            return;
        }
        probe.status = status;
        let name = &super::fargate::definition(task, peers).containers[usize::from(container)].name;
        let fact = Fact::ContainerHealthChanged { task, container: name.as_str().into(), status };
        let fact = ctx.record(fact);
        ctx.because(fact);
        ctx.send(Duration::ZERO, Event::Ecs(EcsEvent::ContainerHealth(task, container, status)));
    }

    /// Something happens inside of a task: the checks that slept are run again. One that was due at this very moment has
    /// passed.
    pub(super) fn wake(&mut self, task: TaskId, ctx: &mut Ctx) {
        for (&(_, container), probe) in self.probes.range_mut((task, 0)..=(task, u16::MAX)) {
            let Some((next, period)) = probe.asleep.take() else { continue };
            let missed = match ctx.now() < next {
                true => 0,
                false => ctx.now().since(next).as_nanos() / period.as_nanos().max(1) + 1,
            };
            let at = next.after_nanos((missed * period.as_nanos()) as u64);
            let event = Event::Fargate(FargateEvent::Check(task, container, probe.run));
            ctx.within(Some(probe.because), |ctx| ctx.send_at(at, event));
        }
    }
}

/// Whether a command that asks the health endpoint is content with this status, as `curl -f` is.
pub(crate) fn passes(status: u16) -> bool {
    status < 400
}

fn check_of(task: TaskId, container: u16, peers: &Peers) -> Option<ContainerHealthCheck> {
    super::fargate::definition(task, peers).containers[usize::from(container)].health_check
}
