//! What is measured: counters of requests, and metric series with one point a minute.

pub mod alarm;
mod close;
mod endpoint;
mod latency;
mod meter;
mod network;
mod outcome;
mod series;

pub use alarm::{Alarm, AlarmId, AlarmState, Alarms};
pub use latency::Tally;
pub use meter::{Counts, Meter, Statuses};
pub use outcome::{Blame, Cause, Outcome};
pub use series::{Metric, Series, SeriesKey, Statistics, Subject};

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

use super::capacity::GroupEvent;
use super::ecs::ProviderId;
use super::elb::{LoadBalancerId, TargetGroupId, TargetId};
use super::network::ZoneId;
use super::{Ctx, Event, Peers};
use crate::engine::FactId;
use latency::TargetTimes;

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
    /// For each load balancer and each of its target groups, and for what it answers without any: a meter for each
    /// zone of the Region.
    meters: Vec<Meter>,
    /// Where the meters of a load balancer and a target group begin.
    bases: BTreeMap<(LoadBalancerId, Option<TargetGroupId>), u32>,
    /// By the place of the endpoint of Service Connect in Cloud Map.
    endpoints: Vec<Meter>,
    /// By the place of the target.
    targets: Vec<TargetTimes>,
    /// Response times that are gathered for each of them [count].
    batch: usize,
    /// All series.
    pub series: BTreeMap<SeriesKey, Series>,
    /// All alarms.
    pub alarms: Alarms,
    /// On which side of its target the reservation of each capacity provider is, and the fact that it got there.
    reservations: BTreeMap<ProviderId, (Ordering, FactId)>,
    /// CPU time that each task had used at the end of the last minute [CPU-ns], by the place of the task.
    cpu_marks: Vec<f64>,
    /// By the place of the service: its utilization while nothing moves there.
    still: Vec<Option<close::Still>>,
    /// Minutes are being closed.
    running: bool,
}

/// Zones that have a meter of their own: as many as a Region may have.
pub(crate) const ZONES: u32 = 8;

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
            CloudWatchEvent::Minute => {
                self.close_minute(peers, ctx);
                self.evaluate_alarms(peers, ctx);
                if !peers.groups.policies.is_empty() {
                    ctx.within(None, |ctx| ctx.send(Duration::ZERO, Event::Group(GroupEvent::Alarms)));
                }
            }
        }
        let next = ctx.now().next_multiple(Duration::from_secs(60));
        ctx.send_at(next, Event::CloudWatch(CloudWatchEvent::Minute));
    }

    /// Where the meters of what a load balancer gives to a target group begin, or of what it answers without any.
    pub(crate) fn base(&mut self, balancer: LoadBalancerId, group: Option<TargetGroupId>) -> u32 {
        let next = self.meters.len() as u32;
        let base = *self.bases.entry((balancer, group)).or_insert(next);
        if base == next {
            self.meters.resize_with((next + ZONES) as usize, Meter::default);
        }
        base
    }

    /// What is counted of the requests that come to a node: `base` plus the place of its zone.
    #[inline]
    pub(crate) fn meter(&mut self, place: u32) -> &mut Meter {
        &mut self.meters[place as usize]
    }

    /// Writes a response time of a target down [ns]; `meter` is where the request is counted.
    #[inline]
    pub(crate) fn responded(&mut self, target: TargetId, meter: u32, nanos: u64) {
        let zone = meter % ZONES;
        match self.targets.get_mut(target.index()) {
            Some(times) if times.base == meter - zone => {
                if times.record(zone as u8, nanos, self.batch) {
                    self.count(target.index());
                }
            }
            _ => self.responded_elsewhere(target, meter, nanos),
        }
    }

    /// The same for a target that has not answered yet, or whose requests were counted elsewhere until now.
    #[cold]
    fn responded_elsewhere(&mut self, target: TargetId, meter: u32, nanos: u64) {
        let place = target.index();
        if self.targets.len() <= place {
            self.targets.resize_with(place + 1, TargetTimes::default);
            self.batch = TargetTimes::batch(self.targets.len());
        }
        if !self.targets[place].samples.is_empty() {
            self.count(place);
        }
        self.targets[place].base = meter - meter % ZONES;
        self.responded(target, meter, nanos);
    }

    #[cold]
    fn count(&mut self, target: usize) {
        let (meters, times) = (&mut self.meters, &mut self.targets[target]);
        let base = times.base;
        times.drain(|zone, nanos| meters[base as usize + usize::from(zone)].open.add(nanos));
    }

    /// The meters of a load balancer: (target group, zone, meter); those in which nothing was counted are left out.
    pub fn meters_of(
        &self,
        balancer: LoadBalancerId,
    ) -> impl Iterator<Item = (Option<TargetGroupId>, ZoneId, &Meter)> + '_ {
        let bases = self.bases.range((balancer, None)..).take_while(move |((of, _), _)| *of == balancer);
        bases.flat_map(|(&(_, group), &base)| self.zones(base).map(move |(zone, meter)| (group, zone, meter)))
    }

    /// The meters of a target group: (zone, meter); those in which nothing was counted are left out.
    pub fn meters_of_group(&self, group: TargetGroupId) -> impl Iterator<Item = (ZoneId, &Meter)> + '_ {
        let bases = self.bases.iter().filter(move |((_, of), _)| *of == Some(group));
        bases.flat_map(|(_, &base)| self.zones(base))
    }

    fn zones(&self, base: u32) -> impl Iterator<Item = (ZoneId, &Meter)> + '_ {
        let zones = (0..ZONES).map(move |zone| (ZoneId::from_index(zone as u8), &self.meters[(base + zone) as usize]));
        zones.filter(|(_, meter)| meter.counts().arrived > 0)
    }

    /// All response times of a target, counted, and their sum [ns]; none before the first.
    pub fn times_of(&self, target: TargetId) -> Option<(Histogram<u64>, u128)> {
        self.targets.get(target.index()).map(TargetTimes::all).filter(|(all, _)| !all.is_empty())
    }

    /// All response times of a target group.
    pub fn times_of_group(&self, group: TargetGroupId) -> Tally {
        let mut all = Tally::default();
        for (_, meter) in self.meters_of_group(group) {
            all.merge(&meter.closed);
            all.close(&mut meter.open.clone(), &[]);
        }
        let mine = |base: u32| self.bases.iter().any(|(&(_, of), &known)| known == base && of == Some(group));
        for times in self.targets.iter().filter(|times| !times.samples.is_empty() && mine(times.base)) {
            times.samples.iter().for_each(|sample| all.record(sample >> 3));
        }
        all
    }

    /// What counters and times take, as an estimate [bytes].
    pub(crate) fn memory(&self) -> u64 {
        let targets: u64 = self.targets.iter().map(TargetTimes::memory).sum();
        let meters: u64 = self.meters.iter().map(|meter| meter.closed.memory()).sum();
        targets + meters + (self.meters.len() * size_of::<Meter>()) as u64
    }
}
