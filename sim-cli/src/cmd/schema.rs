//! `sim-cli schema`

use crate::exit::Exit;
use crate::format::print;

/// Print the JSON Schema of scenario files.
///
/// Editors with Taplo or Tombi complete and check scenario files that name it in their first line:
/// `#:schema scenario.schema.json`
#[derive(Debug, clap::Args)]
pub struct Schema {}

impl Schema {
    pub fn execute(&self) -> Exit {
        let schema = sim_core::scenario::scenario_schema();
        print(&format!("{schema:#}\n"))
    }
}
