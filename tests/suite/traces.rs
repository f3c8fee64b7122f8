//! What a report tells of single calls, and of calls by class, task and deployment.

use std::time::Duration;

use sim_core::engine::Time;
use sim_core::observe::breakdown::{calls, served_by};
use sim_core::observe::trace::traces;
use sim_core::world::Distribution;
use sim_core::world::app::{AppSpec, Work, Workers};
use sim_core::world::traffic::{Arrivals, Demand, NewCaller, NewClass, Policy, Rate};
use tests::lab::{Lab, Setup};

fn ms(millis: u64) -> Distribution {
    Distribution::constant(Duration::from_millis(millis))
}

/// One worker, 10 ms of CPU and 5 ms of waiting for each request; three clients call in the same instant.
fn lab() -> Lab {
    let work = Work { wait: ms(5), ..Work::of(ms(10)) };
    let app = AppSpec {
        workers: Some(Workers { count: 1, queue: 1, full_status: 503 }),
        ..AppSpec::of("app/web").with(work)
    };
    let mut lab = Lab::new(Setup { app, ..Setup::default() });
    lab.world.traffic.traces.keep_one_in(1);
    lab.run_until(Time::from_secs(5));
    for name in ["first", "second", "third"] {
        let rate = Rate::constant(1.0, Time::from_secs(9), Time::from_secs(11));
        let classes = vec![NewClass::from(name)];
        let demand = Demand::Open(Arrivals::even(rate));
        lab.caller(NewCaller { classes, policy: Policy::default(), ..NewCaller::of(name, "alb", demand) });
    }
    lab
}

/// The first is worked on at once, the second waits until the first has had its CPU time and its wait, and the third
/// finds the queue full.
#[test]
fn a_traced_call_tells_each_step_with_its_time() {
    let mut lab = lab();
    lab.run_until(Time::from_secs(11));
    let traced = traces(&lab.world).expect("they were asked for");
    let told: Vec<String> = traced
        .calls
        .iter()
        .take(3)
        .map(|call| {
            let head = format!("{} at {}: {:?} ms, good {:?}\n", call.class, call.at, call.took_ms, call.good);
            let step = |step: &sim_core::observe::trace::StepPart| {
                format!("  +{} {}: {}\n", step.after_ms, step.step, step.what)
            };
            let task = &lab.world.ecs.tasks[lab.tasks[0]].uuid[..8];
            let steps: String = call.steps.iter().map(step).collect();
            format!("{head}{}", steps.replace(task, "TASK"))
        })
        .collect();
    insta::assert_snapshot!("traces", told.concat());
}

/// Nothing is drawn, sent or folded for a trace: a run that is traced is the same run.
#[test]
fn tracing_changes_nothing_and_follows_every_so_manieth_call() {
    let mut plain = tests::load("traffic/retry-storm-with-budget.toml", None);
    let mut traced = plain.clone();
    traced.trace_requests(1000);
    plain.run();
    traced.run();
    assert_eq!((plain.hash(), plain.ctx().events()), (traced.hash(), traced.ctx().events()));
    assert!(plain.report().traces.is_none(), "nobody asked for them");
    let report = traced.report();
    let begun: u64 = report.traffic.iter().flat_map(|traffic| &traffic.calls).map(|call| call.calls).sum();
    let traces = report.traces.expect("they were asked for");
    assert_eq!(traces.calls.len() as u64, begun.div_ceil(1000));
    let retried = traces.calls.iter().filter(|call| call.steps.iter().any(|step| step.step == "retrying")).count();
    assert!(retried > 0, "a call is followed through its retries");
    for call in traces.calls.iter().filter(|call| call.took_ms.is_some()) {
        // A target works on for a client that has gone: that is told, too.
        assert_eq!(call.steps.iter().filter(|step| step.step == "over").count(), 1, "{call:?}");
        assert!(call.steps.is_sorted_by(|a, b| a.after_ms <= b.after_ms), "{call:?}");
    }
}

/// The parts add up to the whole: calls by class, and requests by task.
#[test]
fn calls_are_told_apart_by_class_and_requests_by_task() {
    let mut lab = lab();
    lab.run_until(Time::from_secs(30));
    let calls = calls(&lab.world, lab.balancer);
    let told: Vec<_> = calls.iter().map(|call| (call.class.as_str(), call.calls, call.good, call.failed)).collect();
    assert_eq!(told, [("first", 1, 1, 0), ("second", 1, 1, 0), ("third", 1, 0, 1)]);
    assert_eq!(calls[2].by_status.get("503"), Some(&1));
    let p50 = |at: usize| calls[at].latency_ms.as_ref().map(|latency| latency.p50.round());
    assert_eq!((p50(0), p50(1)), (Some(15.0), Some(30.0)));
    let served = served_by(&lab.world, lab.tasks[0]).expect("it was the only target");
    assert_eq!((served.requests, served.errors), (3, 1));
}
