//! M/M/8 at utilisation 0.8: customers arrive, wait for one of eight servers, are served, leave.
//!
//! All contestants keep the same books: who waits since when, and the sum of all times spent in the system. The
//! others draw from xoshiro and a ziggurat in plain floating point; the engine draws from its own streams.

#[cfg(feature = "desim")]
mod on_desim;
mod on_desque;
mod on_nexosim;
mod on_simrs;

use std::collections::VecDeque;
use std::time::Duration;

use sim_core::engine::{Budget, Kernel, Next, Stream, Time, rng};

use crate::xoshiro::{Xoshiro, Ziggurat};
use crate::{Contestant, Named};

const SERVERS: usize = 8;
/// The mean time to serve a customer [ns].
const SERVICE: f64 = 1e9;
/// The mean time between two arrivals [ns].
const BETWEEN: f64 = SERVICE / (SERVERS as f64 * 0.8);

/// All contestants.
pub fn contestants() -> Vec<Named> {
    vec![
        ("bare loop, 4-ary heap", bare::<FourAry>()),
        ("bare loop, sorted array", bare::<Sorted>()),
        ("sim-core Kernel", Box::new(Engine::new())),
        ("desque 0.4", on_desque::mm8()),
        #[cfg(feature = "desim")]
        ("desim 0.4", on_desim::mm8()),
        ("simrs 0.2", on_simrs::mm8()),
        ("nexosim 1.0", on_nexosim::mm8()),
    ]
}

/// Draws of a bare loop.
#[derive(Clone)]
struct Draws {
    rng: Xoshiro,
    ziggurat: &'static Ziggurat,
}

impl Draws {
    fn new() -> Draws {
        Draws { rng: Xoshiro::new(42), ziggurat: Box::leak(Box::new(Ziggurat::new())) }
    }
    #[inline]
    fn exponential(&mut self, mean: f64) -> u64 {
        (self.ziggurat.exponential(&mut self.rng) * mean) as u64
    }
}

/// The books that everybody keeps.
#[derive(Default)]
struct Books {
    busy: usize,
    waiting: VecDeque<u64>,
    served: usize,
    /// The sum of times in the system [ns].
    total: u128,
}

impl Books {
    /// Somebody arrives: true when a server is free.
    #[inline]
    fn arrive(&mut self, now: u64) -> bool {
        if self.busy < SERVERS {
            self.busy += 1;
            return true;
        }
        self.waiting.push_back(now);
        false
    }

    /// Somebody leaves: the arrival time of the one whose turn it is.
    #[inline]
    fn leave(&mut self, now: u64, arrived: u64) -> Option<u64> {
        self.served += 1;
        self.total += u128::from(now - arrived);
        let next = self.waiting.pop_front();
        if next.is_none() {
            self.busy -= 1;
        }
        next
    }
}

/// What a bare loop keeps its events in: (time, arrival time of who leaves then, or [`ARRIVAL`]).
trait Pending: Default + 'static {
    fn push(&mut self, time: u64, who: u64);
    fn pop(&mut self) -> (u64, u64);
}

/// Marks an arrival.
const ARRIVAL: u64 = u64::MAX;

#[derive(Default)]
struct FourAry(Vec<(u64, u64)>);

impl Pending for FourAry {
    #[inline]
    fn push(&mut self, time: u64, who: u64) {
        let heap = &mut self.0;
        let mut at = heap.len();
        heap.push((time, who));
        while at > 0 {
            let parent = (at - 1) / 4;
            if heap[parent].0 <= time {
                break;
            }
            heap[at] = heap[parent];
            at = parent;
        }
        heap[at] = (time, who);
    }

    #[inline]
    fn pop(&mut self) -> (u64, u64) {
        let heap = &mut self.0;
        let last = heap.pop().expect("an arrival is always pending");
        let Some(&first) = heap.first() else { return last };
        let mut at = 0;
        loop {
            let child = at * 4 + 1;
            if child >= heap.len() {
                break;
            }
            let end = (child + 4).min(heap.len());
            let mut least = child;
            for other in child + 1..end {
                if heap[other].0 < heap[least].0 {
                    least = other;
                }
            }
            if last.0 <= heap[least].0 {
                break;
            }
            heap[at] = heap[least];
            at = least;
        }
        heap[at] = last;
        first
    }
}

/// Latest first, so that the earliest is taken from the end.
#[derive(Default)]
struct Sorted(Vec<(u64, u64)>);

impl Pending for Sorted {
    #[inline]
    fn push(&mut self, time: u64, who: u64) {
        let all = &mut self.0;
        let mut at = all.len();
        all.push((time, who));
        while at > 0 && all[at - 1].0 < time {
            all[at] = all[at - 1];
            at -= 1;
        }
        all[at] = (time, who);
    }

    #[inline]
    fn pop(&mut self) -> (u64, u64) {
        self.0.pop().expect("an arrival is always pending")
    }
}

struct Bare<P> {
    pending: P,
    draws: Draws,
    books: Books,
}

fn bare<P: Pending>() -> Box<dyn Contestant> {
    let mut pending = P::default();
    pending.push(0, ARRIVAL);
    Box::new(Bare { pending, draws: Draws::new(), books: Books::default() })
}

impl<P: Pending> Contestant for Bare<P> {
    fn run(&mut self, count: usize) {
        let Bare { pending, draws, books } = self;
        let until = books.served + count;
        while books.served < until {
            let (now, who) = pending.pop();
            if who == ARRIVAL {
                pending.push(now + draws.exponential(BETWEEN), ARRIVAL);
                if books.arrive(now) {
                    pending.push(now + draws.exponential(SERVICE), now);
                }
            } else if let Some(next) = books.leave(now, who) {
                pending.push(now + draws.exponential(SERVICE), next);
            }
        }
    }
}

/// Our events in this model.
#[derive(Clone, Copy, Debug)]
enum Event {
    Arrive,
    Leave { arrived: Time },
}

struct Engine {
    kernel: Kernel<Event, u64>,
    arrivals: Stream,
    services: Stream,
    books: Books,
}

impl Engine {
    const BETWEEN: Duration = Duration::from_nanos(BETWEEN as u64);
    const SERVICE: Duration = Duration::from_nanos(SERVICE as u64);

    fn new() -> Engine {
        let mut kernel = Kernel::new(42, Budget::default());
        kernel.send(Duration::ZERO, Event::Arrive);
        let (arrivals, services) = (kernel.stream("arrivals", "source"), kernel.stream("services", "servers"));
        Engine { kernel, arrivals, services, books: Books::default() }
    }

    #[inline]
    fn serve(&mut self, arrived: Time) {
        let time = rng::scale(Self::SERVICE, self.services.exponential());
        self.kernel.send(time, Event::Leave { arrived });
    }
}

impl Contestant for Engine {
    fn run(&mut self, count: usize) {
        let until = self.books.served + count;
        while self.books.served < until {
            let Some(Next::Event(event)) = self.kernel.next(Time::MAX) else { return };
            let now = self.kernel.now();
            match event {
                Event::Arrive => {
                    let delay = rng::scale(Self::BETWEEN, self.arrivals.exponential());
                    self.kernel.send(delay, Event::Arrive);
                    if self.books.arrive(now.as_nanos()) {
                        self.serve(now);
                    }
                }
                Event::Leave { arrived } => {
                    if let Some(next) = self.books.leave(now.as_nanos(), arrived.as_nanos()) {
                        self.serve(Time::from_nanos(next));
                    }
                }
            }
        }
    }
}
