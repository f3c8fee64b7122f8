//! TOML text to timed API calls, or diagnostics that point at the text.
//!
//! The text layer knows nothing of AWS: [`load`] turns bytes into any type that serde and schemars know. It reads,
//! splices in the files that are named, checks the tree against the type's schema and reports *all* it finds, then
//! deserialises.
//!
//! ```text
//! bytes ──parse──► Node ──splice──► Tree ──check──► Tree ──typed──► T
//!                    └───────────────┴───────────────┴────────────────► Diagnostics
//! ```

mod app_table;
mod check;
mod compile;
mod data;
mod diagnostic;
mod file;
mod load;
pub mod node;
pub mod parse;
mod schema;
mod source;
mod splice;
#[cfg(test)]
mod tests;
mod traffic_table;
mod world_half;
pub use crate::units;

use std::ops::Range;

pub use check::check;
pub use compile::{Action, Scenario, scenario_schema, schemas_to_check};
pub use diagnostic::{Diagnostic, Diagnostics, Label, Severity};
pub use file::{Assumed, FaultTable, ScenarioFile};
pub use load::{Loaded, Tree, load, refused, typed};
pub use node::Node;
pub use schema::editor_schema;
pub use source::{Position, Source, SourceId, Sources, visible};

/// A part of one text.
pub type Place = (SourceId, Range<usize>);
