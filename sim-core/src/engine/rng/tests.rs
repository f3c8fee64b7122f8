use super::*;

/// How many draws a distribution is judged by.
const DRAWS: usize = 1_000_000;

fn draws(mut draw: impl FnMut(&mut Stream) -> f64) -> Vec<f64> {
    let mut stream = Stream::of(7, "test", "distribution");
    (0..DRAWS).map(|_| draw(&mut stream)).collect()
}

/// Mean and variance.
fn moments(draws: &[f64]) -> (f64, f64) {
    let mean = draws.iter().sum::<f64>() / draws.len() as f64;
    (mean, draws.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / draws.len() as f64)
}

/// The Kolmogorov–Smirnov distance: how far the draws' own distribution is from `cdf` where it is furthest.
fn distance(mut draws: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
    draws.sort_unstable_by(f64::total_cmp);
    let n = draws.len() as f64;
    let gaps =
        draws.iter().enumerate().map(|(i, &x)| (cdf(x) - i as f64 / n).abs().max((cdf(x) - (i + 1) as f64 / n).abs()));
    gaps.fold(0.0, f64::max)
}

/// A million true draws are further away than this once in a thousand times.
const FAR: f64 = 1.95 / 1_000.0;

fn close(value: f64, wanted: f64, tolerance: f64) {
    assert!((value - wanted).abs() < tolerance, "{value} is not {wanted} ± {tolerance}");
}

#[test]
fn exponential_draws_are_exponential_from_zero_to_far_out() {
    let all = draws(Stream::exponential);
    let (mean, variance) = moments(&all);
    close(mean, 1.0, 0.004);
    close(variance, 1.0, 0.012);
    assert!(all.iter().all(|x| *x >= 0.0 && x.is_finite()));
    // Beyond the last layer: e to the power of -7.697 of all, and as far out again as everything else.
    let tail: Vec<f64> = all.iter().filter(|x| **x > 7.697_117_470_131_05).map(|x| x - 7.697_117_470_131_05).collect();
    close(tail.len() as f64, 454.0, 4.0 * 21.3);
    close(moments(&tail).0, 1.0, 0.2);
    let distance = distance(all, |x| 1.0 - libm::exp(-x));
    assert!(distance < FAR, "{distance}");
}

#[test]
fn normal_draws_are_normal_on_both_sides() {
    let all = draws(Stream::normal);
    let (mean, variance) = moments(&all);
    close(mean, 0.0, 0.004);
    close(variance, 1.0, 0.006);
    // Beyond the last layer: 1.29 of ten thousand on either side.
    for side in [-1.0, 1.0] {
        let tail = all.iter().filter(|x| side * **x > 3.654_152_885_361_009).count();
        close(tail as f64, 129.0, 4.0 * 11.4);
    }
    let distance = distance(all, |x| 0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2));
    assert!(distance < FAR, "{distance}");
}

#[test]
fn a_unit_draw_is_uniform_and_a_log_normal_one_has_its_median_and_its_tail() {
    let distance = distance(draws(Stream::unit), |x| x);
    assert!(distance < FAR, "{distance}");
    let (median, ratio) = (Duration::from_secs(3), 3.0);
    let all = draws(|stream| stream.lognormal(median, lognormal_sigma(ratio)).as_secs_f64());
    let below = |limit: f64| all.iter().filter(|x| **x < limit).count() as f64 / DRAWS as f64;
    close(below(3.0), 0.5, 0.002);
    close(below(9.0), 0.99, 0.000_4);
}

#[test]
fn a_stream_never_changes() {
    fn eight<T>(draw: fn(&mut Stream) -> T) -> [T; 8] {
        let mut stream = Stream::of(42, "test", "a");
        std::array::from_fn(|_| draw(&mut stream))
    }
    assert_eq!(
        eight(Stream::word),
        [
            545526086071211871,
            16209649179286336496,
            9091793805043570582,
            17665330794661998274,
            16445597375620361436,
            18165939355766720820,
            15510597996580754766,
            12443050992294732037
        ]
    );
    assert_eq!(
        eight(Stream::exponential),
        [
            0.06291033868330402,
            0.3397315951145075,
            0.6939691869398106,
            0.8891900964960702,
            0.5725825053477929,
            2.926096858998602,
            2.0284185122499605,
            3.967736602894182
        ]
    );
    assert_eq!(
        eight(Stream::normal),
        [
            0.10462537702841711,
            -0.15330679140337436,
            1.3679269275902213,
            -0.09159309117436619,
            -0.1874131930146711,
            -0.06530687501436984,
            -0.6057430300151219,
            -2.0490294734957066
        ]
    );
}

#[test]
fn the_rare_paths_of_a_draw_are_the_same_everywhere() {
    // A hash over draws of which thousands fell at a layer's edge or in the tail, where logarithm and power count.
    let mut stream = Stream::of(42, "test", "edges");
    let mut hash = RunHash::new(0);
    for _ in 0..100_000 {
        hash.fold(stream.exponential().to_bits());
        hash.fold(stream.normal().to_bits());
        hash.fold(stream.lognormal(Duration::from_secs(1), 0.7).as_nanos() as u64);
    }
    assert_eq!(hash.to_string(), "81728d11f59698dc");
}

#[test]
fn a_scaled_duration_is_exact_to_the_nanosecond_and_never_runs_over() {
    assert_eq!(scale(Duration::from_nanos(1_234_567_890_123), 1.0), Duration::from_nanos(1_234_567_890_123));
    assert_eq!(scale(Duration::from_secs(3), 0.5), Duration::from_millis(1_500));
    assert_eq!(scale(Duration::MAX, 2.0), Duration::from_nanos(u64::MAX));
    assert_eq!(scale(Duration::from_secs(1), f64::NAN), Duration::ZERO);
    assert_eq!(scale(Duration::from_secs(1), -1.0), Duration::ZERO);
}

#[test]
fn a_number_made_real_the_quick_way_is_the_same() {
    for number in [0, 1, 4096, (1 << 53) - 1, (1 << 53) + 1, (1 << 63) - 1] {
        assert_eq!(super::real(number), number as f64);
    }
}
