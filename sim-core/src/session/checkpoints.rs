//! Copies of a run on its way, so that any instant is near one of them.

use std::sync::Arc;
use std::time::Duration;

use crate::Simulation;
use crate::engine::Time;

/// Copies that are kept at most: then every other one is let go, and they are made half as often [count].
const KEPT_MAX: usize = 48;
/// Between two copies, at first: what a browser runs in about a fiftieth of a second [events].
const EVENTS: u64 = 50_000;
/// A quiet run is copied so many times at least, as far as nothing is let go [count].
const PARTS: u64 = 40;

/// One copy: the simulation, and how many lines had been typed.
type Copy = (Arc<Simulation>, usize);

/// The copies of one run, in the order of time. The first is the beginning.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    kept: Vec<Copy>,
    events: u64,
    span: Duration,
}

impl Checkpoints {
    /// Copies of a run that begins now.
    pub fn new(beginning: Simulation) -> Checkpoints {
        let part = beginning.end().as_nanos() / PARTS;
        Checkpoints {
            kept: vec![(Arc::new(beginning), 0)],
            events: EVENTS,
            span: Duration::from_nanos(part.max(1_000_000)),
        }
    }

    fn last(&self) -> &Simulation {
        &self.kept.last().expect("the beginning is always kept").0
    }

    /// When the next copy is due, at the latest.
    pub fn due(&self, head: &Simulation) -> Time {
        let due = self.last().now() + self.span;
        if head.now() < due { due } else { head.now() + self.span }
    }

    /// How many events may happen until the next copy.
    pub fn events_left(&self, head: &Simulation) -> u64 {
        let since = head.ctx().events().saturating_sub(self.last().ctx().events());
        self.events.saturating_sub(since).max(1)
    }

    /// Copies the run if it has come far enough since the last copy.
    pub fn keep(&mut self, head: &Simulation, typed: usize) {
        let last = self.last();
        let far = head.now() >= last.now() + self.span
            || head.now() > last.now() && head.ctx().events() >= last.ctx().events() + self.events;
        if !far {
            return;
        }
        self.kept.push((Arc::new(head.clone()), typed));
        if self.kept.len() > KEPT_MAX {
            let mut place = 0;
            self.kept.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            self.events *= 2;
            self.span *= 2;
        }
    }

    /// The latest copy at or before a moment.
    pub fn before(&self, time: Time) -> Option<(&Arc<Simulation>, usize)> {
        let after = self.kept.partition_point(|(copy, _)| copy.now() <= time);
        self.kept[..after].last().map(|(copy, typed)| (copy, *typed))
    }

    /// Lets go of the copies of a future that will not be: those after a moment, or with more than so many lines.
    pub fn forget_after(&mut self, time: Time, typed: usize) {
        let mut first = true;
        self.kept.retain(|(copy, lines)| std::mem::take(&mut first) || copy.now() <= time && *lines <= typed);
    }
}
