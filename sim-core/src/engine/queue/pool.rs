//! Where pending events lie: one flat store, handed out to buckets in chunks.
//!
//! A bucket of its own buffer would keep the capacity of its fullest moment; here what one bucket gives back the
//! next one takes, so the store is as large as what is pending, and nothing is allocated in a steady state.

use super::Time;

/// How many entries a chunk has [count]. Larger wastes more in half-empty buckets, smaller hops more often.
pub(super) const CHUNK: usize = 16;
/// Where a list of chunks ends.
const END: u32 = u32::MAX;

/// A pending event.
#[derive(Clone, Debug)]
pub(super) struct Entry<E> {
    pub time: Time,
    pub sequence: u64,
    /// None where the event has been taken and the place is free.
    pub event: Option<E>,
}

impl<E> Entry<E> {
    /// Moves the entry out; its place becomes free.
    #[inline]
    pub fn take(&mut self) -> Entry<E> {
        Entry { time: self.time, sequence: self.sequence, event: self.event.take() }
    }
}

/// Entries in the order in which they were added, as a list of chunks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    first: u32,
    /// The place after the last entry; at a multiple of [`CHUNK`] the last chunk is full, or there is none.
    tail: u32,
    len: u32,
}

impl Bucket {
    pub const EMPTY: Bucket = Bucket { first: END, tail: 0, len: 0 };

    #[inline]
    pub fn len(&self) -> usize {
        self.len as usize
    }

    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// The store.
#[derive(Clone, Debug)]
pub(super) struct Pool<E> {
    entries: Vec<Entry<E>>,
    /// For each chunk, the one that follows it in its bucket, or among the free.
    next: Vec<u32>,
    /// The first chunk that no bucket has: the one given back last, which is still in the cache.
    free: u32,
}

impl<E> Default for Pool<E> {
    fn default() -> Self {
        Pool { entries: Vec::new(), next: Vec::new(), free: END }
    }
}

impl<E> Pool<E> {
    /// Adds an entry at the end of the bucket and says where it lies.
    #[inline]
    pub fn push(&mut self, bucket: &mut Bucket, entry: Entry<E>) -> u32 {
        if (bucket.tail as usize).is_multiple_of(CHUNK) {
            self.extend(bucket);
        }
        let place = bucket.tail;
        self.entries[place as usize] = entry;
        bucket.tail += 1;
        bucket.len += 1;
        place
    }

    /// Gives the bucket one more chunk.
    #[inline(never)]
    fn extend(&mut self, bucket: &mut Bucket) {
        if self.free == END {
            self.grow();
        }
        let chunk = self.free;
        self.free = std::mem::replace(&mut self.next[chunk as usize], END);
        if bucket.first == END {
            bucket.first = chunk;
        } else {
            self.next[(bucket.tail as usize - 1) / CHUNK] = chunk;
        }
        bucket.tail = chunk * CHUNK as u32;
    }

    #[cold]
    fn grow(&mut self) {
        let chunk = self.next.len();
        self.next.push(self.free);
        self.entries.resize_with((chunk + 1) * CHUNK, || Entry { time: Time::ZERO, sequence: 0, event: None });
        self.free =
            u32::try_from((chunk + 1) * CHUNK).expect("memory ends far below four billion events") / CHUNK as u32 - 1;
    }

    /// The entry at this place.
    #[inline]
    pub fn get(&self, place: u32) -> &Entry<E> {
        &self.entries[place as usize]
    }

    /// Replaces what lies at this place.
    #[inline]
    pub fn set(&mut self, place: u32, entry: Entry<E>) {
        self.entries[place as usize] = entry;
    }

    /// Moves the entry out of this place, which stays with its bucket.
    #[inline]
    pub fn take(&mut self, place: u32) -> Entry<E> {
        self.entries[place as usize].take()
    }

    /// Visits the entries of a bucket in order.
    #[inline]
    pub fn each(&self, bucket: &Bucket, mut visit: impl FnMut(u32, &Entry<E>)) {
        let (mut chunk, mut left) = (bucket.first as usize, bucket.len());
        while left > 0 {
            let base = chunk * CHUNK;
            let used = left.min(CHUNK);
            for (place, entry) in (base as u32..).zip(&self.entries[base..base + used]) {
                visit(place, entry);
            }
            left -= used;
            chunk = self.next[chunk] as usize;
        }
    }

    /// Empties the bucket, entry by entry in order.
    #[inline]
    pub fn drain(&mut self, bucket: Bucket, mut visit: impl FnMut(&mut Pool<E>, Entry<E>)) {
        let (mut chunk, mut left) = (bucket.first, bucket.len());
        while left > 0 {
            let base = chunk as usize * CHUNK;
            let used = left.min(CHUNK);
            for place in base..base + used {
                let entry = self.entries[place].take();
                visit(self, entry);
            }
            left -= used;
            let next = std::mem::replace(&mut self.next[chunk as usize], self.free);
            self.free = chunk;
            chunk = next;
        }
    }

    /// The earliest and the latest time in a bucket.
    pub fn range(&self, bucket: &Bucket) -> (Time, Time) {
        let (mut min, mut max) = (Time::MAX, Time::ZERO);
        self.each(bucket, |_, entry| (min, max) = (min.min(entry.time), max.max(entry.time)));
        (min, max)
    }

    /// The bucket without the events that `keep` does not want to be kept.
    pub fn retain(&mut self, bucket: Bucket, mut keep: impl FnMut(Time, u64) -> bool) -> Bucket {
        let mut kept = Bucket::EMPTY;
        self.drain(bucket, |pool, entry| {
            if keep(entry.time, entry.sequence) {
                pool.push(&mut kept, entry);
            }
        });
        kept
    }

    /// Takes the first chunks off a bucket that has more than those.
    pub fn split(&mut self, bucket: &mut Bucket, chunks: usize) -> Bucket {
        let mut last = bucket.first;
        for _ in 1..chunks {
            last = self.next[last as usize];
        }
        let len = (chunks * CHUNK) as u32;
        let front = Bucket { first: bucket.first, tail: (last + 1) * CHUNK as u32, len };
        bucket.first = std::mem::replace(&mut self.next[last as usize], END);
        bucket.len -= len;
        front
    }

    /// Takes the chunks of a bucket back. Its events must have been taken.
    #[inline]
    pub fn release(&mut self, bucket: Bucket) {
        if bucket.first != END {
            self.next[(bucket.tail as usize - 1) / CHUNK] = self.free;
            self.free = bucket.first;
        }
    }

    /// Gives memory back when the store is much larger than this bucket, which must be the only one in use.
    pub fn shrink(&mut self, bucket: Bucket) -> Bucket {
        /// Stores of fewer chunks stay: a quiet moment is no reason to allocate again [count].
        const KEPT: usize = 128;
        if self.next.len() <= KEPT + 4 * bucket.len() / CHUNK {
            return bucket;
        }
        let mut store = Pool::default();
        let mut moved = Bucket::EMPTY;
        store.entries.reserve(bucket.len());
        self.drain(bucket, |_, entry| _ = store.push(&mut moved, entry));
        *self = store;
        moved
    }

    /// For how many events there is room without asking for memory [count].
    #[cfg(test)]
    pub fn capacity(&self) -> usize {
        self.entries.len()
    }
}
