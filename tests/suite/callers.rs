//! Callers: what they do about time and failure, and what connections, cookies and the DNS do to their requests.

use std::time::Duration;

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

/// ⟦TR-005⟧ A client uses what the DNS said for 60 seconds: so long a third of its requests goes to a zone that is lost.
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
    assert!(lost <= 60 * 10 + 10, "at most a third of a minute's requests: {lost}");
    assert!(lost >= 1, "some do not know yet");
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
