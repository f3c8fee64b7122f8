//! Series of statistics, one point a minute.

use crate::world::World;
use crate::world::capacity::MANAGED_SCALING;
use crate::world::ecs::{ProviderId, ServiceId};
use crate::world::elb::{BalancerKind, LoadBalancerId, TargetGroupId};
use crate::world::network::ZoneId;

/// What a minute's samples say [in the metric's unit].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Sum.
    pub sum: f64,
    /// SampleCount [count].
    pub count: u64,
    /// Minimum.
    pub min: f64,
    /// Maximum.
    pub max: f64,
    /// Median.
    pub p50: f64,
    /// 90th percentile.
    pub p90: f64,
    /// 99th percentile.
    pub p99: f64,
}

impl Statistics {
    /// One sample.
    pub fn one(value: f64) -> Statistics {
        Statistics { sum: value, count: 1, min: value, max: value, p50: value, p90: value, p99: value }
    }

    /// A count of things that are reported one by one, so that minimum, maximum and average are 1 [TR-131].
    pub fn ones(count: u64) -> Statistics {
        Statistics { sum: count as f64, count, min: 1.0, max: 1.0, p50: 1.0, p90: 1.0, p99: 1.0 }
    }

    /// Both together. (Percentiles of two cannot be had from those of each: they are the first one's.)
    pub fn with(&self, other: &Statistics) -> Statistics {
        Statistics {
            sum: self.sum + other.sum,
            count: self.count + other.count,
            min: if other.min < self.min { other.min } else { self.min },
            max: if other.max > self.max { other.max } else { self.max },
            ..*self
        }
    }

    /// Average = Sum / SampleCount [SC-006].
    pub fn average(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum / self.count as f64 }
    }
}

/// A metric that is recorded, in AWS's spelling.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::IntoStaticStr,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
)]
#[allow(non_camel_case_types, reason = "AWS's own names")]
pub enum Metric {
    /// Requests for which a target was chosen [TR-128].
    RequestCount,
    RequestCountPerTarget,
    TargetResponseTime,
    HTTPCode_Target_2XX_Count,
    HTTPCode_Target_3XX_Count,
    HTTPCode_Target_4XX_Count,
    HTTPCode_Target_5XX_Count,
    HTTPCode_ELB_4XX_Count,
    HTTPCode_ELB_5XX_Count,
    HTTPCode_ELB_502_Count,
    HTTPCode_ELB_503_Count,
    HTTPCode_ELB_504_Count,
    HTTP_Fixed_Response_Count,
    HTTP_Redirect_Count,
    HealthyHostCount,
    UnHealthyHostCount,
    UnhealthyRoutingRequestCount,
    TargetConnectionErrorCount,
    NonStickyRequestCount,
    ActiveConnectionCount,
    NewConnectionCount,
    ProcessedBytes,
    RuleEvaluations,
    ConsumedLCUs,
    CPUUtilization,
    MemoryUtilization,
    /// Targets that fail more than their peers [TR-140].
    AnomalousHostCount,
    /// Targets that get less because of that [TR-140].
    MitigatedHostCount,
    /// Connections that were refused because there were too many [TR-136].
    RejectedConnectionCount,
    /// Flows of a Network Load Balancer that are open [TR-160].
    ActiveFlowCount,
    NewFlowCount,
    /// Flows that were reset, by whom [TR-161].
    TCP_Client_Reset_Count,
    TCP_ELB_Reset_Count,
    TCP_Target_Reset_Count,
    /// Flows that were given to any target because too few were healthy.
    UnhealthyRoutingFlowCount,
    /// Instances that a capacity provider needs, of those that it has [CA-129].
    CapacityProviderReservation,
}

impl Metric {
    /// Its unit, as CloudWatch says it.
    pub fn unit(self) -> &'static str {
        match self {
            Metric::TargetResponseTime => "Seconds",
            Metric::ProcessedBytes => "Bytes",
            Metric::CPUUtilization | Metric::MemoryUtilization | Metric::CapacityProviderReservation => "Percent",
            _ => "Count",
        }
    }

    /// Whether it is published in this namespace.
    pub fn is_in(self, namespace: &str) -> bool {
        use Metric::{ConsumedLCUs, HealthyHostCount, ProcessedBytes, UnHealthyHostCount};
        let of_provider = self == Metric::CapacityProviderReservation;
        let of_service = matches!(self, Metric::CPUUtilization | Metric::MemoryUtilization);
        let of_flows = matches!(
            self,
            Metric::ActiveFlowCount
                | Metric::NewFlowCount
                | Metric::TCP_Client_Reset_Count
                | Metric::TCP_ELB_Reset_Count
                | Metric::TCP_Target_Reset_Count
                | Metric::UnhealthyRoutingFlowCount
        );
        let of_both = matches!(self, ConsumedLCUs | HealthyHostCount | ProcessedBytes | UnHealthyHostCount);
        match namespace {
            MANAGED_SCALING => of_provider,
            "AWS/ECS" => of_service,
            "AWS/NetworkELB" => of_flows || of_both,
            "AWS/ApplicationELB" => !of_service && !of_flows && !of_provider,
            _ => false,
        }
    }
}

/// Of what a metric is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Dimension `LoadBalancer`.
    Balancer(LoadBalancerId),
    /// Dimensions `AvailabilityZone` and `LoadBalancer`.
    BalancerZone(LoadBalancerId, ZoneId),
    /// Dimensions `TargetGroup` and `LoadBalancer`.
    Group(TargetGroupId),
    /// Dimensions `TargetGroup`, `AvailabilityZone` and `LoadBalancer`.
    GroupZone(TargetGroupId, ZoneId),
    /// Dimensions `ClusterName` and `ServiceName`.
    Service(ServiceId),
    /// Dimensions `CapacityProviderName` and `ClusterName`.
    Provider(ProviderId),
}

/// Names a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesKey {
    /// Of what.
    pub subject: Subject,
    /// Which metric.
    pub metric: Metric,
}

impl SeriesKey {
    /// `AWS/ApplicationELB`, `AWS/NetworkELB` [TR-160] or `AWS/ECS`.
    pub fn namespace(&self, world: &World) -> &'static str {
        let kind = match self.subject {
            Subject::Service(_) => return "AWS/ECS",
            Subject::Provider(_) => return MANAGED_SCALING,
            Subject::Balancer(id) | Subject::BalancerZone(id, _) => world.elb.balancers[id].kind,
            Subject::Group(id) | Subject::GroupZone(id, _) => world.elb.groups[id].protocol.kind(),
        };
        match kind {
            BalancerKind::Application => "AWS/ApplicationELB",
            BalancerKind::Network => "AWS/NetworkELB",
        }
    }

    /// The dimensions, in AWS's words: (name, value).
    pub fn dimensions(&self, world: &World) -> Vec<(&'static str, String)> {
        let balancer = |id: LoadBalancerId| ("LoadBalancer", world.elb.balancers[id].path().to_owned());
        let zone = |zone: ZoneId| ("AvailabilityZone", world.network.zones[zone.index()].name.clone());
        let group = |id: TargetGroupId| {
            let group = &world.elb.groups[id];
            let path = group.arn.rsplit_once(':').map_or("", |(_, path)| path);
            (("TargetGroup", path.to_owned()), group.balancer.map(balancer))
        };
        match self.subject {
            Subject::Balancer(id) => vec![balancer(id)],
            Subject::BalancerZone(id, of) => vec![zone(of), balancer(id)],
            Subject::Group(id) => {
                let (own, balancer) = group(id);
                std::iter::once(own).chain(balancer).collect()
            }
            Subject::GroupZone(id, of) => {
                let (own, balancer) = group(id);
                [own, zone(of)].into_iter().chain(balancer).collect()
            }
            Subject::Provider(id) => {
                let cluster = world.ecs.cluster_of(id).map(|cluster| world.ecs.clusters[cluster].name.clone());
                let name = world.ecs.providers[id].name.clone();
                vec![("CapacityProviderName", name), ("ClusterName", cluster.unwrap_or_default())]
            }
            Subject::Service(id) => {
                let service = &world.ecs.services[id];
                let cluster = world.ecs.clusters[service.cluster].name.clone();
                vec![("ClusterName", cluster), ("ServiceName", service.name.clone())]
            }
        }
    }
}

/// The points of one metric: (minute since the scenario began, statistics of that minute). A minute in which the
/// metric was not reported is missing, not zero [TR-127][SC-008].
pub type Series = Vec<(u32, Statistics)>;
