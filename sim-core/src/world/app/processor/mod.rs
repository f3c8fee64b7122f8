//! A task's CPU, shared by the jobs that are at work in its containers.
//!
//! A job is a piece of work on one thread: the CPU time of a request, of a boot, of a health check. Its number is the
//! caller's own and means nothing here, so a caller may keep one bit of it for what is no request.
//!
//! ```text
//! push(now, container, work, job) ─┐                 ┌─► arm the task's timer, or disarm it when there is no next
//! finish(now) -> the job that ends ┼─► next_finish() ┤
//! drop_jobs(now, which) ───────────┘                 └─► …and when it rings: finish(now)
//! ```
//!
//! Processor sharing in virtual time (`lane.rs`): with n jobs on c vCPU each runs at min(1, c/n). Containers
//! that compete get CPU by the weights of their `cpu` [CP-044] (`shares.rs`). The limit is a smooth one, or one by
//! quota and period (`bandwidth.rs`). One container at work under a smooth limit is the usual case, and costs nothing but
//! its own arithmetic.
//!
//! On Fargate a task has its CPU to itself. On an instance it has what the others there leave it, which `host.rs` beside
//! this folder divides in the manner of `shares.rs`, one level further up: [`Processor::claim`] says what a task could
//! use, and [`Processor::allot`] what it has from now on.

mod bandwidth;
mod lane;
pub(super) mod shares;

use std::hint::cold_path;
use std::time::Duration;

use crate::engine::Time;
use crate::engine::rng::real;
use bandwidth::Bandwidth;
use lane::Lane;

/// The weight of a container that has no `cpu`, or less than this [CP-044].
const WEIGHT_MIN: u32 = 2;

/// Whole numbers up to here are exact as `f64`.
const EXACT: u64 = 1 << 53;

/// How a task is kept to its CPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CpuLimit {
    /// As if it ran on so many vCPU of its own: with n jobs on c vCPU each runs at min(1, c/n).
    #[default]
    Smooth,
    /// By quota, as Linux does it (CFS bandwidth control): jobs run as fast as `host_cpus` CPUs let them, until the
    /// task has used its vCPU times `period` in this period; then all stand still until the next.
    Throttled {
        /// Linux takes 100 ms unless told otherwise.
        period: Duration,
        /// CPUs that the task's threads may run on at a time [count].
        host_cpus: u32,
    },
}

/// A task's CPU.
#[derive(Clone, Debug)]
pub(crate) struct Processor {
    /// How much CPU there is while it runs, inverted [1 / vCPU].
    inverse: f64,
    /// The jobs of the container `home`.
    lane: Lane,
    /// Work done on all jobs ever [CPU-ns]. Exact to 2^-52 of itself, which a job's work never comes near.
    used: f64,
    /// Up to when work is counted.
    at: Time,
    /// Which container `lane` belongs to: a busy one, if any is.
    home: u16,
    /// No other container is busy, and no quota holds: `lane` is all there is to look at.
    alone: bool,
    /// What a task with several containers, or with a quota, has beside.
    rest: Option<Box<Rest>>,
}

#[derive(Clone, Debug)]
struct Rest {
    /// By container.
    weights: Vec<f64>,
    /// By container; that of `home` is empty, because its jobs are in `Processor::lane`.
    lanes: Vec<Lane>,
    /// How fast all jobs run together [vCPU].
    speed: f64,
    quota: Option<Bandwidth>,
    /// Its part of an instance, for a task that has not its CPU to itself.
    part: Option<Part>,
}

/// What a task may have of an instance's CPU.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    /// Against the other tasks' there [CA-181].
    pub weight: u32,
    /// However much the others leave [vCPU] [CA-182].
    pub most: f64,
}

impl Rest {
    /// For how long the jobs ran between two moments, instead of standing still [ns], and what is spent of the
    /// quota then [CPU-ns].
    fn ran(&self, from: Time, to: Time) -> (f64, f64) {
        let elapsed = (to.as_nanos() - from.as_nanos()) as f64;
        self.quota.as_ref().map_or((elapsed, 0.0), |quota| quota.ran(from, to, self.speed))
    }

    /// (threads, weight) of each busy container: that at home and the others.
    fn claims(&self, home: u16, jobs: usize) -> impl Iterator<Item = shares::Claim> + Clone {
        let here = (jobs as f64, self.weights[usize::from(home)]);
        let others = self.lanes.iter().zip(&self.weights).filter(|(lane, _)| !lane.is_empty());
        std::iter::once(here).chain(others.map(|(lane, &weight)| (lane.len() as f64, weight)))
    }
}

impl Processor {
    /// An idle CPU of this many units (1024 = 1 vCPU), from `now` on, for containers with these `cpu` weights.
    pub fn new(now: Time, units: u32, shares: &[u32], limit: CpuLimit) -> Processor {
        let vcpus = f64::from(units.max(1)) / 1024.0;
        let (inverse, quota) = match limit {
            CpuLimit::Smooth => (1.0 / vcpus, None),
            CpuLimit::Throttled { period, host_cpus } => {
                (1.0 / f64::from(host_cpus.max(1)), Some(Bandwidth::new(now, period, vcpus)))
            }
        };
        let rest = (shares.len() > 1 || quota.is_some()).then(|| {
            let weights = shares.iter().map(|&share| f64::from(share.max(WEIGHT_MIN)));
            let mut weights: Vec<f64> = weights.collect();
            weights.resize(weights.len().max(1), f64::from(WEIGHT_MIN));
            let lanes = vec![Lane::new(); weights.len()];
            Box::new(Rest { weights, lanes, speed: 0.0, quota, part: None })
        });
        let alone = rest.as_ref().is_none_or(|rest| rest.quota.is_none());
        Processor { inverse, lane: Lane::new(), used: 0.0, at: now, home: 0, alone, rest }
    }

    /// An idle CPU, from `now` on, that is a part of an instance's. Until others want it, the part is as large as it can be.
    pub fn of_instance(now: Time, units: u32, shares: &[u32], limit: CpuLimit, part: Part) -> Processor {
        let own = Processor::new(now, units, shares, limit);
        let rest = own.rest.map_or_else(
            || Rest { weights: vec![1.0], lanes: vec![Lane::new()], speed: 0.0, quota: None, part: None },
            |rest| *rest,
        );
        let rest = Some(Box::new(Rest { part: Some(part), ..rest }));
        Processor { inverse: 1.0 / part.most, alone: false, rest, ..own }
    }

    /// Whether others of the same instance have less or more when the jobs here come and go.
    #[inline]
    pub fn is_shared(&self) -> bool {
        !self.alone && self.part().is_some()
    }

    fn part(&self) -> Option<Part> {
        self.rest.as_deref().and_then(|rest| rest.part)
    }

    /// What it could use of an instance's CPU now if it had so many jobs more, and its weight; none without any job, and
    /// for a CPU of its own.
    pub fn claim(&self, more: usize) -> Option<shares::Claim> {
        let part = self.part()?;
        let jobs = self.len() + more;
        (jobs > 0).then(|| ((jobs as f64).min(part.most), f64::from(part.weight)))
    }

    /// From now on it has what this level gives to its weight, or all that it may have if that is more than it can use.
    /// Whether that is something else than before.
    pub fn allot(&mut self, now: Time, level: f64) -> bool {
        let (Some((most, weight)), Some(part)) = (self.claim(0), self.part()) else { return false };
        let inverse = 1.0 / if most <= level * weight { part.most } else { level * weight };
        // The same number, bit by bit, or a change.
        let changes = inverse.to_bits() != self.inverse.to_bits();
        if changes {
            self.advance(now);
            self.inverse = inverse;
            self.divide();
        }
        changes
    }

    /// How many times as long as alone each job would take at this level, if there were one more of them.
    pub fn slowdown_at(&self, level: f64) -> f64 {
        let jobs = (self.len() + 1) as f64;
        self.claim(1).map_or(1.0, |(most, weight)| (jobs / most.min(level * weight)).max(1.0))
    }

    /// Jobs at work, of all containers [count].
    #[inline]
    pub fn len(&self) -> usize {
        let others = |rest: &Rest| rest.lanes.iter().map(Lane::len).sum();
        self.lane.len() + if self.alone { 0 } else { self.rest.as_deref().map_or(0, others) }
    }

    /// How many times as long as alone each of `jobs` jobs takes, if they are those of one container and no other is
    /// busy: max(1, n/c).
    #[inline]
    pub fn slowdown(&self, jobs: usize) -> f64 {
        // `f64::max` is a call in WASM.
        let slowdown = real(jobs as u64) * self.inverse;
        if slowdown > 1.0 { slowdown } else { 1.0 }
    }

    /// Work done on all jobs up to now [CPU-ns].
    pub fn used(&self, now: Time) -> f64 {
        let elapsed = (now.as_nanos() - self.at.as_nanos()) as f64;
        self.used
            + match self.rest.as_deref() {
                Some(rest) if !self.alone => rest.ran(self.at, now).0 * rest.speed,
                _ => elapsed / self.lane.slowdown * self.lane.len() as f64,
            }
    }

    #[inline(always)]
    fn advance(&mut self, now: Time) {
        if self.alone {
            self.used += self.lane.advance(real(now.as_nanos() - self.at.as_nanos()));
        } else {
            self.advance_all(now);
        }
        self.at = now;
    }

    /// When the next job finishes, if nothing changes until then.
    #[inline(always)]
    pub fn next_finish(&self) -> Option<Time> {
        let left = if self.alone { self.lane.left()? } else { self.next_of_all()? };
        // The nanosecond in which it finishes is over before anybody hears of it; the others do not lose it,
        // because `advance` counts real time. What rounding made negative is cut off at zero.
        let left = (left as i64).max(0) as u64 + 1;
        Some(Time::from_nanos(self.at.as_nanos().saturating_add(left)))
    }

    /// A job of this much work [CPU-ns] begins in a container: when the next job finishes, if nothing changes until then.
    #[inline(always)]
    pub fn push(&mut self, now: Time, container: u16, work: u64, job: u32) -> Option<Time> {
        self.advance(now);
        let usual = self.alone && container == self.home;
        if !usual {
            self.move_to(container);
        }
        let is_first = self.lane.is_empty();
        self.lane.push(work, job);
        if usual {
            self.lane.slowdown = self.slowdown(self.lane.len());
        } else {
            self.divide();
        }
        // It has a CPU for itself, and finishes after its work: what `next_finish` says, but without waiting for its arithmetic,
        // which whatever happens next would have to wait for, too.
        if usual && is_first && self.lane.slowdown == 1.0 && work < EXACT {
            return Some(Time::from_nanos(now.as_nanos().saturating_add(work + 1)));
        }
        cold_path();
        self.next_finish()
    }

    /// The processor's timer rang: the job that has finished.
    #[inline]
    pub fn finish(&mut self, now: Time) -> Option<u32> {
        self.advance(now);
        if !self.alone {
            self.move_to_due();
        }
        let job = self.lane.pop();
        if self.alone {
            self.lane.slowdown = self.slowdown(self.lane.len());
        } else {
            self.divide();
        }
        job
    }

    /// Takes out the jobs that `gone` names.
    pub fn drop_jobs(&mut self, now: Time, mut gone: impl FnMut(u32) -> bool) {
        self.advance(now);
        self.lane.retain(|job| !gone(job));
        if let Some(rest) = &mut self.rest {
            rest.lanes.iter_mut().for_each(|lane| lane.retain(|job| !gone(job)));
        }
        self.divide();
    }
}

/// Several containers at work, or a quota: what the usual case does not pay for.
impl Processor {
    #[cold]
    fn advance_all(&mut self, now: Time) {
        let Some(rest) = &mut self.rest else { return };
        let (ran, spent) = rest.ran(self.at, now);
        if let Some(quota) = &mut rest.quota {
            quota.spent = spent;
        }
        let others: f64 = rest.lanes.iter_mut().map(|lane| lane.advance(ran)).sum();
        self.used += self.lane.advance(ran) + others;
    }

    /// How long until the next job finishes [ns].
    #[cold]
    fn next_of_all(&self) -> Option<f64> {
        let rest = self.rest.as_deref()?;
        let left = rest.lanes.iter().chain([&self.lane]).filter_map(Lane::left).min_by(f64::total_cmp)?;
        Some(rest.quota.as_ref().map_or(left, |quota| quota.takes(self.at, left, rest.speed)))
    }

    /// Lets `lane` be that of the container whose job is the next to finish.
    #[cold]
    fn move_to_due(&mut self) {
        let Some(rest) = self.rest.as_deref() else { return };
        let others = rest.lanes.iter().enumerate().map(|(container, lane)| (container as u16, lane));
        let lanes = std::iter::once((self.home, &self.lane)).chain(others);
        let left = lanes.filter_map(|(container, lane)| Some((lane.left()?, container)));
        if let Some((_, container)) = left.min_by(|(a, one), (b, other)| a.total_cmp(b).then(one.cmp(other))) {
            self.move_to(container);
        }
    }

    /// Lets `lane` be that of another container.
    #[cold]
    fn move_to(&mut self, container: u16) {
        if let Some(rest) = &mut self.rest {
            std::mem::swap(&mut self.lane, &mut rest.lanes[usize::from(self.home)]);
            std::mem::swap(&mut self.lane, &mut rest.lanes[usize::from(container)]);
            self.home = container;
        }
    }

    /// Jobs came or went: who is busy, and how fast does everybody run from now on?
    #[cold]
    fn divide(&mut self) {
        let first = |rest: &Rest| rest.lanes.iter().position(|lane| !lane.is_empty());
        if self.lane.is_empty()
            && let Some(busy) = self.rest.as_deref().and_then(first)
        {
            self.move_to(busy as u16);
        }
        let alone = self.slowdown(self.lane.len());
        self.lane.slowdown = alone;
        let Some(rest) = self.rest.as_deref_mut() else { return };
        let others = rest.lanes.iter().any(|lane| !lane.is_empty());
        self.alone = !others && rest.quota.is_none() && rest.part.is_none();
        rest.speed = self.lane.len() as f64 / alone;
        if others {
            let home = usize::from(self.home);
            let level = shares::level(1.0 / self.inverse, rest.claims(self.home, self.lane.len()));
            self.lane.slowdown = shares::slowdown((self.lane.len() as f64, rest.weights[home]), level);
            rest.speed = self.lane.len() as f64 / self.lane.slowdown;
            for (lane, &weight) in rest.lanes.iter_mut().zip(&rest.weights).filter(|(lane, _)| !lane.is_empty()) {
                lane.slowdown = shares::slowdown((lane.len() as f64, weight), level);
                rest.speed += lane.len() as f64 / lane.slowdown;
            }
        }
    }
}

#[cfg(test)]
pub(super) mod laws;
#[cfg(test)]
mod tests;
