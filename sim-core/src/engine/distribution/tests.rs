//! Draws against closed forms that are written down here once more, from the textbook.

use super::*;

/// How many draws a distribution is judged by.
const DRAWS: usize = 200_000;

/// A second in nanoseconds: the scale of all distributions here, so that rounding to whole numbers does not show.
const S: f64 = 1e9;

fn secs(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// Draws in seconds, smallest first.
fn draws(distribution: &Distribution, name: &str) -> Vec<f64> {
    let mut stream = Stream::of(11, "test", name);
    let mut draws: Vec<f64> = (0..DRAWS).map(|_| distribution.draw(&mut stream) as f64 / S).collect();
    draws.sort_unstable_by(f64::total_cmp);
    draws
}

/// The Kolmogorov–Smirnov distance: how far the draws' own distribution is from `cdf` where it is furthest.
fn distance(sorted: &[f64], cdf: impl Fn(f64) -> f64) -> f64 {
    let n = sorted.len() as f64;
    let gap = |(i, &x): (usize, &f64)| (cdf(x) - i as f64 / n).abs().max((cdf(x) - (i + 1) as f64 / n).abs());
    sorted.iter().enumerate().map(gap).fold(0.0, f64::max)
}

/// Significance 0.001: so many true draws are further away than 1.95 / √n once in a thousand times.
fn far() -> f64 {
    1.95 / libm::sqrt(DRAWS as f64)
}

fn near(value: f64, wanted: f64, relative: f64, what: &str) {
    assert!((value / wanted - 1.0).abs() < relative, "{what}: {value} is not {wanted} ± {relative}");
}

type Cdf = fn(f64) -> f64;

/// Each kind, with its distribution function, mean and variance [s, s²].
fn kinds() -> Vec<(&'static str, Distribution, Cdf, f64, f64)> {
    fn normal(z: f64) -> f64 {
        0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
    }
    // Of the log-normal distribution with median 3 and 99th percentile 9.
    let squared = libm::pow(libm::log(3.0) / 2.326_347_874_040_841, 2.0);
    vec![
        ("exponential", Distribution::exponential(secs(4.0)), |x| 1.0 - libm::exp(-x / 4.0), 4.0, 16.0),
        ("uniform", Distribution::uniform(secs(1.0), secs(3.0)), |x| (x - 1.0) / 2.0, 2.0, 1.0 / 3.0),
        (
            "lognormal by sigma",
            Distribution::lognormal(secs(2.0), 0.5).unwrap(),
            |x| normal(libm::log(x / 2.0) / 0.5),
            2.0 * libm::exp(0.125),
            4.0 * libm::exp(0.25) * (libm::exp(0.25) - 1.0),
        ),
        (
            "lognormal by percentile",
            Distribution::lognormal_p99(secs(3.0), secs(9.0)).unwrap(),
            // The 99th percentile of the normal distribution is 2.3263478740408408.
            |x| normal(libm::log(x / 3.0) / (libm::log(3.0) / 2.326_347_874_040_841)),
            3.0 * libm::exp(squared / 2.0),
            9.0 * libm::exp(squared) * (libm::exp(squared) - 1.0),
        ),
        (
            "lognormal by moments",
            Distribution::lognormal_cv(secs(3.0), 0.5).unwrap(),
            |x| normal((libm::log(x / 3.0) + libm::log(1.25) / 2.0) / libm::sqrt(libm::log(1.25))),
            3.0,
            2.25,
        ),
        (
            // A sum of three exponentials.
            "gamma of shape 3",
            Distribution::gamma(3.0, secs(2.0)).unwrap(),
            |x| 1.0 - libm::exp(-x / 2.0) * (1.0 + x / 2.0 + x * x / 8.0),
            6.0,
            12.0,
        ),
        (
            // Half the square of a normal draw.
            "gamma of shape 1/2",
            Distribution::gamma(0.5, secs(2.0)).unwrap(),
            |x| libm::erf(libm::sqrt(x / 2.0)),
            1.0,
            2.0,
        ),
        (
            "gamma by moments",
            Distribution::gamma_cv(secs(6.0), libm::sqrt(0.5)).unwrap(),
            |x| 1.0 - libm::exp(-x / 3.0) * (1.0 + x / 3.0),
            6.0,
            18.0,
        ),
        (
            "weibull",
            Distribution::weibull(2.0, secs(2.0)).unwrap(),
            |x| 1.0 - libm::exp(-x * x / 4.0),
            libm::sqrt(std::f64::consts::PI),
            4.0 - std::f64::consts::PI,
        ),
        ("pareto", Distribution::pareto(secs(2.0), 6.0).unwrap(), |x| 1.0 - libm::pow(2.0 / x, 6.0), 2.4, 0.24),
        (
            "bounded pareto",
            Distribution::bounded_pareto(secs(1.0), secs(100.0), 1.5).unwrap(),
            |x| (1.0 - libm::pow(x, -1.5)) / (1.0 - 1e-3),
            2.7 / 0.999,
            27.0 / 0.999 - 2.7 * 2.7 / (0.999 * 0.999),
        ),
        (
            "bounded pareto of shape 1",
            Distribution::bounded_pareto(secs(1.0), secs(100.0), 1.0).unwrap(),
            |x| (1.0 - 1.0 / x) / 0.99,
            libm::log(100.0) / 0.99,
            100.0 - libm::pow(libm::log(100.0) / 0.99, 2.0),
        ),
        (
            "empirical, interpolated",
            Distribution::empirical(Arc::new(Empirical::new([4.0, 1.0, 2.0].map(secs), true).unwrap())),
            |x| if x < 2.0 { (x - 1.0) / 2.0 } else { 0.5 + (x - 2.0) / 4.0 },
            2.25,
            // Half of [1, 2], half of [2, 4]: the mean of the squares is (7/3 + 28/3) / 2.
            35.0 / 6.0 - 2.25 * 2.25,
        ),
    ]
}

#[test]
fn draws_follow_the_distribution_function_of_the_textbook() {
    for (name, distribution, cdf, ..) in kinds() {
        let distance = distance(&draws(&distribution, name), cdf);
        assert!(distance < far(), "{name}: the distance {distance} is beyond {}", far());
    }
}

#[test]
fn another_distribution_would_be_noticed() {
    let (_, exponential, cdf, ..) = kinds().remove(0);
    assert!(distance(&draws(&Distribution::exponential(secs(4.08)), "a"), cdf) > far(), "2 % off shows");
    assert!(distance(&draws(&exponential, "a"), |x| 1.0 - libm::exp(-x / 3.92)) > far());
}

#[test]
fn mean_and_variance_are_those_of_the_textbook_and_of_the_draws() {
    for (name, distribution, _, mean, variance) in kinds() {
        near(distribution.mean().unwrap() / S, mean, 1e-6, name);
        near(distribution.variance().unwrap() / S / S, variance, 1e-6, name);
        let draws = draws(&distribution, name);
        let own = draws.iter().sum::<f64>() / DRAWS as f64;
        let error = libm::sqrt(variance / DRAWS as f64);
        // 3.3 standard errors: once in a thousand times.
        assert!((own - mean).abs() < 3.3 * error, "{name}: {own} is not {mean} ± {error}");
    }
}

#[test]
fn percentiles_are_those_that_were_asked_for() {
    let lognormal = draws(&Distribution::lognormal_p99(secs(3.0), secs(9.0)).unwrap(), "percentiles");
    near(lognormal[DRAWS / 2], 3.0, 0.01, "median");
    near(lognormal[DRAWS / 100 * 99], 9.0, 0.01, "p99");
}

#[test]
fn a_constant_draws_nothing() {
    let (mut stream, mut other) = (Stream::of(1, "test", "a"), Stream::of(1, "test", "a"));
    assert_eq!(Distribution::constant(secs(5.0)).sample(&mut stream), secs(5.0));
    assert_eq!(Distribution::from(7u64).sample(&mut stream), 7);
    assert_eq!(stream.word(), other.word());
}

#[test]
fn what_is_infinite_has_no_number() {
    let pareto = |shape| Distribution::pareto(secs(1.0), shape).unwrap();
    assert_eq!((pareto(1.0).mean(), pareto(1.0).variance()), (None, None));
    assert_eq!((pareto(1.5).mean(), pareto(1.5).variance()), (Some(3.0 * S), None));
    near(pareto(2.5).variance().unwrap(), S * S * (2.5 / (1.5 * 1.5 * 0.5)), 1e-9, "pareto of shape 2.5");
    // Its mean has more digits than a number holds.
    assert_eq!(Distribution::weibull(1e-3, secs(1.0)).unwrap().mean(), None);
    assert_eq!(Distribution::lognormal(secs(1.0), 100.0).unwrap().mean(), None);
}

#[test]
fn values_and_weights_are_drawn_as_often_as_they_say() {
    let count = |distribution: Distribution<u64>, value: u64| {
        let mut stream = Stream::of(3, "test", "weights");
        (0..DRAWS).filter(|_| distribution.draw(&mut stream) == value).count() as f64 / DRAWS as f64
    };
    let weighted = || Distribution::weighted(&[(5, 3.0), (9, 0.0), (7, 1.0)]).unwrap();
    near(count(weighted(), 5), 0.75, 0.01, "three of four");
    near(count(weighted(), 7), 0.25, 0.02, "one of four");
    assert_eq!(count(weighted(), 9), 0.0, "no weight, no draw");
    assert_eq!((weighted().mean(), weighted().variance()), (Some(5.5), Some(0.75)));
    let measured = || Distribution::empirical(Arc::new(Empirical::new([1, 1, 4, 6], false).unwrap()));
    near(count(measured(), 1), 0.5, 0.01, "twice in the list");
    near(count(measured(), 6), 0.25, 0.02, "once in the list");
    assert_eq!((measured().mean(), measured().variance()), (Some(3.0), Some(4.5)));
}

#[test]
fn the_draws_of_every_kind_never_change() {
    // The same bits in a terminal and in a browser: a changed draw changes every run hash.
    let mut hash = crate::engine::RunHash::new(0);
    for (name, distribution, ..) in kinds() {
        let mut stream = Stream::of(42, "test", name);
        (0..1_000).for_each(|_| hash.fold(distribution.draw(&mut stream)));
    }
    assert_eq!(hash.to_string(), "eb3d0c17c1ff8504");
}

#[test]
fn numbers_that_make_no_distribution_are_refused() {
    let one = secs(1.0);
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0] {
        assert!(Distribution::gamma(bad, one).is_err() && Distribution::gamma_cv(one, bad).is_err());
        assert!(Distribution::lognormal(one, bad).is_err() && Distribution::lognormal_cv(one, bad).is_err());
        assert!(Distribution::pareto(one, bad).is_err() && Distribution::weibull(bad, one).is_err());
        assert!(Distribution::bounded_pareto(one, secs(2.0), bad).is_err());
        assert!(Distribution::weighted(&[(one, bad), (one, 1.0)]).is_err());
    }
    assert!(Distribution::gamma(0.0, one).is_err() && Distribution::pareto(one, 0.0).is_err());
    assert!(Distribution::pareto(Duration::ZERO, 1.0).is_err(), "it would be zero for ever");
    assert!(Distribution::bounded_pareto(one, one, 1.0).is_err());
    assert!(Distribution::weighted(&[(one, 0.0)]).is_err() && Distribution::<Duration>::weighted(&[]).is_err());
    assert!(Distribution::lognormal_p99(secs(2.0), one).is_err());
}
