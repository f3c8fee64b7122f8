//! What an alarm sees: datapoints of one number of one metric, each of a period of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::{Metric, Series, SeriesKey, Statistics, Subject};
use crate::world::Peers;
use crate::world::elb::{BalancerKind, LoadBalancerId, TargetGroupId};

/// `Statistic` or `ExtendedStatistic`: which number of a period's samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
pub enum Number {
    /// How many samples there were.
    SampleCount,
    /// Sum over SampleCount.
    Average,
    /// All samples together.
    Sum,
    /// The smallest sample.
    Minimum,
    /// The largest sample.
    Maximum,
    /// The median. Percentiles can be had of a single minute only.
    #[strum(to_string = "p50")]
    P50,
    /// The 90th percentile.
    #[strum(to_string = "p90")]
    P90,
    /// The 99th percentile.
    #[strum(to_string = "p99")]
    P99,
}

impl Number {
    /// Whether it is a percentile.
    pub fn is_percentile(self) -> bool {
        matches!(self, Number::P50 | Number::P90 | Number::P99)
    }

    fn of(self, statistics: &Statistics) -> f64 {
        match self {
            Number::SampleCount => statistics.count as f64,
            Number::Average => statistics.average(),
            Number::Sum => statistics.sum,
            Number::Minimum => statistics.min,
            Number::Maximum => statistics.max,
            Number::P50 => statistics.p50,
            Number::P90 => statistics.p90,
            Number::P99 => statistics.p99,
        }
    }
}

/// A metric, by namespace, name and the exact set of its dimensions [SC-001], and a number of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Watched {
    /// `Namespace`.
    pub namespace: String,
    /// `MetricName`.
    pub metric: Metric,
    /// `Dimensions`, as they were given.
    pub dimensions: Vec<(String, String)>,
    /// `Statistic` or `ExtendedStatistic`.
    pub number: Number,
    /// `Unit`; a metric has no datapoints in a unit that is not its own.
    pub unit: Option<String>,
    /// `Period` [min].
    pub minutes: u32,
}

/// A datapoint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The number [in the metric's unit].
    pub value: f64,
    /// The minute with which its period begins; before the scenario begins it is negative.
    pub begins: i64,
}

impl Watched {
    /// The length of a period [s].
    pub fn period(&self) -> Duration {
        Duration::from_secs(60 * u64::from(self.minutes))
    }

    /// The latest `many` datapoints before the minute `until`, newest first. Their periods slide: the newest ends with that
    /// minute, whatever its number [SC-023]; minutes of before the alarm was made count, too [SC-039].
    pub(super) fn points(
        &self,
        all: &BTreeMap<SeriesKey, Series>,
        many: u32,
        until: u32,
        peers: &Peers,
    ) -> Vec<Option<Point>> {
        let key = |subject| SeriesKey { subject, metric: self.metric };
        let series: Vec<&Series> = match self.unit.as_deref() {
            Some(unit) if unit != self.metric.unit() => Vec::new(),
            _ => self.subjects(peers).into_iter().filter_map(|subject| all.get(&key(subject))).collect(),
        };
        let point = |age: u32| {
            let end = i64::from(until) - i64::from(age) * i64::from(self.minutes);
            let begins = end - i64::from(self.minutes);
            let within = |series: &&Series| {
                let from = series.partition_point(|(minute, _)| i64::from(*minute) < begins);
                let to = series.partition_point(|(minute, _)| i64::from(*minute) < end);
                series[from..to].iter().map(|(_, one)| *one).reduce(|one, other| one.with(&other))
            };
            let all = series.iter().filter_map(within).reduce(|one, other| one.with(&other))?;
            Some(Point { value: self.number.of(&all), begins })
        };
        (0..many).map(point).collect()
    }

    /// Of what the metric is recorded. A service that took over the name of a deleted one goes on with its metric.
    pub(super) fn subjects(&self, peers: &Peers) -> Vec<Subject> {
        let value =
            |name: &str| self.dimensions.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        if let (Some(cluster), Some(service)) = (value("ClusterName"), value("ServiceName")) {
            let called =
                |of: &crate::world::ecs::Service| of.name == service && peers.ecs.clusters[of.cluster].name == cluster;
            let services = peers.ecs.services.iter().filter(|(_, one)| called(one));
            return services.map(|(id, _)| Subject::Service(id)).collect();
        }
        if let (Some(cluster), Some(provider)) = (value("ClusterName"), value("CapacityProviderName")) {
            let found = peers
                .ecs
                .provider_named(provider)
                .filter(|&id| peers.ecs.cluster_of(id).is_some_and(|of| peers.ecs.clusters[of].name == cluster));
            return found.map(Subject::Provider).into_iter().collect();
        }
        let Some(balancer) = value("LoadBalancer").and_then(|path| self.balancer(path, peers)) else {
            return Vec::new();
        };
        let zone = match value("AvailabilityZone") {
            None => None,
            Some(name) => match peers.network.zone_named(name) {
                None => return Vec::new(),
                zone => zone,
            },
        };
        let subject = match value("TargetGroup") {
            None => zone.map_or(Subject::Balancer(balancer), |zone| Subject::BalancerZone(balancer, zone)),
            Some(path) => match group(path, balancer, peers) {
                None => return Vec::new(),
                Some(id) => zone.map_or(Subject::Group(id), |zone| Subject::GroupZone(id, zone)),
            },
        };
        vec![subject]
    }

    fn balancer(&self, path: &str, peers: &Peers) -> Option<LoadBalancerId> {
        let kind = match self.namespace.as_str() {
            "AWS/ApplicationELB" => BalancerKind::Application,
            _ => BalancerKind::Network,
        };
        let found = peers.elb.balancers.iter().find(|(_, one)| one.path() == path && one.kind == kind);
        found.map(|(id, _)| id)
    }
}

/// The target group whose ARN ends so, if it is behind this load balancer.
fn group(path: &str, balancer: LoadBalancerId, peers: &Peers) -> Option<TargetGroupId> {
    let called = |arn: &str| arn.rsplit_once(':').is_some_and(|(_, end)| end == path);
    let found = peers.elb.groups.iter().find(|(_, one)| called(&one.arn) && one.balancer == Some(balancer));
    found.map(|(id, _)| id)
}

#[cfg(test)]
impl Watched {
    /// A metric for tests that do without a world.
    pub(super) fn example() -> Watched {
        Watched {
            namespace: "AWS/ECS".to_owned(),
            metric: Metric::CPUUtilization,
            dimensions: Vec::new(),
            number: Number::Average,
            unit: None,
            minutes: 1,
        }
    }
}
