//! Random streams: one for each (seed, purpose, entity name), so that one more entity changes nothing for the
//! others and two runs can be compared draw by draw.
//!
//! `ln` and `exp` live here, through `libm`, because the platform's own differ between native and WASM.

#[cfg(test)]
mod tests;
mod words;
mod ziggurat;

use std::hash::Hasher;
use std::time::Duration;

#[cfg(not(target_arch = "wasm32"))]
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::RunHash;
use words::Words;
use ziggurat::Tables;

/// 2 to the power of -53: brings the upper 53 bits of a word into [0, 1).
const ULP: f64 = 1.0 / (1u64 << 53) as f64;

/// A stream of draws that belongs to one entity and one purpose.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Makes 32 words at once, so that a draw seldom does more than read one.
    words: Words,
    tables: &'static Tables,
}

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
        Stream { words: Words::from_seed(key), tables: Tables::get() }
    }

    /// 64 random bits.
    #[inline]
    pub fn word(&mut self) -> u64 {
        self.words.next_u64()
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
        real(self.word() >> 11) * ULP
    }

    /// Exponential with mean 1: a ziggurat.
    #[inline(always)]
    pub fn exponential(&mut self) -> f64 {
        let edges = &self.tables.exponential.x;
        let word = self.word();
        let layer = usize::from(word as u8);
        let x = real(word >> 11) * ULP * edges[layer];
        if x < edges[layer + 1] { x } else { self.exponential_edge(layer, x) }
    }

    /// Decides about the two draws in a hundred that do not fall well inside their layer.
    #[cold]
    fn exponential_edge(&mut self, mut layer: usize, mut x: f64) -> f64 {
        let ziggurat = &self.tables.exponential;
        loop {
            if layer == 0 {
                // The tail of an exponential looks like the whole.
                return ziggurat.x[1] - libm::log(1.0 - self.unit());
            }
            let y = ziggurat.f[layer] + (ziggurat.f[layer + 1] - ziggurat.f[layer]) * self.unit();
            if y < ziggurat::exponential(x) {
                return x;
            }
            let word = self.word();
            layer = usize::from(word as u8);
            x = (word >> 11) as f64 * ULP * ziggurat.x[layer];
            if x < ziggurat.x[layer + 1] {
                return x;
            }
        }
    }

    /// Normal with mean 0 and standard deviation 1: a ziggurat.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        let edges = &self.tables.normal.x;
        let word = self.word();
        let layer = usize::from(word as u8);
        let x = (word as i64 >> 11) as f64 * (2.0 * ULP) * edges[layer];
        if x.abs() < edges[layer + 1] { x } else { self.normal_edge(layer, x) }
    }

    /// Decides about the draws that do not fall well inside their layer.
    #[cold]
    fn normal_edge(&mut self, mut layer: usize, mut x: f64) -> f64 {
        let ziggurat = &self.tables.normal;
        loop {
            if layer == 0 {
                let tail = self.normal_tail(ziggurat.x[1]);
                return if x < 0.0 { -tail } else { tail };
            }
            let y = ziggurat.f[layer] + (ziggurat.f[layer + 1] - ziggurat.f[layer]) * self.unit();
            if y < ziggurat::normal(x) {
                return x;
            }
            let word = self.word();
            layer = usize::from(word as u8);
            x = (word as i64 >> 11) as f64 * (2.0 * ULP) * ziggurat.x[layer];
            if x.abs() < ziggurat.x[layer + 1] {
                return x;
            }
        }
    }

    /// Normal, given that it is beyond `r` (Marsaglia 1964).
    fn normal_tail(&mut self, r: f64) -> f64 {
        loop {
            let x = -libm::log(1.0 - self.unit()) / r;
            let y = -libm::log(1.0 - self.unit());
            if 2.0 * y > x * x {
                return r + x;
            }
        }
    }

    /// Log-normal: `median` times e to the power of `sigma` times a normal draw.
    pub fn lognormal(&mut self, median: Duration, sigma: f64) -> Duration {
        scale(median, libm::exp(sigma * self.normal()))
    }
}

/// A number below 2^63 as a floating-point one: less work than for any `u64`, in WebAssembly above all.
#[inline]
pub(crate) fn real(number: u64) -> f64 {
    number as i64 as f64
}

/// The whole part of a number that is not negative; what is larger than 2^63 becomes that: less work than to 2^64.
#[inline]
pub(crate) fn whole(number: f64) -> u64 {
    number as i64 as u64
}

/// A duration times a factor, to the nanosecond; saturates at 584 years, and what is not a number is zero.
pub fn scale(duration: Duration, factor: f64) -> Duration {
    let nanos = duration.as_secs() as f64 * 1e9 + f64::from(duration.subsec_nanos());
    Duration::from_nanos((nanos * factor) as u64)
}

/// The `sigma` of a log-normal distribution whose 99th percentile is `ratio` times its median.
pub fn lognormal_sigma(ratio: f64) -> f64 {
    /// The 99th percentile of the normal distribution.
    const Z99: f64 = 2.326_347_874_040_841;
    libm::log(ratio.max(1.0)) / Z99
}
