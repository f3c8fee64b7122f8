//! The only door for a user's change: typed AWS operations.
//!
//! Scenario tables, timeline lines and the browser's terminal all build the same request: an [`Operation`] looked
//! up in [`OPERATIONS`], its input as JSON in AWS's own field names. A new operation is one file that implements
//! [`Operation`] and one line in that list; options, shorthand, `--query` and `--output` come for free.

pub mod autoscaling;
pub mod cloudwatch;
pub mod command;
pub mod ec2;
pub mod ecr;
pub mod ecs;
mod ecs_target;
pub mod elbv2;
mod error;
pub mod events;
pub mod iam;
pub mod logs;
mod not_modelled;
mod operation;
mod run_as;
pub mod scheduler;
pub mod schema;
pub mod servicediscovery;
pub mod throttle;

pub use error::ApiError;
pub use not_modelled::NotModelled;
pub use operation::{NoOutput, OPERATIONS, Operation, OperationEntry, find};
