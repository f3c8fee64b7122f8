//! The hold model on `desim`: one process for each pending event.

use std::cell::RefCell;
use std::rc::Rc;

use desim::{Effect, Simulation};

use super::*;
use crate::quiet::Quiet;

impl Contestant for Simulation<Quiet> {
    fn run(&mut self, count: usize) {
        (0..count).for_each(|_| self.step());
    }
}

pub fn hold(pending: usize, increments: Increments) -> Box<dyn Contestant> {
    let mut simulation = Simulation::new();
    let shared = Rc::new(RefCell::new(increments));
    for n in 0..pending {
        let increments = Rc::clone(&shared);
        let process = simulation.create_process(Box::new(
            #[coroutine]
            move |_| loop {
                let delay = increments.borrow_mut().next();
                yield Quiet(Effect::TimeOut(delay as f64));
            },
        ));
        let first = shared.borrow_mut().first(n);
        simulation.schedule_event(first as f64, process, Quiet(Effect::TimeOut(0.0)));
    }
    Box::new(simulation)
}
