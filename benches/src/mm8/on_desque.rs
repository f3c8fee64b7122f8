//! M/M/8 on `desque`.

use super::*;
use desque::SimState;
use desque::serial::{OkEvent, Simulation};

struct State {
    until: usize,
    draws: Draws,
    books: Books,
}

impl SimState<u64> for State {
    fn is_complete(&self, _: &u64) -> bool {
        self.books.served >= self.until
    }
}

#[derive(Debug)]
struct Arrive;
#[derive(Debug)]
struct Leave(u64);

impl OkEvent<State, u64> for Arrive {
    fn execute(&mut self, simulation: &mut Simulation<State, u64>) {
        let now = *simulation.current_time();
        let delay = simulation.state_mut().draws.exponential(BETWEEN);
        simulation.schedule_with_delay(Arrive, delay).expect("it is later");
        if simulation.state_mut().books.arrive(now) {
            let service = simulation.state_mut().draws.exponential(SERVICE);
            simulation.schedule_with_delay(Leave(now), service).expect("it is later");
        }
    }
}

impl OkEvent<State, u64> for Leave {
    fn execute(&mut self, simulation: &mut Simulation<State, u64>) {
        let now = *simulation.current_time();
        if let Some(next) = simulation.state_mut().books.leave(now, self.0) {
            let service = simulation.state_mut().draws.exponential(SERVICE);
            simulation.schedule_with_delay(Leave(next), service).expect("it is later");
        }
    }
}

impl Contestant for Simulation<State, u64> {
    fn run(&mut self, count: usize) {
        self.state_mut().until += count;
        Simulation::run(self).expect("customers do not fail");
    }
}

pub fn mm8() -> Box<dyn Contestant> {
    let state = State { until: 0, draws: Draws::new(), books: Books::default() };
    let mut simulation = Simulation::new(state, 0);
    simulation.schedule(Arrive, 0).expect("it is now");
    Box::new(simulation)
}
