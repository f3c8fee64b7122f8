use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// What a user of a queue may do.
#[derive(Clone, Debug)]
enum Step {
    /// Asks for this many events, each so long after the last one popped [ns].
    Push(Vec<u64>),
    /// Asks for many events at one moment.
    Burst(u64, usize),
    /// Asks for events that come at the same distance, one after another.
    Stairs(u64, usize),
    Pop(usize),
    PopUntil(u64),
    Peek,
    /// Takes back the n-th ticket ever given, counted from the last.
    Cancel(usize),
    /// Takes back the last so many tickets, some of them for the second time.
    CancelMany(usize),
    /// Goes on with a clone.
    Clone,
}

/// Delays of every size, and many that are equal.
fn delay() -> impl Strategy<Value = u64> {
    prop_oneof![
        3 => 0..4u64,
        3 => 0..1_000u64,
        3 => 0..2_000_000_000u64,
        1 => (0..64u32).prop_map(|bit| 1u64 << bit),
        1 => (0..64u32).prop_map(|bit| u64::MAX >> bit),
        1 => Just(u64::MAX),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => vec(delay(), 1..40).prop_map(Step::Push),
        2 => vec(0..2_000_000_000u64, 100..400).prop_map(Step::Push),
        1 => (delay(), 50..400usize).prop_map(|(delay, count)| Step::Burst(delay, count)),
        1 => (delay(), 50..400usize).prop_map(|(delay, count)| Step::Stairs(delay, count)),
        6 => (1..60usize).prop_map(Step::Pop),
        1 => (200..900usize).prop_map(Step::Pop),
        2 => delay().prop_map(Step::PopUntil),
        2 => Just(Step::Peek),
        4 => (0..1000usize).prop_map(Step::Cancel),
        1 => (1..600usize).prop_map(Step::CancelMany),
        1 => Just(Step::Clone),
    ]
}

/// A queue beside the simplest thing that behaves like one.
#[derive(Default)]
struct Pair {
    queue: Queue<u64>,
    model: BTreeMap<(Time, u64), u64>,
    tickets: Vec<(Ticket, Time)>,
    now: Time,
}

impl Pair {
    fn push(&mut self, delay: u64) {
        let (time, id) = (Time::from_nanos(self.now.as_nanos().saturating_add(delay)), self.tickets.len() as u64);
        self.model.insert((time, id), id);
        self.tickets.push((self.queue.push(time, id), time));
    }

    fn pop(&mut self, until: Time) -> bool {
        let wanted =
            self.model.first_key_value().map(|(&(time, _), &id)| (time, id)).filter(|(time, _)| *time <= until);
        assert_eq!(self.queue.pop_until(until), wanted);
        if let Some((time, id)) = wanted {
            self.model.remove(&(time, id));
            self.now = time;
        }
        wanted.is_some()
    }

    fn cancel(&mut self, back: usize) {
        let Some(id) = self.tickets.len().checked_sub(back + 1) else { return };
        let (ticket, time) = self.tickets[id];
        assert_eq!(self.queue.cancel(ticket), self.model.remove(&(time, id as u64)).is_some(), "{ticket:?}");
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Push(delays) => delays.into_iter().for_each(|delay| self.push(delay)),
            Step::Burst(delay, count) => (0..count).for_each(|_| self.push(delay)),
            Step::Stairs(delay, count) => (0..count as u64).for_each(|n| self.push(delay.saturating_mul(n))),
            Step::Pop(count) => _ = (0..count).all(|_| self.pop(Time::MAX)),
            Step::PopUntil(delay) => {
                let until = Time::from_nanos(self.now.as_nanos().saturating_add(delay));
                while self.pop(until) {}
            }
            Step::Peek => assert_eq!(self.queue.peek(), self.model.keys().next().map(|(time, _)| *time)),
            Step::Cancel(back) => self.cancel(back),
            Step::CancelMany(count) => (0..count).for_each(|back| self.cancel(back)),
            Step::Clone => {
                let clone = self.queue.clone();
                let mut original = std::mem::replace(&mut self.queue, clone);
                // What becomes of the original is not the clone's business.
                original.push(self.now, 0);
                while original.pop().is_some() {}
            }
        }
        assert_eq!(self.queue.len(), self.model.len());
        assert_eq!(self.queue.is_empty(), self.model.is_empty());
    }
}

proptest! {
    #[test]
    fn a_queue_behaves_like_a_sorted_map(steps in vec(step(), 1..80)) {
        let mut pair = Pair::default();
        for step in steps {
            pair.step(step);
        }
        while pair.pop(Time::MAX) {}
    }
}

#[test]
fn cancelled_events_that_never_come_up_do_not_stay() {
    let mut queue = Queue::default();
    let kept: Vec<Ticket> = (0..100).map(|n| queue.push(Time::MAX, n)).collect();
    for round in 0..100_000 {
        let ticket = queue.push(Time::MAX, round);
        assert!(queue.cancel(ticket) && !queue.cancel(ticket));
        // Seen at the front, where it is dropped without anything being popped.
        let early = queue.push(Time::from_secs(1), round);
        assert_eq!(queue.peek(), Some(Time::from_secs(1)));
        assert!(queue.cancel(early));
        assert_eq!(queue.peek(), Some(Time::MAX));
        assert!(!queue.cancel(early));
    }
    assert_eq!(queue.len(), 100);
    let remembered = queue.cancelled.tickets.len() + queue.cancelled.dropped.len() + queue.cancelled.survivors.len();
    assert!(remembered < 500 && queue.ladder.capacity() < 4_000, "{remembered} {}", queue.ladder.capacity());
    assert!(kept.iter().all(|&ticket| queue.cancel(ticket)) && !kept.iter().any(|&ticket| queue.cancel(ticket)));
    assert_eq!((queue.pop(), queue.len()), (None, 0));
}

#[test]
fn a_great_burst_gives_its_memory_back() {
    let mut queue = Queue::default();
    for n in 0..100_000u64 {
        queue.push(Time::from_nanos(n * 7919 % 1_000_003), n);
    }
    assert!(queue.ladder.capacity() >= 100_000);
    while queue.pop().is_some() {}
    assert!(queue.ladder.capacity() <= 4_000, "{}", queue.ladder.capacity());
}

#[test]
fn moments_of_many_events_stay_cheap_while_earlier_ones_come_and_go() {
    // Would take minutes if the crowd at one moment were put in order, or spread, again and again.
    let mut queue = Queue::default();
    let crowd = Time::from_secs(1_000);
    (0..200_000).for_each(|n| _ = queue.push(crowd, n));
    let mut now = Time::ZERO;
    for round in 0..2_000u64 {
        for n in (0..100).rev() {
            queue.push(Time::from_nanos(now.as_nanos() + n * 1_000), u64::MAX);
        }
        queue.push(crowd, 200_000 + round);
        for _ in 0..100 {
            let (time, event) = queue.pop().expect("one was pushed");
            assert!(time >= now && event == u64::MAX);
            now = time;
        }
    }
    (0..202_000).for_each(|n| assert_eq!(queue.pop(), Some((crowd, n))));
}

#[test]
fn a_hundred_thousand_events_come_in_order_while_more_are_asked_for() {
    let mut pair = Pair::default();
    let mut state = 1u64;
    let mut draw = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        state >> 33
    };
    // Most soon, some late, many at the same moment.
    let mut delay = || [draw() % 1_000, draw() % 1_000_000, draw() * draw(), 500][draw() as usize % 4];
    (0..100_000).for_each(|_| pair.push(delay()));
    for _ in 0..300_000 {
        assert!(pair.pop(Time::MAX));
        pair.push(delay());
    }
    while pair.pop(Time::MAX) {}
}
