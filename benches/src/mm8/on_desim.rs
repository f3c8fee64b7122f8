//! M/M/8 on `desim`: a source pushes customers into a store, eight servers pull them out.

use std::cell::RefCell;
use std::rc::Rc;

use desim::resources::SimpleStore;
use desim::{Effect, SimContext, Simulation};

use super::*;
use crate::quiet::Quiet;

type Shared = Rc<RefCell<(Draws, Books)>>;

struct Running {
    simulation: Simulation<Quiet>,
    books: Shared,
}

impl Contestant for Running {
    fn run(&mut self, count: usize) {
        let until = self.books.borrow().1.served + count;
        while self.books.borrow().1.served < until {
            self.simulation.step();
        }
    }
}

pub fn mm8() -> Box<dyn Contestant> {
    let mut simulation = Simulation::new();
    let books: Shared = Rc::new(RefCell::new((Draws::new(), Books::default())));
    let line = simulation.create_store(Box::new(SimpleStore::new(usize::MAX)));
    let mut processes = Vec::new();
    for _ in 0..SERVERS {
        let books = Rc::clone(&books);
        processes.push(simulation.create_process(Box::new(
            #[coroutine]
            move |mut context: SimContext<Quiet>| loop {
                context = yield Quiet(Effect::Pull(line));
                let _ = context.time();
                let (arrived, service) = {
                    let (draws, books) = &mut *books.borrow_mut();
                    (books.waiting.pop_front().expect("one was pushed"), draws.exponential(SERVICE))
                };
                context = yield Quiet(Effect::TimeOut(service as f64));
                let books = &mut books.borrow_mut().1;
                books.served += 1;
                books.total += u128::from(context.time() as u64 - arrived);
            },
        )));
    }
    let shared = Rc::clone(&books);
    processes.push(simulation.create_process(Box::new(
        #[coroutine]
        move |mut context: SimContext<Quiet>| loop {
            shared.borrow_mut().1.waiting.push_back(context.time() as u64);
            yield Quiet(Effect::Push(line));
            let between = shared.borrow_mut().0.exponential(BETWEEN);
            context = yield Quiet(Effect::TimeOut(between as f64));
        },
    )));
    for process in processes {
        simulation.schedule_event(0.0, process, Quiet(Effect::TimeOut(0.0)));
    }
    Box::new(Running { simulation, books })
}
