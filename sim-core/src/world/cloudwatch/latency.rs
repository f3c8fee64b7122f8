//! Distributions of durations: all of a run, and those of the minute that is open.

use hdrhistogram::Histogram;

use super::Statistics;

/// Samples that are gathered before they are counted: a request only writes down one number.
const BATCH: usize = 1024;
/// The longest duration that is told apart from longer ones [ns]: one hour.
const LONGEST: u64 = 3_600_000_000_000;

/// Durations [ns], counted to three significant digits; their sum is exact.
#[derive(Clone, Debug)]
pub struct Latencies {
    closed: Counted,
    open: Counted,
    samples: Vec<u64>,
}

/// What has been counted.
#[derive(Clone, Debug)]
struct Counted {
    histogram: Histogram<u64>,
    sum: u128,
}

impl Counted {
    fn new() -> Counted {
        Counted { histogram: histogram(), sum: 0 }
    }

    fn add(&mut self, nanos: u64) {
        record(&mut self.histogram, nanos);
        self.sum += u128::from(nanos);
    }
}

fn histogram() -> Histogram<u64> {
    let mut histogram = Histogram::new(3).expect("three digits are allowed");
    histogram.auto(true);
    histogram
}

fn record(histogram: &mut Histogram<u64>, nanos: u64) {
    histogram.record(nanos.min(LONGEST)).expect("the histogram grows as it must");
}

impl Default for Latencies {
    fn default() -> Self {
        Latencies { closed: Counted::new(), open: Counted::new(), samples: Vec::new() }
    }
}

impl Latencies {
    /// Writes one duration down [ns].
    #[inline]
    pub fn record(&mut self, nanos: u64) {
        if self.samples.len() == BATCH {
            self.count();
        }
        self.samples.push(nanos);
    }

    #[cold]
    fn count(&mut self) {
        for nanos in self.samples.drain(..) {
            self.open.add(nanos);
        }
    }

    /// All durations of the run, the open minute included.
    pub fn histogram(&self) -> Histogram<u64> {
        let mut all = self.closed.histogram.clone();
        all.add(&self.open.histogram).expect("both grow as they must");
        for &nanos in &self.samples {
            record(&mut all, nanos);
        }
        all
    }

    /// The sum of all durations of the run, to the nanosecond [ns].
    pub fn sum(&self) -> u128 {
        self.closed.sum + self.open.sum + self.samples.iter().map(|&nanos| u128::from(nanos)).sum::<u128>()
    }

    /// The durations of the open minute, counted; none when there were none.
    pub(super) fn window(&mut self) -> Option<Window<'_>> {
        // Few samples are cheaper sorted than counted, and their percentiles are exact.
        if self.open.histogram.is_empty() {
            self.samples.sort_unstable();
        } else {
            self.count();
        }
        let window = Window { histogram: &self.open.histogram, sum: self.open.sum, samples: &self.samples };
        (!window.is_empty()).then_some(window)
    }

    /// Ends the minute.
    pub(super) fn close(&mut self) {
        if !self.open.histogram.is_empty() {
            self.count();
            self.closed.histogram.add(&self.open.histogram).expect("both grow as they must");
            self.closed.sum += self.open.sum;
            self.open.histogram.reset();
            self.open.sum = 0;
        }
        for nanos in self.samples.drain(..) {
            self.closed.add(nanos);
        }
    }
}

/// The durations of one minute: in a histogram, or sorted when they are few.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window<'a> {
    histogram: &'a Histogram<u64>,
    sum: u128,
    samples: &'a [u64],
}

impl Window<'_> {
    fn is_empty(&self) -> bool {
        self.histogram.is_empty() && self.samples.is_empty()
    }

    /// The statistics of several windows as one [s].
    pub fn merge(windows: &[Window<'_>]) -> Option<Statistics> {
        if let [Window { histogram, samples, .. }] = windows
            && histogram.is_empty()
        {
            let nearest = |quantile: f64| samples[((samples.len() as f64 * quantile).ceil() as usize).max(1) - 1];
            return Some(Statistics {
                sum: seconds(samples.iter().map(|&nanos| u128::from(nanos)).sum()),
                count: samples.len() as u64,
                min: seconds(samples[0].into()),
                max: seconds(samples[samples.len() - 1].into()),
                p50: seconds(nearest(0.5).into()),
                p90: seconds(nearest(0.9).into()),
                p99: seconds(nearest(0.99).into()),
            });
        }
        let mut all = histogram();
        let mut sum = 0;
        for window in windows {
            all.add(window.histogram).expect("it grows as it must");
            sum += window.sum;
            for &nanos in window.samples {
                record(&mut all, nanos);
                sum += u128::from(nanos);
            }
        }
        let at = |quantile| seconds(all.value_at_quantile(quantile).into());
        (!all.is_empty()).then(|| Statistics {
            sum: seconds(sum),
            count: all.len(),
            min: seconds(all.min().into()),
            max: seconds(all.max().into()),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
        })
    }
}

fn seconds(nanos: u128) -> f64 {
    nanos as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_samples_tell_the_same() {
        let (mut few, mut many) = (Latencies::default(), Latencies::default());
        for nanos in 1..=1000u64 {
            few.record(nanos * 1_000_000);
            for _ in 0..10 {
                many.record(nanos * 1_000_000);
            }
        }
        let few_stats = Window::merge(&[few.window().unwrap()]).unwrap();
        let many_stats = Window::merge(&[many.window().unwrap()]).unwrap();
        assert_eq!((few_stats.count, many_stats.count), (1000, 10_000));
        assert_eq!((few_stats.p50, few_stats.p99, few_stats.max), (0.5, 0.99, 1.0));
        for (exact, counted) in [(few_stats.p50, many_stats.p50), (few_stats.p99, many_stats.p99)] {
            assert!((counted / exact - 1.0).abs() < 0.001, "{counted} instead of {exact}");
        }
        let sum = few.sum();
        few.close();
        assert!(few.window().is_none());
        assert_eq!((few.sum(), few.histogram().len()), (sum, 1000));
    }
}
