//! Load balancers, listeners and target groups as AWS describes them.

use serde::Serialize;

use super::Attribute;
use crate::world::World;
use crate::world::elb::{Action, ListenerId, LoadBalancerId, TargetGroupId};

/// A load balancer.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LoadBalancerDescription {
    load_balancer_arn: String,
    #[serde(rename = "DNSName")]
    dns_name: String,
    canonical_hosted_zone_id: String,
    created_time: String,
    load_balancer_name: String,
    scheme: String,
    vpc_id: String,
    state: StateDescription,
    r#type: &'static str,
    availability_zones: Vec<ZoneDescription>,
    security_groups: Vec<String>,
    ip_address_type: &'static str,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct StateDescription {
    code: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ZoneDescription {
    zone_name: String,
    subnet_id: String,
    load_balancer_addresses: Vec<String>,
}

impl LoadBalancerDescription {
    pub(super) fn of(world: &World, id: LoadBalancerId) -> LoadBalancerDescription {
        let balancer = &world.elb.balancers[id];
        let zone = |&subnet: &_| ZoneDescription {
            zone_name: world.network.zone(subnet).to_owned(),
            subnet_id: world.network.subnet(subnet).id.clone(),
            load_balancer_addresses: Vec::new(),
        };
        LoadBalancerDescription {
            load_balancer_arn: balancer.arn.clone(),
            dns_name: balancer.dns.clone(),
            canonical_hosted_zone_id: "Z35SXDOTRQ7X7K".to_owned(),
            created_time: world.account.wall(balancer.created),
            load_balancer_name: balancer.name.clone(),
            scheme: balancer.scheme.to_string(),
            vpc_id: world.network.vpc.clone(),
            state: StateDescription { code: balancer.state.to_string() },
            r#type: "application",
            availability_zones: balancer.subnets.iter().map(zone).collect(),
            security_groups: balancer.groups.iter().map(|&group| world.network.groups[group].id.clone()).collect(),
            ip_address_type: "ipv4",
        }
    }
}

/// A target group.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TargetGroupDescription {
    target_group_arn: String,
    target_group_name: String,
    protocol: &'static str,
    port: u16,
    vpc_id: String,
    health_check_protocol: &'static str,
    health_check_port: String,
    health_check_enabled: bool,
    health_check_interval_seconds: u64,
    health_check_timeout_seconds: u64,
    healthy_threshold_count: u32,
    unhealthy_threshold_count: u32,
    health_check_path: String,
    matcher: MatcherDescription,
    load_balancer_arns: Vec<String>,
    target_type: String,
    protocol_version: &'static str,
    ip_address_type: &'static str,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct MatcherDescription {
    http_code: String,
}

impl TargetGroupDescription {
    pub(super) fn of(world: &World, id: TargetGroupId) -> TargetGroupDescription {
        let group = &world.elb.groups[id];
        let check = &group.check;
        TargetGroupDescription {
            target_group_arn: group.arn.clone(),
            target_group_name: group.name.clone(),
            protocol: "HTTP",
            port: group.port,
            vpc_id: world.network.vpc.clone(),
            health_check_protocol: "HTTP",
            health_check_port: check.port.to_string(),
            health_check_enabled: true,
            health_check_interval_seconds: check.interval.as_secs(),
            health_check_timeout_seconds: check.timeout.as_secs(),
            healthy_threshold_count: check.healthy_threshold,
            unhealthy_threshold_count: check.unhealthy_threshold,
            health_check_path: check.path.clone(),
            matcher: MatcherDescription { http_code: check.matcher.to_string() },
            load_balancer_arns: group.balancer.iter().map(|&id| world.elb.balancers[id].arn.clone()).collect(),
            target_type: group.target_type.to_string(),
            protocol_version: "HTTP1",
            ip_address_type: "ipv4",
        }
    }
}

/// A listener.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListenerDescription {
    listener_arn: String,
    load_balancer_arn: String,
    port: u16,
    protocol: &'static str,
    default_actions: Vec<ActionDescription>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ActionDescription {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_group_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forward_config: Option<ForwardDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed_response_config: Option<FixedResponseDescription>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ForwardDescription {
    target_groups: Vec<ShareDescription>,
    target_group_stickiness_config: StickinessDescription,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ShareDescription {
    target_group_arn: String,
    weight: u32,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct StickinessDescription {
    enabled: bool,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct FixedResponseDescription {
    status_code: String,
}

impl ListenerDescription {
    pub(super) fn of(world: &World, id: ListenerId) -> ListenerDescription {
        let listener = &world.elb.listeners[id];
        ListenerDescription {
            listener_arn: listener.arn.clone(),
            load_balancer_arn: world.elb.balancers[listener.balancer].arn.clone(),
            port: listener.port,
            protocol: "HTTP",
            default_actions: vec![ActionDescription::of(world, listener.default_action())],
        }
    }
}

impl ActionDescription {
    fn of(world: &World, action: &Action) -> ActionDescription {
        match action {
            Action::Forward(forward) => {
                let shares = &forward.shares;
                let arn = |group: TargetGroupId| world.elb.groups[group].arn.clone();
                let share = |share: &crate::world::elb::Share| ShareDescription {
                    target_group_arn: arn(share.group),
                    weight: share.weight,
                };
                ActionDescription {
                    r#type: "forward",
                    target_group_arn: match shares.as_slice() {
                        [only] => Some(arn(only.group)),
                        _ => None,
                    },
                    forward_config: Some(ForwardDescription {
                        target_groups: shares.iter().map(share).collect(),
                        target_group_stickiness_config: StickinessDescription { enabled: false },
                    }),
                    fixed_response_config: None,
                }
            }
            Action::Redirect(_) => unreachable!("nobody makes one yet"),
            Action::FixedResponse { status, .. } => ActionDescription {
                r#type: "fixed-response",
                target_group_arn: None,
                forward_config: None,
                fixed_response_config: Some(FixedResponseDescription { status_code: status.to_string() }),
            },
        }
    }
}

/// What the operations that change attributes answer.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttributesOutput {
    pub(super) attributes: Vec<Attribute>,
}
