//! Runs a scenario and looks at what was asked: the one place where an answer meets the simulation.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sim_core::Simulation;
use sim_core::engine::Time;
use sim_core::files::Files;
use sim_core::observe::{Expect, check_expectation, sentence, service_of};
use sim_core::scenario::Scenario;
use sim_core::session::{Line, Session};
use sim_core::units::Span;
use sim_core::world::Fact;

use crate::variant::Text;

/// Events that the run of a learner's scenario may take [count]: some seconds, even in a browser.
const EVENTS_MAX: u64 = 20_000_000;
/// Facts that its journal may hold [count].
const FACTS_MAX: u64 = 1_000_000;
/// Memory that its world may take [bytes].
const MEMORY_MAX: u64 = 512 << 20;

/// Something to look at in a run.
#[derive(Clone, Debug)]
pub enum Probe {
    /// A metric or a count of facts, and perhaps a condition on it.
    Expect(Box<Expect>),
    /// When something happened.
    Moment(Moment),
}

/// When something happened [s].
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    /// The kind of fact, such as `TaskStopped`.
    pub fact: String,
    /// Only facts whose sentence contains this.
    pub contains: Option<String>,
    /// Only facts of this service, by name.
    pub service: Option<String>,
    /// Only facts after this moment.
    pub after: Option<Span>,
    /// The last such fact instead of the first; false unless set.
    #[serde(default)]
    pub last: bool,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// What was looked at, in words.
    pub text: String,
    /// The number; none when there was nothing to measure.
    pub value: Option<f64>,
    /// Its unit.
    pub unit: String,
    /// Whether the condition held; false for a moment that never came.
    pub held: bool,
}

/// A run that is over.
#[derive(Clone, Debug)]
pub struct Play {
    /// The world at its end.
    pub simulation: Simulation,
    /// One for each probe, in their order.
    pub findings: Vec<Finding>,
}

/// Runs a scenario's text with its own seed and looks at the probes; or says why it cannot run.
pub fn play(text: &Text, probes: &[Probe]) -> Result<Play, String> {
    play_file(&text.name, text.toml.as_bytes(), &text.bytes(), probes)
}

/// The same for a file that a learner wrote; `files` answers for the files that it names.
///
/// The scenario's own expectations are not looked at. A run that takes more than a learner's patience is an error.
pub fn play_file(name: &str, toml: &[u8], files: &dyn Files, probes: &[Probe]) -> Result<Play, String> {
    let scenario = within_patience(name, toml, files, probes)?;
    let mut simulation = Simulation::start(Arc::new(scenario), None);
    simulation.run();
    look(simulation, probes)
}

/// The same with lines that a learner typed while the world lived, each at its moment.
pub fn play_lines(text: &Text, lines: Vec<Line>, probes: &[Probe]) -> Result<Play, String> {
    let files = text.bytes();
    let scenario = within_patience(&text.name, text.toml.as_bytes(), &files, probes)?;
    let budget = scenario.file.budget.budget();
    let mut session = Session::start(Arc::new(scenario), files, None, lines, budget);
    session.seek(session.simulation().end());
    look(session.simulation().clone(), probes)
}

/// A scenario that expects what is probed, and whose run ends when a learner's patience does.
fn within_patience(name: &str, toml: &[u8], files: &dyn Files, probes: &[Probe]) -> Result<Scenario, String> {
    let mut scenario = Scenario::read(name, toml, files).map_err(|all| all.to_string())?;
    let budget = &mut scenario.file.budget;
    budget.events = Some(budget.events.map_or(EVENTS_MAX, |events| events.min(EVENTS_MAX)));
    budget.facts = Some(budget.facts.map_or(FACTS_MAX, |facts| facts.min(FACTS_MAX)));
    let memory = budget.memory.map_or(MEMORY_MAX, |memory| memory.0.min(MEMORY_MAX));
    budget.memory = Some(sim_core::units::Bytes(memory));
    let expects = probes.iter().filter_map(|probe| match probe {
        Probe::Expect(expect) => Some((**expect).clone()),
        Probe::Moment(_) => None,
    });
    scenario.file.expect = expects.collect();
    Ok(scenario)
}

/// Looks at the probes of a run that is over.
fn look(simulation: Simulation, probes: &[Probe]) -> Result<Play, String> {
    let end = simulation.end();
    if let Some(exceeded) = simulation.exceeded() {
        return Err(format!("the run ended early: {exceeded}"));
    }
    let mut verdicts = simulation.report().expectations.into_iter();
    let findings = probes.iter().map(|probe| match probe {
        Probe::Expect(expect) => {
            // A measure without condition cannot be refused for having none.
            let asked = Expect { at_least: Some(expect.at_least.unwrap_or(f64::MIN)), ..(**expect).clone() };
            if let Some(refusal) = check_expectation(&asked, end, simulation.world()).first() {
                return Err(format!("{}: {} ({})", refusal.field, refusal.message, refusal.help));
            }
            let part = verdicts.next().expect("one for each");
            Ok(Finding {
                text: part.text.trim_end_matches(": ").to_owned(),
                value: part.actual,
                unit: part.unit.to_owned(),
                held: part.held == Some(true),
            })
        }
        Probe::Moment(moment) => moment.find(&simulation),
    });
    let findings = findings.collect::<Result<Vec<Finding>, String>>()?;
    Ok(Play { simulation, findings })
}

impl Moment {
    fn find(&self, simulation: &Simulation) -> Result<Finding, String> {
        let world = simulation.world();
        let known: &[&str] = <Fact as strum::VariantNames>::VARIANTS;
        if !known.contains(&self.fact.as_str()) {
            return Err(format!("there is no fact {:?}; facts are: {}", self.fact, known.join(", ")));
        }
        let after = self.after.map_or(Time::ZERO, |after| Time::ZERO + after.0);
        let fits = |fact: &Fact| {
            let kind: &'static str = fact.into();
            let of_service = |name: &String| {
                service_of(world, fact).is_some_and(|service| world.ecs.services[service].name == *name)
            };
            kind == self.fact
                && self.service.as_ref().is_none_or(of_service)
                && self.contains.as_ref().is_none_or(|part| sentence(world, fact).contains(part))
        };
        let mut all = simulation.ctx().journal().iter().filter(|(_, entry)| entry.at >= after && fits(&entry.fact));
        let found = if self.last { all.last() } else { all.next() };
        let value = found.map(|(_, entry)| entry.at.as_secs_f64());
        Ok(Finding { text: self.words(), value, unit: "s".into(), held: value.is_some() })
    }

    fn words(&self) -> String {
        let which = if self.last { "last" } else { "first" };
        let mut words = format!("moment of the {which} fact {}", self.fact);
        if let Some(part) = &self.contains {
            words += &format!(" with {part:?}");
        }
        if let Some(service) = &self.service {
            words += &format!(" of {service}");
        }
        words
    }
}
