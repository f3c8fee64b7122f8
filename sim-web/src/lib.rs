//! The simulator for a browser, and for Node in the tests: load a scenario, run or step it, look at the report.
//!
//! Thin on purpose: everything that decides lies in `sim-core`, so that terminal and browser agree to the bit.

mod learn;
mod markdown;
mod session;

use std::collections::BTreeMap;
use std::sync::Arc;

use sim_core::engine::Time;
use sim_core::scenario::Scenario;
use sim_core::units::Span;
use wasm_bindgen::prelude::*;

pub use learn::{
    Contents, ExerciseLink, ExerciseView, GradeView, JudgementView, Learn, LessonView, QuestionView, TopicView, World,
};
pub use markdown::Node;
pub use session::{Answer, Instant, Look, Session};

/// A running scenario.
#[wasm_bindgen]
pub struct Simulation(sim_core::Simulation);

/// The files that a scenario names: from a JSON object of path to text.
fn files(json: &str) -> Result<BTreeMap<String, Vec<u8>>, String> {
    if json.is_empty() {
        return Ok(BTreeMap::new());
    }
    let texts: BTreeMap<String, String> =
        serde_json::from_str(json).map_err(|error| format!("files must be an object of path to text: {error}"))?;
    Ok(texts.into_iter().map(|(path, text)| (path, text.into_bytes())).collect())
}

/// A seed as the page has it: a decimal number, or empty for the scenario's own.
fn seed_of(text: &str) -> Result<Option<u64>, String> {
    match text {
        "" => Ok(None),
        digits => digits.parse().map(Some).map_err(|_| format!("{digits:?} is no seed: write a whole number")),
    }
}

fn moment(seconds: f64) -> Time {
    if seconds.is_finite() && seconds > 0.0 { Time::from_nanos((seconds * 1e9) as u64) } else { Time::ZERO }
}

/// What is wrong with a scenario, as JSON: a list of diagnostics with their places; empty when nothing is.
#[wasm_bindgen]
pub fn check(name: &str, text: &str, files_json: &str) -> Result<String, String> {
    Ok(match Scenario::read(name, text.as_bytes(), &files(files_json)?) {
        Ok(_) => "[]".to_owned(),
        Err(problems) => problems.to_json().to_string(),
    })
}

/// The JSON Schema of scenario files.
#[wasm_bindgen]
pub fn schema() -> String {
    sim_core::scenario::scenario_schema().to_string()
}

#[wasm_bindgen]
impl Simulation {
    /// Loads a scenario. `files_json` is a JSON object of path to text, for the files that the scenario names; `seed`
    /// is a decimal number or empty for the scenario's own. Throws all problems as text.
    #[wasm_bindgen(constructor)]
    pub fn load(name: &str, text: &str, files_json: &str, seed: &str) -> Result<Simulation, String> {
        let scenario = Scenario::read(name, text.as_bytes(), &files(files_json)?).map_err(|all| all.to_string())?;
        Ok(Simulation(sim_core::Simulation::start(Arc::new(scenario), seed_of(seed)?)))
    }

    /// Runs to the end.
    pub fn run(&mut self) {
        self.0.run();
    }

    /// Runs until a moment [s], or a duration as a scenario writes it.
    #[wasm_bindgen(js_name = runUntil)]
    pub fn run_until(&mut self, seconds: f64) {
        self.0.run_until(moment(seconds));
    }

    /// Runs for a duration such as `5m`.
    pub fn advance(&mut self, span: &str) -> Result<(), String> {
        let span: Span = span.parse().map_err(|refusal: sim_core::units::Refusal| refusal.to_string())?;
        self.0.run_until(self.0.now() + span.0);
        Ok(())
    }

    /// Lets one thing happen; false when nothing is left.
    pub fn step(&mut self) -> bool {
        self.0.step()
    }

    /// The simulated moment [s].
    #[wasm_bindgen(getter)]
    pub fn now(&self) -> f64 {
        self.0.now().as_secs_f64()
    }

    /// When the scenario ends [s].
    #[wasm_bindgen(getter)]
    pub fn end(&self) -> f64 {
        self.0.end().as_secs_f64()
    }

    /// The run hash so far: sixteen hexadecimal digits.
    #[wasm_bindgen(getter)]
    pub fn hash(&self) -> String {
        self.0.hash().to_string()
    }

    /// The report so far, as JSON.
    pub fn report(&self) -> String {
        serde_json::to_string(&self.0.report()).expect("a report is plain data")
    }

    /// A fork: it goes on exactly like the original until one of the two is told something else.
    pub fn fork(&self) -> Simulation {
        Simulation(self.0.clone())
    }
}
