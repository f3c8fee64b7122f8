//! Containers that share a CPU, against what is known of coupled processors.
//!
//! `cpu` weighs containers, not jobs: a container with many jobs gets no more than one with few. With Poisson arrivals
//! and exponential work the numbers of jobs in two containers are the Markov chain of two coupled processors (Fayolle and
//! Iasnogorodski 1979), which knows nothing of virtual time, heaps or lanes.

use super::*;
use crate::engine::Stream;

/// The mean work of a job [ns].
const WORK: f64 = 1e6;
/// Jobs of a replication [count]; the first tenth, which finds the processor emptier than usual, is left out.
const JOBS: u32 = 30_000;

/// Mean times of the jobs of two containers on one vCPU [in units of their mean work], each of 20 replications.
fn times(shares: [u32; 2], loads: [f64; 2]) -> [Vec<f64>; 2] {
    let mut all = [Vec::new(), Vec::new()];
    for seed in 1..=20 {
        let mut processor = Processor::new(Time::ZERO, 1024, &shares, CpuLimit::Smooth);
        let mut arrivals = Stream::of(seed, "arrivals", "law");
        let mut works = Stream::of(seed, "work", "law");
        let mut begun = Vec::new();
        let (mut sums, mut counts) = ([0.0; 2], [0.0; 2]);
        let mut next = Time::ZERO;
        while begun.len() < JOBS as usize {
            match processor.next_finish() {
                Some(finish) if finish < next => {
                    let job = processor.finish(finish).unwrap();
                    let (container, since): (u16, Time) = begun[job as usize];
                    if job > JOBS / 10 {
                        sums[usize::from(container)] += finish.since(since).as_nanos() as f64 / WORK;
                        counts[usize::from(container)] += 1.0;
                    }
                }
                _ => {
                    let container = u16::from(arrivals.unit() * (loads[0] + loads[1]) >= loads[0]);
                    processor.push(next, container, (works.exponential() * WORK) as u64, begun.len() as u32);
                    begun.push((container, next));
                    let between = arrivals.exponential() * WORK / (loads[0] + loads[1]);
                    next = Time::from_nanos(next.as_nanos() + between as u64);
                }
            }
        }
        all[0].push(sums[0] / counts[0]);
        all[1].push(sums[1] / counts[1]);
    }
    all
}

/// Whether `wanted` is in the 99 % confidence interval of the mean of 20 samples (Student's t, 19 degrees of freedom).
pub(in crate::world::app) fn expect_mean(samples: &[f64], wanted: f64) {
    let n = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / n;
    let variance = samples.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    let half = 2.861 * (variance / n).sqrt();
    assert!((mean - wanted).abs() < half, "{mean} ± {half} instead of {wanted}");
    assert!(half < 0.1 * wanted, "the interval ± {half} is too wide to say anything");
}

/// Mean times of the two containers' jobs from the chain's equations of balance: how many jobs each holds, solved by
/// relaxation on a grid whose edge is out of reach, and Little's law.
fn coupled(parts: [f64; 2], loads: [f64; 2]) -> [f64; 2] {
    const EDGE: usize = 64;
    let speed = |of: usize, n: [usize; 2]| match (n[of], n[1 - of]) {
        (0, _) => 0.0,
        (_, 0) => 1.0,
        _ => parts[of],
    };
    // Beside the edge, any beginning will do.
    let mut p = vec![[0.0; EDGE]; EDGE];
    p[..EDGE - 1].iter_mut().for_each(|row| row[..EDGE - 1].fill(1.0));
    for _ in 0..1500 {
        for a in 0..EDGE - 1 {
            for b in 0..EDGE - 1 {
                let out = loads[0] + loads[1] + speed(0, [a, b]) + speed(1, [a, b]);
                let mut into = p[a + 1][b] * speed(0, [a + 1, b]) + p[a][b + 1] * speed(1, [a, b + 1]);
                into += if a > 0 { p[a - 1][b] * loads[0] } else { 0.0 };
                into += if b > 0 { p[a][b - 1] * loads[1] } else { 0.0 };
                p[a][b] = into / out;
            }
        }
        let sum: f64 = p.iter().flatten().sum();
        p.iter_mut().flatten().for_each(|p| *p /= sum);
    }
    let mut mean = [0.0; 2];
    for (a, row) in p.iter().enumerate() {
        for (b, p) in row.iter().enumerate() {
            mean[0] += p * a as f64;
            mean[1] += p * b as f64;
        }
    }
    [mean[0] / loads[0], mean[1] / loads[1]]
}

/// [CP-044] Two busy containers get CPU by their weights, and one alone gets all of it.
#[test]
fn containers_are_coupled_processors() {
    for (shares, parts, loads) in [
        ([768, 256], [0.75, 0.25], [0.3, 0.3]),
        ([256, 768], [0.25, 0.75], [0.45, 0.2]),
        ([9, 3], [0.75, 0.25], [0.2, 0.45]),
    ] {
        let wanted = coupled(parts, loads);
        let all = times(shares, loads);
        expect_mean(&all[0], wanted[0]);
        expect_mean(&all[1], wanted[1]);
        // The chain itself: all jobs together are an M/M/1 queue, however they share.
        let load = loads[0] + loads[1];
        let held = wanted[0] * loads[0] + wanted[1] * loads[1];
        assert!((held - load / (1.0 - load)).abs() < 1e-6, "{held} jobs");
    }
}

/// [CP-044] The largest weight against the smallest is as good as preemptive priority, whose mean times are known:
/// E[T1] = 1 / (1 - ρ1), E[T2] = 1 / ((1 - ρ1) (1 - ρ1 - ρ2)), in units of the mean work.
#[test]
fn a_great_weight_is_a_priority() {
    let all = times([262_144, 0], [0.4, 0.3]);
    expect_mean(&all[0], 1.0 / 0.6);
    expect_mean(&all[1], 1.0 / (0.6 * 0.3));
}
