//! Load balancers, listeners and target groups as AWS describes them.

use serde::Serialize;

use super::Attribute;
use crate::world::World;
use crate::world::elb::{
    Action, BalancerKind, Codes, Condition, Forward, ListenerId, LoadBalancerId, Matcher, Pattern, Protocol,
    QueryPattern, Redirect, Share, TargetGroupId,
};
use crate::world::network::SubnetId;

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
    r#type: String,
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
pub(super) struct ZoneDescription {
    zone_name: String,
    subnet_id: String,
    load_balancer_addresses: Vec<String>,
}

impl ZoneDescription {
    pub(super) fn of(world: &World, subnet: SubnetId) -> ZoneDescription {
        ZoneDescription {
            zone_name: world.network.zone(subnet).to_owned(),
            subnet_id: world.network.subnet(subnet).id.clone(),
            load_balancer_addresses: Vec::new(),
        }
    }
}

impl LoadBalancerDescription {
    pub(super) fn of(world: &World, id: LoadBalancerId) -> LoadBalancerDescription {
        let balancer = &world.elb.balancers[id];
        LoadBalancerDescription {
            load_balancer_arn: balancer.arn.clone(),
            dns_name: balancer.dns.clone(),
            canonical_hosted_zone_id: match balancer.kind {
                BalancerKind::Application => "Z35SXDOTRQ7X7K",
                BalancerKind::Network => "Z26RNL4JYFTOTI",
            }
            .to_owned(),
            created_time: world.account.wall(balancer.created),
            load_balancer_name: balancer.name.clone(),
            scheme: balancer.scheme.to_string(),
            vpc_id: world.network.vpc.clone(),
            state: StateDescription { code: balancer.state.to_string() },
            r#type: balancer.kind.to_string(),
            availability_zones: balancer.subnets.iter().map(|&subnet| ZoneDescription::of(world, subnet)).collect(),
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
    protocol: String,
    port: u16,
    vpc_id: String,
    health_check_protocol: String,
    health_check_port: String,
    health_check_enabled: bool,
    health_check_interval_seconds: u64,
    health_check_timeout_seconds: u64,
    healthy_threshold_count: u32,
    unhealthy_threshold_count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    health_check_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matcher: Option<MatcherDescription>,
    load_balancer_arns: Vec<String>,
    target_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    protocol_version: Option<&'static str>,
    ip_address_type: &'static str,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct MatcherDescription {
    #[serde(skip_serializing_if = "Option::is_none")]
    http_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grpc_code: Option<String>,
}

impl MatcherDescription {
    fn of(matcher: &Matcher) -> MatcherDescription {
        let text = matcher.to_string();
        match matcher.codes {
            Codes::Grpc => MatcherDescription { http_code: None, grpc_code: Some(text) },
            Codes::Http | Codes::HttpToTcp => MatcherDescription { http_code: Some(text), grpc_code: None },
        }
    }
}

impl TargetGroupDescription {
    pub(super) fn of(world: &World, id: TargetGroupId) -> TargetGroupDescription {
        let group = &world.elb.groups[id];
        let check = &group.check;
        let by_request = check.protocol == Protocol::Http;
        TargetGroupDescription {
            target_group_arn: group.arn.clone(),
            target_group_name: group.name.clone(),
            protocol: group.protocol.to_string(),
            port: group.port,
            vpc_id: world.network.vpc.clone(),
            health_check_protocol: check.protocol.to_string(),
            health_check_port: check.port.to_string(),
            health_check_enabled: true,
            health_check_interval_seconds: check.interval.as_secs(),
            health_check_timeout_seconds: check.timeout.as_secs(),
            healthy_threshold_count: check.healthy_threshold,
            unhealthy_threshold_count: check.unhealthy_threshold,
            health_check_path: by_request.then(|| check.path.clone()),
            matcher: by_request.then(|| MatcherDescription::of(&check.matcher)),
            load_balancer_arns: group.balancer.iter().map(|&id| world.elb.balancers[id].arn.clone()).collect(),
            target_type: group.target_type.to_string(),
            protocol_version: (group.protocol == Protocol::Http).then_some(group.version.into()),
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
    protocol: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    certificates: Vec<CertificateDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ssl_policy: Option<&'static str>,
    default_actions: Vec<ActionDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mutual_authentication: Option<MutualAuthenticationDescription>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct CertificateDescription {
    certificate_arn: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct MutualAuthenticationDescription {
    mode: &'static str,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ActionDescription {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_group_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forward_config: Option<ForwardDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed_response_config: Option<FixedResponseDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_config: Option<RedirectDescription>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_seconds: Option<u64>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct FixedResponseDescription {
    #[serde(skip_serializing_if = "Option::is_none")]
    message_body: Option<String>,
    status_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct RedirectDescription {
    protocol: String,
    port: String,
    host: String,
    path: String,
    query: String,
    status_code: String,
}

/// A rule.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct RuleDescription {
    rule_arn: String,
    priority: String,
    conditions: Vec<ConditionDescription>,
    actions: Vec<ActionDescription>,
    is_default: bool,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ConditionDescription {
    field: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host_header_config: Option<ValuesDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_pattern_config: Option<ValuesDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_header_config: Option<ValuesDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    query_string_config: Option<QueryStringDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_request_method_config: Option<ValuesDescription>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_ip_config: Option<ValuesDescription>,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ValuesDescription {
    #[serde(skip_serializing_if = "Option::is_none")]
    http_header_name: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    regex_values: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct QueryStringDescription {
    values: Vec<PairDescription>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PairDescription {
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    value: String,
}

impl RuleDescription {
    pub(super) fn of(world: &World, listener: ListenerId, place: usize) -> RuleDescription {
        let rule = &world.elb.listeners[listener].rules[place];
        RuleDescription {
            rule_arn: rule.arn.clone(),
            priority: rule.priority.map_or("default".to_owned(), |priority| priority.to_string()),
            conditions: rule.conditions.iter().map(ConditionDescription::of).collect(),
            actions: vec![ActionDescription::of(world, &rule.action)],
            is_default: rule.priority.is_none(),
        }
    }
}

impl ValuesDescription {
    fn of(patterns: &[Pattern]) -> ValuesDescription {
        let some = |regex: bool| {
            let wanted = patterns.iter().filter(move |pattern| pattern.is_regex() == regex);
            wanted.map(|pattern| pattern.text().to_owned()).collect()
        };
        ValuesDescription { http_header_name: None, values: some(false), regex_values: some(true) }
    }

    fn plain(values: Vec<String>) -> ValuesDescription {
        ValuesDescription { values, ..ValuesDescription::default() }
    }
}

impl ConditionDescription {
    fn of(condition: &Condition) -> ConditionDescription {
        let mut told = ConditionDescription { field: condition.field(), ..ConditionDescription::default() };
        match condition {
            Condition::HostHeader(patterns) => {
                let config = ValuesDescription::of(patterns);
                // The short form as well, as AWS tells it.
                told.values.clone_from(&config.values);
                told.host_header_config = Some(config);
            }
            Condition::PathPattern(patterns) => {
                let config = ValuesDescription::of(patterns);
                told.values.clone_from(&config.values);
                told.path_pattern_config = Some(config);
            }
            Condition::HttpHeader { name, values } => {
                let http_header_name = Some(name.clone());
                told.http_header_config = Some(ValuesDescription { http_header_name, ..ValuesDescription::of(values) });
            }
            Condition::Method(methods) => {
                told.http_request_method_config = Some(ValuesDescription::plain(methods.clone()));
            }
            Condition::QueryString(pairs) => {
                let pair = |pair: &QueryPattern| PairDescription {
                    key: pair.key.as_ref().map(|key| key.text().to_owned()),
                    value: pair.value.text().to_owned(),
                };
                told.query_string_config = Some(QueryStringDescription { values: pairs.iter().map(pair).collect() });
            }
            Condition::SourceIp(ranges) => {
                let ranges = ranges.iter().map(ToString::to_string).collect();
                told.source_ip_config = Some(ValuesDescription::plain(ranges));
            }
        }
        told
    }
}

impl ListenerDescription {
    pub(super) fn of(world: &World, id: ListenerId) -> ListenerDescription {
        let listener = &world.elb.listeners[id];
        let tls = listener.tls.iter();
        ListenerDescription {
            listener_arn: listener.arn.clone(),
            load_balancer_arn: world.elb.balancers[listener.balancer].arn.clone(),
            port: listener.port,
            protocol: listener.protocol().to_owned(),
            certificates: tls.map(|tls| CertificateDescription { certificate_arn: tls.certificate.clone() }).collect(),
            ssl_policy: listener.tls.as_ref().map(|tls| tls.policy),
            mutual_authentication: listener.tls.as_ref().map(|_| MutualAuthenticationDescription { mode: "off" }),
            default_actions: vec![ActionDescription::of(world, listener.default_action())],
        }
    }
}

impl ActionDescription {
    fn of(world: &World, action: &Action) -> ActionDescription {
        match action {
            Action::Forward(Forward { shares, sticky_for }) => {
                let arn = |group: TargetGroupId| world.elb.groups[group].arn.clone();
                let share =
                    |share: &Share| ShareDescription { target_group_arn: arn(share.group), weight: share.weight };
                ActionDescription {
                    r#type: "forward",
                    target_group_arn: match shares.as_slice() {
                        [only] => Some(arn(only.group)),
                        _ => None,
                    },
                    forward_config: Some(ForwardDescription {
                        target_groups: shares.iter().map(share).collect(),
                        target_group_stickiness_config: StickinessDescription {
                            enabled: sticky_for.is_some(),
                            duration_seconds: sticky_for.map(|duration| duration.as_secs()),
                        },
                    }),
                    ..ActionDescription::default()
                }
            }
            Action::FixedResponse { status, body, content_type } => ActionDescription {
                r#type: "fixed-response",
                fixed_response_config: Some(FixedResponseDescription {
                    message_body: body.clone(),
                    status_code: status.to_string(),
                    content_type: content_type.clone(),
                }),
                ..ActionDescription::default()
            },
            Action::Redirect(redirect) => {
                let Redirect { status, protocol, host, port, path, query } = redirect.clone();
                let status_code = format!("HTTP_{status}");
                ActionDescription {
                    r#type: "redirect",
                    redirect_config: Some(RedirectDescription { protocol, port, host, path, query, status_code }),
                    ..ActionDescription::default()
                }
            }
        }
    }
}

/// What the operations that change attributes answer.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttributesOutput {
    pub(super) attributes: Vec<Attribute>,
}
