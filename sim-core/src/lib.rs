//! The simulated world of Amazon ECS. Pure: no files, no clock, no threads, so that a run is the same in a
//! terminal and in a browser.
//!
//! | module | what it holds | what it must not do |
//! |---|---|---|
//! | [`engine`] | time, queue, random streams, arenas, journal, run hash | know that AWS exists |
//! | [`world`] | what exists and how it reacts | be serialised: AWS owns the words of the API, not of our state |
//! | [`api`] | AWS operations, the only door for a user's change | keep state |
//! | [`scenario`] | TOML text to timed API calls, or diagnostics that point at the text | change a running world |
//! | [`observe`] | facts and series to reports | change a run |
//! | [`files`] | what a scenario may read, by name | open anything |
//! | [`session`] | a scenario that somebody plays: typed lines, any instant, undo, fork | know who shows it |
//! | [`schemas`] | JSON Schemas of what people write | |
//! | [`spelling`] | "did you mean" | |
//! | [`units`] | "3s", "31 MB", "200/s", distributions | |
//!
//! [`Simulation`] holds them together: a scenario that runs.

pub mod api;
pub mod engine;
pub mod files;
pub mod observe;
mod reading;
pub mod scenario;
pub mod schemas;
pub mod session;
mod simulation;
pub mod spelling;
pub mod units;
pub mod world;

pub use simulation::Simulation;
