//! Counters of a load balancer or of a target group.

use std::collections::BTreeMap;

use super::{Cause, Latencies, Outcome};
use crate::world::traffic::Unreached;

/// What is counted. Windows are differences of two of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests that reached it [count].
    pub arrived: u64,
    /// Those whose client has its answer [count].
    pub answered: u64,
    /// Those for which a target was chosen [count].
    pub forwarded: u64,
    /// Those forwarded although no target was healthy [TR-067] [count].
    pub fail_open: u64,
    /// What the answers were due to, by [`Cause`] [count].
    pub by_cause: [u64; 8],
    /// Answers made by targets, by first digit of their status [count].
    pub by_class: [u64; 6],
    /// Headers and payload of what targets answered [bytes].
    pub bytes: u64,
    /// Requests that did not reach it, by [`Unreached`] [count].
    pub unreached: [u64; 3],
}

impl Counts {
    /// How much was counted since `mark`.
    pub fn since(&self, mark: &Counts) -> Counts {
        fn each<const N: usize>(a: [u64; N], b: [u64; N]) -> [u64; N] {
            std::array::from_fn(|i| a[i] - b[i])
        }
        Counts {
            arrived: self.arrived - mark.arrived,
            answered: self.answered - mark.answered,
            forwarded: self.forwarded - mark.forwarded,
            fail_open: self.fail_open - mark.fail_open,
            by_cause: each(self.by_cause, mark.by_cause),
            by_class: each(self.by_class, mark.by_class),
            bytes: self.bytes - mark.bytes,
            unreached: each(self.unreached, mark.unreached),
        }
    }

    /// How many answers were due to this.
    pub fn due_to(&self, cause: Cause) -> u64 {
        self.by_cause[cause as usize]
    }
}

/// Everything that is measured of the requests of one load balancer or target group.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    counts: Counts,
    /// The counts at the end of the last minute.
    mark: Counts,
    /// Answers by status. Few differ, and the usual one comes first.
    statuses: Vec<(u16, u64)>,
    /// Of a load balancer: from the client's request to its answer. Of a target group: `TargetResponseTime` [TR-130].
    latencies: Latencies,
    /// Whether the last answer told of was an error; none before the first.
    error: Option<bool>,
    /// Whether a success, an error was told of in this minute.
    told: [bool; 2],
}

impl Meter {
    pub(crate) fn arrived(&mut self) {
        self.counts.arrived += 1;
    }

    pub(crate) fn unreached(&mut self, why: Unreached) {
        self.counts.unreached[why as usize] += 1;
    }

    #[inline]
    pub(crate) fn forwarded(&mut self, fail_open: bool) {
        self.counts.arrived += 1;
        self.counts.forwarded += 1;
        self.counts.fail_open += u64::from(fail_open);
    }

    /// Arrived, and answered without a target.
    pub(crate) fn refused(&mut self, outcome: Outcome) {
        self.counts.arrived += 1;
        self.settle(outcome, 0, None);
    }

    /// Takes in an answer and, where there is one, a sample of a duration [ns].
    #[inline]
    pub(crate) fn settle(&mut self, outcome: Outcome, bytes: u64, sample: Option<u64>) {
        let counts = &mut self.counts;
        counts.answered += 1;
        counts.bytes += bytes;
        counts.by_cause[outcome.cause() as usize] += 1;
        let status = outcome.status();
        if let Outcome::Target(status) = outcome {
            counts.by_class[usize::from(status / 100).min(5)] += 1;
        }
        match self.statuses.iter_mut().find(|(known, _)| *known == status) {
            Some((_, count)) => *count += 1,
            None => self.statuses.push((status, 1)),
        }
        if let Some(nanos) = sample {
            self.latencies.record(nanos);
        }
        assert!(self.counts.answered <= self.counts.arrived, "nobody is answered who did not ask");
    }

    /// Whether this answer is the first, or the first of its kind after the other kind. At most one of each kind is
    /// told of in a minute, so that a flickering service does not fill the journal.
    #[inline]
    pub(crate) fn is_news(&mut self, outcome: Outcome) -> bool {
        let error = outcome.status() >= 500;
        self.error != Some(error) && self.tell(error)
    }

    #[cold]
    fn tell(&mut self, error: bool) -> bool {
        if std::mem::replace(&mut self.told[usize::from(error)], true) {
            return false;
        }
        self.error = Some(error);
        true
    }

    /// Everything counted so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Answers by status code.
    pub fn by_status(&self) -> BTreeMap<u16, u64> {
        self.statuses.iter().copied().collect()
    }

    /// Of a load balancer: from the client's request to its answer. Of a target group: `TargetResponseTime` [TR-130].
    pub fn latencies(&self) -> &Latencies {
        &self.latencies
    }

    /// Requests whose client still waits [count].
    pub fn in_flight(&self) -> u64 {
        self.counts.arrived - self.counts.answered
    }

    pub(super) fn latencies_mut(&mut self) -> &mut Latencies {
        &mut self.latencies
    }

    /// What was counted in the open minute.
    pub(super) fn window(&self) -> Counts {
        self.counts.since(&self.mark)
    }

    /// Ends the minute.
    pub(super) fn close(&mut self) {
        self.mark = self.counts;
        self.told = [false; 2];
        self.latencies.close();
    }
}
