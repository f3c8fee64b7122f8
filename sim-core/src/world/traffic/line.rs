//! A line: whoever comes stands at its end, and the first is passed.

/// Entries that a line has room for beside twice as many as stand in it [count].
pub(super) const SPARE: usize = 64;

/// Entries in the order in which they came. Those that were passed are taken out many at a time, so that all else is little enough
/// to be inlined also in WebAssembly, where a call costs more.
#[derive(Clone, Debug)]
pub(super) struct Line<T> {
    entries: Vec<T>,
    /// Those before this one have been passed.
    first: usize,
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Line { entries: Vec::new(), first: 0 }
    }
}

impl<T> Line<T> {
    #[inline(always)]
    pub fn front(&self) -> Option<&T> {
        self.entries.get(self.first)
    }

    #[inline(always)]
    pub fn back(&self) -> Option<&T> {
        if self.first < self.entries.len() { self.entries.last() } else { None }
    }

    /// From the first to the last.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().skip(self.first)
    }

    /// The second is the first from now on.
    #[inline(always)]
    pub fn pass(&mut self) {
        self.first += usize::from(self.first < self.entries.len());
    }

    /// Whether somebody has to make room before another one comes.
    #[inline(always)]
    pub fn is_full(&self) -> bool {
        self.entries.len() == self.entries.capacity()
    }

    #[inline(always)]
    pub fn push(&mut self, entry: T) {
        self.entries.push(entry);
    }

    /// Takes out who was passed and who does not stay; then there is room for as many again as do.
    #[cold]
    #[inline(never)]
    pub fn make_room(&mut self, stays: impl FnMut(&T) -> bool) {
        self.entries.drain(..self.first);
        self.first = 0;
        self.entries.retain(stays);
        self.entries.reserve(self.entries.len() + SPARE);
    }

    /// How many it has room for [count].
    pub fn capacity(&self) -> usize {
        self.entries.capacity()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// It is a queue, and it does not keep room for all who ever stood in it.
        #[test]
        fn who_came_first_is_first(comes in prop::collection::vec(any::<bool>(), 0..3000)) {
            let (mut line, mut queue, mut most) = (Line::default(), VecDeque::new(), 0);
            for (number, comes) in comes.into_iter().enumerate() {
                if comes {
                    if line.is_full() {
                        line.make_room(|_| true);
                    }
                    line.push(number);
                    queue.push_back(number);
                } else {
                    line.pass();
                    queue.pop_front();
                }
                most = queue.len().max(most);
                prop_assert_eq!((line.front(), line.back()), (queue.front(), queue.back()));
            }
            prop_assert!(line.iter().eq(&queue));
            prop_assert!(line.capacity() <= 4 * (most + SPARE), "{} places for {}", line.capacity(), most);
        }
    }
}
