//! Callers: what they do about time and failure, and what connections, cookies and the DNS do to their requests.

use std::time::Duration;

use serde_json::json;
use sim_core::engine::Time;
use sim_core::world::Distribution;
use sim_core::world::app::{AppSpec, Work};
use sim_core::world::cloudwatch::{Cause, Metric, Subject};
use sim_core::world::elb::RequestLine;
use sim_core::world::traffic::{Arrivals, CallerId, Demand, Ledger, NewCaller, NewClass, Policy, Rate, Unreached};
use tests::lab::{Lab, Setup};

fn at(seconds: u64) -> Time {
    Time::from_secs(seconds)
}

fn ms(millis: u64) -> Distribution {
    Distribution::constant(Duration::from_millis(millis))
}

fn takes(cpu: Distribution) -> AppSpec {
    AppSpec::of("app/web").with(Work::of(cpu))
}

/// Somebody who calls at this rate until `until`, by this policy.
fn calling(rate: f64, until: Time, policy: Policy) -> NewCaller {
    let demand = Demand::Open(Rate::constant(rate, Time::ZERO, until).into());
    NewCaller { policy, ..NewCaller::of("clients", "alb", demand) }
}

/// The same at exactly even distances.
fn evenly(rate: f64, until: Time, policy: Policy) -> NewCaller {
    let demand = Demand::Open(Arrivals::even(Rate::constant(rate, Time::ZERO, until)));
    NewCaller { policy, ..NewCaller::of("clients", "alb", demand) }
}

fn ledger(lab: &Lab, caller: CallerId) -> &Ledger {
    &lab.world.traffic.callers[caller].classes[0].ledger
}

fn failed(ledger: &Ledger, why: Unreached) -> u64 {
    ledger.failed[why as usize]
}

// Time

/// [TR-096] A client that closes its connection before the idle timeout is counted as 460; the target has the request
/// and works on. [TR-132] It is one of the load balancer's 4XX.
#[test]
fn a_client_that_gives_up_leaves_its_work_behind() {
    let slow = takes(Distribution::ZERO).with(Work { wait: ms(2000), ..Work::DEFAULT });
    let mut lab = Lab::new(Setup { app: slow, ..Setup::default() });
    let policy = Policy { timeout: Some(Duration::from_millis(500)), ..Policy::default() };
    let caller = lab.caller(calling(20.0, at(30), policy));
    lab.run_until(at(10));
    let at_work: u64 = lab.world.elb.targets.iter().map(|(_, target)| u64::from(target.outstanding)).sum();
    assert!(lab.world.traffic.in_flight() < 20 && at_work == lab.world.traffic.in_flight());
    assert!(lab.world.app.memory_used(lab.tasks[0], lab.ctx.now()) > 0);
    lab.run_until(at(61));
    let all = lab.meter().counts().arrived;
    assert_eq!(lab.statuses(), [(460, all)]);
    assert_eq!(lab.meter().counts().due_to(Cause::ClientClosed), all);
    assert_eq!(failed(ledger(&lab, caller), Unreached::ClientGaveUp), all);
    assert_eq!(lab.sums(Metric::HTTPCode_ELB_4XX_Count), [(0, all as f64)]);
    assert_eq!(lab.sums(Metric::HTTPCode_ELB_5XX_Count), []);
}

/// A call that is tried again is one call: its latency is counted from the first attempt, so that nothing that a client
/// waited is left out. Without jitter the back-off doubles: 100 ms, 200 ms.
#[test]
fn retries_belong_to_the_call_that_they_are_for() {
    let broken = AppSpec::of("app/web").with(Work { error_ratio: 1.0, error_status: 503, ..Work::of(ms(1)) });
    let mut lab = Lab::new(Setup { app: broken, ..Setup::default() });
    lab.run_until(at(1));
    let policy = Policy { attempts: 3, jitter: false, ..Policy::default() };
    let caller = lab.caller(calling(5.0, at(60), policy));
    lab.run_until(at(90));
    let seen = ledger(&lab, caller);
    assert_eq!((seen.ended, seen.retries), (seen.calls, 2 * seen.calls));
    assert_eq!(lab.meter().counts().arrived, 3 * seen.calls);
    assert_eq!(seen.statuses.iter().collect::<Vec<_>>(), [(503, seen.calls)]);
    let least = seen.latencies.histogram().min();
    assert!((302_500_000..304_000_000).contains(&least), "three times 1 ms, 100 ms and 200 ms: {least} ns");
}

/// A budget of one retry for ten calls keeps a broken service from three times the load; without it every call comes
/// three times.
#[test]
fn a_retry_budget_limits_what_failure_adds() {
    let broken = AppSpec::of("app/web").with(Work { error_ratio: 1.0, error_status: 503, ..Work::of(ms(1)) });
    for (budget, least, most) in [(None, 3.0, 3.0), (Some(0.1), 1.08, 1.13)] {
        let mut lab = Lab::new(Setup { app: broken.clone(), ..Setup::default() });
        let policy = Policy { attempts: 3, budget, ..Policy::default() };
        let caller = lab.caller(calling(50.0, at(100), policy));
        lab.run_until(at(200));
        let seen = ledger(&lab, caller);
        let load = lab.meter().counts().arrived as f64 / seen.calls as f64;
        assert!((least..=most).contains(&load), "{load} with a budget of {budget:?}");
        assert_eq!(seen.refused_retries > 0, budget.is_some());
    }
}

/// Somebody changes the traffic while calls wait for another attempt: they still come to their end.
#[test]
fn calls_that_wait_for_another_attempt_outlive_a_change_of_the_traffic() {
    let broken = AppSpec::of("app/web").with(Work { error_ratio: 1.0, error_status: 503, ..Work::of(ms(1)) });
    let mut lab = Lab::new(Setup { app: broken, ..Setup::default() });
    let policy = Policy { attempts: 3, backoff: Duration::from_secs(5), jitter: false, ..Policy::default() };
    let caller = lab.caller(evenly(10.0, at(100), policy));
    lab.run_until(at(30));
    assert!(lab.world.traffic.retrying() > 100, "retries wait for 5 or 10 s");
    lab.world.set_demand(caller, Demand::Open(Rate::default().into()), &mut lab.ctx);
    lab.run_until(at(60));
    let seen = ledger(&lab, caller);
    assert_eq!((seen.ended, seen.retries), (seen.calls, 2 * seen.calls));
}

// Connections

/// [TR-088] A target that closes idle connections before the load balancer does answers some requests with 502: those
/// that come just when it closes. [TR-084] A keep-alive that is longer than the idle timeout is safe.
#[test]
fn a_keep_alive_shorter_than_the_idle_timeout_makes_502s() {
    // One request every 5.0005 s: the connection has been idle for a little less than five seconds, by half a
    // millisecond of work and one of round trip.
    for (keep_alive, broken) in [(Some(5), true), (Some(4), false), (Some(65), false), (None, false)] {
        let keep_alive = keep_alive.map(Duration::from_secs);
        let app = AppSpec { keep_alive, ..takes(Distribution::constant(Duration::from_micros(500))) };
        let mut lab = Lab::new(Setup { app, ..Setup::default() });
        lab.world.assume.target_round_trip = Duration::from_millis(2);
        lab.run_until(at(1));
        lab.caller(evenly(1.0 / 5.0, at(600), Policy::default()));
        lab.run_until(at(700));
        let counts = *lab.meter().counts();
        assert_eq!(counts.due_to(Cause::KeepAliveElapsed) > 0, broken, "keep-alive {keep_alive:?}: {counts:?}");
        assert_eq!(counts.by_class[2] + counts.due_to(Cause::KeepAliveElapsed), counts.arrived);
    }
}

/// [TR-136][TR-151] A load balancer takes any number of connections unless a scenario says how many: then others are refused
/// before they are requests of its, and counted.
#[test]
fn a_load_balancer_may_take_so_many_connections() {
    for (most, taken) in [(None, None), (Some(40), Some(20))] {
        let slow = takes(Distribution::ZERO).with(Work { wait: ms(30_000), ..Work::of(Distribution::ZERO) });
        let mut lab = Lab::new(Setup { app: slow, ..Setup::default() });
        lab.world.assume.connections_max = most;
        lab.run_until(at(1));
        let caller = lab.caller(evenly(10.0, at(11), Policy::default()));
        lab.run_until(at(61));
        let calls = ledger(&lab, caller).calls;
        // Each that is taken is a connection of the client's and one to the target.
        let taken = taken.unwrap_or(calls);
        assert_eq!((lab.meter().counts().arrived, lab.statuses()), (taken, vec![(200, taken)]));
        assert_eq!(failed(ledger(&lab, caller), Unreached::ClientRefused), calls - taken);
        let refused = if calls == taken { vec![] } else { vec![(0, (calls - taken) as f64)] };
        assert_eq!(lab.sums(Metric::RejectedConnectionCount), refused);
    }
}

/// [TR-087] Connections to targets are kept open and used again. [TR-135] NewConnectionCount counts those of clients and
/// those to targets; [TR-134] ActiveConnectionCount the open ones.
#[test]
fn connections_are_used_again() {
    let opened = |keep_alive: u64| {
        let mut lab = Lab::new(Setup { app: takes(ms(1)), ..Setup::default() });
        let policy = Policy { keep_alive: Duration::from_secs(keep_alive), ..Policy::default() };
        lab.caller(evenly(10.0, at(59), policy));
        lab.run_until(at(61));
        let active = lab.sums(Metric::ActiveConnectionCount)[0].1;
        (lab.sums(Metric::NewConnectionCount)[0].1, active, lab.meter().counts().arrived as f64)
    };
    // Three addresses in turn, one request at a time: a client's connection to each, and one to the target.
    let (new, active, _) = opened(60);
    assert_eq!((new, active), (3.0 + 1.0, 3.0 + 1.0));
    let (new, active, requests) = opened(0);
    assert_eq!((new, active), (requests + 1.0, 1.0));
}

/// [TR-093] TRACE is 405, [TR-095] too long a line 414 and too large a header 413, [TR-097] more than 30 addresses in
/// X-Forwarded-For 463; [TR-090] the limits are 16 K for a line or a header. No target sees any of them.
#[test]
fn what_no_rule_would_take_is_turned_away() {
    let line = RequestLine::default;
    let header = |name: &str, value: String| vec![(name.to_owned(), value)];
    let addresses = vec!["192.0.2.1"; 31].join(", ");
    for (line, status) in [
        (RequestLine { method: "TRACE".into(), ..line() }, 405),
        (RequestLine { path: format!("/{}", "x".repeat(16 * 1024)), ..line() }, 414),
        (RequestLine { headers: header("cookie", "x".repeat(17 * 1024)), ..line() }, 413),
        (RequestLine { headers: header("X-Forwarded-For", addresses.clone()), ..line() }, 463),
        (RequestLine { headers: header("X-Forwarded-For", addresses[11..].to_owned()), ..line() }, 200),
    ] {
        let mut lab = Lab::new(Setup { app: takes(ms(1)), ..Setup::default() });
        lab.run_until(at(1));
        let mut caller = calling(10.0, at(60), Policy::default());
        caller.classes = vec![NewClass { line, ..NewClass::default() }];
        lab.caller(caller);
        lab.run_until(at(70));
        assert_eq!(lab.statuses().iter().map(|(status, _)| *status).collect::<Vec<_>>(), [status]);
    }
}

// Zones

/// [TR-005] A client uses what the DNS said for 60 seconds: so long a third of its requests goes to a zone that is lost.
/// [TR-159] Then they are shared by the others. [TR-054] The targets there are out long before.
#[test]
fn a_lost_zone_costs_a_client_what_its_dns_remembers() {
    let mut lab = Lab::new(Setup { app: takes(ms(1)), ..Setup::default() });
    lab.run_until(at(60));
    let caller = lab.caller(evenly(30.0, at(600), Policy::default()));
    lab.run_until(at(119));
    assert_eq!(lab.meter().unreached(Unreached::ClientTimeout), 0);
    lab.lose_zone("us-east-1c");
    lab.run_until(at(400));
    let lost = lab.meter().unreached(Unreached::ClientTimeout);
    assert!(
        lost <= (30 + 60) * 10 + 10,
        "at most a third of what comes until the DNS notices and its answer is old: {lost}"
    );
    assert!(lost >= 30 * 10 - 10, "for half a minute nobody knows: {lost}");
    assert_eq!(failed(ledger(&lab, caller), Unreached::ClientTimeout), lost);
}

/// [TR-128] RequestCount and its kin are there by zone, too, and sum up to the whole.
#[test]
fn what_a_zone_has_is_a_part_of_the_whole() {
    let mut lab = Lab::new(Setup { tasks: 2, app: takes(ms(1)), ..Setup::default() });
    lab.run_until(at(1));
    lab.constant_traffic(20.0, at(50));
    lab.run_until(at(61));
    let sum = |subject| lab.series(subject, Metric::RequestCount).iter().map(|(_, point)| point.sum).sum::<f64>();
    let zones = (0..3).map(sim_core::world::network::ZoneId::from_index);
    let of_balancer: Vec<f64> = zones.clone().map(|zone| sum(Subject::BalancerZone(lab.balancer, zone))).collect();
    let of_group: Vec<f64> = zones.map(|zone| sum(Subject::GroupZone(lab.group, zone))).collect();
    assert!(of_balancer.iter().all(|&count| count > 100.0), "{of_balancer:?}");
    assert_eq!(of_balancer, of_group);
    assert_eq!(of_balancer.iter().sum::<f64>(), sum(Subject::Balancer(lab.balancer)));
}

// Cookies, and what other settings of the load balancer do

/// [TR-085] A client's connection is closed with the first answer after `client_keep_alive.seconds`, an hour unless set.
#[test]
fn a_clients_connection_has_an_end() {
    let attributes = vec![("client_keep_alive.seconds", "60")];
    let mut lab = Lab::new(Setup { app: takes(ms(1)), balancer_attributes: attributes, ..Setup::default() });
    lab.caller(evenly(3.0, at(600), Policy::default()));
    lab.run_until(at(601));
    // Three addresses, each with a new connection about every minute, and one connection to the target.
    let opened = lab.meter().counts().connections - 1;
    assert!((27..=33).contains(&opened), "{opened}");
}

/// [TR-082] With stickiness a session stays with its target; [TR-083] when that is gone it is sent elsewhere, and counted
/// in NonStickyRequestCount. [TR-068] A draining target gets nothing, whatever a cookie says.
#[test]
fn a_session_stays_with_its_target_while_that_is_there() {
    let attributes = vec![("stickiness.enabled", "true"), ("stickiness.lb_cookie.duration_seconds", "600")];
    let mut lab = Lab::new(Setup { tasks: 3, app: takes(ms(1)), attributes, ..Setup::default() });
    lab.run_until(at(1));
    let demand = Demand::Closed { users: 1, think: ms(100), from: at(1), until: at(100) };
    lab.caller(NewCaller::of("somebody", "alb", demand));
    let answered = |lab: &Lab| -> Vec<u64> {
        let times = lab.world.elb.targets.iter().map(|(id, _)| lab.world.cloudwatch.times_of(id));
        times.map(|times| times.map_or(0, |(all, _)| all.len())).collect()
    };
    lab.run_until(at(59));
    let before = answered(&lab);
    assert_eq!(before.iter().filter(|&&count| count > 0).count(), 1, "all at one target: {before:?}");
    let stuck = before.iter().position(|&count| count > 0).unwrap();
    lab.now(sim_core::world::Event::Elb(sim_core::world::elb::ElbEvent::Deregister(lab.tasks[stuck])));
    lab.run_until(at(121));
    let after = answered(&lab);
    assert!(after[stuck] - before[stuck] <= 1, "one may have been on its way: {before:?} {after:?}");
    assert_eq!(after.iter().filter(|&&count| count > 0).count(), 2, "then all at another: {after:?}");
    assert_eq!(lab.sums(Metric::NonStickyRequestCount).iter().map(|(_, sum)| sum).sum::<f64>(), 1.0);
}

/// Without a cookie jar there is nothing to stick with: every target gets its turn.
#[test]
fn clients_without_cookies_do_not_stick() {
    let attributes = vec![("stickiness.enabled", "true")];
    for (sessions, targets) in [(0, 3), (1, 1)] {
        let mut lab =
            Lab::new(Setup { tasks: 3, app: takes(ms(1)), attributes: attributes.clone(), ..Setup::default() });
        lab.run_until(at(1));
        lab.caller(calling(10.0, at(30), Policy { sessions, ..Policy::default() }));
        lab.run_until(at(40));
        let busy = lab.world.elb.targets.iter().filter(|(id, _)| lab.world.cloudwatch.times_of(*id).is_some()).count();
        assert_eq!(busy, targets, "{sessions} sessions");
    }
}

/// [TR-139] RuleEvaluations counts the rules that were tried, without the default rule; [TR-142] a request is charged
/// those beyond ten.
#[test]
fn rules_that_are_tried_are_counted() {
    let mut lab = Lab::new(Setup { app: takes(ms(1)), ..Setup::default() });
    let arn = lab.call("elbv2", "DescribeListeners", json!({"LoadBalancerArn": "alb"}))["Listeners"][0]["ListenerArn"]
        .clone();
    for priority in 1..=30 {
        let condition = json!({"Field": "path-pattern", "Values": [format!("/{priority}/*")]});
        let action = json!({"Type": "forward", "TargetGroupArn": "tg"});
        let rule = json!({"ListenerArn": arn, "Priority": priority, "Conditions": [condition], "Actions": [action]});
        lab.call("elbv2", "CreateRule", rule);
    }
    lab.run_until(at(1));
    let mut caller = calling(100.0, at(50), Policy { keep_alive: Duration::from_secs(60), ..Policy::default() });
    let line = RequestLine { path: "/25/x".into(), ..RequestLine::default() };
    caller.classes = vec![NewClass { line, ..NewClass::default() }];
    lab.caller(caller);
    lab.run_until(at(61));
    let requests = lab.meter().counts().arrived as f64;
    assert_eq!(lab.sums(Metric::RuleEvaluations), [(0, 25.0 * requests)]);
    let wanted = [15.0 * requests / 60.0 / 1000.0, requests * 10_000.0 * 60.0 / 1e9];
    let units = lab.sums(Metric::ConsumedLCUs)[0].1;
    assert!((units - wanted[0].max(wanted[1])).abs() < 1e-9, "{units} instead of the larger of {wanted:?}");
}
