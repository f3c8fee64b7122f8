//! M/M/8 on `nexosim`.

use super::*;
use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::EventSource;
use nexosim::simulation::{Mailbox, SimInit, Simulation};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What is no part of the state that could be saved.
struct Inside {
    draws: Draws,
    books: Books,
    served: Arc<AtomicUsize>,
}

#[derive(Serialize, Deserialize)]
struct System {
    #[serde(skip)]
    inside: Option<Box<Inside>>,
}

#[Model]
impl System {
    pub fn start(&mut self, _: (), cx: &Context<Self>) {
        cx.schedule_event(Duration::from_nanos(1), schedulable!(Self::arrive), ()).expect("it is later");
    }

    fn now(cx: &Context<Self>) -> u64 {
        cx.time().duration_since(MonotonicTime::EPOCH).as_nanos() as u64
    }

    fn serve(&mut self, arrived: u64, cx: &Context<Self>) {
        let inside = self.inside.as_mut().expect("it is not saved");
        let service = Duration::from_nanos(inside.draws.exponential(SERVICE).max(1));
        cx.schedule_event(service, schedulable!(Self::leave), arrived).expect("it is later");
    }

    #[nexosim(schedulable)]
    fn arrive(&mut self, _: (), cx: &Context<Self>) {
        let inside = self.inside.as_mut().expect("it is not saved");
        let delay = Duration::from_nanos(inside.draws.exponential(BETWEEN).max(1));
        let now = Self::now(cx);
        let free = inside.books.arrive(now);
        cx.schedule_event(delay, schedulable!(Self::arrive), ()).expect("it is later");
        if free {
            self.serve(now, cx);
        }
    }

    #[nexosim(schedulable)]
    fn leave(&mut self, arrived: u64, cx: &Context<Self>) {
        let inside = self.inside.as_mut().expect("it is not saved");
        let next = inside.books.leave(Self::now(cx), arrived);
        inside.served.store(inside.books.served, Ordering::Relaxed);
        if let Some(next) = next {
            self.serve(next, cx);
        }
    }
}

struct Running {
    simulation: Simulation,
    served: Arc<AtomicUsize>,
}

impl Contestant for Running {
    fn run(&mut self, count: usize) {
        let until = self.served.load(Ordering::Relaxed) + count;
        while self.served.load(Ordering::Relaxed) < until {
            self.simulation.step().expect("customers do not fail");
        }
    }
}

pub fn mm8() -> Box<dyn Contestant> {
    let served = Arc::new(AtomicUsize::new(0));
    let inside = Inside { draws: Draws::new(), books: Books::default(), served: Arc::clone(&served) };
    let mailbox = Mailbox::new();
    let mut bench = SimInit::with_num_threads(1);
    let start = EventSource::new().connect(System::start, &mailbox).register(&mut bench);
    let bench = bench.add_model(System { inside: Some(Box::new(inside)) }, mailbox, "system");
    let mut simulation = bench.init(MonotonicTime::EPOCH).expect("one model");
    simulation.process_event(&start, ()).expect("it starts");
    Box::new(Running { simulation, served })
}
