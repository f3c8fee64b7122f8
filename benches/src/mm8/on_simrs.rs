//! M/M/8 on `simrs`.

use super::*;
use simrs::{Component, ComponentId, Scheduler, Simulation, State};
use std::cell::RefCell;
use std::rc::Rc;

type Shared = Rc<RefCell<(Draws, Books)>>;

struct System(Shared);

#[derive(Debug)]
enum Event {
    Arrive,
    Leave(u64),
}

impl Component for System {
    type Event = Event;
    fn process_event(&self, me: ComponentId<Event>, event: &Event, scheduler: &mut Scheduler, _: &mut State) {
        let (draws, books) = &mut *self.0.borrow_mut();
        let now = scheduler.time().as_nanos() as u64;
        let served = match event {
            Event::Arrive => {
                scheduler.schedule(Duration::from_nanos(draws.exponential(BETWEEN)), me, Event::Arrive);
                books.arrive(now).then_some(now)
            }
            Event::Leave(arrived) => books.leave(now, *arrived),
        };
        if let Some(arrived) = served {
            scheduler.schedule(Duration::from_nanos(draws.exponential(SERVICE)), me, Event::Leave(arrived));
        }
    }
}

struct Running {
    simulation: Simulation,
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
    let mut simulation = Simulation::default();
    let books: Shared = Rc::new(RefCell::new((Draws::new(), Books::default())));
    let system = simulation.add_component(System(Rc::clone(&books)));
    simulation.schedule(Duration::ZERO, system, Event::Arrive);
    Box::new(Running { simulation, books })
}
