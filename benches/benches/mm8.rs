//! `cargo bench --bench mm8`: one customer of M/M/8, in each simulator.
//!
//! For ratios use the binary `side_by_side`: criterion runs one contestant after another.

use benches::mm8;
use cpu_time::ThreadTime;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("mm8");
    group.throughput(Throughput::Elements(1)).sample_size(20);
    for (name, mut contestant) in mm8::contestants() {
        contestant.run(100_000);
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|count| {
                let start = ThreadTime::now();
                contestant.run(count as usize);
                start.elapsed()
            });
        });
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
