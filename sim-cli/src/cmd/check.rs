//! `sim-cli check`

use std::path::PathBuf;

use crate::exit::Exit;
use crate::folder::read_scenario;

/// Only look for mistakes in a scenario file; nothing is run.
#[derive(Debug, clap::Args)]
pub struct Check {
    /// The scenario file
    file: PathBuf,
}

impl Check {
    pub fn execute(&self) -> Exit {
        match read_scenario(&self.file) {
            Ok(_) => {
                eprintln!("{}: no mistakes found", self.file.display());
                Exit::Held
            }
            Err(exit) => exit,
        }
    }
}
