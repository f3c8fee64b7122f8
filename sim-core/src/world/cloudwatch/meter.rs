//! Counters of the requests of a load balancer, by target group and zone.

use super::latency::{Counted, Tally};
use super::{Cause, Outcome};

/// What is counted. Windows are differences of two of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Requests that reached it [count].
    pub arrived: u64,
    /// Those whose client has its answer, or has gone [count].
    pub answered: u64,
    /// Those for which a target was chosen [count].
    pub forwarded: u64,
    /// Those forwarded although too few targets were healthy [TR-067] [count].
    pub fail_open: u64,
    /// Those whose cookie named a target that could not be taken [TR-083] [count].
    pub not_sticky: u64,
    /// What the answers were due to, by [`Cause`] [count].
    pub by_cause: [u64; Cause::COUNT],
    /// Answers made by targets, by first digit of their status [count].
    pub by_class: [u64; 6],
    /// Headers and payload of what targets answered [bytes].
    pub bytes: u64,
    /// TCP connections opened by clients and to targets [TR-135] [count].
    pub connections: u64,
    /// Rules evaluated, without default rules [TR-139] [count].
    pub rules: u64,
    /// Connections refused because there were too many [TR-136] [count].
    pub rejected: u64,
}

impl Counts {
    /// Does `with` to each pair of numbers.
    fn zip(&self, other: &Counts, with: impl Fn(u64, u64) -> u64) -> Counts {
        Counts {
            arrived: with(self.arrived, other.arrived),
            answered: with(self.answered, other.answered),
            forwarded: with(self.forwarded, other.forwarded),
            fail_open: with(self.fail_open, other.fail_open),
            not_sticky: with(self.not_sticky, other.not_sticky),
            by_cause: std::array::from_fn(|i| with(self.by_cause[i], other.by_cause[i])),
            by_class: std::array::from_fn(|i| with(self.by_class[i], other.by_class[i])),
            bytes: with(self.bytes, other.bytes),
            connections: with(self.connections, other.connections),
            rules: with(self.rules, other.rules),
            rejected: with(self.rejected, other.rejected),
        }
    }

    /// How much was counted since `mark`.
    pub fn since(&self, mark: &Counts) -> Counts {
        self.zip(mark, |now, before| now - before)
    }

    /// Both together.
    pub fn plus(&self, other: &Counts) -> Counts {
        self.zip(other, |a, b| a + b)
    }

    /// How many answers were due to this.
    pub fn due_to(&self, cause: Cause) -> u64 {
        self.by_cause[cause as usize]
    }

    /// Those whose client still waits [count].
    pub fn in_flight(&self) -> u64 {
        self.arrived - self.answered
    }
}

/// How often each status was answered. Few differ, and the usual one comes first.
#[derive(Clone, Debug, Default)]
pub struct Statuses(Vec<(u16, u64)>);

impl Statuses {
    /// One more.
    #[inline]
    pub(crate) fn count(&mut self, status: u16) {
        self.add(status, 1);
    }

    #[inline]
    fn add(&mut self, status: u16, more: u64) {
        match self.0.iter_mut().find(|(known, _)| *known == status) {
            Some((_, count)) => *count += more,
            None => self.0.push((status, more)),
        }
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Statuses) {
        other.iter().for_each(|(status, count)| self.add(status, count));
    }

    /// (status, how often), in no order.
    pub fn iter(&self) -> impl Iterator<Item = (u16, u64)> + '_ {
        self.0.iter().copied()
    }
}

/// What is measured of the requests that one node gave to one target group, or answered itself.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    pub(super) counts: Counts,
    /// The counts at the end of the last minute.
    mark: Counts,
    statuses: Statuses,
    /// `TargetResponseTime` of the minute that is open [TR-130], as far as it has been counted.
    pub(super) open: Counted,
    /// `TargetResponseTime` of the minutes that are over.
    pub(super) closed: Tally,
}

impl Meter {
    /// A request has arrived.
    #[inline]
    pub(crate) fn arrived(&mut self, rules: u32, connections: u32) {
        self.counts.arrived += 1;
        self.counts.rules += u64::from(rules);
        self.counts.connections += u64::from(connections);
    }

    /// A client wanted to connect, and the load balancer had too many connections already [TR-136].
    pub(crate) fn rejected(&mut self) {
        self.counts.rejected += 1;
    }

    /// A target was chosen for it.
    #[inline]
    pub(crate) fn forwarded(&mut self, fail_open: bool, not_sticky: bool) {
        self.counts.forwarded += 1;
        self.counts.fail_open += u64::from(fail_open);
        self.counts.not_sticky += u64::from(not_sticky);
    }

    /// A connection to a target was opened.
    #[inline]
    pub(crate) fn connected(&mut self) {
        self.counts.connections += 1;
    }

    /// Its client has an answer, or has gone.
    #[inline(always)]
    pub(crate) fn settle(&mut self, outcome: Outcome, bytes: u64) {
        let counts = &mut self.counts;
        counts.answered += 1;
        counts.bytes += bytes;
        counts.by_cause[outcome.cause() as usize] += 1;
        let status = outcome.status();
        if let Outcome::Target(status, _) = outcome {
            counts.by_class[usize::from(status / 100).min(5)] += 1;
        }
        self.statuses.count(status);
        assert!(self.counts.answered <= self.counts.arrived, "nobody is answered who did not ask");
    }

    /// Everything counted so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Answers by status.
    pub fn statuses(&self) -> &Statuses {
        &self.statuses
    }

    /// All response times that were written down here, those of the open minute included. Of targets they are elsewhere until
    /// it is over.
    pub fn times(&self) -> Tally {
        let mut all = self.closed.clone();
        all.close(&mut self.open.clone(), &[]);
        all
    }

    /// What was counted in the open minute.
    pub(super) fn window(&self) -> Counts {
        self.counts.since(&self.mark)
    }

    /// Ends the minute.
    pub(super) fn close(&mut self) {
        self.mark = self.counts;
    }
}
