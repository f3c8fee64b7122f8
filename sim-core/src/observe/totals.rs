//! What was counted of requests, over the whole run.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;

use crate::world::World;
use crate::world::cloudwatch::{Cause, Meter, Metric, SeriesKey, Subject, Tally};
use crate::world::discovery::RegistryId;
use crate::world::ecs::ServiceId;
use crate::world::elb::LoadBalancerId;
use crate::world::traffic::{CallerId, Unreached};

/// Durations of a run, with quantiles to three significant digits and an exact mean.
#[derive(Clone, Debug)]
pub struct Latency {
    histogram: Histogram<u64>,
    sum: u128,
}

impl Latency {
    /// What is known of these durations.
    pub fn of(tally: &Tally) -> Latency {
        Latency { histogram: tally.histogram(), sum: tally.sum() }
    }

    /// Adds durations that are counted already, and their sum [ns].
    pub fn add(&mut self, histogram: &Histogram<u64>, sum: u128) {
        self.histogram.add(histogram).expect("it grows as it must");
        self.sum += sum;
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
        self.requests += counts.arrived;
        self.in_flight += counts.in_flight();
        for (status, count) in meter.statuses().iter() {
            let status = if status == 0 { "reset".to_owned() } else { status.to_string() };
            *self.by_status.entry(status).or_default() += count;
        }
        for cause in Cause::ALL.into_iter().filter(|cause| !cause.is_expected()) {
            if counts.due_to(cause) > 0 {
                *self.by_cause.entry(cause.to_string()).or_default() += counts.due_to(cause);
            }
        }
    }

    /// Requests that did not reach their load balancer.
    fn add_unreached(&mut self, unreached: [u64; Unreached::COUNT]) {
        for (why, count) in Unreached::ALL.iter().zip(unreached) {
            self.requests += count;
            if count > 0 {
                *self.by_status.entry(why.to_string()).or_default() += count;
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

/// The requests of these load balancers, and what their callers waited, retries included.
pub fn of_balancers(world: &World, balancers: impl IntoIterator<Item = LoadBalancerId>) -> Totals {
    let (mut totals, mut waited) = (Totals::default(), Tally::default());
    for id in balancers {
        world.cloudwatch.meters_of(id).for_each(|(_, _, meter)| totals.add(meter));
        for (_, caller) in world.traffic.callers.iter().filter(|(_, caller)| caller.balancer == Some(id)) {
            totals.add_unreached(caller.unreached);
        }
        world.traffic.ledgers_of(id).for_each(|ledger| waited.merge(&ledger.latencies));
    }
    totals.latency = (!waited.is_empty()).then(|| Latency::of(&waited));
    totals
}

/// The requests that load balancers and the proxies of Service Connect gave to these services' tasks, and how long these
/// took.
pub fn of_services(world: &World, services: impl IntoIterator<Item = ServiceId>) -> Totals {
    let (mut totals, mut took) = (Totals::default(), Tally::default());
    let services: Vec<ServiceId> = services.into_iter().collect();
    for (id, registry) in world.discovery.registries.iter() {
        if let Some(meter) = world.cloudwatch.endpoint_meter(id)
            && world.ecs.owner_of(id, registry).is_some_and(|owner| services.contains(&owner))
        {
            totals.add(meter);
            took.merge(&meter.times());
        }
    }
    let groups: std::collections::BTreeSet<_> =
        services.iter().flat_map(|&id| world.ecs.services[id].groups()).collect();
    for group in groups {
        world.cloudwatch.meters_of_group(group).for_each(|(_, meter)| totals.add(meter));
        took.merge(&world.cloudwatch.times_of_group(group));
    }
    totals.latency = (!took.is_empty()).then(|| Latency::of(&took));
    totals
}

/// The requests to an endpoint of Service Connect, and what those who called it waited, retries included.
pub fn of_endpoint(world: &World, id: Option<RegistryId>, callers: &[CallerId]) -> Totals {
    let (mut totals, mut waited) = (Totals::default(), Tally::default());
    if let Some(meter) = id.and_then(|id| world.cloudwatch.endpoint_meter(id)) {
        totals.add(meter);
    }
    for &caller in callers {
        let caller = &world.traffic.callers[caller];
        totals.add_unreached(caller.unreached);
        caller.classes.iter().for_each(|class| waited.merge(&class.ledger.latencies));
    }
    totals.latency = (!waited.is_empty()).then(|| Latency::of(&waited));
    totals
}

/// Mean and largest of a service's minutes of a metric; none without a minute.
pub fn service_range(world: &World, service: ServiceId, metric: Metric) -> Option<(f64, f64)> {
    let key = SeriesKey { subject: Subject::Service(service), metric };
    let averages: Vec<f64> = world.cloudwatch.series.get(&key)?.iter().map(|(_, point)| point.average()).collect();
    let largest = averages.iter().copied().reduce(f64::max)?;
    Some((averages.iter().sum::<f64>() / averages.len() as f64, largest))
}
