//! Managed scaling: the target tracking policy that ECS keeps on the group of a capacity provider, its two alarms, and what
//! they do.

use std::time::Duration;

use super::{GroupEvent, GroupId, Lifecycle};
use crate::engine::Time;
use crate::world::capacity::HostId;
use crate::world::cloudwatch::alarm::{AlarmRule, Comparison, MissingData, Number, Watched};
use crate::world::cloudwatch::{AlarmState, Metric};
use crate::world::ecs::{ClusterId, EcsEvent, ProviderId, removed_at_once};
use crate::world::{Ctx, Event, World};

/// The namespace of `CapacityProviderReservation`.
pub(crate) const NAMESPACE: &str = "AWS/ECS/ManagedScaling";
/// Minutes above the target until the group grows [count] [CA-141].
const QUICK: u32 = 1;
/// Minutes below it until the group shrinks [count] [CA-142].
const SLOW: u32 = 15;
/// How long after a growth no shrinking begins [s] [CA-146].
const CALM: Duration = Duration::from_secs(15 * 60);
/// How long draining may hold back a termination [s] [CA-068].
const PATIENCE: Duration = Duration::from_secs(48 * 3600);

/// The policy on a group [CA-129].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The cluster of its provider.
    cluster: ClusterId,
    /// `targetCapacity` [%].
    target: u32,
    /// Its name.
    name: String,
    /// The alarm by which the group grows.
    high: String,
    /// The alarm by which it shrinks.
    low: String,
    /// When it grew last.
    grown: Option<Time>,
}

impl World {
    /// Every provider with managed scaling that a cluster has has its policy and alarms, and no other has.
    pub(crate) fn follow_providers(&mut self, ctx: &mut Ctx) {
        let all: Vec<ProviderId> = self.ecs.providers.ids().collect();
        for provider in all {
            self.follow_provider(provider, ctx);
        }
    }

    /// The same for one of them.
    pub(crate) fn follow_provider(&mut self, id: ProviderId, ctx: &mut Ctx) {
        let it = &self.ecs.providers[id];
        let scaling = it.settings.scaling;
        let cluster = self.ecs.cluster_of(id).filter(|_| scaling.enabled && it.deleted.is_none());
        let before = self.groups.policies.get(&id);
        if before.map(|policy| (policy.cluster, policy.target)) == cluster.map(|cluster| (cluster, scaling.target)) {
            return;
        }
        if let Some(old) = self.groups.policies.remove(&id) {
            ctx.within(Some(it.because), |ctx| {
                self.cloudwatch.delete_alarm(&old.high, ctx);
                self.cloudwatch.delete_alarm(&old.low, ctx);
            });
        }
        let Some(cluster) = cluster else { return };
        let group = &self.groups.all[it.group].name;
        let key = format!("{}/{}", it.arn, self.ecs.clusters[cluster].name);
        let uuid = |of: &str| self.account.uuid(of, &key);
        let policy = Policy {
            cluster,
            target: scaling.target,
            name: format!("ECSManagedAutoScalingPolicy-{}", uuid("managed-scaling-policy")),
            high: format!("TargetTracking-{group}-AlarmHigh-{}", uuid("alarm-high")),
            low: format!("TargetTracking-{group}-AlarmLow-{}", uuid("alarm-low")),
            grown: None,
        };
        let rule = |periods: u32, comparison: Comparison| AlarmRule {
            watched: Watched {
                namespace: NAMESPACE.to_owned(),
                metric: Metric::CapacityProviderReservation,
                dimensions: vec![
                    ("CapacityProviderName".to_owned(), it.name.clone()),
                    ("ClusterName".to_owned(), self.ecs.clusters[cluster].name.clone()),
                ],
                number: Number::Average,
                unit: None,
                minutes: 1,
            },
            evaluation_periods: periods,
            datapoints_to_alarm: None,
            threshold: f64::from(scaling.target),
            comparison,
            missing: MissingData::Missing,
        };
        let words = "DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ";
        let description = Some(format!("{words}{}.", policy.name));
        let alarms = [(&policy.high, rule(QUICK, Comparison::Above)), (&policy.low, rule(SLOW, Comparison::Below))];
        let because = it.because;
        for (name, rule) in alarms {
            let description = description.clone();
            ctx.within(Some(because), |ctx| {
                self.cloudwatch.put_alarm(name, description, true, rule, &self.account, ctx);
            });
        }
        self.groups.policies.insert(id, policy);
    }

    /// The minute's alarms are evaluated: those of policies act, again and again while they are in ALARM.
    pub(super) fn act_on_alarms(&mut self, ctx: &mut Ctx) {
        let all: Vec<ProviderId> = self.groups.policies.keys().copied().collect();
        for id in all {
            self.refresh_protection(id);
            let policy = &self.groups.policies[&id];
            let is_up = |name: &String| {
                let alarm = self.cloudwatch.alarms.named(name)?;
                (alarm.state == AlarmState::Alarm && alarm.actions_enabled).then_some(alarm.because)
            };
            let (high, low) = (is_up(&policy.high), is_up(&policy.low));
            match (high, low) {
                (Some(because), _) => ctx.within(Some(because), |ctx| self.grow(id, ctx)),
                (None, Some(because)) => ctx.within(Some(because), |ctx| self.shrink(id, ctx)),
                (None, None) => {}
            }
        }
    }

    /// The group gets as many instances as are needed; but not while one of the last ones warms up [CA-144].
    fn grow(&mut self, id: ProviderId, ctx: &mut Ctx) {
        let provider = &self.ecs.providers[id];
        let group = &self.groups.all[provider.group];
        let warm_up = Duration::from_secs(provider.settings.scaling.warm_up.into());
        let young = |host: HostId| ctx.now().since(self.ec2.hosts[host].launched) < warm_up;
        let warms_up = group.members.iter().any(|member| member.counts() && young(member.host));
        let Some(wanted) = self.ecs.reservation(id, self).wanted() else { return };
        // MaxSize is the user's [CA-152].
        let wanted = wanted.min(group.max);
        if warms_up || wanted <= group.desired {
            return;
        }
        let policy = &self.groups.policies[&id];
        let why = format!("a monitor alarm {} in state ALARM triggered policy {}", policy.high, policy.name);
        self.set_desired_capacity(provider.group, wanted, &why, ctx);
        if let Some(policy) = self.groups.policies.get_mut(&id) {
            policy.grown = Some(ctx.now());
        }
    }

    /// The group loses some of what it does not need, minute by minute.
    fn shrink(&mut self, id: ProviderId, ctx: &mut Ctx) {
        let provider = &self.ecs.providers[id];
        let group = &self.groups.all[provider.group];
        let policy = &self.groups.policies[&id];
        let Some(wanted) = self.ecs.reservation(id, self).wanted() else { return };
        let less = removed_at_once(group.desired, wanted.max(group.min));
        let calm = policy.grown.is_none_or(|grown| ctx.now() >= grown + CALM);
        if less == 0 || !calm {
            return;
        }
        let why = format!("a monitor alarm {} in state ALARM triggered policy {}", policy.low, policy.name);
        self.set_desired_capacity(provider.group, group.desired - less, &why, ctx);
    }

    /// Managed termination protection: instances with a task are protected from scale-in, empty ones are not [CA-148][CA-149].
    /// An instance that has not registered yet is as its group made it.
    pub(super) fn refresh_protection(&mut self, id: ProviderId) {
        let provider = &self.ecs.providers[id];
        if !provider.settings.protects {
            return;
        }
        let group = provider.group;
        let registered = self.groups.all[group].in_service().filter(|&host| self.ecs.instance_of(host).is_some());
        let all: Vec<(HostId, bool)> = registered.map(|host| (host, self.ecs.is_busy(host, id))).collect();
        for (host, busy) in all {
            self.groups.protect(group, host, busy);
        }
    }

    /// Managed draining: ECS lets an instance drain before it is terminated, for 48 hours at most [CA-067][CA-068][CA-069]. False
    /// when nobody wants that.
    pub(super) fn hold_back(&mut self, id: GroupId, host: HostId, ctx: &mut Ctx) -> bool {
        let drains = self.ecs.provider_of_group(id).is_some_and(|(of, _)| self.ecs.providers[of].settings.drains);
        if !drains {
            return false;
        }
        let group = &mut self.groups.all[id];
        if let Some(member) = group.member_mut(host) {
            member.state = Lifecycle::TerminatingWait;
            let activity = member.activity;
            group.activities[activity].status = super::ActivityStatus::MidTerminatingLifecycleAction;
        }
        ctx.send(self.assume.internal_call, Event::Ecs(EcsEvent::DrainToEnd(host)));
        ctx.send(PATIENCE, Event::Group(GroupEvent::Proceed(host)));
        true
    }
}
