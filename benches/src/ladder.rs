//! The reference: a bare ladder queue (Tang, Goh and Thng 2005) of 16-byte entries. No events, no causes, no
//! cancelling, no order among equal times that anybody could rely on; nothing to do but to be fast.

/// A time and something to tell the entries apart.
pub type Entry = (u64, u64);

#[derive(Default)]
struct Rung {
    start: u64,
    shift: u32,
    current: usize,
    used: usize,
    end: u64,
    buckets: Vec<Vec<Entry>>,
}

/// A ladder queue whose buckets are spread again when they hold more than `SORT_MAX` entries.
pub struct Ladder<const SORT_MAX: usize> {
    top: Vec<Entry>,
    top_start: u64,
    depth: usize,
    rungs: Vec<Rung>,
    bottom: Vec<Entry>,
    head: usize,
    bottom_end: u64,
    spare: Vec<Entry>,
}

impl<const SORT_MAX: usize> Default for Ladder<SORT_MAX> {
    fn default() -> Self {
        Ladder {
            top: Vec::new(),
            top_start: u64::MAX,
            depth: 0,
            rungs: Vec::new(),
            bottom: Vec::new(),
            head: 0,
            bottom_end: u64::MAX,
            spare: Vec::new(),
        }
    }
}

impl<const SORT_MAX: usize> Ladder<SORT_MAX> {
    #[inline]
    pub fn push(&mut self, time: u64, id: u64) {
        if time >= self.top_start {
            self.top.push((time, id));
            return;
        }
        if time >= self.bottom_end {
            for rung in &mut self.rungs[..self.depth] {
                if time >= rung.start {
                    let index = (((time - rung.start) >> rung.shift) as usize).min(rung.used - 1);
                    if index >= rung.current {
                        rung.buckets[index].push((time, id));
                        return;
                    }
                }
            }
        }
        if self.bottom.len() - self.head >= 128.max(SORT_MAX) {
            self.spill();
            return self.push(time, id);
        }
        let mut at = self.bottom.len();
        self.bottom.push((time, id));
        while at > self.head && self.bottom[at - 1].0 > time {
            self.bottom[at] = self.bottom[at - 1];
            at -= 1;
        }
        self.bottom[at] = (time, id);
    }

    #[inline]
    pub fn pop(&mut self) -> Option<Entry> {
        if self.head == self.bottom.len() && !self.refill() {
            return None;
        }
        let entry = self.bottom[self.head];
        self.head += 1;
        Some(entry)
    }

    #[cold]
    fn spill(&mut self) {
        let mut all = std::mem::take(&mut self.spare);
        all.clear();
        all.extend_from_slice(&self.bottom[self.head..]);
        let end = (self.depth > 0).then_some(self.bottom_end);
        self.raise(all, end);
        self.refill();
    }

    fn raise(&mut self, mut entries: Vec<Entry>, end: Option<u64>) {
        let (mut min, mut max) = (u64::MAX, 0);
        for entry in &entries {
            (min, max) = (min.min(entry.0), max.max(entry.0));
        }
        let end = end.unwrap_or_else(|| {
            self.top_start = max + 1;
            max + 1
        });
        let width = ((max - min) / (entries.len() / (SORT_MAX / 2)).max(2) as u64).max(1);
        let shift = width.ilog2();
        let used = ((max - min) >> shift) as usize + 1;
        if self.rungs.len() == self.depth {
            self.rungs.push(Rung::default());
        }
        let rung = &mut self.rungs[self.depth];
        self.depth += 1;
        (rung.start, rung.shift, rung.current, rung.used, rung.end) = (min, shift, 0, used, end);
        if rung.buckets.len() < used {
            rung.buckets.resize_with(used, Vec::new);
        }
        for entry in entries.drain(..) {
            rung.buckets[((entry.0 - min) >> shift) as usize].push(entry);
        }
        if entries.capacity() > self.spare.capacity() {
            self.spare = entries;
        }
    }

    #[inline(never)]
    fn refill(&mut self) -> bool {
        self.bottom.clear();
        self.head = 0;
        loop {
            if self.depth == 0 {
                if self.top.len() <= SORT_MAX.min(64) {
                    std::mem::swap(&mut self.bottom, &mut self.top);
                    self.bottom.sort_by_key(|entry| entry.0);
                    (self.bottom_end, self.top_start) = (u64::MAX, u64::MAX);
                    return !self.bottom.is_empty();
                }
                let all = std::mem::take(&mut self.top);
                self.raise(all, None);
                self.top = std::mem::take(&mut self.spare);
            }
            let rung = &mut self.rungs[self.depth - 1];
            while rung.current < rung.used && rung.buckets[rung.current].is_empty() {
                rung.current += 1;
            }
            if rung.current == rung.used {
                self.depth -= 1;
                continue;
            }
            let bucket = rung.current;
            rung.current += 1;
            let end =
                if rung.current == rung.used { rung.end } else { rung.start + ((rung.current as u64) << rung.shift) };
            if rung.buckets[bucket].len() <= SORT_MAX || rung.shift == 0 {
                std::mem::swap(&mut self.bottom, &mut rung.buckets[bucket]);
                self.bottom.sort_by_key(|entry| entry.0);
                self.bottom_end = end;
                return true;
            }
            let mut entries = std::mem::take(&mut self.spare);
            std::mem::swap(&mut entries, &mut rung.buckets[bucket]);
            self.raise(entries, Some(end));
        }
    }
}
