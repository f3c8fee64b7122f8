//! Laws of queues from the textbooks, against the whole request path: first come, first served before a limited number
//! of workers. `laws.rs` has those of processor sharing.
//!
//! Sources: Kleinrock, *Queueing Systems* I (1975): M/M/1, M/M/c, Pollaczek-Khinchine; Erlang (1917): loss and delay.

use std::time::Duration;

use sim_core::engine::Time;
use sim_core::world::Distribution;
use sim_core::world::app::{AppSpec, Work, Workers};
use sim_core::world::cloudwatch::Cause;
use tests::lab::{Lab, Setup};
use tests::statistics::{expect_mean, replicate};

const MEAN: Duration = Duration::from_millis(10);

/// What one run says: response times and losses after a warm-up of a tenth.
struct Seen {
    /// [s]
    mean: f64,
    /// [s]
    p99: f64,
    /// Requests that were turned away, of all.
    lost: f64,
    /// Requests that had to wait for a worker: their mean time in the queue, of all requests [s].
    waited: f64,
}

/// One task of so many workers with a vCPU each, at this utilisation.
fn run(seed: u64, cpu: &Distribution, workers: u32, queue: u32, load: f64, requests: f64) -> Seen {
    let workers_of = Workers { count: workers, queue, full_status: 503 };
    let app = AppSpec { workers: Some(workers_of), ..AppSpec::of("app/web").with(Work::of(cpu.clone())) };
    let mut lab = Lab::new(Setup { seed, cpu: 1024 * workers, memory: 2048 * workers, app, ..Setup::default() });
    let rate = load * f64::from(workers) / MEAN.as_secs_f64();
    let end = Time::from_secs((requests / rate) as u64 + 1);
    lab.constant_traffic(rate, end);
    lab.run_until(Time::from_nanos(end.as_nanos() / 10));
    let (early, queued) = (lab.meter(), lab.world.spent_inside(lab.tasks[0], lab.ctx.now()).queue);
    lab.run_until(end + Duration::from_secs(120));
    let all = lab.meter();
    let answered = (all.counts().answered - early.counts().answered) as f64;
    let lost = all.counts().due_to(Cause::Overloaded) - early.counts().due_to(Cause::Overloaded);
    let queued = lab.world.spent_inside(lab.tasks[0], lab.ctx.now()).queue - queued;
    Seen {
        mean: (all.latencies().sum() - early.latencies().sum()) as f64 / 1e9 / answered,
        p99: all.latencies().histogram().value_at_quantile(0.99) as f64 / 1e9,
        lost: lost as f64 / answered,
        waited: queued as f64 / 1e9 / answered,
    }
}

/// Erlang's C: the share of requests that find all of `c` servers busy, at utilisation `load`.
fn erlang_c(c: u32, load: f64) -> f64 {
    let b = erlang_b(c, load * f64::from(c));
    b / (1.0 - load * (1.0 - b))
}

/// Erlang's B: the share of requests that are lost at `c` servers without a queue, at so many erlangs.
fn erlang_b(c: u32, erlangs: f64) -> f64 {
    (1..=c).fold(1.0, |b, n| erlangs * b / (f64::from(n) + erlangs * b))
}

const NO_LIMIT: u32 = u32::MAX;

/// M/M/1, first come, first served: T is exponential with mean E[S] / (1 − ρ), so its 99th percentile is ln 100 of that.
#[test]
fn one_worker_with_exponential_requests_is_an_mm1_queue() {
    let cpu = exponential();
    for (load, requests) in [(0.3, 10_000.0), (0.6, 20_000.0), (0.8, 40_000.0), (0.95, 200_000.0)] {
        let runs = replicate(20, |seed| run(seed, &cpu, 1, NO_LIMIT, load, requests));
        let wanted = MEAN.as_secs_f64() / (1.0 - load);
        expect_mean(&format!("mean at {load}"), runs.iter().map(|run| run.mean), wanted, 0.1);
        if load < 0.9 {
            expect_mean(&format!("p99 at {load}"), runs.iter().map(|run| run.p99), wanted * 100f64.ln(), 0.15);
        }
    }
}

/// M/M/c: the wait is Erlang's C over cμ − λ on average.
#[test]
fn several_workers_with_exponential_requests_are_an_mmc_queue() {
    let cpu = exponential();
    for (workers, load, requests) in [(2, 0.6, 20_000.0), (4, 0.8, 60_000.0), (8, 0.9, 150_000.0)] {
        let runs = replicate(20, |seed| run(seed, &cpu, workers, NO_LIMIT, load, requests));
        let mean = MEAN.as_secs_f64();
        let wait = erlang_c(workers, load) * mean / (f64::from(workers) * (1.0 - load));
        let name = format!("{workers} workers at {load}");
        expect_mean(&format!("wait of {name}"), runs.iter().map(|run| run.waited), wait, 0.2);
        expect_mean(&format!("mean of {name}"), runs.iter().map(|run| run.mean), wait + mean, 0.1);
    }
}

/// M/G/1: Pollaczek and Khinchine. The wait is λE[S²] / 2(1 − ρ): what counts is the second moment. M/D/1 is the
/// case without any spread: half the wait of M/M/1.
#[test]
fn one_worker_obeys_pollaczek_and_khinchine() {
    let mean = MEAN.as_secs_f64();
    // Log-normal with σ = 1: E[S²] = e E[S]².
    let median = Duration::from_nanos(6_065_307);
    let skewed = lognormal(median, 1.0);
    for (name, cpu, second) in [("M/D/1", constant(), 1.0), ("log-normal", skewed, 1f64.exp())] {
        for (load, requests) in [(0.3, 20_000.0), (0.6, 30_000.0), (0.8, 80_000.0)] {
            let runs = replicate(20, |seed| run(seed, &cpu, 1, NO_LIMIT, load, requests));
            let wait = load / mean * second * mean * mean / (2.0 * (1.0 - load));
            expect_mean(&format!("wait of {name} at {load}"), runs.iter().map(|run| run.waited), wait, 0.2);
            expect_mean(&format!("mean of {name} at {load}"), runs.iter().map(|run| run.mean), wait + mean, 0.1);
        }
    }
}

/// Erlang's B: what finds all workers busy and no place to wait is lost, and how much that is does not depend on the
/// distribution of the work.
#[test]
fn workers_without_a_queue_lose_what_erlang_says() {
    for (name, cpu) in [("exponential", exponential()), ("constant", constant())] {
        for (workers, load) in [(1, 0.5), (4, 0.8), (8, 0.95)] {
            let runs = replicate(20, |seed| run(seed, &cpu, workers, 0, load, 20_000.0));
            let wanted = erlang_b(workers, load * f64::from(workers));
            let name = format!("lost by {workers} workers, {name}, at {load}");
            expect_mean(&name, runs.iter().map(|run| run.lost), wanted, 0.1);
        }
    }
}

/// A closed system of one user: it thinks, asks and waits, so its throughput is 1 / (Z + S); of many users at a
/// saturated worker it is the worker's (the asymptotic bounds of operational analysis).
#[test]
fn users_who_wait_for_answers_come_no_faster_than_they_are_served() {
    use sim_core::world::traffic::{Demand, NewCaller};
    let hour = Time::from_secs(3600);
    for (users, wanted) in [(1, 1.0 / 0.110), (100, 100.0)] {
        let workers = Workers { count: 1, queue: NO_LIMIT, full_status: 503 };
        let app = AppSpec { workers: Some(workers), ..AppSpec::of("app/web").with(Work::of(exponential())) };
        let mut lab = Lab::new(Setup { app, ..Setup::default() });
        let think = Distribution::constant(Duration::from_millis(100));
        let demand = Demand::Closed { users, think, from: Time::ZERO, until: hour };
        lab.caller(NewCaller::of("users", "alb", demand));
        lab.run_until(hour);
        let rate = lab.meter().counts().answered as f64 / 3600.0;
        assert!((rate / wanted - 1.0).abs() < 0.02, "{users} users: {rate} instead of {wanted} requests/s");
    }
}

fn constant() -> Distribution {
    Distribution::constant(MEAN)
}

fn exponential() -> Distribution {
    Distribution::exponential(MEAN)
}

fn lognormal(median: Duration, sigma: f64) -> Distribution {
    Distribution::lognormal(median, sigma).expect("sigma is positive")
}
