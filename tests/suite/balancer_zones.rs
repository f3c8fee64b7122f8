//! Zones that a load balancer is put into and taken out of while requests flow.

use std::time::Duration;

use serde_json::{Value, json};
use sim_core::engine::Time;
use sim_core::world::app::{AppSpec, Work};
use sim_core::world::network::ZoneId;
use sim_core::world::traffic::{Demand, NewCaller, Policy, Rate, Unreached};
use sim_core::world::{Distribution, Fact};
use tests::lab::{Lab, Setup};
use tests::story::{BALANCER, play, service_behind, typed};

use crate::door::Door;

const A: ZoneId = ZoneId::from_index(0);
const B: ZoneId = ZoneId::from_index(1);
const C: ZoneId = ZoneId::from_index(2);

fn at(seconds: u64) -> Time {
    Time::from_secs(seconds)
}

/// A load balancer in zones a and b with a task in each, which take so long for a request; a new node needs two minutes.
fn lab(wait: Duration) -> Lab {
    let work = Work { wait: Distribution::constant(wait), ..Work::of(Distribution::ZERO) };
    let app = AppSpec::of("app/web").with(work);
    let mut lab = Lab::new(Setup { zones: vec!["us-east-1a", "us-east-1b"], app, ..Setup::default() });
    lab.start_task_in("us-east-1b");
    lab.world.assume.balancer_provisioning = Duration::from_secs(120);
    lab
}

fn set_subnets(lab: &mut Lab, zones: &[&str]) -> Value {
    lab.call("elbv2", "SetSubnets", json!({"LoadBalancerArn": "alb", "Subnets": zones}))
}

fn dns(lab: &Lab) -> Vec<ZoneId> {
    lab.world.elb.dns(lab.balancer).iter().collect()
}

/// Requests that came to the node of each zone so far.
fn by_node(lab: &Lab) -> [u64; 3] {
    let mut all = [0; 3];
    for (zone, meter) in lab.world.cloudwatch.meters_of_group(lab.group) {
        all[zone.index()] += meter.counts().arrived;
    }
    all
}

/// [TR-163] [TR-164] [TR-004] Zone b is exchanged for zone c. Its target is `unused` and gets nothing, its node leaves DNS at
/// once, and clients, who ask the DNS again after a minute, notice nothing. The node in zone c comes after two minutes.
#[test]
fn a_zone_is_exchanged_and_nobody_notices() {
    let mut lab = lab(Duration::from_millis(5));
    lab.constant_traffic(20.0, at(600));
    lab.run_until(at(100));
    assert_eq!(dns(&lab), [A, B]);
    let told = set_subnets(&mut lab, &["us-east-1a", "us-east-1c"]);
    let zones: Vec<_> = told["AvailabilityZones"].as_array().unwrap().iter().map(|it| it["ZoneName"].clone()).collect();
    assert_eq!(zones, ["us-east-1a", "us-east-1c"]);
    assert_eq!(told["IpAddressType"], "ipv4");
    assert_eq!(dns(&lab), [A]);
    let not_in_use = ("unused".to_owned(), "Target.NotInUse".to_owned());
    let healthy = ("healthy".to_owned(), String::new());
    assert_eq!(lab.health()[1], not_in_use);
    let sent = |lab: &Lab| lab.world.elb.targets.iter().map(|(_, target)| target.sent).collect::<Vec<_>>();
    let before = sent(&lab);
    lab.run_until(at(161));
    let after = sent(&lab);
    assert!(after[0] > before[0] + 1000 && after[1] == before[1], "{before:?} {after:?}");
    // From 160 s on everybody comes to zone a, from 220 s on zone c is in DNS, and from 280 s on everybody knows.
    let early = by_node(&lab);
    lab.run_until(at(219));
    assert_eq!(dns(&lab), [A]);
    assert_eq!(by_node(&lab)[1], early[1]);
    lab.run_until(at(300));
    assert_eq!(dns(&lab), [A, C]);
    let middle = by_node(&lab);
    lab.run_until(at(600));
    let late = by_node(&lab);
    let [a, b, c] = [0, 1, 2].map(|zone| late[zone] - middle[zone]);
    assert!(a.abs_diff(c) <= 1 && b == 0 && c > 2900, "{a} {b} {c}");
    assert_eq!(lab.meter().unreached(Unreached::ClientTimeout), 0);
    assert!(lab.statuses().iter().all(|&(status, _)| status == 200), "{:?}", lab.statuses());
    // Back again: the target is checked from now on.
    set_subnets(&mut lab, &["us-east-1a", "us-east-1b"]);
    lab.run_until(at(640));
    assert_eq!(lab.health()[1], healthy);
    let told = lab.facts().into_iter().filter(|(_, fact)| matches!(fact, Fact::ZonesOfBalancerSet { .. }));
    let told: Vec<_> = told.map(|(_, fact)| sim_core::observe::sentence(&lab.world, &fact)).collect();
    assert_eq!(told[0], "load balancer alb has other zones, enabled: us-east-1c, disabled: us-east-1b");
}

/// [TR-164] A request that is in progress at a target of a disabled zone ends as it would have.
#[test]
fn requests_in_a_zone_that_is_disabled_may_end() {
    let mut lab = lab(Duration::from_secs(10));
    lab.constant_traffic(10.0, at(50));
    lab.run_until(at(49));
    set_subnets(&mut lab, &["us-east-1a", "us-east-1c"]);
    let target = lab.world.elb.targets.ids().nth(1).unwrap();
    let there = lab.world.elb.targets[target].outstanding;
    assert!(there > 40, "{there}");
    lab.run_until(at(100));
    assert_eq!(lab.world.elb.targets[target].outstanding, 0);
    assert!(lab.statuses().iter().all(|&(status, _)| status == 200), "{:?}", lab.statuses());
}

/// [TR-164] [TR-159] The node of a disabled zone answers for three minutes. Whoever keeps its address for longer, as a JVM
/// that never asks the DNS twice, waits there in vain.
#[test]
fn whoever_keeps_an_address_for_too_long_waits_in_vain() {
    let mut lab = lab(Duration::from_millis(5));
    let policy = Policy { dns_ttl: Duration::from_secs(86_400), ..Policy::default() };
    let demand = Demand::Open(Rate::constant(20.0, at(0), at(600)).into());
    lab.caller(NewCaller { policy, ..NewCaller::of("forever", "alb", demand) });
    lab.run_until(at(100));
    set_subnets(&mut lab, &["us-east-1a", "us-east-1c"]);
    let interfaces = lab.world.network.free_addresses(lab.world.network.subnet_named("us-east-1b").unwrap());
    lab.run_until(at(279));
    assert_eq!(lab.meter().unreached(Unreached::ClientTimeout), 0);
    lab.run_until(at(700));
    let lost = lab.meter().unreached(Unreached::ClientTimeout);
    assert!((3100..3300).contains(&lost), "half of 20 a second for 320 s: {lost}");
    let after = lab.world.network.free_addresses(lab.world.network.subnet_named("us-east-1b").unwrap());
    assert_eq!(after, interfaces + 1, "its interface is released");
}

/// [TR-164] When all zones are exchanged at once, the old nodes stay in DNS until the first new one is there.
#[test]
fn dns_is_never_empty_while_zones_change() {
    let mut lab = Lab::new(Setup { zones: vec!["us-east-1a", "us-east-1b"], ..Setup::default() });
    lab.world.assume.balancer_provisioning = Duration::from_secs(120);
    set_subnets(&mut lab, &["us-east-1b", "us-east-1c"]);
    assert_eq!(dns(&lab), [B]);
    lab.run_until(at(400));
    assert_eq!(dns(&lab), [B, C]);
    // Enabled and disabled again before its node is there: it never comes.
    set_subnets(&mut lab, &["us-east-1b", "us-east-1a"]);
    set_subnets(&mut lab, &["us-east-1b", "us-east-1c"]);
    lab.run_until(at(1000));
    assert_eq!(dns(&lab), [B, C]);
    assert_eq!(lab.world.elb.balancers[lab.balancer].enis.len(), 2);
    assert!(lab.world.elb.balancers[lab.balancer].leaving.is_empty());
}

/// [TR-164] ECS does not take a target that is `unused` for a broken task: nobody is replaced, and the other task serves all.
#[test]
fn ecs_leaves_tasks_in_a_disabled_zone_alone() {
    let line = "aws elbv2 set-subnets --load-balancer-arn alb --subnets us-east-1b us-east-1c --query AvailabilityZones[].ZoneName";
    let traffic = "[[world.traffic]]\nto = \"alb\"\nrate = \"10/s\"\nfrom = \"4m\"\nuntil = \"14m\"\n";
    let run = play("15m", &[BALANCER, &service_behind(2, ""), traffic, &typed("6m", line)]);
    assert_eq!(run.transcript()[0].output.split_whitespace().collect::<String>(), r#"["us-east-1b","us-east-1c"]"#);
    let started = run.ctx().journal().iter().filter(|(_, it)| matches!(it.fact, Fact::TaskCreated { .. })).count();
    assert_eq!(started, 2);
    let traffic = &run.report().traffic[0];
    assert_eq!(traffic.by_status.get("200").copied(), Some(traffic.requests));
}

/// [TR-002] [TR-163] What is refused, in AWS's words and at its place.
#[test]
fn subnets_that_cannot_be_are_refused() {
    let mut door = Door::new();
    let make = |name: &str, kind: &str| json!({"Name": name, "Type": kind, "Subnets": ["us-east-1a", "us-east-1b"]});
    for (name, kind) in [("alb", "application"), ("nlb", "network")] {
        door.call("elbv2", "CreateLoadBalancer", make(name, kind)).unwrap();
    }
    let mut refused = |input: Value, code: &str, place: &str| {
        let error = door.call("elbv2", "SetSubnets", input).expect_err("it is refused");
        assert_eq!((error.code, error.place.as_str()), (code, place), "{error}");
    };
    let of = |zones: Value| json!({"LoadBalancerArn": "alb", "Subnets": zones});
    refused(of(json!([])), "ValidationError", "Subnets");
    refused(of(json!(["us-east-1a"])), "ValidationError", "Subnets");
    refused(of(json!(["us-east-1a", "us-east-1z"])), "SubnetNotFound", "Subnets[1]");
    refused(of(json!(["us-east-1a", "us-east-1a"])), "InvalidConfigurationRequest", "Subnets[1]");
    refused(
        json!({"LoadBalancerArn": "lb", "Subnets": ["us-east-1a", "us-east-1b"]}),
        "LoadBalancerNotFound",
        "LoadBalancerArn",
    );
    let both =
        json!({"LoadBalancerArn": "alb", "Subnets": ["us-east-1a"], "SubnetMappings": [{"SubnetId": "us-east-1b"}]});
    refused(both, "ValidationError", "SubnetMappings");
    let dual = json!({"LoadBalancerArn": "alb", "Subnets": ["us-east-1a", "us-east-1b"], "IpAddressType": "dualstack"});
    refused(dual, "ValidationError", "IpAddressType");
    // One zone is enough for a Network Load Balancer.
    door.call("elbv2", "SetSubnets", json!({"LoadBalancerArn": "nlb", "Subnets": ["us-east-1a"]})).unwrap();
}
