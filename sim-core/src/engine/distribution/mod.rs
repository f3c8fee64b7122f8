//! How long something takes, or how much it is, when it is not always the same.
//!
//! One type holds every kind. It is made by a constructor for each kind, keeps plain numbers of the smallest unit, and
//! knows its mean and variance in closed form, so that laws and checks need no draws.
//!
//! Draws use the ziggurats of [`Stream`] and `libm`. The crate `rand_distr` was looked at and left out: only its gamma
//! would be new here, its draws may change with a release (and with them every run hash), and its logarithms become
//! those of the platform as soon as any other crate asks `num-traits` for `std`.

mod empirical;
#[cfg(test)]
mod tests;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use super::Stream;
use super::rng::{lognormal_sigma, whole};

pub use empirical::Empirical;
use empirical::Weighted;

/// What can be distributed: a whole number of some smallest unit.
pub trait Measure: Copy + fmt::Debug + PartialEq {
    /// How many smallest units it is.
    fn count(self) -> u64;
    /// So many smallest units.
    fn of_count(count: u64) -> Self;
}

/// Nanoseconds.
impl Measure for Duration {
    #[inline]
    fn count(self) -> u64 {
        u64::try_from(self.as_nanos()).unwrap_or(u64::MAX)
    }
    #[inline]
    fn of_count(count: u64) -> Duration {
        Duration::from_nanos(count)
    }
}

/// Whatever is counted: bytes of memory or payload, say. Never time.
impl Measure for u64 {
    #[inline]
    fn count(self) -> u64 {
        self
    }
    #[inline]
    fn of_count(count: u64) -> u64 {
        count
    }
}

/// A distribution of durations, or of amounts such as bytes. Draws are never negative and at most 2^64 - 1 smallest
/// units: 584 years, or 16 EiB.
///
/// ```
/// use std::time::Duration;
/// use sim_core::engine::{Distribution, Stream};
///
/// let work = Distribution::gamma(2.0, Duration::from_millis(5)).unwrap();
/// assert_eq!(work.mean(), Some(10e6), "shape times scale [ns]");
/// let mut stream = Stream::of(42, "request-cpu", "web");
/// assert!(work.sample(&mut stream) > Duration::ZERO);
///
/// let heavy = Distribution::pareto(Duration::from_millis(1), 1.0).unwrap();
/// assert_eq!(heavy.mean(), None, "it is infinite");
/// let sizes: Distribution<u64> = Distribution::uniform(1_000, 2_000);
/// assert_eq!(sizes.mean(), Some(1_500.0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution<V = Duration> {
    law: Law,
    of: PhantomData<fn() -> V>,
}

/// The kinds, in smallest units.
#[derive(Clone, Debug, PartialEq)]
enum Law {
    /// Draws nothing.
    Constant(u64),
    Exponential {
        mean: f64,
    },
    Lognormal {
        median: f64,
        /// The standard deviation of the logarithm.
        sigma: f64,
    },
    Uniform {
        low: u64,
        /// How many values there are; 0 stands for 2^64.
        values: u64,
    },
    Gamma {
        shape: f64,
        scale: f64,
        /// What the method of Marsaglia and Tsang (2000) calls c.
        c: f64,
    },
    Weibull {
        shape: f64,
        scale: f64,
    },
    Pareto {
        shape: f64,
        scale: f64,
    },
    BoundedPareto {
        shape: f64,
        low: f64,
        high: f64,
        /// The part of the unbounded distribution that lies below `high`.
        inside: f64,
    },
    Empirical(Arc<Empirical>),
    Weighted(Arc<Weighted>),
}

/// What every draw copies or borrows on the request path stays within one cache line.
const _: () = assert!(size_of::<Law>() <= 40);

/// Why numbers make no distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Impossible {
    /// What is wrong.
    pub message: &'static str,
    /// The way out.
    pub help: &'static str,
}

impl fmt::Display for Impossible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.message, self.help)
    }
}

impl std::error::Error for Impossible {}

/// A shape that can be computed with.
fn shape(shape: f64) -> Result<f64, Impossible> {
    let help = "give a number above 0 and at most 1000000";
    match shape > 0.0 && shape <= 1e6 {
        true => Ok(shape),
        false => Err(Impossible { message: "the shape is out of range", help }),
    }
}

/// A coefficient of variation that can be computed with.
fn variation(cv: f64) -> Result<f64, Impossible> {
    let help = "it is the standard deviation divided by the mean: give a number from 0 to 1000";
    match (0.0..=1000.0).contains(&cv) {
        true => Ok(cv),
        false => Err(Impossible { message: "the coefficient of variation (cv) is out of range", help }),
    }
}

impl Distribution<Duration> {
    /// No time at all.
    pub const ZERO: Distribution = Distribution::constant(Duration::ZERO);

    /// Always the same; draws nothing. Of amounts: `Distribution::from(10_000)`.
    pub const fn constant(duration: Duration) -> Distribution {
        let nanos = duration.as_nanos();
        let count = if nanos > u64::MAX as u128 { u64::MAX } else { nanos as u64 };
        Distribution { law: Law::Constant(count), of: PhantomData }
    }
}

impl Distribution<u64> {
    /// Always the same amount; draws nothing.
    pub const fn amount(count: u64) -> Distribution<u64> {
        Distribution { law: Law::Constant(count), of: PhantomData }
    }
}

impl<V: Measure> From<V> for Distribution<V> {
    fn from(value: V) -> Self {
        Self::of(Law::Constant(value.count()))
    }
}

impl<V: Measure> Distribution<V> {
    fn of(law: Law) -> Self {
        Distribution { law, of: PhantomData }
    }

    /// Exponential with this mean.
    pub fn exponential(mean: V) -> Self {
        Self::of(Law::Exponential { mean: mean.count() as f64 })
    }

    /// Anything from the one to the other, both included, equally likely.
    pub fn uniform(low: V, high: V) -> Self {
        let (low, high) = (low.count().min(high.count()), low.count().max(high.count()));
        Self::of(Law::Uniform { low, values: (high - low).wrapping_add(1) })
    }

    /// Log-normal: half of the draws are below the median, and the logarithm has the standard deviation `sigma` [0 and
    /// more].
    pub fn lognormal(median: V, sigma: f64) -> Result<Self, Impossible> {
        if !(0.0..=1000.0).contains(&sigma) {
            let message = "the standard deviation of the logarithm (sigma) is out of range";
            return Err(Impossible { message, help: "give a number from 0 to 1000" });
        }
        Ok(Self::of(Law::Lognormal { median: median.count() as f64, sigma }))
    }

    /// Log-normal: 99 of 100 draws are at most `p99`, half of them at most the median.
    pub fn lognormal_p99(median: V, p99: V) -> Result<Self, Impossible> {
        if p99.count() < median.count() {
            let help = "give a p99 that is at least the median";
            return Err(Impossible { message: "the 99th percentile is below the median", help });
        }
        // Of zero, everything is zero, whatever sigma.
        let ratio = p99.count() as f64 / median.count().max(1) as f64;
        Self::lognormal(median, lognormal_sigma(ratio))
    }

    /// Log-normal with this mean, and the standard deviation `cv` times the mean.
    pub fn lognormal_cv(mean: V, cv: f64) -> Result<Self, Impossible> {
        let spread = 1.0 + variation(cv)? * cv;
        let (median, sigma) = (mean.count() as f64 / libm::sqrt(spread), libm::sqrt(libm::log(spread)));
        Ok(Self::of(Law::Lognormal { median, sigma }))
    }

    /// Gamma; its mean is `shape` times `scale`. Shape 1 is exponential, a whole shape the sum of so many exponentials.
    pub fn gamma(shape: f64, scale: V) -> Result<Self, Impossible> {
        self::shape(shape).map(|shape| Self::gamma_of(shape, scale.count() as f64))
    }

    /// Gamma with this mean, and the standard deviation `cv` times the mean.
    pub fn gamma_cv(mean: V, cv: f64) -> Result<Self, Impossible> {
        let squared = variation(cv)? * cv;
        // Hardly any spread: what is left of it is below what a draw is rounded to.
        match squared < 1e-12 {
            true => Ok(Self::from(mean)),
            false => Ok(Self::gamma_of(1.0 / squared, mean.count() as f64 * squared)),
        }
    }

    fn gamma_of(shape: f64, scale: f64) -> Self {
        let c = 1.0 / libm::sqrt(9.0 * gamma_d(shape));
        Self::of(Law::Gamma { shape, scale, c })
    }

    /// Weibull. Below shape 1 the tail is heavier than exponential, above it is lighter.
    pub fn weibull(shape: f64, scale: V) -> Result<Self, Impossible> {
        Ok(Self::of(Law::Weibull { shape: self::shape(shape)?, scale: scale.count() as f64 }))
    }

    /// Pareto: nothing is below `scale`, and beyond it `x` is exceeded with the chance (scale / x) to the power of
    /// `shape`. The mean is infinite up to shape 1, the variance up to shape 2.
    pub fn pareto(scale: V, shape: f64) -> Result<Self, Impossible> {
        Ok(Self::of(Law::Pareto { shape: self::shape(shape)?, scale: above_zero(scale)? }))
    }

    /// Pareto, cut off above `high`: mean and variance are finite.
    pub fn bounded_pareto(low: V, high: V, shape: f64) -> Result<Self, Impossible> {
        let shape = self::shape(shape)?;
        let (low, high) = (above_zero(low)?, high.count() as f64);
        if high <= low {
            let help = "give a max above the scale, or no max";
            return Err(Impossible { message: "the upper bound is not above the lower one", help });
        }
        let inside = 1.0 - libm::pow(low / high, shape);
        Ok(Self::of(Law::BoundedPareto { shape, low, high, inside }))
    }

    /// One of several values, each with a weight: its share is its weight over the sum of all.
    pub fn weighted(values: &[(V, f64)]) -> Result<Self, Impossible> {
        let values: Vec<(u64, f64)> = values.iter().map(|(value, weight)| (value.count(), *weight)).collect();
        Ok(Self::of(Law::Weighted(Arc::new(Weighted::new(&values)?))))
    }

    /// What was measured; many distributions may share it.
    pub fn empirical(values: Arc<Empirical>) -> Self {
        Self::of(Law::Empirical(values))
    }

    /// One draw.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> V {
        V::of_count(self.draw(stream))
    }

    /// One draw [smallest units: ns, or bytes]. For the request path: a [`Duration`] would be taken apart again.
    #[inline(always)]
    pub fn draw(&self, stream: &mut Stream) -> u64 {
        match self.law {
            Law::Constant(count) => count,
            // Rounded, not cut: a mean of a few microseconds would be short by half a nanosecond in each draw.
            Law::Exponential { mean } => whole(mean * stream.exponential() + 0.5),
            _ => self.law.draw(stream),
        }
    }

    /// The mean [smallest units: ns, or bytes]; none when it is infinite.
    pub fn mean(&self) -> Option<f64> {
        self.law.moment(1).filter(|mean| mean.is_finite())
    }

    /// The variance [smallest units, squared]; none when it is infinite.
    pub fn variance(&self) -> Option<f64> {
        self.law.variance().filter(|variance| variance.is_finite())
    }
}

/// The lower end of a Pareto distribution.
fn above_zero<V: Measure>(scale: V) -> Result<f64, Impossible> {
    match scale.count() {
        0 => Err(Impossible { message: "a Pareto distribution begins above zero", help: "give a scale above 0" }),
        count => Ok(count as f64),
    }
}

/// What the method of Marsaglia and Tsang (2000) calls d, of a shape of at least 1: a smaller one is drawn as one more.
fn gamma_d(shape: f64) -> f64 {
    let shape = if shape < 1.0 { shape + 1.0 } else { shape };
    shape - 1.0 / 3.0
}

impl Law {
    /// One draw of the kinds that take more than a multiplication.
    fn draw(&self, stream: &mut Stream) -> u64 {
        let x = match self {
            Law::Constant(count) => return *count,
            Law::Exponential { mean } => mean * stream.exponential(),
            Law::Lognormal { median, sigma } => median * libm::exp(sigma * stream.normal()),
            Law::Uniform { low, values: 0 } => return low.wrapping_add(stream.word()),
            Law::Uniform { low, values } => return low + stream.below(*values),
            Law::Gamma { shape, scale, c } => {
                let x = gamma(gamma_d(*shape), *c, stream);
                scale * if *shape < 1.0 { x * libm::exp(-stream.exponential() / shape) } else { x }
            }
            // Powers of an exponential draw; the logarithm of zero is no trouble: its power is zero.
            Law::Weibull { shape, scale } => scale * libm::exp(libm::log(stream.exponential()) / shape),
            Law::Pareto { shape, scale } => scale * libm::exp(stream.exponential() / shape),
            Law::BoundedPareto { shape, low, high, inside } => {
                (low * libm::exp(-libm::log(1.0 - stream.unit() * inside) / shape)).min(*high)
            }
            Law::Empirical(values) => return values.draw(stream),
            Law::Weighted(values) => return values.draw(stream),
        };
        // What is too large saturates.
        (x + 0.5) as u64
    }

    /// The mean of the `r`-th power, in closed form; infinity or none when it is infinite.
    fn moment(&self, r: i32) -> Option<f64> {
        let power = |x: f64| if r == 1 { x } else { x * x };
        let order = f64::from(r);
        Some(match self {
            Law::Constant(count) => power(*count as f64),
            Law::Exponential { mean } => order * power(*mean),
            Law::Lognormal { median, sigma } => power(*median) * libm::exp(order * order * sigma * sigma / 2.0),
            Law::Uniform { .. } => {
                let (low, last) = self.ends()?;
                let mean = (low + last) / 2.0;
                if r == 1 { mean } else { mean * mean + self.variance()? }
            }
            Law::Gamma { shape, scale, .. } => power(*scale) * if r == 1 { *shape } else { shape * (shape + 1.0) },
            Law::Weibull { shape, scale } => power(*scale) * libm::tgamma(1.0 + order / shape),
            Law::Pareto { shape, .. } if *shape <= order => return None,
            Law::Pareto { shape, scale } => power(*scale) * shape / (shape - order),
            Law::BoundedPareto { shape, low, high, inside } => {
                let between = match shape == &order {
                    true => shape * libm::log(high / low),
                    // low^a · (low^(r-a) - high^(r-a)), as powers of the ratio, which cannot run over.
                    false => shape / (shape - order) * (1.0 - libm::pow(high / low, order - shape)),
                };
                power(*low) / inside * between
            }
            Law::Empirical(values) => values.moment(r),
            Law::Weighted(values) => values.moment(r),
        })
    }

    /// The ends of a uniform distribution.
    fn ends(&self) -> Option<(f64, f64)> {
        let Law::Uniform { low, values } = self else { return None };
        Some((*low as f64, low.wrapping_add(values.wrapping_sub(1)) as f64))
    }

    fn variance(&self) -> Option<f64> {
        match self {
            Law::Constant(_) => Some(0.0),
            Law::Uniform { .. } => {
                let (low, last) = self.ends()?;
                Some(((last - low + 1.0) * (last - low + 1.0) - 1.0) / 12.0)
            }
            // Without the difference of two large numbers.
            Law::Gamma { shape, scale, .. } => Some(shape * scale * scale),
            Law::Lognormal { median, sigma } => {
                let spread = sigma * sigma;
                Some(libm::expm1(spread) * median * median * libm::exp(spread))
            }
            Law::Empirical(values) => Some(values.variance()),
            Law::Weighted(values) => Some(values.variance()),
            _ => {
                let mean = self.moment(1)?;
                Some((self.moment(2)? - mean * mean).max(0.0))
            }
        }
    }
}

/// Gamma of a shape of at least 1 and scale 1, by the method of Marsaglia and Tsang (2000): a normal draw, cubed, and
/// kept in more than 95 of 100 cases without a logarithm.
fn gamma(d: f64, c: f64, stream: &mut Stream) -> f64 {
    loop {
        let x = stream.normal();
        let t = 1.0 + c * x;
        if t <= 0.0 {
            continue;
        }
        let (v, squared, u) = (t * t * t, x * x, 1.0 - stream.unit());
        let clear = u < 1.0 - 0.0331 * squared * squared;
        if clear || libm::log(u) < 0.5 * squared + d * (1.0 - v + libm::log(v)) {
            return d * v;
        }
    }
}
