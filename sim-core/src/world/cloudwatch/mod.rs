//! What is measured: counters of requests, and metric series with one point a minute.

mod close;
mod latency;
mod meter;
mod outcome;
mod series;

pub use latency::Latencies;
pub use meter::{Counts, Meter};
pub use outcome::{Cause, Outcome};
pub use series::{Metric, Series, SeriesKey, Statistics, Subject};

use std::collections::BTreeMap;
use std::time::Duration;

use super::elb::{LoadBalancerId, TargetGroupId};
use super::{Ctx, Event, Peers};

/// What the metrics react to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloudWatchEvent {
    /// Something is there that is measured: minutes are closed from now on. Asking again changes nothing.
    Start,
    /// A minute is over.
    Minute,
}

/// All counters and metric series.
#[derive(Clone, Debug, Default)]
pub struct CloudWatch {
    /// By the place of the load balancer.
    balancers: Vec<Meter>,
    /// By the place of the target group.
    groups: Vec<Meter>,
    /// All series.
    pub series: BTreeMap<SeriesKey, Series>,
    /// CPU time that each task had used at the end of the last minute [CPU-ns], by the place of the task.
    cpu_marks: Vec<f64>,
    /// Minutes are being closed.
    running: bool,
}

impl CloudWatch {
    /// Asks for minutes to be closed, as long as nobody has.
    pub(crate) fn wake(&self, ctx: &mut Ctx) {
        if !self.running {
            ctx.within(None, |ctx| ctx.send(Duration::ZERO, Event::CloudWatch(CloudWatchEvent::Start)));
        }
    }

    /// Reacts to one event.
    pub(crate) fn handle(&mut self, event: CloudWatchEvent, peers: &Peers, ctx: &mut Ctx) {
        match event {
            CloudWatchEvent::Start if self.running => return,
            CloudWatchEvent::Start => self.running = true,
            CloudWatchEvent::Minute => self.close_minute(peers, ctx),
        }
        let next = ctx.now().next_multiple(Duration::from_secs(60));
        ctx.send_at(next, Event::CloudWatch(CloudWatchEvent::Minute));
    }

    /// What is counted of a load balancer's requests.
    #[inline]
    pub(crate) fn balancer(&mut self, id: LoadBalancerId) -> &mut Meter {
        if self.balancers.len() <= id.index() {
            self.balancers.resize_with(id.index() + 1, Meter::default);
        }
        &mut self.balancers[id.index()]
    }

    /// What is counted of a target group's requests.
    #[inline]
    pub(crate) fn group(&mut self, id: TargetGroupId) -> &mut Meter {
        if self.groups.len() <= id.index() {
            self.groups.resize_with(id.index() + 1, Meter::default);
        }
        &mut self.groups[id.index()]
    }

    /// What has been counted of a load balancer's requests; none before the first.
    pub fn balancer_meter(&self, id: LoadBalancerId) -> Option<&Meter> {
        self.balancers.get(id.index())
    }

    /// What has been counted of a target group's requests; none before the first.
    pub fn group_meter(&self, id: TargetGroupId) -> Option<&Meter> {
        self.groups.get(id.index())
    }
}
