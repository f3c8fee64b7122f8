//! A scenario that somebody plays: it runs, takes typed lines, goes back to any instant, undoes and forks.
//!
//! What a session is at an instant follows from the scenario, the seed and the typed lines alone. Going back means
//! taking the latest copy from before that instant and letting it run on; the copies are made on the way.

mod checkpoints;
mod complete;
mod entry;
mod inspect;
mod line;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Simulation;
use crate::engine::{Budget, Time};
use crate::scenario::Scenario;
use crate::world::ecs::{Service, ServiceStatus, TaskId, TaskStatus};
use checkpoints::Checkpoints;
pub use complete::complete;
pub use entry::{Entry, help, read};
pub use inspect::{Inspection, inspect};
pub use line::Refusal;

/// Lines that a session takes at most: what a permalink holds, and more than anybody types [count].
pub const LINES_MAX: usize = 1000;
/// The longest typed line [bytes]: what a permalink can still hold.
pub const LINE_BYTES_MAX: usize = 16 << 10;
/// Steps back that are remembered [count].
const UNDO_MAX: usize = 200;

/// A line that changed the world, or asked it, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// When [ns since the scenario began], as digits: JavaScript's numbers are too short.
    #[serde(with = "digits")]
    pub at: u64,
    /// What was typed.
    pub line: String,
}

mod digits {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub fn serialize<S: Serializer>(number: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&number.to_string())
    }

    pub fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<u64, D::Error> {
        String::deserialize(from)?.parse().map_err(|_| de::Error::custom("expected the digits of a moment [ns]"))
    }
}

/// Where a run is to get to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// This moment.
    Until(Time),
    /// Every service is in a steady state.
    Steady,
    /// Something is written into the journal.
    Change,
    /// Every waiter that was typed has come to its end.
    Waited,
}

/// How far a run towards a goal has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pursuit {
    /// There is more to do.
    Paused,
    /// The goal is reached.
    Reached,
    /// The scenario, or a budget, has ended before.
    Ended,
}

/// What was before a typed line, so that it can be undone.
#[derive(Clone, Debug)]
struct Before {
    at: Time,
    lines: Vec<Line>,
    /// What is undone, in words.
    what: String,
}

/// The files that a scenario names.
pub type FileMap = BTreeMap<String, Vec<u8>>;

/// A scenario that somebody plays.
#[derive(Clone, Debug)]
pub struct Session {
    files: Arc<FileMap>,
    head: Simulation,
    lines: Vec<Line>,
    /// So many of `lines` have been typed into `head`.
    typed: usize,
    checkpoints: Checkpoints,
    past: Vec<Before>,
}

impl Session {
    /// Starts a scenario. `lines` are typed when their moments come; `budget` is what this place can bear.
    pub fn start(
        scenario: Arc<Scenario>,
        files: FileMap,
        seed: Option<u64>,
        mut lines: Vec<Line>,
        budget: Budget,
    ) -> Session {
        lines.truncate(LINES_MAX);
        lines.retain(|line| line.line.len() <= LINE_BYTES_MAX);
        lines.sort_by_key(|line| line.at);
        // Begun twice, not copied: a browser has compiled what begins when it comes to the second, and what copies is large.
        let begin = |scenario| {
            let mut simulation = Simulation::start(scenario, seed);
            simulation.limit_to(budget);
            simulation
        };
        let checkpoints = Checkpoints::new(begin(Arc::clone(&scenario)));
        let head = begin(scenario);
        Session { files: Arc::new(files), head, lines, typed: 0, checkpoints, past: Vec::new() }
    }

    /// The simulation at this instant.
    pub fn simulation(&self) -> &Simulation {
        &self.head
    }

    /// The simulation at this instant, for [`Simulation::watch`] and what it keeps.
    pub fn simulation_mut(&mut self) -> &mut Simulation {
        &mut self.head
    }

    /// The lines of this future, those whose moment is still to come included.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// How many lines are still to come [count].
    pub fn lines_to_come(&self) -> usize {
        self.lines.len() - self.typed
    }

    /// When the next line is typed.
    fn next_line(&self) -> Option<Time> {
        self.lines.get(self.typed).map(|line| Time::from_nanos(line.at))
    }

    /// Runs towards a goal, and pauses after about so many events.
    pub fn pursue(&mut self, goal: Goal, events: u64) -> Pursuit {
        match goal {
            Goal::Until(time) => self.run_to(time, events),
            Goal::Steady => self.step_until(events, Session::is_steady),
            Goal::Waited => self.step_until(events, |session| !session.head.is_waiting()),
            Goal::Change => {
                let facts = self.head.ctx().journal().len();
                self.step_until(events, |session| session.head.ctx().journal().len() > facts)
            }
        }
    }

    fn run_to(&mut self, time: Time, events: u64) -> Pursuit {
        let begun = self.head.ctx().events();
        let time = time.min(self.head.end());
        loop {
            let stop = self.next_line().map_or(time, |at| at.min(time));
            // So that copies are near every instant, whatever happens in it.
            let stop_or_copy = stop.min(self.checkpoints.due(&self.head));
            let part = self.checkpoints.events_left(&self.head).min(events);
            let arrived = self.head.run_some(stop_or_copy, part);
            self.checkpoints.keep(&self.head, self.typed);
            if self.head.exceeded().is_some() {
                return Pursuit::Ended;
            }
            if arrived && stop_or_copy == stop {
                if self.next_line().is_some_and(|at| at <= stop) {
                    self.type_next();
                } else {
                    return Pursuit::Reached;
                }
            }
            if self.head.ctx().events() - begun >= events {
                return Pursuit::Paused;
            }
        }
    }

    /// Lets one thing happen; false when nothing is left.
    pub fn step(&mut self) -> bool {
        let next = self.head.peek();
        match self.next_line() {
            Some(line) if next.is_none_or(|next| line < next) && line <= self.head.end() => {
                self.head.run_until(line);
                self.type_next();
                true
            }
            _ => {
                let stepped = self.head.step();
                self.checkpoints.keep(&self.head, self.typed);
                stepped
            }
        }
    }

    fn step_until(&mut self, events: u64, reached: impl Fn(&Session) -> bool) -> Pursuit {
        let mut facts = self.head.ctx().journal().len();
        if reached(self) {
            return Pursuit::Reached;
        }
        for _ in 0..events {
            if !self.step() {
                self.head.run_until(self.head.end());
                return Pursuit::Ended;
            }
            let now = self.head.ctx().journal().len();
            if now != facts && reached(self) {
                self.head.run_until(self.head.now());
                return Pursuit::Reached;
            }
            facts = now;
        }
        Pursuit::Paused
    }

    /// Whether every service that is in use is in a steady state, and there is one. A change that the scheduler has not
    /// looked at yet counts as well: as many tasks as wanted run, all of them of the latest deployment.
    fn is_steady(&self) -> bool {
        let ecs = &self.head.world().ecs;
        let steady = |service: &Service| {
            let current = |&task: &TaskId| {
                let task = &ecs.tasks[task];
                task.status == TaskStatus::Running && task.deployment == Some(service.primary())
            };
            let as_wanted = service.live.len() == service.desired_count as usize && service.live.iter().all(current);
            service.steady_since.is_some() && as_wanted
        };
        let services = ecs.services.iter().map(|(_, service)| service);
        let mut active = services.filter(|service| service.status == ServiceStatus::Active).peekable();
        active.peek().is_some() && active.all(steady)
    }

    /// Goes to the nearest copy before a moment; [`Session::pursue`] leads to the moment itself.
    pub fn rewind(&mut self, time: Time) {
        let ahead = self.head.now() <= time;
        if let Some((copy, typed)) = self.checkpoints.before(time)
            && (!ahead || copy.now() > self.head.now())
        {
            self.head = (**copy).clone();
            self.typed = typed;
        }
    }

    /// Goes to a moment, forward or back, however long that takes.
    pub fn seek(&mut self, time: Time) {
        self.rewind(time);
        self.pursue(Goal::Until(time), u64::MAX);
    }

    /// Types a line that changes the world, or asks it, at this moment. Lines that were still to come are dropped:
    /// this is another future. What cannot be understood changes nothing.
    pub fn type_line(&mut self, text: &str) -> Result<(), Refusal> {
        if text.len() > LINE_BYTES_MAX {
            let help = "put long values into files: file://value.json";
            return Err(Refusal::new(text, format!("the line is longer than {} KiB", LINE_BYTES_MAX >> 10), help));
        }
        if self.lines.len() >= LINES_MAX {
            return Err(Refusal::new(text, format!("{LINES_MAX} lines were typed: that is all"), "undo some"));
        }
        // What is due at this instant comes first, as it does when the line is typed again on the way.
        self.head.run_until(self.head.now());
        while self.next_line().is_some_and(|at| at <= self.head.now()) {
            self.type_next();
        }
        let mut tried = self.head.clone();
        line::apply(&mut tried, text, &*self.files)?;
        self.remember(text);
        self.lines.truncate(self.typed);
        self.checkpoints.forget_after(self.head.now(), self.typed);
        self.lines.push(Line { at: self.head.now().as_nanos(), line: text.to_owned() });
        self.typed += 1;
        self.head = tried;
        self.head.run_until(self.head.now());
        Ok(())
    }

    fn type_next(&mut self) {
        let text = self.lines[self.typed].line.clone();
        // What a permalink holds may be refused; then nothing happens, as when it was typed.
        let _ = line::apply(&mut self.head, &text, &*self.files);
        self.typed += 1;
        self.head.run_until(self.head.now());
    }

    fn remember(&mut self, what: &str) {
        if self.past.len() == UNDO_MAX {
            self.past.remove(0);
        }
        self.past.push(Before { at: self.head.now(), lines: self.lines.clone(), what: what.to_owned() });
    }

    /// Whether there is something to undo, and what.
    pub fn can_undo(&self) -> Option<&str> {
        self.past.last().map(|before| before.what.as_str())
    }

    /// Takes the latest typed line back: the world is as it was before it, and lines that it made void are there
    /// again. Returns the line.
    pub fn undo(&mut self) -> Option<String> {
        let Before { at, lines, what } = self.past.pop()?;
        let common = self.lines.iter().zip(&lines).take_while(|(a, b)| a == b).count();
        let differs = [self.lines.get(common), lines.get(common)].into_iter().flatten().map(|line| line.at).min();
        self.checkpoints.forget_after(differs.map_or(Time::MAX, Time::from_nanos), common);
        self.lines = lines;
        match self.checkpoints.before(at) {
            Some((copy, typed)) => (self.head, self.typed) = ((**copy).clone(), typed),
            None => unreachable!("the beginning is always kept"),
        }
        self.pursue(Goal::Until(at), u64::MAX);
        Some(what)
    }
}

#[cfg(test)]
mod tests;
