//! One alarm clock per slot, beside the queue: for what is re-armed much more often than it rings.

use std::collections::{BTreeMap, BTreeSet};
use std::hint::cold_path;

use super::Time;

/// Where a slot stands when it is not armed.
const IDLE: u32 = u32::MAX;
/// Where the slots stand whose timers ring too late to be told apart in one word.
const FAR: u32 = IDLE - 1;
/// Where the slots stand that are in front of the heap: from here on, up to [`FAR`].
const FRONT: u32 = FAR - FRONTS as u32;
/// How many timers can be in front of the heap.
const FRONTS: usize = 2;
/// No slot.
const NO_SLOT: u32 = u32::MAX;
/// How many children a node of the heap has.
const ARITY: usize = 8;

/// A timer in one word that orders as (time, slot) does: above, how long after the epoch it rings [ns]; below, its slot.
type Key = u64;

/// A place where there is no timer: later than each of them, so that comparisons need not ask.
const NOBODY: Key = Key::MAX;

/// Bits of a key that the slot takes, until there is a slot that needs more: enough for eight million tasks, and for times up to
/// 18 minutes after the epoch.
const SLOT_BITS: u32 = 24;

/// The first of a family, and its place there: found without branches, because which of them it is nobody can predict.
#[inline(always)]
fn least(&[a, b, c, d, e, f, g, h]: &[Key; ARITY]) -> (Key, usize) {
    let ab = first_of((a, 0), (b, 1));
    let cd = first_of((c, 2), (d, 3));
    let ef = first_of((e, 4), (f, 5));
    let gh = first_of((g, 6), (h, 7));
    first_of(first_of(ab, cd), first_of(ef, gh))
}

#[inline(always)]
fn first_of(a: (Key, usize), b: (Key, usize)) -> (Key, usize) {
    let b_first = b.0 < a.0;
    (if b_first { b.0 } else { a.0 }, if b_first { b.1 } else { a.1 })
}

/// A set of timers, one per slot. Arming a slot again replaces its time; the earliest rings first and, of equal
/// ones, the lowest slot. An indexed heap: re-arming costs O(log armed) and leaves nothing stale behind, and at most every nine
/// simulated minutes all keys of the heap are made anew. A timer that has rung keeps its place until the next is looked for,
/// because most are armed again at once: the heap is put in order once, not twice.
///
/// ```text
///   fronts           what rings and is armed again at once, such as that of the next arrival: it is in no heap
///   places 0 to 7    the heads of eight heaps: whoever asks for the least of a family looks at all of it anyway
///   places 8 to 15   the children of place 0, 16 to 23 those of place 1, and so on
///   far              what rings later than all of these: asked when they are done
/// ```
#[derive(Clone, Debug)]
pub struct Timers {
    /// They need not be the first of all.
    fronts: [Key; FRONTS],
    /// The first of the heap. Kept, and compared with what is armed: a comparison that is mostly foreseen costs a processor less
    /// than to wait for a time that has only just been asked for.
    soonest: Key,
    /// Whole families; nobody is at the places after the last timer.
    heap: Vec<Key>,
    /// How many timers are in the heap.
    behind: usize,
    /// By slot.
    place: Vec<u32>,
    /// The slot that has rung and has neither been armed again nor lost its place.
    rung: u32,
    /// Bits of a key that the slot takes.
    bits: u32,
    /// The moment that keys count from [ns].
    epoch: u64,
    /// When a timer rang last.
    last: Time,
    far: Far,
}

/// Timers in order, without a key.
#[derive(Clone, Debug, Default)]
struct Far {
    /// By slot.
    times: BTreeMap<u32, Time>,
    order: BTreeSet<(Time, u32)>,
}

impl Far {
    fn insert(&mut self, slot: u32, time: Time) {
        self.times.insert(slot, time);
        self.order.insert((time, slot));
    }

    fn remove(&mut self, slot: u32) {
        if let Some(time) = self.times.remove(&slot) {
            self.order.remove(&(time, slot));
        }
    }

    #[cold]
    fn first(&self) -> Option<(Time, u32)> {
        self.order.first().copied()
    }
}

impl Default for Timers {
    fn default() -> Self {
        Timers {
            fronts: [NOBODY; FRONTS],
            soonest: NOBODY,
            heap: Vec::new(),
            behind: 0,
            place: Vec::new(),
            rung: NO_SLOT,
            bits: SLOT_BITS,
            epoch: 0,
            last: Time::ZERO,
            far: Far::default(),
        }
    }
}

impl Timers {
    /// The timer that rings next.
    #[inline(always)]
    pub fn peek(&mut self) -> Option<(Time, u32)> {
        if self.rung != NO_SLOT {
            self.disarm(self.rung);
        }
        match self.first() {
            NOBODY if self.far.times.is_empty() => None,
            NOBODY => self.far.first(),
            first => Some((self.time(first), self.slot(first))),
        }
    }

    /// The timer of this slot, which [`Timers::peek`] has found, rings at `time`: it is not armed any more.
    #[inline]
    pub fn ring(&mut self, slot: u32, time: Time) {
        (self.rung, self.last) = (slot, time);
    }

    /// When the slot rings, if it is armed.
    pub fn get(&self, slot: u32) -> Option<Time> {
        if self.rung == slot {
            return None;
        }
        match *self.place.get(slot as usize)? {
            IDLE => None,
            FAR => self.far.times.get(&slot).copied(),
            place @ FRONT.. => Some(self.time(self.fronts[(place - FRONT) as usize])),
            place => Some(self.time(self.heap[place as usize])),
        }
    }

    /// How many timers are armed.
    pub fn len(&self) -> usize {
        let fronts = self.fronts.iter().filter(|front| **front != NOBODY).count();
        self.behind + fronts + self.far.times.len() - usize::from(self.rung != NO_SLOT)
    }

    /// Whether none is armed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Lets `slot` ring at `time`, instead of the time it was armed for before.
    #[inline(always)]
    pub fn arm(&mut self, slot: u32, time: Time) {
        match (self.place.get(slot as usize), self.key(slot, time)) {
            (Some(&place @ FRONT..FAR), Some(new)) => self.arm_in_front(place, slot, new),
            _ => self.arm_behind(slot, time),
        }
    }

    #[inline(always)]
    fn arm_in_front(&mut self, place: u32, slot: u32, timer: Key) {
        self.fronts[(place - FRONT) as usize] = timer;
        if self.rung == slot {
            self.rung = NO_SLOT;
        }
    }

    /// Arms one that is not in front of the heap.
    #[inline(never)]
    fn arm_behind(&mut self, slot: u32, time: Time) {
        if self.place.len() <= slot as usize {
            self.make_room(slot);
        }
        let Some(new) = self.key(slot, time) else { return self.arm_far(slot, time) };
        match self.place[slot as usize] {
            IDLE => self.push(new),
            FAR => self.come_near(slot, new),
            place @ FRONT.. => self.arm_in_front(place, slot, new),
            place if self.rung == slot => self.arm_again(place as usize, new),
            place => self.change(place as usize, new),
        }
    }

    /// Another time for a timer of the heap.
    #[inline(always)]
    fn change(&mut self, place: usize, timer: Key) {
        self.move_from(place, timer);
        self.find();
    }

    /// Who is the first of the heap now?
    #[inline(always)]
    fn find(&mut self) {
        self.soonest = self.heap.first_chunk().map_or(NOBODY, |family| least(family).0);
    }

    /// A timer has rung and rings again: one that does so comes to the front if there is room.
    fn arm_again(&mut self, place: usize, timer: Key) {
        self.rung = NO_SLOT;
        match self.fronts.iter().position(|front| *front == NOBODY) {
            Some(free) => {
                self.remove(place);
                self.fronts[free] = timer;
                let slot = self.slot(timer) as usize;
                self.place[slot] = FRONT + free as u32;
            }
            None => self.change(place, timer),
        }
    }

    /// Lets `slot` not ring, or not again when it has rung.
    #[inline(never)]
    pub fn disarm(&mut self, slot: u32) {
        let Some(place) = self.place.get_mut(slot as usize) else { return };
        if self.rung == slot {
            self.rung = NO_SLOT;
        }
        match std::mem::replace(place, IDLE) {
            IDLE => {}
            FAR => self.far.remove(slot),
            place @ FRONT.. => self.fronts[(place - FRONT) as usize] = NOBODY,
            place => self.remove(place as usize),
        }
    }

    /// The first of those that are not far.
    #[inline(always)]
    fn first(&self) -> Key {
        let [one, other] = self.fronts;
        let front = one.min(other);
        if front < self.soonest {
            cold_path();
            front
        } else {
            self.soonest
        }
    }

    /// The key of a timer; none for one that is before the epoch or far from it.
    #[inline(always)]
    fn key(&self, slot: u32, time: Time) -> Option<Key> {
        let since = time.as_nanos().wrapping_sub(self.epoch);
        (since < u64::MAX >> self.bits).then(|| since << self.bits | u64::from(slot))
    }

    #[inline(always)]
    fn time(&self, key: Key) -> Time {
        Time::from_nanos(self.epoch + (key >> self.bits))
    }

    #[inline(always)]
    fn slot(&self, key: Key) -> u32 {
        key as u32 & (u32::MAX >> (u32::BITS - self.bits))
    }

    #[cold]
    fn make_room(&mut self, slot: u32) {
        self.place.resize(slot as usize + 1, IDLE);
        let needed = u32::BITS - slot.leading_zeros();
        if needed > self.bits {
            self.count_from_last(needed);
        }
    }

    /// Arms what has no key. Many would have one if keys counted from when a timer rang last, once the epoch is long ago.
    #[cold]
    fn arm_far(&mut self, slot: u32, time: Time) {
        self.disarm(slot);
        self.stand_far(slot, time);
        let since = self.last.as_nanos().saturating_sub(self.epoch);
        if time.as_nanos() < self.epoch || since > (u64::MAX >> self.bits) / 2 {
            self.count_from_last(self.bits);
        }
    }

    fn stand_far(&mut self, slot: u32, time: Time) {
        self.place[slot as usize] = FAR;
        self.far.insert(slot, time);
    }

    #[cold]
    fn come_near(&mut self, slot: u32, timer: Key) {
        if self.rung == slot {
            self.rung = NO_SLOT;
        }
        self.far.remove(slot);
        self.push(timer);
    }

    /// Lets all keys count from when a timer rang last, or from the first timer if that is earlier, with so many bits for the slot.
    #[cold]
    fn count_from_last(&mut self, bits: u32) {
        if self.rung != NO_SLOT {
            self.disarm(self.rung);
        }
        let near = self.heap.iter().chain(&self.fronts).filter(|key| **key != NOBODY);
        let near: Vec<_> = near.map(|&key| (self.time(key), self.slot(key))).collect();
        let first = near.iter().copied().chain(self.far.first()).min();
        let epoch = first.map_or(self.last, |(time, _)| time.min(self.last)).as_nanos();
        self.heap.clear();
        (self.fronts, self.soonest, self.behind, self.bits) = ([NOBODY; FRONTS], NOBODY, 0, bits);
        // Never so late that what is before it could look as if it came soon after.
        self.epoch = epoch.min(u64::MAX / 2);
        for (time, slot) in near {
            match self.key(slot, time) {
                Some(key) => self.push(key),
                None => self.stand_far(slot, time),
            }
        }
        while let Some((time, slot)) = self.far.first()
            && let Some(key) = self.key(slot, time)
        {
            self.come_near(slot, key);
        }
    }

    #[inline(always)]
    fn push(&mut self, timer: Key) {
        let place = self.behind;
        if place == self.heap.len() {
            self.add_family();
        }
        self.behind += 1;
        self.up(place, timer);
        if timer < self.soonest {
            cold_path();
            self.soonest = timer;
        }
    }

    #[cold]
    fn add_family(&mut self) {
        self.heap.extend([NOBODY; ARITY]);
    }

    /// Puts the last timer into a place that has become vacant.
    #[inline(always)]
    fn remove(&mut self, place: usize) {
        self.behind -= 1;
        let last = self.behind;
        let timer = std::mem::replace(&mut self.heap[last], NOBODY);
        if place != last {
            self.move_from(place, timer);
        }
        self.find();
    }

    /// Puts a timer where it belongs, above or below this place.
    fn move_from(&mut self, place: usize, timer: Key) {
        if place >= ARITY && timer < self.heap[parent(place)] { self.up(place, timer) } else { self.down(place, timer) }
    }

    #[inline(always)]
    fn put(&mut self, place: usize, timer: Key) {
        self.heap[place] = timer;
        let slot = self.slot(timer) as usize;
        self.place[slot] = place as u32;
    }

    #[inline(always)]
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
            let (first, at) = least(children);
            if timer <= first {
                break;
            }
            self.put(place, first);
            place = (place + 1) * ARITY + at;
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
        // All in one word; some far at any time; slots that need more bits than the first ones.
        for (unit, bits) in [(1, SLOT_BITS), (1 << 24, SLOT_BITS), (1 << 32, SLOT_BITS), (1 << 40, 3)] {
            rings_in_order(unit, Timers { bits, ..Timers::default() });
        }
    }

    #[test]
    fn what_never_rings_does_not_hold_up_what_is_armed_after_it() {
        let mut timers = Timers::default();
        timers.arm(1, Time::MAX);
        assert_eq!(timers.peek(), Some((Time::MAX, 1)));
        timers.arm(2, Time::from_secs(300));
        assert_eq!((timers.peek(), timers.get(2)), (Some((Time::from_secs(300), 2)), Some(Time::from_secs(300))));
        timers.ring(2, Time::from_secs(300));
        timers.arm(2, Time::from_secs(4000));
        assert_eq!((timers.peek(), timers.len()), (Some((Time::from_secs(4000), 2)), 2));
    }

    /// Thousands of timers that ring in hours are not looked at whenever another one is the only one that is near.
    #[test]
    fn far_timers_are_left_alone() {
        let mut timers = Timers::default();
        (0..2000).for_each(|slot| timers.arm(slot, Time::from_secs(100_000 + u64::from(slot))));
        let mut epochs = std::collections::BTreeSet::new();
        for second in 1..5000 {
            timers.arm(5000, Time::from_secs(second));
            assert_eq!(timers.peek(), Some((Time::from_secs(second), 5000)));
            timers.ring(5000, Time::from_secs(second));
            assert_eq!(timers.peek(), Some((Time::from_secs(100_000), 0)));
            epochs.insert(timers.epoch);
        }
        assert!((2..=10).contains(&epochs.len()), "in 83 minutes keys were made anew {} times", epochs.len());
    }

    /// Times are multiples of `unit` [ns].
    fn rings_in_order(unit: u64, mut timers: Timers) {
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
                    timers.ring(slot, time);
                    wanted.remove(&slot);
                    assert_eq!((timers.get(slot), timers.len()), (None, wanted.len()));
                    // What has rung may let others ring, or not ring, before it is armed again.
                    let (other, another) = ((slot + 1) % 300, (state >> 20) as u32 % 300);
                    if other != slot && state >> 58 & 1 == 0 {
                        let time = Time::from_nanos(time.as_nanos() + (state >> 45) % 500 * unit);
                        timers.arm(other, time);
                        wanted.insert(other, time);
                    }
                    if state >> 58 & 2 == 0 {
                        timers.disarm(another);
                        wanted.remove(&another);
                    }
                    assert_eq!((timers.get(slot), timers.len()), (wanted.get(&slot).copied(), wanted.len()));
                    if state >> 60 < 5 {
                        let time = Time::from_nanos(time.as_nanos() + (state >> 50) % 1000 * unit);
                        timers.arm(slot, time);
                        wanted.insert(slot, time);
                    }
                }
            } else {
                // Some at the same time.
                let coarse = if state >> 30 & 1 == 0 { u64::MAX } else { !0xffff };
                let time = Time::from_nanos(((state >> 44) & coarse) * unit);
                // Some never ring.
                let time = if state >> 36 & 15 == 0 { Time::MAX } else { time };
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
