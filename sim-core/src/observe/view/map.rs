//! The map: callers, load balancers, zones and the tasks in them.

use std::time::Duration;

use serde::Serialize;
use ts_rs::TS;

use super::seconds;
use crate::engine::Time;
use crate::observe::totals::of_balancers;
use crate::world::World;
use crate::world::ecs::{Task, TaskId, TaskStatus};
use crate::world::elb::TargetState;
use crate::world::traffic::Demand;

/// How long a stopped task stays on the map.
const STOPPED_SHOWN: Duration = Duration::from_secs(60);
/// Tasks that a zone shows at most; the rest is counted [count].
const TASKS_SHOWN: usize = 400;

/// How something is doing, for its colour and shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// As it should be.
    Good,
    /// On its way to where it should be.
    Coming,
    /// On its way out, as planned.
    Leaving,
    /// Something is wrong.
    Bad,
    /// Over.
    Gone,
}

/// Everything that has a place in the network.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct MapView {
    /// Who calls.
    pub callers: Vec<CallerTile>,
    /// Load balancers.
    pub balancers: Vec<BalancerTile>,
    /// Zones of the Region, with their tasks.
    pub zones: Vec<ZoneBox>,
}

/// Somebody who sends requests.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct CallerTile {
    /// Its name.
    pub name: String,
    /// The load balancer it calls.
    pub to: String,
    /// Requests a second at this moment; none for users who wait for answers, whose rate depends on these.
    pub per_second: Option<f64>,
    /// Requests sent so far [count].
    pub sent: f64,
    /// Those that did not reach the load balancer [count].
    pub unreached: f64,
}

/// A load balancer.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct BalancerTile {
    /// Its name.
    pub name: String,
    /// `provisioning` or `active`.
    pub state: String,
    /// For its colour and shape.
    pub tone: Tone,
    /// Ports it listens on.
    pub ports: Vec<u16>,
    /// Zones it is in.
    pub zones: Vec<String>,
    /// Targets that are healthy [count].
    pub healthy: u32,
    /// Targets that are registered [count].
    pub registered: u32,
    /// Requests sent to it so far [count].
    pub requests: f64,
    /// Requests whose client still waits [count].
    pub in_flight: f64,
    /// Answers with 5XX so far [count].
    pub errors: f64,
}

/// A zone, and who is in it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct ZoneBox {
    /// `us-east-1a`.
    pub name: String,
    /// Its subnet.
    pub subnet: String,
    /// Whether it is without power.
    pub lost: bool,
    /// Its tasks, in the order of their creation.
    pub tasks: Vec<TaskTile>,
    /// Tasks that were too many to show [count].
    pub more: u32,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct TaskTile {
    /// Its number in the order of creation: the same in every view of one run.
    pub key: u32,
    /// Its id, 32 hexadecimal digits.
    pub id: String,
    /// `web#1`: what commands take.
    pub name: String,
    /// The service it belongs to.
    pub service: Option<String>,
    /// `demo-app:1`.
    pub revision: String,
    /// `lastStatus`.
    pub status: String,
    /// For its colour and shape.
    pub tone: Tone,
    /// What goes on: its health, or what it waits for, in a few words.
    pub note: String,
    /// Requests in progress [count].
    pub in_flight: u32,
    /// Since when it is in this status [s].
    pub since_s: f64,
}

/// The map at this moment.
pub fn map(world: &World, now: Time) -> MapView {
    let clients = world.traffic.callers.iter().filter(|(_, caller)| !matches!(caller.demand, Demand::Application(_)));
    let callers = clients.map(|(_, caller)| CallerTile {
        name: caller.name.clone(),
        to: caller.to.clone(),
        per_second: caller.rate(now).map(|rate| super::super::report::round(rate, 2)),
        sent: caller.sent as f64,
        unreached: caller.unreached.iter().sum::<u64>() as f64,
    });
    MapView { callers: callers.collect(), balancers: balancers(world), zones: zones(world, now) }
}

fn balancers(world: &World) -> Vec<BalancerTile> {
    let tile = |(id, balancer): (_, &crate::world::elb::LoadBalancer)| {
        let groups = world.elb.groups.iter().filter(|(_, group)| group.balancer == Some(id));
        let targets: Vec<TargetState> = groups
            .flat_map(|(_, group)| group.targets.iter().map(|&target| world.elb.targets[target].state))
            .filter(|state| state.is_registered())
            .collect();
        let healthy = targets.iter().filter(|state| **state == TargetState::Healthy).count() as u32;
        let totals = of_balancers(world, [id]);
        let state = balancer.state.to_string();
        let tone = match state.as_str() {
            "active" if !targets.is_empty() && healthy == 0 && targets.iter().any(|state| state.is_unhealthy()) => {
                Tone::Bad
            }
            "active" => Tone::Good,
            _ => Tone::Coming,
        };
        BalancerTile {
            name: balancer.name.clone(),
            tone,
            state,
            ports: balancer.listeners.iter().map(|&listener| world.elb.listeners[listener].port).collect(),
            zones: balancer.subnets.iter().map(|&subnet| world.network.zone(subnet).to_owned()).collect(),
            healthy,
            registered: targets.len() as u32,
            requests: totals.requests as f64,
            in_flight: totals.in_flight as f64,
            errors: totals.class('5') as f64,
        }
    };
    world.elb.live_balancers().map(tile).collect()
}

fn zones(world: &World, now: Time) -> Vec<ZoneBox> {
    let mut zones: Vec<ZoneBox> = world
        .network
        .subnets
        .iter()
        .map(|(_, subnet)| ZoneBox {
            name: subnet.zone.clone(),
            subnet: subnet.id.clone(),
            lost: world.network.is_lost(subnet.place),
            tasks: Vec::new(),
            more: 0,
        })
        .collect();
    for (id, task) in world.ecs.tasks.iter() {
        if task.at.stopped.is_some_and(|stopped| now.since(stopped) > STOPPED_SHOWN) {
            continue;
        }
        if task.is_unplaced() {
            // It waits for an instance, and is in no zone yet.
            continue;
        }
        let zone = &mut zones[task.subnet.index()];
        if zone.tasks.len() < TASKS_SHOWN {
            zone.tasks.push(tile(world, id, task));
        } else {
            zone.more += 1;
        }
    }
    zones
}

/// A task's own part of its name: `web#1` of `demo/web#1`.
pub(super) fn short_name(task: &Task) -> &str {
    task.name.split_once('/').map_or(&*task.name, |(_, own)| own)
}

fn tile(world: &World, id: TaskId, task: &Task) -> TaskTile {
    let targets = world.elb.targets_of(id);
    let in_flight = targets.iter().map(|&target| world.elb.targets[target].outstanding).sum();
    let state = targets.first().map(|&target| world.elb.targets[target].state);
    let (tone, note) = match world.network.is_dark(task.subnet) && task.status < TaskStatus::Deprovisioning {
        true => (Tone::Bad, "its zone is without power".to_owned()),
        false => condition(task, state),
    };
    TaskTile {
        key: id.index() as u32,
        id: task.uuid.clone(),
        name: short_name(task).to_owned(),
        service: task.service.map(|service| world.ecs.services[service].name.clone()),
        revision: world.ecs.definitions[task.definition].name(),
        status: task.status.to_string(),
        tone,
        note,
        in_flight,
        since_s: seconds(since(task)),
    }
}

/// How a task is doing, and in a few words why.
fn condition(task: &Task, target: Option<TargetState>) -> (Tone, String) {
    let stopped_why = || task.stopping.as_ref().map_or_else(String::new, |stopping| stopping.code.to_string());
    match (task.status, target) {
        (TaskStatus::Provisioning, _) => (Tone::Coming, "gets its network interface".to_owned()),
        (TaskStatus::Pending, _) if task.at.pull_stopped.is_some() => {
            (Tone::Coming, "starts its containers".to_owned())
        }
        (TaskStatus::Pending, _) if task.at.pull_started.is_some() => (Tone::Coming, "pulls its image".to_owned()),
        (TaskStatus::Pending, _) => (Tone::Coming, "waits for its host".to_owned()),
        (TaskStatus::Activating, _) => (Tone::Coming, "registers its target".to_owned()),
        (TaskStatus::Running, Some(TargetState::Healthy)) => (Tone::Good, "healthy".to_owned()),
        (TaskStatus::Running, Some(state)) if state.is_unhealthy() => {
            (Tone::Bad, state.description().unwrap_or_default())
        }
        (TaskStatus::Running, Some(TargetState::Registering | TargetState::Initial)) => {
            (Tone::Coming, "waits for its first health check".to_owned())
        }
        (TaskStatus::Running, Some(TargetState::Draining)) => (Tone::Leaving, "drains".to_owned()),
        (TaskStatus::Running, _) => (Tone::Good, "runs".to_owned()),
        (TaskStatus::Deactivating, _) => (Tone::Leaving, "drains".to_owned()),
        (TaskStatus::Stopping, _) => (Tone::Leaving, "its containers stop".to_owned()),
        (TaskStatus::Deprovisioning, _) => (Tone::Leaving, "gives its network interface back".to_owned()),
        (TaskStatus::Stopped, _) => (Tone::Gone, stopped_why()),
    }
}

/// Since when a task is in its status.
fn since(task: &Task) -> Time {
    let at = &task.at;
    let known = match task.status {
        TaskStatus::Provisioning => Some(at.created),
        TaskStatus::Pending => at.connectivity,
        TaskStatus::Activating => at.pull_stopped,
        TaskStatus::Running => at.started,
        TaskStatus::Deactivating | TaskStatus::Stopping => at.stopping,
        TaskStatus::Deprovisioning => at.execution_stopped,
        TaskStatus::Stopped => at.stopped,
    };
    known.unwrap_or(at.created)
}
