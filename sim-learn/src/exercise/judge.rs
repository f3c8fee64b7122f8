//! Whether a learner's scenario reaches the goal of an exercise.

use serde::Serialize;
use sim_core::scenario::Tree;

use super::Exercise;
use crate::library::Files;
use crate::play::{Probe, play};
use crate::variant::Text;

/// What a learner may not change: the frame, and what the world is like.
const KEPT: [&str; 4] = ["scenario", "assume", "budget", "world"];

/// How a scenario stands against a goal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// The condition in words.
    pub say: String,
    /// The condition as it was looked at.
    pub text: String,
    /// Whether it holds.
    pub held: bool,
    /// What was found; none when there was nothing to measure.
    pub value: Option<f64>,
    /// Its unit.
    pub unit: String,
}

/// What is said about a learner's scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judgement {
    /// Whether the exercise is solved.
    pub solved: bool,
    /// Condition by condition.
    pub outcomes: Vec<Outcome>,
    /// Tables that differ from the start and may not.
    pub tampered: Vec<String>,
}

impl Exercise {
    /// Runs a scenario and holds it against the goal; or says why it cannot run.
    ///
    /// The goal is the exercise's own, whatever the scenario expects of itself.
    pub fn judge(&self, text: &Text, files: &Files) -> Result<Judgement, String> {
        let start = self.handout(files).map_err(|misfit| misfit.to_string())?;
        let tampered = tampered(&start, text);
        let probes: Vec<Probe> = self.goals.iter().map(|goal| Probe::Expect(Box::new(goal.expect.clone()))).collect();
        let findings = play(text, &probes)?.findings;
        let outcomes: Vec<Outcome> = self
            .goals
            .iter()
            .zip(findings)
            .map(|(goal, found)| Outcome {
                say: goal.say.clone(),
                text: found.text,
                held: found.held,
                value: found.value,
                unit: found.unit,
            })
            .collect();
        let solved = tampered.is_empty() && !outcomes.is_empty() && outcomes.iter().all(|outcome| outcome.held);
        Ok(Judgement { solved, outcomes, tampered })
    }
}

fn tampered(start: &Text, text: &Text) -> Vec<String> {
    let read = |text: &Text| {
        let files: std::collections::BTreeMap<String, Vec<u8>> =
            text.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect();
        Tree::read(&text.name, text.toml.as_bytes(), &files).root
    };
    let (start, text) = (read(start), read(text));
    let differs = |key: &&str| start.get(key).map(|node| node.to_json()) != text.get(key).map(|node| node.to_json());
    KEPT.into_iter().filter(differs).map(str::to_owned).collect()
}
