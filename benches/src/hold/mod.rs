//! The hold model: take the earliest event, put it back one exponential increment later.
//!
//! All contestants use the same increments, drawn beforehand: mean one second, in nanoseconds.

#[cfg(feature = "desim")]
mod on_desim;
mod on_desque;
mod on_nexosim;
mod on_simrs;

use std::time::Duration;

use sim_core::engine::{Budget, Kernel, Next, Queue, Time};

use crate::ladder::Ladder;
use crate::xoshiro::{Xoshiro, Ziggurat};
use crate::{Contestant, Named};

/// How many increments there are; they are used round and round.
const MANY: usize = 1 << 16;

/// Increments, one after another.
#[derive(Clone, Copy)]
pub struct Increments {
    all: &'static [u64; MANY],
    at: usize,
}

impl Increments {
    pub fn draw() -> Increments {
        let (mut rng, ziggurat) = (Xoshiro::new(1), Ziggurat::new());
        let all: Vec<u64> = (0..MANY).map(|_| (ziggurat.exponential(&mut rng) * 1e9) as u64).collect();
        Increments { all: Box::leak(all.into_boxed_slice().try_into().expect("as many as were drawn")), at: 0 }
    }

    /// The next increment [ns].
    #[inline]
    pub fn next(&mut self) -> u64 {
        self.at = (self.at + 1) % MANY;
        self.all[self.at]
    }

    /// Where the n-th event begins [ns]: no two alike, although the increments are used more than once.
    fn first(&mut self, n: usize) -> u64 {
        self.next() + n as u64 % 997
    }
}

/// All contestants with so many events pending.
pub fn contestants(pending: usize) -> Vec<Named> {
    let increments = Increments::draw();
    vec![
        ("bare ladder queue, 64 a bucket", bare::<64>(pending, increments)),
        ("bare ladder queue, 256 a bucket", bare::<256>(pending, increments)),
        ("sim-core Queue", queue(pending, increments)),
        ("sim-core Kernel", kernel(pending, increments)),
        ("std BinaryHeap, 16-byte entries", heap(pending, increments)),
        ("desque 0.4", on_desque::hold(pending, increments)),
        #[cfg(feature = "desim")]
        ("desim 0.4", on_desim::hold(pending, increments)),
        ("simrs 0.2", on_simrs::hold(pending, increments)),
        ("nexosim 1.0", on_nexosim::hold(pending, increments)),
    ]
}

/// Our events in this model: 24 bytes, of which the variant is one.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    Tick { id: u64, weight: u32 },
    Moved { from: u64, to: u64 },
    Stop,
}
const _: () = assert!(size_of::<Event>() == 24);

fn event(n: usize) -> Event {
    // The other variants only make it a real enum.
    match n {
        usize::MAX => Event::Stop,
        0x7fff_ffff_ffff_ffff => Event::Moved { from: 0, to: 1 },
        _ => Event::Tick { id: n as u64, weight: n as u32 },
    }
}

/// A loop over a queue: whatever pops and pushes.
struct Loop<Q> {
    queue: Q,
    increments: Increments,
    sum: u64,
}

macro_rules! contestant {
    ($queue:ty, |$this:ident| $step:block $(, $($generics:tt)*)?) => {
        impl $(<$($generics)*>)? Contestant for Loop<$queue> {
            fn run(&mut self, count: usize) {
                let $this = self;
                for _ in 0..count $step
            }
        }
    };
}

fn bare<const SORT_MAX: usize>(pending: usize, mut increments: Increments) -> Box<dyn Contestant> {
    let mut queue = Ladder::<SORT_MAX>::default();
    (0..pending).for_each(|n| queue.push(increments.first(n), n as u64));
    Box::new(Loop { queue, increments, sum: 0 })
}

contestant!(Ladder<SORT_MAX>, |this| {
    let (time, id) = this.queue.pop().expect("one is pending");
    this.sum = this.sum.wrapping_add(id);
    this.queue.push(time + this.increments.next(), id);
}, const SORT_MAX: usize);

type Heap = std::collections::BinaryHeap<std::cmp::Reverse<(u64, u64)>>;

fn heap(pending: usize, mut increments: Increments) -> Box<dyn Contestant> {
    let queue: Heap = (0..pending).map(|n| std::cmp::Reverse((increments.first(n), n as u64))).collect();
    Box::new(Loop { queue, increments, sum: 0 })
}

contestant!(Heap, |this| {
    let std::cmp::Reverse((time, id)) = this.queue.pop().expect("one is pending");
    this.sum = this.sum.wrapping_add(id);
    this.queue.push(std::cmp::Reverse((time + this.increments.next(), id)));
});

fn queue(pending: usize, mut increments: Increments) -> Box<dyn Contestant> {
    let mut queue = Queue::default();
    (0..pending).for_each(|n| _ = queue.push(Time::from_nanos(increments.first(n)), event(n)));
    Box::new(Loop { queue, increments, sum: 0 })
}

contestant!(Queue<Event>, |this| {
    let (time, event) = this.queue.pop().expect("one is pending");
    match event {
        Event::Tick { id, .. } => this.sum = this.sum.wrapping_add(id),
        Event::Moved { from, to } => this.sum = this.sum.wrapping_add(from ^ to),
        Event::Stop => return,
    }
    this.queue.push(Time::from_nanos(time.as_nanos() + this.increments.next()), event);
});

fn kernel(pending: usize, mut increments: Increments) -> Box<dyn Contestant> {
    let mut queue = Kernel::new(1, Budget::default());
    (0..pending).for_each(|n| _ = queue.send_at(Time::from_nanos(increments.first(n)), event(n)));
    Box::new(Loop { queue, increments, sum: 0 })
}

contestant!(Kernel<Event, u64>, |this| {
    let Some(Next::Event(event)) = this.queue.next(Time::MAX) else { return };
    match event {
        Event::Tick { id, .. } => this.sum = this.sum.wrapping_add(id),
        Event::Moved { from, to } => this.sum = this.sum.wrapping_add(from ^ to),
        Event::Stop => return,
    }
    this.queue.send(Duration::from_nanos(this.increments.next()), event);
});
