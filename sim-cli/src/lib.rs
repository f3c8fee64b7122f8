//! What the `sim-cli` program is made of; a library so that tests can read what it prints.

pub mod cmd;
pub mod exit;
mod folder;
pub mod format;
pub mod page;
pub mod progress;
pub mod quiz;

pub use exit::Exit;
