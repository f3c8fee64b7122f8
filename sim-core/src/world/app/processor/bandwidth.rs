//! CPU time by quota: CFS bandwidth control.
//!
//! Linux gives a control group so much CPU time in each period. Its threads run as fast as the host lets them until
//! the quota is used up; then all of them stand still until the next period begins. Periods follow one another from
//! the group's beginning, and what is left of a quota is not saved.
//!
//! The kernel hands the quota out to each CPU in slices of 5 ms, so that it may run out a little early on one and late on
//! another; here it is one pool.

use std::time::Duration;

use crate::engine::Time;

/// How much more a job may need than the quota gives, and still be over with the quota [ns]. Less is rounding, which must
/// not cost a job a whole period.
const TOLERANCE: f64 = 0.5;

/// The quota of a task.
#[derive(Clone, Debug)]
pub(super) struct Bandwidth {
    /// When the first period began.
    begin: Time,
    /// [ns]
    period: u64,
    /// CPU time in a period [CPU-ns].
    quota: f64,
    /// What is spent of it, in the period of the moment up to which everything is counted [CPU-ns].
    pub spent: f64,
}

impl Bandwidth {
    /// So many vCPU on average.
    pub fn new(begin: Time, period: Duration, vcpus: f64) -> Bandwidth {
        let period = u64::try_from(period.as_nanos()).unwrap_or(u64::MAX).max(1);
        Bandwidth { begin, period, quota: vcpus * period as f64, spent: 0.0 }
    }

    /// How long the period goes on after `time` [ns].
    fn rest_of_period(&self, time: Time) -> u64 {
        self.period - (time.as_nanos() - self.begin.as_nanos()) % self.period
    }

    /// For how long jobs that run at this speed together [vCPU] ran, between a moment up to which everything is
    /// counted and another one, instead of standing still [ns]; and what is spent of the quota then [CPU-ns].
    pub fn ran(&self, from: Time, to: Time, speed: f64) -> (f64, f64) {
        let elapsed = to.as_nanos() - from.as_nanos();
        let rest = self.rest_of_period(from);
        if speed <= 0.0 {
            return (0.0, if elapsed < rest { self.spent } else { 0.0 });
        }
        let ran = |time: u64, quota: f64| (time as f64).min(quota / speed);
        let left = (self.quota - self.spent).max(0.0);
        if elapsed < rest {
            let ran = ran(elapsed, left);
            return (ran, self.spent + ran * speed);
        }
        let (periods, last) = ((elapsed - rest) / self.period, (elapsed - rest) % self.period);
        let at_last = ran(last, self.quota);
        (ran(rest, left) + periods as f64 * ran(self.period, self.quota) + at_last, at_last * speed)
    }

    /// How long it takes, from a moment up to which everything is counted, until jobs that run at this speed
    /// together [vCPU] have run for so long [ns].
    pub fn takes(&self, from: Time, run: f64, speed: f64) -> f64 {
        let rest = self.rest_of_period(from);
        let now = ((self.quota - self.spent).max(0.0) / speed).min(rest as f64);
        if run <= now + TOLERANCE {
            return run;
        }
        let each = (self.quota / speed).min(self.period as f64);
        let later = run - now;
        let periods = (((later - TOLERANCE) / each).ceil() - 1.0).max(0.0);
        rest as f64 + periods * self.period as f64 + (later - periods * each)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn at(ms: u64) -> Time {
        Time::from_nanos(ms * MS)
    }

    /// A quarter of a vCPU: 25 ms of every 100 ms.
    fn quarter() -> Bandwidth {
        Bandwidth::new(at(0), Duration::from_millis(100), 0.25)
    }

    /// Runs until `to`: how long [ms].
    fn run(quota: &mut Bandwidth, from: Time, to: Time, speed: f64) -> f64 {
        let (ran, spent) = quota.ran(from, to, speed);
        quota.spent = spent;
        ran / MS as f64
    }

    #[test]
    fn what_runs_is_what_the_quota_of_each_period_gives() {
        let mut quota = quarter();
        // One thread: 10 ms, then 15 more until the quota is used up, then nothing, then a quota for each period.
        for (from, to, ran) in [(0, 10, 10), (10, 60, 15), (60, 100, 0), (100, 450, 100), (450, 500, 0), (500, 510, 10)]
        {
            assert_eq!(run(&mut quota, at(from), at(to), 1.0), f64::from(ran), "{from} to {to}");
        }
        // What nobody used is not saved.
        assert_eq!(run(&mut quota, at(510), at(600), 0.0), 0.0);
        assert_eq!(run(&mut quota, at(600), at(700), 1.0), 25.0);
    }

    #[test]
    fn takes_is_the_inverse_of_ran() {
        for (from, wanted, speed, takes) in [
            (0, 25, 1.0, 25),
            (0, 26, 1.0, 101),
            (0, 75, 1.0, 225),
            (90, 10, 1.0, 10),
            (90, 36, 1.0, 111),
            // Two threads use up the quota in half the time.
            (0, 25, 2.0, 112),
            (0, 26, 2.0, 201),
        ] {
            let mut quota = quarter();
            run(&mut quota, at(0), at(from), 0.0);
            let result = quota.takes(at(from), (wanted * MS) as f64, speed) as u64;
            assert_eq!(result / MS, takes, "{wanted} ms from {from} ms at {speed}");
            let ran = run(&mut quota, at(from), Time::from_nanos(from * MS + result), speed);
            assert!((ran - wanted as f64).abs() < 1e-6, "{ran} of {wanted} ms");
        }
    }
}
