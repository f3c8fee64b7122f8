//! A task that is kept to its CPU by quota, as Linux does it: when a burst of work is over, worked out by hand.

use std::collections::BTreeMap;
use std::time::Duration;

use sim_core::engine::Time;
use sim_core::scenario::Scenario;
use sim_core::world::app::{AppSpec, Work};
use sim_core::world::cloudwatch::{Metric, Subject};
use sim_core::world::traffic::{Demand, NewCaller};
use sim_core::world::{Distribution, Fact};
use tests::lab::{Lab, Setup};
use tests::story::{self, BALANCER, service_behind};

fn ms(millis: f64) -> Distribution {
    Distribution::constant(Duration::from_nanos((millis * 1e6) as u64))
}

/// How long the slowest of so many requests takes that come together, exactly when a period begins [ms].
fn burst(period: Option<u64>, host_cpus: u32, units: u32, requests: u32, each: f64) -> f64 {
    let app = AppSpec::of("app/web").with(Work::of(ms(each)));
    let mut setup = Setup { cpu: units, memory: 2048.max(2 * units), app, ..Setup::default() };
    setup.app.health.cpu = Duration::ZERO;
    setup.assume.cpu_period = period.map(Duration::from_millis);
    setup.assume.host_cpus = host_cpus;
    let mut lab = Lab::new(setup);
    // The task started at zero, and all users have thought for a second: ten periods of 100 ms.
    let think = Distribution::constant(Duration::from_secs(1));
    let demand = Demand::Closed { users: requests, think, from: Time::ZERO, until: Time::from_secs(2) };
    lab.caller(NewCaller::of("users", "alb", demand));
    lab.run_until(Time::from_secs(61));
    assert_eq!(lab.meter().counts().by_class[2], u64::from(requests));
    lab.series(Subject::Group(lab.group), Metric::TargetResponseTime)[0].1.max * 1e3
}

#[track_caller]
fn is(found: f64, by_hand: f64) {
    assert!((found - by_hand).abs() < 1e-4, "{found} ms instead of {by_hand} ms");
}

/// [CA-180] Work W on c vCPU takes W / c in even shares. By quota it takes n − 1 whole periods P and a rest, where each
/// period does c P of it: n = ⌈W / c P⌉, and the rest W − (n − 1) c P runs on as many CPUs as there are threads.
#[test]
fn a_burst_is_over_when_its_last_quota_says() {
    // One request of 60 ms on a quarter of a vCPU: 25 ms in each of two periods, and 10 ms more.
    is(burst(None, 2, 256, 1, 60.0), 240.0);
    is(burst(Some(100), 2, 256, 1, 60.0), 2.0 * 100.0 + 10.0);
    // Shorter periods come nearer to even shares: 2.5 ms in each of 23, and 2.5 ms more.
    is(burst(Some(10), 2, 256, 1, 60.0), 23.0 * 10.0 + 2.5);
    // What fits in the quota runs as if there were no limit.
    is(burst(None, 2, 256, 1, 25.0), 100.0);
    is(burst(Some(100), 2, 256, 1, 25.0), 25.0);
    // Four of 20 ms: 80 ms are three quotas and 5 ms more, which two CPUs do in 2.5 ms, and one in 5.
    is(burst(None, 2, 256, 4, 20.0), 320.0);
    is(burst(Some(100), 2, 256, 4, 20.0), 3.0 * 100.0 + 2.5);
    is(burst(Some(100), 1, 256, 4, 20.0), 3.0 * 100.0 + 5.0);
    // A task of four vCPU has four CPUs to run on: eight times 100 ms are two periods either way.
    is(burst(None, 2, 4096, 8, 100.0), 200.0);
    is(burst(Some(100), 2, 4096, 8, 100.0), 200.0);
    // On eight CPUs it is done sooner: 400 ms in the first half of each period.
    is(burst(Some(100), 8, 4096, 8, 100.0), 100.0 + 50.0);
}

/// [CA-180] The same from a scenario file: four requests of 60 ms on one vCPU come together, somewhere in a period. Two
/// threads at a time use a quota of 100 ms up in 50 ms, so their way through the quotas begins with what is left of this
/// one.
#[test]
fn a_scenario_says_the_period() {
    let traffic = "[[world.app]]\ncontainer = \"web/web\"\nrequest.cpu = \"60ms\"\n\
                   [[world.traffic]]\nto = \"alb\"\nusers = 4\nthink = \"10s\"\nfrom = \"150s\"\nuntil = \"161s\"\n";
    for throttled in [false, true] {
        let assume = if throttled { "cpu_period = \"100ms\"\nhost_cpus = 2\n" } else { "" };
        let run = story::play_assuming(assume, "4m", &[BALANCER, &service_behind(1, ""), traffic]);
        let listens = run.ctx().journal().iter().find(|(_, it)| matches!(it.fact, Fact::AppListening { .. }));
        let started = listens.expect("it listens at once").1.at;
        // When a period begins, counted from the moment at which the requests come [ms].
        let left = 100.0 - (Time::from_secs(160).since(started).as_nanos() % 100_000_000) as f64 / 1e6;
        let rest = 240.0 - f64::min(2.0 * left, 100.0);
        let whole = (rest / 100.0).ceil() - 1.0;
        let by_hand = if throttled { left + whole * 100.0 + (rest - whole * 100.0) / 2.0 } else { 240.0 };
        let target = run.world().elb.targets.iter().next().expect("it is registered").0;
        let (all, sum) = run.world().cloudwatch.times_of(target).expect("it answered");
        // With the round trip to the target, of a millisecond.
        assert_eq!(all.len(), 4);
        is(sum as f64 / 4e6, by_hand + 1.0);
    }
}

/// A period that Linux does not take is refused, with what it takes.
#[test]
fn a_period_out_of_range_is_refused() {
    for (period, accepted) in [("999us", false), ("1ms", true), ("1s", true), ("1001ms", false), ("0s", false)] {
        let text = format!(
            "[scenario]\ntitle = \"x\"\nduration = \"1m\"\n[assume]\ncpu_period = \"{period}\"\nhost_cpus = 2\n"
        );
        match Scenario::read("story.toml", text.as_bytes(), &BTreeMap::new()) {
            Ok(_) => assert!(accepted, "{period}"),
            Err(problems) => {
                assert!(!accepted, "{problems}");
                let wanted = format!(
                    "error: the period is out of range\n --> story.toml:5:14\n5 | cpu_period = \"{period}\"\n  |              "
                );
                let problems = problems.to_string();
                assert!(problems.starts_with(&wanted), "{problems}");
                assert!(problems.contains("expected \"1ms\" to \"1s\""), "{problems}");
                assert!(
                    problems.contains("help: Linux takes \"100ms\"; leave it away for an even share"),
                    "{problems}"
                );
            }
        }
    }
}
