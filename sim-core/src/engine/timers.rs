//! One alarm clock per slot, beside the queue: for what is re-armed much more often than it rings.

use super::Time;

/// Where a slot stands when it is not armed.
const IDLE: u32 = u32::MAX;
/// How many children a node of the heap has.
const ARITY: usize = 4;

/// A set of timers, one per slot. Arming a slot again replaces its time; the earliest rings first and, of equal
/// ones, the lowest slot. An indexed heap: re-arming costs O(log armed) and leaves nothing stale behind.
#[derive(Clone, Debug, Default)]
pub struct Timers {
    /// When each timer of the heap rings [ns]. Apart from the slots, so that four children are half a cache line.
    times: Vec<u64>,
    /// The slot of each.
    slots: Vec<u32>,
    /// Where each slot stands in the heap.
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
        Some((Time::from_nanos(*self.times.first()?), *self.slots.first()?))
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
        (place != IDLE).then(|| Time::from_nanos(self.times[place as usize]))
    }

    /// How many timers are armed.
    pub fn len(&self) -> usize {
        self.times.len() - usize::from(self.vacant)
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
        let place = self.place[slot as usize];
        if place != IDLE {
            self.move_to(place, time.as_nanos(), slot);
        } else if std::mem::take(&mut self.vacant) {
            self.down(0, time.as_nanos(), slot);
        } else {
            self.times.push(time.as_nanos());
            self.slots.push(slot);
            self.up(self.times.len() - 1, time.as_nanos(), slot);
        }
    }

    fn move_to(&mut self, place: u32, time: u64, slot: u32) {
        let moves = self.vacant;
        self.fill();
        // Filling the vacant place may have moved the slot.
        let place = if moves { self.place[slot as usize] } else { place } as usize;
        if time <= self.times[place] { self.up(place, time, slot) } else { self.down(place, time, slot) }
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
        let (Some(time), Some(slot)) = (self.times.pop(), self.slots.pop()) else { return };
        if place < self.times.len() {
            if place > 0 && (time, slot) < self.at((place - 1) / ARITY) {
                self.up(place, time, slot)
            } else {
                self.down(place, time, slot)
            }
        }
    }

    #[inline]
    fn at(&self, place: usize) -> (u64, u32) {
        (self.times[place], self.slots[place])
    }

    #[inline]
    fn put(&mut self, place: usize, time: u64, slot: u32) {
        self.times[place] = time;
        self.slots[place] = slot;
        self.place[slot as usize] = place as u32;
    }

    fn up(&mut self, mut place: usize, time: u64, slot: u32) {
        while place > 0 {
            let parent = (place - 1) / ARITY;
            let above = self.at(parent);
            if above <= (time, slot) {
                break;
            }
            self.put(place, above.0, above.1);
            place = parent;
        }
        self.put(place, time, slot);
    }

    fn down(&mut self, mut place: usize, time: u64, slot: u32) {
        loop {
            let first = place * ARITY + 1;
            let Some(child) = self.least_from(first) else { break };
            let least = self.at(child);
            if (time, slot) <= least {
                break;
            }
            self.put(place, least.0, least.1);
            place = child;
        }
        self.put(place, time, slot);
    }

    /// The earliest of the family that begins at this place.
    #[inline]
    fn least_from(&self, first: usize) -> Option<usize> {
        let family = self.times.get(first..)?;
        let Some(&[a, b, c, d]) = family.first_chunk() else {
            return (first..self.times.len()).min_by_key(|&place| self.at(place));
        };
        // A full family is compared without branches: which child is the least nobody can predict.
        let (ab, cd) = (a.min(b), c.min(d));
        let (left, right) = (usize::from(b < a), 2 + usize::from(d < c));
        if ab == cd || a == b || c == d {
            return self.least_of_equal(first);
        }
        Some(first + if cd < ab { right } else { left })
    }

    /// Of those that ring at the same time the one with the lowest slot.
    #[cold]
    fn least_of_equal(&self, first: usize) -> Option<usize> {
        (first..first + ARITY).min_by_key(|&place| self.at(place))
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
