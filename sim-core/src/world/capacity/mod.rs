//! What tasks run on.

mod cache;
mod ec2;
mod fargate;
mod instance_type;
mod probe;

pub use cache::{CleanUp, PullBehavior};
pub(crate) use ec2::NewHost;
pub use ec2::{AgentConfig, Ec2, Ec2Event, Host, HostId, HostState};
pub use fargate::{Fargate, FargateEvent};
pub use instance_type::{INSTANCE_TYPES, InstanceType, instance_type};
pub(crate) use probe::passes;
