//! Settings of health checks, as CreateTargetGroup and ModifyTargetGroup take them.

use std::time::Duration;

use super::create_target_group::{MatcherInput, ProtocolWord};
use super::{in_range, invalid};
use crate::api::ApiError;
use crate::world::elb::{CheckPort, Codes, HealthCheck, Matcher, Protocol};

/// What a request says about health checks.
#[derive(Clone, Copy, Debug)]
pub(super) struct HealthCheckInput<'a> {
    pub protocol: Option<ProtocolWord>,
    pub port: Option<&'a str>,
    pub enabled: Option<bool>,
    pub path: Option<&'a str>,
    pub interval: Option<u32>,
    pub timeout: Option<u32>,
    pub healthy_threshold: Option<u32>,
    pub unhealthy_threshold: Option<u32>,
    pub matcher: Option<&'a MatcherInput>,
}

impl HealthCheckInput<'_> {
    /// By which protocol targets are checked that speak this one [TR-051].
    pub fn protocol(&self, targets: Protocol) -> Result<Protocol, ApiError> {
        match (self.protocol, targets) {
            (None, targets) => Ok(targets),
            (Some(ProtocolWord::HTTP), _) => Ok(Protocol::Http),
            (Some(ProtocolWord::TCP), Protocol::Tcp) => Ok(Protocol::Tcp),
            (Some(ProtocolWord::HTTPS), _) => {
                Err(invalid("protocol 'HTTPS' is not modelled by this simulator").at("HealthCheckProtocol"))
            }
            (Some(word), Protocol::Http) => {
                let message = format!("Health check protocol '{}' must be one of 'HTTP, HTTPS'", word.word());
                Err(invalid(message).at("HealthCheckProtocol"))
            }
            (Some(word), Protocol::Tcp) => {
                let message = format!("Health check protocol '{}' must be one of 'HTTP, HTTPS, TCP'", word.word());
                Err(invalid(message).at("HealthCheckProtocol"))
            }
        }
    }

    /// Health checks like `base`, with what the request says.
    pub fn applied_to(&self, base: HealthCheck) -> Result<HealthCheck, ApiError> {
        // Only Lambda functions can do without.
        if self.enabled == Some(false) {
            let message = "Health check enabled must be true for target groups with target type 'instance' or 'ip'";
            return Err(invalid(message).at("HealthCheckEnabled"));
        }
        if base.protocol == Protocol::Tcp {
            for (given, field) in [(self.path.is_some(), "HealthCheckPath"), (self.matcher.is_some(), "Matcher")] {
                if given {
                    return Err(invalid(format!("Health checks of protocol TCP cannot have {field}")).at(field));
                }
            }
        }
        let seconds = |duration: Duration| duration.as_secs() as u32;
        let interval = in_range("HealthCheckIntervalSeconds", self.interval, seconds(base.interval), 5, 300)?;
        // A timeout that nobody asked for has to give way to a short interval.
        let place = "HealthCheckTimeoutSeconds";
        let timeout = in_range(place, self.timeout, seconds(base.timeout).min(interval - 1), 2, 120)?;
        if timeout >= interval {
            let message = format!("Health check interval '{interval}' must be greater than the timeout '{timeout}'");
            return Err(invalid(message).at(place));
        }
        let matcher = self.matcher(base.matcher)?;
        let path = self.path.map_or(base.path, str::to_owned);
        if !path.starts_with('/') || path.len() > 1024 {
            let message = format!("Health check path '{path}' must begin with '/' and have at most 1024 characters");
            return Err(invalid(message).at("HealthCheckPath"));
        }
        let port = match self.port {
            None => base.port,
            Some("traffic-port") => CheckPort::Traffic,
            Some(text) => CheckPort::Fixed(text.parse().ok().filter(|&port: &u16| port > 0).ok_or_else(|| {
                invalid(format!("Health check port '{text}' must be 'traffic-port' or 1-65535")).at("HealthCheckPort")
            })?),
        };
        let (healthy, unhealthy) = (base.healthy_threshold, base.unhealthy_threshold);
        Ok(HealthCheck {
            protocol: base.protocol,
            interval: Duration::from_secs(interval.into()),
            timeout: Duration::from_secs(timeout.into()),
            healthy_threshold: in_range("HealthyThresholdCount", self.healthy_threshold, healthy, 2, 10)?,
            unhealthy_threshold: in_range("UnhealthyThresholdCount", self.unhealthy_threshold, unhealthy, 2, 10)?,
            matcher,
            path,
            port,
        })
    }

    /// The matcher: that of gRPC has codes of its own [TR-059].
    fn matcher(&self, base: Matcher) -> Result<Matcher, ApiError> {
        let Some(MatcherInput { http_code, grpc_code }) = self.matcher else { return Ok(base) };
        let (own, other, word, wrong, field, misplaced) = match base.codes {
            Codes::Grpc => (grpc_code, http_code, "GRPC", "HTTP", "GrpcCode", "HttpCode"),
            Codes::Http | Codes::HttpToTcp => (http_code, grpc_code, "HTTP", "GRPC", "HttpCode", "GrpcCode"),
        };
        if other.is_some() {
            let message = format!("Health check matcher {wrong} code cannot be specified for this protocol version");
            return Err(invalid(message).at(format!("Matcher.{misplaced}")));
        }
        let Some(text) = own else { return Ok(base) };
        Matcher::parse(text, base.codes).ok_or_else(|| {
            let (first, last) = base.codes.range();
            let message =
                format!("Health check matcher {word} code '{text}' must be within '{first}-{last}' inclusive");
            invalid(message).at(format!("Matcher.{field}"))
        })
    }
}
