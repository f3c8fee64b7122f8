//! One verb of the command line a file.

pub mod check;
pub mod exercise;
pub mod explain;
pub mod learn;
pub mod metrics;
pub mod playground;
pub mod quiz;
pub mod render;
pub mod run;
pub mod schema;
pub mod shell;
pub mod why;
