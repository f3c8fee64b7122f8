//! What tasks run on.

mod fargate;
mod probe;

pub use fargate::{Fargate, FargateEvent};
pub(crate) use probe::passes;
