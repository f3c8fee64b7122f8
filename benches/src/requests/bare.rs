//! The reference: the least that a request can be simulated with. No zones, timeouts, health checks, facts or run
//! hash; one clock for each task, and one for the next arrival.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use hdrhistogram::Histogram;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sim_core::engine::Stream;

use super::{WORK, per_second};
use crate::Contestant;

/// Where draws come from.
pub trait Draws {
    fn new(purpose: &str) -> Self;
    /// Exponential with mean 1.
    fn exponential(&mut self) -> f64;
}

/// ChaCha8 and `libm`'s logarithm: the textbook's inversion.
pub struct Logarithm(ChaCha8Rng);

impl Draws for Logarithm {
    fn new(purpose: &str) -> Logarithm {
        Logarithm(ChaCha8Rng::seed_from_u64(purpose.len() as u64))
    }
    #[inline]
    fn exponential(&mut self) -> f64 {
        -libm::log(1.0 - (self.0.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64))
    }
}

/// The engine's own: ChaCha8 and a ziggurat.
impl Draws for Stream {
    fn new(purpose: &str) -> Stream {
        Stream::of(42, purpose, "bare")
    }
    #[inline]
    fn exponential(&mut self) -> f64 {
        Stream::exponential(self)
    }
}

/// Which task is next.
pub trait Pick {
    fn new(tasks: usize) -> Self;
    fn pick(&mut self) -> usize;
    fn began(&mut self, task: usize);
    fn ended(&mut self, task: usize);
}

/// Each in turn.
pub struct RoundRobin {
    next: usize,
    tasks: usize,
}

impl Pick for RoundRobin {
    fn new(tasks: usize) -> RoundRobin {
        RoundRobin { next: 0, tasks }
    }
    #[inline]
    fn pick(&mut self) -> usize {
        let task = self.next;
        self.next = if task + 1 < self.tasks { task + 1 } else { 0 };
        task
    }
    #[inline]
    fn began(&mut self, _: usize) {}
    #[inline]
    fn ended(&mut self, _: usize) {}
}

/// The one with the fewest requests; of equal ones the one that has had as few for the longest. One ring for each
/// number of requests: a pick costs the same at any number of tasks.
pub struct LeastOutstanding {
    /// Neighbours in the ring: the tasks first, then the rings' anchors.
    next: Vec<u32>,
    previous: Vec<u32>,
    loads: Vec<u32>,
    least: usize,
}

impl LeastOutstanding {
    fn anchor(&mut self, load: usize) -> u32 {
        let anchor = self.loads.len() + load;
        while self.next.len() <= anchor {
            let new = self.next.len() as u32;
            self.next.push(new);
            self.previous.push(new);
        }
        anchor as u32
    }

    #[inline]
    fn is_empty(&mut self, load: usize) -> bool {
        let anchor = self.anchor(load);
        self.next[anchor as usize] == anchor
    }

    #[inline]
    fn enter(&mut self, task: usize, load: u32) {
        self.loads[task] = load;
        let anchor = self.anchor(load as usize);
        let last = std::mem::replace(&mut self.previous[anchor as usize], task as u32);
        (self.next[task], self.previous[task]) = (anchor, last);
        self.next[last as usize] = task as u32;
    }

    #[inline]
    fn leave(&mut self, task: usize) {
        let (next, previous) = (self.next[task], self.previous[task]);
        self.next[previous as usize] = next;
        self.previous[next as usize] = previous;
    }
}

impl Pick for LeastOutstanding {
    fn new(tasks: usize) -> LeastOutstanding {
        let (next, previous) = (vec![0; tasks], vec![0; tasks]);
        let mut all = LeastOutstanding { next, previous, loads: vec![0; tasks], least: 0 };
        (0..tasks).for_each(|task| all.enter(task, 0));
        all
    }
    #[inline]
    fn pick(&mut self) -> usize {
        let anchor = self.anchor(self.least);
        self.next[anchor as usize] as usize
    }
    #[inline]
    fn began(&mut self, task: usize) {
        self.leave(task);
        self.enter(task, self.loads[task] + 1);
        if self.is_empty(self.least) {
            self.least += 1;
        }
    }
    #[inline]
    fn ended(&mut self, task: usize) {
        self.leave(task);
        self.enter(task, self.loads[task] - 1);
        self.least = self.least.min(self.loads[task] as usize);
    }
}

/// A task of one vCPU. All its requests have had the same work done since any moment, so a request's end is fixed in
/// work done (virtual time) when it arrives.
#[derive(Clone, Default)]
pub struct Task {
    /// Up to when `done` is counted [ns].
    at: u64,
    /// Work done on each request [ns].
    done: f64,
    /// (work done at which it ends, as bits; when it arrived, or which it is).
    requests: BinaryHeap<Reverse<(u64, u64)>>,
}

impl Task {
    #[inline]
    fn advance(&mut self, now: u64) {
        match self.requests.len() {
            0 => self.done = 0.0,
            requests => self.done += (now - self.at) as f64 / requests as f64,
        }
        self.at = now;
    }

    /// A request begins that takes so much work [ns].
    #[inline]
    pub fn begin(&mut self, now: u64, work: f64, request: u64) {
        self.advance(now);
        self.requests.push(Reverse(((self.done + work).to_bits(), request)));
    }

    /// The request that ends now.
    #[inline]
    pub fn end(&mut self, now: u64) -> Option<u64> {
        self.advance(now);
        let Reverse((work, request)) = self.requests.pop()?;
        self.done = self.done.max(f64::from_bits(work));
        Some(request)
    }

    /// Requests at work [count].
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.requests.len()
    }

    #[inline]
    pub fn next_end(&self) -> u64 {
        let Some(Reverse((end, _))) = self.requests.peek() else { return u64::MAX };
        self.at + ((f64::from_bits(*end) - self.done) * self.requests.len() as f64) as u64 + 1
    }
}

/// One clock for each task: an indexed 4-ary heap, so that setting a clock anew leaves nothing behind.
pub struct Clocks {
    heap: Vec<(u64, u32)>,
    places: Vec<u32>,
}

impl Clocks {
    pub fn new(tasks: usize) -> Clocks {
        Clocks { heap: (0..tasks as u32).map(|task| (u64::MAX, task)).collect(), places: (0..tasks as u32).collect() }
    }

    /// The first, and its task.
    #[inline]
    pub fn first(&self) -> (u64, usize) {
        (self.heap[0].0, self.heap[0].1 as usize)
    }

    #[inline]
    pub fn set(&mut self, task: usize, time: u64) {
        let heap = &mut self.heap;
        let mut at = self.places[task] as usize;
        while at > 0 && time < heap[(at - 1) / 4].0 {
            heap[at] = heap[(at - 1) / 4];
            self.places[heap[at].1 as usize] = at as u32;
            at = (at - 1) / 4;
        }
        loop {
            let first = at * 4 + 1;
            if first >= heap.len() {
                break;
            }
            let mut least = first;
            for child in first + 1..(first + 4).min(heap.len()) {
                if heap[child].0 < heap[least].0 {
                    least = child;
                }
            }
            if time <= heap[least].0 {
                break;
            }
            heap[at] = heap[least];
            self.places[heap[at].1 as usize] = at as u32;
            at = least;
        }
        heap[at] = (time, task as u32);
        self.places[task] = at as u32;
    }
}

/// Of durations [ns].
pub fn times() -> Histogram<u64> {
    let mut times = Histogram::new(3).expect("three digits are allowed");
    times.auto(true);
    times
}

/// The loop.
pub struct Bare<D, P> {
    between: f64,
    next_arrival: u64,
    arrivals: D,
    works: D,
    pick: P,
    tasks: Vec<Task>,
    clocks: Clocks,
    arrived: usize,
    answered: usize,
    times: Histogram<u64>,
}

impl<D: Draws, P: Pick> Bare<D, P> {
    pub fn new(tasks: usize) -> Bare<D, P> {
        Bare {
            between: 1e9 / per_second(tasks),
            next_arrival: 0,
            arrivals: D::new("arrivals"),
            works: D::new("work"),
            pick: P::new(tasks),
            tasks: vec![Task::default(); tasks],
            clocks: Clocks::new(tasks),
            arrived: 0,
            answered: 0,
            times: times(),
        }
    }

    /// The mean time of an answer so far [ns].
    #[cfg(test)]
    fn mean(&self) -> f64 {
        self.times.mean()
    }
}

impl<D: Draws, P: Pick> Contestant for Bare<D, P> {
    fn run(&mut self, count: usize) {
        let until = self.answered + count;
        while self.answered < until {
            let (end, at) = self.clocks.first();
            if self.next_arrival <= end {
                let now = self.next_arrival;
                self.next_arrival = now + (self.arrivals.exponential() * self.between) as u64;
                self.arrived += 1;
                let at = self.pick.pick();
                self.pick.began(at);
                let task = &mut self.tasks[at];
                task.begin(now, self.works.exponential() * WORK, now);
                self.clocks.set(at, task.next_end());
            } else {
                let task = &mut self.tasks[at];
                let Some(arrived) = task.end(end) else { continue };
                self.clocks.set(at, task.next_end());
                self.pick.ended(at);
                self.answered += 1;
                self.times.record(end - arrived).expect("the histogram grows as it must");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At one task both choices are M/M/1 with processor sharing: the mean is E[S] / (1 - utilisation).
    #[test]
    fn the_reference_obeys_the_law_of_its_queue() {
        let wanted = WORK / (1.0 - super::super::UTILISATION);
        let mut one = Bare::<Logarithm, LeastOutstanding>::new(1);
        let mut two = Bare::<Stream, RoundRobin>::new(1);
        for mean in [
            {
                one.run(1_000_000);
                one.mean()
            },
            {
                two.run(1_000_000);
                two.mean()
            },
        ] {
            assert!((mean / wanted - 1.0).abs() < 0.02, "{mean} instead of {wanted}");
        }
        assert!(one.arrived - one.answered == one.tasks[0].len());
    }

    #[test]
    fn the_fewest_requests_are_picked_and_of_equal_ones_the_next_in_turn() {
        let mut pick = LeastOutstanding::new(3);
        let mut begin = |pick: &mut LeastOutstanding| {
            let task = pick.pick();
            pick.began(task);
            task
        };
        assert_eq!([begin(&mut pick), begin(&mut pick), begin(&mut pick), begin(&mut pick)], [0, 1, 2, 0]);
        pick.ended(2);
        assert_eq!([begin(&mut pick), begin(&mut pick), begin(&mut pick)], [2, 1, 2]);
    }
}
