//! `elasticloadbalancing:CreateTargetGroup`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::description::TargetGroupDescription;
use super::{checked_name, in_range, invalid};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::elb::{CheckPort, HealthCheck, Matcher, NewTargetGroup, Protocol, TargetType};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:CreateTargetGroup` — makes a group of targets for listeners to forward to.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateTargetGroup {
    /// Up to 32 letters, digits and hyphens.
    pub name: String,
    /// `HTTP`; no other is modelled.
    pub protocol: Option<ProtocolWord>,
    /// `HTTP1`; no other is modelled.
    #[serde(default)]
    pub protocol_version: ProtocolVersionWord,
    /// The port of its targets, 1–65535.
    pub port: Option<u16>,
    /// The id of the VPC, or `default`; there is only one, so it may be left out.
    pub vpc_id: Option<String>,
    /// `HTTP`; no other is modelled.
    pub health_check_protocol: Option<ProtocolWord>,
    /// `traffic-port` unless set, or a port [TR-051].
    pub health_check_port: Option<String>,
    /// `true`: only Lambda functions can do without.
    pub health_check_enabled: Option<bool>,
    /// `/` unless set [TR-051].
    pub health_check_path: Option<String>,
    /// Between the starts of two checks [s]; 30 unless set, 5–300 [TR-046].
    pub health_check_interval_seconds: Option<u32>,
    /// How long an answer may take [s]; 5 unless set, 2–120 [TR-047].
    pub health_check_timeout_seconds: Option<u32>,
    /// Checks that an unhealthy target must pass in a row [count]; 5 unless set, 2–10 [TR-048].
    pub healthy_threshold_count: Option<u32>,
    /// Checks that a target must fail in a row [count]; 2 unless set, 2–10 [TR-049].
    pub unhealthy_threshold_count: Option<u32>,
    /// Which answers pass; `200` unless set [TR-050].
    pub matcher: Option<MatcherInput>,
    /// `instance` unless set; tasks in `awsvpc` mode need `ip` [TR-028].
    #[serde(default)]
    pub target_type: TargetTypeWord,
    /// `ipv4`; no other is modelled.
    pub ip_address_type: Option<GroupIpAddressTypeWord>,
    /// Not modelled.
    #[serde(default)]
    pub tags: NotModelled,
    /// Not modelled.
    #[serde(default)]
    pub target_control_port: NotModelled,
}

/// `Protocol`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[allow(clippy::upper_case_acronyms, reason = "AWS's own words")]
pub enum ProtocolWord {
    HTTP,
    HTTPS,
    TCP,
    TLS,
    UDP,
    #[serde(rename = "TCP_UDP")]
    TcpUdp,
    GENEVE,
    QUIC,
    #[serde(rename = "TCP_QUIC")]
    TcpQuic,
}

/// `ProtocolVersion`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[allow(clippy::upper_case_acronyms, reason = "AWS's own words")]
pub enum ProtocolVersionWord {
    /// HTTP/1.1.
    #[default]
    HTTP1,
    /// Not modelled.
    HTTP2,
    /// Not modelled.
    GRPC,
}

/// `TargetType`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TargetTypeWord {
    /// By instance.
    #[default]
    Instance,
    /// By address.
    Ip,
    /// Not modelled.
    Lambda,
    /// Only for Network Load Balancers.
    Alb,
}

/// `IpAddressType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GroupIpAddressTypeWord {
    /// IPv4.
    Ipv4,
    /// Not modelled.
    Ipv6,
}

/// Which answers pass.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MatcherInput {
    /// `200`, `200,202` or `200-299`; from 200 to 499 [TR-050].
    pub http_code: Option<String>,
    /// Not modelled.
    #[serde(default)]
    pub grpc_code: NotModelled,
}

/// What CreateTargetGroup answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateTargetGroupOutput {
    target_groups: Vec<TargetGroupDescription>,
}

impl CreateTargetGroup {
    fn checked_health_check(&self) -> Result<HealthCheck, ApiError> {
        let default = HealthCheck::of(Protocol::Http, Protocol::Http);
        if self.health_check_enabled == Some(false) {
            let message = "Health check enabled must be true for target groups with target type 'instance' or 'ip'";
            return Err(invalid(message).at("HealthCheckEnabled"));
        }
        let interval = in_range("HealthCheckIntervalSeconds", self.health_check_interval_seconds, 30, 5, 300)?;
        // The default timeout has to give way to a short interval.
        let timeout_default = 5.min(interval - 1);
        let place = "HealthCheckTimeoutSeconds";
        let timeout = in_range(place, self.health_check_timeout_seconds, timeout_default, 2, 120)?;
        if timeout >= interval {
            let message = format!("Health check interval '{interval}' must be greater than the timeout '{timeout}'");
            return Err(invalid(message).at(place));
        }
        let matcher = match self.matcher.as_ref().and_then(|matcher| matcher.http_code.as_deref()) {
            None => default.matcher,
            Some(text) => Matcher::parse(text, Protocol::Http).ok_or_else(|| {
                let message = format!("Health check matcher HTTP code '{text}' must be within '200-499' inclusive");
                invalid(message).at("Matcher.HttpCode")
            })?,
        };
        let path = self.health_check_path.clone().unwrap_or(default.path);
        if !path.starts_with('/') || path.len() > 1024 {
            let message = format!("Health check path '{path}' must begin with '/' and have at most 1024 characters");
            return Err(invalid(message).at("HealthCheckPath"));
        }
        let port = match self.health_check_port.as_deref() {
            None | Some("traffic-port") => CheckPort::Traffic,
            Some(text) => CheckPort::Fixed(text.parse().ok().filter(|&port: &u16| port > 0).ok_or_else(|| {
                invalid(format!("Health check port '{text}' must be 'traffic-port' or 1-65535")).at("HealthCheckPort")
            })?),
        };
        Ok(HealthCheck {
            protocol: Protocol::Http,
            interval: Duration::from_secs(interval.into()),
            timeout: Duration::from_secs(timeout.into()),
            healthy_threshold: in_range("HealthyThresholdCount", self.healthy_threshold_count, 5, 2, 10)?,
            unhealthy_threshold: in_range("UnhealthyThresholdCount", self.unhealthy_threshold_count, 2, 2, 10)?,
            matcher,
            path,
            port,
        })
    }

    fn checked(&self, world: &World) -> Result<NewTargetGroup, ApiError> {
        let name = checked_name("Target group", &self.name)?.to_owned();
        let target_type = match self.target_type {
            TargetTypeWord::Instance => TargetType::Instance,
            TargetTypeWord::Ip => TargetType::Ip,
            TargetTypeWord::Lambda | TargetTypeWord::Alb => {
                return Err(
                    invalid("only target types 'ip' and 'instance' are modelled by this simulator").at("TargetType")
                );
            }
        };
        match self.protocol {
            Some(ProtocolWord::HTTP) => {}
            Some(_) => return Err(invalid("only protocol 'HTTP' is modelled by this simulator").at("Protocol")),
            None => return Err(invalid("A protocol must be specified").at("Protocol")),
        }
        if self.health_check_protocol.is_some_and(|protocol| protocol != ProtocolWord::HTTP) {
            return Err(invalid("only protocol 'HTTP' is modelled by this simulator").at("HealthCheckProtocol"));
        }
        if self.protocol_version != ProtocolVersionWord::HTTP1 {
            return Err(invalid("only version 'HTTP1' is modelled by this simulator").at("ProtocolVersion"));
        }
        if self.ip_address_type == Some(GroupIpAddressTypeWord::Ipv6) {
            return Err(invalid("only IpAddressType 'ipv4' is modelled by this simulator").at("IpAddressType"));
        }
        let port = match self.port {
            Some(port) if port > 0 => port,
            Some(_) => return Err(invalid("Port '0' must be between 1 and 65535").at("Port")),
            None => return Err(invalid("A port must be specified").at("Port")),
        };
        if let Some(vpc) = self.vpc_id.as_deref().filter(|&vpc| vpc != "default" && vpc != world.network.vpc) {
            return Err(invalid(format!("The VPC ID '{vpc}' is not found")).at("VpcId"));
        }
        Ok(NewTargetGroup { name, port, target_type, protocol: Protocol::Http, check: self.checked_health_check()? })
    }
}

impl Operation for CreateTargetGroup {
    const SERVICE: &'static str = "elbv2";
    const NAME: &'static str = "CreateTargetGroup";
    const TABLE: Option<&'static str> = Some("elbv2.targetGroup");
    type Output = CreateTargetGroupOutput;

    /// The same name with the same settings is the same target group.
    fn apply(self, world: &mut World, ctx: &mut Ctx) -> Result<Self::Output, ApiError> {
        let new = self.checked(world)?;
        let id = match world.elb.group_named(&new.name) {
            Some(id) if world.elb.groups[id].is_made_of(&new) => id,
            Some(_) => {
                let message =
                    format!("A target group with the same name '{}' exists, but with different settings", new.name);
                return Err(ApiError::new("DuplicateTargetGroupName", message).at("Name"));
            }
            None => world.lend(|w| &mut w.elb, |elb, peers| elb.create_group(new, peers, ctx)),
        };
        Ok(CreateTargetGroupOutput { target_groups: vec![TargetGroupDescription::of(world, id)] })
    }
}
