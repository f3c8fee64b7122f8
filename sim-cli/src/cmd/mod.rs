//! One verb of the command line a file.

pub mod check;
pub mod metrics;
pub mod playground;
pub mod run;
pub mod schema;
