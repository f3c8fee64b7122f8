//! What was counted of requests, over the whole run.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

use crate::world::World;
use crate::world::cloudwatch::{Cause, Latencies, Meter, Metric, SeriesKey, Subject};
use crate::world::ecs::ServiceId;
use crate::world::elb::LoadBalancerId;
use crate::world::traffic::Unreached;

/// Durations of a run, with quantiles to three significant digits and an exact mean.
#[derive(Clone, Debug)]
pub struct Latency {
    histogram: Histogram<u64>,
    sum: u128,
}

impl Latency {
    fn of<'a>(all: impl IntoIterator<Item = &'a Latencies>) -> Option<Latency> {
        let mut all = all.into_iter();
        let first = all.next()?;
        let mut latency = Latency { histogram: first.histogram(), sum: first.sum() };
        for other in all {
            latency.histogram.add(other.histogram()).expect("both grow as they must");
            latency.sum += other.sum();
        }
        Some(latency)
    }

    /// How many durations there are [count].
    pub fn count(&self) -> u64 {
        self.histogram.len()
    }

    /// The mean [ms].
    pub fn mean_ms(&self) -> f64 {
        if self.count() == 0 { 0.0 } else { self.sum as f64 / self.count() as f64 / 1e6 }
    }

    /// What this share of all durations does not exceed [ms].
    pub fn quantile_ms(&self, quantile: f64) -> f64 {
        self.histogram.value_at_quantile(quantile) as f64 / 1e6
    }

    /// The longest [ms].
    pub fn max_ms(&self) -> f64 {
        self.histogram.max() as f64 / 1e6
    }
}

/// What was counted of the requests of a load balancer or of a service.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Requests sent: to the load balancer, whether or not they reached it; for the service [count].
    pub requests: u64,
    /// Requests whose client still waits [count].
    pub in_flight: u64,
    /// Outcomes by status; connections that failed stand under their cause [count].
    pub by_status: BTreeMap<String, u64>,
    /// Answers that the load balancer made for want of the target's, by cause [count].
    pub by_cause: BTreeMap<String, u64>,
    /// How long the answers took.
    pub latency: Option<Latency>,
}

impl Totals {
    fn add(&mut self, meter: &Meter) {
        let counts = meter.counts();
        self.requests += counts.arrived + counts.unreached.iter().sum::<u64>();
        self.in_flight += meter.in_flight();
        for (status, count) in meter.by_status() {
            *self.by_status.entry(status.to_string()).or_default() += count;
        }
        for (unreached, count) in Unreached::ALL.iter().zip(counts.unreached) {
            if count > 0 {
                *self.by_status.entry(unreached.to_string()).or_default() += count;
            }
        }
        for cause in Cause::ALL.into_iter().filter(|cause| !matches!(cause, Cause::Target | Cause::FixedResponse)) {
            if counts.due_to(cause) > 0 {
                *self.by_cause.entry(cause.to_string()).or_default() += counts.due_to(cause);
            }
        }
    }

    /// Outcomes whose status begins with this digit [count].
    pub fn class(&self, digit: char) -> u64 {
        let of_class = self.by_status.iter().filter(|(status, _)| status.len() == 3 && status.starts_with(digit));
        of_class.map(|(_, count)| count).sum()
    }

    /// Requests that have an outcome [count].
    pub fn finished(&self) -> u64 {
        self.by_status.values().sum()
    }
}

/// The requests of these load balancers.
pub fn of_balancers(world: &World, balancers: impl IntoIterator<Item = LoadBalancerId>) -> Totals {
    let meters: Vec<&Meter> = balancers.into_iter().filter_map(|id| world.cloudwatch.balancer_meter(id)).collect();
    of(&meters)
}

/// The requests that the load balancers gave to these services' tasks.
pub fn of_services(world: &World, services: impl IntoIterator<Item = ServiceId>) -> Totals {
    let links = services.into_iter().flat_map(|id| world.ecs.services[id].load_balancers.iter());
    let meters: Vec<&Meter> = links.filter_map(|link| world.cloudwatch.group_meter(link.group)).collect();
    of(&meters)
}

fn of(meters: &[&Meter]) -> Totals {
    let mut totals = Totals::default();
    for meter in meters {
        totals.add(meter);
    }
    totals.latency = Latency::of(meters.iter().map(|meter| meter.latencies()));
    totals
}

/// Mean and largest of a service's minutes of a metric; none without a minute.
pub fn service_range(world: &World, service: ServiceId, metric: Metric) -> Option<(f64, f64)> {
    let key = SeriesKey { subject: Subject::Service(service), metric };
    let averages: Vec<f64> = world.cloudwatch.series.get(&key)?.iter().map(|(_, point)| point.average()).collect();
    let largest = averages.iter().copied().reduce(f64::max)?;
    Some((averages.iter().sum::<f64>() / averages.len() as f64, largest))
}
