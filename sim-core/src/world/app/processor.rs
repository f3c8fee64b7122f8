//! A task's CPU, shared equally by the requests that are at work.
//!
//! Processor sharing in virtual time: with n jobs on c vCPU each job runs at min(1, c/n), so all jobs of a task
//! always have had the same amount of work done since any moment. A job's finish is therefore fixed in *work done*
//! when it arrives, and only the task's next finish is a moment of real time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::engine::Time;

/// A job: the work done at which it finishes [ns, as the bits of a positive f64, which order as the number does],
/// and the request it belongs to.
type Job = Reverse<(u64, u32)>;

/// A task's CPU.
#[derive(Clone, Debug)]
pub(crate) struct Processor {
    /// How much CPU there is, inverted [1 / vCPU].
    inverse: f64,
    /// How many times as long as alone each job takes at present.
    slowdown: f64,
    /// Work done on each job since the processor was last empty [ns].
    done: f64,
    /// Work done on all jobs ever [CPU-ns].
    used: f64,
    /// Up to when `done` and `used` are counted.
    at: Time,
    jobs: BinaryHeap<Job>,
}

impl Processor {
    /// An idle CPU of this many units (1024 = 1 vCPU).
    pub fn new(units: u32) -> Processor {
        let inverse = 1024.0 / f64::from(units.max(1));
        let slowdown = inverse.max(1.0);
        Processor { inverse, slowdown, done: 0.0, used: 0.0, at: Time::ZERO, jobs: BinaryHeap::new() }
    }

    /// Jobs at work [count].
    #[inline]
    pub fn len(&self) -> usize {
        self.jobs.len()
    }

    /// How many times as long as alone each of `jobs` jobs takes: max(1, n/c).
    #[inline]
    pub fn slowdown(&self, jobs: usize) -> f64 {
        // `f64::max` is a call in WASM.
        let slowdown = jobs as f64 * self.inverse;
        if slowdown > 1.0 { slowdown } else { 1.0 }
    }

    /// Work done on all jobs up to now [CPU-ns].
    pub fn used(&self, now: Time) -> f64 {
        let elapsed = (now.as_nanos() - self.at.as_nanos()) as f64;
        self.used + elapsed / self.slowdown * self.jobs.len() as f64
    }

    #[inline]
    fn advance(&mut self, now: Time) {
        let elapsed = (now.as_nanos() - self.at.as_nanos()) as f64;
        self.at = now;
        let jobs = self.jobs.len();
        if jobs > 0 {
            let work = elapsed / self.slowdown;
            self.done += work;
            self.used += work * jobs as f64;
        } else {
            self.done = 0.0;
        }
    }

    /// When the next job finishes, if nothing changes until then.
    #[inline]
    pub fn next_finish(&self) -> Option<Time> {
        let Reverse((finish, _)) = self.jobs.peek()?;
        // The nanosecond in which it finishes is over before anybody hears of it; the others do not lose it,
        // because `advance` counts real time. What rounding made negative is cut off at zero.
        let left = (f64::from_bits(*finish) - self.done) * self.slowdown;
        Some(Time::from_nanos(self.at.as_nanos().saturating_add(left as u64).saturating_add(1)))
    }

    /// A job of this much work [CPU-ns] begins.
    #[inline]
    pub fn push(&mut self, now: Time, work: u64, request: u32) {
        self.advance(now);
        self.jobs.push(Reverse(((self.done + work as f64).to_bits(), request)));
        self.slowdown = self.slowdown(self.jobs.len());
    }

    /// The processor's timer rang: the job that has finished.
    #[inline]
    pub fn finish(&mut self, now: Time) -> Option<u32> {
        self.advance(now);
        let Reverse((finish, request)) = self.jobs.pop()?;
        self.slowdown = self.slowdown(self.jobs.len());
        // Rounding must not leave the finished job with work to do, or the rest would wait for it.
        self.done = self.done.max(f64::from_bits(finish));
        Some(request)
    }

    /// Takes out the jobs that `gone` names.
    pub fn drop_jobs(&mut self, now: Time, mut gone: impl FnMut(u32) -> bool) {
        self.advance(now);
        self.jobs.retain(|Reverse((_, request))| !gone(*request));
        self.slowdown = self.slowdown(self.jobs.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    /// All finishes, as (time rounded down to ms, request).
    fn finishes(units: u32, arrivals: &[(u64, u64)]) -> Vec<(u64, u32)> {
        let mut processor = Processor::new(units);
        let mut out = Vec::new();
        let mut arrivals = arrivals.iter().enumerate().peekable();
        loop {
            let arrival = arrivals.peek().map(|(_, (at, _))| Time::from_nanos(at * MS));
            match (arrival, processor.next_finish()) {
                (None, None) => return out,
                (Some(at), finish) if finish.is_none_or(|finish| at <= finish) => {
                    let (index, (_, work)) = arrivals.next().unwrap();
                    processor.push(at, work * MS, index as u32);
                }
                (_, finish) => {
                    let at = finish.unwrap();
                    out.push((at.as_nanos() / MS, processor.finish(at).unwrap()));
                }
            }
        }
    }

    #[test]
    fn two_jobs_on_one_vcpu_take_twice_as_long() {
        assert_eq!(finishes(1024, &[(0, 10), (0, 10)]), [(20, 0), (20, 1)]);
    }

    #[test]
    fn a_late_short_job_overtakes() {
        // Alone until 10 ms, then half speed: the short one needs 2 × 5 ms, the long one has 5 ms left at 20 ms.
        assert_eq!(finishes(1024, &[(0, 20), (10, 5)]), [(20, 1), (25, 0)]);
    }

    #[test]
    fn one_job_runs_at_the_speed_of_one_vcpu_at_most() {
        assert_eq!(finishes(4096, &[(0, 10)]), [(10, 0)]);
        assert_eq!(finishes(256, &[(0, 10)]), [(40, 0)]);
        assert_eq!(finishes(2048, &[(0, 10), (0, 10), (0, 10)]), [(15, 0), (15, 1), (15, 2)]);
    }

    #[test]
    fn used_cpu_is_work_done() {
        let mut processor = Processor::new(512);
        processor.push(Time::ZERO, 10 * MS, 0);
        assert!((processor.used(Time::from_nanos(4 * MS)) - 2e6).abs() < 1.0);
        let finish = processor.next_finish().unwrap();
        processor.finish(finish);
        assert!((processor.used(Time::from_secs(1)) - 10e6).abs() < 2.0);
    }
}
