//! What tasks run on.

mod cache;
mod ec2;
mod fargate;
mod group;
mod instance_type;
mod launch;
mod probe;

pub use cache::{CleanUp, PullBehavior};
pub use ec2::{AgentConfig, Ec2, Ec2Event, Host, HostId, HostState};
pub use fargate::{Fargate, FargateEvent};
pub(crate) use group::NAMESPACE as MANAGED_SCALING;
pub use group::{
    Activity, ActivityStatus, Group, GroupEvent, GroupId, Groups, Lifecycle, Member, NewGroup, Policy,
    TerminationPolicy,
};
pub use instance_type::{INSTANCE_TYPES, InstanceType, instance_type};
pub use launch::{HostRecipe, LaunchTemplate, LaunchTemplateId, NotLaunched, TemplateVersion};
pub(crate) use probe::passes;
