//! `cargo bench --bench hold`: one event of the hold model, in each queue and each simulator.
//!
//! For ratios use the binary `side_by_side`: criterion runs one contestant after another.

use benches::hold;
use cpu_time::ThreadTime;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn bench(criterion: &mut Criterion) {
    for pending in [1_000, 100_000, 1_000_000] {
        let mut group = criterion.benchmark_group(format!("hold/{pending}"));
        group.throughput(Throughput::Elements(1)).sample_size(20);
        for (name, mut contestant) in hold::contestants(pending) {
            contestant.run(3 * pending);
            group.bench_function(name, |bencher| {
                bencher.iter_custom(|count| {
                    let start = ThreadTime::now();
                    contestant.run(count as usize);
                    start.elapsed()
                });
            });
        }
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
