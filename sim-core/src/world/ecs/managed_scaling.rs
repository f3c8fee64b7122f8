//! How many instances a capacity provider needs: what managed scaling goes by.

use std::collections::BTreeMap;

use super::placement::Constraint;
use super::{Ecs, InstanceId, NetworkMode, NewTask, ProviderId, Resources, TaskDefinition, TaskStatus};
use crate::world::Peers;
use crate::world::capacity::HostId;
use crate::world::capacity::HostRecipe;

/// M and N of `CapacityProviderReservation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reservation {
    /// M: instances that are needed [count]; none when nobody can say, because no task that waits fits an instance
    /// [CA-135].
    pub needed: Option<u32>,
    /// N: instances of the group that are in service [count] [CA-131].
    pub running: u32,
    /// `targetCapacity` [%].
    pub target: u32,
}

impl Reservation {
    /// `CapacityProviderReservation` [%]: M / N × 100 [CA-129]. Without an instance it is 200 when there are tasks that
    /// wait [CA-139], and otherwise what it is to be [CA-140].
    pub fn percent(&self) -> f64 {
        match (self.needed, self.running) {
            (None, _) | (Some(0), 0) => f64::from(self.target),
            (Some(_), 0) => 200.0,
            (Some(needed), running) => 100.0 * f64::from(needed) / f64::from(running),
        }
    }

    /// How many instances there would have to be for the metric to be what it is to be [count]: ⌈100 × M / target⌉
    /// [CA-143][CA-150]. For the first tasks of an empty group two, however many they are [CA-139].
    pub fn wanted(&self) -> Option<u32> {
        let needed = self.needed?;
        match self.running {
            0 if needed > 0 => Some(2),
            _ => Some((100 * u64::from(needed)).div_ceil(u64::from(self.target.max(1))) as u32),
        }
    }
}

/// How many instances are removed at a time from `there` when `wanted` would do [count]: one at least, less than half,
/// and no more than there are too many [CA-145][CA-147].
pub fn removed_at_once(there: u32, wanted: u32) -> u32 {
    match there.saturating_sub(wanted) {
        0 => 0,
        surplus => surplus.min(there.div_ceil(2) - 1).max(1),
    }
}

/// How many tasks of a definition fit an empty instance [count] [CA-133]; one when no two may be on the same [CA-154].
fn fitting(definition: &TaskDefinition, distinct: bool, of: &HostRecipe) -> u32 {
    let Resources { cpu, memory } = of.resources();
    let needs = definition.needs();
    let times = |have: u32, need: u32| have.checked_div(need).unwrap_or(u32::MAX);
    let mut most = times(cpu, needs.cpu).min(times(memory, needs.memory));
    if definition.mode == NetworkMode::Awsvpc {
        most = most.min(of.kind.interfaces.saturating_sub(1));
    }
    if distinct || definition.fixed_ports().next().is_some() {
        most = most.min(1);
    }
    most
}

impl Ecs {
    /// What a provider needs and what it has, at this moment [CA-130].
    pub fn reservation(&self, provider: ProviderId, peers: &Peers) -> Reservation {
        let it = &self.providers[provider];
        let group = &peers.groups.all[it.group];
        let scaling = it.settings.scaling;
        let running = group.in_service().count() as u32;
        let waiting: Vec<&NewTask> = self.waiting_for(provider).map(|(_, new)| new).collect();
        let needed = if waiting.is_empty() {
            // Instances with a task that is no daemon's [CA-132].
            Some(group.in_service().filter(|&host| self.is_busy(host, provider)).count() as u32)
        } else {
            let more = peers.ec2.recipe(group.template).and_then(|of| self.more_for(&waiting, of));
            // Within the steps; a task that waits needs one at least [CA-136][CA-137].
            more.map(|more| running + more.clamp(scaling.min_step, scaling.max_step))
        };
        Reservation { needed, running, target: scaling.target }
    }

    /// Instances that would take all tasks that wait [count]: for each group of tasks that need the same as many as it needs
    /// alone, and of these the most [CA-133][CA-136]. A group that does not fit an instance is left out [CA-134]; none when that
    /// leaves nobody [CA-135].
    fn more_for(&self, waiting: &[&NewTask], of: &HostRecipe) -> Option<u32> {
        let mut groups: BTreeMap<(Option<_>, _), (u32, bool)> = BTreeMap::new();
        for new in waiting {
            let distinct = new.placement.constraints.contains(&Constraint::DistinctInstance);
            let one = groups.entry((new.deployment, new.definition)).or_insert((0, distinct));
            one.0 += 1;
        }
        let need = |(&(_, definition), &(count, distinct)): (&(_, _), &(u32, bool))| match fitting(
            &self.definitions[definition],
            distinct,
            of,
        ) {
            0 => None,
            most => Some(count.div_ceil(most)),
        };
        groups.iter().filter_map(need).max()
    }

    /// Whether an instance has a task of a provider that is no daemon's. Tasks with a launch type are nobody's [CA-117].
    pub(crate) fn is_busy(&self, host: HostId, provider: ProviderId) -> bool {
        let Some(id) = self.instance_of(host) else { return false };
        let counts = |&task: &_| {
            let it = &self.tasks[task];
            it.provider == Some(provider) && it.status != TaskStatus::Stopped
        };
        self.instances[id].tasks.iter().any(counts)
    }

    /// Whether a task that is no daemon's is left on an instance.
    pub(super) fn has_tasks_but_daemons(&self, id: InstanceId) -> bool {
        let counts = |&task: &_| {
            let it = &self.tasks[task];
            it.status != TaskStatus::Stopped && !it.service.is_some_and(|service| self.services[service].is_daemon())
        };
        self.instances[id].tasks.iter().any(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reservation(needed: u32, running: u32, target: u32) -> Reservation {
        Reservation { needed: Some(needed), running, target }
    }

    /// [CA-129] [CA-143] [CA-150] Nine busy instances of nine are 100 %; at a target of 90 they need a tenth one.
    #[test]
    fn the_reservation_is_what_is_needed_of_what_there_is() {
        assert_eq!(reservation(9, 9, 100).percent(), 100.0);
        assert_eq!(reservation(9, 9, 100).wanted(), Some(9));
        assert_eq!(reservation(9, 9, 90).wanted(), Some(10));
        assert_eq!(reservation(9, 10, 90).percent(), 90.0);
        assert_eq!(reservation(6, 4, 100).percent(), 150.0);
        assert_eq!(reservation(1, 4, 100).percent(), 25.0);
        assert_eq!(reservation(0, 4, 100).wanted(), Some(0));
    }

    /// [CA-139] [CA-140] [CA-135] Special cases: nothing there and tasks that wait, nothing there and nobody, and tasks that fit nowhere.
    #[test]
    fn without_instances_the_reservation_is_200_or_what_it_is_to_be() {
        assert_eq!((reservation(1, 0, 100).percent(), reservation(1, 0, 100).wanted()), (200.0, Some(2)));
        assert_eq!((reservation(40, 0, 80).percent(), reservation(40, 0, 80).wanted()), (200.0, Some(2)));
        assert_eq!((reservation(0, 0, 80).percent(), reservation(0, 0, 80).wanted()), (80.0, Some(0)));
        let stuck = Reservation { needed: None, running: 3, target: 90 };
        assert_eq!((stuck.percent(), stuck.wanted()), (90.0, None));
    }

    /// [CA-145] [CA-147] From ten to one: 4, 2, 1, 1, 1; never half of them, and never beyond the need.
    #[test]
    fn scale_in_takes_less_than_half_at_a_time() {
        let mut there = 10;
        let mut steps = Vec::new();
        while removed_at_once(there, 1) > 0 {
            steps.push(removed_at_once(there, 1));
            there -= steps[steps.len() - 1];
        }
        assert_eq!((steps, there), (vec![4, 2, 1, 1, 1], 1));
        assert_eq!(removed_at_once(10, 8), 2);
        assert_eq!(removed_at_once(2, 0), 1);
        assert_eq!(removed_at_once(1, 0), 1);
        assert_eq!(removed_at_once(3, 3), 0);
        assert_eq!(removed_at_once(3, 5), 0);
    }
}
