//! Random streams: one for each (seed, purpose, entity name), so that one more entity changes nothing for the
//! others and two runs can be compared draw by draw.
//!
//! `ln` and `exp` live here, through `libm`, because the platform's own differ between native and WASM.

use std::hash::Hasher;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::RunHash;

/// A stream of draws that belongs to one entity and one purpose.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of `entity` for `purpose`: the same for the same three words, unrelated for any other.
    ///
    /// ```
    /// use sim_core::engine::Stream;
    /// let mut a = Stream::of(42, "image-pull", "demo/web#1");
    /// let mut b = Stream::of(42, "image-pull", "demo/web#1");
    /// let mut c = Stream::of(42, "image-pull", "demo/web#2");
    /// let (a, b, c) = (a.word(), b.word(), c.word());
    /// assert!(a == b && a != c);
    /// ```
    pub fn of(seed: u64, purpose: &str, entity: &str) -> Stream {
        let mut key = [0; 32];
        for (lane, bytes) in key.chunks_exact_mut(8).enumerate() {
            let mut hash = RunHash::new(seed.wrapping_add((lane as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
            hash.write(purpose.as_bytes());
            hash.write(entity.as_bytes());
            bytes.copy_from_slice(&hash.finish().to_le_bytes());
        }
        Stream(ChaCha8Rng::from_seed(key))
    }

    /// 64 random bits.
    #[inline]
    pub fn word(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `n`, each equally likely (Lemire's method); 0 when `n` is 0.
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 {
            return 0;
        }
        loop {
            let wide = u128::from(self.word()) * u128::from(n);
            let low = wide as u64;
            if low >= n || low >= n.wrapping_neg() % n {
                return (wide >> 64) as u64;
            }
        }
    }

    /// True in `numerator` of `denominator` cases.
    #[inline]
    pub fn chance(&mut self, numerator: u64, denominator: u64) -> bool {
        self.below(denominator) < numerator
    }

    /// A number in [0, 1) with 53 random bits.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        (self.word() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Exponential with mean 1.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        -libm::log(1.0 - self.unit())
    }

    /// Normal with mean 0 and standard deviation 1.
    pub fn normal(&mut self) -> f64 {
        // Marsaglia's polar method: one of the pair is used, so that a draw depends on nothing but the stream.
        loop {
            let (u, v) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                return u * libm::sqrt(-2.0 * libm::log(s) / s);
            }
        }
    }

    /// Log-normal: `median` times e to the power of `sigma` times a normal draw.
    pub fn lognormal(&mut self, median: Duration, sigma: f64) -> Duration {
        scale(median, libm::exp(sigma * self.normal()))
    }
}

/// A duration times a factor, to the nanosecond; saturates at 584 years, and what is not a number is zero.
pub fn scale(duration: Duration, factor: f64) -> Duration {
    Duration::from_nanos((duration.as_nanos() as f64 * factor) as u64)
}

/// The `sigma` of a log-normal distribution whose 99th percentile is `ratio` times its median.
pub fn lognormal_sigma(ratio: f64) -> f64 {
    /// The 99th percentile of the normal distribution.
    const Z99: f64 = 2.326_347_874_040_841;
    libm::log(ratio.max(1.0)) / Z99
}
