//! Applications under load: queues, memory, databases, and how they come up and go down.

use std::time::Duration;

use serde_json::json;
use sim_core::engine::Time;
use sim_core::world::app::{AppEvent, AppSpec, Leak, Need, ProcessState, WarmUp, Whom, Work, Workers};
use sim_core::world::cloudwatch::{Cause, Metric, Subject};
use sim_core::world::ecs::Containers;
use sim_core::world::traffic::{Arrivals, Demand, NewCaller, NewDatabase, Rate};
use sim_core::world::{Distribution, Event};
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

/// Workers and a full queue: whoever comes then is answered at once by the application itself, so that it is the
/// target's 503 and not the load balancer's [TR-104].
#[test]
fn a_full_queue_turns_requests_away() {
    let workers = Some(Workers { count: 2, queue: 3, full_status: 503 });
    let app = AppSpec { workers, ..takes(Distribution::ZERO).with(Work { wait: ms(10_000), ..Work::DEFAULT }) };
    let mut lab = Lab::new(Setup { app, attributes: vec![], ..Setup::default() });
    lab.run_until(at(1));
    lab.constant_traffic(100.0, at(2));
    lab.run_until(at(3));
    let counts = *lab.meter().counts();
    assert_eq!(counts.in_flight(), 5, "two at work and three in the queue");
    assert_eq!(lab.statuses(), [(503, counts.arrived - 5)]);
    assert_eq!(counts.due_to(Cause::Overloaded), counts.by_class[5]);
    assert_eq!(lab.world.app.present(lab.tasks[0]).queue, 3);
}

/// A process whose workers are all busy answers health checks late, because they stand in the same line: it is
/// unhealthy [TR-042] although nothing is broken.
#[test]
fn a_saturated_process_fails_its_health_checks() {
    let workers = Some(Workers { count: 1, queue: u32::MAX, full_status: 503 });
    for (rate, state) in [(0.5, "healthy"), (2.0, "unhealthy")] {
        let app = AppSpec { workers, ..takes(ms(1000)) };
        let check = json!({"HealthCheckIntervalSeconds": 10, "HealthCheckTimeoutSeconds": 5});
        let mut lab = Lab::new(Setup { app, target_group: check, ..Setup::default() });
        lab.run_until(at(1));
        lab.constant_traffic(rate, at(300));
        lab.run_until(at(300));
        assert_eq!(lab.health()[0].0, state, "at {rate} requests a second of one second each");
    }
}

/// Memory that each request loses fills the container: the kernel ends it [CP-105], after as many requests as fit.
#[test]
fn a_leak_by_request_ends_in_an_out_of_memory_kill() {
    let leak = Leak { per_request: 1 << 20, per_hour: 0 };
    let app = AppSpec { leak, memory: (2048 << 20) - (100 << 20), ..takes(ms(1)) };
    let mut lab = Lab::new(Setup { app, memory: 2048, ..Setup::default() });
    lab.run_until(at(1));
    lab.constant_traffic(10.0, at(60));
    lab.run_until(at(60));
    assert_eq!(lab.world.app.state(lab.tasks[0], 0), Some(ProcessState::Exited(137)));
    assert!(lab.world.app.out_of_memory_killed(lab.tasks[0], 0));
    assert_eq!(lab.meter().counts().by_class[2], 101, "a hundred fit, and the next is one too many");
}

/// Memory that is lost with time fills the container at a moment that can be worked out: 2,048 − 64 MiB at 31 MiB an hour
/// are 64 hours. Nobody need call for that.
#[test]
fn a_leak_by_time_ends_in_an_out_of_memory_kill() {
    let leak = Leak { per_request: 0, per_hour: 31 << 20 };
    let app = AppSpec { leak, memory: 64 << 20, ..takes(ms(1)) };
    let mut lab = Lab::new(Setup { app, memory: 2048, ..Setup::default() });
    let end = at(64 * 3600);
    lab.run_until(Time::from_nanos(end.as_nanos() - 1_000_000_000));
    assert_eq!(lab.world.app.state(lab.tasks[0], 0), Some(ProcessState::Listening));
    let used = lab.world.app.memory_used(lab.tasks[0], lab.ctx.now()) as f64 / f64::from(2048u32 << 20);
    assert!((0.999..1.0).contains(&used), "{used}");
    lab.run_until(end + Duration::from_secs(1));
    assert_eq!(lab.world.app.state(lab.tasks[0], 0), Some(ProcessState::Exited(137)));
}

/// A request that ends the process takes those beside it along: 502 [TR-099].
#[test]
fn a_request_can_end_the_process() {
    let app = AppSpec::of("app/web").with(Work { crash_ratio: 1.0, ..Work::of(ms(100)) });
    let mut lab = Lab::new(Setup { app, ..Setup::default() });
    lab.run_until(at(1));
    lab.constant_traffic(50.0, Time::from_nanos(1_300_000_000));
    lab.run_until(at(4));
    assert_eq!(lab.world.app.state(lab.tasks[0], 0), Some(ProcessState::Exited(139)), "SIGSEGV");
    let counts = *lab.meter().counts();
    assert!(counts.due_to(Cause::TargetGone) >= 1);
    assert_eq!(counts.due_to(Cause::TargetGone) + counts.due_to(Cause::ConnectionRefused), counts.arrived);
}

/// The boot takes CPU time: on a quarter of a vCPU four times as long.
#[test]
fn a_boot_takes_cpu_time() {
    for (cpu, seconds) in [(1024, 6), (256, 5 + 4)] {
        let app = AppSpec { boot: ms(5000), boot_cpu: ms(1000), ..takes(ms(1)) };
        let mut lab = Lab::new(Setup { app, cpu, ..Setup::default() });
        lab.run_until(Time::from_nanos(at(seconds).as_nanos() - 1_000_000));
        assert_eq!(lab.world.app.state(lab.tasks[0], 0), Some(ProcessState::Booting));
        lab.run_until(Time::from_nanos(at(seconds).as_nanos() + 1_000_000));
        assert_eq!(lab.world.app.state(lab.tasks[0], 0), Some(ProcessState::Listening));
    }
}

/// A cold process is slow: a request takes up to ten times its CPU time, and what it should half a minute later.
#[test]
fn a_cold_process_is_slow() {
    let warm_up = Some(WarmUp { takes: Duration::from_secs(30), factor: 10.0 });
    let mut lab = Lab::new(Setup { app: AppSpec { warm_up, ..takes(ms(10)) }, ..Setup::default() });
    let even = Arrivals::even(Rate::constant(1.0, at(0), at(200)));
    lab.caller(NewCaller::of("clients", "alb", Demand::Open(even)));
    lab.run_until(at(181));
    let points = lab.series(Subject::Group(lab.group), Metric::TargetResponseTime);
    let (first, third) = (points[0].1, points[2].1);
    assert!(first.max > 0.060 && first.max <= 0.1 + 1e-6, "{first:?}");
    assert!((third.max - 0.010).abs() < 1e-6, "{third:?}");
}

/// A process that finishes its requests takes no new ones after SIGTERM, and ends with the last of the others.
#[test]
fn a_graceful_process_finishes_what_it_has_begun() {
    for graceful in [true, false] {
        let mut app = takes(Distribution::ZERO).with(Work { wait: ms(8000), ..Work::DEFAULT });
        app.shutdown.finishes_requests = graceful;
        let mut lab = Lab::new(Setup { app, ..Setup::default() });
        lab.run_until(at(1));
        lab.constant_traffic(10.0, at(2));
        lab.run_until(at(2));
        let before = lab.meter().counts().arrived;
        lab.now(Event::App(AppEvent::Terminate(lab.tasks[0], Containers::ALL)));
        lab.run_until(at(20));
        let counts = *lab.meter().counts();
        if graceful {
            assert_eq!((counts.by_class[2], counts.answered), (before, before), "nobody is cut");
        } else {
            assert_eq!(counts.due_to(Cause::TargetGone), before, "after a second all are cut");
        }
        assert_eq!(lab.world.app.state(lab.tasks[0], 0), Some(ProcessState::Exited(0)));
    }
}

/// A lab whose requests need a database with so many connections.
fn with_database(connections: u32, query: Distribution, timeout: Option<Duration>, optional: bool) -> Lab {
    let mut lab = Lab::new(Setup::default());
    let database = NewDatabase { name: "orders".into(), connections, query, connection_timeout: timeout };
    lab.world.add_database(database, &lab.ctx);
    let need = Need { whom: Whom::Database("orders".into(), None), optional };
    let app = AppSpec::of("app/web").with(Work { needs: vec![need], ..Work::of(ms(1)) });
    lab.world.describe_app(app, &mut lab.ctx);
    lab.start_task();
    lab.now(Event::App(AppEvent::Kill(lab.tasks[0], Containers::ALL)));
    lab.run_until(at(60));
    lab
}

/// A database with one connection serves one query at a time: requests of 10 ms each come no faster than a hundred a
/// second, and those beyond wait.
#[test]
fn a_database_with_few_connections_is_a_bottleneck() {
    let mut lab = with_database(1, ms(10), None, false);
    lab.constant_traffic(150.0, at(120));
    lab.run_until(at(120));
    let database = lab.world.traffic.databases.iter().next().unwrap().1;
    assert!(database.answered.abs_diff(6000) < 30, "{} queries in a minute", database.answered);
    assert!(database.queries().0 > 2500, "{:?} wait", database.queries());
}

/// Who waits too long for a connection fails, and the request with it: the application answers 500, which is due to the
/// dependency. A need that is optional does no harm.
#[test]
fn a_database_that_is_too_slow_fails_the_requests_that_need_it() {
    for optional in [false, true] {
        let mut lab = with_database(1, ms(1000), Some(Duration::from_secs(2)), optional);
        lab.constant_traffic(20.0, at(80));
        lab.run_until(at(100));
        let counts = *lab.meter().counts();
        let database = lab.world.traffic.databases.iter().next().unwrap().1;
        assert!(database.timed_out > 300, "{}", database.timed_out);
        let failed = if optional { 0 } else { database.timed_out };
        assert_eq!(counts.due_to(Cause::DependencyFailed), failed);
        assert_eq!(counts.by_class[5], failed);
    }
}

/// Little's law at a database, exactly: the time that queries spent there is the number that was there, summed over time.
#[test]
fn queries_at_a_database_are_rate_times_time() {
    let mut lab = with_database(3, Distribution::exponential(Duration::from_millis(30)), None, false);
    lab.constant_traffic(80.0, at(160));
    let (mut waiting, mut held, mut before) = (0u128, 0u128, lab.ctx.now());
    while let Some(next) = lab.ctx.next(at(200)) {
        let elapsed = lab.ctx.now().since(before).as_nanos();
        let (queue, busy) = lab.world.traffic.databases.iter().next().unwrap().1.queries();
        waiting += queue as u128 * elapsed;
        held += busy as u128 * elapsed;
        before = lab.ctx.now();
        lab.world.handle(next, &mut lab.ctx);
    }
    let database = lab.world.traffic.databases.iter().next().unwrap().1;
    assert_eq!(database.queries(), (0, 0));
    assert_eq!((waiting, held), (database.waited_ns, database.held_ns));
    assert!(database.begun > 7000 && database.waited_ns > 0);
}

/// A deep health check fails when the database is too slow for it: every task is unhealthy at the same time, although
/// none of them is broken. A shallow one sees nothing.
#[test]
fn a_deep_health_check_fails_with_the_database() {
    for deep in [true, false] {
        let mut lab = with_database(1, ms(10), Some(Duration::from_secs(1)), false);
        let mut app = takes(ms(1));
        app.health.database = deep.then(|| "orders".to_owned());
        lab.world.describe_app(app, &mut lab.ctx);
        let task = lab.start_task();
        lab.run_until(at(120));
        let state = |lab: &Lab| lab.world.elb.targets[lab.world.elb.targets_of(task)[0]].state.word();
        assert_eq!(state(&lab), "healthy");
        let id = lab.world.traffic.database_named("orders").unwrap();
        lab.world.slow_database(id, 1_000_000, None, &mut lab.ctx);
        lab.run_until(at(300));
        assert_eq!(state(&lab), if deep { "unhealthy" } else { "healthy" });
    }
}
