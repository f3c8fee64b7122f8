//! The bare loop with the network in it: the way to the task and the way back are events too, four a request. What lies between
//! a load balancer and its targets, and still no zones, timeouts, health checks, facts or run hash.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use hdrhistogram::Histogram;

use super::bare::{Clocks, Draws, Pick, Task, times};
use super::{WORK, per_second};
use crate::Contestant;

/// One way between load balancer and task [ns]: half of the simulator's `target_round_trip`.
const HOP: u64 = 500_000;

/// A request on its way to its task, or back.
#[derive(Clone, Copy)]
struct Request {
    arrived: u64,
    task: u32,
    answered: bool,
}

/// The loop.
pub struct Hops<D, P> {
    between: f64,
    next_arrival: u64,
    arrivals: D,
    works: D,
    pick: P,
    tasks: Vec<Task>,
    clocks: Clocks,
    /// (when it gets there, which request).
    hops: BinaryHeap<Reverse<(u64, u32)>>,
    requests: Vec<Request>,
    free: Vec<u32>,
    answered: usize,
    times: Histogram<u64>,
}

impl<D: Draws, P: Pick> Hops<D, P> {
    pub fn new(tasks: usize) -> Hops<D, P> {
        Hops {
            between: 1e9 / per_second(tasks),
            next_arrival: 0,
            arrivals: D::new("arrivals"),
            works: D::new("work"),
            pick: P::new(tasks),
            tasks: vec![Task::default(); tasks],
            clocks: Clocks::new(tasks),
            hops: BinaryHeap::new(),
            requests: Vec::new(),
            free: Vec::new(),
            answered: 0,
            times: times(),
        }
    }

    /// A request comes to the load balancer.
    #[inline]
    fn arrive(&mut self) {
        let now = self.next_arrival;
        self.next_arrival = now + (self.arrivals.exponential() * self.between) as u64;
        let task = self.pick.pick();
        self.pick.began(task);
        let new = Request { arrived: now, task: task as u32, answered: false };
        let slot = match self.free.pop() {
            Some(slot) => {
                self.requests[slot as usize] = new;
                slot
            }
            None => {
                self.requests.push(new);
                self.requests.len() as u32 - 1
            }
        };
        self.hops.push(Reverse((now + HOP, slot)));
    }

    /// A request comes to its task, or its answer to the load balancer.
    #[inline]
    fn hop(&mut self) {
        let Some(Reverse((now, slot))) = self.hops.pop() else { return };
        let Request { arrived, task, answered } = self.requests[slot as usize];
        let at = task as usize;
        if answered {
            self.free.push(slot);
            self.pick.ended(at);
            self.answered += 1;
            self.times.record(now - arrived).expect("the histogram grows as it must");
        } else {
            let task = &mut self.tasks[at];
            task.begin(now, self.works.exponential() * WORK, u64::from(slot));
            self.clocks.set(at, task.next_end());
        }
    }

    /// A task has done what a request asks for.
    #[inline]
    fn end(&mut self, now: u64, at: usize) {
        let task = &mut self.tasks[at];
        let Some(slot) = task.end(now) else { return };
        self.clocks.set(at, task.next_end());
        self.requests[slot as usize].answered = true;
        self.hops.push(Reverse((now + HOP, slot as u32)));
    }
}

impl<D: Draws, P: Pick> Contestant for Hops<D, P> {
    fn run(&mut self, count: usize) {
        let until = self.answered + count;
        while self.answered < until {
            let (end, task) = self.clocks.first();
            let hop = self.hops.peek().map_or(u64::MAX, |Reverse((time, _))| *time);
            if self.next_arrival <= end.min(hop) {
                self.arrive();
            } else if hop <= end {
                self.hop();
            } else {
                self.end(end, task);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::UTILISATION;
    use super::super::bare::{LeastOutstanding, Logarithm};
    use super::*;

    /// One task is M/M/1 with processor sharing, and two hops.
    #[test]
    fn the_reference_obeys_the_law_of_its_queue() {
        let mut one = Hops::<Logarithm, LeastOutstanding>::new(1);
        one.run(1_000_000);
        let wanted = WORK / (1.0 - UTILISATION) + 2.0 * HOP as f64;
        let mean = one.times.mean();
        assert!((mean / wanted - 1.0).abs() < 0.02, "{mean} instead of {wanted}");
        let under_way = one.requests.len() - one.free.len();
        assert_eq!(under_way, one.hops.len() + one.tasks[0].len());
    }
}
