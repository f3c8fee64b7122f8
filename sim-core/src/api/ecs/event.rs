//! The events that ECS sends to EventBridge, in AWS's words [CP-217].
//!
//! An event is a fact of the journal, told again: nothing is kept for it. Each is told when the rules of the bus have heard of
//! its fact, at the same instant.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::container_instance::ContainerInstanceDescription;
use super::task::TaskDescription;
use crate::engine::{FactId, Time};
use crate::world::ecs::{
    DeploymentId, HealthStatus, HookStatus, InstanceId, PAUSE_HOOK, ServiceId, Stage, TaskId, TaskStatus,
};
use crate::world::{Ctx, Fact, World};

/// What ECS sends because of a fact; one cause may raise several events [CP-223].
pub(crate) fn events_of(world: &World, id: FactId, ctx: &Ctx) -> Vec<Value> {
    let entry = ctx.journal().get(id);
    let sender = Sender { world, id, at: entry.at };
    let mut events = match &entry.fact {
        Fact::TaskCreated { task } => vec![sender.task(*task, TaskStatus::Provisioning, ctx)],
        Fact::TaskStatusChanged { task, status } => vec![sender.task(*task, *status, ctx)],
        Fact::DeploymentStarted { service, deployment } | Fact::DeploymentRolledBack { service, deployment } => {
            sender.deployment(*service, *deployment, "INFO", "SERVICE_DEPLOYMENT_IN_PROGRESS")
        }
        Fact::DeploymentCompleted { service, deployment } => {
            sender.deployment(*service, *deployment, "INFO", "SERVICE_DEPLOYMENT_COMPLETED")
        }
        Fact::DeploymentFailed { service, deployment } => {
            sender.deployment(*service, *deployment, "ERROR", "SERVICE_DEPLOYMENT_FAILED")
        }
        Fact::DeploymentPaused { service, hook, .. } => {
            let act = world.ecs.service_deployments.iter().rev().find(|(_, act)| act.service == *service);
            let stage = act.and_then(|(_, act)| act.shift.as_ref()).map(|shift| shift.stage);
            stage.map(|stage| sender.hook(*service, hook, stage, "HOOK_AWAITING_ACTION")).into_iter().collect()
        }
        Fact::HookAnswered { service, stage, hook, status } if hook.starts_with(PAUSE_HOOK) => {
            let name = match status {
                HookStatus::Succeeded => "HOOK_SUCCEEDED",
                HookStatus::TimedOut => "HOOK_TIMED_OUT",
                HookStatus::Failed | HookStatus::InProgress => "HOOK_FAILED",
            };
            vec![sender.hook(*service, hook, *stage, name)]
        }
        Fact::ServiceEvent { service, text } => {
            let text = text.split_once(") ").map_or(&**text, |(_, text)| text);
            let said = ACTIONS.iter().find(|(_, _, begins, has)| text.starts_with(begins) && text.contains(has));
            said.map(|(kind, name, ..)| sender.action(*service, kind, name)).into_iter().collect()
        }
        Fact::ContainerHealthChanged { task, status: HealthStatus::Unhealthy, .. } => {
            let found = !world.ecs.registries_of(*task).is_empty();
            let service = world.ecs.tasks[*task].service.filter(|_| found);
            service.map(|service| sender.action(service, "WARN", DISCOVERY_UNHEALTHY)).into_iter().collect()
        }
        _ => Vec::new(),
    };
    events.extend(instance_changed(world, &entry.fact).map(|instance| sender.instance(instance, ctx)));
    events
}

/// A task of a service that is found by DNS is unhealthy [CP-220].
const DISCOVERY_UNHEALTHY: &str = "SERVICE_DISCOVERY_INSTANCE_UNHEALTHY";

/// The container instance that is another one since this fact: in its state, its agent, or in what its tasks leave of it
/// [CP-223].
fn instance_changed(world: &World, fact: &Fact) -> Option<InstanceId> {
    match fact {
        Fact::InstanceRegistered { instance }
        | Fact::InstanceStatusChanged { instance, .. }
        | Fact::InstanceDeregistered { instance }
        | Fact::AgentConnected { instance }
        | Fact::AgentDisconnected { instance }
        | Fact::TaskPlaced { instance, .. } => Some(*instance),
        Fact::TaskCreated { task } | Fact::TaskStatusChanged { task, status: TaskStatus::Stopped } => {
            world.ecs.tasks[*task].instance
        }
        _ => None,
    }
}

/// Service events that are actions as well [CP-219][CP-220]: `eventType`, `eventName`, how the text begins, and what is in it.
/// The first that fits counts.
const ACTIONS: &[(&str, &str, &str, &str)] = &[
    ("INFO", "SERVICE_STEADY_STATE", "has reached a steady state.", ""),
    ("INFO", "TASKS_STOPPED", "has stopped ", " running tasks"),
    ("INFO", "TASKS_STARTED", "has started ", " to AZ Rebalance"),
    ("INFO", "SERVICE_REBALANCING_STARTED", "is not AZ balanced", ""),
    ("INFO", "SERVICE_REBALANCING_COMPLETED", "is AZ balanced", ""),
    ("INFO", "SERVICE_REBALANCING_STOPPED", "stopped AZ Rebalancing.", ""),
    ("INFO", "TASKSET_SCALE_IN_FAILURE_BY_TASK_PROTECTION", "was unable to reach steady state", " under protection"),
    ("WARN", "SERVICE_TASK_START_IMPAIRED", "is unable to consistently start tasks successfully.", ""),
    ("ERROR", "SERVICE_TASK_PLACEMENT_FAILURE", "was unable to place a task", ""),
    ("ERROR", "ECS_OPERATION_THROTTLED", "operations are being throttled", ""),
];

/// Sends the events of one fact.
struct Sender<'a> {
    world: &'a World,
    id: FactId,
    at: Time,
}

impl Sender<'_> {
    /// An event around its `detail`.
    fn event(&self, kind: &str, resource: &str, detail: Value) -> Value {
        let account = &self.world.account;
        let moment = account.moment(self.at);
        json!({
            "version": "0",
            "id": account.uuid("event", &format!("{kind} {}", self.id.number())),
            "detail-type": kind,
            "source": "aws.ecs",
            "account": account.id,
            "time": moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "region": account.region,
            "resources": [resource],
            "detail": detail
        })
    }

    /// A task is in this status. The event has the task's version, but not its health [CP-218].
    fn task(&self, task: TaskId, status: TaskStatus, ctx: &Ctx) -> Value {
        let description = TaskDescription::of(self.world, task, false);
        let mut detail = serde_json::to_value(description).expect("outputs are plain data");
        detail["lastStatus"] = json!(status.to_string());
        detail["updatedAt"] = json!(self.world.account.wall(self.at));
        let changed = |fact: &Fact| matches!(fact, Fact::TaskStatusChanged { task: other, .. } if *other == task);
        detail["version"] = json!(self.version(self.world.ecs.tasks[task].version, changed, ctx));
        for attachment in detail["attachments"].as_array_mut().into_iter().flatten() {
            attachment["type"] = json!("eni");
        }
        in_words_of_events(&mut detail);
        self.event("ECS Task State Change", &self.world.ecs.tasks[task].arn, detail)
    }

    /// A container instance is another one than before [CP-217]. The event has its version [CP-218].
    fn instance(&self, instance: InstanceId, ctx: &Ctx) -> Value {
        let description = ContainerInstanceDescription::of(self.world, instance, false);
        let mut detail = serde_json::to_value(description).expect("outputs are plain data");
        detail["clusterArn"] = json!(self.world.ecs.clusters[self.world.ecs.instances[instance].cluster].arn);
        detail["updatedAt"] = json!(self.world.account.wall(self.at));
        let changed = |fact: &Fact| instance_changed(self.world, fact) == Some(instance);
        detail["version"] = json!(self.version(self.world.ecs.instances[instance].version, changed, ctx));
        in_words_of_events(&mut detail);
        self.event("ECS Container Instance State Change", &self.world.ecs.instances[instance].arn, detail)
    }

    /// The version that something had at this fact: it may have changed again since, in the same instant.
    fn version(&self, now: u32, changed: impl Fn(&Fact) -> bool, ctx: &Ctx) -> u32 {
        let later = (self.id.number() + 1..=ctx.journal().len() as u32).filter_map(FactId::from_number);
        let since = later.filter(|&id| changed(&ctx.journal().get(id).fact)).count();
        now.saturating_sub(since as u32)
    }

    /// A service did something, or could not [CP-219][CP-220]. The event has no version [CP-218].
    fn action(&self, service: ServiceId, kind: &str, name: &str) -> Value {
        let service = &self.world.ecs.services[service];
        let mut detail = Map::new();
        detail.insert("eventType".to_owned(), json!(kind));
        detail.insert("eventName".to_owned(), json!(name));
        detail.insert("clusterArn".to_owned(), json!(self.world.ecs.clusters[service.cluster].arn));
        if name == "SERVICE_TASK_PLACEMENT_FAILURE" {
            detail.insert("reason".to_owned(), json!(service.unplaced_reason));
        }
        detail.insert("createdAt".to_owned(), json!(self.precise()));
        self.event("ECS Service Action", &service.arn, Value::Object(detail))
    }

    /// A deployment has begun, completed or failed: an event of its own [CP-221], and an action of its service [CP-219][CP-220].
    fn deployment(&self, service: ServiceId, deployment: DeploymentId, kind: &str, name: &str) -> Vec<Value> {
        let it = &self.world.ecs.deployments[deployment];
        let detail = json!({
            "eventType": kind,
            "eventName": name,
            "deploymentId": it.name,
            "updatedAt": self.precise(),
            "reason": if name == "SERVICE_DEPLOYMENT_IN_PROGRESS" { &it.began } else { &it.reason },
        });
        let arn = &self.world.ecs.services[service].arn;
        vec![self.event("ECS Deployment State Change", arn, detail), self.action(service, kind, name)]
    }

    /// A hook that pauses waits for somebody, until a moment, or waits no more [CP-222].
    fn hook(&self, service: ServiceId, id: &str, stage: Stage, name: &str) -> Value {
        let ecs = &self.world.ecs;
        let mut detail = json!({
            "eventType": if matches!(name, "HOOK_FAILED" | "HOOK_TIMED_OUT") { "ERROR" } else { "INFO" },
            "eventName": name,
            "hookId": id,
            "lifecycleStage": stage.to_string(),
        });
        let act = ecs.service_deployments.iter().rev().find(|(_, act)| act.service == service);
        let open = act.and_then(|(act, _)| ecs.open_hooks(act).into_iter().find(|open| open.id == Some(id)));
        if let (Some(expires), "HOOK_AWAITING_ACTION") = (open.and_then(|open| open.expires), name) {
            detail["expiresAt"] = json!(self.precise_at(expires));
        }
        self.event("ECS Hook State Change", &ecs.services[service].arn, detail)
    }

    /// The moment as events write it: in UTC, to the millisecond.
    fn precise(&self) -> String {
        self.precise_at(self.at)
    }

    fn precise_at(&self, at: Time) -> String {
        let moment = self.world.account.moment(at);
        moment.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
    }
}

/// What DescribeTasks says, as an event says it: without health, tags and what is null, and with moments in UTC.
fn in_words_of_events(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, value| {
                !matches!(name.as_str(), "healthStatus" | "tags" | "inferenceAccelerators") && !value.is_null()
            });
            for (name, value) in members.iter_mut() {
                let moment =
                    value.as_str().filter(|_| name.ends_with("At")).and_then(|text| text.parse::<Timestamp>().ok());
                match moment {
                    Some(moment) => *value = json!(moment.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()),
                    None => in_words_of_events(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(in_words_of_events),
        _ => {}
    }
}
