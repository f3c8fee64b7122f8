//! What a bare loop draws from: xoshiro256++ (Blackman and Vigna 2019) and a ziggurat of 256 layers.

/// The generator.
#[derive(Clone)]
pub struct Xoshiro([u64; 4]);

impl Xoshiro {
    /// Seeded through splitmix64, as its authors advise.
    pub fn new(mut seed: u64) -> Xoshiro {
        Xoshiro(std::array::from_fn(|_| {
            seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = seed;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        }))
    }

    #[inline]
    pub fn word(&mut self) -> u64 {
        let s = &mut self.0;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }
}

/// Layers of equal area under e^-x: right edges and heights.
pub struct Ziggurat {
    x: [f64; 257],
    f: [f64; 257],
}

impl Ziggurat {
    /// Marsaglia and Tsang's tables for 256 layers.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Ziggurat {
        const R: f64 = 7.697_117_470_131_05;
        const V: f64 = 0.003_949_659_822_581_572;
        let (mut x, mut f) = ([0.0; 257], [0.0; 257]);
        (x[0], x[1]) = (V / (-R).exp(), R);
        for i in 2..256 {
            x[i] = -(V / x[i - 1] + (-x[i - 1]).exp()).ln();
        }
        for i in 0..257 {
            f[i] = (-x[i]).exp();
        }
        Ziggurat { x, f }
    }

    /// Exponential with mean 1.
    #[inline]
    pub fn exponential(&self, rng: &mut Xoshiro) -> f64 {
        loop {
            let word = rng.word();
            let layer = (word & 255) as usize;
            let x = (word >> 11) as f64 * (1.0 / (1u64 << 53) as f64) * self.x[layer];
            if x < self.x[layer + 1] {
                return x;
            }
            if layer == 0 {
                let u = (rng.word() >> 11) as f64 * (1.0 / (1u64 << 53) as f64);
                return self.x[1] - (1.0 - u).ln();
            }
            let u = (rng.word() >> 11) as f64 * (1.0 / (1u64 << 53) as f64);
            if self.f[layer] + (self.f[layer + 1] - self.f[layer]) * u < (-x).exp() {
                return x;
            }
        }
    }
}
