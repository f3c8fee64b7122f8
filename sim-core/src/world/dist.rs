//! How long something takes when it does not always take the same time.

use std::time::Duration;

use crate::engine::{Stream, rng};

/// A distribution of durations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distribution {
    /// Always the same; draws nothing.
    Constant(Duration),
    /// Exponential with this mean.
    Exponential {
        /// The mean.
        mean: Duration,
    },
    /// Log-normal: half of the draws are below the median.
    Lognormal {
        /// The median.
        median: Duration,
        /// The spread: standard deviation of the logarithm; `rng::lognormal_sigma` gives it from a p99.
        sigma: f64,
    },
    /// Anything from `low` to `high`, equally likely.
    Uniform {
        /// The least.
        low: Duration,
        /// The most.
        high: Duration,
    },
}

impl Distribution {
    /// No time at all.
    pub const ZERO: Distribution = Distribution::Constant(Duration::ZERO);

    /// One draw.
    pub fn sample(&self, stream: &mut Stream) -> Duration {
        Duration::from_nanos(self.sampler().sample(stream))
    }

    /// The mean.
    pub fn mean(&self) -> Duration {
        match *self {
            Distribution::Constant(value) => value,
            Distribution::Exponential { mean } => mean,
            Distribution::Lognormal { median, sigma } => rng::scale(median, libm::exp(sigma * sigma / 2.0)),
            Distribution::Uniform { low, high } => (low + high) / 2,
        }
    }

    /// The same, ready for the request path: units converted once instead of at every draw.
    pub(crate) fn sampler(&self) -> Sampler {
        match *self {
            Distribution::Constant(value) => Sampler::Constant(nanos(value)),
            Distribution::Exponential { mean } => Sampler::Exponential(nanos(mean) as f64),
            Distribution::Lognormal { median, sigma } => Sampler::Lognormal(nanos(median) as f64, sigma),
            Distribution::Uniform { low, high } => {
                let (low, high) = (nanos(low.min(high)), nanos(low.max(high)));
                Sampler::Uniform(low, (high - low).saturating_add(1))
            }
        }
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A [`Distribution`] in plain nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sampler {
    Constant(u64),
    Exponential(f64),
    Lognormal(f64, f64),
    /// Lowest value, and how many values there are.
    Uniform(u64, u64),
}

impl Sampler {
    /// One draw [ns].
    #[inline]
    pub(crate) fn sample(&self, stream: &mut Stream) -> u64 {
        match *self {
            Sampler::Constant(value) => value,
            // Rounded, not cut: a mean of a few microseconds would be short by half a nanosecond in each draw.
            Sampler::Exponential(mean) => (mean * stream.exponential() + 0.5) as u64,
            Sampler::Lognormal(median, sigma) => (median * libm::exp(sigma * stream.normal()) + 0.5) as u64,
            Sampler::Uniform(low, values) => low + stream.below(values),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_the_mean_they_promise() {
        let ms = Duration::from_millis;
        let all = [
            Distribution::Constant(ms(5)),
            Distribution::Exponential { mean: ms(5) },
            Distribution::Lognormal { median: ms(5), sigma: 0.5 },
            Distribution::Uniform { low: ms(2), high: ms(8) },
        ];
        for distribution in all {
            let mut stream = Stream::of(1, "draws", "here");
            let n = 100_000;
            let sum: f64 = (0..n).map(|_| distribution.sample(&mut stream).as_secs_f64()).sum();
            let (mean, wanted) = (sum / f64::from(n), distribution.mean().as_secs_f64());
            assert!((mean / wanted - 1.0).abs() < 0.015, "{distribution:?}: {mean} instead of {wanted}");
        }
    }
}
