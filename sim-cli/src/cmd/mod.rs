//! One verb of the command line a file.

pub mod check;
pub mod metrics;
pub mod run;
pub mod schema;
