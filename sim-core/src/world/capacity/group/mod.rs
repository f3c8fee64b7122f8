//! Auto Scaling groups: they keep as many EC2 instances as they are to have, evenly over zones, and replace those that
//! fail.
//!
//! Owns the groups and who belongs to them; the instances are EC2's. A group launches and terminates by EC2's own calls, as a
//! user would, so it is the world that makes them. `managed.rs` is what capacity providers of ECS do with
//! a group, `settle.rs` brings a group from what there is to what is desired,
//! `termination.rs` says who goes, `activity.rs` keeps what was done and why, in AWS's words.

mod activity;
mod managed;
mod settle;
mod termination;

use std::collections::BTreeMap;
use std::time::Duration;

pub use activity::{Activity, ActivityStatus};
pub(crate) use managed::NAMESPACE;
pub use managed::Policy;
pub use termination::TerminationPolicy;

use super::ec2::HostId;
use super::launch::{LaunchTemplateId, TemplateVersion};
use crate::engine::{Arena, FactId, Id, Time};
use crate::world::ecs::{ProviderId, Tags};
use crate::world::network::SubnetId;
use crate::world::{Account, Ctx, Event, Fact, World};

/// Names a [`Group`].
pub type GroupId = Id<Group>;

/// What Auto Scaling groups react to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupEvent {
    /// A group compares what there is with what is desired.
    Settle(GroupId),
    /// An instance of a group is `running`.
    Running(HostId),
    /// An instance of a group is being stopped or terminated.
    Ended(HostId),
    /// An instance of a group is `stopped` or `terminated`.
    Gone(HostId),
    /// The status check of an instance has failed for long.
    Unhealthy(HostId),
    /// Nobody wants to hold back the termination of an instance any more.
    Proceed(HostId),
    /// The alarms are evaluated: what they are to do is done.
    Alarms,
}

/// `LifecycleState` [CA-072].
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
pub enum Lifecycle {
    /// It is being launched.
    Pending,
    /// It counts.
    InService,
    /// It is being terminated.
    Terminating,
    /// It is to be terminated, and somebody wants to do something first.
    #[strum(to_string = "Terminating:Wait")]
    TerminatingWait,
}

/// An instance of a group.
#[derive(Clone, Debug)]
pub struct Member {
    /// The EC2 instance.
    pub host: HostId,
    /// `LifecycleState`.
    pub state: Lifecycle,
    /// Its launch template, and which version.
    pub made_of: (LaunchTemplateId, u32),
    /// `ProtectedFromScaleIn` [CA-078].
    pub protected: bool,
    /// Since when it is `InService`.
    pub in_service: Option<Time>,
    /// Whether its group has found it unhealthy.
    pub unhealthy: bool,
    /// Where its launch or its termination stands among the group's activities.
    activity: usize,
}

impl Member {
    /// Whether it counts for the desired capacity.
    pub fn counts(&self) -> bool {
        matches!(self.state, Lifecycle::Pending | Lifecycle::InService)
    }
}

/// Keeps a number of instances.
#[derive(Clone, Debug)]
pub struct Group {
    /// `AutoScalingGroupName`.
    pub name: String,
    /// `AutoScalingGroupARN`.
    pub arn: String,
    /// What new instances are made of.
    pub template: (LaunchTemplateId, TemplateVersion),
    /// `MinSize` [count].
    pub min: u32,
    /// `MaxSize` [count].
    pub max: u32,
    /// `DesiredCapacity` [count].
    pub desired: u32,
    /// `VPCZoneIdentifier`: where instances may be.
    pub subnets: Vec<SubnetId>,
    /// `NewInstancesProtectedFromScaleIn` [CA-078].
    pub protects_new: bool,
    /// `TerminationPolicies`.
    pub policies: Vec<TerminationPolicy>,
    /// `HealthCheckGracePeriod` [s] [CA-074].
    pub grace_period: Duration,
    /// `DefaultCooldown` [s]: stored, as nothing here scales by simple scaling [CA-075].
    pub cooldown: u32,
    /// Labels, and whether its instances get them.
    pub tags: Vec<(String, String, bool)>,
    /// Its instances, in the order of their launch, until they are terminated.
    pub members: Vec<Member>,
    /// What it did, oldest first.
    pub activities: Vec<Activity>,
    /// The desired capacity that it was created with [count].
    pub created_with: u32,
    /// When.
    pub created: Time,
    /// It was told to go, with all its instances.
    pub deleting: bool,
    /// When it went.
    pub deleted: Option<Time>,
    /// Why its desired capacity is what it is, for the next activities: AWS's words.
    reason: Option<String>,
    /// Launches that make good for unhealthy instances: why, for each.
    replacing: Vec<FactId>,
    /// It has said that all that could go are protected.
    stuck: bool,
    /// The fact of its last change by a user or a policy.
    pub because: FactId,
}

/// What a new group is made of.
#[derive(Clone, Debug)]
pub struct NewGroup {
    /// `AutoScalingGroupName`.
    pub name: String,
    /// What new instances are made of.
    pub template: (LaunchTemplateId, TemplateVersion),
    /// `MinSize` [count].
    pub min: u32,
    /// `MaxSize` [count].
    pub max: u32,
    /// `DesiredCapacity` [count].
    pub desired: u32,
    /// Where instances may be.
    pub subnets: Vec<SubnetId>,
    /// `NewInstancesProtectedFromScaleIn`.
    pub protects_new: bool,
    /// `TerminationPolicies`.
    pub policies: Vec<TerminationPolicy>,
    /// `HealthCheckGracePeriod` [s].
    pub grace_period: Duration,
    /// `DefaultCooldown` [s].
    pub cooldown: u32,
    /// Labels, and whether its instances get them.
    pub tags: Vec<(String, String, bool)>,
}

impl Group {
    /// How many instances count for the desired capacity [count].
    pub fn size(&self) -> u32 {
        self.members.iter().filter(|member| member.counts()).count() as u32
    }

    /// Its instances that are `InService`.
    pub fn in_service(&self) -> impl Iterator<Item = HostId> + '_ {
        let in_service = self.members.iter().filter(|member| member.state == Lifecycle::InService);
        in_service.map(|member| member.host)
    }

    /// The instance, if it is the group's.
    pub fn member(&self, host: HostId) -> Option<&Member> {
        self.members.iter().find(|member| member.host == host)
    }

    fn member_mut(&mut self, host: HostId) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.host == host)
    }

    /// The labels that its instances get, its name first.
    fn tags_of_instances(&self) -> Tags {
        let own = ("aws:autoscaling:groupName".to_owned(), self.name.clone());
        let given = self.tags.iter().filter(|(_, _, at_launch)| *at_launch);
        std::iter::once(own).chain(given.map(|(key, value, _)| (key.clone(), value.clone()))).collect()
    }
}

/// The Auto Scaling groups of the account.
#[derive(Clone, Debug, Default)]
pub struct Groups {
    /// All of them, deleted ones included.
    pub all: Arena<Group>,
    /// Those that are there, by name.
    pub live: BTreeMap<String, GroupId>,
    /// The policies that ECS keeps on the groups of capacity providers.
    pub policies: BTreeMap<ProviderId, Policy>,
}

impl Groups {
    /// The group with this name or ARN, if it is there.
    pub fn named(&self, name_or_arn: &str) -> Option<GroupId> {
        let by_arn = || self.live.values().copied().find(|&id| self.all[id].arn == name_or_arn);
        self.live.get(name_or_arn).copied().or_else(by_arn)
    }

    /// Makes a group whose name is free. It launches its first instances a moment later.
    pub(crate) fn create(&mut self, new: NewGroup, account: &Account, ctx: &mut Ctx) -> GroupId {
        let id = self.all.next_id();
        let because = ctx.record(Fact::GroupCreated { group: id });
        // One that takes over the name of a deleted one is another one.
        let before = self.all.iter().filter(|(_, old)| old.name == new.name).count();
        let uuid = account.uuid("auto-scaling-group", &format!("{}/{before}", new.name));
        let resource = format!("autoScalingGroup:{uuid}:autoScalingGroupName/{}", new.name);
        let at = account.wall(ctx.now());
        let reason = format!(
            "At {at} a user request created an AutoScalingGroup changing the desired capacity from 0 to {}.",
            new.desired
        );
        self.live.insert(new.name.clone(), id);
        self.all.push(Group {
            arn: account.arn("autoscaling", &resource),
            name: new.name,
            template: new.template,
            min: new.min,
            max: new.max,
            desired: new.desired,
            subnets: new.subnets,
            protects_new: new.protects_new,
            policies: new.policies,
            grace_period: new.grace_period,
            cooldown: new.cooldown,
            tags: new.tags,
            members: Vec::new(),
            activities: Vec::new(),
            created_with: new.desired,
            created: ctx.now(),
            deleting: false,
            deleted: None,
            reason: Some(reason),
            replacing: Vec::new(),
            stuck: false,
            because,
        });
        id
    }

    /// Gives a group another desired capacity, because of the present cause; `why` is what its next activities say of it,
    /// up to the numbers.
    fn desire(&mut self, id: GroupId, desired: u32, why: &str, account: &Account, ctx: &mut Ctx) {
        let group = &mut self.all[id];
        let from = group.desired;
        if from == desired {
            return;
        }
        let at = account.wall(ctx.now());
        group.desired = desired;
        group.stuck = false;
        group.reason = Some(format!("At {at} {why} changing the desired capacity from {from} to {desired}."));
        group.because = ctx.record(Fact::GroupDesired { group: id, from, to: desired });
        ctx.because(group.because);
    }

    /// Marks an instance as protected from scale-in, or not any more [CA-078].
    pub(crate) fn protect(&mut self, id: GroupId, host: HostId, protected: bool) {
        let group = &mut self.all[id];
        if let Some(member) = group.member_mut(host) {
            member.protected = protected;
            group.stuck &= protected;
        }
    }
}

impl World {
    /// Gives a group another desired capacity; it acts on it a moment later.
    pub(crate) fn set_desired_capacity(&mut self, id: GroupId, desired: u32, why: &str, ctx: &mut Ctx) {
        self.groups.desire(id, desired, why, &self.account, ctx);
        self.settle_soon(id, ctx);
    }

    /// A group looks at itself a moment later, because of the present cause.
    pub(crate) fn settle_soon(&self, id: GroupId, ctx: &mut Ctx) {
        ctx.send(self.assume.group_reaction, Event::Group(GroupEvent::Settle(id)));
    }

    /// A user has an instance of a group terminated; it is replaced unless the group is to have one less.
    pub(crate) fn terminate_member(&mut self, id: GroupId, host: HostId, less: bool, ctx: &mut Ctx) {
        let group = &mut self.groups.all[id];
        group.reason = None;
        let mut why = "in response to a user request".to_owned();
        if less {
            let from = group.desired;
            group.desired -= 1;
            let to = group.desired;
            group.because = ctx.record(Fact::GroupDesired { group: id, from, to });
            ctx.because(group.because);
            why += &format!(", shrinking the capacity from {from} to {to}");
        } else {
            group.replacing.extend(ctx.cause());
        }
        self.take_out(id, host, &why, true, ctx);
        self.settle_soon(id, ctx);
    }

    /// Deletes a group: at once when it has no instances, otherwise when the last of them is terminated.
    pub(crate) fn delete_group(&mut self, id: GroupId, ctx: &mut Ctx) {
        let group = &mut self.groups.all[id];
        group.deleting = true;
        (group.min, group.max, group.desired) = (0, 0, 0);
        let hosts: Vec<HostId> = group.members.iter().map(|member| member.host).collect();
        for host in hosts {
            self.take_out(id, host, "in response to a user request to delete the group", false, ctx);
        }
        self.groups.conclude_deletion(id, ctx);
    }

    /// Reacts to one event.
    pub(in crate::world) fn handle_group(&mut self, event: GroupEvent, ctx: &mut Ctx) {
        match event {
            GroupEvent::Settle(id) => self.settle_group(id, ctx),
            GroupEvent::Running(host) => self.groups.runs(host, self.ec2.hosts[host].group, ctx),
            GroupEvent::Ended(host) => self.has_ended(host, ctx),
            GroupEvent::Gone(host) => {
                let Some(id) = self.ec2.hosts[host].group else { return };
                self.groups.has_gone(id, host, ctx);
            }
            GroupEvent::Unhealthy(host) => self.found_unhealthy(host, ctx),
            GroupEvent::Proceed(host) => self.proceed_to_terminate(host, ctx),
            GroupEvent::Alarms => self.act_on_alarms(ctx),
        }
    }
}
