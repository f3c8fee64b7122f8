//! Clusters.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Ecs, InstanceId, InstanceStatus, ServiceId, Tags, TaskId, TaskStatus};
use crate::engine::{Id, Time};
use crate::world::discovery::NamespaceId;
use crate::world::network::ZoneId;
use crate::world::{Account, Ctx, Fact};

/// Names a [`Cluster`].
pub type ClusterId = Id<Cluster>;

/// How long a deleted cluster can still be described: AWS says "for a while" [CP-001].
const MEMORY: Duration = Duration::from_secs(24 * 3600);

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
    /// Every container instance there ever was, in the order of their registration.
    pub instances: Vec<InstanceId>,
    /// Its services that are daemons and not deleted.
    pub daemons: Vec<ServiceId>,
    /// `capacityProviders`: what a strategy may name.
    pub providers: Vec<String>,
    /// `defaultCapacityProviderStrategy`: where tasks go whose request says neither launch type nor strategy
    /// [CP-162].
    pub default_strategy: Strategy,
    /// `serviceConnectDefaults`: the namespace of services that name none.
    pub namespace: Option<NamespaceId>,
    /// `tags`.
    pub tags: Tags,
    /// When it was created, or created again.
    pub created: Time,
    /// When it was deleted; its status is INACTIVE since then [CP-001].
    pub deleted: Option<Time>,
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
    pub namespace: Option<NamespaceId>,
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
    /// The clusters that are not deleted.
    pub fn active_clusters(&self) -> impl Iterator<Item = (ClusterId, &Cluster)> {
        self.clusters.iter().filter(|(_, cluster)| cluster.deleted.is_none())
    }

    /// The cluster with this name or ARN; `default` when none is given [CP-002].
    pub fn cluster_named(&self, name_or_arn: Option<&str>) -> Option<ClusterId> {
        let wanted = name_or_arn.unwrap_or("default");
        self.active_clusters().find(|(_, c)| c.name == wanted || c.arn == wanted).map(|(id, _)| id)
    }

    /// The same; a deleted one as well, while it can be described [CP-001].
    pub fn cluster_described(&self, name_or_arn: &str, now: Time) -> Option<ClusterId> {
        let remembered = |c: &Cluster| c.deleted.is_none_or(|deleted| now.since(deleted) <= MEMORY);
        let wanted = |c: &Cluster| (c.name == name_or_arn || c.arn == name_or_arn) && remembered(c);
        self.clusters.iter().find(|(_, c)| wanted(c)).map(|(id, _)| id)
    }

    /// Makes a cluster whose name is free. One that was deleted under this name is there again, empty: so its tasks get
    /// names that none had before.
    pub(crate) fn create_cluster(&mut self, new: NewCluster, account: &Account, ctx: &mut Ctx) -> ClusterId {
        let before = self.clusters.iter().find(|(_, old)| old.name == new.name).map(|(id, _)| id);
        if let Some(cluster) = before {
            let it = &mut self.clusters[cluster];
            (it.providers, it.default_strategy, it.tags) = (new.providers, new.default_strategy, new.tags);
            it.namespace = new.namespace;
            (it.created, it.deleted) = (ctx.now(), None);
            ctx.record(Fact::ClusterCreated { cluster });
            return cluster;
        }
        let cluster = self.clusters.push(Cluster {
            arn: account.arn("ecs", &format!("cluster/{}", new.name)),
            name: new.name,
            services: Vec::new(),
            tasks: Vec::new(),
            crowd: BTreeMap::new(),
            instances: Vec::new(),
            daemons: Vec::new(),
            providers: new.providers,
            default_strategy: new.default_strategy,
            namespace: new.namespace,
            tags: new.tags,
            created: ctx.now(),
            deleted: None,
        });
        ctx.record(Fact::ClusterCreated { cluster });
        cluster
    }

    /// Makes an empty cluster INACTIVE [CP-001].
    pub(crate) fn delete_cluster(&mut self, cluster: ClusterId, ctx: &mut Ctx) {
        self.clusters[cluster].deleted = Some(ctx.now());
        ctx.record(Fact::ClusterDeleted { cluster });
    }

    /// The container instances that a cluster has: ACTIVE or DRAINING.
    pub fn instances_in(&self, cluster: ClusterId) -> impl Iterator<Item = InstanceId> {
        let all = self.clusters[cluster].instances.iter().copied();
        all.filter(|&id| self.instances[id].status != InstanceStatus::Inactive)
    }

    /// Every task of a cluster that has not stopped.
    pub fn live_tasks(&self, cluster: ClusterId) -> impl Iterator<Item = TaskId> {
        let cluster = &self.clusters[cluster];
        let of_services = cluster.services.iter().flat_map(|&service| self.services[service].live.iter().copied());
        let standalone = cluster.tasks.iter().copied().filter(|&task| self.tasks[task].status != TaskStatus::Stopped);
        of_services.chain(standalone)
    }
}
