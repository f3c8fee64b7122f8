//! Capacity providers of Auto Scaling groups: whose instances take which tasks.

use super::{ClusterId, Ecs, InstanceId, InstanceStatus, ServiceId, Strategy, Tags};
use crate::engine::{FactId, Id, Time};
use crate::world::capacity::GroupId;
use crate::world::{Account, Ctx, Fact, Peers};

/// Names a [`CapacityProvider`].
pub type ProviderId = Id<CapacityProvider>;

/// `managedScaling` [CA-128].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManagedScaling {
    /// `status` is `ENABLED`.
    pub enabled: bool,
    /// `targetCapacity` [%]; 100 unless set, 1 to 100.
    pub target: u32,
    /// `minimumScalingStepSize` [count]; 1 unless set, 1 to 10,000. It says nothing of scale-in.
    pub min_step: u32,
    /// `maximumScalingStepSize` [count]; 10,000 unless set, 1 to 10,000.
    pub max_step: u32,
    /// `instanceWarmupPeriod` [s]; 300 unless set, 0 to 10,000.
    pub warm_up: u32,
}

impl Default for ManagedScaling {
    fn default() -> Self {
        ManagedScaling { enabled: false, target: 100, min_step: 1, max_step: 10_000, warm_up: 300 }
    }
}

/// What a provider does with its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProviderSettings {
    /// `managedScaling`.
    pub scaling: ManagedScaling,
    /// `managedTerminationProtection` is `ENABLED` [CA-149]; not unless set.
    pub protects: bool,
    /// `managedDraining` is `ENABLED` [CA-067], as it is unless set.
    pub drains: bool,
}

impl Default for ProviderSettings {
    fn default() -> Self {
        ProviderSettings { scaling: ManagedScaling::default(), protects: false, drains: true }
    }
}

/// A capacity provider.
#[derive(Clone, Debug)]
pub struct CapacityProvider {
    /// Its name.
    pub name: String,
    /// `capacity-provider/{name}`.
    pub arn: String,
    /// The group whose instances it offers.
    pub group: GroupId,
    /// What it does with it.
    pub settings: ProviderSettings,
    /// Labels.
    pub tags: Tags,
    /// Whether it was updated: `updateStatus`.
    pub updated: bool,
    /// When it was deleted.
    pub deleted: Option<Time>,
    /// The fact of its last change.
    pub because: FactId,
}

/// Which entry of a strategy takes the next task, when the entries have so many already: the one with a base until that is
/// full, and then by weight: whoever has least of its share, the first of equals [CA-122][CA-123].
pub fn next_of(strategy: &Strategy, counts: &[u32]) -> Option<usize> {
    let short = |(item, &have): (&super::StrategyItem, &u32)| have < item.base;
    if let Some(at) = strategy.iter().zip(counts).position(short) {
        return Some(at);
    }
    // (above + 1) / weight, compared without fractions.
    let rank =
        |at: usize| (u64::from(counts[at].saturating_sub(strategy[at].base)) + 1, u64::from(strategy[at].weight));
    let weighted = (0..strategy.len()).filter(|&at| strategy[at].weight > 0);
    weighted.min_by(|&a, &b| {
        let ((a, weight_a), (b, weight_b)) = (rank(a), rank(b));
        (a * weight_b).cmp(&(b * weight_a))
    })
}

impl Ecs {
    /// The provider of an Auto Scaling group with this name or ARN.
    pub fn provider_named(&self, name_or_arn: &str) -> Option<ProviderId> {
        let found = |it: &CapacityProvider| it.deleted.is_none() && (it.name == name_or_arn || it.arn == name_or_arn);
        self.providers.iter().find(|(_, it)| found(it)).map(|(id, _)| id)
    }

    /// The providers of Auto Scaling groups that a cluster has.
    pub fn providers_in(&self, cluster: ClusterId) -> impl Iterator<Item = ProviderId> + '_ {
        self.clusters[cluster].providers.iter().filter_map(|name| self.provider_named(name))
    }

    /// The cluster that has a provider.
    pub fn cluster_of(&self, provider: ProviderId) -> Option<ClusterId> {
        let name = &self.providers[provider].name;
        self.active_clusters().find(|(_, cluster)| cluster.providers.contains(name)).map(|(id, _)| id)
    }

    /// The provider that offers a group's instances, in the cluster that has it.
    pub fn provider_of_group(&self, group: GroupId) -> Option<(ProviderId, ClusterId)> {
        let mine = |it: &CapacityProvider| it.deleted.is_none() && it.group == group;
        let (id, _) = self.providers.iter().find(|(_, it)| mine(it))?;
        Some((id, self.cluster_of(id)?))
    }

    /// The provider that a container instance belongs to: that of its group, if its cluster has it.
    pub fn provider_of(&self, instance: InstanceId, peers: &Peers) -> Option<ProviderId> {
        if self.providers.is_empty() {
            return None;
        }
        let it = &self.instances[instance];
        let group = peers.ec2.hosts[it.host].group?;
        self.provider_of_group(group).filter(|&(_, cluster)| cluster == it.cluster).map(|(id, _)| id)
    }

    /// The container instances of a provider that are not deregistered.
    pub(super) fn instances_of(&self, provider: ProviderId, cluster: ClusterId, peers: &Peers) -> Vec<InstanceId> {
        let it = &self.providers[provider];
        if it.deleted.is_some() || !self.clusters[cluster].providers.contains(&it.name) {
            return Vec::new();
        }
        let all = self.clusters[cluster].instances.iter().copied();
        let there = all.filter(|&id| self.instances[id].status != InstanceStatus::Inactive);
        there.filter(|&id| peers.ec2.hosts[self.instances[id].host].group == Some(it.group)).collect()
    }

    /// Which provider takes a service's next task [CA-122]; none when it has no strategy with such providers.
    pub(super) fn next_provider(&self, service: ServiceId) -> Option<ProviderId> {
        let it = &self.services[service];
        let has = |provider: Option<ProviderId>| {
            let own = it.live.iter().map(|&task| &self.tasks[task]);
            own.filter(|task| task.provider == provider && task.stopping.is_none()).count() as u32
        };
        self.choose_provider(&it.stored.strategy, has)
    }

    /// Which of a strategy's providers takes the next task, when each has so many; whether it has room is not asked [CA-124].
    pub(crate) fn choose_provider(
        &self,
        strategy: &Strategy,
        has: impl Fn(Option<ProviderId>) -> u32,
    ) -> Option<ProviderId> {
        let providers: Vec<_> = strategy.iter().map(|item| self.provider_named(&item.provider)).collect();
        if providers.iter().all(Option::is_none) {
            return None;
        }
        let counts: Vec<u32> = providers.iter().map(|&provider| has(provider)).collect();
        providers[next_of(strategy, &counts)?]
    }

    /// Makes a provider whose name is free.
    pub(crate) fn create_provider(
        &mut self,
        name: String,
        group: GroupId,
        settings: ProviderSettings,
        tags: Tags,
        account: &Account,
        ctx: &mut Ctx,
    ) -> ProviderId {
        let because = ctx.record(Fact::ProviderCreated { provider: self.providers.next_id() });
        self.providers.push(CapacityProvider {
            arn: account.arn("ecs", &format!("capacity-provider/{name}")),
            name,
            group,
            settings,
            tags,
            updated: false,
            deleted: None,
            because,
        })
    }

    /// Changes what a provider does.
    pub(crate) fn update_provider(&mut self, provider: ProviderId, settings: ProviderSettings, ctx: &mut Ctx) {
        let because = ctx.record(Fact::ProviderUpdated { provider });
        let it = &mut self.providers[provider];
        (it.settings, it.updated, it.because) = (settings, true, because);
    }

    /// Deletes a provider that no cluster has.
    pub(crate) fn delete_provider(&mut self, provider: ProviderId, ctx: &mut Ctx) {
        self.providers[provider].because = ctx.record(Fact::ProviderDeleted { provider });
        self.providers[provider].deleted = Some(ctx.now());
    }
}

#[cfg(test)]
mod tests {
    use super::super::StrategyItem;
    use super::*;

    fn split(items: &[(u32, u32)], tasks: usize) -> Vec<u32> {
        let item = |&(base, weight): &(u32, u32)| StrategyItem { provider: String::new(), base, weight };
        let strategy: Strategy = items.iter().map(item).collect();
        let mut counts = vec![0; items.len()];
        for _ in 0..tasks {
            let at = next_of(&strategy, &counts).expect("there is one with a weight");
            counts[at] += 1;
        }
        counts
    }

    /// [CA-122] [CA-123] AWS's own example: for every task on the first there are four on the second; a base comes before that.
    #[test]
    fn tasks_are_split_by_base_and_then_by_weight() {
        assert_eq!(split(&[(0, 1), (0, 4)], 5), [1, 4]);
        assert_eq!(split(&[(0, 1), (0, 4)], 10), [2, 8]);
        assert_eq!(split(&[(0, 1), (0, 1)], 3), [2, 1], "the first of equals");
        assert_eq!(split(&[(2, 0), (0, 1)], 2), [2, 0]);
        assert_eq!(split(&[(2, 0), (0, 1)], 6), [2, 4], "a weight of 0 takes no more than its base");
        assert_eq!(split(&[(0, 1), (3, 1)], 7), [2, 5], "three, and then one each");
    }
}
