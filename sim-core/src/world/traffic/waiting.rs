//! Requests that have had their CPU time and wait for something else, such as a database.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::line::Line;
use crate::engine::Time;
use crate::world::app::AppSpecId;

/// (until when, slot, generation of the slot).
type Entry = (Time, u32, u32);

/// The waiting requests of one application. Constant waits end in the order in which they began, so they stand in a
/// line; one that ends before the last of the line, because waits differ, goes to the heap.
#[derive(Clone, Debug, Default)]
struct Room {
    line: Line<Entry>,
    heap: BinaryHeap<Reverse<Entry>>,
}

impl Room {
    #[inline]
    fn first(&self) -> Option<Entry> {
        match (self.line.front(), self.heap.peek()) {
            (Some(&a), Some(&Reverse(b))) => Some(a.min(b)),
            (Some(&a), None) => Some(a),
            (None, b) => b.map(|&Reverse(b)| b),
        }
    }
}

/// All waiting requests, by the place of their application: one timer for each application, none for a request.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting {
    rooms: Vec<Room>,
}

impl Waiting {
    /// Adds a request; true when it is now the first to leave.
    #[inline]
    pub fn push(&mut self, spec: AppSpecId, until: Time, slot: u32, generation: u32) -> bool {
        if self.rooms.len() <= spec.index() {
            self.rooms.resize_with(spec.index() + 1, Room::default);
        }
        let room = &mut self.rooms[spec.index()];
        if room.line.is_full() {
            room.line.make_room(|_| true);
        }
        let entry = (until, slot, generation);
        match room.line.back() {
            Some(last) if until < last.0 => {
                room.heap.push(Reverse(entry));
                room.first() == Some(entry)
            }
            // Behind others, so it is not the first.
            Some(_) => {
                room.line.push(entry);
                false
            }
            None => {
                room.line.push(entry);
                room.first() == Some(entry)
            }
        }
    }

    /// All of one application, those that were lost meanwhile included, in no order: (slot, generation).
    pub fn of(&self, spec: AppSpecId) -> impl Iterator<Item = (u32, u32)> + '_ {
        let rooms = self.rooms.get(spec.index()).into_iter();
        let entries = rooms.flat_map(|room| room.line.iter().chain(room.heap.iter().map(|Reverse(entry)| entry)));
        entries.map(|&(_, slot, generation)| (slot, generation))
    }

    /// Takes the first out, and says when the next leaves.
    #[inline]
    pub fn pop(&mut self, spec: AppSpecId) -> (Option<(u32, u32)>, Option<Time>) {
        let Some(room) = self.rooms.get_mut(spec.index()) else { return (None, None) };
        if room.heap.is_empty() {
            let first = room.line.front().map(|&(_, slot, generation)| (slot, generation));
            room.line.pass();
            return (first, room.line.front().map(|(until, ..)| *until));
        }
        let first = room.first();
        if room.line.front() == first.as_ref() {
            room.line.pass();
        } else {
            room.heap.pop();
        }
        (first.map(|(_, slot, generation)| (slot, generation)), room.first().map(|(until, ..)| until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_leave_in_the_order_in_which_their_waits_end() {
        let (mut waiting, spec) = (Waiting::default(), AppSpecId::from_index(0));
        let mut state = 5u64;
        let mut all = Vec::new();
        for slot in 0..500 {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let until = Time::from_nanos(state >> 54);
            let is_first = all.iter().all(|&(earlier, _)| until < earlier);
            assert!(waiting.push(spec, until, slot, 0) || !is_first);
            all.push((until, slot));
        }
        let of = all.clone();
        all.sort();
        for (index, &(until, _)) in all.iter().enumerate() {
            let (first, next) = waiting.pop(spec);
            assert_eq!(of[first.unwrap().0 as usize].0, until);
            assert_eq!(next, all.get(index + 1).map(|&(until, _)| until));
        }
        assert_eq!(waiting.pop(spec), (None, None));
    }
}
