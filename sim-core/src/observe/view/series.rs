//! CloudWatch's series as charts show them.

use serde::Serialize;
use ts_rs::TS;

use crate::observe::report::round;
use crate::world::World;
use crate::world::cloudwatch::{Metric, SeriesKey, Statistics, Subject};

/// One line of a chart.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct SeriesView {
    /// `AWS/ECS`, `AWS/ApplicationELB` or `AWS/NetworkELB`.
    pub namespace: String,
    /// The metric, in AWS's spelling.
    pub metric: String,
    /// Of what, in short: `service web`.
    pub of: String,
    /// `Sum`, `Average` or a percentile.
    pub statistic: String,
    /// Its unit, as CloudWatch says it.
    pub unit: String,
    /// Ends of minutes [s]; a minute without a report is missing.
    pub at_s: Vec<f64>,
    /// The values at these moments.
    pub values: Vec<f64>,
}

/// All series, in a stable order.
pub fn series(world: &World) -> Vec<SeriesView> {
    let mut all = Vec::new();
    // The same by zone is for CloudWatch's own commands: here it would be many lines that say little.
    let whole = |key: &SeriesKey| !matches!(key.subject, Subject::BalancerZone(..) | Subject::GroupZone(..));
    for (key, points) in world.cloudwatch.series.iter().filter(|(key, _)| whole(key)) {
        let (_, name) = key.dimensions(world).pop().unwrap_or_default();
        let (kind, name) = match key.subject {
            Subject::Balancer(id) | Subject::BalancerZone(id, _) => {
                ("load balancer", world.elb.balancers[id].name.clone())
            }
            Subject::Group(id) | Subject::GroupZone(id, _) => ("target group", world.elb.groups[id].name.clone()),
            Subject::Service(_) => ("service", name),
            Subject::Provider(id) => ("capacity provider", world.ecs.providers[id].name.clone()),
        };
        for (statistic, value) in statistics(key.metric) {
            all.push(SeriesView {
                namespace: key.namespace(world).to_owned(),
                metric: key.metric.to_string(),
                of: format!("{kind} {name}"),
                statistic: (*statistic).to_owned(),
                unit: key.metric.unit().to_owned(),
                at_s: points.iter().map(|(minute, _)| f64::from(*minute + 1) * 60.0).collect(),
                values: points.iter().map(|(_, point)| round(value(point), 6)).collect(),
            });
        }
    }
    all
}

/// A statistic, and how it is computed.
type Statistic = (&'static str, fn(&Statistics) -> f64);

/// What a metric is usually looked at as.
fn statistics(metric: Metric) -> &'static [Statistic] {
    match metric {
        Metric::TargetResponseTime => &[("p50", |point| point.p50), ("p99", |point| point.p99)],
        Metric::CPUUtilization
        | Metric::MemoryUtilization
        | Metric::HealthyHostCount
        | Metric::UnHealthyHostCount
        | Metric::AnomalousHostCount
        | Metric::MitigatedHostCount
        | Metric::ActiveFlowCount
        | Metric::CapacityProviderReservation
        | Metric::RequestCountPerTarget => &[("Average", Statistics::average)],
        _ => &[("Sum", |point| point.sum)],
    }
}
