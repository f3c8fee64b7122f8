//! Who goes when a group has too many instances.

use std::collections::BTreeMap;

use super::{Group, Member};
use crate::engine::Time;
use crate::world::capacity::{Ec2, HostId};
use crate::world::{Ctx, Peers};

/// One of `TerminationPolicies` [CA-077].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::IntoStaticStr, strum::Display)]
pub enum TerminationPolicy {
    /// The oldest launch template, then closest to the next billing hour [CA-076].
    #[default]
    Default,
    /// Whoever was launched first.
    OldestInstance,
    /// Whoever was launched last.
    NewestInstance,
    /// Whoever is made of the oldest version of a launch template.
    OldestLaunchTemplate,
    /// Whoever has least left of an hour that has begun.
    ClosestToNextInstanceHour,
}

/// An hour [ns].
const HOUR: u64 = 3_600_000_000_000;

/// Of the unprotected instances of the zone that has most of all, and of those that have any to give [CA-076]: whom the
/// policies choose, one after the other; a draw decides among those that are left. None when all are protected [CA-078].
pub(super) fn victim(group: &Group, peers: &Peers, ctx: &Ctx) -> Option<HostId> {
    let zone = |member: &Member| peers.network.zone_of(peers.ec2.hosts[member.host].subnet);
    let mut crowd: BTreeMap<_, usize> = BTreeMap::new();
    for member in group.members.iter().filter(|member| member.counts()) {
        *crowd.entry(zone(member)).or_default() += 1;
    }
    let free = |member: &&Member| member.counts() && !member.protected;
    let most = group.members.iter().filter(free).map(|member| crowd[&zone(member)]).max()?;
    let mut left: Vec<&Member> = group.members.iter().filter(free).filter(|it| crowd[&zone(it)] == most).collect();
    // Of several zones that have as many, one.
    let mut stream = ctx.stream("scale-in", &format!("{}/{}", group.arn, group.activities.len()));
    let mut zones: Vec<_> = left.iter().map(|member| zone(member)).collect();
    zones.sort_unstable();
    zones.dedup();
    let chosen = zones[stream.below(zones.len() as u64) as usize];
    left.retain(|member| zone(member) == chosen);
    for &policy in &group.policies {
        left = narrowed(left, policy, &peers.ec2, ctx.now());
    }
    Some(left[stream.below(left.len() as u64) as usize].host)
}

/// Those that a policy leaves.
fn narrowed<'a>(left: Vec<&'a Member>, policy: TerminationPolicy, ec2: &Ec2, now: Time) -> Vec<&'a Member> {
    let launched = |member: &Member| ec2.hosts[member.host].launched.as_nanos();
    let template = |member: &Member| {
        let (template, version) = member.made_of;
        (ec2.templates[template].created.as_nanos(), u64::from(version))
    };
    let hour_left = |member: &Member| HOUR - (now.as_nanos() - launched(member)) % HOUR;
    let rank = |member: &Member| match policy {
        TerminationPolicy::Default | TerminationPolicy::OldestLaunchTemplate => template(member),
        TerminationPolicy::OldestInstance => (launched(member), 0),
        TerminationPolicy::NewestInstance => (u64::MAX - launched(member), 0),
        TerminationPolicy::ClosestToNextInstanceHour => (hour_left(member), 0),
    };
    let best = left.iter().map(|member| rank(member)).min();
    let mut kept: Vec<&Member> = left.into_iter().filter(|member| Some(rank(member)) == best).collect();
    if policy == TerminationPolicy::Default {
        let least = kept.iter().map(|member| hour_left(member)).min();
        kept.retain(|member| Some(hour_left(member)) == least);
    }
    kept
}
