//! One alarm clock per slot, beside the queue: for what is re-armed much more often than it rings.

use super::Time;

/// Where a slot stands when it is not armed.
const IDLE: u32 = u32::MAX;
/// How many children a node of the heap has.
const ARITY: usize = 4;

/// A timer in one number that orders as (time, slot) does: a word each, so that nothing is shifted.
type Key = u128;

#[inline]
fn key(time: Time, slot: u32) -> Key {
    u128::from(time.as_nanos()) << 64 | u128::from(slot)
}

#[inline]
fn time(key: Key) -> Time {
    Time::from_nanos((key >> 64) as u64)
}

#[inline]
fn slot(key: Key) -> u32 {
    key as u32
}

/// A set of timers, one per slot. Arming a slot again replaces its time; the earliest rings first and, of equal
/// ones, the lowest slot. An indexed heap: re-arming costs O(log armed) and leaves nothing stale behind.
#[derive(Clone, Debug, Default)]
pub struct Timers {
    heap: Vec<Key>,
    place: Vec<u32>,
    /// The first timer has rung and its place in the heap is vacant. What rings is mostly armed again at once, and
    /// then takes the vacant place: one walk through the heap instead of two.
    vacant: bool,
}

impl Timers {
    /// The timer that rings next.
    #[inline]
    pub fn peek(&mut self) -> Option<(Time, u32)> {
        self.fill();
        self.heap.first().map(|&first| (time(first), slot(first)))
    }

    /// Lets the first timer ring: its slot is not armed any more.
    #[inline]
    pub fn ring(&mut self) -> Option<(Time, u32)> {
        let first = self.peek()?;
        self.place[first.1 as usize] = IDLE;
        self.vacant = true;
        Some(first)
    }

    /// When the slot rings, if it is armed.
    pub fn get(&self, slot: u32) -> Option<Time> {
        let place = *self.place.get(slot as usize)?;
        (place != IDLE).then(|| time(self.heap[place as usize]))
    }

    /// How many timers are armed.
    pub fn len(&self) -> usize {
        self.heap.len() - usize::from(self.vacant)
    }

    /// Whether none is armed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Lets `slot` ring at `time`, instead of the time it was armed for before.
    #[inline]
    pub fn arm(&mut self, slot: u32, time: Time) {
        if self.place.len() <= slot as usize {
            self.place.resize(slot as usize + 1, IDLE);
        }
        let new = key(time, slot);
        let place = self.place[slot as usize];
        if place == IDLE {
            if std::mem::take(&mut self.vacant) {
                self.down(0, new);
            } else {
                self.heap.push(new);
                self.up(self.heap.len() - 1, new);
            }
        } else {
            self.move_to(place, new);
        }
    }

    fn move_to(&mut self, place: u32, new: Key) {
        let moves = self.vacant;
        self.fill();
        // Filling the vacant place may have moved the slot.
        let place = if moves { self.place[slot(new) as usize] } else { place } as usize;
        if new <= self.heap[place] { self.up(place, new) } else { self.down(place, new) }
    }

    /// Lets `slot` not ring.
    #[inline]
    pub fn disarm(&mut self, slot: u32) {
        self.fill();
        let Some(&place) = self.place.get(slot as usize) else { return };
        if place != IDLE {
            self.place[slot as usize] = IDLE;
            self.remove(place as usize);
        }
    }

    /// Puts the last timer into the vacant first place.
    #[inline]
    fn fill(&mut self) {
        if std::mem::take(&mut self.vacant) {
            self.remove(0);
        }
    }

    fn remove(&mut self, place: usize) {
        let last = self.heap.pop().expect("what is removed is in the heap");
        if place < self.heap.len() {
            if place > 0 && last < self.heap[(place - 1) / ARITY] {
                self.up(place, last)
            } else {
                self.down(place, last)
            }
        }
    }

    #[inline]
    fn put(&mut self, place: usize, timer: Key) {
        self.heap[place] = timer;
        self.place[slot(timer) as usize] = place as u32;
    }

    fn up(&mut self, mut place: usize, timer: Key) {
        while place > 0 {
            let parent = (place - 1) / ARITY;
            if self.heap[parent] <= timer {
                break;
            }
            self.put(place, self.heap[parent]);
            place = parent;
        }
        self.put(place, timer);
    }

    fn down(&mut self, mut place: usize, timer: Key) {
        loop {
            let first = place * ARITY + 1;
            let Some(children) = self.heap.get(first..(first + ARITY).min(self.heap.len())) else { break };
            // A full family is compared without branches: which child is the least nobody can predict.
            let least = match *children {
                [a, b, c, d] => a.min(b).min(c.min(d)),
                _ => children.iter().copied().min().unwrap_or(Key::MAX),
            };
            if timer <= least {
                break;
            }
            let from = self.place[slot(least) as usize] as usize;
            self.put(place, least);
            place = from;
        }
        self.put(place, timer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_ring_in_order_whatever_was_re_armed() {
        let mut timers = Timers::default();
        let mut wanted = std::collections::BTreeMap::new();
        let mut state = 7u64;
        for _ in 0..20_000 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let slot = (state >> 40) as u32 % 300;
            if state >> 60 == 0 {
                timers.disarm(slot);
                wanted.remove(&slot);
            } else if state >> 60 < 6 {
                // Rings, and is mostly armed again.
                let rung = timers.ring();
                assert_eq!(rung, wanted.iter().map(|(&slot, &time)| (time, slot)).min());
                if let Some((time, slot)) = rung {
                    wanted.remove(&slot);
                    if state >> 60 < 5 {
                        let time = Time::from_nanos(time.as_nanos() + (state >> 50) % 1000);
                        timers.arm(slot, time);
                        wanted.insert(slot, time);
                    }
                }
            } else {
                // Some at the same time.
                let coarse = if state >> 30 & 1 == 0 { u64::MAX } else { !0xffff };
                let time = Time::from_nanos((state >> 44) & coarse);
                timers.arm(slot, time);
                wanted.insert(slot, time);
            }
            assert_eq!(timers.get(slot), wanted.get(&slot).copied());
            assert_eq!(timers.len(), wanted.len());
            // Peeking mends the heap, so it must not happen after every step.
            if state >> 20 & 3 > 0 {
                continue;
            }
            assert_eq!(timers.peek(), wanted.iter().map(|(&slot, &time)| (time, slot)).min());
            assert_eq!(timers.len(), wanted.len());
        }
    }
}
