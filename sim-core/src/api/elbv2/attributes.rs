//! Attributes of load balancers and target groups: keys, what values they take, and where they are kept.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::invalid;
use crate::api::ApiError;
use crate::world::elb::{
    Algorithm, BalancerAttributes, BalancerKind, GroupAttributes, Listener, Protocol, StickinessType, TargetGroup,
};

/// An attribute of a load balancer or target group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Attribute {
    /// Its name.
    pub key: String,
    /// Its value, always as text.
    pub value: String,
}

impl Attribute {
    fn new(key: &str, value: impl ToString) -> Attribute {
        Attribute { key: key.to_owned(), value: value.to_string() }
    }

    fn wrong(&self, wanted: &str, place: &str) -> ApiError {
        let message = format!("'{}' value '{}' must be {wanted}", self.key, self.value);
        ApiError::new("InvalidConfigurationRequest", message).at(place)
    }

    fn number(&self, low: u64, high: u64, place: &str) -> Result<u64, ApiError> {
        let value = self.value.parse().ok().filter(|value| (low..=high).contains(value));
        value.ok_or_else(|| self.wrong(&format!("between '{low}' and '{high}'"), place))
    }

    fn seconds(&self, low: u64, high: u64, place: &str) -> Result<Duration, ApiError> {
        self.number(low, high, place).map(Duration::from_secs)
    }

    /// A number, or `off`.
    fn number_or_off(&self, high: u64, place: &str) -> Result<Option<u32>, ApiError> {
        if self.value == "off" {
            return Ok(None);
        }
        let number = self.number(1, high, place);
        number.map(|n| Some(n as u32)).map_err(|_| self.wrong(&format!("'off' or between '1' and '{high}'"), place))
    }

    fn flag(&self, place: &str) -> Result<bool, ApiError> {
        match self.value.as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.wrong("'true' or 'false'", place)),
        }
    }

    fn unknown<'a>(&self, known: impl Iterator<Item = &'a str>, place: &str) -> ApiError {
        let error = invalid(format!("Attribute key '{}' is not recognized", self.key)).at(place);
        match known.min_by_key(|key| strsim::damerau_levenshtein(key, &self.key)) {
            Some(key) => error.help(format!("did you mean '{key}'?")),
            None => error,
        }
    }
}

fn off_or(value: Option<u32>) -> String {
    value.map_or("off".to_owned(), |value| value.to_string())
}

// Target groups

const DELAY: &str = "deregistration_delay.timeout_seconds";
const TERMINATION: &str = "deregistration_delay.connection_termination.enabled";
const ALGORITHM: &str = "load_balancing.algorithm.type";
const MITIGATION: &str = "load_balancing.algorithm.anomaly_mitigation";
const CROSS_ZONE: &str = "load_balancing.cross_zone.enabled";
const SLOW_START: &str = "slow_start.duration_seconds";
const STICKY: &str = "stickiness.enabled";
const STICKY_TYPE: &str = "stickiness.type";
const LB_DURATION: &str = "stickiness.lb_cookie.duration_seconds";
const APP_COOKIE: &str = "stickiness.app_cookie.cookie_name";
const APP_DURATION: &str = "stickiness.app_cookie.duration_seconds";
const DNS_COUNT: &str = "target_group_health.dns_failover.minimum_healthy_targets.count";
const DNS_PERCENT: &str = "target_group_health.dns_failover.minimum_healthy_targets.percentage";
const ROUTING_COUNT: &str = "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count";
const ROUTING_PERCENT: &str = "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage";
const UNHEALTHY_TERMINATION: &str = "target_health_state.unhealthy.connection_termination.enabled";
const UNHEALTHY_DRAINING: &str = "target_health_state.unhealthy.draining_interval_seconds";
const PRESERVE_CLIENT_IP: &str = "preserve_client_ip.enabled";
const PROXY_PROTOCOL: &str = "proxy_protocol_v2.enabled";

/// A group can have so many targets, so no count is larger [TR-010].
const TARGETS_MAX: u64 = 1000;

/// All attributes of a target group of this kind, as AWS lists them.
pub(super) fn of_group(group: &TargetGroup) -> Vec<Attribute> {
    let it = &group.attributes;
    let cross_zone = match it.cross_zone {
        Some(on) => on.to_string(),
        None => "use_load_balancer_configuration".to_owned(),
    };
    let common = [
        Attribute::new(DELAY, it.deregistration_delay.as_secs()),
        Attribute::new(CROSS_ZONE, cross_zone),
        Attribute::new(STICKY, it.stickiness.enabled),
        Attribute::new(STICKY_TYPE, it.stickiness.kind),
        Attribute::new(DNS_COUNT, off_or(it.health.dns_count)),
        Attribute::new(DNS_PERCENT, off_or(it.health.dns_percent)),
        Attribute::new(ROUTING_COUNT, it.health.routing_count),
        Attribute::new(ROUTING_PERCENT, off_or(it.health.routing_percent)),
    ];
    let own = match group.protocol.kind() {
        BalancerKind::Application => vec![
            Attribute::new(ALGORITHM, it.algorithm),
            Attribute::new(MITIGATION, if it.anomaly_mitigation { "on" } else { "off" }),
            Attribute::new(SLOW_START, it.slow_start.as_secs()),
            Attribute::new(LB_DURATION, it.stickiness.lb_duration.as_secs()),
            Attribute::new(APP_COOKIE, &it.stickiness.app_cookie),
            Attribute::new(APP_DURATION, it.stickiness.app_duration.as_secs()),
        ],
        BalancerKind::Network => vec![
            Attribute::new(TERMINATION, it.connection_termination),
            Attribute::new(UNHEALTHY_TERMINATION, it.unhealthy_termination),
            Attribute::new(UNHEALTHY_DRAINING, it.unhealthy_draining.as_secs()),
            Attribute::new(PRESERVE_CLIENT_IP, it.preserve_client_ip),
            Attribute::new(PROXY_PROTOCOL, it.proxy_protocol),
        ],
    };
    common.into_iter().chain(own).collect()
}

/// A group's attributes after a change, checked as a whole.
pub(super) fn changed_group(group: &TargetGroup, changes: &[Attribute]) -> Result<GroupAttributes, ApiError> {
    let known = of_group(group);
    let mut it = group.attributes.clone();
    let place = |index: usize| format!("Attributes[{index}]");
    for (index, change) in changes.iter().enumerate() {
        let place = place(index);
        if !known.iter().any(|attribute| attribute.key == change.key) {
            return Err(change.unknown(known.iter().map(|attribute| attribute.key.as_str()), &place));
        }
        set_group(&mut it, change, &place)?;
    }
    let refuse = |keys: [&str; 2], message: &str| {
        let index = changes.iter().position(|change| keys.contains(&change.key.as_str())).unwrap_or(0);
        Err(ApiError::new("InvalidConfigurationRequest", message).at(place(index)))
    };
    // Combinations that AWS refuses [TR-076][TR-083].
    if !it.slow_start.is_zero() && it.algorithm != Algorithm::RoundRobin {
        let message = format!("Slow start cannot be used with the algorithm '{}'", it.algorithm);
        return refuse([SLOW_START, ALGORITHM], &message);
    }
    if it.stickiness.enabled && it.algorithm == Algorithm::WeightedRandom {
        return refuse([STICKY, ALGORITHM], "Sticky sessions cannot be used with the algorithm 'weighted_random'");
    }
    if it.anomaly_mitigation && it.algorithm != Algorithm::WeightedRandom {
        return refuse([MITIGATION, ALGORITHM], "Anomaly mitigation needs the algorithm 'weighted_random'");
    }
    if it.stickiness.enabled && it.cross_zone == Some(false) {
        return refuse([STICKY, CROSS_ZONE], "Sticky sessions cannot be used with cross-zone load balancing off");
    }
    if it.stickiness.enabled && it.stickiness.kind == StickinessType::AppCookie && it.stickiness.app_cookie.is_empty() {
        return refuse([APP_COOKIE, STICKY_TYPE], "Stickiness by 'app_cookie' needs a cookie name");
    }
    // Whoever leaves DNS has too few targets to be used alone [TR-065].
    let health = &it.health;
    if health.dns_count.is_some_and(|dns| dns < health.routing_count)
        || health.dns_percent.is_some_and(|dns| health.routing_percent.is_some_and(|routing| dns < routing))
    {
        let message = "The threshold for DNS failover must be greater than or equal to that for routing failover";
        let keys = if changes.iter().any(|change| change.key == DNS_COUNT || change.key == DNS_PERCENT) {
            [DNS_COUNT, DNS_PERCENT]
        } else {
            [ROUTING_COUNT, ROUTING_PERCENT]
        };
        return refuse(keys, message);
    }
    if !it.unhealthy_draining.is_zero() && it.unhealthy_termination {
        let message = "An unhealthy draining interval needs unhealthy connection termination to be off";
        return refuse([UNHEALTHY_DRAINING, UNHEALTHY_TERMINATION], message);
    }
    Ok(it)
}

fn set_group(it: &mut GroupAttributes, change: &Attribute, place: &str) -> Result<(), ApiError> {
    let value = change.value.as_str();
    match change.key.as_str() {
        DELAY => it.deregistration_delay = change.seconds(0, 3600, place)?,
        TERMINATION => it.connection_termination = change.flag(place)?,
        ALGORITHM => {
            it.algorithm = match value {
                "round_robin" => Algorithm::RoundRobin,
                "least_outstanding_requests" => Algorithm::LeastOutstandingRequests,
                "weighted_random" => Algorithm::WeightedRandom,
                _ => {
                    let all = "'round_robin', 'least_outstanding_requests' or 'weighted_random'";
                    return Err(change.wrong(all, place));
                }
            }
        }
        MITIGATION => {
            it.anomaly_mitigation = match value {
                "on" => true,
                "off" => false,
                _ => return Err(change.wrong("'on' or 'off'", place)),
            }
        }
        CROSS_ZONE => {
            it.cross_zone = match value {
                "use_load_balancer_configuration" => None,
                _ => Some(
                    change
                        .flag(place)
                        .map_err(|_| change.wrong("'true', 'false' or 'use_load_balancer_configuration'", place))?,
                ),
            }
        }
        SLOW_START if value == "0" => it.slow_start = Duration::ZERO,
        SLOW_START => it.slow_start = change.seconds(30, 900, place)?,
        STICKY => it.stickiness.enabled = change.flag(place)?,
        STICKY_TYPE => {
            it.stickiness.kind = match (value, it.stickiness.kind) {
                ("source_ip", StickinessType::SourceIp) => StickinessType::SourceIp,
                ("lb_cookie", kind) if kind != StickinessType::SourceIp => StickinessType::LbCookie,
                ("app_cookie", kind) if kind != StickinessType::SourceIp => StickinessType::AppCookie,
                (_, StickinessType::SourceIp) => return Err(change.wrong("'source_ip'", place)),
                _ => return Err(change.wrong("'lb_cookie' or 'app_cookie'", place)),
            }
        }
        LB_DURATION => it.stickiness.lb_duration = change.seconds(1, 604_800, place)?,
        APP_DURATION => it.stickiness.app_duration = change.seconds(1, 604_800, place)?,
        APP_COOKIE => {
            let reserved = ["AWSALB", "AWSALBAPP", "AWSALBTG"].iter().any(|prefix| value.starts_with(prefix));
            if reserved || value.len() > 4096 {
                return Err(change.wrong("a name that does not begin with AWSALB, AWSALBAPP or AWSALBTG", place));
            }
            it.stickiness.app_cookie = value.to_owned();
        }
        DNS_COUNT => it.health.dns_count = change.number_or_off(TARGETS_MAX, place)?,
        DNS_PERCENT => it.health.dns_percent = change.number_or_off(100, place)?,
        ROUTING_COUNT => it.health.routing_count = change.number(1, TARGETS_MAX, place)? as u32,
        ROUTING_PERCENT => it.health.routing_percent = change.number_or_off(100, place)?,
        UNHEALTHY_TERMINATION => it.unhealthy_termination = change.flag(place)?,
        UNHEALTHY_DRAINING => it.unhealthy_draining = change.seconds(0, 360_000, place)?,
        PRESERVE_CLIENT_IP if change.flag(place)? != it.preserve_client_ip => {
            let message = format!("the attribute '{PRESERVE_CLIENT_IP}' is not modelled by this simulator");
            let help = format!("only '{}' is for targets of this type", it.preserve_client_ip);
            return Err(ApiError::new("InvalidConfigurationRequest", message).at(place).help(help));
        }
        PROXY_PROTOCOL => it.proxy_protocol = change.flag(place)?,
        _ => {}
    }
    Ok(())
}

// Load balancers

const IDLE_TIMEOUT: &str = "idle_timeout.timeout_seconds";
const CLIENT_KEEP_ALIVE: &str = "client_keep_alive.seconds";
const DELETION_PROTECTION: &str = "deletion_protection.enabled";

/// Attributes of Application Load Balancers that are stored, without effect but for `routing.http2.enabled` [TR-171]: (key,
/// default, values, if they are few).
const STORED: &[(&str, &str, &[&str])] = &[
    ("routing.http.desync_mitigation_mode", "defensive", &["monitor", "defensive", "strictest"]),
    ("routing.http.drop_invalid_header_fields.enabled", "false", FLAG),
    ("routing.http.preserve_host_header.enabled", "false", FLAG),
    ("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false", FLAG),
    ("routing.http.xff_client_port.enabled", "false", FLAG),
    ("routing.http.xff_header_processing.mode", "append", &["append", "preserve", "remove"]),
    ("routing.http2.enabled", "true", FLAG),
    ("waf.fail_open.enabled", "false", FLAG),
];

const FLAG: &[&str] = &["true", "false"];

/// Attributes that ask for what is not modelled: (key, default).
const FIXED: &[(&str, &str)] = &[
    ("access_logs.s3.enabled", "false"),
    ("connection_logs.s3.enabled", "false"),
    ("health_check_logs.s3.enabled", "false"),
    ("zonal_shift.config.enabled", "false"),
];

/// All attributes of a load balancer, as AWS lists them.
pub(super) fn of_balancer(kind: BalancerKind, it: &BalancerAttributes) -> Vec<Attribute> {
    let mut all =
        vec![Attribute::new(DELETION_PROTECTION, it.deletion_protection), Attribute::new(CROSS_ZONE, it.cross_zone)];
    if kind == BalancerKind::Application {
        all.push(Attribute::new(IDLE_TIMEOUT, it.idle_timeout.as_secs()));
        all.push(Attribute::new(CLIENT_KEEP_ALIVE, it.client_keep_alive.as_secs()));
        let stored = |(key, default, _): &(&'static str, &str, _)| {
            Attribute::new(key, it.stored.get(key).map_or(*default, String::as_str))
        };
        all.extend(STORED.iter().map(stored));
    }
    let own = |key: &&str| {
        kind == BalancerKind::Application || ["access_logs", "zonal_shift"].iter().any(|p| key.starts_with(p))
    };
    all.extend(FIXED.iter().filter(|(key, _)| own(key)).map(|(key, value)| Attribute::new(key, value)));
    all
}

/// A load balancer's attributes after a change.
pub(super) fn changed_balancer(
    kind: BalancerKind,
    old: &BalancerAttributes,
    changes: &[Attribute],
) -> Result<BalancerAttributes, ApiError> {
    let known = of_balancer(kind, old);
    let mut it = old.clone();
    for (index, change) in changes.iter().enumerate() {
        let place = format!("Attributes[{index}]");
        if !known.iter().any(|attribute| attribute.key == change.key) {
            return Err(change.unknown(known.iter().map(|attribute| attribute.key.as_str()), &place));
        }
        match change.key.as_str() {
            IDLE_TIMEOUT => it.idle_timeout = change.seconds(1, 4000, &place)?,
            CLIENT_KEEP_ALIVE => it.client_keep_alive = change.seconds(60, 604_800, &place)?,
            DELETION_PROTECTION => it.deletion_protection = change.flag(&place)?,
            // It cannot be turned off for an Application Load Balancer, only for its groups [TR-007].
            CROSS_ZONE if kind == BalancerKind::Application && !change.flag(&place)? => {
                return Err(change.wrong("'true': only target groups can turn it off", &place));
            }
            CROSS_ZONE => it.cross_zone = change.flag(&place)?,
            key => match (STORED.iter().find(|(of, ..)| *of == key), FIXED.iter().find(|(of, _)| *of == key)) {
                (Some((key, _, values)), _) if values.contains(&change.value.as_str()) => {
                    it.stored.insert(key, change.value.clone());
                }
                (Some((.., values)), _) => return Err(change.wrong(&format!("one of '{}'", values.join(", ")), &place)),
                (None, Some((_, value))) if *value == change.value => {}
                (None, _) => {
                    let message = format!("the attribute '{key}' is not modelled by this simulator");
                    return Err(ApiError::new("InvalidConfigurationRequest", message).at(place));
                }
            },
        }
    }
    Ok(it)
}

// Listeners

const FLOW_IDLE_TIMEOUT: &str = "tcp.idle_timeout.seconds";

/// All attributes of a listener that are modelled: only those of Network Load Balancers have any.
pub(super) fn of_listener(it: &Listener) -> Vec<Attribute> {
    match it.protocol {
        Protocol::Http => Vec::new(),
        Protocol::Tcp => vec![Attribute::new(FLOW_IDLE_TIMEOUT, it.idle_timeout.as_secs())],
    }
}

/// How long a listener's flows may be silent after a change [TR-121].
pub(super) fn changed_listener(it: &Listener, changes: &[Attribute]) -> Result<Duration, ApiError> {
    let mut idle_timeout = it.idle_timeout;
    for (index, change) in changes.iter().enumerate() {
        let place = format!("Attributes[{index}]");
        idle_timeout = match (it.protocol, change.key.as_str()) {
            (Protocol::Tcp, FLOW_IDLE_TIMEOUT) => change.seconds(60, 6000, &place)?,
            (Protocol::Tcp, _) => return Err(change.unknown([FLOW_IDLE_TIMEOUT].into_iter(), &place)),
            (Protocol::Http, key) => {
                let message = format!("the attribute '{key}' of HTTP listeners is not modelled by this simulator");
                return Err(invalid(message).at(place));
            }
        };
    }
    Ok(idle_timeout)
}
