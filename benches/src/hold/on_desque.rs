//! The hold model on `desque`.

use super::*;
use desque::SimState;
use desque::serial::{OkEvent, Simulation};

pub struct State {
    left: usize,
    sum: u64,
    increments: Increments,
}

impl SimState<u64> for State {
    fn is_complete(&self, _: &u64) -> bool {
        self.left == 0
    }
}

#[derive(Debug)]
struct Tick(u64);

impl OkEvent<State, u64> for Tick {
    fn execute(&mut self, simulation: &mut Simulation<State, u64>) {
        let state = simulation.state_mut();
        state.left -= 1;
        state.sum = state.sum.wrapping_add(self.0);
        let delay = state.increments.next();
        simulation.schedule_with_delay(Tick(self.0), delay).expect("it is later");
    }
}

impl Contestant for Simulation<State, u64> {
    fn run(&mut self, count: usize) {
        self.state_mut().left = count;
        Simulation::run(self).expect("ticks do not fail");
    }
}

pub fn hold(pending: usize, increments: Increments) -> Box<dyn Contestant> {
    let mut simulation = Simulation::new(State { left: 0, sum: 0, increments }, 0);
    for n in 0..pending {
        let first = simulation.state_mut().increments.first(n);
        simulation.schedule(Tick(n as u64), first).expect("it is later");
    }
    Box::new(simulation)
}
