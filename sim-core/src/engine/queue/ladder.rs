//! The ladder: far events as they came, nearer ones in buckets, the nearest in order.

use super::Time;
use super::bottom::Bottom;
use super::pool::{Bucket, CHUNK, Entry, Pool};

/// Up to how many events are put in order at once; more are spread over a rung first [count].
const SORT_MAX: usize = 64;
/// Up to how many events stay in order before they are spread over a rung [count].
const BOTTOM_MAX: usize = 128;
/// How many events a bucket of a new rung is meant to get [count].
const BUCKET_AIM: usize = 32;
/// The most buckets a rung is meant to have [count]: their ends should fit the processor's first caches.
const BUCKETS_MAX: usize = 512;

/// Equal buckets of time, one after another.
#[derive(Clone, Debug, Default)]
struct Rung {
    /// Where the first bucket began.
    start: Time,
    /// The width of a bucket, as a power of two [ns].
    shift: u32,
    buckets: Vec<Bucket>,
    /// The first bucket that has not been emptied.
    current: usize,
    /// Earlier events belong further in.
    from: Time,
    /// Later events, and those of this time, belong further out: the last bucket reaches up to here.
    end: Time,
}

impl Rung {
    /// The bucket for this time, if it lies on this rung.
    #[inline]
    fn bucket(&mut self, time: Time) -> Option<&mut Bucket> {
        if time < self.from {
            return None;
        }
        let index = (time.as_nanos() - self.start.as_nanos()) >> self.shift;
        let last = self.buckets.len().wrapping_sub(1);
        self.buckets.get_mut((index as usize).min(last))
    }

    /// Where a bucket begins.
    fn start_of(&self, index: usize) -> Time {
        if index >= self.buckets.len() {
            return self.end;
        }
        Time::from_nanos(self.start.as_nanos() + ((index as u64) << self.shift))
    }

    /// Takes the current bucket away, whole, with its first moment.
    fn advance(&mut self) -> (Bucket, Time) {
        let bucket = std::mem::replace(&mut self.buckets[self.current], Bucket::EMPTY);
        let start = self.start_of(self.current);
        self.current += 1;
        self.from = self.start_of(self.current);
        (bucket, start)
    }
}

/// Pending events in the order of time; those of equal times in the order in which they were added, because equal
/// times always lie in the same container, and every container keeps its order when it is emptied.
///
/// ```text
///   bottom: in order │ rungs[depth-1] │ … │ rungs[0] │ top: as they came
///              bottom_end          (each ends where    top_start
///                                   the outer goes on)
/// ```
#[derive(Clone, Debug)]
pub(super) struct Ladder<E> {
    pool: Pool<E>,
    bottom: Bottom,
    /// Earlier events belong to the bottom.
    bottom_end: Time,
    /// From the outermost to the innermost, which comes first.
    rungs: Vec<Rung>,
    /// How many rungs are in use; the others keep their memory.
    depth: usize,
    /// Events at this time or later belong to the top.
    top_start: Time,
    top: Bucket,
}

impl<E> Default for Ladder<E> {
    fn default() -> Self {
        Ladder {
            pool: Pool::default(),
            bottom: Bottom::default(),
            bottom_end: Time::MAX,
            rungs: Vec::new(),
            depth: 0,
            top_start: Time::MAX,
            top: Bucket::EMPTY,
        }
    }
}

impl<E> Ladder<E> {
    /// Adds an event.
    #[inline]
    pub fn push(&mut self, time: Time, sequence: u64, event: E) {
        let entry = Entry { time, sequence, event: Some(event) };
        if time < self.bottom_end {
            if self.bottom.len() >= BOTTOM_MAX {
                self.spill();
                return self.place(entry);
            }
            self.bottom.insert(&mut self.pool, entry);
        } else {
            self.place(entry);
        }
    }

    #[inline]
    fn place(&mut self, entry: Entry<E>) {
        let time = entry.time;
        if time >= self.top_start {
            self.pool.push(&mut self.top, entry);
            return;
        }
        if time >= self.bottom_end {
            for rung in &mut self.rungs[..self.depth] {
                if let Some(bucket) = rung.bucket(time) {
                    self.pool.push(bucket, entry);
                    return;
                }
            }
            debug_assert!(false, "the rungs reach from the bottom to the top");
        }
        self.bottom.insert(&mut self.pool, entry);
    }

    /// The time of the earliest event.
    #[inline(always)]
    pub fn first(&mut self) -> Option<Time> {
        match self.bottom.first() {
            None => self.refill(),
            first => first,
        }
    }

    /// The sequence number of the earliest event, after [`Ladder::first`] has found one.
    pub fn first_sequence(&self) -> Option<u64> {
        self.bottom.first_sequence(&self.pool)
    }

    /// Takes the earliest event, after [`Ladder::first`] has found one.
    #[inline]
    pub fn take(&mut self) -> Option<Entry<E>> {
        self.bottom.take(&mut self.pool)
    }

    /// The bottom has grown too large to be kept in order: spreads it over a rung.
    #[cold]
    fn spill(&mut self) {
        let all = self.bottom.drain(&mut self.pool);
        let end = (self.depth > 0).then_some(self.bottom_end);
        self.raise(all, end);
        self.refill();
    }

    /// Puts the next events in order, and says when the earliest comes.
    #[inline(never)]
    fn refill(&mut self) -> Option<Time> {
        self.bottom.clear(&mut self.pool);
        loop {
            if self.depth == 0 {
                let all = self.pool.shrink(std::mem::replace(&mut self.top, Bucket::EMPTY));
                if all.len() <= SORT_MAX {
                    // So few that keeping them in order costs least.
                    (self.bottom_end, self.top_start) = (Time::MAX, Time::MAX);
                    self.bottom.fill(&mut self.pool, all, Time::ZERO);
                    return self.bottom.first();
                }
                self.raise(all, None);
            }
            let rung = &mut self.rungs[self.depth - 1];
            let Some(skip) = rung.buckets[rung.current..].iter().position(|bucket| !bucket.is_empty()) else {
                self.depth -= 1;
                continue;
            };
            rung.current += skip;
            let bucket = &mut rung.buckets[rung.current];
            if bucket.len() <= SORT_MAX {
                let (bucket, start) = rung.advance();
                self.bottom_end = rung.from;
                self.bottom.fill(&mut self.pool, bucket, start);
                return self.bottom.first();
            }
            let (min, max) = self.pool.range(bucket);
            if min == max {
                // All at once, and more may come for the same moment: takes some, the others wait.
                let some = self.pool.split(bucket, SORT_MAX / CHUNK);
                (rung.from, self.bottom_end) = (min, min);
                self.bottom.fill(&mut self.pool, some, min);
                return self.bottom.first();
            }
            let (bucket, _) = rung.advance();
            let end = rung.from;
            self.raise(bucket, Some(end));
        }
    }

    /// Spreads events over a new rung, which reaches up to `end`, or to the last of them when it is the outermost.
    fn raise(&mut self, bucket: Bucket, end: Option<Time>) {
        let (min, max) = self.pool.range(&bucket);
        let end = end.unwrap_or_else(|| {
            self.top_start = Time::from_nanos(max.as_nanos().saturating_add(1));
            self.top_start
        });
        if self.rungs.len() == self.depth {
            self.rungs.push(Rung::default());
        }
        let rung = &mut self.rungs[self.depth];
        self.depth += 1;
        let range = max.as_nanos() - min.as_nanos();
        let width = range / (bucket.len() / BUCKET_AIM).clamp(2, BUCKETS_MAX) as u64;
        (rung.start, rung.from, rung.end, rung.current) = (min, min, end, 0);
        rung.shift = width.checked_ilog2().unwrap_or(0);
        rung.buckets.clear();
        rung.buckets.resize((range >> rung.shift) as usize + 1, Bucket::EMPTY);
        if let [only] = &mut rung.buckets[..] {
            *only = bucket;
            return;
        }
        let (buckets, shift) = (&mut rung.buckets[..], rung.shift);
        self.pool.drain(bucket, |pool, entry| {
            let index = (entry.time.as_nanos() - min.as_nanos()) >> shift;
            pool.push(&mut buckets[index as usize], entry);
        });
    }

    /// Removes the events that `keep` does not want to be kept.
    pub fn retain(&mut self, mut keep: impl FnMut(Time, u64) -> bool) {
        self.bottom.retain(&mut self.pool, &mut keep);
        let buckets = self.rungs[..self.depth].iter_mut().flat_map(|rung| &mut rung.buckets);
        for bucket in buckets.chain([&mut self.top]) {
            *bucket = self.pool.retain(*bucket, &mut keep);
        }
    }

    /// For how many events there is room without asking for memory [count].
    #[cfg(test)]
    pub fn capacity(&self) -> usize {
        self.pool.capacity()
    }
}
