//! The operations of ECS, one file each, and what they share: AWS's shapes, and how a name is looked up.

mod capacity_provider;
mod cluster;
mod container_definition;
mod create_cluster;
mod deregister_task_definition;
mod describe_clusters;
mod describe_task_definition;
mod failure;
mod list_clusters;
mod list_task_definitions;
mod page;
mod register_task_definition;
mod tag;
mod task_definition;
mod task_size;

pub use create_cluster::CreateCluster;
pub use deregister_task_definition::DeregisterTaskDefinition;
pub use describe_clusters::DescribeClusters;
pub use describe_task_definition::DescribeTaskDefinition;
pub use list_clusters::ListClusters;
pub use list_task_definitions::ListTaskDefinitions;
pub use register_task_definition::RegisterTaskDefinition;

/// Whether this is a name as ECS has them: up to 255 letters, digits, `_` and `-`, and not empty [CP-002].
pub(crate) fn valid_name(name: &str) -> bool {
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    !name.is_empty() && name.chars().count() <= 255 && name.chars().all(valid)
}
