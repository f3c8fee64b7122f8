//! Flows through a Network Load Balancer under load, what resets them, and what CloudWatch is told.

use std::time::Duration;

use serde_json::json;
use sim_core::engine::Time;
use sim_core::world::app::{AppEvent, AppSpec, Work};
use sim_core::world::cloudwatch::{Metric, SeriesKey, Subject};
use sim_core::world::ecs::Containers;
use sim_core::world::elb::TargetId;
use sim_core::world::traffic::{Arrivals, CallerId, Demand, NewCaller, Policy, Rate, Unreached};
use sim_core::world::{Distribution, Event, billing};
use tests::lab::Lab;

use crate::network_balancer::{A, BALANCER, FAILED, GROUP, judge, lab_of, members, set};

const WHOLE: Subject = Subject::Balancer(BALANCER);

fn at(seconds: u64) -> Time {
    Time::from_secs(seconds)
}

/// Half a second after it, when requests that come at full seconds are under way.
fn half_past(seconds: u64) -> Time {
    at(seconds) + Duration::from_millis(500)
}

fn secs(seconds: u64) -> Distribution {
    Distribution::constant(Duration::from_secs(seconds))
}

/// A Network Load Balancer before two tasks in one zone, for which a request is this work, once they are healthy.
fn two_targets_with(work: Work) -> Lab {
    let mut lab = lab_of(AppSpec::of("app/web").with(work), (2, 0), json!({}));
    lab.run_until(at(100));
    lab
}

/// The same, waiting for a second with each request.
fn two_targets() -> Lab {
    two_targets_with(waits(1))
}

fn waits(seconds: u64) -> Work {
    Work { wait: secs(seconds), ..Work::of(Distribution::ZERO) }
}

/// A hundred users who ask, wait a second for the answer, and think for two: their first requests come together two
/// minutes after the beginning, so that there are a hundred flows, and then they come every three seconds.
fn hundred_users(lab: &mut Lab, until: Time) -> CallerId {
    let demand = Demand::Closed { users: 100, think: secs(2), from: at(118), until };
    lab.caller(NewCaller::of("users", "nlb", demand))
}

/// A metric's sum in each minute in which it was reported.
fn sums(lab: &Lab, subject: Subject, metric: Metric) -> Vec<f64> {
    lab.series(subject, metric).iter().map(|(_, point)| point.sum).collect()
}

/// What a metric of the load balancer was in a minute.
fn in_minute(lab: &Lab, metric: Metric, minute: u32) -> f64 {
    let points = lab.series(WHOLE, metric);
    points
        .iter()
        .find(|(at, _)| *at == minute)
        .unwrap_or_else(|| panic!("{metric} of minute {minute}: {points:?}"))
        .1
        .sum
}

fn answers(lab: &Lab, target: TargetId) -> u64 {
    lab.world.cloudwatch.times_of(target).map_or(0, |(times, _)| times.len())
}

fn leave(lab: &mut Lab, target: TargetId) {
    let one = json!({"TargetGroupArn": "flows", "Targets": [{"Id": &*lab.world.elb.targets[target].address}]});
    lab.call("elbv2", "DeregisterTargets", one);
}

fn failed(lab: &Lab, caller: CallerId) -> u64 {
    lab.world.traffic.callers[caller].classes[0].ledger.failed[Unreached::ClientReset as usize]
}

/// [TR-120][TR-160][TR-161] A hundred users make a hundred flows, each of which stays with its target: twenty requests a
/// minute on each. Flows, bytes and resets are counted exactly, zeros too, as a whole and by zone; nothing that is HTTP's is
/// reported. [TR-133] Health is counted as at any load balancer.
#[test]
fn a_network_load_balancer_counts_flows() {
    let mut lab = two_targets();
    let caller = hundred_users(&mut lab, at(300));
    lab.run_until(at(361));
    let [first, second] = members(&lab)[..] else { panic!("two targets") };
    let shares = [answers(&lab, first), answers(&lab, second)];
    assert_eq!(shares.iter().sum::<u64>(), 100 * 60, "three minutes of twenty requests each");
    assert!(shares.iter().all(|share| share % 60 == 0 && (35 * 60..65 * 60).contains(share)), "{shares:?}");
    assert_eq!(failed(&lab, caller), 0);

    let node = Subject::BalancerZone(BALANCER, A);
    for of in [WHOLE, node] {
        assert_eq!(sums(&lab, of, Metric::NewFlowCount), [0.0, 0.0, 100.0, 0.0, 0.0, 0.0]);
        // The last answers came at 298 s, and idle connections are kept for a minute.
        assert_eq!(sums(&lab, of, Metric::ActiveFlowCount), [0.0, 0.0, 100.0, 100.0, 100.0, 0.0]);
        let bytes = 20.0 * 100.0 * 10_000.0;
        assert_eq!(sums(&lab, of, Metric::ProcessedBytes), [0.0, 0.0, bytes, bytes, bytes, 0.0]);
        for resets in [Metric::TCP_Client_Reset_Count, Metric::TCP_ELB_Reset_Count, Metric::TCP_Target_Reset_Count] {
            assert_eq!(sums(&lab, of, resets), [0.0; 6]);
        }
    }
    assert_eq!(sums(&lab, Subject::Group(GROUP), Metric::HealthyHostCount), [0.0, 2.0, 2.0, 2.0, 2.0, 2.0]);
    assert_eq!(sums(&lab, Subject::GroupZone(GROUP, A), Metric::UnHealthyHostCount), [0.0; 6]);
    for (key, _) in lab.world.cloudwatch.series.iter() {
        let is_ours = matches!(key.subject, Subject::Balancer(id) | Subject::BalancerZone(id, _) if id == BALANCER)
            || matches!(key.subject, Subject::Group(id) | Subject::GroupZone(id, _) if id == GROUP);
        if !is_ours {
            assert_ne!(key.namespace(&lab.world), "AWS/NetworkELB", "{key:?}");
            continue;
        }
        assert_eq!(key.namespace(&lab.world), "AWS/NetworkELB", "{key:?}");
        let name = key.metric.to_string();
        assert!(!name.contains("Request") && !name.contains("HTTP") && !name.contains("Response"), "{key:?}");
    }
}

/// [TR-160] The dimensions are those of Application Load Balancers, with `net/` in the name.
#[test]
fn metrics_of_flows_name_their_load_balancer() {
    let mut lab = two_targets();
    lab.run_until(at(121));
    let path = lab.world.elb.balancers[BALANCER].path().to_owned();
    assert!(path.starts_with("net/nlb/"), "{path}");
    let dimensions = |subject: Subject| {
        SeriesKey { subject, metric: Metric::HealthyHostCount }.dimensions(&lab.world).into_iter().map(|(name, _)| name)
    };
    assert_eq!(dimensions(WHOLE).collect::<Vec<_>>(), ["LoadBalancer"]);
    assert_eq!(
        dimensions(Subject::BalancerZone(BALANCER, A)).collect::<Vec<_>>(),
        ["AvailabilityZone", "LoadBalancer"]
    );
    assert_eq!(dimensions(Subject::Group(GROUP)).collect::<Vec<_>>(), ["TargetGroup", "LoadBalancer"]);
}

/// [TR-143] A capacity unit covers 800 new flows a second, 100,000 open ones, or 1 GB an hour: the largest share counts,
/// at 0.006 USD an hour.
#[test]
fn capacity_units_of_a_network_load_balancer_have_their_own_measure() {
    let mut lab = two_targets();
    hundred_users(&mut lab, at(300));
    lab.run_until(at(361));
    let units = sums(&lab, WHOLE, Metric::ConsumedLCUs);
    let by_bytes = 20.0 * 100.0 * 10_000.0 * 60.0 / 1e9;
    assert_eq!(units, [0.0, 0.0, by_bytes, by_bytes, by_bytes, 0.0]);
    let bill = billing::bill(&lab.world, lab.ctx.now()).expect("prices are known");
    let line = bill.items.iter().find(|item| item.unit == "NLCU-hour").expect("it was used");
    assert!((line.quantity - 3.0 * by_bytes / 60.0).abs() < 1e-12 && line.unit_price == 0.006, "{line:?}");
    // Small answers: then new flows count, 800 a second of them.
    let mut lab = two_targets_with(Work { bytes: Distribution::amount(10), ..Work::of(Distribution::ZERO) });
    let once = Policy { keep_alive: Duration::ZERO, ..Policy::default() };
    let demand = Demand::Open(Arrivals::even(Rate::constant(100.0, at(120), at(180))));
    lab.caller(NewCaller { policy: once, ..NewCaller::of("clients", "nlb", demand) });
    lab.run_until(at(181));
    let new = in_minute(&lab, Metric::NewFlowCount, 2);
    assert!((5999.0..=6000.0).contains(&new), "{new}");
    assert_eq!(in_minute(&lab, Metric::ConsumedLCUs, 2), new / 60.0 / 800.0);
}

/// [TR-124] A deregistered target gets no new flow and keeps those it has, even after the delay. When they are to be ended
/// they are, all at once: whoever waits for an answer is reset, and so is whoever asks next. [TR-161] The load balancer's resets.
#[test]
fn flows_outlast_their_target_unless_they_are_to_be_ended() {
    for terminates in [false, true] {
        let mut lab = two_targets();
        set(
            &mut lab,
            &[
                ("deregistration_delay.timeout_seconds", "60"),
                ("deregistration_delay.connection_termination.enabled", if terminates { "true" } else { "false" }),
            ],
        );
        let caller = hundred_users(&mut lab, at(400));
        lab.run_until(half_past(150));
        let [first, second] = members(&lab)[..] else { panic!("two targets") };
        let flows = answers(&lab, first) / 10;
        leave(&mut lab, first);
        let late = Demand::Open(Arrivals::even(Rate::constant(10.0, at(160), at(170))));
        let late = lab.caller(NewCaller::of("late", "nlb", late));
        lab.run_until(at(180));
        assert_eq!(answers(&lab, first), 20 * flows, "it goes on with the flows that it has");
        let others = lab.world.traffic.callers[late].classes[0].ledger.calls;
        assert!(others >= 99);
        assert_eq!(answers(&lab, second), 20 * (100 - flows) + others, "and all new ones are the other's");
        // The delay is over at 210.5 s, when the users have just asked.
        lab.run_until(half_past(240));
        if terminates {
            assert_eq!(failed(&lab, caller), flows);
            assert_eq!(in_minute(&lab, Metric::TCP_ELB_Reset_Count, 3), flows as f64);
            assert_eq!(in_minute(&lab, Metric::NewFlowCount, 3), flows as f64, "each user comes again");
            assert_eq!(answers(&lab, first), 30 * flows);
        } else {
            assert_eq!(failed(&lab, caller), 0);
            assert_eq!(in_minute(&lab, Metric::TCP_ELB_Reset_Count, 3), 0.0);
            assert_eq!(answers(&lab, first), 40 * flows, "nobody ends them");
        }
    }
}

/// [TR-122] When a target turns unhealthy its flows are reset, those on which nothing is under way as soon as somebody asks
/// on them. [TR-133] It counts as unhealthy.
#[test]
fn flows_of_an_unhealthy_target_are_reset() {
    // With a request under way on each flow, and with none.
    for (moment, under_way) in [(150, true), (152, false)] {
        let mut lab = two_targets();
        let caller = hundred_users(&mut lab, at(400));
        lab.run_until(half_past(moment));
        let first = members(&lab)[0];
        let flows = answers(&lab, first) / if under_way { 10 } else { 11 };
        judge(&mut lab, first, FAILED);
        assert_eq!(failed(&lab, caller), if under_way { flows } else { 0 });
        lab.run_until(at(181));
        assert_eq!(failed(&lab, caller), flows, "once each");
        assert_eq!(in_minute(&lab, Metric::TCP_ELB_Reset_Count, 2), flows as f64);
        // They come again, to the other: all on new flows when everybody asks at the same time, else partly on idle ones.
        let new = in_minute(&lab, Metric::NewFlowCount, 2) - 100.0;
        assert!(new == flows as f64 || !under_way && new < flows as f64, "{new} for {flows}");
        assert_eq!(sums(&lab, Subject::Group(GROUP), Metric::UnHealthyHostCount), [0.0, 0.0, 1.0]);
        assert_eq!(sums(&lab, Subject::Group(GROUP), Metric::HealthyHostCount), [0.0, 2.0, 1.0]);
    }
}

/// [TR-161] A process that dies resets the flows on which it has not answered; those on which nothing is under way it closes,
/// so that their clients open others and nobody fails.
#[test]
fn a_process_that_dies_resets_what_it_works_on() {
    for (moment, under_way) in [(150, true), (152, false)] {
        let mut lab = two_targets();
        let caller = hundred_users(&mut lab, at(400));
        lab.run_until(half_past(moment));
        let first = members(&lab)[0];
        let flows = answers(&lab, first) / if under_way { 10 } else { 11 };
        let task = lab.world.elb.targets[first].task;
        lab.now(Event::App(AppEvent::Kill(task, Containers::ALL)));
        assert_eq!(failed(&lab, caller), if under_way { flows } else { 0 });
        // Nobody has told the load balancer: a new flow that it gives to the dead target is refused.
        judge(&mut lab, first, FAILED);
        lab.run_until(at(181));
        assert_eq!(failed(&lab, caller), if under_way { flows } else { 0 });
        assert_eq!(in_minute(&lab, Metric::TCP_Target_Reset_Count, 2), failed(&lab, caller) as f64);
        assert_eq!(in_minute(&lab, Metric::TCP_ELB_Reset_Count, 2), 0.0);
        assert_eq!(in_minute(&lab, Metric::ActiveFlowCount, 2), 100.0);
    }
}

/// [TR-161] A client that gives up resets its flow, because it has closed the socket to which the answer comes.
#[test]
fn a_client_that_gives_up_resets_its_flow() {
    let mut lab = two_targets();
    let demand = Demand::Open(Arrivals::even(Rate::constant(10.0, at(120), at(150))));
    let policy = Policy { timeout: Some(Duration::from_millis(500)), ..Policy::default() };
    let caller = lab.caller(NewCaller { policy, ..NewCaller::of("hasty", "nlb", demand) });
    lab.run_until(at(181));
    let gave_up = lab.world.traffic.callers[caller].classes[0].ledger.failed[Unreached::ClientGaveUp as usize];
    assert!(gave_up >= 299, "{gave_up}");
    assert_eq!(in_minute(&lab, Metric::TCP_Client_Reset_Count, 2), gave_up as f64);
    assert_eq!(in_minute(&lab, Metric::NewFlowCount, 2), gave_up as f64);
}

/// [TR-121] A flow that was silent for 350 s is forgotten without a word, and reset when its client goes on; how long
/// that takes is the listener's, from 60 to 6000 s.
#[test]
fn a_silent_flow_is_forgotten() {
    // A request every 400 s, on a connection that the client would keep for an hour.
    let resets = |idle_timeout: Option<&str>| {
        let mut lab = two_targets();
        if let Some(value) = idle_timeout {
            let change =
                json!({"ListenerArn": "nlb:80", "Attributes": [{"Key": "tcp.idle_timeout.seconds", "Value": value}]});
            assert_eq!(lab.call("elbv2", "ModifyListenerAttributes", change)["Attributes"][0]["Value"], value);
        }
        let policy = Policy { keep_alive: Duration::from_secs(3600), ..Policy::default() };
        let demand = Demand::Open(Arrivals::even(Rate::constant(1.0 / 400.0, at(120), at(1800))));
        let caller = lab.caller(NewCaller { policy, ..NewCaller::of("seldom", "nlb", demand) });
        lab.run_until(at(1801));
        let ledger = &lab.world.traffic.callers[caller].classes[0].ledger;
        let all: f64 = sums(&lab, WHOLE, Metric::TCP_ELB_Reset_Count).iter().sum();
        assert_eq!(all, failed(&lab, caller) as f64);
        (ledger.calls, failed(&lab, caller), sums(&lab, WHOLE, Metric::NewFlowCount).iter().sum::<f64>())
    };
    // Every other request meets a flow that is forgotten.
    assert_eq!(resets(None), (4, 2, 2.0));
    assert_eq!(resets(Some("398")), (4, 2, 2.0));
    assert_eq!(resets(Some("6000")), (4, 0, 1.0));
    let mut lab = two_targets();
    let told = lab.call("elbv2", "DescribeListenerAttributes", json!({"ListenerArn": "nlb:80"}));
    assert_eq!(told["Attributes"], json!([{"Key": "tcp.idle_timeout.seconds", "Value": "350"}]));
    for (listener, key, value, code) in [
        ("nlb:80", "tcp.idle_timeout.seconds", "59", "InvalidConfigurationRequest"),
        ("nlb:80", "tcp.idle_timeout.seconds", "6001", "InvalidConfigurationRequest"),
        ("nlb:80", "tcp.idle.seconds", "60", "ValidationError"),
        ("alb:80", "routing.http.response.server.enabled", "true", "ValidationError"),
        ("nlb:81", "tcp.idle_timeout.seconds", "60", "ListenerNotFound"),
    ] {
        let change = json!({"ListenerArn": listener, "Attributes": [{"Key": key, "Value": value}]});
        assert_eq!(lab.refused("elbv2", "ModifyListenerAttributes", change).0, code, "{listener} {key} {value}");
    }
}

/// [TR-121] Whoever waits for an answer for so long is reset as well: nothing has passed meanwhile.
#[test]
fn an_answer_that_takes_too_long_meets_a_forgotten_flow() {
    let mut lab = two_targets_with(waits(400));
    let caller =
        lab.caller(NewCaller::of("patient", "nlb", Demand::Open(Rate::constant(1.0, at(120), at(130)).into())));
    lab.run_until(at(469));
    assert_eq!(failed(&lab, caller), 0);
    lab.run_until(at(481));
    let all = lab.world.traffic.callers[caller].classes[0].ledger.calls;
    assert!(all > 0 && failed(&lab, caller) == all, "{all}");
}

/// [TR-162][TR-024] A listener may share its flows between target groups by weight; a flow keeps its group, whatever the
/// weights become. Nobody gets anything when all weights are zero.
#[test]
fn flows_are_shared_between_groups_by_weight() {
    let mut lab = two_targets();
    lab.call("elbv2", "CreateTargetGroup", json!({"Name": "green", "Protocol": "TCP", "Port": 80, "TargetType": "ip"}));
    let shares = |blue: u32, green: u32| {
        let groups = json!([{"TargetGroupArn": "flows", "Weight": blue}, {"TargetGroupArn": "green", "Weight": green}]);
        json!({"ListenerArn": "nlb:80", "DefaultActions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]})
    };
    lab.call("elbv2", "ModifyListener", shares(1, 3));
    let address = lab.world.elb.targets[members(&lab)[0]].address.to_string();
    lab.call("elbv2", "RegisterTargets", json!({"TargetGroupArn": "green", "Targets": [{"Id": address}]}));
    lab.run_until(at(200));
    let green = lab.world.elb.group_named("green").expect("made above");
    let target = lab.world.elb.groups[green].targets[0];
    let open = Demand::Closed { users: 1000, think: secs(2), from: at(238), until: at(360) };
    let caller = lab.caller(NewCaller::of("many", "nlb", open));
    lab.run_until(at(242));
    let first = answers(&lab, target);
    assert!((700..800).contains(&first), "{first} of 1000");
    // The flows that are there stay where they are.
    lab.call("elbv2", "ModifyListener", shares(1, 0));
    lab.run_until(at(245));
    assert_eq!(answers(&lab, target), 2 * first);
    assert_eq!(failed(&lab, caller), 0);
    lab.call("elbv2", "ModifyListener", shares(0, 0));
    let late =
        lab.caller(NewCaller::of("late", "nlb", Demand::Open(Arrivals::even(Rate::constant(10.0, at(245), at(250))))));
    lab.run_until(at(255));
    let calls = lab.world.traffic.callers[late].classes[0].ledger.calls;
    assert!(calls > 0 && failed(&lab, late) == calls);
    assert_eq!(failed(&lab, caller), 0);
    let sticky = json!({"Enabled": true, "DurationSeconds": 60});
    let config = json!({"TargetGroups": [{"TargetGroupArn": "flows"}], "TargetGroupStickinessConfig": sticky});
    let change = json!({"ListenerArn": "nlb:80", "DefaultActions": [{"Type": "forward", "ForwardConfig": config}]});
    assert_eq!(lab.refused("elbv2", "ModifyListener", change).0, "ValidationError");
}
