//! Availability Zone rebalancing: a steady service spreads its tasks evenly again, and says so [CP-159].

use super::placement::ZONE;
use super::task::NewTask;
use super::{
    Constraint, ContainerInstance, Ecs, Expression, InstanceId, InstanceStatus, Launch, ServiceId, StopCode, TaskId,
};
use crate::engine::Time;
use crate::world::network::ZoneId;
use crate::world::{Account, Ctx, Peers};

/// `availabilityZoneRebalancing`, and how far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Whether it is wanted; it is unless set [CP-139].
    pub enabled: bool,
    /// Whether it is under way.
    pub active: bool,
    /// The task that was started in the emptiest zone, until another one has gone for it.
    pub moving: Option<TaskId>,
    /// When the zones were last compared.
    pub compared: Option<Time>,
}

/// What a look at the zones leads to.
pub(super) enum Look {
    /// Something was started.
    Changed,
    /// They are uneven: look again then.
    Later(Time),
    /// They are even, or nobody wants to know.
    Balanced,
}

impl Ecs {
    /// How many tasks are in each zone where there can be some, in the order of their names: those of the service's subnets, and
    /// on EC2 those of instances that take tasks [CP-141].
    fn zones_of(&self, service: ServiceId, peers: &Peers) -> Vec<(ZoneId, u32)> {
        let it = &self.services[service];
        let subnets = &self.deployments[it.primary()].recipe.network.subnets;
        let mut zones: Vec<ZoneId> = subnets.iter().map(|&subnet| peers.network.zone_of(subnet)).collect();
        if it.launch == Launch::Ec2 {
            let own = std::mem::take(&mut zones);
            let takes = |one: &ContainerInstance| one.status == InstanceStatus::Active && one.connected;
            let strategy: Vec<_> = it.stored.strategy.iter().map(|item| self.provider_named(&item.provider)).collect();
            let offered = |id: InstanceId| strategy.is_empty() || strategy.contains(&self.provider_of(id, peers));
            let all = self.clusters[it.cluster].instances.iter().copied().filter(|&id| offered(id));
            let instances = all.map(|id| &self.instances[id]);
            let there = instances.filter(|one| takes(one)).map(|one| peers.network.zone_of(one.subnet));
            zones = there.filter(|zone| own.is_empty() || own.contains(zone)).collect();
        }
        zones.sort_unstable();
        zones.dedup();
        zones.into_iter().map(|zone| (zone, it.crowd.get(&zone).copied().unwrap_or(0))).collect()
    }

    /// `3 tasks in us-east-1a, 1 tasks in us-east-1b`.
    fn told_zones(zones: &[(ZoneId, u32)], peers: &Peers) -> String {
        let told: Vec<String> =
            zones.iter().map(|&(zone, count)| format!("{count} tasks in {}", peers.network.zone_name(zone))).collect();
        told.join(", ")
    }

    /// Compares the zones of a steady service, from time to time, and starts a task in the emptiest one when their tasks
    /// are not spread evenly [CP-141]: one task at a time. A service whose maximumPercent is 100 has no room for that
    /// [CP-140].
    pub(super) fn rebalance(&mut self, service: ServiceId, peers: &Peers, ctx: &mut Ctx) -> Look {
        let now = ctx.now();
        let it = &self.services[service];
        let (balance, steady_since, room) = (it.balance, it.steady_since, it.maximum_percent > 100);
        let zones = self.zones_of(service, peers);
        let most = zones.iter().map(|&(_, count)| count).max().unwrap_or(0);
        let least = zones.iter().map(|&(_, count)| count).min().unwrap_or(0);
        // Not beyond the upper bound [CP-166], which may leave no room although maximumPercent is more than 100.
        let full = it.live.len() as u32 >= super::scheduler::upper_bound(it.desired_count, it.maximum_percent);
        if !balance.enabled || !room || full {
            return Look::Balanced;
        }
        if most - least <= 1 {
            self.services[service].balance.compared = None;
            if balance.active {
                self.services[service].balance.active = false;
                let text = format!("is AZ balanced with {}.", Ecs::told_zones(&zones, peers));
                self.announce(service, &text, &peers.account, ctx);
            }
            return Look::Balanced;
        }
        let since = balance.compared.or(steady_since).unwrap_or(now);
        let due = since + peers.assume.rebalance_interval;
        if !balance.active && now < due {
            return Look::Later(due);
        }
        self.services[service].balance.compared = Some(now);
        let primary = self.services[service].primary();
        let network = self.deployments[primary].recipe.network.clone();
        let lit = |zone: ZoneId| !peers.network.is_lost(zone);
        // Nothing is moved away from a zone for one that cannot take it.
        let goal = zones.iter().filter(|&&(zone, _)| lit(zone)).min_by_key(|&&(_, count)| count);
        let goal = goal.filter(|&&(_, count)| most - count > 1);
        let protected = self.services[service].live.iter().filter(|&&task| self.is_protected(task, now)).count();
        let later = Look::Later(now + peers.assume.rebalance_interval);
        let Some(&(goal, _)) = goal.filter(|_| protected < self.services[service].live.len()) else {
            self.stop_rebalancing(service, &peers.account, ctx);
            return later;
        };
        let mut placement = self.services[service].placement.clone();
        if self.services[service].launch == Launch::Ec2 {
            // There, or nowhere.
            let there = format!("attribute:{ZONE} == {}", peers.network.zone_name(goal));
            placement.constraints.extend(Expression::parse(&there).ok().map(Constraint::MemberOf));
        }
        let new = NewTask {
            cluster: self.services[service].cluster,
            deployment: Some(primary),
            definition: self.deployments[primary].recipe.definition,
            network,
            started_by: self.deployments[primary].name.clone(),
            launch: self.services[service].launch,
            placement,
            on: None,
            group: String::new(),
            provider: self.next_provider(service),
            waits: false,
        };
        let Ok(task) = self.create_task(new, peers, ctx) else {
            self.stop_rebalancing(service, &peers.account, ctx);
            return later;
        };
        if !self.services[service].balance.active {
            self.services[service].balance.active = true;
            let told = Ecs::told_zones(&zones, peers);
            let text = format!("is not AZ balanced with {told}. AZ Rebalancing in progress.");
            self.announce(service, &text, &peers.account, ctx);
        }
        self.services[service].balance.moving = Some(task);
        let zone = peers.network.zone(self.tasks[task].subnet);
        let text = format!("has started 1 tasks in {zone} to AZ Rebalance: {}.", self.task_list(&[task]));
        self.announce(service, &text, &peers.account, ctx);
        Look::Changed
    }

    /// The task that was started is healthy: one in the fullest zone goes for it [CP-108], unless it is protected [CP-142].
    pub(super) fn give_way(&mut self, service: ServiceId, in_order: &[TaskId], peers: &Peers, ctx: &mut Ctx) {
        let now = ctx.now();
        let moving = self.services[service].balance.moving.take();
        let goes = in_order.iter().find(|&&task| Some(task) != moving && !self.is_protected(task, now));
        let Some(&task) = goes else {
            self.stop_rebalancing(service, &peers.account, ctx);
            return;
        };
        let primary = self.services[service].primary();
        let reason =
            format!("Availability-zone rebalancing initiated by (deployment {})", self.deployments[primary].name);
        let because = moving.map(|moving| self.tasks[moving].because);
        ctx.within(because, |ctx| {
            self.stop_task(task, StopCode::ServiceSchedulerInitiated, &reason, peers, ctx);
            let zone = peers.network.zone(self.tasks[task].subnet);
            let list = self.task_list(&[task]);
            let text = format!("has stopped 1 running tasks in {zone} due to AZ rebalancing: {list}.");
            self.announce(service, &text, &peers.account, ctx);
            self.tell_draining(service, peers, ctx);
        });
    }

    /// A task that was to move and has stopped moves no more.
    pub(super) fn settle_move(&mut self, service: ServiceId) {
        let moving = self.services[service].balance.moving;
        if moving.is_some_and(|task| self.tasks[task].stopping.is_some()) {
            self.services[service].balance.moving = None;
        }
    }

    /// Something has come between: a deployment, or protected tasks [CP-142].
    pub(super) fn stop_rebalancing(&mut self, service: ServiceId, account: &Account, ctx: &mut Ctx) {
        let balance = &mut self.services[service].balance;
        balance.moving = None;
        if std::mem::take(&mut balance.active) {
            self.announce(service, "stopped AZ Rebalancing.", account, ctx);
        }
    }
}
