//! What moves on the map: sampled requests, sampled health checks, and the pulls in progress.

use serde::Serialize;
use ts_rs::TS;

use super::seconds;
use crate::engine::Time;
use crate::world::World;
use crate::world::ecs::TaskStatus;
use crate::world::elb::{Probe, Verdict};
use crate::world::traffic::{Ending, RequestSample};

/// What moved since the last look. Nothing of it is invented: every dot is a request that the engine simulated.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Motion {
    /// One request dot stands for so many requests [count].
    pub requests_per_dot: u32,
    /// Requests that came to an end.
    pub requests: Vec<RequestDot>,
    /// Health checks that were sent.
    pub probes: Vec<ProbeDot>,
    /// Image pulls in progress.
    pub pulls: Vec<Pull>,
}

/// A request that came to an end.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct RequestDot {
    /// The load balancer it was sent to.
    pub balancer: String,
    /// The task that had it, by its key; none when no target had it.
    pub task: Option<u32>,
    /// When it was sent [s].
    pub from_s: f64,
    /// When its outcome was decided [s].
    pub to_s: f64,
    /// The status its client saw; none when there was no answer.
    pub status: Option<u16>,
    /// Whether that is no error.
    pub good: bool,
}

/// A health check.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct ProbeDot {
    /// The load balancer that sent it.
    pub balancer: String,
    /// The task it was sent to, by its key.
    pub task: u32,
    /// When it was sent [s].
    pub from_s: f64,
    /// When its verdict is known [s].
    pub to_s: f64,
    /// Whether it passes.
    pub good: bool,
}

/// A task that pulls its images.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Pull {
    /// The task, by its key.
    pub task: u32,
    /// Since when [s].
    pub from_s: f64,
}

/// Samples as a page draws them.
pub fn motion(world: &World, requests: &[RequestSample], probes: &[Probe]) -> Motion {
    let request = |sample: &RequestSample| {
        let (status, good) = match sample.ending {
            Ending::Answered(outcome) => (Some(outcome.status()), outcome.status() < 500),
            Ending::Unreached(_) => (None, false),
        };
        let waited = sample.latency.unwrap_or_default();
        RequestDot {
            balancer: world.elb.balancers[sample.balancer].name.clone(),
            task: sample.target.map(|target| world.elb.targets[target].task.index() as u32),
            from_s: seconds(before(sample.at, waited)),
            to_s: seconds(sample.at),
            status,
            good,
        }
    };
    let probe = |probe: &Probe| {
        let target = &world.elb.targets[probe.target];
        let balancer = world.elb.groups[target.group].balancer;
        Some(ProbeDot {
            balancer: world.elb.balancers[balancer?].name.clone(),
            task: target.task.index() as u32,
            from_s: seconds(probe.at),
            to_s: seconds(probe.at + probe.after),
            good: probe.verdict == Verdict::Passed,
        })
    };
    let pulling =
        world.ecs.tasks.iter().filter(|(_, task)| task.status == TaskStatus::Pending && task.stopping.is_none());
    let pulls = pulling.filter_map(|(id, task)| {
        let from = task.at.pull_started.filter(|_| task.at.pull_stopped.is_none())?;
        Some(Pull { task: id.index() as u32, from_s: seconds(from) })
    });
    Motion {
        requests_per_dot: world.traffic.samples.every(),
        requests: requests.iter().map(request).collect(),
        probes: probes.iter().filter_map(probe).collect(),
        pulls: pulls.collect(),
    }
}

fn before(at: Time, waited: std::time::Duration) -> Time {
    Time::from_nanos(at.as_nanos().saturating_sub(waited.as_nanos() as u64))
}
