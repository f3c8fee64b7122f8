//! What CloudWatch would answer about a metric over a stretch of time: one statistic of all its minutes.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::metric::Scope;
use crate::engine::Time;
use crate::world::World;
use crate::world::cloudwatch::{Metric, Statistics, Subject};

/// A statistic, in CloudWatch's words. (Percentiles of several minutes cannot be had from those of each.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, strum::Display)]
pub enum Statistic {
    /// Sum over SampleCount.
    Average,
    /// All samples together.
    Sum,
    /// The smallest sample.
    Minimum,
    /// The largest sample.
    Maximum,
    /// How many samples there were.
    SampleCount,
}

/// The names of all metrics that are published.
pub fn names() -> impl Iterator<Item = &'static str> + Clone {
    <Metric as strum::VariantNames>::VARIANTS.iter().copied()
}

/// The unit of a metric, as CloudWatch says it; none when there is no such metric.
pub fn unit(metric: &str) -> Option<&'static str> {
    Some(metric.parse::<Metric>().ok()?.unit())
}

/// One statistic of all minutes that lie between two moments, over all series of the metric in this scope; none when
/// nothing was published, which is not zero [SC-008].
pub fn ask(
    world: &World,
    metric: &str,
    statistic: Statistic,
    scope: &Scope,
    (from, until): (Time, Time),
) -> Option<f64> {
    let metric: Metric = metric.parse().ok()?;
    let mine = |subject: Subject| match subject {
        Subject::Balancer(id) => {
            scope.service.is_none() && scope.load_balancer.is_none_or(|name| world.elb.balancers[id].name == name)
        }
        Subject::BalancerZone(..) | Subject::GroupZone(..) => false,
        Subject::Service(id) => scope.service.is_none_or(|name| world.ecs.services[id].name == name),
        Subject::Provider(_) => scope.service.is_none() && scope.load_balancer.is_none(),
        Subject::Group(id) => scope.service.is_some_and(|name| {
            let mut owners = world.ecs.services.iter().filter(|(_, service)| service.name == name);
            owners.any(|(_, service)| service.groups().any(|group| group == id))
        }),
    };
    let within = |minute: u32| {
        let begins = Time::ZERO + Duration::from_secs(60 * u64::from(minute));
        begins >= from && begins + Duration::from_secs(60) <= until
    };
    let series = world.cloudwatch.series.iter().filter(|(key, _)| key.metric == metric && mine(key.subject));
    let points = series.flat_map(|(_, series)| series).filter(|(minute, _)| within(*minute)).map(|(_, point)| point);
    let all = points.copied().reduce(|one: Statistics, other| one.with(&other))?;
    Some(match statistic {
        Statistic::Average => all.average(),
        Statistic::Sum => all.sum,
        Statistic::Minimum => all.min,
        Statistic::Maximum => all.max,
        Statistic::SampleCount => all.count as f64,
    })
}
