//! The jobs of one container, in virtual time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::num::NonZeroU64;

use super::real;

/// A job: the work done at which it finishes, and its number.
type Job = (Finish, u32);

/// How much work is done when a job finishes [ns]: the bits of a positive f64, which order as the number does, and the bit above
/// them, so that "no job" takes no memory of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finish(NonZeroU64);

impl Finish {
    const MARK: NonZeroU64 = NonZeroU64::new(1 << 63).unwrap();

    #[inline(always)]
    fn at(work: f64) -> Finish {
        Finish(Finish::MARK | work.to_bits())
    }

    #[inline(always)]
    fn work(self) -> f64 {
        f64::from_bits(self.0.get() ^ Finish::MARK.get())
    }
}

/// From here on virtual time begins anew at zero [ns]: it counts in steps of 2^-12 ns at most, however long a busy
/// period lasts. A job alone takes 18 minutes to get here.
const RENEW: f64 = (1u64 << 40) as f64;

/// The jobs of one container. All of them run equally fast, so all have had the same work done since any moment: a
/// job's finish is fixed in *work done* when it arrives.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    /// How many times as long as on a vCPU of its own each job takes at present.
    pub slowdown: f64,
    /// Work done on each job since the lane was last empty, or virtual time last began anew [ns].
    done: f64,
    /// The job that finishes first: mostly the only one, and then there is no need to fetch anything else.
    first: Option<Job>,
    /// The others.
    rest: BinaryHeap<Reverse<Job>>,
}

impl Lane {
    pub fn new() -> Lane {
        Lane { slowdown: 1.0, done: 0.0, first: None, rest: BinaryHeap::new() }
    }

    #[inline]
    pub fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Lets the jobs run for this long [ns]; returns the work done on all of them [CPU-ns].
    #[inline]
    pub fn advance(&mut self, elapsed: f64) -> f64 {
        let jobs = self.len();
        if jobs > 0 {
            let work = elapsed / self.slowdown;
            self.done += work;
            work * real(jobs as u64)
        } else {
            self.done = 0.0;
            0.0
        }
    }

    /// For how long the lane must run until its first job finishes [ns]. Rounding may make it negative.
    #[inline]
    pub fn left(&self) -> Option<f64> {
        let (finish, _) = self.first?;
        Some((finish.work() - self.done) * self.slowdown)
    }

    #[inline(always)]
    pub fn push(&mut self, work: u64, job: u32) {
        if self.done > RENEW {
            self.renew();
        }
        let new = (Finish::at(self.done + work as f64), job);
        match self.first {
            None => self.first = Some(new),
            Some(first) => {
                self.first = Some(first.min(new));
                self.rest.push(Reverse(first.max(new)));
            }
        }
    }

    /// Takes out the first job.
    #[inline]
    pub fn pop(&mut self) -> Option<u32> {
        let (finish, job) = self.first?;
        self.first = if self.rest.is_empty() { None } else { self.rest.pop().map(|Reverse(next)| next) };
        // Rounding must not leave the finished job with work to do, or the rest would wait for it. `f64::max` is a call
        // in WASM.
        let finish = finish.work();
        if finish > self.done {
            self.done = finish;
        }
        Some(job)
    }

    pub fn retain(&mut self, mut stays: impl FnMut(u32) -> bool) {
        self.rest.retain(|Reverse((_, job))| stays(*job));
        if self.first.is_some_and(|(_, job)| !stays(job)) {
            self.first = self.rest.pop().map(|Reverse(next)| next);
        }
    }

    /// Virtual time begins anew. Taking the same from each finish keeps their order.
    #[cold]
    fn renew(&mut self) {
        let done = std::mem::take(&mut self.done);
        let left = |(finish, job): Job| (Finish::at((finish.work() - done).max(0.0)), job);
        self.first = self.first.map(left);
        self.rest = self.rest.drain().map(|Reverse(job)| Reverse(left(job))).collect();
    }
}
