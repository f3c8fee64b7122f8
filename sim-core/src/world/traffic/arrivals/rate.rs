//! How many requests a second, over time.

use std::f64::consts::TAU;
use std::sync::Arc;
use std::time::Duration;

use super::piece::Piece;
use crate::engine::{Measure, Stream, Time};

/// A rate over time [requests/s]. Before it begins and after it ends it is zero. Cheap to clone.
///
/// ```
/// use std::time::Duration;
/// use sim_core::engine::Time;
/// use sim_core::world::traffic::{Diurnal, Rate};
///
/// let at = Time::from_secs;
/// let ramp = Rate::through(&[(at(0), 20.0), (at(600), 200.0)]);
/// assert_eq!((ramp.at(at(300)), ramp.expected()), (110.0, 66_000.0));
///
/// let day = Duration::from_secs(86_400);
/// let shape = Diurnal { mean: 100.0, amplitude: 80.0, period: day, peak: day / 2 };
/// let rate = Rate::diurnal(shape, at(0), at(86_400));
/// assert_eq!((rate.at(at(0)).round(), rate.at(at(43_200)).round()), (20.0, 180.0));
/// assert!((rate.expected() - 8_640_000.0).abs() < 1e-3, "mean times time");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Rate(Curve);

#[derive(Clone, Debug, PartialEq)]
enum Curve {
    Pieces(Arc<[Piece]>),
    Diurnal { shape: Diurnal, from: Time, until: Time },
    Bursts { shape: Bursts, from: Time, until: Time },
}

/// The tide of a day: a sine around a mean.
///
/// It is drawn by 1,024 straight pieces a period, which is less than 5 millionths of the amplitude away from the sine
/// and has the same area over every whole period. So arrivals are inverted exactly, without a sine for each of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Diurnal {
    /// The mean [requests/s].
    pub mean: f64,
    /// How far the peak is above the mean [requests/s]; at most the mean, so that the rate is never negative.
    pub amplitude: f64,
    /// From peak to peak; 1 s at least.
    pub period: Duration,
    /// When the rate is highest, from time zero; so it is again each period.
    pub peak: Duration,
}

/// Bursts: on and off take turns, for times that are exponential (with Poisson arrivals: a Markov-modulated Poisson
/// process of two states). Whether it begins on or off is drawn, too, as the shares of time demand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bursts {
    /// While it is on [requests/s].
    pub peak: f64,
    /// While it is off [requests/s].
    pub base: f64,
    /// How long it is on, on average.
    pub on: Duration,
    /// How long it is off, on average.
    pub off: Duration,
}

/// One rise and fall.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spike {
    /// Before and after [requests/s].
    pub base: f64,
    /// At the top [requests/s].
    pub peak: f64,
    /// When the rise begins.
    pub at: Time,
    /// How long it rises; a zero makes it jump.
    pub rise: Duration,
    /// How long it stays at the top.
    pub hold: Duration,
    /// How long it falls; a zero makes it drop.
    pub fall: Duration,
}

impl Default for Rate {
    /// No requests at all.
    fn default() -> Rate {
        Rate(Curve::Pieces(Arc::new([])))
    }
}

impl Rate {
    /// The same rate from one moment to another.
    pub fn constant(rate: f64, from: Time, until: Time) -> Rate {
        Rate::through(&[(from, rate), (until, rate)])
    }

    /// Straight lines between points (moment, rate). Two points of one moment make a step. What is negative or not a
    /// number counts as zero.
    pub fn through(points: &[(Time, f64)]) -> Rate {
        let pieces = points.windows(2).filter(|pair| pair[0].0 < pair[1].0);
        let pieces = pieces.map(|pair| Piece::between((pair[0].0, sound(pair[0].1)), (pair[1].0, sound(pair[1].1))));
        Rate(Curve::Pieces(pieces.collect()))
    }

    /// A rate that stays as it is from each point (moment, rate) until the next; the last until `until`.
    pub fn steps(points: &[(Time, f64)], until: Time) -> Rate {
        let ends = points.iter().skip(1).map(|&(at, _)| at).chain([until]);
        let corners: Vec<_> =
            points.iter().zip(ends).flat_map(|(&(at, rate), end)| [(at, rate), (end, rate)]).collect();
        Rate::through(&corners)
    }

    /// A sine around a mean, from one moment to another.
    pub fn diurnal(shape: Diurnal, from: Time, until: Time) -> Rate {
        let mean = sound(shape.mean);
        let period = shape.period.max(Duration::from_secs(1));
        let shape = Diurnal { mean, amplitude: sound(shape.amplitude).min(mean), period, ..shape };
        Rate(Curve::Diurnal { shape, from, until })
    }

    /// One rise and fall, from one moment to another; what lies outside of the two is cut off.
    pub fn spike(shape: Spike, from: Time, until: Time) -> Rate {
        let Spike { base, peak, at, rise, hold, fall } = shape;
        let (top, edge) = (at + rise, at + rise + hold);
        let points =
            [(Time::ZERO, base), (at, base), (top, peak), (edge, peak), (edge + fall, base), (Time::MAX, base)];
        let Rate(Curve::Pieces(pieces)) = Rate::through(&points) else { return Rate::default() };
        Rate(Curve::Pieces(pieces.iter().filter_map(|piece| piece.within(from, until)).collect()))
    }

    /// Bursts, from one moment to another.
    pub fn bursts(shape: Bursts, from: Time, until: Time) -> Rate {
        let shape = Bursts { peak: sound(shape.peak), base: sound(shape.base), ..shape };
        Rate(Curve::Bursts { shape, from, until })
    }

    /// The rate at a moment [requests/s]; of bursts, the mean.
    pub fn at(&self, time: Time) -> f64 {
        match &self.0 {
            Curve::Pieces(pieces) => {
                let next = pieces.partition_point(|piece| piece.from <= time);
                pieces[..next].last().filter(|piece| time < piece.until).map_or(0.0, |piece| piece.at(time))
            }
            Curve::Diurnal { shape, from, until } if *from <= time && time < *until => {
                shape.piece(shape.index(time)).at(time)
            }
            Curve::Bursts { shape, from, until } if *from <= time && time < *until => shape.mean(),
            Curve::Diurnal { .. } | Curve::Bursts { .. } => 0.0,
        }
    }

    /// How many requests are expected in all [count].
    pub fn expected(&self) -> f64 {
        self.expected_before(Time::MAX)
    }

    /// How many requests are expected before a moment [count].
    pub fn expected_before(&self, end: Time) -> f64 {
        match &self.0 {
            Curve::Pieces(pieces) => {
                pieces.iter().filter_map(|piece| piece.within(Time::ZERO, end)).map(|piece| piece.area()).sum()
            }
            Curve::Diurnal { shape, from, until } => {
                let until = end.min(*until);
                shape.area(until) - shape.area((*from).min(until))
            }
            Curve::Bursts { shape, from, until } => shape.mean() * end.min(*until).since(*from).as_secs_f64(),
        }
    }

    /// When the first request may come.
    pub fn begins(&self) -> Option<Time> {
        match &self.0 {
            Curve::Pieces(pieces) => pieces.first().map(|piece| piece.from),
            Curve::Diurnal { from, .. } | Curve::Bursts { from, .. } => Some(*from),
        }
    }

    /// How many straight pieces it is held as [count], for estimates of memory.
    pub fn pieces(&self) -> usize {
        match &self.0 {
            Curve::Pieces(pieces) => pieces.len(),
            Curve::Diurnal { .. } | Curve::Bursts { .. } => 0,
        }
    }
}

fn sound(rate: f64) -> f64 {
    if rate.is_finite() { rate.max(0.0) } else { 0.0 }
}

impl Diurnal {
    /// Straight pieces a period [count].
    const PIECES: u64 = 1024;

    /// Where piece `index`, counted from time zero, begins.
    fn edge(&self, index: u64) -> Time {
        let nanos = u128::from(index) * u128::from(self.period.count()) / u128::from(Diurnal::PIECES);
        Time::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// The rate there.
    fn rate(&self, index: u64) -> f64 {
        let turns = self.peak.count() % self.period.count();
        let turns =
            (index % Diurnal::PIECES) as f64 / Diurnal::PIECES as f64 - turns as f64 / self.period.count() as f64;
        (self.mean + self.amplitude * libm::cos(TAU * turns)).max(0.0)
    }

    fn piece(&self, index: u64) -> Piece {
        Piece::between((self.edge(index), self.rate(index)), (self.edge(index + 1), self.rate(index + 1)))
    }

    /// The piece in which a moment lies.
    fn index(&self, time: Time) -> u64 {
        let scaled = u128::from(time.as_nanos()) * u128::from(Diurnal::PIECES);
        let index = (scaled / u128::from(self.period.count())) as u64;
        // The edges are rounded down.
        if self.edge(index + 1) <= time { index + 1 } else { index }
    }

    /// The area under the sine up to a moment.
    fn area(&self, until: Time) -> f64 {
        let (period, peak) = (self.period.as_secs_f64(), self.peak.as_secs_f64());
        let wave = |time: f64| libm::sin(TAU * ((time - peak) / period)) * period / TAU;
        self.mean * until.as_secs_f64() + self.amplitude * (wave(until.as_secs_f64()) - wave(0.0))
    }
}

impl Bursts {
    /// The mean rate over a long time [requests/s].
    pub fn mean(&self) -> f64 {
        let (on, off) = (self.on.as_secs_f64(), self.off.as_secs_f64());
        if on + off > 0.0 { (self.peak * on + self.base * off) / (on + off) } else { self.base }
    }
}

/// A walk through a rate, piece by piece: no piece is looked at again, and only the present one is held.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    rate: Rate,
    /// The piece that is being walked through.
    piece: Piece,
    /// Which piece comes next.
    next: u64,
    turns: Option<Box<Turns>>,
}

/// Whose turn it is, and the draws of how long: a stream of their own, so that the bursts do not depend on how many
/// requests came before.
#[derive(Clone, Debug)]
struct Turns {
    stream: Stream,
    on: bool,
}

impl Walk {
    pub fn new(rate: Rate) -> Walk {
        Walk { rate, piece: Piece::NOTHING, next: 0, turns: None }
    }

    /// The piece that is being walked through; an empty one before the beginning.
    #[inline]
    pub fn piece(&self) -> &Piece {
        &self.piece
    }

    pub fn rate(&self) -> &Rate {
        &self.rate
    }

    /// Goes to the next piece; false when there is none.
    #[cold]
    pub fn step(&mut self, stream: &mut Stream) -> bool {
        let next = match &self.rate.0 {
            Curve::Pieces(pieces) => pieces.get(self.next as usize).copied(),
            Curve::Diurnal { shape, from, until } => {
                self.next = self.next.max(shape.index(*from));
                shape.piece(self.next).within(*from, *until)
            }
            Curve::Bursts { shape, from, until } => {
                let turns = self.turns.get_or_insert_with(|| {
                    let mut stream = Stream::of(stream.word(), "bursts", "");
                    let both = shape.on.as_secs_f64() + shape.off.as_secs_f64();
                    // The opposite of how it begins, because a step is a turn.
                    let on = stream.unit() * both >= shape.on.as_secs_f64();
                    Box::new(Turns { stream, on })
                });
                turns.on = !turns.on;
                let (mean, rate) = if turns.on { (shape.on, shape.peak) } else { (shape.off, shape.base) };
                let begins = if self.next == 0 { *from } else { self.piece.until };
                // At least a nanosecond, or it might never end.
                let lasts = (mean.count() as f64 * turns.stream.exponential() + 1.0) as u64;
                let ends = begins.after_nanos(lasts).min(*until);
                (begins < ends).then(|| Piece::between((begins, rate), (ends, rate)))
            }
        };
        self.next += 1;
        match next {
            Some(piece) => self.piece = piece,
            None => self.next -= 1,
        }
        next.is_some()
    }
}
