//! How many requests a second, over time.

use crate::engine::Time;

/// A rate that is constant, steps and ramps: straight pieces, one after the other [requests/s]. Before the first
/// and after the last point it is zero.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rate {
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    from: Time,
    until: Time,
    /// At `from` [requests/s].
    start: f64,
    /// [requests/s²].
    slope: f64,
    /// Between requests, on average, at `from` [ns].
    gap: f64,
}

impl Rate {
    /// The same rate from one moment to another.
    pub fn constant(rate: f64, from: Time, until: Time) -> Rate {
        Rate::through(&[(from, rate), (until, rate)])
    }

    /// Straight lines between points (moment, rate). Two points of one moment make a step. What is negative or not a
    /// number counts as zero.
    pub fn through(points: &[(Time, f64)]) -> Rate {
        let pieces = points.windows(2).filter(|pair| pair[0].0 < pair[1].0).map(|pair| {
            let ((from, start), (until, end)) = (pair[0], pair[1]);
            let (start, end) = (sound(start), sound(end));
            Piece { from, until, start, slope: (end - start) / until.since(from).as_secs_f64(), gap: 1e9 / start }
        });
        Rate { pieces: pieces.collect() }
    }

    /// A rate that stays as it is from each point (moment, rate) until the next; the last until `until`.
    pub fn steps(points: &[(Time, f64)], until: Time) -> Rate {
        let ends = points.iter().skip(1).map(|&(at, _)| at).chain([until]);
        let corners: Vec<_> =
            points.iter().zip(ends).flat_map(|(&(at, rate), end)| [(at, rate), (end, rate)]).collect();
        Rate::through(&corners)
    }

    /// The rate at a moment [requests/s].
    pub fn at(&self, time: Time) -> f64 {
        let piece = self.pieces.iter().rev().find(|piece| piece.from <= time && time < piece.until);
        piece.map_or(0.0, |piece| piece.start + piece.slope * time.since(piece.from).as_secs_f64())
    }

    /// The moment after `now` at which `work` more requests are expected to have come: with exponential `work` of
    /// mean 1 these are the arrivals of a Poisson process with this rate, exactly. `place` is the piece of the last
    /// call, so that no piece is looked at again.
    #[inline]
    pub(super) fn invert(&self, now: Time, mut work: f64, place: &mut usize) -> Option<Time> {
        let mut now = now;
        while let Some(piece) = self.pieces.get(*place) {
            now = now.max(piece.from);
            if now < piece.until {
                let left = piece.until.as_nanos() - now.as_nanos();
                let (rate, nanos) = if piece.slope == 0.0 {
                    (piece.start, work * piece.gap)
                } else {
                    let rate = piece.start + piece.slope * (now.as_nanos() - piece.from.as_nanos()) as f64 * 1e-9;
                    let rate = rate.max(0.0);
                    // ∫ rate + slope·x dx = work, solved so that nothing cancels. Never when the rate falls to zero
                    // first: the root of something negative is not a number.
                    (rate, 2e9 * work / (rate + (rate * rate + 2.0 * piece.slope * work).sqrt()))
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
            *place += 1;
        }
        None
    }
}

fn sound(rate: f64) -> f64 {
    if rate.is_finite() { rate.max(0.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Stream;

    /// Arrivals in each second.
    fn arrivals(rate: &Rate, seconds: usize) -> Vec<u32> {
        let mut stream = Stream::of(3, "arrivals", "test");
        let (mut now, mut place, mut counts) = (Time::ZERO, 0, vec![0; seconds]);
        while let Some(next) = rate.invert(now, stream.exponential(), &mut place) {
            now = next;
            counts[(now.as_nanos() / 1_000_000_000) as usize] += 1;
        }
        counts
    }

    #[test]
    fn a_ramp_brings_as_many_as_the_area_under_it() {
        let at = Time::from_secs;
        let rate = Rate::through(&[(at(0), 0.0), (at(10), 2000.0), (at(20), 0.0), (at(20), 500.0), (at(30), 500.0)]);
        let counts = arrivals(&rate, 30);
        for (second, &count) in counts.iter().enumerate() {
            let wanted = rate.at(Time::from_nanos(second as u64 * 1_000_000_000 + 500_000_000));
            let error = (f64::from(count) - wanted).abs();
            assert!(error < 4.0 * wanted.sqrt() + 1.0, "{count} instead of {wanted} in second {second}");
        }
        assert_eq!(rate.at(at(30)), 0.0);
    }

    #[test]
    fn nothing_comes_outside_or_at_rate_zero() {
        let at = Time::from_secs;
        let rate = Rate::steps(&[(at(1), 100.0), (at(2), 0.0), (at(4), 100.0)], at(5));
        let counts = arrivals(&rate, 6);
        assert_eq!((counts[0], counts[2], counts[3], counts[5]), (0, 0, 0, 0));
        assert!(counts[1] > 60 && counts[4] > 60);
        assert_eq!(Rate::constant(f64::NAN, at(0), at(9)).invert(at(0), 1.0, &mut 0), None);
    }
}
