//! How fast the engine is, side by side with a bare loop and with published simulators.
//!
//! A contestant is one model in one simulator, ready to run. The models are [`hold`], [`mm8`] and [`requests`].

#![cfg_attr(feature = "desim", feature(coroutines, coroutine_trait, stmt_expr_attributes, proc_macro_hygiene))]

pub mod hold;
pub mod ladder;
pub mod mm8;
#[cfg(feature = "desim")]
mod quiet;
pub mod requests;
pub mod xoshiro;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use sim_core::scenario::Scenario;

/// A model in a simulator, warm, that can be run on and on.
pub trait Contestant {
    /// Handles so many more events, or customers.
    fn run(&mut self, count: usize);
}

/// A contestant with its name.
pub type Named = (&'static str, Box<dyn Contestant>);

/// A scenario file, named from this folder, with the JSON files beside it.
pub fn scenario(path: &str) -> Arc<Scenario> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = std::fs::read(&path).expect("the scenario is there");
    let beside = path.parent().expect("it lies in a folder").read_dir().expect("it can be listed").flatten();
    let files: BTreeMap<String, Vec<u8>> = beside
        .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "json"))
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).expect("a file")))
        .collect();
    let read = Scenario::read(&path.to_string_lossy(), &text, &files);
    Arc::new(read.unwrap_or_else(|problems| panic!("{problems}")))
}
