//! The hold model on `nexosim`.

use super::*;
use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::EventSource;
use nexosim::simulation::{Mailbox, SimInit, Simulation};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// The increments, which are no part of the state that could be saved.
static INCREMENTS: OnceLock<Increments> = OnceLock::new();

#[derive(Serialize, Deserialize)]
pub struct Holder {
    at: usize,
    sum: u64,
    #[serde(skip)]
    handled: Arc<AtomicUsize>,
}

#[Model]
impl Holder {
    pub fn start(&mut self, pending: usize, cx: &Context<Self>) {
        let mut increments = *INCREMENTS.get().expect("drawn before the start");
        for n in 0..pending {
            let first = Duration::from_nanos(increments.first(n).max(1));
            cx.schedule_event(first, schedulable!(Self::tick), n as u64).expect("it is later");
        }
    }

    #[nexosim(schedulable)]
    fn tick(&mut self, id: u64, cx: &Context<Self>) {
        self.sum = self.sum.wrapping_add(id);
        self.handled.fetch_add(1, Ordering::Relaxed);
        let mut increments = Increments { at: self.at, ..*INCREMENTS.get().expect("drawn before the start") };
        let delay = Duration::from_nanos(increments.next().max(1));
        self.at = increments.at;
        cx.schedule_event(delay, schedulable!(Self::tick), id).expect("it is later");
    }
}

struct Running {
    simulation: Simulation,
    handled: Arc<AtomicUsize>,
}

impl Contestant for Running {
    fn run(&mut self, count: usize) {
        let until = self.handled.load(Ordering::Relaxed) + count;
        while self.handled.load(Ordering::Relaxed) < until {
            self.simulation.step().expect("ticks do not fail");
        }
    }
}

pub fn hold(pending: usize, increments: Increments) -> Box<dyn Contestant> {
    INCREMENTS.get_or_init(|| increments);
    let handled = Arc::new(AtomicUsize::new(0));
    let holder = Holder { at: 0, sum: 0, handled: Arc::clone(&handled) };
    let mailbox = Mailbox::new();
    // One thread: an event at a time is all that the model has to offer.
    let mut bench = SimInit::with_num_threads(1);
    let start = EventSource::new().connect(Holder::start, &mailbox).register(&mut bench);
    let bench = bench.add_model(holder, mailbox, "holder");
    let mut simulation = bench.init(MonotonicTime::EPOCH).expect("one model");
    simulation.process_event(&start, pending).expect("it is later");
    Box::new(Running { simulation, handled })
}
