//! The same requests, told apart: by caller and class, by target, by deployment.

use std::collections::BTreeMap;

use serde::Serialize;

use super::report::LatencyPart;
use super::totals::Latency;
use crate::world::World;
use crate::world::cloudwatch::Tally;
use crate::world::ecs::{Service, TaskId};
use crate::world::elb::{LoadBalancerId, TargetId};
use crate::world::traffic::{CallClass, Caller, CallerId, Demand, Unreached};

/// The calls of one class of one caller: each counts once, however often it was tried.
#[derive(Clone, Debug, Serialize)]
pub struct CallPart {
    /// Who calls.
    pub caller: String,
    /// The class; empty where the caller makes one kind of calls only.
    pub class: String,
    /// What the load balancer sees of it: method and path.
    pub line: String,
    /// Calls begun [count].
    pub calls: u64,
    /// Calls that wait for an answer or for another attempt [count].
    pub open: u64,
    /// Calls that ended with an answer below 400 [count].
    pub good: u64,
    /// Calls that ended otherwise, retries or not [count].
    pub failed: u64,
    /// Further attempts [count].
    pub retries: u64,
    /// Retries that were not made because the budget was spent [count].
    pub refused_retries: u64,
    /// How calls ended: by status, or by what kept the caller from an answer [count].
    pub by_status: BTreeMap<String, u64>,
    /// From the first attempt to the answer.
    pub latency_ms: Option<LatencyPart>,
}

/// The callers of a load balancer, class by class.
pub fn calls(world: &World, balancer: LoadBalancerId) -> Vec<CallPart> {
    let callers = world.traffic.callers.iter().filter(|(_, caller)| caller.balancer == Some(balancer));
    callers.flat_map(|(id, _)| calls_of(world, id)).collect()
}

/// The calls of one caller, class by class.
pub fn calls_of(world: &World, caller: CallerId) -> Vec<CallPart> {
    let caller = &world.traffic.callers[caller];
    caller.classes.iter().map(|class| call_part(world, caller, class)).collect()
}

fn call_part(world: &World, caller: &Caller, class: &CallClass) -> CallPart {
    let ledger = &class.ledger;
    let mut by_status: BTreeMap<String, u64> = BTreeMap::new();
    let mut good = 0;
    for (status, count) in ledger.statuses.iter() {
        *by_status.entry(status.to_string()).or_default() += count;
        good += if status < 400 { count } else { 0 };
    }
    for (why, count) in Unreached::ALL.iter().zip(ledger.failed).filter(|(_, count)| *count > 0) {
        by_status.insert(why.to_string(), count);
    }
    CallPart {
        caller: caller_name(world, caller),
        class: class.name.clone(),
        line: format!("{} {}", class.line.method, class.line.path),
        calls: ledger.calls,
        open: ledger.calls - ledger.ended,
        good,
        failed: ledger.ended - good,
        retries: ledger.retries,
        refused_retries: ledger.refused_retries,
        by_status,
        latency_ms: LatencyPart::of(&Latency::of(&ledger.latencies)),
    }
}

/// Who a caller is, in words.
pub(super) fn caller_name(world: &World, caller: &Caller) -> String {
    match caller.demand {
        Demand::Application(spec) => world.app.specs[spec].container.clone(),
        _ => caller.name.clone(),
    }
}

/// What load balancers gave to one task, or to all tasks of a deployment.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ServedPart {
    /// Requests that have come to an end there [count].
    pub requests: u64,
    /// Those of them that it answered with 5xx, or whose connection failed [count].
    pub errors: u64,
    /// How long it took to answer, as its load balancers see it.
    pub response_ms: Option<LatencyPart>,
}

/// One deployment of a service that has had requests.
#[derive(Clone, Debug, Serialize)]
pub struct DeploymentPart {
    /// Its id.
    pub id: String,
    /// The revision of the task definition.
    pub task_definition: String,
    /// `rolloutState`.
    pub rollout: String,
    /// Tasks that it has started [count].
    pub tasks: usize,
    /// What these served.
    pub served: ServedPart,
}

/// What a task has served; none when it never was a target, or never of a request.
pub fn served_by(world: &World, task: TaskId) -> Option<ServedPart> {
    served(world, world.elb.targets_of(task))
}

/// The deployments of a service, oldest first.
pub fn deployments(world: &World, service: &Service) -> Vec<DeploymentPart> {
    let mut tasks: BTreeMap<_, Vec<TaskId>> = BTreeMap::new();
    for &task in &service.tasks {
        if let Some(deployment) = world.ecs.tasks[task].deployment {
            tasks.entry(deployment).or_default().push(task);
        }
    }
    let parts = tasks.into_iter().filter_map(|(id, tasks)| {
        let targets: Vec<TargetId> = tasks.iter().flat_map(|&task| world.elb.targets_of(task)).copied().collect();
        let deployment = &world.ecs.deployments[id];
        Some(DeploymentPart {
            id: deployment.name.clone(),
            task_definition: world.ecs.definitions[deployment.recipe.definition].name(),
            rollout: deployment.rollout.to_string(),
            tasks: tasks.len(),
            served: served(world, &targets)?,
        })
    });
    parts.collect()
}

fn served(world: &World, targets: &[TargetId]) -> Option<ServedPart> {
    let mut part = ServedPart::default();
    let mut all: Option<Latency> = None;
    for &id in targets {
        let target = &world.elb.targets[id];
        part.requests += target.ended();
        part.errors += target.bad;
        if let Some((histogram, sum)) = world.cloudwatch.times_of(id) {
            let latency = all.get_or_insert_with(|| Latency::of(&Tally::default()));
            latency.add(&histogram, sum);
        }
    }
    part.response_ms = all.as_ref().and_then(LatencyPart::of);
    (part.requests > 0).then_some(part)
}
