//! `sim-cli explain`

use std::path::PathBuf;

use sim_core::scenario::ScenarioFile;
use sim_learn::library::Files;
use sim_learn::rules;

use crate::exit::Exit;
use crate::folder::read_scenario;
use crate::format::{columns, print};

/// Say what a rule of the simulator says: `CP-126`.
///
/// Its sentence, who says so, and when it rests on an assumption, the key in `[assume]` and the present value: that of a
/// scenario, if one is given.
#[derive(Debug, clap::Args)]
pub struct Explain {
    /// The rule's id, such as CP-126
    rule: String,
    /// The scenario whose values are shown; the defaults unless given
    file: Option<PathBuf>,
}

impl Explain {
    pub fn execute(&self) -> Exit {
        let assumed = match self.file.as_deref().map(read_scenario) {
            Some(Ok(scenario)) => scenario.file.assume.described(),
            Some(Err(exit)) => return exit,
            None => ScenarioFile::assumed_unless_set(),
        };
        match rules::explain(&Files::shipped(), &self.rule, &assumed) {
            Ok(told) => print(&wrapped(&told, columns())),
            Err(refusal) => {
                eprintln!("error: {refusal}");
                Exit::Usage
            }
        }
    }
}

/// Lines no longer than so many columns; addresses stay whole.
pub fn wrapped(text: &str, width: usize) -> String {
    let options = textwrap::Options::new(width)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    text.lines().map(|line| textwrap::fill(line, &options) + "\n").collect()
}
