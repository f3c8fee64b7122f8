//! `cargo bench --bench lab`: one simulated minute of the lab at 10,000 requests per second, and the lab as it ships.
//!
//! A minute has 600,000 requests, each through load balancer, target and CPU share.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use cpu_time::ThreadTime;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sim_core::Simulation;
use sim_core::engine::Time;
use sim_core::scenario::Scenario;

/// A scenario file with the JSON files beside it.
fn scenario(path: &str) -> Arc<Scenario> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = std::fs::read(&path).expect("the scenario is there");
    let beside = path.parent().expect("it lies in a folder").read_dir().expect("it can be listed").flatten();
    let files: BTreeMap<String, Vec<u8>> = beside
        .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "json"))
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("a file")))
        .collect();
    let read = Scenario::read(&path.to_string_lossy(), &text, &files);
    Arc::new(read.unwrap_or_else(|problems| panic!("{problems}")))
}

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
