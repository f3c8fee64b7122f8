//! The events that ECS sends to EventBridge, in AWS's words [CP-217].
//!
//! An event is a fact of the journal, told again: nothing is kept for it. Each is told when the rules of the bus have heard of
//! its fact, at the same instant.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::task::TaskDescription;
use crate::engine::{Entry, FactId, Time};
use crate::world::ecs::{DeploymentId, HookStatus, PAUSE_HOOK, ServiceId, Stage, TaskId, TaskStatus};
use crate::world::{Ctx, Fact, World};

/// What ECS sends because of a fact; one cause may raise several events [CP-223].
pub(crate) fn events_of(world: &World, id: FactId, ctx: &Ctx) -> Vec<Value> {
    let entry = ctx.journal().get(id);
    let sender = Sender { world, id, at: entry.at };
    match &entry.fact {
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
        _ => Vec::new(),
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
        // The task may have changed again since, in the same instant.
        let changed =
            |entry: &Entry<Fact>| matches!(&entry.fact, Fact::TaskStatusChanged { task: other, .. } if *other == task);
        let later = (self.id.number() + 1..=ctx.journal().len() as u32).filter_map(FactId::from_number);
        let since = later.filter(|&id| changed(ctx.journal().get(id))).count();
        detail["version"] = json!(u64::from(self.world.ecs.tasks[task].version).saturating_sub(since as u64));
        for attachment in detail["attachments"].as_array_mut().into_iter().flatten() {
            attachment["type"] = json!("eni");
        }
        in_words_of_events(&mut detail);
        self.event("ECS Task State Change", &self.world.ecs.tasks[task].arn, detail)
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
