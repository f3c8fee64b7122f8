//! Arrivals against the laws of their processes.

use std::f64::consts::TAU;
use std::time::Duration;

use super::*;

const SECOND: u64 = 1_000_000_000;

fn at(seconds: u64) -> Time {
    Time::from_secs(seconds)
}

fn secs(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// All arrivals.
fn all(arrivals: impl Into<Arrivals>, name: &str) -> Vec<Time> {
    let (mut arrivals, mut stream) = (arrivals.into(), Stream::of(3, "arrivals", name));
    let (mut now, mut all) = (Time::ZERO, Vec::new());
    while let Some(next) = arrivals.next(now, &mut stream) {
        assert!(next >= now, "time runs on");
        now = next;
        all.push(next);
    }
    all
}

/// Arrivals in each window [s].
fn counts(arrivals: impl Into<Arrivals>, windows: usize, window: f64) -> Vec<f64> {
    let mut counts = vec![0.0; windows];
    for time in all(arrivals, "counts") {
        counts[(time.as_nanos() as f64 / (window * 1e9)) as usize] += 1.0;
    }
    counts
}

fn mean(counts: &[f64]) -> f64 {
    counts.iter().sum::<f64>() / counts.len() as f64
}

/// The index of dispersion: the variance of the counts over their mean.
fn dispersion(counts: &[f64]) -> f64 {
    let mean = mean(counts);
    counts.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (counts.len() - 1) as f64 / mean
}

#[test]
fn a_poisson_process_has_as_much_variance_as_mean() {
    let counts = counts(Rate::constant(20.0, at(0), at(10_000)), 10_000, 1.0);
    // Of 10,000 windows: 3.3 standard errors, once in a thousand times.
    assert!((mean(&counts) - 20.0).abs() < 3.3 * (20.0f64 / 10_000.0).sqrt(), "{}", mean(&counts));
    let index = dispersion(&counts);
    assert!((index - 1.0).abs() < 3.3 * (2.0f64 / 10_000.0).sqrt(), "{index}");
    // As many windows are empty as the law says: e^-2 of those of a tenth of a second.
    let counts = self::counts(Rate::constant(20.0, at(0), at(1_000)), 10_000, 0.1);
    let empty = counts.iter().filter(|&&count| count == 0.0).count() as f64;
    let wanted: f64 = 10_000.0 * 0.135_335_283;
    assert!((empty - wanted).abs() < 3.3 * (wanted * 0.865).sqrt(), "{empty} instead of {wanted}");
}

#[test]
fn a_ramp_brings_as_many_as_the_area_under_it() {
    let rate = Rate::through(&[(at(0), 0.0), (at(10), 2000.0), (at(20), 0.0), (at(20), 500.0), (at(30), 500.0)]);
    for (second, &count) in counts(rate.clone(), 30, 1.0).iter().enumerate() {
        let wanted = rate.at(Time::from_nanos(second as u64 * SECOND + SECOND / 2));
        let error = (count - wanted).abs();
        assert!(error < 4.0 * wanted.sqrt() + 1.0, "{count} instead of {wanted} in second {second}");
    }
    assert_eq!((rate.at(at(30)), rate.expected()), (0.0, 25_000.0));
}

#[test]
fn nothing_comes_outside_or_at_rate_zero() {
    let rate = Rate::steps(&[(at(1), 100.0), (at(2), 0.0), (at(4), 100.0)], at(5));
    for arrivals in [Arrivals::poisson(rate.clone()), Arrivals::even(rate)] {
        let counts = counts(arrivals, 6, 1.0);
        assert_eq!((counts[0], counts[2], counts[3], counts[5]), (0.0, 0.0, 0.0, 0.0));
        assert!(counts[1] > 60.0 && counts[4] > 60.0);
    }
    assert_eq!(all(Rate::constant(f64::NAN, at(0), at(9)), "nan"), []);
    assert_eq!(all(Rate::default(), "none"), []);
}

#[test]
fn even_arrivals_do_not_drift_by_a_nanosecond_in_a_day() {
    // 1/3 s and 1/7 ms are no whole numbers of nanoseconds.
    for (rate, seconds) in [(3.0, 86_400), (7_000.0, 600), (1_000.0, 600), (0.1, 864_000)] {
        let all = all(Arrivals::even(Rate::constant(rate, at(0), at(seconds))), "even");
        assert_eq!(all.len() as f64, rate * seconds as f64 - 1.0, "the last would come when all is over");
        for (index, time) in all.iter().enumerate() {
            let wanted = ((index as u128 + 1) * 10 * u128::from(SECOND) * 2 + (rate * 10.0) as u128)
                / ((rate * 10.0) as u128 * 2);
            assert_eq!(u128::from(time.as_nanos()), wanted, "request {index} at {rate}/s");
        }
    }
}

#[test]
fn even_arrivals_follow_the_area_under_a_curve() {
    // ∫ 2t dt = t²: the n-th request comes at √n, whatever piece it is in.
    let rate = Rate::through(&[(at(0), 0.0), (at(3), 6.0), (at(5), 10.0), (at(10), 20.0)]);
    let all = all(Arrivals::even(rate), "even");
    assert_eq!(all.len(), 99);
    for (index, time) in all.iter().enumerate() {
        let wanted = ((index + 1) as f64).sqrt();
        assert!((time.as_secs_f64() - wanted).abs() < 2e-9, "request {index} at {time} instead of {wanted}");
    }
}

#[test]
fn a_source_that_begins_within_its_rate_owes_nothing() {
    let (mut arrivals, mut stream) =
        (Arrivals::even(Rate::steps(&[(at(0), 10.0), (at(5), 1.0)], at(20))), Stream::of(3, "arrivals", "late"));
    assert_eq!(arrivals.next(at(7), &mut stream), Some(at(8)));
    assert_eq!(arrivals.next(at(8), &mut stream), Some(at(9)));
}

#[test]
fn a_diurnal_rate_has_the_area_of_its_mean() {
    let shape = Diurnal { mean: 5.0, amplitude: 4.0, period: secs(86_400.0), peak: secs(50_400.0) };
    let rate = Rate::diurnal(shape, at(0), at(86_400));
    assert!((rate.expected() - 5.0 * 86_400.0).abs() < 1e-3, "{}", rate.expected());
    // The straight pieces have that area, too.
    let even = all(Arrivals::even(rate.clone()), "even");
    assert!((even.len() as f64 - 432_000.0).abs() <= 1.0, "{}", even.len());
    // Within an hour of a part of a day, against the integral of the sine.
    let before = |hour: u64| even.partition_point(|time| *time < at(hour * 3600)) as f64;
    let hours = |hour: u64| before(hour + 1) - before(hour);
    let wave = |hour: u64| libm::sin(TAU * (hour as f64 - 14.0) / 24.0) * 86_400.0 / TAU;
    for hour in 0..24 {
        let wanted = 5.0 * 3600.0 + 4.0 * (wave(hour + 1) - wave(hour));
        assert!((hours(hour) - wanted).abs() < 2.0, "{} in hour {hour} instead of {wanted}", hours(hour));
    }
    assert_eq!(rate.at(at(86_400)), 0.0);
    for second in (0..86_400).step_by(7) {
        let sine = 5.0 + 4.0 * libm::cos(TAU * (second as f64 - 50_400.0) / 86_400.0);
        assert!((rate.at(at(second)) - sine).abs() < 4.0 * 5e-6, "5 millionths of the amplitude");
    }
    let poisson = all(rate, "poisson").len() as f64;
    assert!((poisson - 432_000.0).abs() < 3.3 * 432_000.0f64.sqrt(), "{poisson}");
}

#[test]
fn a_diurnal_rate_may_begin_and_end_anywhere() {
    let shape = Diurnal { mean: 100.0, amplitude: 100.0, period: secs(7.0), peak: secs(1.0) };
    let rate = Rate::diurnal(shape, Time::from_nanos(123_456_789), Time::from_nanos(50 * SECOND + 1));
    let all = all(Arrivals::even(rate.clone()), "even");
    assert!((all.len() as f64 - rate.expected()).abs() <= 1.0, "{} of {}", all.len(), rate.expected());
    assert!(all[0] > Time::from_nanos(123_456_789) && *all.last().unwrap() <= at(50));
}

#[test]
fn a_spike_is_a_trapezoid_on_a_base() {
    let shape = Spike { base: 10.0, peak: 110.0, at: at(100), rise: secs(10.0), hold: secs(20.0), fall: secs(40.0) };
    let rate = Rate::spike(shape, at(0), at(200));
    assert_eq!(rate.expected(), 10.0 * 200.0 + 100.0 * (5.0 + 20.0 + 20.0));
    let seen = [0, 100, 105, 110, 130, 150, 170, 200].map(|second| rate.at(at(second)));
    assert_eq!(seen, [10.0, 10.0, 60.0, 110.0, 110.0, 60.0, 10.0, 0.0]);
    let jump = Rate::spike(Spike { rise: secs(0.0), fall: secs(0.0), ..shape }, at(90), at(125));
    assert_eq!([89, 90, 99, 100, 119, 125].map(|second| jump.at(at(second))), [0.0, 10.0, 10.0, 110.0, 110.0, 0.0]);
}

/// The index of dispersion of counts in windows of `t` of a Markov-modulated Poisson process of two states, in closed
/// form (Fischer and Meier-Hellstern, 1993).
fn closed_form(shape: Bursts, t: f64) -> f64 {
    let (leave_on, leave_off) = (1.0 / shape.on.as_secs_f64(), 1.0 / shape.off.as_secs_f64());
    let (both, apart) = (leave_on + leave_off, shape.peak - shape.base);
    let weight =
        2.0 * apart * apart * leave_on * leave_off / (both * both * (shape.peak * leave_off + shape.base * leave_on));
    1.0 + weight * (1.0 - (1.0 - libm::exp(-both * t)) / (both * t))
}

#[test]
fn bursts_have_the_mean_and_the_dispersion_of_their_closed_form() {
    let shape = Bursts { peak: 50.0, base: 5.0, on: secs(2.0), off: secs(6.0) };
    assert_eq!(shape.mean(), 16.25);
    let seconds = 400_000;
    let rate = Rate::bursts(shape, at(0), at(seconds));
    assert_eq!(rate.expected(), 16.25 * seconds as f64);
    let counts = counts(rate, seconds as usize, 1.0);
    // The counts are correlated: over long times the variance of their sum is the dispersion of long windows.
    let error = (16.25 * closed_form(shape, 1e9) / seconds as f64).sqrt();
    assert!((mean(&counts) - 16.25).abs() < 3.3 * error, "{} ± {error}", mean(&counts));
    for window in [1, 5, 60] {
        let sums: Vec<f64> = counts.chunks_exact(window).map(|part| part.iter().sum()).collect();
        let (index, wanted) = (dispersion(&sums), closed_form(shape, window as f64));
        assert!(wanted > 10.0, "far more than a Poisson process");
        assert!((index / wanted - 1.0).abs() < 0.05, "{index} instead of {wanted} in windows of {window} s");
    }
}

#[test]
fn bursts_come_at_the_same_times_whatever_the_rate() {
    let bursts = |peak| {
        let shape = Bursts { peak, base: 0.0, on: secs(10.0), off: secs(50.0) };
        let all = all(Rate::bursts(shape, at(0), at(3_600)), "bursts");
        // Begins of bursts: after 5 s of silence.
        all.windows(2)
            .filter(|pair| pair[1].since(pair[0]) > secs(5.0))
            .map(|pair| pair[1].as_secs_f64())
            .collect::<Vec<_>>()
    };
    let (few, many) = (bursts(20.0), bursts(200.0));
    assert_eq!(few.len(), many.len());
    assert!(few.len() > 20);
    assert!(few.iter().zip(&many).all(|(a, b)| (a - b).abs() < 1.0), "{few:?}\n{many:?}");
}

#[test]
fn bursts_that_take_no_time_still_end() {
    let shape = Bursts { peak: 5.0, base: 1.0, on: Duration::ZERO, off: Duration::ZERO };
    assert!(all(Rate::bursts(shape, at(0), Time::from_nanos(10_000)), "short").is_empty());
}

#[test]
fn a_log_is_replayed_to_the_nanosecond() {
    let line = |path: &str| LoggedLine { method: "GET".into(), host: "shop".into(), path: path.into() };
    let moments = [5u64, 3, 3, 1_000_000_007];
    let log =
        Arc::new(AccessLog::new(moments.map(|nanos| (Time::from_nanos(nanos), line(&format!("/{}", nanos % 2))))));
    assert_eq!((log.len(), log.lines().len()), (4, 1));
    let replay = |until| all(Arrivals::replay(log.clone(), at(60), until), "log");
    let wanted = [3, 3, 5, 1_000_000_007].map(|nanos| Time::from_nanos(60 * SECOND + nanos));
    assert_eq!(replay(at(100)), wanted);
    assert_eq!(replay(at(61)), wanted[..3]);
    let arrivals = Arrivals::replay(log.clone(), at(60), at(100));
    assert_eq!((arrivals.expected_before(at(100)), arrivals.begins(), arrivals.line()), (4.0, Some(wanted[0]), None));
    assert_eq!((arrivals.rate_at(at(60)), arrivals.rate_at(at(61)), arrivals.rate_at(at(59))), (3.0, 1.0, 0.0));
    // A source that begins in the middle does not make up for what was missed.
    let mut late = Arrivals::replay(log.clone(), at(60), at(100));
    assert_eq!(late.next(at(61), &mut Stream::of(1, "a", "b")), Some(wanted[3]));
    assert!(log.memory() < 4 * 16 + 200);
}
