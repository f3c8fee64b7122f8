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
    heap: Vec<(Time, u32)>,
    place: Vec<u32>,
}

impl Timers {
    /// The timer that rings next.
    #[inline]
    pub fn peek(&self) -> Option<(Time, u32)> {
        self.heap.first().copied()
    }

    /// When the slot rings, if it is armed.
    pub fn get(&self, slot: u32) -> Option<Time> {
        let place = *self.place.get(slot as usize)?;
        (place != IDLE).then(|| self.heap[place as usize].0)
    }

    /// How many timers are armed.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether none is armed.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// Lets `slot` ring at `time`, instead of the time it was armed for before.
    #[inline]
    pub fn arm(&mut self, slot: u32, time: Time) {
        if self.place.len() <= slot as usize {
            self.place.resize(slot as usize + 1, IDLE);
        }
        let place = self.place[slot as usize];
        if place == IDLE {
            self.heap.push((time, slot));
            self.up(self.heap.len() - 1, (time, slot));
        } else {
            let old = self.heap[place as usize].0;
            if time <= old { self.up(place as usize, (time, slot)) } else { self.down(place as usize, (time, slot)) }
        }
    }

    /// Lets `slot` not ring.
    #[inline]
    pub fn disarm(&mut self, slot: u32) {
        let Some(&place) = self.place.get(slot as usize) else { return };
        if place == IDLE {
            return;
        }
        self.place[slot as usize] = IDLE;
        let last = self.heap.pop().expect("an armed timer is in the heap");
        if last.1 != slot {
            let place = place as usize;
            if place > 0 && last < self.heap[(place - 1) / ARITY] {
                self.up(place, last)
            } else {
                self.down(place, last)
            }
        }
    }

    fn put(&mut self, place: usize, timer: (Time, u32)) {
        self.heap[place] = timer;
        self.place[timer.1 as usize] = place as u32;
    }

    fn up(&mut self, mut place: usize, timer: (Time, u32)) {
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

    fn down(&mut self, mut place: usize, timer: (Time, u32)) {
        loop {
            let first = place * ARITY + 1;
            if first >= self.heap.len() {
                break;
            }
            let last = (first + ARITY).min(self.heap.len());
            let mut least = first;
            for child in first + 1..last {
                if self.heap[child] < self.heap[least] {
                    least = child;
                }
            }
            if timer <= self.heap[least] {
                break;
            }
            self.put(place, self.heap[least]);
            place = least;
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
            } else {
                let time = Time::from_nanos(state >> 44);
                timers.arm(slot, time);
                wanted.insert(slot, time);
            }
            assert_eq!(timers.get(slot), wanted.get(&slot).copied());
            assert_eq!(timers.peek(), wanted.iter().map(|(&slot, &time)| (time, slot)).min());
            assert_eq!(timers.len(), wanted.len());
        }
    }
}
