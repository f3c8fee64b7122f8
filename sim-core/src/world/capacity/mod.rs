//! What tasks run on.

mod fargate;

pub use fargate::{Fargate, FargateEvent};
