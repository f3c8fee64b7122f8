//! In which order the scheduler gives tasks up.

use std::collections::{BTreeMap, VecDeque};

use super::super::placement::ZONE;
use super::super::{Ecs, Field, InstanceId, Launch, Scarce, Step, TaskId};
use crate::engine::Time;
use crate::world::Peers;
use crate::world::network::ZoneId;

/// Tasks of the same standing at the same place, the oldest first: no strategy tells them apart.
struct Line {
    /// 0 for tasks that are unhealthy, 2 for healthy ones, 1 for those without a verdict.
    verdict: u8,
    instance: Option<InstanceId>,
    tasks: VecDeque<TaskId>,
}

/// How one step of a strategy looks at the lines: a task goes from where there is most.
enum Measure {
    /// Tasks that are left [count] in the group of each line.
    Crowd { group: Vec<usize>, left: Vec<usize> },
    /// What is free on the instance of each line.
    Room { scarce: Scarce, free: BTreeMap<InstanceId, u32> },
}

impl Ecs {
    /// The order in which tasks of a service are stopped: those that do not count as healthy first; then as its strategy is kept
    /// best [CP-137]: from the zone or the value with most tasks [CA-101], from the instance on which most is free afterwards
    /// [CA-100]; of equal ones the oldest.
    pub(in super::super) fn in_stop_order(&self, tasks: &[TaskId], now: Time, peers: &Peers) -> Vec<TaskId> {
        let mut places: BTreeMap<(u8, ZoneId, Option<InstanceId>), VecDeque<TaskId>> = BTreeMap::new();
        for &task in tasks {
            let verdict = if self.is_unhealthy(task, now) { 0 } else { 1 + u8::from(self.is_healthy(task, now)) };
            let it = &self.tasks[task];
            places.entry((verdict, peers.network.zone_of(it.subnet), it.instance)).or_default().push_back(task);
        }
        let zones: Vec<String> = places.keys().map(|&(_, zone, _)| peers.network.zone_name(zone).to_owned()).collect();
        let lines = places.into_iter().map(|((verdict, _, instance), tasks)| Line { verdict, instance, tasks });
        let mut lines: Vec<Line> = lines.collect();
        let mut measures = self.measures(&lines, &zones);
        let mut order = Vec::with_capacity(tasks.len());
        while let Some(verdict) = lines.iter().filter(|line| !line.tasks.is_empty()).map(|line| line.verdict).min() {
            let there = |&at: &usize| lines[at].verdict == verdict && !lines[at].tasks.is_empty();
            let mut left: Vec<usize> = (0..lines.len()).filter(there).collect();
            for measure in &measures {
                let of = |&at: &usize| self.measured(measure, at, &lines[at]);
                let most = left.iter().map(of).max();
                left.retain(|at| Some(of(at)) == most);
            }
            let Some(at) = left.into_iter().min_by_key(|&at| lines[at].tasks.front().copied()) else { break };
            let Some(task) = lines[at].tasks.pop_front() else { break };
            for measure in &mut measures {
                match measure {
                    Measure::Crowd { group, left } => left[group[at]] -= 1,
                    Measure::Room { scarce, free } => {
                        let freed = self.amount(task, *scarce);
                        lines[at].instance.and_then(|id| free.get_mut(&id)).into_iter().for_each(|free| *free += freed);
                    }
                }
            }
            order.push(task);
        }
        order
    }

    /// What the strategy of the service looks at; on Fargate zones.
    fn measures(&self, lines: &[Line], zones: &[String]) -> Vec<Measure> {
        let first = lines.iter().find_map(|line| line.tasks.front());
        let service = first.and_then(|&task| self.tasks[task].service).map(|service| &self.services[service]);
        let steps = match service {
            Some(service) if service.launch == Launch::Ec2 => service.placement.steps_of_service(),
            _ => vec![Step::Spread(Field::Attribute(ZONE.into()))],
        };
        let measure = |step: &Step| match step {
            Step::Random => None,
            Step::Spread(field) => {
                let value = |at: usize| match lines[at].instance {
                    Some(id) => self.value_of(id, field),
                    None => Some(zones[at].clone()),
                };
                let mut groups: BTreeMap<Option<String>, usize> = BTreeMap::new();
                let (mut group, mut left) = (Vec::new(), Vec::new());
                for (at, line) in lines.iter().enumerate() {
                    let next = groups.len();
                    let of = *groups.entry(value(at)).or_insert(next);
                    if of == left.len() {
                        left.push(0);
                    }
                    left[of] += line.tasks.len();
                    group.push(of);
                }
                Some(Measure::Crowd { group, left })
            }
            Step::Binpack(scarce) => {
                let instances = lines.iter().filter_map(|line| line.instance);
                let free = instances.map(|id| (id, scarce.of(self.instances[id].room()))).collect();
                Some(Measure::Room { scarce: *scarce, free })
            }
        };
        steps.iter().filter_map(measure).collect()
    }

    fn measured(&self, measure: &Measure, at: usize, line: &Line) -> u64 {
        match measure {
            Measure::Crowd { group, left } => left[group[at]] as u64,
            Measure::Room { scarce, free } => {
                let there = line.instance.and_then(|id| free.get(&id)).copied().unwrap_or(0);
                let own = line.tasks.front().map_or(0, |&task| self.amount(task, *scarce));
                u64::from(there) + u64::from(own)
            }
        }
    }

    /// What a task has of a resource.
    fn amount(&self, task: TaskId, scarce: Scarce) -> u32 {
        scarce.of(self.definitions[self.tasks[task].definition].needs())
    }
}
