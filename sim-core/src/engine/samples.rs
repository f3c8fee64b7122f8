//! One in so many of the things that happen too often for the journal, for whoever watches.

use std::collections::VecDeque;

/// The latest of a stream of things, thinned out: every `every`-th is kept, and only so many of those.
///
/// Off unless asked for. Keeping them draws nothing and folds nothing into the run hash: a run that is watched is the
/// same run.
#[derive(Clone, Debug)]
pub struct Samples<T> {
    /// Zero: none is kept.
    every: u32,
    /// Until the next one is kept [count].
    wait: u32,
    kept: VecDeque<T>,
}

impl<T> Default for Samples<T> {
    fn default() -> Self {
        Samples { every: 0, wait: 0, kept: VecDeque::new() }
    }
}

impl<T> Samples<T> {
    /// Kept at most: older ones give way [count].
    pub const KEPT_MAX: usize = 256;

    /// Keeps one in `every` from now on; none when that is zero. What was kept is forgotten.
    pub fn keep_one_in(&mut self, every: u32) {
        *self = Samples { every, wait: every, kept: VecDeque::new() };
    }

    /// Offers a thing; it is made only when it is kept.
    #[inline]
    pub fn offer(&mut self, thing: impl FnOnce() -> T) {
        if self.every != 0 {
            self.wait -= 1;
            if self.wait == 0 {
                self.wait = self.every;
                if self.kept.len() == Self::KEPT_MAX {
                    self.kept.pop_front();
                }
                self.kept.push_back(thing());
            }
        }
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
    fn one_in_three_is_kept_and_the_oldest_give_way() {
        let mut samples = Samples::default();
        samples.offer(|| unreachable!("nothing is kept unless asked for"));
        samples.keep_one_in(3);
        (1..=10).for_each(|number| samples.offer(|| number));
        assert_eq!(samples.take(), [3, 6, 9]);
        assert!(samples.take().is_empty());
        let many = 3 * (Samples::<u32>::KEPT_MAX as u32 + 1);
        (0..many).for_each(|number| samples.offer(|| number));
        let kept = samples.take();
        assert_eq!((kept.len(), kept[0]), (Samples::<u32>::KEPT_MAX, 4), "the wait went on, and the first gave way");
    }
}
