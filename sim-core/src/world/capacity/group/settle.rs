//! From what there is to what is desired: launches, terminations, replacements.

use std::collections::BTreeMap;

use super::termination::victim;
use super::{ActivityStatus, GroupEvent, GroupId, Groups, Lifecycle, Member};
use crate::engine::FactId;
use crate::world::capacity::{HostId, HostState, NotLaunched};
use crate::world::network::ZoneId;
use crate::world::{Ctx, Event, Fact, World};

/// What AWS says when nobody may go.
const ALL_PROTECTED: &str =
    "Could not scale to desired capacity because all remaining instances are protected from scale-in.";

impl World {
    /// A group compares what there is with what is desired, and launches or terminates the difference.
    pub(super) fn settle_group(&mut self, id: GroupId, ctx: &mut Ctx) {
        let group = &self.groups.all[id];
        if group.deleted.is_some() {
            return;
        }
        let (size, desired) = (group.size(), group.desired);
        for _ in size..desired {
            if !self.launch_member(id, size, ctx) {
                ctx.send(self.assume.group_retry, Event::Group(GroupEvent::Settle(id)));
                break;
            }
        }
        for _ in desired..size {
            if !self.scale_in(id, size, ctx) {
                break;
            }
        }
    }

    /// Launches an instance in the zone that has fewest of the group's; where that fails, in another one [CA-070]. False
    /// when it fails everywhere.
    fn launch_member(&mut self, id: GroupId, there: u32, ctx: &mut Ctx) -> bool {
        let group = &self.groups.all[id];
        let (template, version) = group.template;
        let made_of = &self.ec2.templates[template];
        let Some(number) = made_of.number(version) else { return false };
        let mut recipe = made_of.versions[number as usize - 1].clone();
        recipe.tags.extend(group.tags_of_instances());
        let zone = |subnet| self.network.zone_of(subnet);
        let mut crowd: BTreeMap<ZoneId, u32> = BTreeMap::new();
        for member in group.members.iter().filter(|member| member.counts()) {
            *crowd.entry(zone(self.ec2.hosts[member.host].subnet)).or_default() += 1;
        }
        let mut subnets = group.subnets.clone();
        subnets.sort_by_key(|&subnet| crowd.get(&zone(subnet)).copied().unwrap_or(0));
        let free = |&subnet: &_| self.network.free_addresses(subnet) > 0 && !self.network.is_dark(subnet);
        let place = subnets.iter().copied().find(free);

        let now = self.account.wall(ctx.now());
        let replaces = group.replacing.first().copied();
        let cause = match (replaces, &group.reason) {
            (Some(_), _) => {
                format!(
                    "At {now} an instance was launched in response to an unhealthy instance needing to be replaced."
                )
            }
            (None, reason) => format!(
                "{}At {now} an instance was started in response to a difference between desired and actual capacity, \
                 increasing the capacity from {there} to {}.",
                reason.as_ref().map_or(String::new(), |reason| format!("{reason}  ")),
                group.desired
            ),
        };
        let because = replaces.unwrap_or(group.because);
        let protected = group.protects_new;
        let Some(subnet) = place else {
            let dark = subnets.iter().all(|&subnet| self.network.is_dark(subnet));
            let why = if dark { NotLaunched::NoCapacity } else { NotLaunched::NoAddress };
            self.say_failed(id, because, "Launching a new EC2 instance.", cause, why.message(), ctx);
            return false;
        };
        // The instance's id is known when it is launched; the activity that says it comes before that.
        let (_, ec2_id) = self.ec2.next_name(&self.account);
        let text = format!("Launching a new EC2 instance: {ec2_id}");
        let (fact, activity) = ctx.within(Some(because), |ctx| self.groups.begin(id, text, cause, &self.account, ctx));
        let launched = ctx.within(Some(fact), |ctx| self.launch_host(recipe, subnet, Some(id), ctx));
        let group = &mut self.groups.all[id];
        match launched {
            Ok(host) => {
                if replaces.is_some() {
                    group.replacing.remove(0);
                }
                group.members.push(Member {
                    host,
                    state: Lifecycle::Pending,
                    made_of: (template, number),
                    protected,
                    in_service: None,
                    unhealthy: false,
                    activity,
                });
                true
            }
            Err(why) => {
                group.fail(activity, why.message().to_owned(), ctx.now());
                false
            }
        }
    }

    /// An activity that failed as soon as it began, said once while it fails the same way.
    fn say_failed(&mut self, id: GroupId, because: FactId, text: &str, cause: String, message: &str, ctx: &mut Ctx) {
        let group = &self.groups.all[id];
        let last = group.activities.last();
        if last.is_some_and(|last| last.message.as_deref() == Some(message) && last.description == text) {
            return;
        }
        let begun = |ctx: &mut Ctx| self.groups.begin(id, text.to_owned(), cause, &self.account, ctx);
        let (_, place) = ctx.within(Some(because), begun);
        self.groups.all[id].fail(place, message.to_owned(), ctx.now());
    }

    /// Takes one instance out of a group that has too many. False when all are protected [CA-078].
    fn scale_in(&mut self, id: GroupId, there: u32, ctx: &mut Ctx) -> bool {
        if let Some((provider, _)) = self.ecs.provider_of_group(id) {
            self.refresh_protection(provider);
        }
        let group = &self.groups.all[id];
        let because = group.because;
        let Some(host) = victim(group, self, ctx) else {
            if !group.stuck {
                let cause = group.reason.clone().unwrap_or_default();
                self.say_failed(id, because, "Terminating EC2 instances.", cause, ALL_PROTECTED, ctx);
                self.groups.all[id].stuck = true;
            }
            return false;
        };
        let less = self.groups.all[id].desired;
        let why = format!(
            "in response to a difference between desired and actual capacity, shrinking the capacity from {there} to {less}"
        );
        ctx.within(Some(because), |ctx| self.take_out(id, host, &why, true, ctx));
        true
    }

    /// Terminates an instance of a group, because of the present cause; if somebody wants to do something first and
    /// `waits`, not before that is done.
    pub(crate) fn take_out(&mut self, id: GroupId, host: HostId, why: &str, waits: bool, ctx: &mut Ctx) {
        let Some(member) = self.groups.all[id].member(host) else { return };
        if member.state == Lifecycle::Terminating || waits && member.state == Lifecycle::TerminatingWait {
            return;
        }
        let ec2_id = self.ec2.hosts[host].id.clone();
        let now = self.account.wall(ctx.now());
        let reason = self.groups.all[id].reason.clone().map_or(String::new(), |reason| format!("{reason}  "));
        let chosen =
            if waits { format!("  At {now} instance {ec2_id} was selected for termination.") } else { String::new() };
        let cause = format!("{reason}At {now} an instance was taken out of service {why}.{chosen}");
        let text = format!("Terminating EC2 instance: {ec2_id}");
        let (fact, activity) = self.groups.begin(id, text, cause, &self.account, ctx);
        if let Some(member) = self.groups.all[id].member_mut(host) {
            member.state = Lifecycle::TerminatingWait;
            member.activity = activity;
        }
        ctx.within(Some(fact), |ctx| {
            if !(waits && self.hold_back(id, host, ctx)) {
                self.proceed_to_terminate(host, ctx);
            }
        });
    }

    /// Terminates an instance that was only waiting for that.
    pub(super) fn proceed_to_terminate(&mut self, host: HostId, ctx: &mut Ctx) {
        let Some(id) = self.ec2.hosts[host].group else { return };
        let group = &mut self.groups.all[id];
        let Some(member) = group.member_mut(host).filter(|it| it.state == Lifecycle::TerminatingWait) else { return };
        member.state = Lifecycle::Terminating;
        let activity = member.activity;
        group.activities[activity].status = ActivityStatus::InProgress;
        if matches!(self.ec2.hosts[host].state, HostState::ShuttingDown | HostState::Terminated) {
            self.groups.has_gone(id, host, ctx);
            return;
        }
        self.terminate_host(host, ctx);
    }

    /// An instance of a group was stopped or terminated. When it was not the group that did it, the group replaces it at
    /// once [CA-073].
    pub(super) fn has_ended(&mut self, host: HostId, ctx: &mut Ctx) {
        let Some(id) = self.ec2.hosts[host].group else { return };
        let why = "in response to an EC2 health check indicating it has been terminated or stopped";
        self.replace(id, host, why, false, ctx);
    }

    /// The status check of an instance has failed for long: it is terminated, and replaced in a zone that has power
    /// [CA-073].
    pub(super) fn found_unhealthy(&mut self, host: HostId, ctx: &mut Ctx) {
        let Some(id) = self.ec2.hosts[host].group else { return };
        let group = &self.groups.all[id];
        let grace = group.member(host).and_then(|member| member.in_service).map(|since| since + group.grace_period);
        if self.ec2.hosts[host].lit {
            return;
        }
        if let Some(over) = grace.filter(|&over| ctx.now() < over) {
            // Within its grace period nobody looks at it [CA-074].
            ctx.send_at(over, Event::Group(GroupEvent::Unhealthy(host)));
            return;
        }
        self.replace(id, host, "in response to an EC2 instance status checks failure", true, ctx);
    }

    fn replace(&mut self, id: GroupId, host: HostId, why: &str, waits: bool, ctx: &mut Ctx) {
        let group = &mut self.groups.all[id];
        let Some(member) = group.member_mut(host) else { return };
        if !member.counts() {
            if !waits && member.state == Lifecycle::TerminatingWait {
                // Somebody else has terminated what was only waiting for that.
                self.proceed_to_terminate(host, ctx);
            }
            return;
        }
        member.unhealthy = true;
        let because = ctx.cause().unwrap_or(group.because);
        // What the group wanted before has nothing to do with it.
        group.reason = None;
        group.replacing.push(because);
        self.take_out(id, host, why, waits, ctx);
        self.settle_soon(id, ctx);
    }
}

impl Groups {
    /// An instance is `running`, and `InService` with that.
    pub(super) fn runs(&mut self, host: HostId, group: Option<GroupId>, ctx: &mut Ctx) {
        let Some(group) = group.map(|id| &mut self.all[id]) else { return };
        let now = ctx.now();
        let Some(member) = group.member_mut(host).filter(|member| member.state == Lifecycle::Pending) else { return };
        (member.state, member.in_service) = (Lifecycle::InService, Some(now));
        let activity = member.activity;
        group.finish(activity, now);
    }

    /// An instance is terminated: it leaves its group.
    pub(super) fn has_gone(&mut self, id: GroupId, host: HostId, ctx: &mut Ctx) {
        let group = &mut self.all[id];
        let leaves = |member: &&Member| member.state == Lifecycle::Terminating;
        let Some(activity) = group.member(host).filter(leaves).map(|member| member.activity) else { return };
        group.finish(activity, ctx.now());
        group.members.retain(|member| member.host != host);
        self.conclude_deletion(id, ctx);
    }

    /// A group that is to go goes when its last instance has gone.
    pub(super) fn conclude_deletion(&mut self, id: GroupId, ctx: &mut Ctx) {
        let group = &mut self.all[id];
        if group.deleting && group.members.is_empty() && group.deleted.is_none() {
            group.deleted = Some(ctx.now());
            self.live.remove(&group.name);
            ctx.record(Fact::GroupDeleted { group: id });
        }
    }
}
