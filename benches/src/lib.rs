//! How fast the engine is, side by side with a bare loop and with published simulators.
//!
//! A contestant is one model in one simulator, ready to run. The models are [`hold`] and [`mm8`].

#![cfg_attr(feature = "desim", feature(coroutines, coroutine_trait, stmt_expr_attributes, proc_macro_hygiene))]

pub mod hold;
pub mod ladder;
pub mod mm8;
#[cfg(feature = "desim")]
mod quiet;
pub mod xoshiro;

/// A model in a simulator, warm, that can be run on and on.
pub trait Contestant {
    /// Handles so many more events, or customers.
    fn run(&mut self, count: usize);
}

/// A contestant with its name.
pub type Named = (&'static str, Box<dyn Contestant>);
