//! What became of calls, as the caller sees it: each counts once, however often it was tried.

use super::Unreached;
use crate::world::cloudwatch::{Statuses, Tally};

/// How a call ended for its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With an answer of this status.
    Answered(u16),
    /// Without one.
    Failed(Unreached),
}

impl Ended {
    /// Whether the caller has what it wanted: an answer below 400.
    pub fn is_good(self) -> bool {
        matches!(self, Ended::Answered(status) if status < 400)
    }
}

/// What became of the calls of one class of one caller.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Calls begun [count].
    pub calls: u64,
    /// Calls that have come to an end [count].
    pub ended: u64,
    /// Further attempts of calls [count].
    pub retries: u64,
    /// Retries that were not made, because the budget was spent [count].
    pub refused_retries: u64,
    /// Answers by status.
    pub statuses: Statuses,
    /// Calls that ended without an answer, by [`Unreached`] [count].
    pub failed: [u64; Unreached::COUNT],
    /// From the first attempt to the answer; calls without an answer are not among them.
    pub latencies: Tally,
}

impl Ledger {
    /// A call came to an end after so long [ns].
    #[inline(always)]
    pub(super) fn end(&mut self, ended: Ended, latency: u64) {
        self.ended += 1;
        match ended {
            Ended::Answered(status) => {
                self.statuses.count(status);
                self.latencies.record(latency);
            }
            Ended::Failed(why) => self.failed[why as usize] += 1,
        }
        assert!(self.ended <= self.calls, "no call ends twice");
    }

    /// Adds another ledger.
    pub fn merge(&mut self, other: &Ledger) {
        self.calls += other.calls;
        self.ended += other.ended;
        self.retries += other.retries;
        self.refused_retries += other.refused_retries;
        self.statuses.merge(&other.statuses);
        for (mine, theirs) in self.failed.iter_mut().zip(other.failed) {
            *mine += theirs;
        }
        self.latencies.merge(&other.latencies);
    }
}
