//! Laws that any right model of a queue obeys.

use std::time::Duration;

use sim_core::engine::Time;
use sim_core::world::Distribution;
use sim_core::world::app::{AppSpec, Work};
use tests::lab::{Lab, Setup};
use tests::statistics::{expect_mean, replicate};

const MEAN: Duration = Duration::from_millis(10);

/// Mean response time [s] of each of a few independent runs of one task with Poisson arrivals at utilisation `load`.
fn response_times(cpu: Distribution, load: f64, requests: f64) -> Vec<f64> {
    let rate = load / MEAN.as_secs_f64();
    let run = |seed: u64| {
        let mut lab =
            Lab::new(Setup { seed, app: AppSpec::of("app/web").with(Work::of(cpu.clone())), ..Setup::default() });
        let end = Time::from_secs((requests / rate) as u64);
        lab.constant_traffic(rate, end);
        // An empty system is not yet like one that has been busy for long: a tenth is left out.
        lab.run_until(Time::from_secs(end.as_nanos() / 10_000_000_000));
        let (early, sum) = (lab.meter().counts().answered, lab.meter().latencies().sum());
        lab.run_until(end + Duration::from_secs(60));
        let answered = lab.meter().counts().answered - early;
        (lab.meter().latencies().sum() - sum) as f64 / 1e9 / answered as f64
    };
    replicate(20, run)
}

/// In an M/M/1 queue with processor sharing the mean response time is E[S] / (1 − ρ).
#[test]
fn processor_sharing_of_exponential_requests_obeys_its_law() {
    for (load, requests) in [(0.3, 10_000.0), (0.6, 20_000.0), (0.9, 100_000.0)] {
        let samples = response_times(Distribution::exponential(MEAN), load, requests);
        expect_mean("mean response time", samples, MEAN.as_secs_f64() / (1.0 - load), 0.1);
    }
}

/// Processor sharing is insensitive: the mean is the same whatever the distribution of the work (M/G/1-PS).
#[test]
fn processor_sharing_is_insensitive_to_the_distribution_of_work() {
    // Log-normal with the same mean: median = mean / e^(σ²/2), here with σ = 1.
    let median = Duration::from_nanos(6_065_307);
    let skewed = Distribution::lognormal(median, 1.0).unwrap();
    for cpu in [Distribution::constant(MEAN), skewed] {
        for (load, requests) in [(0.3, 10_000.0), (0.6, 20_000.0), (0.9, 100_000.0)] {
            let samples = response_times(cpu.clone(), load, requests);
            expect_mean("mean response time", samples, MEAN.as_secs_f64() / (1.0 - load), 0.1);
        }
    }
}

/// Little's law: requests in the system on average = arrival rate × mean time in the system. It holds exactly when
/// nobody is there at either end.
#[test]
fn requests_in_the_system_are_rate_times_time() {
    let cpu = Distribution::exponential(MEAN);
    let wait = Distribution::exponential(Duration::from_millis(50));
    let mut lab = Lab::new(Setup {
        tasks: 2,
        app: AppSpec::of("app/web").with(Work { wait, ..Work::of(cpu) }),
        ..Setup::default()
    });
    lab.constant_traffic(100.0, Time::from_secs(100));
    // The time integral of the number in the system, step by step.
    let (mut area, mut before) = (0u128, Time::ZERO);
    while let Some(next) = lab.ctx.next(Time::from_secs(200)) {
        let now = lab.ctx.now();
        area += u128::from(lab.world.traffic.in_flight()) * now.since(before).as_nanos();
        before = now;
        lab.world.handle(next, &mut lab.ctx);
    }
    assert_eq!(lab.world.traffic.in_flight(), 0);
    assert_eq!(area, lab.meter().latencies().sum());
}
