//! `elasticloadbalancing:CreateTargetGroup`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::description::TargetGroupDescription;
use super::health_check::HealthCheckInput;
use super::{checked_name, invalid};
use crate::api::{ApiError, NotModelled, Operation};
use crate::world::elb::{HealthCheck, HttpVersion, NewTargetGroup, Protocol, TargetType};
use crate::world::{Ctx, World};

/// `elasticloadbalancing:CreateTargetGroup` — makes a group of targets for listeners to forward to.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CreateTargetGroup {
    /// Up to 32 letters, digits and hyphens.
    pub name: String,
    /// `HTTP`, or `TCP` for a Network Load Balancer; no other is modelled.
    pub protocol: Option<ProtocolWord>,
    /// `HTTP1` unless set, `HTTP2` or `GRPC`; those two are only for listeners for HTTPS [TR-167].
    #[serde(default)]
    pub protocol_version: ProtocolVersionWord,
    /// The port of its targets, 1–65535.
    pub port: Option<u16>,
    /// The id of the VPC, or `default`; there is only one, so it may be left out.
    pub vpc_id: Option<String>,
    /// `HTTP`, or `TCP` for TCP targets, unless set [TR-051].
    pub health_check_protocol: Option<ProtocolWord>,
    /// `traffic-port` unless set, or a port [TR-051].
    pub health_check_port: Option<String>,
    /// `true`: only Lambda functions can do without.
    pub health_check_enabled: Option<bool>,
    /// `/` unless set [TR-051]; `/AWS.ALB/healthcheck` of gRPC [TR-059].
    pub health_check_path: Option<String>,
    /// Between the starts of two checks [s]; 30 unless set, 5–300 [TR-046].
    pub health_check_interval_seconds: Option<u32>,
    /// How long an answer may take [s]; 5 unless set, 2–120 [TR-047]. TCP targets: 10, or 6 when checked by HTTP.
    pub health_check_timeout_seconds: Option<u32>,
    /// Checks that an unhealthy target must pass in a row [count]; 5 unless set, 2–10 [TR-048].
    pub healthy_threshold_count: Option<u32>,
    /// Checks that a target must fail in a row [count]; 2 unless set, 2–10 [TR-049].
    pub unhealthy_threshold_count: Option<u32>,
    /// Which answers pass; `200`, `200-399` for TCP targets [TR-050], or `12` of gRPC [TR-059], unless set.
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

impl ProtocolWord {
    /// As AWS spells it.
    pub(super) fn word(self) -> &'static str {
        match self {
            ProtocolWord::HTTP => "HTTP",
            ProtocolWord::HTTPS => "HTTPS",
            ProtocolWord::TCP => "TCP",
            ProtocolWord::TLS => "TLS",
            ProtocolWord::UDP => "UDP",
            ProtocolWord::TcpUdp => "TCP_UDP",
            ProtocolWord::GENEVE => "GENEVE",
            ProtocolWord::QUIC => "QUIC",
            ProtocolWord::TcpQuic => "TCP_QUIC",
        }
    }
}

/// `ProtocolVersion`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[allow(clippy::upper_case_acronyms, reason = "AWS's own words")]
pub enum ProtocolVersionWord {
    /// HTTP/1.1.
    #[default]
    HTTP1,
    /// HTTP/2.
    HTTP2,
    /// gRPC.
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
    /// `12`, `0,1` or `0-5`; from 0 to 99, for target groups of the version `GRPC` [TR-059].
    pub grpc_code: Option<String>,
}

/// What CreateTargetGroup answers.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateTargetGroupOutput {
    target_groups: Vec<TargetGroupDescription>,
}

impl CreateTargetGroup {
    fn checked_health_check(&self, targets: Protocol, version: HttpVersion) -> Result<HealthCheck, ApiError> {
        let said = HealthCheckInput {
            protocol: self.health_check_protocol,
            port: self.health_check_port.as_deref(),
            enabled: self.health_check_enabled,
            path: self.health_check_path.as_deref(),
            interval: self.health_check_interval_seconds,
            timeout: self.health_check_timeout_seconds,
            healthy_threshold: self.healthy_threshold_count,
            unhealthy_threshold: self.unhealthy_threshold_count,
            matcher: self.matcher.as_ref(),
        };
        said.applied_to(HealthCheck::of(targets, version, said.protocol(targets)?))
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
        let protocol = match self.protocol {
            Some(ProtocolWord::HTTP) => Protocol::Http,
            Some(ProtocolWord::TCP) => Protocol::Tcp,
            Some(_) => {
                let message = "only protocols 'HTTP' and 'TCP' are modelled by this simulator";
                return Err(invalid(message).at("Protocol"));
            }
            None => return Err(invalid("A protocol must be specified").at("Protocol")),
        };
        let version = match self.protocol_version {
            ProtocolVersionWord::HTTP1 => HttpVersion::Http1,
            ProtocolVersionWord::HTTP2 => HttpVersion::Http2,
            ProtocolVersionWord::GRPC => HttpVersion::Grpc,
        };
        if version.is_multiplexed() && protocol != Protocol::Http {
            let message = format!("Protocol version '{version}' cannot be specified for protocol '{protocol}'");
            return Err(invalid(message).at("ProtocolVersion"));
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
        let check = self.checked_health_check(protocol, version)?;
        Ok(NewTargetGroup { name, port, target_type, protocol, version, check })
    }
}

/// Target groups of a Region [count] [TR-010].
const GROUPS_MAX: usize = 3000;

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
            None if world.elb.live_groups().count() >= GROUPS_MAX => {
                let message = format!("A Region can have at most '{GROUPS_MAX}' target groups");
                return Err(ApiError::new("TooManyTargetGroups", message).at("Name"));
            }
            None => world.lend(|w| &mut w.elb, |elb, peers| elb.create_group(new, peers, ctx)),
        };
        Ok(CreateTargetGroupOutput { target_groups: vec![TargetGroupDescription::of(world, id)] })
    }
}
