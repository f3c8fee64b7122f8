//! Applications: how a process boots, shares the CPU, runs out of memory, and ends.

use std::time::Duration;

use sim_core::engine::Time;
use sim_core::world::app::{AppEvent, AppSpec, End, ProcessState, Shutdown, Work};
use sim_core::world::cloudwatch::{Cause, Metric, Subject};
use sim_core::world::ecs::{Containers, TaskId};
use sim_core::world::{Distribution, Event, Fact};
use tests::lab::{Lab, Setup};

const FIRST: TaskId = TaskId::from_index(0);

fn at(seconds: u64) -> Time {
    Time::from_secs(seconds)
}

fn secs(seconds: u64) -> Distribution {
    Distribution::constant(Duration::from_secs(seconds))
}

fn web() -> AppSpec {
    AppSpec::of("app/web")
}

fn lab(app: AppSpec) -> Lab {
    Lab::new(Setup { app, ..Setup::default() })
}

#[test]
fn a_process_listens_once_it_has_booted() {
    let mut lab = lab(AppSpec { boot: secs(7), ..web() });
    lab.run_until(at(6));
    assert_eq!(lab.world.app.state(FIRST, 0), Some(ProcessState::Booting));
    lab.run_until(at(8));
    assert_eq!(lab.world.app.state(FIRST, 0), Some(ProcessState::Listening));
    let told = lab.facts().into_iter().find(|(_, fact)| matches!(fact, Fact::AppListening { .. })).unwrap();
    assert_eq!(told.0, at(7));
}

/// [TR-112] A process that heeds its stop signal ends by itself; what it still does is done.
#[test]
fn a_process_that_heeds_sigterm_ends_by_itself() {
    let shutdown = Shutdown { takes: secs(4), ..AppSpec::DEFAULT.shutdown };
    let mut lab = lab(AppSpec { shutdown, ..web().with(Work { wait: secs(3), ..Work::DEFAULT }) });
    lab.constant_traffic(10.0, at(10));
    lab.run_until(at(10));
    lab.now(Event::App(AppEvent::Terminate(FIRST, Containers::ALL)));
    lab.run_until(at(13));
    assert_eq!(lab.world.app.state(FIRST, 0), Some(ProcessState::Listening));
    lab.run_until(at(15));
    assert_eq!(lab.world.app.state(FIRST, 0), Some(ProcessState::Exited(0)));
    assert_eq!(lab.statuses(), [(200, lab.meter().counts().arrived)]);
}

/// [TR-112] One that ignores it goes on until SIGKILL, which is exit code 137.
#[test]
fn a_process_that_ignores_sigterm_ends_by_sigkill() {
    let shutdown = Shutdown { ignores_sigterm: true, takes: secs(4), ..AppSpec::DEFAULT.shutdown };
    let mut lab = lab(AppSpec { shutdown, ..web() });
    lab.run_until(at(10));
    lab.now(Event::App(AppEvent::Terminate(FIRST, Containers::ALL)));
    lab.run_until(at(30));
    assert_eq!(lab.world.app.state(FIRST, 0), Some(ProcessState::Listening));
    lab.now(Event::App(AppEvent::Kill(FIRST, Containers::ALL)));
    assert_eq!(lab.world.app.state(FIRST, 0), Some(ProcessState::Exited(137)));
}

#[test]
fn a_job_ends_with_its_own_code() {
    let mut lab = lab(AppSpec { ends: Some(End { after: secs(20), code: 3 }), ..web() });
    lab.run_until(at(19));
    assert_eq!(lab.world.app.state(FIRST, 0), Some(ProcessState::Listening));
    lab.run_until(at(20));
    assert_eq!(lab.world.app.state(FIRST, 0), Some(ProcessState::Exited(3)));
}

/// [CP-045][CP-105] One request too many for the memory, and the process is killed with code 137.
#[test]
fn one_request_too_many_for_the_memory_kills_the_process() {
    let memory = 512 << 20;
    let work = Work { wait: secs(50), memory: (1 << 20).into(), ..Work::DEFAULT };
    let app = AppSpec { memory: memory - (10 << 20), ..web().with(work) };
    let mut lab = Lab::new(Setup { app, memory: 512, cpu: 256, ..Setup::default() });
    lab.constant_traffic(1.0, at(40));
    while lab.world.traffic.in_flight() < 10 {
        let next = lab.ctx.now() + Duration::from_millis(1);
        lab.run_until(next);
    }
    assert_eq!(lab.world.app.memory_used(FIRST, lab.ctx.now()), memory);
    assert_eq!(lab.world.app.state(FIRST, 0), Some(ProcessState::Listening));
    let arrived = lab.meter().counts().arrived;
    while lab.meter().counts().arrived == arrived {
        let next = lab.ctx.now() + Duration::from_millis(1);
        lab.run_until(next);
    }
    assert_eq!(lab.world.app.state(FIRST, 0), Some(ProcessState::Exited(137)));
    assert!(lab.world.app.out_of_memory_killed(FIRST, 0));
    assert_eq!(lab.meter().counts().due_to(Cause::TargetGone), 11);
    assert_eq!(lab.world.app.memory_used(FIRST, lab.ctx.now()), 0);
}

/// [CP-105] A process that does not fit into its memory at all never listens.
#[test]
fn a_process_that_does_not_fit_never_listens() {
    let mut lab =
        Lab::new(Setup { app: AppSpec { memory: 1 << 30, ..web() }, memory: 512, cpu: 256, ..Setup::default() });
    lab.run_until(at(1));
    assert_eq!(lab.world.app.state(FIRST, 0), Some(ProcessState::Exited(137)));
    assert!(!lab.facts().iter().any(|(_, fact)| matches!(fact, Fact::AppListening { .. })));
}

/// [SC-010] CPUUtilization is CPU used of CPU reserved. [SC-012] MemoryUtilization is memory used of memory reserved.
#[test]
fn utilization_is_what_is_used_of_what_is_reserved() {
    let app = AppSpec { memory: 256 << 20, ..web() };
    let mut lab = Lab::new(Setup { tasks: 2, app, cpu: 512, memory: 1024, ..Setup::default() });
    // 100 requests a second of 1 ms on two halves of a vCPU.
    lab.constant_traffic(100.0, at(180));
    lab.run_until(at(180));
    let service = Subject::Service(lab.service);
    let cpu = lab.series(service, Metric::CPUUtilization);
    assert_eq!(cpu.len(), 3);
    for (minute, statistics) in &cpu {
        assert!((statistics.average() - 10.0).abs() < 0.5, "{} % in minute {minute}", statistics.average());
        // [SC-009] One sample stands for the whole minute.
        assert_eq!(statistics.count, 1);
    }
    let memory = lab.series(service, Metric::MemoryUtilization);
    assert!(memory.iter().all(|(_, statistics)| statistics.average() == 25.0), "{memory:?}");
}

/// [SC-008] Without a running task the metric is missing, not zero.
#[test]
fn without_a_running_task_utilization_is_missing() {
    let mut lab = Lab::new(Setup { tasks: 0, ..Setup::default() });
    lab.run_until(at(180));
    assert_eq!(lab.series(Subject::Service(lab.service), Metric::CPUUtilization), []);
    lab.start_task();
    lab.run_until(at(300));
    let minutes: Vec<u32> =
        lab.series(Subject::Service(lab.service), Metric::CPUUtilization).iter().map(|(minute, _)| *minute).collect();
    assert_eq!(minutes, [3, 4]);
}

#[test]
fn health_checks_of_a_busy_application_time_out() {
    // Twice as much work as there is CPU: requests pile up, and with them the time that a check takes.
    let app = web().with(Work::of(Distribution::constant(Duration::from_millis(20))));
    let mut lab = lab(app);
    lab.constant_traffic(100.0, at(600));
    lab.run_until(at(600));
    let unhealthy = lab.facts().into_iter().find(|(_, fact)| matches!(fact, Fact::TargetUnhealthy { .. }));
    let (moment, _) = unhealthy.expect("a check takes more than 5 s when 5,000 requests are at work");
    assert!(moment > at(60) && moment < at(300), "{moment}");
}
