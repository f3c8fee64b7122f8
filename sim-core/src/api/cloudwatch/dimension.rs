//! Dimensions: of what a metric is recorded.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{checked_length, invalid};
use crate::api::ApiError;
use crate::spelling;
use crate::world::World;
use crate::world::cloudwatch::Metric;

/// The sets of dimensions with which metrics are published, by namespace, each in the order of its names.
const PUBLISHED: &[(&str, &[&[&str]])] = &[
    ("AWS/ApplicationELB", LOAD_BALANCING),
    ("AWS/NetworkELB", LOAD_BALANCING),
    ("AWS/ECS", &[&["ClusterName", "ServiceName"]]),
    ("AWS/ECS/ManagedScaling", &[&["CapacityProviderName", "ClusterName"]]),
];
const LOAD_BALANCING: &[&[&str]] = &[
    &["LoadBalancer"],
    &["AvailabilityZone", "LoadBalancer"],
    &["LoadBalancer", "TargetGroup"],
    &["AvailabilityZone", "LoadBalancer", "TargetGroup"],
];

/// `Dimensions[]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Dimension {
    /// `LoadBalancer`, `TargetGroup`, `AvailabilityZone`, `ClusterName`, `ServiceName` or `CapacityProviderName`.
    pub name: String,
    /// `app/alb/50dc6c495c0c9188`, or the name of a load balancer or target group, which is written out.
    pub value: String,
}

/// The metric, and its dimensions written out, if a metric like this is published here. AWS takes alarms on metrics that
/// nobody publishes; here they would wait for ever because the simulator lacks the metric, so they are refused.
pub(super) fn resolve(
    namespace: &str,
    metric: &str,
    dimensions: &[Dimension],
    world: &World,
) -> Result<(Metric, Vec<(String, String)>), ApiError> {
    let names: Vec<&str> = PUBLISHED.iter().map(|(name, _)| *name).collect();
    let Some((_, sets)) = PUBLISHED.iter().find(|(name, _)| *name == namespace) else {
        let message = format!("This simulator publishes no metrics in the namespace {namespace}.");
        return Err(invalid(message).at("Namespace").help(format!("It knows {}.", names.join(", "))));
    };
    let known = metric.parse::<Metric>().ok().filter(|known| known.is_in(namespace));
    let Some(known) = known else {
        let all = <Metric as strum::VariantNames>::VARIANTS.iter().copied();
        let all: Vec<&str> = all.filter(|name| name.parse::<Metric>().is_ok_and(|it| it.is_in(namespace))).collect();
        let help = match spelling::nearest(metric, all.iter().copied()) {
            Some(near) => format!("Is {near} meant?"),
            None => format!("It publishes {}.", all.join(", ")),
        };
        let message = format!("This simulator publishes no metric {metric} in the namespace {namespace}.");
        return Err(invalid(message).at("MetricName").help(help));
    };
    if dimensions.len() > 30 {
        return Err(invalid("An alarm cannot have more than 30 dimensions.").at("Dimensions"));
    }
    for (index, dimension) in dimensions.iter().enumerate() {
        checked_length(&format!("Dimensions[{index}].Name"), &dimension.name, 255)?;
        checked_length(&format!("Dimensions[{index}].Value"), &dimension.value, 1024)?;
    }
    let mut given: Vec<&str> = dimensions.iter().map(|dimension| dimension.name.as_str()).collect();
    given.sort_unstable();
    if !sets.contains(&given.as_slice()) {
        let sets: Vec<String> = sets.iter().map(|set| set.join(" and ")).collect();
        let message = format!("{metric} is not published with these dimensions.");
        let help = format!("An alarm watches exactly one set of dimensions: {}.", sets.join("; or "));
        return Err(invalid(message).at("Dimensions").help(help));
    }
    let written = dimensions.iter().map(|dimension| (dimension.name.clone(), written_out(dimension, world))).collect();
    Ok((known, written))
}

/// The value as CloudWatch has it, of a load balancer or target group that is there and was named.
fn written_out(dimension: &Dimension, world: &World) -> String {
    let value = &dimension.value;
    let balancer = || Some(world.elb.balancers[world.elb.balancer_named(value)?].path().to_owned());
    let group = || {
        let group = &world.elb.groups[world.elb.group_named(value)?];
        Some(group.arn.rsplit_once(':')?.1.to_owned())
    };
    let written = match dimension.name.as_str() {
        "LoadBalancer" => balancer(),
        "TargetGroup" => group(),
        _ => None,
    };
    written.unwrap_or_else(|| value.clone())
}
