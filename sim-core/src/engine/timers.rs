//! One alarm clock per slot, beside the queue: for what is re-armed much more often than it rings.

use super::Time;

/// Where a slot stands when it is not armed.
const IDLE: u32 = u32::MAX;
/// Where the one slot stands that is in front of the heap.
const FRONT: u32 = u32::MAX - 1;
/// How many children a node of the heap has.
const ARITY: usize = 4;

/// A timer in one number that orders as (time, slot) does: a word each, so that nothing is shifted.
type Key = u128;

/// A place where there is no timer: later than each of them, so that comparisons need not ask.
const NOBODY: Key = Key::MAX;

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

/// The first of a family, found without branches: which of them it is nobody can predict.
#[inline]
fn least(&[a, b, c, d]: &[Key; ARITY]) -> Key {
    a.min(b).min(c.min(d))
}

/// A set of timers, one per slot. Arming a slot again replaces its time; the earliest rings first and, of equal
/// ones, the lowest slot. An indexed heap: re-arming costs O(log armed) and leaves nothing stale behind.
///
/// ```text
///   front            one timer that is in no heap: what rings and is armed again at once comes and goes here
///   places 0 to 3    the heads of four heaps: whoever asks for the least of a family looks at all of it anyway
///   places 4 to 7    the children of place 0, 8 to 11 those of place 1, and so on
/// ```
#[derive(Clone, Debug)]
pub struct Timers {
    /// Of two timers that want to be here, the earlier one. It need not be the first of all.
    front: Key,
    /// Whole families; nobody is at the places after the last timer.
    heap: Vec<Key>,
    /// How many timers are in the heap.
    behind: usize,
    /// By slot.
    place: Vec<u32>,
}

impl Default for Timers {
    fn default() -> Self {
        Timers { front: NOBODY, heap: Vec::new(), behind: 0, place: Vec::new() }
    }
}

impl Timers {
    /// The timer that rings next.
    #[inline]
    pub fn peek(&self) -> Option<(Time, u32)> {
        let first = self.heap.first_chunk().map_or(NOBODY, least).min(self.front);
        (first != NOBODY).then(|| (time(first), slot(first)))
    }

    /// When the slot rings, if it is armed.
    pub fn get(&self, slot: u32) -> Option<Time> {
        match *self.place.get(slot as usize)? {
            IDLE => None,
            FRONT => Some(time(self.front)),
            place => Some(time(self.heap[place as usize])),
        }
    }

    /// How many timers are armed.
    pub fn len(&self) -> usize {
        self.behind + usize::from(self.front != NOBODY)
    }

    /// Whether none is armed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Lets `slot` ring at `time`, instead of the time it was armed for before.
    #[inline]
    pub fn arm(&mut self, slot: u32, time: Time) {
        if self.place.len() <= slot as usize {
            self.make_room(slot);
        }
        let new = key(time, slot);
        match self.place[slot as usize] {
            IDLE if new < self.front => {
                self.place[slot as usize] = FRONT;
                let later = std::mem::replace(&mut self.front, new);
                if later != NOBODY {
                    self.push(later);
                }
            }
            IDLE => self.push(new),
            FRONT => self.front = new,
            place => self.move_from(place as usize, new),
        }
    }

    /// Lets `slot` not ring, or not again when it has rung.
    #[inline]
    pub fn disarm(&mut self, slot: u32) {
        let Some(place) = self.place.get_mut(slot as usize) else { return };
        match std::mem::replace(place, IDLE) {
            IDLE => {}
            FRONT => self.front = NOBODY,
            place => self.remove(place as usize),
        }
    }

    #[cold]
    fn make_room(&mut self, slot: u32) {
        self.place.resize(slot as usize + 1, IDLE);
    }

    fn push(&mut self, timer: Key) {
        let place = self.behind;
        if place == self.heap.len() {
            self.add_family();
        }
        self.behind += 1;
        self.up(place, timer);
    }

    #[cold]
    fn add_family(&mut self) {
        self.heap.extend([NOBODY; ARITY]);
    }

    /// Puts the last timer into a place that has become vacant.
    fn remove(&mut self, place: usize) {
        self.behind -= 1;
        let last = self.behind;
        let timer = std::mem::replace(&mut self.heap[last], NOBODY);
        if place != last {
            self.move_from(place, timer);
        }
    }

    /// Puts a timer where it belongs, above or below this place.
    fn move_from(&mut self, place: usize, timer: Key) {
        if place >= ARITY && timer < self.heap[parent(place)] { self.up(place, timer) } else { self.down(place, timer) }
    }

    #[inline]
    fn put(&mut self, place: usize, timer: Key) {
        self.heap[place] = timer;
        self.place[slot(timer) as usize] = place as u32;
    }

    fn up(&mut self, mut place: usize, timer: Key) {
        while place >= ARITY {
            let above = self.heap[parent(place)];
            if above <= timer {
                break;
            }
            self.put(place, above);
            place = parent(place);
        }
        self.put(place, timer);
    }

    fn down(&mut self, mut place: usize, timer: Key) {
        while let Some(children) = self.heap.as_chunks().0.get(place + 1) {
            let least = least(children);
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

/// The place above one that is not in the first family.
#[inline]
fn parent(place: usize) -> usize {
    place / ARITY - 1
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
                if let Some((time, slot)) = timers.peek() {
                    timers.disarm(slot);
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
            assert_eq!(timers.peek(), wanted.iter().map(|(&slot, &time)| (time, slot)).min());
            assert_eq!(timers.len(), wanted.len());
        }
    }
}
