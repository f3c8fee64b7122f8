//! Whether a learner's scenario reaches the goal of an exercise.

use serde::Serialize;
use sim_core::Simulation;
use sim_core::observe::{Verdict, evaluate};
use sim_core::scenario::{Node, Tree};
use sim_core::session::Line;

use super::{Exercise, Goal};
use crate::library::Files;
use crate::play::{Finding, Probe, play_file, play_lines};
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
    /// Typed lines that came through the world's own door, which an operator does not have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outside: Vec<String>,
}

impl Exercise {
    /// How a running world stands against the goal at this moment: actual against needed, for a learner who types.
    pub fn stands(&self, simulation: &Simulation) -> Vec<Outcome> {
        let now = |goal: &Goal| {
            let verdict = evaluate(&goal.expect, simulation.world(), simulation.ctx());
            let Verdict { text, held, actual: value, unit } = verdict;
            Outcome { say: goal.say.clone(), text, held, value, unit: unit.to_owned() }
        };
        self.goals.iter().map(now).collect()
    }

    /// Runs a scenario and holds it against the goal; or says why it cannot run.
    ///
    /// The goal is the exercise's own, whatever the scenario expects of itself.
    pub fn judge(&self, text: &Text, files: &Files) -> Result<Judgement, String> {
        self.judge_file(&text.name, text.toml.as_bytes(), &text.bytes(), files)
    }

    /// The same for a world that a learner played: the scenario as it was loaded, and the lines typed into it at
    /// their moments.
    pub fn judge_played(&self, text: &Text, lines: Vec<Line>, files: &Files) -> Result<Judgement, String> {
        let outside = |line: &Line| line.line.split_whitespace().next() == Some("world");
        let outside: Vec<String> =
            lines.iter().filter(|line| outside(line)).map(|line| line.line.trim().to_owned()).collect();
        let findings = play_lines(text, lines, &self.probes())?.findings;
        let tree = Tree::read(&text.name, text.toml.as_bytes(), &text.bytes()).root;
        self.verdict(findings, &tree, outside, files)
    }

    /// The same for a file that a learner wrote; `beside` answers for the files that it names.
    pub fn judge_file(
        &self,
        name: &str,
        toml: &[u8],
        beside: &dyn sim_core::files::Files,
        files: &Files,
    ) -> Result<Judgement, String> {
        let findings = play_file(name, toml, beside, &self.probes())?.findings;
        self.verdict(findings, &Tree::read(name, toml, beside).root, Vec::new(), files)
    }

    fn probes(&self) -> Vec<Probe> {
        self.goals.iter().map(|goal| Probe::Expect(Box::new(goal.expect.clone()))).collect()
    }

    fn verdict(
        &self,
        findings: Vec<Finding>,
        file: &Node,
        outside: Vec<String>,
        files: &Files,
    ) -> Result<Judgement, String> {
        let start = self.handout(files).map_err(|misfit| misfit.to_string())?;
        let start = Tree::read(&start.name, start.toml.as_bytes(), &start.bytes()).root;
        let tampered = tampered(&start, file);
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
        let honest = tampered.is_empty() && outside.is_empty();
        let solved = honest && !outcomes.is_empty() && outcomes.iter().all(|outcome| outcome.held);
        Ok(Judgement { solved, outcomes, tampered, outside })
    }
}

/// The tables that may not differ and do.
fn tampered(start: &Node, file: &Node) -> Vec<String> {
    let differs = |key: &&str| start.get(key).map(Node::to_json) != file.get(key).map(Node::to_json);
    KEPT.into_iter().filter(differs).map(str::to_owned).collect()
}
