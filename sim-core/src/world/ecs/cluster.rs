//! Clusters.

use std::collections::BTreeMap;

use super::{Ecs, ServiceId, Tags, TaskId, TaskStatus};
use crate::engine::Id;
use crate::world::network::ZoneId;
use crate::world::{Account, Ctx, Fact};

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
    /// How many of these that are to run are in which zone [count].
    pub crowd: BTreeMap<ZoneId, u32>,
    /// `capacityProviders`: what a strategy may name.
    pub providers: Vec<String>,
    /// `defaultCapacityProviderStrategy`: where tasks go whose request says neither launch type nor strategy
    /// [CP-162].
    pub default_strategy: Strategy,
    /// `tags`.
    pub tags: Tags,
}

/// `capacityProviderStrategy`: which providers take which part of the tasks.
pub type Strategy = Vec<StrategyItem>;

/// One provider's part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrategyItem {
    /// Its name; `FARGATE`.
    pub provider: String,
    /// Tasks that it takes before weights count [count].
    pub base: u32,
    /// Its share of the others [relative].
    pub weight: u32,
}

/// What a new cluster is made of.
#[derive(Clone, Debug)]
pub(crate) struct NewCluster {
    pub name: String,
    pub providers: Vec<String>,
    pub default_strategy: Strategy,
    pub tags: Tags,
}

/// How many tasks are where [CP-004] [count].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskCounts {
    /// `lastStatus` is RUNNING.
    pub running: u32,
    /// On their way there: we count PROVISIONING and ACTIVATING as pending.
    pub pending: u32,
}

impl TaskCounts {
    /// Counts the tasks with these statuses.
    pub fn of(statuses: impl Iterator<Item = TaskStatus>) -> TaskCounts {
        let mut counts = TaskCounts::default();
        for status in statuses {
            match status {
                TaskStatus::Running => counts.running += 1,
                TaskStatus::Provisioning | TaskStatus::Pending | TaskStatus::Activating => counts.pending += 1,
                _ => {}
            }
        }
        counts
    }
}

impl Ecs {
    /// The cluster with this name or ARN; `default` when none is given [CP-002].
    pub fn cluster_named(&self, name_or_arn: Option<&str>) -> Option<ClusterId> {
        let wanted = name_or_arn.unwrap_or("default");
        self.clusters.iter().find(|(_, c)| c.name == wanted || c.arn == wanted).map(|(id, _)| id)
    }

    /// Makes a cluster whose name is free.
    pub(crate) fn create_cluster(&mut self, new: NewCluster, account: &Account, ctx: &mut Ctx) -> ClusterId {
        let cluster = self.clusters.push(Cluster {
            arn: account.arn("ecs", &format!("cluster/{}", new.name)),
            name: new.name,
            services: Vec::new(),
            tasks: Vec::new(),
            crowd: BTreeMap::new(),
            providers: new.providers,
            default_strategy: new.default_strategy,
            tags: new.tags,
        });
        ctx.record(Fact::ClusterCreated { cluster });
        cluster
    }

    /// Every task of a cluster that has not stopped.
    pub fn live_tasks(&self, cluster: ClusterId) -> impl Iterator<Item = TaskId> {
        let cluster = &self.clusters[cluster];
        let of_services = cluster.services.iter().flat_map(|&service| self.services[service].live.iter().copied());
        let standalone = cluster.tasks.iter().copied().filter(|&task| self.tasks[task].status != TaskStatus::Stopped);
        of_services.chain(standalone)
    }
}
