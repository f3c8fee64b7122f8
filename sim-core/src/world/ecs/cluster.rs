//! Clusters.

use super::{Ecs, ServiceId, TaskId};
use crate::engine::Id;

/// Names a [`Cluster`].
pub type ClusterId = Id<Cluster>;

/// A logical group of services and tasks.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Up to 255 letters, digits, `_`, `-`; `default` when CreateCluster names none [CP-002].
    pub name: String,
    /// `cluster/{name}` [CP-005].
    pub arn: String,
    /// Its services in the order of their creation.
    pub services: Vec<ServiceId>,
    /// Its standalone tasks (RunTask) in the order of their creation.
    pub tasks: Vec<TaskId>,
}

impl Ecs {
    /// The cluster with this name or ARN; `default` when none is given [CP-002].
    pub fn cluster_named(&self, name_or_arn: Option<&str>) -> Option<ClusterId> {
        let wanted = name_or_arn.unwrap_or("default");
        self.clusters.iter().find(|(_, c)| c.name == wanted || c.arn == wanted).map(|(id, _)| id)
    }
}
