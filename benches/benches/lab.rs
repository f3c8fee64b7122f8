//! `cargo bench --bench lab`: one simulated minute of the lab at 10,000 requests per second, and the lab as it ships.
//!
//! A minute has 600,000 requests, each through load balancer, target and CPU share.

use std::sync::Arc;

use benches::scenario;
use cpu_time::ThreadTime;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sim_core::Simulation;
use sim_core::engine::Time;

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lab");
    group.sample_size(10);
    let load = scenario("lab/load.toml");
    // The tasks are up and the clients have been calling for a minute.
    let mut warm = Simulation::start(load, None);
    warm.run_until(Time::from_secs(13 * 60));
    group.throughput(Throughput::Elements(600_000));
    group.bench_function("a minute at 10,000 requests per second", |bencher| {
        bencher.iter_custom(|count| {
            let mut minute = warm.clone();
            let start = ThreadTime::now();
            for _ in 0..count {
                if minute.now() >= Time::from_secs(70 * 60) {
                    minute = warm.clone();
                }
                minute.run_until(minute.now() + std::time::Duration::from_secs(60));
            }
            start.elapsed()
        });
    });
    let lab = scenario("../scenarios/lab/fargate-alb.toml");
    group.throughput(Throughput::Elements(1));
    group.bench_function("as it ships", |bencher| {
        bencher.iter(|| {
            let mut run = Simulation::start(Arc::clone(&lab), None);
            run.run();
            run.hash()
        });
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
