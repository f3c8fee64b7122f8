//! Traffic: who calls, how often, and that nobody is lost.

use std::time::Duration;

use sim_core::engine::Time;
use sim_core::world::app::{AppSpec, Work};
use sim_core::world::ecs::Containers;
use sim_core::world::traffic::{Demand, Rate};
use sim_core::world::{Distribution, Fact};
use tests::lab::{Lab, Setup};

fn at(seconds: u64) -> Time {
    Time::from_secs(seconds)
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another() {
    let run = |seed: u64| {
        let cpu = Distribution::exponential(Duration::from_millis(5));
        let mut lab =
            Lab::new(Setup { seed, tasks: 3, app: AppSpec::of("app/web").with(Work::of(cpu)), ..Setup::default() });
        lab.constant_traffic(100.0, at(100));
        lab.run_until(at(200));
        (lab.ctx.hash(), lab.ctx.events(), lab.meter().latencies().sum())
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn a_second_source_does_not_move_the_arrivals_of_the_first() {
    let run = |second: bool| {
        let mut lab = Lab::new(Setup::default());
        lab.constant_traffic(50.0, at(100));
        if second {
            lab.traffic("others", Rate::constant(20.0, at(0), at(100)));
        }
        lab.run_until(at(100));
        lab.world.traffic.callers.iter().next().unwrap().1.sent
    };
    assert_eq!(run(false), run(true));
}

#[test]
fn a_rate_can_be_changed_while_it_runs() {
    let mut lab = Lab::new(Setup::default());
    lab.constant_traffic(10.0, at(1000));
    lab.run_until(at(100));
    let slow = lab.meter().counts().arrived;
    let caller = lab.world.traffic.callers.iter().next().unwrap().0;
    lab.world.set_demand(caller, Demand::Open(Rate::constant(100.0, at(100), at(1000)).into()), &mut lab.ctx);
    lab.run_until(at(200));
    let fast = lab.meter().counts().arrived - slow;
    assert!(slow.abs_diff(1000) < 130 && fast.abs_diff(10_000) < 400, "{slow} {fast}");
}

/// Every request that arrived is answered or in flight, in every state of trouble.
#[test]
fn nobody_is_lost() {
    let work = Work {
        cpu: Distribution::exponential(Duration::from_millis(15)),
        wait: Distribution::lognormal(Duration::from_millis(100), 1.0).expect("sigma is positive"),
        error_ratio: 0.01,
        ..Work::DEFAULT
    };
    let app = AppSpec::of("app/web").with(work);
    let mut lab = Lab::new(Setup { tasks: 4, app, ..Setup::default() });
    lab.constant_traffic(400.0, at(300));
    let (first, second) = (lab.tasks[0], lab.tasks[1]);
    use sim_core::world::Event::{App, Elb};
    use sim_core::world::app::AppEvent::{Kill, Terminate};
    use sim_core::world::elb::ElbEvent::Deregister;
    for step in 1..400 {
        lab.run_until(at(step));
        match step {
            50 => lab.now(App(Kill(first, Containers::ALL))),
            80 => lab.now(Elb(Deregister(first))),
            120 => lab.now(Elb(Deregister(second))),
            125 => lab.now(App(Terminate(second, Containers::ALL))),
            150 => drop(lab.start_task()),
            _ => {}
        }
        let (counts, in_flight) = (*lab.meter().counts(), lab.world.traffic.in_flight());
        assert_eq!(counts.arrived, counts.answered + in_flight, "at {step} s");
        assert_eq!(counts.by_cause.iter().sum::<u64>(), counts.answered);
        assert_eq!(lab.meter().by_status().values().sum::<u64>(), counts.answered);
        let outstanding: u32 = lab.world.elb.targets.iter().map(|(_, target)| target.outstanding).sum();
        assert_eq!(u64::from(outstanding), in_flight);
    }
    assert_eq!(lab.world.traffic.in_flight(), 0);
    assert_eq!(lab.meter().latencies().histogram().len(), lab.meter().counts().answered);
}

#[test]
fn the_journal_says_when_traffic_began_and_ceased_to_get_through() {
    let mut lab = Lab::new(Setup::default());
    lab.constant_traffic(10.0, at(100));
    lab.run_until(at(50));
    lab.now(sim_core::world::Event::App(sim_core::world::app::AppEvent::Kill(lab.tasks[0], Containers::ALL)));
    lab.run_until(at(100));
    let told = lab.facts().into_iter().filter_map(|(_, fact)| match fact {
        Fact::FirstResponse { status, .. } => Some(status),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>()[..2], [200, 502]);
}

#[test]
fn a_world_without_traffic_has_nothing_to_do_but_to_close_its_minutes() {
    let mut lab = Lab::new(Setup { tasks: 10, ..Setup::default() });
    lab.run_until(at(60));
    let before = lab.ctx.events();
    lab.run_until(at(3660));
    // The 120 checks of each target would pass.
    assert_eq!(lab.ctx.events() - before, 60);
}
