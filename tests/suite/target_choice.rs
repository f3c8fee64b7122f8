//! Which target gets the next request: zones, thresholds, slow start, anomalies, stickiness, flows.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;
use sim_core::engine::Time;
use sim_core::world::cloudwatch::{Metric, Subject};
use sim_core::world::elb::{ElbEvent, HealthReason, LoadBalancerId, Pick, TargetId, TargetState, Verdict};
use sim_core::world::network::ZoneId;
use sim_core::world::{Event, Fact};
use tests::lab::{Lab, Setup};
use tests::story::{BALANCER, play, service_behind};

const A: ZoneId = ZoneId::from_index(0);
const B: ZoneId = ZoneId::from_index(1);
const C: ZoneId = ZoneId::from_index(2);

fn target(number: usize) -> TargetId {
    TargetId::from_index(number as u32)
}

/// A lab with so many healthy tasks in zones a and b, at ten seconds.
fn lab_in(zones: (u32, u32), attributes: Vec<(&'static str, &'static str)>) -> Lab {
    lab_of(Setup { tasks: 0, attributes, ..Setup::default() }, zones)
}

fn lab_of(setup: Setup, zones: (u32, u32)) -> Lab {
    let mut lab = Lab::new(setup);
    for _ in 0..zones.0 {
        lab.start_task_in("us-east-1a");
    }
    for _ in 0..zones.1 {
        lab.start_task_in("us-east-1b");
    }
    lab.run_until(Time::from_secs(10));
    lab
}

fn pick(lab: &mut Lab, node: ZoneId) -> Pick {
    lab.world.elb.pick(lab.group, node, lab.ctx.now(), None)
}

/// What each target gets of so many requests, which come to the nodes in DNS by turns [%].
fn shares(lab: &mut Lab, requests: u64) -> BTreeMap<usize, f64> {
    let nodes = lab.world.elb.dns(lab.balancer);
    let mut shares = BTreeMap::new();
    for number in 0..requests {
        let pick = pick(lab, nodes.from_place(number).pop().expect("a zone is always in DNS"));
        *shares.entry(pick.target.expect("a target").index()).or_default() += 100.0 / requests as f64;
    }
    shares
}

/// Lets the next checks of a target fail until it is unhealthy, or pass until it is healthy.
fn judge(lab: &mut Lab, number: usize, verdict: Verdict) {
    for _ in 0..5 {
        lab.now(Event::Elb(ElbEvent::Checked(target(number), verdict)));
    }
}

const FAILED: Verdict = Verdict::Failed(HealthReason::Timeout);

/// [TR-006][TR-007][TR-005] Two targets in one zone and eight in another: 10 % each with cross-zone on, 25 % and 6.25 %
/// with it off.
#[test]
fn cross_zone_decides_whose_targets_a_node_uses() {
    let two_zones = Setup { tasks: 0, zones: vec!["us-east-1a", "us-east-1b"], ..Setup::default() };
    let mut lab = lab_of(two_zones, (2, 8));
    assert!(shares(&mut lab, 1000).values().all(|share| (share - 10.0).abs() < 0.01));
    lab.set_attributes(&[("load_balancing.cross_zone.enabled", "false")]);
    let zonal = shares(&mut lab, 1600);
    assert!((0..2).all(|number| (zonal[&number] - 25.0).abs() < 0.01), "{zonal:?}");
    assert!((2..10).all(|number| (zonal[&number] - 6.25).abs() < 0.01), "{zonal:?}");
    lab.set_attributes(&[("load_balancing.cross_zone.enabled", "use_load_balancer_configuration")]);
    assert!(shares(&mut lab, 1000).values().all(|share| (share - 10.0).abs() < 0.01));
}

/// [TR-008] With cross-zone off a zone without a target stays in DNS and has nobody to send to.
#[test]
fn an_empty_zone_has_nobody_to_send_to() {
    let mut lab = lab_in((1, 0), vec![("load_balancing.cross_zone.enabled", "false")]);
    assert_eq!(lab.world.elb.dns(lab.balancer).iter().collect::<Vec<_>>(), [A, B, C]);
    assert_eq!(pick(&mut lab, A).target, Some(target(0)));
    assert_eq!(pick(&mut lab, C), Pick { target: None, fail_open: true, stuck: false });
    lab.constant_traffic(30.0, Time::from_secs(70));
    lab.run_until(Time::from_secs(71));
    let [(200, good), (503, empty)] = lab.statuses()[..] else { panic!("{:?}", lab.statuses()) };
    assert!(good.abs_diff(empty / 2) < 3, "{good} {empty}");
}

/// [TR-009][TR-064] With cross-zone off a zone whose targets are all unhealthy leaves DNS, and comes back with the first
/// that is healthy again. When all zones fail all are used.
#[test]
fn a_zone_without_a_healthy_target_leaves_dns() {
    let mut lab = lab_in((2, 1), vec![("load_balancing.cross_zone.enabled", "false")]);
    let dns = |lab: &Lab| lab.world.elb.dns(lab.balancer).iter().collect::<Vec<_>>();
    judge(&mut lab, 2, FAILED);
    assert_eq!(dns(&lab), [A, C]);
    judge(&mut lab, 2, Verdict::Passed);
    assert_eq!(dns(&lab), [A, B, C]);
    lab.set_attributes(&[("target_group_health.dns_failover.minimum_healthy_targets.count", "2")]);
    assert_eq!(dns(&lab), [A, C], "one target is not enough any more");
    judge(&mut lab, 0, FAILED);
    assert_eq!(dns(&lab), [C]);
    lab.set_attributes(&[("target_group_health.dns_failover.minimum_healthy_targets.count", "off")]);
    lab.set_attributes(&[("target_group_health.dns_failover.minimum_healthy_targets.percentage", "51")]);
    assert_eq!(dns(&lab), [B, C]);
    lab.set_attributes(&[("load_balancing.cross_zone.enabled", "true")]);
    assert_eq!(dns(&lab), [A, B, C]);
}

/// [TR-066][TR-063][TR-062] Ten healthy of ten here and four of ten there, with a threshold of half: the second zone
/// fails over on its own, both together do not.
#[test]
fn thresholds_count_by_zone_or_all_together() {
    let mut lab = lab_in((10, 10), Vec::new());
    lab.set_attributes(&[("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "50")]);
    for number in 14..20 {
        judge(&mut lab, number, FAILED);
    }
    assert!(!pick(&mut lab, A).fail_open && !pick(&mut lab, B).fail_open);
    assert!(shares(&mut lab, 140).keys().all(|&number| number < 14));
    lab.set_attributes(&[("load_balancing.cross_zone.enabled", "false")]);
    assert!(!pick(&mut lab, A).fail_open && pick(&mut lab, B).fail_open);
    let chosen: Vec<usize> = (0..10).filter_map(|_| pick(&mut lab, B).target).map(TargetId::index).collect();
    assert!((10..20).all(|number| chosen.contains(&number)), "{chosen:?}");
    lab.set_attributes(&[("load_balancing.cross_zone.enabled", "true")]);
    lab.set_attributes(&[("target_group_health.dns_failover.minimum_healthy_targets.count", "15")]);
    lab.set_attributes(&[("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "15")]);
    assert!(pick(&mut lab, A).fail_open, "fourteen are fewer than fifteen");
}

/// [TR-077][TR-154] A new target's share grows in a straight line. [TR-078] Those that were there do not start slowly.
#[test]
fn a_new_target_starts_slowly() {
    let mut lab = lab_in((3, 0), Vec::new());
    lab.set_attributes(&[("slow_start.duration_seconds", "100")]);
    assert!((0..3).all(|number| (shares(&mut lab, 300)[&number] - 100.0 / 3.0).abs() < 0.5));
    lab.start_task();
    let share = |lab: &mut Lab, seconds: u64| {
        lab.run_until(Time::from_secs(seconds));
        shares(lab, 3000).get(&3).copied().unwrap_or(0.0)
    };
    for (seconds, weight) in [(11, 0.01), (35, 0.25), (60, 0.5), (85, 0.75), (110, 1.0), (200, 1.0)] {
        let wanted = 100.0 * weight / (3.0 + weight);
        let got = share(&mut lab, seconds);
        assert!((got - wanted).abs() < 0.2, "{got} % instead of {wanted} % at {seconds} s");
    }
}

/// [TR-079][TR-077] Whoever turns unhealthy leaves slow start and enters it again when it is healthy. [TR-078] Not when
/// nobody else is healthy; and turning it on changes nothing for those that are healthy.
#[test]
fn a_target_that_comes_back_starts_slowly_again() {
    let mut lab = lab_in((2, 0), Vec::new());
    lab.set_attributes(&[("slow_start.duration_seconds", "30")]);
    let even = shares(&mut lab, 100);
    assert!((even[&0] - 50.0).abs() < 0.1, "{even:?}");
    judge(&mut lab, 0, FAILED);
    assert_eq!(shares(&mut lab, 100).len(), 1);
    judge(&mut lab, 0, Verdict::Passed);
    assert!(shares(&mut lab, 1000)[&0] < 1.5);
    // It turns unhealthy before it has grown, and all of it begins anew.
    lab.run_until(Time::from_secs(25));
    assert!((shares(&mut lab, 1000)[&0] - 100.0 / 3.0).abs() < 1.0);
    judge(&mut lab, 0, FAILED);
    judge(&mut lab, 0, Verdict::Passed);
    assert!(shares(&mut lab, 1000)[&0] < 1.5);
    // The first event of its growth must not end the second.
    lab.run_until(Time::from_secs(41));
    assert!(shares(&mut lab, 1000)[&0] < 40.0);
    lab.run_until(Time::from_secs(56));
    assert!((shares(&mut lab, 1000)[&0] - 50.0).abs() < 0.2);
    judge(&mut lab, 0, FAILED);
    judge(&mut lab, 1, FAILED);
    judge(&mut lab, 0, Verdict::Passed);
    assert_eq!(shares(&mut lab, 100).keys().collect::<Vec<_>>(), [&0]);
    lab.now(Event::Elb(ElbEvent::Grown(target(0))));
    judge(&mut lab, 1, Verdict::Passed);
    assert!(shares(&mut lab, 1000)[&1] < 1.5, "the first was fully grown at once, the second is not");
}

/// [TR-078] Those that are registered into an empty group by one request do not start slowly, a later one does; of those
/// that ECS registers one by one the first only has its full share at once.
#[test]
fn targets_registered_together_do_not_start_slowly() {
    const SLOW: (&str, &str) = ("slow_start.duration_seconds", "100");
    let mut lab = lab_in((3, 0), vec![SLOW]);
    let one_by_one = shares(&mut lab, 1000);
    assert!(one_by_one[&1] < 15.0 && one_by_one[&2] < 15.0, "{one_by_one:?}");
    lab.call("elbv2", "CreateTargetGroup", json!({"Name": "hand", "Protocol": "HTTP", "Port": 80, "TargetType": "ip"}));
    let attributes = json!({"TargetGroupArn": "hand", "Attributes": [{"Key": SLOW.0, "Value": SLOW.1}]});
    lab.call("elbv2", "ModifyTargetGroupAttributes", attributes);
    lab.listen(81, json!({"Type": "forward", "TargetGroupArn": "hand"}));
    let address = |lab: &Lab, number: usize| json!({"Id": &*lab.world.elb.targets[target(number)].address});
    let (first, second, third) = (address(&lab, 0), address(&lab, 1), address(&lab, 2));
    lab.call("elbv2", "RegisterTargets", json!({"TargetGroupArn": "hand", "Targets": [first, second]}));
    lab.run_until(Time::from_secs(11));
    lab.group = lab.world.elb.group_named("hand").expect("made above");
    assert!(shares(&mut lab, 1000).values().all(|share| (share - 50.0).abs() < 0.1));
    lab.call("elbv2", "RegisterTargets", json!({"TargetGroupArn": "hand", "Targets": [third]}));
    lab.run_until(Time::from_secs(12));
    assert!(shares(&mut lab, 1000)[&5] < 2.0);
}

/// Requests for so many seconds, a hundred each, of which one target fails a share.
fn failing(lab: &mut Lab, seconds: u64, bad: usize, percent: u64) -> BTreeMap<usize, u64> {
    let mut got = BTreeMap::new();
    for _ in 0..seconds {
        for number in 0..100 {
            let chosen = pick(lab, A).target.expect("a target");
            lab.world.elb.began(chosen);
            let failed = chosen.index() == bad && number < percent;
            lab.world.elb.ended(chosen, 0, failed);
            if failed {
                lab.world.elb.suspect(chosen, &mut lab.ctx);
            }
            *got.entry(chosen.index()).or_default() += 1;
        }
        let next = lab.ctx.now() + Duration::from_secs(1);
        lab.run_until(next);
    }
    got
}

/// [TR-080] The target that fails more than its peers is anomalous, and still healthy. [TR-081] With mitigation it gets
/// as little as possible, and its share again when it has recovered.
#[test]
fn an_anomalous_target_gets_less() {
    let mut lab = lab_in((4, 0), vec![("load_balancing.algorithm.type", "weighted_random")]);
    let without = failing(&mut lab, 30, 2, 100);
    assert!(without[&2] > 600, "{without:?}");
    let facts = |lab: &Lab, wanted: fn(&Fact) -> bool| lab.facts().iter().filter(|(_, fact)| wanted(fact)).count();
    assert_eq!(facts(&lab, |fact| matches!(fact, Fact::TargetAnomalous { .. })), 1);
    assert!(lab.world.elb.targets[target(2)].anomalous);
    assert_eq!(lab.world.elb.targets[target(2)].state, TargetState::Healthy);
    lab.set_attributes(&[("load_balancing.algorithm.anomaly_mitigation", "on")]);
    failing(&mut lab, 10, 2, 100);
    let mitigated = failing(&mut lab, 60, 2, 100);
    let told =
        lab.call("elbv2", "DescribeTargetHealth", json!({"TargetGroupArn": "tg", "Include": ["AnomalyDetection"]}));
    let told = |number: usize| told["TargetHealthDescriptions"][number]["AnomalyDetection"].clone();
    assert_eq!(told(2), json!({"Result": "anomalous", "MitigationInEffect": "yes"}));
    assert_eq!(told(1), json!({"Result": "normal", "MitigationInEffect": "no"}));
    let few = mitigated.get(&2).copied().unwrap_or(0);
    assert!(few < 60, "{few} of 6000");
    // A hundredth of a share: it takes a while until it has shown that it is well again, then ten steps.
    failing(&mut lab, 200, 2, 0);
    assert_eq!(facts(&lab, |fact| matches!(fact, Fact::TargetNormal { .. })), 1);
    let after = failing(&mut lab, 40, 2, 0);
    assert!(after[&2].abs_diff(1000) < 120, "{after:?}");
}

/// [TR-140] Targets that fail more than their peers are counted, and those that get less because of it: also when there are
/// none, as a whole and by zone.
#[test]
fn anomalous_and_mitigated_targets_are_counted() {
    let mut lab = lab_in((4, 0), vec![("load_balancing.algorithm.type", "weighted_random")]);
    let last = |lab: &Lab| {
        let subjects = [Subject::Group(lab.group), Subject::GroupZone(lab.group, A)];
        let of = |metric| subjects.map(|subject| lab.series(subject, metric).last().map(|(_, point)| point.max));
        let (anomalous, mitigated) = (of(Metric::AnomalousHostCount), of(Metric::MitigatedHostCount));
        assert!(anomalous[0] == anomalous[1] && mitigated[0] == mitigated[1]);
        (anomalous[0], mitigated[0])
    };
    failing(&mut lab, 65, 2, 0);
    assert_eq!(last(&lab), (Some(0.0), Some(0.0)));
    failing(&mut lab, 65, 2, 100);
    assert_eq!(last(&lab), (Some(1.0), Some(0.0)));
    lab.set_attributes(&[("load_balancing.algorithm.anomaly_mitigation", "on")]);
    failing(&mut lab, 65, 2, 100);
    assert_eq!(last(&lab), (Some(1.0), Some(1.0)));
    failing(&mut lab, 400, 2, 0);
    assert_eq!(last(&lab), (Some(0.0), Some(0.0)));
}

/// [TR-080] Two healthy targets are no peers to compare with.
#[test]
fn two_targets_are_not_compared() {
    let mut lab = lab_in((2, 0), Vec::new());
    failing(&mut lab, 30, 0, 100);
    assert!(!lab.facts().iter().any(|(_, fact)| matches!(fact, Fact::TargetAnomalous { .. })));
}

/// [TR-082][TR-083] A cookie leads to its target as long as that can be used; without sticky sessions it means nothing.
#[test]
fn a_cookie_leads_to_its_target() {
    let mut lab = lab_in((3, 0), Vec::new());
    let with = |lab: &mut Lab, cookie: usize| lab.world.elb.pick(lab.group, A, lab.ctx.now(), Some(target(cookie)));
    assert!(!with(&mut lab, 1).stuck);
    lab.set_attributes(&[("stickiness.enabled", "true"), ("stickiness.lb_cookie.duration_seconds", "60")]);
    let lasts = lab.world.elb.groups[lab.group].attributes.stickiness.lasts();
    assert_eq!(lasts, Some(Duration::from_secs(60)));
    for _ in 0..5 {
        assert_eq!(with(&mut lab, 1), Pick { target: Some(target(1)), fail_open: false, stuck: true });
    }
    judge(&mut lab, 1, FAILED);
    assert!((0..5).map(|_| with(&mut lab, 1)).all(|pick| !pick.stuck && pick.target != Some(target(1))));
    lab.now(Event::Elb(ElbEvent::Deregister(lab.tasks[2])));
    assert_eq!(with(&mut lab, 2), Pick { target: Some(target(0)), fail_open: false, stuck: false }, "[TR-068]");
}

/// [TR-076][TR-083][TR-065][TR-081] What does not go together is refused, in one request or in two.
#[test]
fn what_does_not_go_together_is_refused() {
    let mut lab = Lab::new(Setup::default());
    let both = |first: (&str, &str), second: (&str, &str)| {
        let one = |(key, value): (&str, &str)| json!({"Key": key, "Value": value});
        json!({"TargetGroupArn": "tg", "Attributes": [one(first), one(second)]})
    };
    const ALGORITHM: &str = "load_balancing.algorithm.type";
    const SLOW: (&str, &str) = ("slow_start.duration_seconds", "30");
    const STICKY: (&str, &str) = ("stickiness.enabled", "true");
    for (first, second) in [
        ((ALGORITHM, "least_outstanding_requests"), SLOW),
        ((ALGORITHM, "weighted_random"), SLOW),
        ((ALGORITHM, "weighted_random"), STICKY),
        (STICKY, ("load_balancing.cross_zone.enabled", "false")),
        (STICKY, ("stickiness.type", "app_cookie")),
        (("load_balancing.algorithm.anomaly_mitigation", "on"), (ALGORITHM, "round_robin")),
        (
            ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "3"),
            ("target_group_health.dns_failover.minimum_healthy_targets.count", "2"),
        ),
        (
            ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "30"),
            ("target_group_health.dns_failover.minimum_healthy_targets.percentage", "20"),
        ),
    ] {
        let (code, message, place) = lab.refused("elbv2", "ModifyTargetGroupAttributes", both(first, second));
        assert!(
            code == "InvalidConfigurationRequest" && place.starts_with("Attributes["),
            "{code}: {message} at {place}"
        );
    }
    lab.set_attributes(&[SLOW]);
    let later = json!({"TargetGroupArn": "tg", "Attributes": [{"Key": ALGORITHM, "Value": "weighted_random"}]});
    assert_eq!(lab.refused("elbv2", "ModifyTargetGroupAttributes", later).2, "Attributes[0]");
}

/// [TR-027][TR-029][TR-172] Addresses of tasks can be registered by hand, with any port; nothing else can. Whoever is not
/// there can be deregistered all the same.
#[test]
fn addresses_of_tasks_are_registered_by_hand() {
    let mut lab = lab_in((1, 0), Vec::new());
    lab.call("elbv2", "CreateTargetGroup", json!({"Name": "hand", "Protocol": "HTTP", "Port": 80, "TargetType": "ip"}));
    let address = lab.world.elb.targets[target(0)].address.to_string();
    let input = |id: &str, port: u16| json!({"TargetGroupArn": "hand", "Targets": [{"Id": id, "Port": port}]});
    lab.call("elbv2", "RegisterTargets", input(&address, 80));
    lab.call("elbv2", "RegisterTargets", input(&address, 8080));
    lab.call("elbv2", "RegisterTargets", input(&address, 8080));
    lab.run_until(Time::from_secs(20));
    let health = |lab: &mut Lab| {
        let told = lab.call("elbv2", "DescribeTargetHealth", json!({"TargetGroupArn": "hand"}));
        let told = told["TargetHealthDescriptions"].as_array().cloned().unwrap();
        told.iter().map(|one| format!("{} {}", one["Target"]["Port"], one["TargetHealth"]["State"])).collect::<Vec<_>>()
    };
    assert_eq!(health(&mut lab), ["80 \"unused\"", "8080 \"unused\""]);
    lab.listen(81, json!({"Type": "forward", "TargetGroupArn": "hand"}));
    lab.run_until(Time::from_secs(21));
    assert_eq!(health(&mut lab), ["80 \"healthy\"", "8080 \"initial\""]);
    lab.call("elbv2", "DeregisterTargets", input(&address, 80));
    assert_eq!(health(&mut lab), ["80 \"draining\"", "8080 \"initial\""]);
    lab.call("elbv2", "RegisterTargets", input(&address, 80));
    assert_eq!(health(&mut lab), ["8080 \"initial\"", "80 \"initial\""], "registered anew, at the end of the turn");
    for (given, wanted) in [
        (input("203.0.113.7", 80), "InvalidTarget"),
        (input("10.1.2.3", 80), "InvalidTarget"),
        (input("i-0123", 80), "ValidationError"),
        (input(&address, 0), "ValidationError"),
        (json!({"TargetGroupArn": "hand", "Targets": []}), "ValidationError"),
    ] {
        assert_eq!(lab.refused("elbv2", "RegisterTargets", given).0, wanted);
    }
    let before = health(&mut lab);
    lab.call("elbv2", "DeregisterTargets", input(&address, 81));
    assert_eq!(health(&mut lab), before, "nobody is there, so nobody leaves");
}

/// [TR-033][TR-045][TR-058][TR-061][TR-147] One checker gives a target one verdict, by the settings of its group, and
/// checks are no requests.
#[test]
fn changed_settings_of_health_checks_are_in_force_with_the_next_check() {
    let mut lab = lab_in((1, 0), Vec::new());
    let changed = json!({"TargetGroupArn": "tg", "HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 2, "Matcher": {"HttpCode": "201"}});
    lab.call("elbv2", "ModifyTargetGroup", changed);
    lab.run_until(Time::from_secs(34));
    assert_eq!(lab.health()[0].0, "healthy", "the check at 30 s was the first to fail");
    lab.run_until(Time::from_secs(36));
    assert_eq!(lab.health()[0], ("unhealthy".to_owned(), "Target.ResponseCodeMismatch".to_owned()));
    assert_eq!(lab.world.requests_sent(), 0);
    assert!(lab.sums(sim_core::world::cloudwatch::Metric::RequestCount).is_empty());
    let told = lab.call("elbv2", "DescribeTargetGroups", json!({"Names": ["tg"]}));
    assert_eq!(told["TargetGroups"][0]["HealthCheckIntervalSeconds"], json!(5));
    let wrong = json!({"TargetGroupArn": "tg", "HealthCheckTimeoutSeconds": 5});
    assert_eq!(lab.refused("elbv2", "ModifyTargetGroup", wrong).0, "ValidationError");
    lab.now(Event::Elb(ElbEvent::Deregister(lab.tasks[0])));
    let told = lab.call("elbv2", "DescribeTargetHealth", json!({"TargetGroupArn": "tg"}));
    let health = &told["TargetHealthDescriptions"][0]["TargetHealth"];
    assert_eq!(health["Description"], json!("Target deregistration is in progress"));
}

/// [TR-056] Five passing checks bring a target back, 120 s from the first to the last; two at 5 s take 5 s.
#[test]
fn a_target_comes_back_after_as_many_checks_as_the_threshold_says() {
    for (settings, takes) in [
        (json!({}), 120),
        (json!({"HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 2, "HealthyThresholdCount": 2}), 5),
    ] {
        let mut lab = Lab::new(Setup { target_group: settings, ..Setup::default() });
        lab.run_until(Time::from_secs(1));
        for _ in 0..2 {
            lab.now(Event::Elb(ElbEvent::Checked(target(0), FAILED)));
        }
        assert_eq!(lab.health()[0].0, "unhealthy");
        lab.run_until(Time::from_secs(600));
        let times: Vec<u64> = lab
            .facts()
            .iter()
            .filter(|(_, fact)| matches!(fact, Fact::TargetHealthy { .. }))
            .map(|(at, _)| at.as_secs_f64() as u64)
            .collect();
        let interval = if takes == 120 { 30 } else { 5 };
        assert_eq!(times, [0, interval + takes]);
    }
}

/// A zone that is lost takes its node along: it leaves DNS when that has been noticed, and comes back.
#[test]
fn the_node_of_a_lost_zone_leaves_dns() {
    let fault = "[[world.fault]]\nat = \"5m\"\nzone = \"us-east-1a\"\nlose = \"power\"\nfor = \"1m\"\n";
    for (duration, zones) in [("5m29s", vec![A, B]), ("5m31s", vec![B]), ("6m29s", vec![B]), ("6m31s", vec![A, B])] {
        let run = play(duration, &[BALANCER, &service_behind(2, ""), fault]);
        let dns = run.world().elb.dns(LoadBalancerId::from_index(0));
        assert_eq!(dns.iter().collect::<Vec<_>>(), zones, "after {duration}");
    }
}

#[derive(Clone, Debug)]
enum Step {
    Start(usize),
    Leave(usize),
    Fail(usize),
    Pass(usize),
    Set(&'static str, &'static str),
    Wait(u64),
    Request(u8, Option<usize>, bool),
}

fn step() -> impl Strategy<Value = Step> {
    let attribute = prop::sample::select(vec![
        ("load_balancing.algorithm.type", "round_robin"),
        ("load_balancing.algorithm.type", "least_outstanding_requests"),
        ("load_balancing.algorithm.type", "weighted_random"),
        ("load_balancing.algorithm.anomaly_mitigation", "on"),
        ("load_balancing.algorithm.anomaly_mitigation", "off"),
        ("load_balancing.cross_zone.enabled", "true"),
        ("load_balancing.cross_zone.enabled", "false"),
        ("slow_start.duration_seconds", "0"),
        ("slow_start.duration_seconds", "40"),
        ("stickiness.enabled", "true"),
        ("stickiness.enabled", "false"),
        ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "50"),
        ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off"),
    ]);
    prop_oneof![
        2 => (0..3usize).prop_map(Step::Start),
        1 => (0..12usize).prop_map(Step::Leave),
        2 => (0..12usize).prop_map(Step::Fail),
        2 => (0..12usize).prop_map(Step::Pass),
        2 => attribute.prop_map(|(key, value)| Step::Set(key, value)),
        1 => (1..40u64).prop_map(Step::Wait),
        12 => (0..3u8, prop::option::of(0..12usize), any::<bool>()).prop_map(|(a, b, c)| Step::Request(a, b, c)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// [TR-006][TR-062][TR-068][TR-083] Whatever happens, a target that may not be chosen never is, and one that may be is
    /// found whenever there is one.
    #[test]
    fn a_target_that_may_not_be_chosen_never_is(steps in prop::collection::vec(step(), 1..120)) {
        let zones = ["us-east-1a", "us-east-1b", "us-east-1c"];
        let mut lab = Lab::new(Setup::default());
        for step in steps {
            let known = lab.world.elb.targets.len();
            match step {
                Step::Start(zone) if known < 12 => drop(lab.start_task_in(zones[zone])),
                Step::Leave(number) if number < lab.tasks.len() => {
                    lab.now(Event::Elb(ElbEvent::Deregister(lab.tasks[number])));
                }
                Step::Fail(number) if number < known => judge(&mut lab, number, FAILED),
                Step::Pass(number) if number < known => judge(&mut lab, number, Verdict::Passed),
                Step::Set(key, value) => {
                    // Some are refused, because of what was set before.
                    let input = json!({"TargetGroupArn": "tg", "Attributes": [{"Key": key, "Value": value}]});
                    let entry = sim_core::api::find("elbv2", "ModifyTargetGroupAttributes").expect("it exists");
                    let _ = (entry.call)(input, &mut lab.world, &mut lab.ctx);
                }
                Step::Wait(seconds) => {
                    let until = lab.ctx.now() + Duration::from_secs(seconds);
                    lab.run_until(until);
                }
                Step::Request(node, cookie, bad) => {
                    let cookie = cookie.filter(|&number| number < known).map(target);
                    let pick = lab.world.elb.pick(lab.group, ZoneId::from_index(node), lab.ctx.now(), cookie);
                    let elb = &lab.world.elb;
                    let group = &elb.groups[lab.group];
                    let zonal = group.attributes.cross_zone == Some(false);
                    let mine = |id: TargetId| !zonal || elb.targets[id].node == ZoneId::from_index(node);
                    let healthy = |id: TargetId| elb.targets[id].state == TargetState::Healthy;
                    let checked = |id: TargetId| healthy(id) || elb.targets[id].state == TargetState::Initial || elb.targets[id].state.is_unhealthy();
                    match pick.target {
                        Some(id) => {
                            prop_assert!(group.targets.contains(&id));
                            prop_assert!(pick.stuck || mine(id), "{id:?} is in another zone");
                            prop_assert!(healthy(id) || pick.fail_open && checked(id), "{:?}", elb.targets[id].state);
                            prop_assert!(!pick.stuck || group.attributes.stickiness.enabled && cookie == Some(id));
                            lab.world.elb.began(id);
                            lab.world.elb.ended(id, 0, bad);
                        }
                        None => {
                            let some = group.targets.iter().any(|&id| mine(id) && checked(id));
                            prop_assert!(!some, "there was somebody");
                        }
                    }
                }
                _ => {}
            }
            prop_assert!(!lab.world.elb.dns(lab.balancer).is_empty());
        }
    }

    /// [TR-075][TR-152] In n × k requests each of n targets gets k by round robin, in the same order, and by least
    /// outstanding requests when nobody answers; by weighted random within four standard deviations.
    #[test]
    fn shares_are_equal(targets in 1..12u32, turns in 1..50u64, seed in 0..1000u64) {
        let mut lab = Lab::new(Setup { seed, tasks: targets, ..Setup::default() });
        lab.run_until(Time::from_secs(1));
        let requests = u64::from(targets) * turns;
        let chosen: Vec<usize> = (0..requests).filter_map(|_| pick(&mut lab, A).target).map(TargetId::index).collect();
        prop_assert!(chosen.iter().enumerate().all(|(number, &chosen)| chosen == number % targets as usize));
        lab.set_attributes(&[("load_balancing.algorithm.type", "least_outstanding_requests")]);
        for _ in 0..requests {
            let chosen = pick(&mut lab, A).target.expect("a target");
            lab.world.elb.began(chosen);
        }
        prop_assert!(lab.world.elb.targets.iter().all(|(_, target)| u64::from(target.outstanding) == turns));
        lab.set_attributes(&[("load_balancing.algorithm.type", "weighted_random")]);
        let mut counts = vec![0f64; targets as usize];
        let draws = 400 * u64::from(targets);
        for _ in 0..draws {
            counts[pick(&mut lab, A).target.expect("a target").index()] += 1.0;
        }
        let p = 1.0 / f64::from(targets);
        let deviation = (draws as f64 * p * (1.0 - p)).sqrt().max(1.0);
        prop_assert!(counts.iter().all(|count| (count - 400.0).abs() < 4.5 * deviation), "{counts:?}");
    }
}
