//! A session for the page's worker: text in, JSON out. The page's types are those of `sim_core::observe::view`.

use std::sync::Arc;

use serde::Serialize;
use sim_core::engine::{Budget, Time};
use sim_core::observe::report::Typed;
use sim_core::observe::view::{self, ControlPlane, FeedLine, GoalView, MapView, Motion, RepositoryTile, RoleTile};
use sim_core::scenario::Scenario;
use sim_core::session::{self, Entry, Goal, Line, Pursuit};
use ts_rs::TS;
use wasm_bindgen::prelude::*;

use crate::{Learn, files, seed_of};

/// What a browser tab bears: a run that needs more ends with a message.
const BUDGET: Budget = Budget { events: 300_000_000, facts: 400_000, entities: 60_000, memory: 256 << 20 };
/// How much of the journal one look brings at most [count].
const FEED_MAX: usize = 300;

/// What is true of a moment: small enough for every look.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Instant {
    /// When [s].
    pub now_s: f64,
    /// When, exactly [ns], as digits.
    pub now_ns: String,
    /// When, as a clock.
    pub clock: String,
    /// When the scenario ends [s].
    pub end_s: f64,
    /// The run hash so far.
    pub hash: String,
    /// Events handled [count].
    pub events: f64,
    /// Facts in the journal [count].
    pub facts: u32,
    /// Requests sent [count].
    pub requests: f64,
    /// The budget that ended the run, in words.
    pub stopped_by: Option<String>,
    /// The line that `undo` would take back.
    pub can_undo: Option<String>,
    /// Lines that are still to come in this future [count].
    pub lines_to_come: u32,
    /// Lines typed so far, the scenario's own included [count].
    pub typed: u32,
}

/// Everything that the page draws of one moment.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Look {
    /// The moment.
    pub instant: Instant,
    /// Callers, load balancers, zones, tasks.
    pub map: MapView,
    /// What moved since the last look.
    pub motion: Motion,
    /// ECS itself.
    pub control: ControlPlane,
    /// The registry.
    pub repositories: Vec<RepositoryTile>,
    /// Roles.
    pub roles: Vec<RoleTile>,
    /// What happened since the fact that was asked for.
    pub feed: Vec<FeedLine>,
    /// What was typed since the line that was asked for, and what was answered.
    pub typed: Vec<Typed>,
    /// What was expected, as it stands.
    pub goals: Vec<GoalView>,
}

/// What became of an entered line.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Answer {
    /// It was done, and this is what it printed.
    Done {
        /// What it printed.
        text: String,
        /// Its exit code.
        code: u8,
        /// Whether the world was changed or asked, so that there is something to undo.
        typed: bool,
    },
    /// Time is to pass: call `pursue` with this goal.
    Run {
        /// `steady`, `waited`, or digits [ns].
        goal: String,
    },
    /// A hint is asked for.
    Hint,
    /// A rule is asked for: call `explain` with the content, which has the rules.
    Explain {
        /// Its id.
        rule: String,
    },
}

/// A scenario that somebody plays.
#[wasm_bindgen]
pub struct Session {
    inner: session::Session,
    /// How many facts the journal had when the roles were looked at.
    roles: (usize, Vec<RoleTile>),
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("views are plain data")
}

fn moment(nanos: &str) -> Result<Time, String> {
    nanos.parse().map(Time::from_nanos).map_err(|_| format!("{nanos:?} is no moment: expected digits [ns]"))
}

fn goal(text: &str) -> Result<Goal, String> {
    match text {
        "steady" => Ok(Goal::Steady),
        "change" => Ok(Goal::Change),
        "waited" => Ok(Goal::Waited),
        digits => moment(digits).map(Goal::Until),
    }
}

#[wasm_bindgen]
impl Session {
    /// Starts a scenario. `files_json` is an object of path to text; `seed` is a decimal number, or empty for the
    /// scenario's own; `lines_json` are lines to be typed: a list of `{at, line}`. Throws all problems as text.
    #[wasm_bindgen(constructor)]
    pub fn start(name: &str, text: &str, files_json: &str, seed: &str, lines_json: &str) -> Result<Session, String> {
        let files = files(files_json)?;
        let lines: Vec<Line> = match lines_json {
            "" => Vec::new(),
            list => serde_json::from_str(list).map_err(|error| format!("the typed lines cannot be read: {error}"))?,
        };
        let scenario = Scenario::read(name, text.as_bytes(), &files).map_err(|all| all.to_string())?;
        let inner = session::Session::start(Arc::new(scenario), files, seed_of(seed)?, lines, BUDGET);
        Ok(Session { inner, roles: (usize::MAX, Vec::new()) })
    }

    /// The scenario's title.
    #[wasm_bindgen(getter)]
    pub fn title(&self) -> String {
        self.inner.simulation().scenario().file.scenario.title.clone()
    }

    /// The seed of this run.
    #[wasm_bindgen(getter)]
    pub fn seed(&self) -> String {
        self.inner.simulation().seed().to_string()
    }

    /// The simulated moment [ns], as digits.
    #[wasm_bindgen(getter)]
    pub fn now(&self) -> String {
        self.inner.simulation().now().as_nanos().to_string()
    }

    /// When the scenario ends [ns], as digits.
    #[wasm_bindgen(getter)]
    pub fn end(&self) -> String {
        self.inner.simulation().end().as_nanos().to_string()
    }

    /// The run hash so far.
    #[wasm_bindgen(getter)]
    pub fn hash(&self) -> String {
        self.inner.simulation().hash().to_string()
    }

    /// Keeps one in so many requests and health checks for the next looks.
    pub fn watch(&mut self, requests: u32, probes: u32) {
        self.inner.simulation_mut().watch(requests, probes);
    }

    /// Runs towards a goal (`steady`, `change`, `waited`, or a moment as digits [ns]) and pauses after about so many events:
    /// `paused`, `reached` or `ended`.
    pub fn pursue(&mut self, towards: &str, events: u32) -> Result<String, String> {
        Ok(match self.inner.pursue(goal(towards)?, u64::from(events)) {
            Pursuit::Paused => "paused",
            Pursuit::Reached => "reached",
            Pursuit::Ended => "ended",
        }
        .to_owned())
    }

    /// Lets one thing happen; false when nothing is left.
    pub fn step(&mut self) -> bool {
        self.inner.step()
    }

    /// Goes to the nearest copy before a moment [ns]; `pursue` leads to the moment itself.
    pub fn rewind(&mut self, nanos: &str) -> Result<(), String> {
        self.inner.rewind(moment(nanos)?);
        Ok(())
    }

    /// Takes an entered line: an [`Answer`] as JSON.
    pub fn enter(&mut self, text: &str) -> String {
        json(&self.answer(text))
    }

    /// What a rule says, and what this scenario assumes of it: an [`Answer`] as JSON.
    pub fn explain(&self, rule: &str, content: &Learn) -> String {
        let assumed = self.inner.simulation().scenario().file.assume.described();
        let (text, code) = match content.explain(rule, &assumed) {
            Ok(told) => (told.trim_end().to_owned(), 0),
            Err(refusal) => (refusal, 1),
        };
        json(&Answer::Done { text, code, typed: false })
    }

    /// What became of the latest line, a waiter's after it was pursued: an [`Answer`] as JSON.
    pub fn outcome(&self) -> String {
        json(&self.printed())
    }

    /// Takes the latest typed line back; returns it, or nothing.
    pub fn undo(&mut self) -> Option<String> {
        self.roles.0 = usize::MAX;
        self.inner.undo()
    }

    /// Another future from here.
    pub fn fork(&self) -> Session {
        Session { inner: self.inner.clone(), roles: (usize::MAX, Vec::new()) }
    }

    /// The typed lines of this future, as JSON: what a permalink holds.
    pub fn lines(&self) -> String {
        json(&self.inner.lines())
    }

    /// Everything that the page draws of this moment, and what happened after a fact and after so many typed lines:
    /// a [`Look`] as JSON.
    pub fn look(&mut self, after: u32, typed: u32) -> String {
        let requests = self.inner.simulation_mut().take_requests();
        let probes = self.inner.simulation_mut().take_probes();
        let simulation = self.inner.simulation();
        let (world, ctx) = (simulation.world(), simulation.ctx());
        if self.roles.0 != ctx.journal().len() {
            self.roles = (ctx.journal().len(), view::roles(world, ctx));
        }
        json(&Look {
            instant: self.present(),
            map: view::map(world, ctx.now()),
            motion: view::motion(world, &requests, &probes),
            control: view::control_plane(world),
            repositories: view::repositories(world),
            roles: self.roles.1.clone(),
            feed: view::feed(world, ctx, after, FEED_MAX),
            typed: simulation.transcript().iter().skip(typed as usize).cloned().collect(),
            goals: simulation.goals(),
        })
    }

    /// What is true of this moment: an [`Instant`] as JSON.
    pub fn instant(&self) -> String {
        json(&self.present())
    }

    /// All metric series so far, as JSON.
    pub fn series(&self) -> String {
        json(&view::series(self.inner.simulation().world()))
    }

    /// A thing, looked at closely, as JSON; nothing when there is none of this name.
    pub fn inspect(&self, name: &str) -> Option<String> {
        session::inspect(&self.inner, name).map(|found| json(&found))
    }

    /// Names of what there is, as JSON.
    pub fn names(&self) -> String {
        json(&view::names(self.inner.simulation().world()))
    }

    /// What the last word of a line could become, as JSON.
    pub fn complete(&self, prefix: &str) -> String {
        json(&session::complete(self.inner.simulation().world(), prefix))
    }

    /// The report so far, as JSON.
    pub fn report(&self) -> String {
        json(&self.inner.simulation().report())
    }

    fn present(&self) -> Instant {
        let simulation = self.inner.simulation();
        let now = simulation.now();
        Instant {
            now_s: now.as_secs_f64(),
            now_ns: now.as_nanos().to_string(),
            clock: now.to_string(),
            end_s: simulation.end().as_secs_f64(),
            hash: simulation.hash().to_string(),
            events: simulation.ctx().events() as f64,
            facts: simulation.ctx().journal().len() as u32,
            requests: simulation.world().requests_sent() as f64,
            stopped_by: simulation.exceeded().map(|exceeded| exceeded.to_string()),
            can_undo: self.inner.can_undo().map(str::to_owned),
            lines_to_come: self.inner.lines_to_come() as u32,
            typed: simulation.transcript().len() as u32,
        }
    }

    fn answer(&mut self, text: &str) -> Answer {
        let done = |text: String, code: u8| Answer::Done { text, code, typed: false };
        match session::read(text, self.inner.simulation().now()) {
            Err(refusal) => done(refusal.to_string(), refusal.code()),
            Ok(Entry::Empty) => done(String::new(), 0),
            Ok(Entry::Help) => done(session::help(), 0),
            Ok(Entry::Hint) => Answer::Hint,
            Ok(Entry::Run(Goal::Until(time))) => Answer::Run { goal: time.as_nanos().to_string() },
            Ok(Entry::Run(Goal::Steady)) => Answer::Run { goal: "steady".to_owned() },
            Ok(Entry::Run(Goal::Change)) => Answer::Run { goal: "change".to_owned() },
            Ok(Entry::Run(Goal::Waited)) => Answer::Run { goal: "waited".to_owned() },
            Ok(Entry::Explain(rule)) => Answer::Explain { rule },
            Ok(Entry::Undo) => match self.undo() {
                Some(line) => done(format!("taken back: {line}"), 0),
                None => done("there is nothing to undo".to_owned(), 1),
            },
            Ok(Entry::Why(name)) => self.why(&name),
            Ok(Entry::Line(line)) => match self.inner.type_line(&line) {
                Err(refusal) => done(refusal.to_string(), refusal.code()),
                Ok(()) if self.inner.simulation().is_waiting() => Answer::Run { goal: "waited".to_owned() },
                Ok(()) => self.printed(),
            },
        }
    }

    /// What the latest line printed.
    fn printed(&self) -> Answer {
        match self.inner.simulation().transcript().last() {
            Some(typed) => Answer::Done { text: typed.output.clone(), code: typed.exit_code, typed: true },
            None => Answer::Done { text: String::new(), code: 0, typed: false },
        }
    }

    fn why(&self, name: &str) -> Answer {
        let simulation = self.inner.simulation();
        let (text, code) = match view::describe(simulation.world(), simulation.ctx(), name) {
            Some(found) if found.why.is_empty() => {
                (format!("nothing has happened to {} {}", found.kind, found.name), 0)
            }
            Some(found) => {
                let mut text = format!("{} {}\n", found.kind, found.name);
                for (index, link) in found.why.iter().enumerate() {
                    let arrow = if index == 0 { " " } else { "←" };
                    text += &format!("{} {arrow} {}\n", link.at, link.what);
                }
                (text, 0)
            }
            None => {
                let names = view::names(simulation.world());
                let near = sim_core::spelling::nearest(name, names.iter().map(String::as_str));
                let help = near.map_or_else(|| "Tab completes names".to_owned(), |near| format!("is {near} meant?"));
                (format!("there is nothing called {name:?}: {help}"), 1)
            }
        };
        Answer::Done { text, code, typed: false }
    }
}
