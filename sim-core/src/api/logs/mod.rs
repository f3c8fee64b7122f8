//! Operations of CloudWatch Logs.

mod create_log_group;
mod describe_log_groups;
mod filter_log_events;

pub use create_log_group::CreateLogGroup;
pub use describe_log_groups::DescribeLogGroups;
pub use filter_log_events::FilterLogEvents;
