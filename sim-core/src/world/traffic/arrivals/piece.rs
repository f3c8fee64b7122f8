//! A straight piece of a rate: what arrivals are computed from.

use crate::engine::Time;

/// A rate that rises, falls or stays, from one moment to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece {
    pub from: Time,
    pub until: Time,
    /// At `from` [requests/s].
    pub start: f64,
    /// [requests/s²].
    pub slope: f64,
    /// Between requests, on average, at `from` [ns].
    pub gap: f64,
}

impl Piece {
    /// Over before it begins.
    pub const NOTHING: Piece =
        Piece { from: Time::ZERO, until: Time::ZERO, start: 0.0, slope: 0.0, gap: f64::INFINITY };

    /// From one point (moment, rate) to another one, which is later.
    pub fn between((from, start): (Time, f64), (until, end): (Time, f64)) -> Piece {
        Piece { from, until, start, slope: (end - start) / until.since(from).as_secs_f64(), gap: 1e9 / start }
    }

    /// The part of it between two moments.
    pub fn within(&self, from: Time, until: Time) -> Option<Piece> {
        let (from, until) = (self.from.max(from), self.until.min(until));
        let start = self.at(from);
        (from < until).then_some(Piece { from, until, start, gap: 1e9 / start, slope: self.slope })
    }

    /// The rate at a moment [requests/s].
    #[inline]
    pub fn at(&self, time: Time) -> f64 {
        self.start + self.slope * time.since(self.from).as_secs_f64()
    }

    /// How many requests are expected in all of it.
    #[inline]
    pub fn area(&self) -> f64 {
        self.work((self.until.as_nanos() - self.from.as_nanos()) as f64 * 1e-9)
    }

    /// How many requests are expected in its first `seconds`.
    #[inline]
    pub fn work(&self, seconds: f64) -> f64 {
        seconds * (self.start + self.slope * seconds / 2.0)
    }

    /// How long after `from` so much work is done [ns]; not a number when the rate falls to zero first.
    #[inline]
    pub fn nanos(&self, work: f64) -> f64 {
        if self.slope == 0.0 { work * self.gap } else { inverse(work, self.start, self.slope) }
    }
}

/// ∫ rate + slope·x dx = work, solved so that nothing cancels [ns]. Never when the rate falls to zero first: the root of
/// something negative is not a number.
#[inline]
pub(super) fn inverse(work: f64, rate: f64, slope: f64) -> f64 {
    2e9 * work / (rate + (rate * rate + 2.0 * slope * work).sqrt())
}
