//! Distributions that are lists of values: what was measured, and what was given weights.

use super::{Impossible, Measure};
use crate::engine::Stream;

/// Values that were measured [smallest units], each as likely as any other.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
/// use sim_core::engine::{Distribution, Empirical};
///
/// let values = [1, 3, 8].map(Duration::from_millis);
/// let as_measured = Arc::new(Empirical::new(values, false).unwrap());
/// let work: Distribution = Distribution::empirical(as_measured);
/// assert_eq!(work.mean(), Some(4e6));
/// assert!(Empirical::new([] as [Duration; 0], false).is_none(), "nothing can be drawn from nothing");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Empirical {
    /// Smallest first; never empty.
    sorted: Box<[u64]>,
    /// Whether what lies between two neighbours can be drawn, too.
    interpolated: bool,
    mean: f64,
    variance: f64,
}

impl Empirical {
    /// These values; with `interpolated`, also anything between two neighbours, so that the distribution has no gaps.
    /// None when there is no value.
    pub fn new<V: Measure>(values: impl IntoIterator<Item = V>, interpolated: bool) -> Option<Empirical> {
        let mut sorted: Box<[u64]> = values.into_iter().map(Measure::count).collect();
        sorted.sort_unstable();
        let interpolated = interpolated && sorted.len() > 1;
        let first = *sorted.first()? as f64;
        // From the first value on, which keeps the digits of values that are all large.
        let part = |pair: &[u64]| (pair[0] as f64 - first, pair[1] as f64 - first);
        let (count, sum, squares) = match interpolated {
            false => sorted.iter().fold((0.0, 0.0, 0.0), |(count, sum, squares), &value| {
                let x = value as f64 - first;
                (count + 1.0, sum + x, squares + x * x)
            }),
            // A straight piece between a and b has the mean (a+b)/2, and its squares the mean (a²+ab+b²)/3.
            true => sorted.windows(2).map(part).fold((0.0, 0.0, 0.0), |(count, sum, squares), (a, b)| {
                (count + 1.0, sum + (a + b) / 2.0, squares + (a * a + a * b + b * b) / 3.0)
            }),
        };
        let mean = sum / count;
        let variance = (squares / count - mean * mean).max(0.0);
        Some(Empirical { sorted, interpolated, mean: first + mean, variance })
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Never: there is always a value.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// By inverse transform: a uniform draw is a place in the sorted list.
    pub(super) fn draw(&self, stream: &mut Stream) -> u64 {
        if !self.interpolated {
            return self.sorted[stream.below(self.sorted.len() as u64) as usize];
        }
        let place = stream.unit() * (self.sorted.len() - 1) as f64;
        let index = (place as usize).min(self.sorted.len() - 2);
        let (low, high) = (self.sorted[index], self.sorted[index + 1]);
        low.saturating_add(((high - low) as f64 * (place - index as f64) + 0.5) as u64).min(high)
    }

    pub(super) fn moment(&self, r: i32) -> f64 {
        if r == 1 { self.mean } else { self.mean * self.mean + self.variance }
    }

    pub(super) fn variance(&self) -> f64 {
        self.variance
    }
}

/// A few values with weights.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Weighted {
    /// The value [smallest units], its weight, and the sum of the weights up to it.
    values: Box<[(u64, f64, f64)]>,
}

impl Weighted {
    pub(super) fn new(values: &[(u64, f64)]) -> Result<Weighted, Impossible> {
        if values.iter().any(|(_, weight)| !(0.0..=1e12).contains(weight)) {
            let help = "give numbers from 0 to 1000000000000; they need not sum to 1 or 100";
            return Err(Impossible { message: "a weight is out of range", help });
        }
        let mut sum = 0.0;
        let with_sums = values.iter().filter(|(_, weight)| *weight > 0.0).map(|&(value, weight)| {
            sum += weight;
            (value, weight, sum)
        });
        let values: Box<[_]> = with_sums.collect();
        match values.is_empty() {
            true => Err(Impossible { message: "the weights sum to zero", help: "give a value a weight above 0" }),
            false => Ok(Weighted { values }),
        }
    }

    fn sum(&self) -> f64 {
        self.values.last().map_or(0.0, |last| last.2)
    }

    pub(super) fn draw(&self, stream: &mut Stream) -> u64 {
        let place = stream.unit() * self.sum();
        let index = self.values.partition_point(|(.., sum)| *sum <= place);
        self.values[index.min(self.values.len() - 1)].0
    }

    pub(super) fn moment(&self, r: i32) -> f64 {
        let power = |x: f64| if r == 1 { x } else { x * x };
        self.values.iter().map(|(value, weight, _)| power(*value as f64) * weight).sum::<f64>() / self.sum()
    }

    pub(super) fn variance(&self) -> f64 {
        let mean = self.moment(1);
        let squares = |(value, weight, _): &(u64, f64, f64)| (*value as f64 - mean) * (*value as f64 - mean) * weight;
        self.values.iter().map(squares).sum::<f64>() / self.sum()
    }
}
