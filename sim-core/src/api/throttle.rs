//! Request throttling: each category of calls of ECS has a bucket of tokens, and an empty one refuses [CP-026].

use super::{ApiError, OperationEntry};
use crate::engine::{Pace, Time};
use crate::world::World;

/// The buckets of ECS: category, capacity and refill per second, and the operations that are here [CP-027][CP-028].
const BUCKETS: &[(&str, Pace, &[&str])] = &[
    (
        "cluster modify",
        Pace::per_second(20, 1),
        &["CreateCluster", "DeleteCluster", "PutClusterCapacityProviders", "UpdateCluster", "UpdateClusterSettings"],
    ),
    ("cluster read", Pace::per_second(50, 20), &["DescribeClusters", "ListClusters"]),
    (
        "capacity provider modify",
        Pace::per_second(10, 1),
        &["CreateCapacityProvider", "DeleteCapacityProvider", "UpdateCapacityProvider"],
    ),
    ("capacity provider read", Pace::per_second(50, 20), &["DescribeCapacityProviders"]),
    ("task definition modify", Pace::per_second(20, 1), &["DeregisterTaskDefinition", "RegisterTaskDefinition"]),
    (
        "task definition read",
        Pace::per_second(50, 20),
        &["DescribeTaskDefinition", "ListTaskDefinitionFamilies", "ListTaskDefinitions"],
    ),
    ("task definition delete", Pace::per_second(5, 1), &["DeleteTaskDefinitions"]),
    ("service modify", Pace::per_second(50, 5), &["CreateService", "DeleteService", "UpdateService"]),
    ("service read", Pace::per_second(100, 20), &["DescribeServices", "ListServices", "ListServicesByNamespace"]),
    (
        "cluster resource modify",
        Pace::per_second(100, 40),
        &[
            "DeleteAttributes",
            "DeregisterContainerInstance",
            "ExecuteCommand",
            "PutAttributes",
            "RunTask",
            "StartTask",
            "StopTask",
            "UpdateContainerAgent",
            "UpdateContainerInstancesState",
        ],
    ),
    (
        "cluster resource read",
        Pace::per_second(100, 20),
        &["DescribeContainerInstances", "DescribeTasks", "ListAttributes", "ListContainerInstances", "ListTasks"],
    ),
    ("task protection", Pace::per_second(200, 80), &["GetTaskProtection", "UpdateTaskProtection"]),
    (
        "service deployments",
        Pace::per_second(50, 20),
        &["ContinueServiceDeployment", "DescribeServiceDeployments", "ListServiceDeployments", "StopServiceDeployment"],
    ),
    ("service revisions", Pace::per_second(50, 20), &["DescribeServiceRevisions"]),
    ("tags modify", Pace::per_second(20, 10), &["TagResource", "UntagResource"]),
    ("tags read", Pace::per_second(50, 20), &["ListTagsForResource"]),
    (
        "settings modify",
        Pace::per_second(10, 1),
        &["DeleteAccountSetting", "PutAccountSetting", "PutAccountSettingDefault"],
    ),
    ("settings read", Pace::per_second(50, 20), &["ListAccountSettings"]),
];

/// The bucket that a call takes its token from; none for the services around ECS, whose limits are not modelled.
pub fn bucket(service: &str, operation: &str) -> Option<(&'static str, Pace)> {
    let found = BUCKETS.iter().find(|(_, _, operations)| service == "ecs" && operations.contains(&operation));
    found.map(|(category, pace, _)| (*category, *pace))
}

/// Lets a call in that somebody types, or refuses it: its bucket is empty.
pub(super) fn admit(entry: &OperationEntry, world: &mut World, now: Time) -> Result<(), ApiError> {
    match bucket(entry.service, entry.name) {
        Some((category, pace)) if !world.limits.call(category, pace, now) => Err(exceeded().help(format!(
            "Calls of the category {category} share {} tokens, of which {} come back every second.",
            pace.capacity, pace.tokens
        ))),
        _ => Ok(()),
    }
}

/// AWS's answer to a call too many.
pub(super) fn exceeded() -> ApiError {
    ApiError::new("ThrottlingException", "Rate exceeded")
}
