//! Distributions of durations: of a whole run, and of the minute that is open.

use hdrhistogram::Histogram;

use super::Statistics;

/// Samples that are gathered before they are counted, because a request only writes down one number then. Of a target more, if
/// there are few targets; so many of a minute are counted at its end, and fewer are handed on as they came.
pub(super) const BATCH: usize = 1024;
/// Samples of all targets that are gathered, if there are few targets [count]: 4 MB, twice that as vectors grow. A target's
/// histogram is mostly not in the processor's caches when it is its turn, which costs less for each of many.
const GATHERED: usize = 1 << 19;
/// The longest duration that is told apart from longer ones [ns]: one hour.
const LONGEST: u64 = 3_600_000_000_000;

fn histogram() -> Histogram<u64> {
    let mut histogram = Histogram::new(3).expect("three digits are allowed");
    histogram.auto(true);
    histogram
}

/// Durations [ns], counted to three significant digits; their sum is exact. Takes no memory before the first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counted {
    histogram: Option<Histogram<u64>>,
    sum: u128,
}

impl Counted {
    #[inline]
    pub fn add(&mut self, nanos: u64) {
        self.sum += u128::from(nanos);
        let histogram = self.histogram.get_or_insert_with(histogram);
        histogram.record(nanos.min(LONGEST)).expect("the histogram grows as it must");
    }

    pub fn is_empty(&self) -> bool {
        self.histogram.as_ref().is_none_or(Histogram::is_empty)
    }

    fn merge(&mut self, other: &Counted) {
        if let Some(theirs) = &other.histogram {
            self.histogram.get_or_insert_with(histogram).add(theirs).expect("both grow as they must");
            self.sum += other.sum;
        }
    }

    fn reset(&mut self) {
        if let Some(histogram) = &mut self.histogram {
            histogram.reset();
        }
        self.sum = 0;
    }
}

/// All durations of a run [ns], to three significant digits.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    counted: Counted,
    samples: Vec<u64>,
}

impl Tally {
    /// Writes one duration down [ns].
    #[inline]
    pub(crate) fn record(&mut self, nanos: u64) {
        if self.samples.len() == BATCH {
            self.count();
        }
        self.samples.push(nanos);
    }

    #[cold]
    fn count(&mut self) {
        for nanos in self.samples.drain(..) {
            self.counted.add(nanos);
        }
    }

    /// Adds all durations of another.
    pub fn merge(&mut self, other: &Tally) {
        self.counted.merge(&other.counted);
        for &nanos in &other.samples {
            self.counted.add(nanos);
        }
    }

    /// How many there are [count].
    pub fn len(&self) -> u64 {
        self.counted.histogram.as_ref().map_or(0, Histogram::len) + self.samples.len() as u64
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All durations, counted.
    pub fn histogram(&self) -> Histogram<u64> {
        let mut all = self.counted.clone();
        for &nanos in &self.samples {
            all.add(nanos);
        }
        all.histogram.unwrap_or_else(histogram)
    }

    /// Their sum, to the nanosecond [ns].
    pub fn sum(&self) -> u128 {
        self.counted.sum + self.samples.iter().map(|&nanos| u128::from(nanos)).sum::<u128>()
    }

    /// The memory that it takes [bytes].
    pub(crate) fn memory(&self) -> u64 {
        let counters = self.counted.histogram.as_ref().map_or(0, |h| h.distinct_values() * size_of::<u64>());
        (counters + self.samples.capacity() * size_of::<u64>()) as u64
    }

    /// Takes in the durations of a minute.
    pub(super) fn close(&mut self, open: &mut Counted, samples: &[u64]) {
        if !open.is_empty() {
            self.counted.merge(open);
            open.reset();
        }
        for &nanos in samples {
            self.record(nanos);
        }
    }
}

/// The response times of one target: each is written down once, and counted when there are many or the minute is
/// over: for the target, and for its target group and the zone of the node.
#[derive(Clone, Debug, Default)]
#[repr(align(64))]
pub(crate) struct TargetTimes {
    /// (response time [ns] times eight) + zone, of the open minute.
    pub samples: Vec<u64>,
    /// The first meter of its target group.
    pub base: u32,
    /// All of the run, from 0.5 ms on to three significant digits: a run may have thousands of targets.
    all: Option<Box<Histogram<u32>>>,
    /// Their sum [ns].
    sum: u128,
}

impl TargetTimes {
    /// How many samples are gathered for each of so many targets.
    pub fn batch(targets: usize) -> usize {
        (GATHERED / targets.max(1)).clamp(BATCH, 8 * BATCH)
    }

    /// Writes one response time down; true when it is time to count, because there are so many.
    #[inline]
    pub fn record(&mut self, zone: u8, nanos: u64, batch: usize) -> bool {
        self.samples.push(nanos << 3 | u64::from(zone & 7));
        self.samples.len() >= batch
    }

    /// Counts the samples for the target itself and hands them on as (zone, response time [ns]).
    pub fn drain(&mut self, mut to: impl FnMut(u8, u64)) {
        let all = self.all.get_or_insert_with(|| {
            let mut all = Histogram::new_with_bounds(1000, 2_000_000, 3).expect("the bounds are in order");
            all.auto(true);
            Box::new(all)
        });
        // One histogram after the other: what one of them waits for, several samples wait for together.
        for sample in &self.samples {
            self.sum += u128::from(sample >> 3);
            all.record((sample >> 3).min(LONGEST)).expect("the histogram grows as it must");
        }
        for sample in self.samples.drain(..) {
            to((sample & 7) as u8, sample >> 3);
        }
    }

    /// All response times, counted, and their sum [ns].
    pub fn all(&self) -> (Histogram<u64>, u128) {
        let mut whole = histogram();
        if let Some(all) = &self.all {
            whole.add(Histogram::<u64>::from_widened(all)).expect("it grows as it must");
        }
        let mut sum = self.sum;
        for sample in &self.samples {
            whole.record((sample >> 3).min(LONGEST)).expect("it grows as it must");
            sum += u128::from(sample >> 3);
        }
        (whole, sum)
    }

    /// The memory that it takes [bytes].
    pub fn memory(&self) -> u64 {
        let counters = self.all.as_ref().map_or(0, |all| all.distinct_values() * size_of::<u32>());
        (self.samples.capacity() * size_of::<u64>() + counters) as u64
    }
}

/// A histogram with wider counters.
trait Widened {
    fn from_widened(narrow: &Histogram<u32>) -> Self;
}

impl Widened for Histogram<u64> {
    fn from_widened(narrow: &Histogram<u32>) -> Self {
        let mut wide = histogram();
        for value in narrow.iter_recorded() {
            let nanos = value.value_iterated_to();
            wide.record_n(narrow.median_equivalent(nanos).min(LONGEST), u64::from(value.count_at_value()))
                .expect("it grows as it must");
        }
        wide
    }
}

/// The durations of one minute: in a histogram as far as they were counted, the others as they came.
#[derive(Debug, Default)]
pub(super) struct Window<'a> {
    pub counted: Option<&'a Counted>,
    pub samples: &'a [u64],
}

impl Window<'_> {
    /// The statistics of several windows as one [s].
    pub fn merge(windows: &[Window<'_>]) -> Option<Statistics> {
        if windows.iter().all(|window| window.counted.is_none_or(Counted::is_empty)) {
            // Few samples are cheaper sorted than counted, and their percentiles are exact.
            let mut samples: Vec<u64> = windows.iter().flat_map(|window| window.samples.iter().copied()).collect();
            return few(&mut samples);
        }
        let mut all = Counted::default();
        for window in windows {
            if let Some(counted) = window.counted {
                all.merge(counted);
            }
            for &nanos in window.samples {
                all.add(nanos);
            }
        }
        let Counted { histogram, sum } = all;
        let histogram = histogram?;
        let at = |quantile| seconds(histogram.value_at_quantile(quantile).into());
        (!histogram.is_empty()).then(|| Statistics {
            sum: seconds(sum),
            count: histogram.len(),
            min: seconds(histogram.min().into()),
            max: seconds(histogram.max().into()),
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
        })
    }
}

fn few(samples: &mut [u64]) -> Option<Statistics> {
    samples.sort_unstable();
    let (&first, &last) = (samples.first()?, samples.last()?);
    let nearest = |quantile: f64| samples[((samples.len() as f64 * quantile).ceil() as usize).max(1) - 1];
    Some(Statistics {
        sum: seconds(samples.iter().map(|&nanos| u128::from(nanos)).sum()),
        count: samples.len() as u64,
        min: seconds(first.into()),
        max: seconds(last.into()),
        p50: seconds(nearest(0.5).into()),
        p90: seconds(nearest(0.9).into()),
        p99: seconds(nearest(0.99).into()),
    })
}

fn seconds(nanos: u128) -> f64 {
    nanos as f64 / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_samples_tell_the_same() {
        let few: Vec<u64> = (1..=1000u64).map(|ms| ms * 1_000_000).collect();
        let mut many = Counted::default();
        few.iter().for_each(|&nanos| (0..10).for_each(|_| many.add(nanos)));
        let few = Window::merge(&[Window { counted: None, samples: &few }]).unwrap();
        let many = Window::merge(&[Window { counted: Some(&many), samples: &[] }]).unwrap();
        assert_eq!((few.count, many.count), (1000, 10_000));
        assert_eq!((few.p50, few.p99, few.max), (0.5, 0.99, 1.0));
        for (exact, counted) in [(few.p50, many.p50), (few.p99, many.p99)] {
            assert!((counted / exact - 1.0).abs() < 0.001, "{counted} instead of {exact}");
        }
    }

    #[test]
    fn percentiles_are_within_a_thousandth_of_an_exact_sort() {
        let mut stream = crate::engine::Stream::of(5, "latency", "test");
        let mut exact: Vec<u64> = (0..200_000).map(|_| (20e6 * stream.exponential()) as u64 + 600_000).collect();
        let (mut tally, mut target) = (Tally::default(), TargetTimes::default());
        for &nanos in &exact {
            tally.record(nanos);
            if target.record(1, nanos, BATCH) {
                target.drain(|zone, _| assert_eq!(zone, 1));
            }
        }
        exact.sort_unstable();
        let (of_target, sum) = target.all();
        assert_eq!(
            (tally.len(), of_target.len(), tally.sum(), sum),
            (200_000, 200_000, exact.iter().map(|&n| u128::from(n)).sum(), tally.sum())
        );
        for quantile in [0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999] {
            let wanted = exact[((exact.len() as f64 * quantile).ceil() as usize) - 1] as f64;
            for histogram in [tally.histogram(), of_target.clone()] {
                let counted = histogram.value_at_quantile(quantile) as f64;
                assert!((counted / wanted - 1.0).abs() <= 0.001, "{counted} instead of {wanted} at {quantile}");
            }
        }
    }
}
