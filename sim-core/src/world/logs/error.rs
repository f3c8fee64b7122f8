//! What a task shows when its `awslogs` driver cannot start: the whole `stoppedReason`, in AWS's words.

use crate::world::iam::Denial;
use crate::world::stopped_reason;

/// What precedes every failure of the log driver [IM-080][IA-070][CP-071][CP-114].
const ARGS: &str =
    "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times:";

/// The log group does not exist [IA-070].
pub fn group_missing() -> String {
    stopped_reason(format!(
        "{ARGS} failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1"
    ))
}

/// The role may not create the stream, or the group [IA-070].
pub fn denied(denial: &Denial) -> String {
    let what = if denial.action == "logs:CreateLogGroup" { "group" } else { "stream" };
    stopped_reason(format!(
        "{ARGS} failed to create Cloudwatch log {what}: AccessDeniedException: {} : exit status 1",
        denial.message
    ))
}

/// There is no path to CloudWatch Logs [IA-059].
pub fn no_path() -> String {
    stopped_reason(
        "ResourceInitializationError: failed to validate logger args: The task cannot find the Amazon CloudWatch log \
         group defined in the task definition. There is a connection issue between the task and Amazon CloudWatch. \
         Check your network configuration."
            .to_owned(),
    )
}
