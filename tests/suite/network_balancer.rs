//! Network Load Balancers: their targets, health checks, flows and zones.

use serde_json::{Value, json};
use sim_core::engine::Time;
use sim_core::world::app::AppSpec;
use sim_core::world::elb::{ElbEvent, HealthReason, LoadBalancerId, TargetGroupId, TargetId, TargetState, Verdict};
use sim_core::world::network::ZoneId;
use sim_core::world::{Assumptions, Event};
use tests::lab::{Lab, Setup};

pub(crate) const GROUP: TargetGroupId = TargetGroupId::from_index(1);
pub(crate) const BALANCER: LoadBalancerId = LoadBalancerId::from_index(1);
pub(crate) const A: ZoneId = ZoneId::from_index(0);
const B: ZoneId = ZoneId::from_index(1);

/// A network load balancer `nlb` in two zones that forwards port 80 to the group `flows`, in which so many tasks of
/// zones a and b are registered, beside the lab's own.
pub(crate) fn lab(zones: (u32, u32), settings: Value) -> Lab {
    lab_of(Setup::default().app, zones, settings)
}

/// The same with tasks that behave like this.
pub(crate) fn lab_of(app: AppSpec, zones: (u32, u32), settings: Value) -> Lab {
    let mut lab = Lab::new(Setup {
        tasks: 0,
        app,
        assume: Assumptions { nlb_registration: std::time::Duration::from_secs(90), ..Setup::default().assume },
        ..Setup::default()
    });
    for zone in
        std::iter::repeat_n("us-east-1a", zones.0 as usize).chain(std::iter::repeat_n("us-east-1b", zones.1 as usize))
    {
        lab.start_task_in(zone);
    }
    lab.run_until(Time::from_secs(1));
    let nlb = json!({"Name": "nlb", "Type": "network", "Subnets": ["us-east-1a", "us-east-1b"], "SecurityGroups": ["alb-sg"]});
    lab.call("elbv2", "CreateLoadBalancer", nlb);
    let mut group = json!({"Name": "flows", "Protocol": "TCP", "Port": 80, "TargetType": "ip"});
    group.as_object_mut().unwrap().extend(settings.as_object().cloned().unwrap_or_default());
    lab.call("elbv2", "CreateTargetGroup", group);
    let listener = json!({"LoadBalancerArn": "nlb", "Protocol": "TCP", "Port": 80, "DefaultActions": [{"Type": "forward", "TargetGroupArn": "flows"}]});
    lab.call("elbv2", "CreateListener", listener);
    let targets: Vec<Value> = lab.world.elb.targets.iter().map(|(_, target)| json!({"Id": &*target.address})).collect();
    if !targets.is_empty() {
        lab.call("elbv2", "RegisterTargets", json!({"TargetGroupArn": "flows", "Targets": targets}));
    }
    lab
}

pub(crate) fn health(lab: &mut Lab) -> Vec<String> {
    let told = lab.call("elbv2", "DescribeTargetHealth", json!({"TargetGroupArn": "flows"}));
    let told = told["TargetHealthDescriptions"].as_array().cloned().unwrap();
    let one =
        |one: &Value| format!("{} {}", one["TargetHealth"]["State"], one["TargetHealth"]["Reason"]).replace('"', "");
    told.iter().map(one).collect()
}

pub(crate) fn set(lab: &mut Lab, changes: &[(&str, &str)]) {
    let changes: Vec<Value> = changes.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
    lab.call("elbv2", "ModifyTargetGroupAttributes", json!({"TargetGroupArn": "flows", "Attributes": changes}));
}

pub(crate) fn members(lab: &Lab) -> Vec<TargetId> {
    lab.world.elb.groups[GROUP].targets.clone()
}

pub(crate) fn judge(lab: &mut Lab, id: TargetId, verdict: Verdict) {
    for _ in 0..5 {
        lab.now(Event::Elb(ElbEvent::Checked(id, verdict)));
    }
}

pub(crate) const FAILED: Verdict = Verdict::Failed(HealthReason::FailedHealthChecks);

/// [TR-144][TR-060] Registration takes 90 s; then a connection is all that a check asks for. [TR-047][TR-050][TR-051] Its
/// defaults. [TR-002] One subnet is enough.
#[test]
fn a_target_of_a_network_load_balancer_takes_its_time() {
    let mut lab = lab((1, 0), json!({}));
    lab.run_until(Time::from_secs(90));
    assert_eq!(health(&mut lab), ["initial Elb.RegistrationInProgress"]);
    lab.run_until(Time::from_secs(92));
    assert_eq!(health(&mut lab), ["healthy null"]);
    let told = lab.call("elbv2", "DescribeTargetGroups", json!({"Names": ["flows"]}))["TargetGroups"][0].clone();
    assert_eq!(
        (told["HealthCheckTimeoutSeconds"].clone(), told["HealthCheckProtocol"].clone()),
        (json!(10), json!("TCP"))
    );
    assert_eq!((told["Matcher"].clone(), told["ProtocolVersion"].clone()), (json!(null), json!(null)));
    let by_http = json!({"Name": "h", "Protocol": "TCP", "Port": 80, "TargetType": "ip", "HealthCheckProtocol": "HTTP", "Matcher": {"HttpCode": "200-599"}});
    lab.call("elbv2", "CreateTargetGroup", by_http);
    let told = lab.call("elbv2", "DescribeTargetGroups", json!({"Names": ["h"]}))["TargetGroups"][0].clone();
    assert_eq!(
        (told["HealthCheckTimeoutSeconds"].clone(), told["Matcher"]["HttpCode"].clone()),
        (json!(6), json!("200-599"))
    );
    let made =
        lab.call("elbv2", "CreateLoadBalancer", json!({"Name": "one", "Type": "network", "Subnets": ["us-east-1c"]}));
    let made = &made["LoadBalancers"][0];
    assert!(made["LoadBalancerArn"].as_str().unwrap().contains(":loadbalancer/net/one/"), "{made}");
    assert_eq!((made["Type"].clone(), made["SecurityGroups"].clone()), (json!("network"), json!([])));
}

/// [TR-043] One reason for all failures, whatever it was.
#[test]
fn a_check_that_fails_has_one_reason() {
    let mut lab = lab(
        (1, 0),
        json!({"HealthCheckProtocol": "HTTP", "Matcher": {"HttpCode": "204"}, "HealthCheckIntervalSeconds": 10}),
    );
    lab.run_until(Time::from_secs(120));
    assert_eq!(health(&mut lab), ["unhealthy Target.FailedHealthChecks"]);
}

/// [TR-120] The same flow gets the same target, and many flows are spread evenly. [TR-007] Cross-zone is off unless it is
/// turned on: a node uses the targets of its own zone.
#[test]
fn a_flow_is_chosen_by_its_hash() {
    let mut lab = lab((1, 3), json!({}));
    lab.run_until(Time::from_secs(100));
    let all = members(&lab);
    let chosen = |lab: &Lab, node: ZoneId| {
        let mut counts = vec![0; 4];
        for flow in 0..4000u64 {
            let hash = flow.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let pick = lab.world.elb.flow_target(GROUP, hash, node);
            assert_eq!(pick, lab.world.elb.flow_target(GROUP, hash, node));
            counts[all.iter().position(|&id| Some(id) == pick.target).unwrap()] += 1;
        }
        counts
    };
    assert_eq!(chosen(&lab, A), [4000, 0, 0, 0]);
    let of_b = chosen(&lab, B);
    assert!(of_b[0] == 0 && of_b[1..].iter().all(|count| (1200..1460).contains(count)), "{of_b:?}");
    let on = json!({"LoadBalancerArn": "nlb", "Attributes": [{"Key": "load_balancing.cross_zone.enabled", "Value": "true"}]});
    lab.call("elbv2", "ModifyLoadBalancerAttributes", on);
    assert!(chosen(&lab, A).iter().all(|count| (900..1100).contains(count)));
}

/// [TR-123][TR-064][TR-009] A zone without a healthy target is not in DNS, nor is one without any; with none at all, or
/// none healthy, all zones are, and everybody gets flows.
#[test]
fn zones_without_a_healthy_target_are_not_in_dns() {
    let dns = |lab: &Lab| lab.world.elb.dns(BALANCER).iter().collect::<Vec<_>>();
    let mut empty = lab((0, 0), json!({}));
    assert_eq!(dns(&empty), [A, B]);
    assert_eq!(empty.world.elb.flow_target(GROUP, 7, A).target, None);
    empty.run_until(Time::from_secs(1));
    let mut one_sided = lab((2, 0), json!({}));
    one_sided.run_until(Time::from_secs(100));
    assert_eq!(dns(&one_sided), [A]);
    let mut lab = lab((1, 1), json!({}));
    lab.run_until(Time::from_secs(100));
    assert_eq!(dns(&lab), [A, B]);
    let [first, second] = members(&lab)[..] else { panic!("two targets") };
    judge(&mut lab, second, FAILED);
    assert_eq!(dns(&lab), [A]);
    judge(&mut lab, first, FAILED);
    assert_eq!(dns(&lab), [A, B]);
    let pick = lab.world.elb.flow_target(GROUP, 7, A);
    assert!(pick.fail_open && pick.target == Some(first));
}

/// [TR-122][TR-039] What happens to an unhealthy target's connections can be said, but not both ways.
#[test]
fn an_unhealthy_target_may_keep_its_connections_for_a_while() {
    let mut lab = lab((1, 1), json!({}));
    lab.run_until(Time::from_secs(100));
    set(&mut lab, &[("load_balancing.cross_zone.enabled", "true")]);
    let interval = ("target_health_state.unhealthy.draining_interval_seconds", "20");
    let both = json!({"TargetGroupArn": "flows", "Attributes": [{"Key": interval.0, "Value": interval.1}]});
    assert_eq!(lab.refused("elbv2", "ModifyTargetGroupAttributes", both).0, "InvalidConfigurationRequest");
    set(&mut lab, &[("target_health_state.unhealthy.connection_termination.enabled", "false"), interval]);
    let first = members(&lab)[0];
    judge(&mut lab, first, FAILED);
    assert_eq!(health(&mut lab)[0], "unhealthy.draining Target.FailedHealthChecks");
    lab.run_until(Time::from_secs(119));
    assert_eq!(lab.world.elb.targets[first].state, TargetState::UnhealthyDraining);
    lab.run_until(Time::from_secs(120));
    assert_eq!(health(&mut lab)[0], "unhealthy Target.FailedHealthChecks");
    judge(&mut lab, first, Verdict::Passed);
    assert_eq!(health(&mut lab)[0], "healthy null");
}

/// [TR-124] Connections outlast the deregistration delay unless they are to be ended. [TR-126] The client's address is
/// not kept for targets by address, and that cannot be changed here.
#[test]
fn a_network_load_balancer_has_attributes_of_its_own() {
    let mut lab = lab((1, 0), json!({}));
    let told = lab.call("elbv2", "DescribeTargetGroupAttributes", json!({"TargetGroupArn": "flows"}));
    let told: Vec<String> = told["Attributes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{}={}", one["Key"], one["Value"]).replace('"', ""))
        .collect();
    for wanted in [
        "deregistration_delay.connection_termination.enabled=false",
        "target_health_state.unhealthy.connection_termination.enabled=true",
        "preserve_client_ip.enabled=false",
        "stickiness.type=source_ip",
    ] {
        assert!(told.contains(&wanted.to_owned()), "{wanted}: {told:?}");
    }
    assert!(!told.iter().any(|one| one.contains("slow_start") || one.contains("algorithm")), "{told:?}");
    let refused = |lab: &mut Lab, key: &str, value: &str| {
        let input = json!({"TargetGroupArn": "flows", "Attributes": [{"Key": key, "Value": value}]});
        lab.refused("elbv2", "ModifyTargetGroupAttributes", input).0
    };
    assert_eq!(refused(&mut lab, "preserve_client_ip.enabled", "true"), "InvalidConfigurationRequest");
    assert_eq!(refused(&mut lab, "slow_start.duration_seconds", "30"), "ValidationError");
    assert_eq!(refused(&mut lab, "stickiness.type", "lb_cookie"), "InvalidConfigurationRequest");
    lab.run_until(Time::from_secs(100));
    let first = members(&lab)[0];
    lab.world.elb.began(first);
    let leave = json!({"TargetGroupArn": "flows", "Targets": [{"Id": &*lab.world.elb.targets[first].address}]});
    lab.call("elbv2", "DeregisterTargets", leave);
    assert_eq!(health(&mut lab), ["draining Target.DeregistrationInProgress"]);
    assert_eq!(lab.world.elb.flow_target(GROUP, 1, A).target, None, "no new connections");
    lab.run_until(Time::from_secs(401));
    assert_eq!(health(&mut lab), Vec::<String>::new());
    assert_eq!(lab.world.elb.targets[first].outstanding, 1, "it is left alone");
}

/// Protocols, rules and actions that do not go with a network load balancer.
#[test]
fn what_does_not_go_with_a_network_load_balancer_is_refused() {
    let mut lab = lab((0, 0), json!({}));
    let listener = |balancer: &str, protocol: &str, action: Value| json!({"LoadBalancerArn": balancer, "Protocol": protocol, "Port": 99, "DefaultActions": [action]});
    let forward = |group: &str| json!({"Type": "forward", "TargetGroupArn": group});
    let fixed = json!({"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}});
    for (input, wanted) in [
        (
            listener("nlb", "HTTP", forward("flows")),
            "ValidationError: Listener protocol 'HTTP' must be one of 'TCP, TLS, UDP, TCP_UDP'",
        ),
        (
            listener("alb", "TCP", forward("flows")),
            "ValidationError: Listener protocol 'TCP' must be one of 'HTTP, HTTPS'",
        ),
        (
            listener("nlb", "TCP", fixed),
            "InvalidLoadBalancerAction: Listeners of Network Load Balancers can only forward",
        ),
    ] {
        let (code, message, _) = lab.refused("elbv2", "CreateListener", input);
        assert_eq!(format!("{code}: {message}"), wanted);
    }
    lab.call("elbv2", "CreateTargetGroup", json!({"Name": "free", "Protocol": "TCP", "Port": 80, "TargetType": "ip"}));
    assert_eq!(
        lab.refused("elbv2", "CreateListener", listener("alb", "HTTP", forward("free"))).0,
        "IncompatibleProtocols"
    );
    assert_eq!(
        lab.refused("elbv2", "CreateListener", listener("nlb", "TCP", forward("tg"))).0,
        "TargetGroupAssociationLimit"
    );
    let rule = json!({"ListenerArn": "nlb:80", "Priority": 1, "Conditions": [{"Field": "path-pattern", "Values": ["/"]}], "Actions": [forward("flows")]});
    assert_eq!(lab.refused("elbv2", "CreateRule", rule).0, "OperationNotPermitted");
    let group = |extra: Value| {
        let mut group = json!({"Name": "g", "Protocol": "TCP", "Port": 80, "TargetType": "ip"});
        group.as_object_mut().unwrap().extend(extra.as_object().cloned().unwrap());
        group
    };
    for extra in [
        json!({"HealthCheckPath": "/x"}),
        json!({"Matcher": {"HttpCode": "200"}}),
        json!({"HealthCheckProtocol": "HTTP", "Matcher": {"HttpCode": "600"}}),
    ] {
        assert_eq!(lab.refused("elbv2", "CreateTargetGroup", group(extra)).0, "ValidationError");
    }
    let by_tcp = json!({"Name": "g", "Protocol": "HTTP", "Port": 80, "TargetType": "ip", "HealthCheckProtocol": "TCP"});
    assert_eq!(lab.refused("elbv2", "CreateTargetGroup", by_tcp).0, "ValidationError");
}

/// [TR-143] It costs by the hour, as its own line. A service may stand behind it.
#[test]
fn a_network_load_balancer_is_billed_and_serves_services() {
    let mut lab = lab((0, 0), json!({}));
    let network = json!({"awsvpcConfiguration": {"subnets": ["us-east-1a"], "securityGroups": ["task-sg"]}});
    let behind = json!([{"targetGroupArn": "flows", "containerName": "web", "containerPort": 80}]);
    let service = json!({
        "cluster": "demo", "serviceName": "behind-nlb", "taskDefinition": "app", "desiredCount": 0,
        "launchType": "FARGATE", "networkConfiguration": network, "loadBalancers": behind,
    });
    let made = lab.call("ecs", "CreateService", service);
    assert!(made["service"]["loadBalancers"][0]["targetGroupArn"].as_str().unwrap().contains("targetgroup/flows/"));
    lab.run_until(Time::from_secs(3000));
    let bill = sim_core::world::billing::bill(&lab.world, lab.ctx.now()).expect("prices are known");
    let line =
        |name: &str| bill.items.iter().find(|item| item.name == name).map(|item| (item.quantity, item.unit_price));
    assert_eq!(line("Network Load Balancer"), Some((1.0, 0.0225)));
    assert_eq!(line("Application Load Balancer"), Some((1.0, 0.0225)));
}
