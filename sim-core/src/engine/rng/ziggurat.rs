//! Ziggurats (Marsaglia and Tsang 2000): a density cut into 256 layers of equal area, so that nearly every draw is one
//! word, one multiplication and one comparison.

use std::fmt;
use std::sync::OnceLock;

/// How many layers there are: a byte picks one [count].
const LAYERS: usize = 256;

/// The layers under one density, from the widest to the topmost.
pub(super) struct Ziggurat {
    /// The right edge of each layer. The first is wider than the density, to make up for the tail beyond `x[1]`.
    pub x: [f64; LAYERS + 1],
    /// The density at each edge.
    pub f: [f64; LAYERS + 1],
}

impl Ziggurat {
    /// Cuts the area under `density`: `r` is where the tail begins, `area` is what each layer covers.
    fn cut(r: f64, area: f64, density: fn(f64) -> f64, inverse: fn(f64) -> f64) -> Ziggurat {
        let mut x = [0.0; LAYERS + 1];
        (x[0], x[1]) = (area / density(r), r);
        for i in 2..LAYERS {
            x[i] = inverse(area / x[i - 1] + density(x[i - 1]));
        }
        Ziggurat { x, f: x.map(density) }
    }
}

/// The tables of all streams, computed once and through `libm`: the same bits everywhere.
pub(super) struct Tables {
    /// e to the power of -x, for x from zero.
    pub exponential: Ziggurat,
    /// e to the power of -x²/2; one side of the bell.
    pub normal: Ziggurat,
}

impl Tables {
    pub fn get() -> &'static Tables {
        static TABLES: OnceLock<Tables> = OnceLock::new();
        // Where the tails begin and what a layer covers: from the paper, for 256 layers.
        TABLES.get_or_init(|| Tables {
            exponential: Ziggurat::cut(7.697_117_470_131_05, 0.003_949_659_822_581_572, exponential, |y| -libm::log(y)),
            normal: Ziggurat::cut(3.654_152_885_361_009, 0.004_928_673_233_997_087, normal, |y| {
                libm::sqrt(-2.0 * libm::log(y))
            }),
        })
    }
}

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tables")
    }
}

/// The density of the exponential distribution.
pub(super) fn exponential(x: f64) -> f64 {
    libm::exp(-x)
}

/// The density of the normal distribution, up to a factor.
pub(super) fn normal(x: f64) -> f64 {
    libm::exp(-0.5 * x * x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_layers_cover_the_same_area_and_the_last_one_closes_the_top() {
        let Tables { exponential, normal } = Tables::get();
        for Ziggurat { x, f } in [exponential, normal] {
            let area = x[0] * f[1];
            for i in 1..LAYERS {
                let layer = x[i] * (f[i + 1] - f[i]);
                assert!((layer / area - 1.0).abs() < 1e-8, "layer {i} covers {layer}, not {area}");
            }
            assert_eq!((x[LAYERS], f[LAYERS]), (0.0, 1.0));
        }
    }
}
