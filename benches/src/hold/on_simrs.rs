//! The hold model on `simrs`.

use super::*;
use simrs::{Component, ComponentId, Scheduler, Simulation, State};
use std::cell::RefCell;

struct Holder(RefCell<(Increments, u64)>);

#[derive(Debug)]
struct Tick(u64);

impl Component for Holder {
    type Event = Tick;
    fn process_event(&self, me: ComponentId<Tick>, tick: &Tick, scheduler: &mut Scheduler, _: &mut State) {
        let (increments, sum) = &mut *self.0.borrow_mut();
        *sum = sum.wrapping_add(tick.0);
        scheduler.schedule(Duration::from_nanos(increments.next()), me, Tick(tick.0));
    }
}

impl Contestant for Simulation {
    fn run(&mut self, count: usize) {
        (0..count).for_each(|_| _ = self.step());
    }
}

pub fn hold(pending: usize, mut increments: Increments) -> Box<dyn Contestant> {
    let mut simulation = Simulation::default();
    let holder = simulation.add_component(Holder(RefCell::new((increments, 0))));
    for n in 0..pending {
        simulation.schedule(Duration::from_nanos(increments.first(n)), holder, Tick(n as u64));
    }
    Box::new(simulation)
}
