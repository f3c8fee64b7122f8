//! Replications and what they say about a mean.

/// Independent runs with the seeds 1 to `count`.
pub fn replicate<T>(count: u64, run: impl Fn(u64) -> T) -> Vec<T> {
    (1..=count).map(run).collect()
}

/// Whether `wanted` is in the 99 % confidence interval of the mean of these samples (Student's t), and whether that
/// interval is narrow enough to say anything: half of it at most `precision` of what is wanted.
#[track_caller]
pub fn expect_mean(what: &str, samples: impl IntoIterator<Item = f64>, wanted: f64, precision: f64) {
    let samples: Vec<f64> = samples.into_iter().collect();
    let n = samples.len() as f64;
    let mean = samples.iter().sum::<f64>() / n;
    let variance = samples.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    let half = t99(samples.len() - 1) * (variance / n).sqrt();
    assert!((mean - wanted).abs() < half, "{what}: {mean} ± {half} instead of {wanted}");
    assert!(half < precision * wanted, "{what}: the interval ± {half} around {mean} is too wide to say anything");
}

/// What Student's t does not exceed in 99 of 100 cases, both sides taken together, from a table.
fn t99(degrees: usize) -> f64 {
    match degrees {
        19 => 2.861,
        29 => 2.756,
        39 => 2.708,
        _ => panic!("the table has no {degrees} degrees of freedom"),
    }
}
