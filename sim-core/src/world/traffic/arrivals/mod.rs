//! When requests come: one type for all kinds, so that who sends them need not know which it is.

mod log;
mod piece;
mod rate;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::engine::rng::{real, whole};
use crate::engine::{Stream, Time};

use log::Replay;
pub use log::{AccessLog, AccessLogBuilder, LoggedLine};
use piece::inverse;
use rate::Walk;
pub use rate::{Bursts, Diurnal, Rate, Spike};

/// The arrivals of one source, one after the other.
///
/// | kind | arrivals |
/// |---|---|
/// | [`poisson`](Arrivals::poisson) | a Poisson process with this rate: of many independent users |
/// | [`even`](Arrivals::even) | evenly spaced: the n-th comes when the area under the rate reaches n, with no drift |
/// | [`replay`](Arrivals::replay) | exactly when an access log says |
///
/// ```
/// use sim_core::engine::{Stream, Time};
/// use sim_core::world::traffic::{Arrivals, Rate};
///
/// let rate = Rate::constant(4.0, Time::ZERO, Time::from_secs(1));
/// let (mut arrivals, mut stream) = (Arrivals::even(rate), Stream::of(42, "arrivals", "web"));
/// let (mut now, mut all) = (Time::ZERO, Vec::new());
/// while let Some(next) = arrivals.next(now, &mut stream) {
///     all.push(next.as_nanos() / 1_000_000);
///     now = next;
/// }
/// assert_eq!(all, [250, 500, 750], "[ms]: what begins at zero ends before the first second is over");
/// ```
#[derive(Clone, Debug)]
pub struct Arrivals(Process);

#[derive(Clone, Debug)]
enum Process {
    Poisson(Walk),
    Even(Even),
    Replay(Replay),
}

impl From<Rate> for Arrivals {
    /// A Poisson process with this rate.
    fn from(rate: Rate) -> Arrivals {
        Arrivals::poisson(rate)
    }
}

impl Arrivals {
    /// A Poisson process with this rate.
    pub fn poisson(rate: Rate) -> Arrivals {
        Arrivals(Process::Poisson(Walk::new(rate)))
    }

    /// Evenly spaced arrivals: the first when one request is due, the n-th when n are. Draws nothing, unless the rate
    /// itself is one of bursts.
    pub fn even(rate: Rate) -> Arrivals {
        Arrivals(Process::Even(Even { walk: Walk::new(rate), first: 1.0, count: 0.0, since: None }))
    }

    /// What a log holds, moved so that its time zero is `from`, and without what comes at `until` or later.
    pub fn replay(log: Arc<AccessLog>, from: Time, until: Time) -> Arrivals {
        Arrivals(Process::Replay(Replay::new(log, from, until)))
    }

    /// The next arrival after `now`, which is the last one or the moment at which the source begins; none when there
    /// will be no more. O(1) amortised; nothing is allocated.
    #[inline(always)]
    pub fn next(&mut self, now: Time, stream: &mut Stream) -> Option<Time> {
        match &mut self.0 {
            Process::Poisson(walk) => after(walk, now, stream),
            Process::Even(even) => even.next(now, stream),
            Process::Replay(replay) => replay.next(now),
        }
    }

    /// What the arrival that [`next`](Arrivals::next) gave last asks for: its place in [`AccessLog::lines`]. None when
    /// it is not from a log.
    pub fn line(&self) -> Option<u32> {
        match &self.0 {
            Process::Replay(replay) => replay.line(),
            Process::Poisson(_) | Process::Even(_) => None,
        }
    }

    /// The log that is replayed.
    pub fn log(&self) -> Option<&Arc<AccessLog>> {
        match &self.0 {
            Process::Replay(replay) => Some(replay.log()),
            Process::Poisson(_) | Process::Even(_) => None,
        }
    }

    /// How many requests a second there are at a moment; of a log, in the second that begins.
    pub fn rate_at(&self, now: Time) -> f64 {
        match &self.0 {
            Process::Poisson(walk) | Process::Even(Even { walk, .. }) => {
                let piece = walk.piece();
                // Of bursts, only the walk knows whether it is on.
                if piece.from <= now && now < piece.until { piece.at(now) } else { walk.rate().at(now) }
            }
            Process::Replay(replay) => replay.rate_at(now),
        }
    }

    /// How many requests are expected before a moment [count].
    pub fn expected_before(&self, end: Time) -> f64 {
        match &self.0 {
            Process::Poisson(walk) | Process::Even(Even { walk, .. }) => walk.rate().expected_before(end),
            Process::Replay(replay) => replay.count_before(end) as f64,
        }
    }

    /// When the first may come.
    pub fn begins(&self) -> Option<Time> {
        match &self.0 {
            Process::Poisson(walk) | Process::Even(Even { walk, .. }) => walk.rate().begins(),
            Process::Replay(replay) => replay.begins(),
        }
    }
}

/// The moment after `now` at which an exponential amount of work of mean 1 has come: these are the arrivals of a Poisson
/// process with this rate, exactly.
#[inline(always)]
fn after(walk: &mut Walk, now: Time, stream: &mut Stream) -> Option<Time> {
    let work = stream.exponential();
    let piece = walk.piece();
    // Mostly the rate is the same until then.
    if piece.slope == 0.0 && piece.from <= now && now < piece.until {
        let (nanos, left) = (work * piece.gap + 0.5, piece.until.as_nanos() - now.as_nanos());
        if nanos < real(left) {
            return Some(Time::from_nanos(now.as_nanos() + whole(nanos)));
        }
    }
    after_steps(walk, now, work, stream)
}

/// The same, from one piece of the rate to the next.
#[inline(never)]
fn after_steps(walk: &mut Walk, mut now: Time, mut work: f64, stream: &mut Stream) -> Option<Time> {
    loop {
        let piece = walk.piece();
        now = now.max(piece.from);
        if now < piece.until {
            let left = piece.until.as_nanos() - now.as_nanos();
            let (rate, nanos) = if piece.slope == 0.0 {
                (piece.start, work * piece.gap)
            } else {
                let rate = piece.start + piece.slope * (now.as_nanos() - piece.from.as_nanos()) as f64 * 1e-9;
                let rate = rate.max(0.0);
                (rate, inverse(work, rate, piece.slope))
            };
            let nanos = nanos + 0.5;
            if nanos < left as f64 {
                return Some(Time::from_nanos(now.as_nanos() + nanos as u64));
            }
            let left = left as f64 * 1e-9;
            work -= left * (rate + piece.slope * left / 2.0);
            work = work.max(0.0);
            now = piece.until;
        }
        if !walk.step(stream) {
            return None;
        }
    }
}

/// Evenly spaced arrivals. Each is computed from the beginning of its piece, so that what is rounded off never adds up.
#[derive(Clone, Debug)]
struct Even {
    walk: Walk,
    /// The work from the beginning of the piece to its first arrival.
    first: f64,
    /// Arrivals in this piece so far; a whole number.
    count: f64,
    /// When the first arrival was asked for.
    since: Option<Time>,
}

impl Even {
    #[inline]
    fn next(&mut self, now: Time, stream: &mut Stream) -> Option<Time> {
        loop {
            let piece = self.walk.piece();
            let work = self.first + self.count;
            let nanos = piece.nanos(work) + 0.5;
            let length = piece.until.as_nanos() - piece.from.as_nanos();
            if nanos < length as f64 {
                self.count += 1.0;
                return Some(Time::from_nanos(piece.from.as_nanos() + nanos as u64));
            }
            // What is left to do is done in the next piece.
            self.first = (work - piece.area()).max(0.0);
            self.count = 0.0;
            if !self.step(now, stream) {
                return None;
            }
        }
    }

    #[cold]
    fn step(&mut self, now: Time, stream: &mut Stream) -> bool {
        if !self.walk.step(stream) {
            return false;
        }
        let since = *self.since.get_or_insert(now);
        let piece = self.walk.piece();
        // What would have come before the source begins is not due.
        let before = since.max(piece.from).min(piece.until);
        self.first += piece.work((before.as_nanos() - piece.from.as_nanos()) as f64 * 1e-9);
        true
    }
}
