//! One in so many of the things that happen too often for the journal, for whoever watches.

use std::collections::VecDeque;

/// The latest of a stream of things, thinned out: one in `every` is kept on average, and only so many of those.
///
/// Off unless asked for. Keeping them draws nothing and folds nothing into the run hash: a run that is watched is the
/// same run.
#[derive(Clone, Debug)]
pub struct Samples<T> {
    /// Zero: none is kept.
    every: u32,
    /// Until the next one is kept [count].
    wait: u32,
    /// Makes the distances uneven: even ones would see only one of two that take turns.
    state: u32,
    kept: VecDeque<T>,
}

impl<T> Default for Samples<T> {
    fn default() -> Self {
        Samples { every: 0, wait: 0, state: 1, kept: VecDeque::new() }
    }
}

impl<T> Samples<T> {
    /// Kept at most: older ones give way [count].
    pub const KEPT_MAX: usize = 256;

    /// Keeps one in `every` from now on; none when that is zero. What was kept is forgotten.
    pub fn keep_one_in(&mut self, every: u32) {
        *self = Samples { every, wait: every, state: 1, kept: VecDeque::new() };
    }

    /// Whether any is kept.
    pub fn are_kept(&self) -> bool {
        self.every != 0
    }

    /// Offers a thing; it is made only when it is kept.
    #[inline]
    pub fn offer(&mut self, thing: impl FnOnce() -> T) {
        if self.every != 0 {
            self.wait -= 1;
            if self.wait == 0 {
                self.wait = self.distance();
                if self.kept.len() == Self::KEPT_MAX {
                    self.kept.pop_front();
                }
                self.kept.push_back(thing());
            }
        }
    }

    /// From this kept thing to the next: 1 to twice `every` less 1, `every` on average. Not a draw of the run.
    fn distance(&mut self) -> u32 {
        self.state = self.state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        1 + (u64::from(self.state >> 8) % (2 * u64::from(self.every) - 1)) as u32
    }

    /// How many things one kept thing stands for [count]; zero when none is kept.
    pub fn every(&self) -> u32 {
        self.every
    }

    /// What has been kept since the last time, oldest first.
    pub fn take(&mut self) -> Vec<T> {
        self.kept.drain(..).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_so_many_is_kept_and_the_oldest_give_way() {
        let mut samples = Samples::default();
        samples.offer(|| unreachable!("nothing is kept unless asked for"));
        samples.keep_one_in(1);
        (1..=3).for_each(|number| samples.offer(|| number));
        assert_eq!(samples.take(), [1, 2, 3]);
        assert!(samples.take().is_empty());
        samples.keep_one_in(10);
        (0..1500u32).for_each(|number| samples.offer(|| number));
        let kept = samples.take();
        assert!((110..190).contains(&kept.len()), "{} of 1500 is not one in ten", kept.len());
        let odd = kept.iter().filter(|number| **number % 2 == 1).count();
        assert!(odd > kept.len() / 4 && odd < kept.len() * 3 / 4, "of two that take turns both are seen: {odd}");
        (0..10_000u32).for_each(|number| samples.offer(|| number));
        let kept = samples.take();
        assert_eq!(kept.len(), Samples::<u32>::KEPT_MAX);
        assert!(kept[0] > 6000, "the first gave way");
    }
}
