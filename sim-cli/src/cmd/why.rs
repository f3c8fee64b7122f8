//! `sim-cli why`

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

use sim_core::Simulation;
use sim_core::engine::Time;
use sim_core::observe::Link;
use sim_core::observe::view::{self, EntityView};
use sim_core::spelling::nearest;
use sim_core::units::Span;

use crate::exit::Exit;
use crate::folder::read_scenario;
use crate::format::{columns, print};

/// Run a scenario and say why something is as it is.
///
/// A task (`web#1`, or its id), a service, a load balancer, a role, a security group, …: from its latest change, or its
/// latest trouble, back to the first cause.
#[derive(Debug, clap::Args)]
pub struct Why {
    /// The scenario file
    file: PathBuf,
    /// What to ask about, by name
    entity: String,
    /// At this simulated time, such as 5m; at the end unless set
    #[arg(long, value_name = "TIME", value_parser = super::run::span)]
    at: Option<Span>,
    /// Draw with this seed instead of the file's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Also list everything that happened to it
    #[arg(long)]
    history: bool,
}

impl Why {
    pub fn execute(&self) -> Exit {
        let scenario = match read_scenario(&self.file) {
            Ok(scenario) => scenario,
            Err(exit) => return exit,
        };
        let mut run = Simulation::start(Arc::new(scenario), self.seed);
        run.run_until(self.at.map_or(run.end(), |at| Time::ZERO + at.0));
        if let Some(exceeded) = run.exceeded() {
            eprintln!("error: {exceeded}, at {}", run.now());
            return Exit::Budget;
        }
        match view::describe(run.world(), run.ctx(), &self.entity) {
            Some(entity) => print(&told(&entity, run.now(), self.history, columns())),
            None => {
                eprintln!("{}", unknown(&run, &self.entity));
                Exit::Usage
            }
        }
    }
}

/// That there is nothing of this name, and what there is.
pub fn unknown(run: &Simulation, name: &str) -> String {
    let names = view::names(run.world());
    let help = match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("is {near:?} meant?"),
        None => format!("there are: {}", names.iter().take(20).cloned().collect::<Vec<_>>().join(", ")),
    };
    format!("error: there is nothing called {name:?} at {}\n  help: {help}", run.now())
}

/// A chain of causes in words, the effect first.
pub fn told(entity: &EntityView, now: Time, history: bool, width: usize) -> String {
    let mut text = format!("{} {}, as of {now}\n", entity.kind, entity.name);
    if history {
        text += "\nWhat happened to it\n";
        entity.history.iter().for_each(|line| link(&mut text, "  ", &line.at, &line.text, width));
        text += "\nWhy\n";
    }
    if entity.why.is_empty() {
        text += "  nothing has happened to it yet\n";
    }
    for (place, Link { at, what }) in entity.why.iter().enumerate() {
        link(&mut text, if place == 0 { "  " } else { "  ← " }, at, what, width);
    }
    text
}

fn link(text: &mut String, before: &str, at: &str, what: &str, width: usize) {
    let head = format!("{before}{at:<12}  ");
    let indent = " ".repeat(head.chars().count());
    let options = textwrap::Options::new(width).initial_indent(&head).subsequent_indent(&indent);
    let _ = writeln!(text, "{}", textwrap::fill(what, options));
}
