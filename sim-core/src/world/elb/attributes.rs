//! Attributes of target groups and load balancers: what is not in their creation, with AWS's defaults.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Algorithm, BalancerKind, Protocol};

/// `target_group_health.*`: how many healthy targets are enough [TR-063][TR-064].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealthThresholds {
    /// Below it a zone leaves DNS [count]; 1 unless set, none is `off`.
    pub dns_count: Option<u32>,
    /// Below it a zone leaves DNS [%]; `off` unless set, 1–100.
    pub dns_percent: Option<u32>,
    /// Below it requests go to all targets [count]; 1 unless set.
    pub routing_count: u32,
    /// Below it requests go to all targets [%]; `off` unless set, 1–100.
    pub routing_percent: Option<u32>,
}

impl Default for HealthThresholds {
    fn default() -> Self {
        HealthThresholds { dns_count: Some(1), dns_percent: None, routing_count: 1, routing_percent: None }
    }
}

impl HealthThresholds {
    /// Whether so many healthy targets of so many are a share of at least `percent`.
    fn is_share(healthy: u32, registered: u32, percent: Option<u32>) -> bool {
        percent.is_none_or(|percent| u64::from(healthy) * 100 >= u64::from(registered) * u64::from(percent))
    }

    /// Whether requests go to healthy targets only. Either threshold breached is enough for the contrary [TR-063].
    pub fn routing_holds(&self, healthy: u32, registered: u32) -> bool {
        healthy >= self.routing_count && Self::is_share(healthy, registered, self.routing_percent)
    }

    /// Whether the zone is in DNS [TR-064].
    pub fn dns_holds(&self, healthy: u32, registered: u32) -> bool {
        healthy >= self.dns_count.unwrap_or(0) && Self::is_share(healthy, registered, self.dns_percent)
    }
}

/// `stickiness.type` [TR-082].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub enum StickinessType {
    /// The load balancer's own cookie, `AWSALB`.
    #[default]
    LbCookie,
    /// A cookie of the application, which the load balancer puts its own beside.
    AppCookie,
    /// The client's address; only for Network Load Balancers.
    SourceIp,
}

/// `stickiness.*`: whether a client stays with its target [TR-082].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stickiness {
    /// `stickiness.enabled`; false unless set.
    pub enabled: bool,
    /// `stickiness.type`; `lb_cookie` unless set.
    pub kind: StickinessType,
    /// How long the load balancer's cookie lasts after each request [s]; a day unless set, 1–604800.
    pub lb_duration: Duration,
    /// The name of the application's cookie.
    pub app_cookie: String,
    /// How long the application's cookie lasts after each request [s]; a day unless set, 1–604800.
    pub app_duration: Duration,
}

impl Default for Stickiness {
    fn default() -> Self {
        let day = Duration::from_secs(86_400);
        let (enabled, kind, app_cookie) = (false, StickinessType::default(), String::new());
        Stickiness { enabled, kind, lb_duration: day, app_cookie, app_duration: day }
    }
}

impl Stickiness {
    /// How long a client's cookie lasts; it begins anew with each request [TR-082]. None while there is no cookie.
    pub fn lasts(&self) -> Option<Duration> {
        match self.kind {
            _ if !self.enabled => None,
            StickinessType::LbCookie => Some(self.lb_duration),
            StickinessType::AppCookie => Some(self.app_duration),
            StickinessType::SourceIp => None,
        }
    }
}

/// Attributes of a target group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupAttributes {
    /// From the deregistration of a target to its end [s].
    ///
    /// AWS: `deregistration_delay.timeout_seconds`; 300 unless set, 0–3600 [TR-069].
    pub deregistration_delay: Duration,
    /// How a target is chosen.
    pub algorithm: Algorithm,
    /// `load_balancing.algorithm.anomaly_mitigation`: anomalous targets get less [TR-081]; off unless set.
    pub anomaly_mitigation: bool,
    /// `load_balancing.cross_zone.enabled`; none is `use_load_balancer_configuration` [TR-007].
    pub cross_zone: Option<bool>,
    /// How long a new target's share grows [s].
    ///
    /// AWS: `slow_start.duration_seconds`; 0, which is off, unless set, or 30–900 [TR-077].
    pub slow_start: Duration,
    /// Whether a client stays with its target.
    pub stickiness: Stickiness,
    /// How many healthy targets are enough.
    pub health: HealthThresholds,
    /// `deregistration_delay.connection_termination.enabled`: connections end with the delay [TR-124]. Only for Network
    /// Load Balancers; false unless set.
    pub connection_termination: bool,
    /// `target_health_state.unhealthy.connection_termination.enabled`: connections to a target that turns unhealthy are
    /// reset [TR-122]. Only for Network Load Balancers; true unless set.
    pub unhealthy_termination: bool,
    /// `target_health_state.unhealthy.draining_interval_seconds` [s]: for so long such connections are kept
    /// [TR-122][TR-039]. Only for Network Load Balancers; 0 unless set, 0–360000.
    pub unhealthy_draining: Duration,
    /// `preserve_client_ip.enabled` [TR-126]. Only for Network Load Balancers.
    pub preserve_client_ip: bool,
    /// `proxy_protocol_v2.enabled`. Only for Network Load Balancers; stored, without effect.
    pub proxy_protocol: bool,
}

impl GroupAttributes {
    /// AWS's defaults. The client's address is preserved for targets by instance, not for those by address [TR-126].
    pub fn of(protocol: Protocol, by_instance: bool) -> GroupAttributes {
        let stickiness = match protocol.kind() {
            BalancerKind::Application => Stickiness::default(),
            BalancerKind::Network => Stickiness { kind: StickinessType::SourceIp, ..Stickiness::default() },
        };
        GroupAttributes {
            deregistration_delay: Duration::from_secs(300),
            algorithm: Algorithm::default(),
            anomaly_mitigation: false,
            cross_zone: None,
            slow_start: Duration::ZERO,
            stickiness,
            health: HealthThresholds::default(),
            connection_termination: false,
            unhealthy_termination: true,
            unhealthy_draining: Duration::ZERO,
            preserve_client_ip: by_instance,
            proxy_protocol: false,
        }
    }
}

/// Attributes of a load balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BalancerAttributes {
    /// How long a connection may be silent [s].
    ///
    /// AWS: `idle_timeout.timeout_seconds`; 60 unless set, 1–4000 [TR-084]. Only for Application Load Balancers: the listeners
    /// of the others have their own [TR-121].
    pub idle_timeout: Duration,
    /// How long a client's connection is used at all [s].
    ///
    /// AWS: `client_keep_alive.seconds`; 3600 unless set, 60–604800 [TR-085]. A Network Load Balancer leaves that to others.
    pub client_keep_alive: Duration,
    /// `load_balancing.cross_zone.enabled`: always true for Application Load Balancers, false unless set for Network
    /// Load Balancers [TR-007].
    pub cross_zone: bool,
    /// `deletion_protection.enabled`: DeleteLoadBalancer is refused; false unless set.
    pub deletion_protection: bool,
    /// The others that were set, by key: stored, without effect but for `routing.http2.enabled` [TR-171].
    pub stored: BTreeMap<&'static str, String>,
}

impl BalancerAttributes {
    /// AWS's defaults.
    pub fn of(kind: BalancerKind) -> BalancerAttributes {
        BalancerAttributes {
            idle_timeout: Duration::from_secs(60),
            client_keep_alive: match kind {
                BalancerKind::Application => Duration::from_secs(3600),
                BalancerKind::Network => Duration::MAX,
            },
            cross_zone: kind == BalancerKind::Application,
            deletion_protection: false,
            stored: BTreeMap::new(),
        }
    }

    /// Whether listeners for HTTPS speak HTTP/2.
    ///
    /// AWS: `routing.http2.enabled`; true unless set [TR-171].
    pub fn speaks_http2(&self) -> bool {
        self.stored.get("routing.http2.enabled").is_none_or(|value| value == "true")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [TR-063][TR-064][TR-066] Either threshold breached is enough.
    #[test]
    fn either_threshold_breached_is_enough() {
        let count = HealthThresholds { routing_count: 3, dns_count: Some(4), ..HealthThresholds::default() };
        assert!(count.routing_holds(3, 100) && !count.routing_holds(2, 2));
        assert!(count.dns_holds(4, 100) && !count.dns_holds(3, 3));
        let half = HealthThresholds { routing_percent: Some(50), dns_count: None, ..HealthThresholds::default() };
        assert!(half.routing_holds(14, 20) && !half.routing_holds(4, 10) && half.routing_holds(5, 10));
        assert!(half.dns_holds(0, 10), "off is off");
    }
}
