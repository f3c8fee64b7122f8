//! The front of the ladder: the events that come next, in order.

use super::Time;
use super::pool::{Bucket, Entry, Pool};

/// How many bits of a sort word say which entry it is; the others say when it comes.
const INDEX_BITS: u32 = 10;

/// When an event comes, and where it lies: what is moved when events are put in order.
#[derive(Clone, Copy, Debug)]
struct Key {
    time: Time,
    place: u32,
}

/// Events in order: small keys are sorted, the events stay where they lie.
///
/// ```text
///    keys:  … taken, place used again │ taken, place free │ coming …
///                                   spare               head
/// ```
#[derive(Clone, Debug)]
pub(super) struct Bottom {
    keys: Vec<Key>,
    /// The first key whose place is free to be used again.
    spare: usize,
    /// The first key that has not been taken.
    head: usize,
    /// Where the events lie.
    bucket: Bucket,
    /// What is sorted, kept for its memory: the time since the earliest, and which one.
    words: Vec<u64>,
    places: Vec<u32>,
}

impl Default for Bottom {
    fn default() -> Self {
        Bottom { keys: Vec::new(), spare: 0, head: 0, bucket: Bucket::EMPTY, words: Vec::new(), places: Vec::new() }
    }
}

impl Bottom {
    /// The most events it can be filled with at once [count].
    pub const FILL_MAX: usize = 1 << INDEX_BITS;

    /// How many events are in it.
    #[inline]
    pub fn len(&self) -> usize {
        self.keys.len() - self.head
    }

    /// The time of the earliest event.
    #[inline(always)]
    pub fn first(&self) -> Option<Time> {
        self.keys.get(self.head).map(|key| key.time)
    }

    /// The sequence number of the earliest event.
    pub fn first_sequence<E>(&self, pool: &Pool<E>) -> Option<u64> {
        self.keys.get(self.head).map(|key| pool.get(key.place).sequence)
    }

    /// Takes the earliest event.
    #[inline]
    pub fn take<E>(&mut self, pool: &mut Pool<E>) -> Option<Entry<E>> {
        let key = self.keys.get(self.head)?;
        self.head += 1;
        Some(pool.take(key.place))
    }

    /// Adds one event, behind those of the same time.
    #[inline]
    pub fn insert<E>(&mut self, pool: &mut Pool<E>, entry: Entry<E>) {
        if self.spare >= 64 {
            self.forget_used();
        }
        let time = entry.time;
        let place = if self.spare < self.head {
            let place = self.keys[self.spare].place;
            self.spare += 1;
            pool.set(place, entry);
            place
        } else {
            pool.push(&mut self.bucket, entry)
        };
        let key = Key { time, place };
        let mut at = self.keys.len();
        self.keys.push(key);
        while at > self.head && self.keys[at - 1].time > time {
            self.keys[at] = self.keys[at - 1];
            at -= 1;
        }
        self.keys[at] = key;
    }

    /// Drops the keys whose places have been used again.
    fn forget_used(&mut self) {
        self.keys.copy_within(self.spare.., 0);
        self.keys.truncate(self.keys.len() - self.spare);
        self.head -= self.spare;
        self.spare = 0;
    }

    /// Gives its chunks back when all its events have been taken.
    #[inline]
    pub fn clear<E>(&mut self, pool: &mut Pool<E>) {
        debug_assert!(self.len() == 0, "an event is never lost");
        pool.release(std::mem::replace(&mut self.bucket, Bucket::EMPTY));
        self.keys.clear();
        (self.spare, self.head) = (0, 0);
    }

    /// Takes over a bucket of at most [`Bottom::FILL_MAX`] events, none earlier than `start`, and puts them in order.
    #[inline]
    pub fn fill<E>(&mut self, pool: &mut Pool<E>, bucket: Bucket, start: Time) {
        debug_assert!(self.keys.is_empty() && bucket.len() <= Self::FILL_MAX);
        self.bucket = bucket;
        self.words.clear();
        self.places.clear();
        let (words, places) = (&mut self.words, &mut self.places);
        let mut widest = 0;
        pool.each(&bucket, |place, entry| {
            let delay = entry.time.as_nanos() - start.as_nanos();
            widest |= delay;
            words.push(delay << INDEX_BITS | words.len() as u64);
            places.push(place);
        });
        if widest >> (64 - INDEX_BITS) == 0 {
            // A word sorts three times as fast as a key, and never ties.
            words.sort_unstable();
            let (index, start) = (Self::FILL_MAX as u64 - 1, start.as_nanos());
            self.keys.extend(words.iter().map(|word| Key {
                time: Time::from_nanos(start + (word >> INDEX_BITS)),
                place: places[(word & index) as usize],
            }));
        } else {
            self.keys.extend(places.iter().map(|&place| Key { time: pool.get(place).time, place }));
            self.keys.sort_by_key(|key| key.time);
        }
    }

    /// Moves all its events, in order, to a bucket.
    pub fn drain<E>(&mut self, pool: &mut Pool<E>) -> Bucket {
        let mut all = Bucket::EMPTY;
        for key in self.keys.drain(..).skip(self.head) {
            let entry = pool.take(key.place);
            pool.push(&mut all, entry);
        }
        self.head = 0;
        self.clear(pool);
        all
    }

    /// Removes the events that `keep` does not want to be kept. Their places are free to be used again.
    pub fn retain<E>(&mut self, pool: &mut Pool<E>, mut keep: impl FnMut(Time, u64) -> bool) {
        let mut kept = Vec::with_capacity(self.len());
        let mut free = self.head;
        for at in self.head..self.keys.len() {
            let key = self.keys[at];
            if keep(key.time, pool.get(key.place).sequence) {
                kept.push(key);
            } else {
                pool.take(key.place);
                self.keys[free] = key;
                free += 1;
            }
        }
        self.keys.truncate(free);
        self.head = free;
        self.keys.append(&mut kept);
    }
}
