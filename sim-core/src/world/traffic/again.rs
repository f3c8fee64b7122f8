//! Calls that come back: retries after their back-off, and users who have thought.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::request::Call;
use crate::engine::Time;

/// A call to make, ordered by (moment, number of the asking): equal moments keep their order.
#[derive(Clone, Copy, Debug)]
struct Entry {
    at: Time,
    sequence: u64,
    call: Call,
    /// The user's next call, instead of another attempt of this one.
    is_new: bool,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.sequence == other.sequence
    }
}
impl Eq for Entry {}
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> std::cmp::Ordering {
        (self.at, self.sequence).cmp(&(other.at, other.sequence))
    }
}

/// The calls of one caller that come back.
#[derive(Clone, Debug, Default)]
pub(super) struct Again {
    heap: BinaryHeap<Reverse<Entry>>,
    sequence: u64,
    retries: u64,
}

impl Again {
    /// When the first comes.
    #[inline]
    pub fn first(&self) -> Option<Time> {
        self.heap.peek().map(|Reverse(entry)| entry.at)
    }

    /// Another attempt of a call, or with `is_new` the same user's next call.
    pub fn push(&mut self, at: Time, call: Call, is_new: bool) {
        self.sequence += 1;
        self.retries += u64::from(!is_new);
        self.heap.push(Reverse(Entry { at, sequence: self.sequence, call, is_new }));
    }

    /// Takes the first: the call, and whether it is a new one.
    pub fn pop(&mut self) -> Option<(Call, bool)> {
        let Reverse(Entry { call, is_new, .. }) = self.heap.pop()?;
        self.retries -= u64::from(!is_new);
        Some((call, is_new))
    }

    /// Calls that wait for another attempt [count].
    pub fn retries(&self) -> u64 {
        self.retries
    }

    /// Those of one of the caller's classes [count].
    pub fn retries_of(&self, class: u16) -> u64 {
        self.heap.iter().filter(|Reverse(entry)| !entry.is_new && entry.call.class == class).count() as u64
    }

    /// Drops the users' next calls. Retries stay: their calls have begun, and come to an end.
    pub fn forget_new(&mut self) {
        self.heap.retain(|Reverse(entry)| !entry.is_new);
    }

    pub fn memory(&self) -> u64 {
        (self.heap.capacity() * size_of::<Entry>()) as u64
    }
}
