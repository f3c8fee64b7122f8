//! `aws <service> wait <name>`: asks a describing operation again and again until the answer is as wished, lets simulated
//! time pass in between, and prints nothing. A waiter is an entry in a table, not code.

use std::time::Duration;

use serde_json::Value;

use super::query::Query;
use super::words::Word;
use super::{Command, Task, throttled};
use crate::api::{ApiError, OperationEntry};
use crate::world::{Ctx, World};

/// A waiter of the AWS CLI.
#[derive(Debug)]
pub struct Waiter {
    /// The service as the AWS CLI spells it.
    pub service: &'static str,
    /// Its name as AWS's libraries spell it: `ServicesStable`.
    pub name: &'static str,
    /// The operation that it calls; its options are the waiter's.
    pub operation: &'static str,
    /// From one call to the next.
    pub every: Duration,
    /// Calls at most [count].
    pub attempts: u32,
    /// What an answer means: the first that fits decides.
    acceptors: &'static [Acceptor],
}

/// What one kind of answer means.
#[derive(Debug)]
struct Acceptor {
    /// When it fits.
    when: When,
    /// What is done then.
    then: Then,
}

/// When an acceptor fits.
#[derive(Debug)]
enum When {
    /// This expression is true.
    True(&'static str),
    /// One of the values of this expression is this.
    Any(&'static str, &'static str),
    /// There are values of this expression, and all are this.
    All(&'static str, &'static str),
    /// The call was refused with this code.
    Refused(&'static str),
}

/// What is done when an acceptor fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Succeed,
    Fail,
    Retry,
}

use Then::{Fail, Retry, Succeed};
use When::{All, Any, Refused, True};

const fn acceptor(when: When, then: Then) -> Acceptor {
    Acceptor { when, then }
}

const fn waiter(
    (service, name, operation): (&'static str, &'static str, &'static str),
    (seconds, attempts): (u64, u32),
    acceptors: &'static [Acceptor],
) -> Waiter {
    Waiter { service, name, operation, every: Duration::from_secs(seconds), attempts, acceptors }
}

/// Every waiter that there is here [CP-032].
pub const WAITERS: &[Waiter] = &[
    waiter(
        ("ecs", "ServicesInactive", "DescribeServices"),
        (15, 40),
        &[acceptor(Any("failures[].reason", "MISSING"), Fail), acceptor(Any("services[].status", "INACTIVE"), Succeed)],
    ),
    waiter(
        ("ecs", "ServicesStable", "DescribeServices"),
        (15, 40),
        &[
            acceptor(Any("failures[].reason", "MISSING"), Fail),
            acceptor(Any("services[].status", "DRAINING"), Fail),
            acceptor(Any("services[].status", "INACTIVE"), Fail),
            acceptor(
                True("length(services[?!(length(deployments) == `1` && runningCount == desiredCount)]) == `0`"),
                Succeed,
            ),
        ],
    ),
    waiter(
        ("ecs", "TasksRunning", "DescribeTasks"),
        (6, 100),
        &[
            acceptor(Any("tasks[].lastStatus", "STOPPED"), Fail),
            acceptor(Any("failures[].reason", "MISSING"), Fail),
            acceptor(All("tasks[].lastStatus", "RUNNING"), Succeed),
        ],
    ),
    waiter(
        ("ecs", "TasksStopped", "DescribeTasks"),
        (6, 100),
        &[acceptor(All("tasks[].lastStatus", "STOPPED"), Succeed)],
    ),
    waiter(
        ("elbv2", "LoadBalancerAvailable", "DescribeLoadBalancers"),
        (15, 40),
        &[
            acceptor(All("LoadBalancers[].State.Code", "active"), Succeed),
            acceptor(Any("LoadBalancers[].State.Code", "provisioning"), Retry),
            acceptor(Refused("LoadBalancerNotFound"), Retry),
        ],
    ),
    waiter(
        ("elbv2", "LoadBalancersDeleted", "DescribeLoadBalancers"),
        (15, 40),
        &[
            acceptor(All("LoadBalancers[].State.Code", "active"), Retry),
            acceptor(Refused("LoadBalancerNotFound"), Succeed),
        ],
    ),
    waiter(
        ("elbv2", "TargetDeregistered", "DescribeTargetHealth"),
        (15, 40),
        &[
            acceptor(Refused("InvalidTarget"), Succeed),
            acceptor(All("TargetHealthDescriptions[].TargetHealth.State", "unused"), Succeed),
        ],
    ),
    waiter(
        ("elbv2", "TargetInService", "DescribeTargetHealth"),
        (15, 40),
        &[
            acceptor(All("TargetHealthDescriptions[].TargetHealth.State", "healthy"), Succeed),
            acceptor(Refused("InvalidInstance"), Retry),
        ],
    ),
];

/// What a waiter has come to with one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Poll {
    /// It is as wished.
    Done,
    /// It is called again after [`Waiter::every`].
    Again,
    /// It gives up, and this is what the AWS CLI prints.
    Failed(String),
}

/// The waiter that the words `ecs wait services-stable` name.
pub(super) fn named(command: &[&Word]) -> Option<&'static Waiter> {
    let [service, wait, name] = command else { return None };
    let fits = |waiter: &&Waiter| wait.text == "wait" && waiter.service == service.text && waiter.kebab() == name.text;
    WAITERS.iter().find(fits)
}

/// The waiters of a service whose operations are among these.
pub(super) fn of(entries: &[OperationEntry], service: &str) -> impl Iterator<Item = &'static Waiter> {
    let there = |waiter: &Waiter| entries.iter().any(|it| it.service == waiter.service && it.name == waiter.operation);
    WAITERS.iter().filter(move |waiter| waiter.service == service && there(waiter))
}

impl Waiter {
    /// `services-stable` for `ServicesStable`.
    pub fn kebab(&self) -> String {
        super::kebab(self.name)
    }
}

impl When {
    fn fits(&self, answer: &Result<Value, ApiError>) -> bool {
        let search = |path: &str| {
            let answer = answer.as_ref().ok()?;
            Query::compile(path).ok()?.search(answer).ok()
        };
        let list = |path| match search(path) {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        };
        match self {
            True(path) => search(path) == Some(Value::Bool(true)),
            Any(path, wanted) => list(path).iter().any(|it| it == wanted),
            All(path, wanted) => {
                let items = list(path);
                !items.is_empty() && items.iter().all(|it| it == wanted)
            }
            Refused(code) => answer.as_ref().is_err_and(|error| error.code == *code),
        }
    }

    /// The words of the AWS CLI for it.
    fn explained(&self) -> String {
        match self {
            True(path) => format!("For expression \"{path}\" we matched expected path: \"True\""),
            Any(path, wanted) => {
                format!("For expression \"{path}\" we matched expected path: \"{wanted}\" at least once")
            }
            All(path, wanted) => {
                format!("For expression \"{path}\" all members matched expected path: \"{wanted}\"")
            }
            Refused(code) => format!("Matched expected service error code: {code}"),
        }
    }
}

impl Command {
    /// The waiter that a line starts; none for all other lines.
    pub fn waiter(&self) -> Option<&'static Waiter> {
        match self.task {
            Task::Wait { waiter, .. } => Some(waiter),
            Task::Call { .. } | Task::Help(_) => None,
        }
    }

    /// Calls what a waiter calls, once. `attempt` counts from 1.
    pub fn poll(&self, attempt: u32, world: &mut World, ctx: &mut Ctx) -> Poll {
        let Task::Wait { waiter, entry, input } = &self.task else { return Poll::Done };
        waiter.judge(attempt, &called(entry, input, world, ctx))
    }
}

/// The answer of the operation, as AWS sends it.
fn called(entry: &OperationEntry, input: &Value, world: &mut World, ctx: &mut Ctx) -> Result<Value, ApiError> {
    throttled(entry, input, world, ctx).map(super::without_nulls)
}

impl Waiter {
    /// What an answer means at this attempt.
    fn judge(&self, attempt: u32, answer: &Result<Value, ApiError>) -> Poll {
        let failed = |reason: String| Poll::Failed(format!("Waiter {} failed: {reason}", self.name));
        let fitting = self.acceptors.iter().find(|acceptor| acceptor.when.fits(answer));
        let explained = fitting.map(|acceptor| acceptor.when.explained());
        match (fitting.map(|acceptor| acceptor.then), answer) {
            (Some(Succeed), _) => Poll::Done,
            (Some(Fail), _) => {
                failed(format!("Waiter encountered a terminal failure state: {}", explained.unwrap_or_default()))
            }
            (None, Err(error)) => failed(format!("An error occurred ({}): {}", error.code, error.message)),
            _ if attempt < self.attempts => Poll::Again,
            _ => match explained {
                Some(state) => failed(format!("Max attempts exceeded. Previously accepted state: {state}")),
                None => failed("Max attempts exceeded".to_owned()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn named(name: &str) -> &'static Waiter {
        WAITERS.iter().find(|waiter| waiter.name == name).unwrap_or_else(|| panic!("{name} is a waiter"))
    }

    #[test]
    fn every_expression_of_every_waiter_is_understood() {
        for acceptor in WAITERS.iter().flat_map(|waiter| waiter.acceptors) {
            match acceptor.when {
                True(path) | Any(path, _) | All(path, _) => assert!(Query::compile(path).is_ok(), "{path}"),
                Refused(_) => {}
            }
        }
        for waiter in WAITERS {
            assert!(crate::api::find(waiter.service, waiter.operation).is_some(), "{}", waiter.name);
        }
    }

    /// [CP-032]
    #[test]
    fn services_are_stable_with_one_deployment_and_as_many_tasks_as_desired() {
        let stable = named("ServicesStable");
        let service = |deployments: usize, running: u32| json!({ "status": "ACTIVE", "deployments": vec![json!({}); deployments], "runningCount": running, "desiredCount": 2 });
        let judge = |services: Value| stable.judge(1, &Ok(json!({ "services": services, "failures": [] })));
        assert_eq!(judge(json!([service(1, 2)])), Poll::Done);
        assert_eq!(judge(json!([service(1, 2), service(2, 2)])), Poll::Again);
        assert_eq!(judge(json!([service(1, 1)])), Poll::Again);
        let gone = json!({ "services": [], "failures": [{ "reason": "MISSING" }] });
        let told = "Waiter ServicesStable failed: Waiter encountered a terminal failure state: For expression \
                    \"failures[].reason\" we matched expected path: \"MISSING\" at least once";
        assert_eq!(stable.judge(1, &Ok(gone)), Poll::Failed(told.to_owned()));
    }

    /// [CP-032]
    #[test]
    fn tasks_run_when_all_do_and_fail_when_one_has_stopped() {
        let running = named("TasksRunning");
        let judge = |statuses: &[&str]| {
            let tasks: Vec<Value> = statuses.iter().map(|status| json!({ "lastStatus": status })).collect();
            running.judge(1, &Ok(json!({ "tasks": tasks, "failures": [] })))
        };
        assert_eq!(judge(&["RUNNING", "PENDING"]), Poll::Again);
        assert_eq!(judge(&["RUNNING", "RUNNING"]), Poll::Done);
        assert_eq!(judge(&[]), Poll::Again, "no task at all is not all of them");
        assert!(matches!(judge(&["RUNNING", "STOPPED"]), Poll::Failed(_)));
    }

    #[test]
    fn a_refused_call_ends_a_waiter_unless_it_is_expected() {
        let refused = |code| Err(ApiError::new(code, "Cluster not found."));
        let told = "Waiter TasksStopped failed: An error occurred (ClusterNotFoundException): Cluster not found.";
        let stopped = named("TasksStopped");
        assert_eq!(stopped.judge(1, &refused("ClusterNotFoundException")), Poll::Failed(told.to_owned()));
        assert_eq!(named("LoadBalancersDeleted").judge(1, &refused("LoadBalancerNotFound")), Poll::Done);
        let available = named("LoadBalancerAvailable");
        assert_eq!(available.judge(39, &refused("LoadBalancerNotFound")), Poll::Again);
        let told = "Waiter LoadBalancerAvailable failed: Max attempts exceeded. Previously accepted state: Matched expected \
                    service error code: LoadBalancerNotFound";
        assert_eq!(available.judge(40, &refused("LoadBalancerNotFound")), Poll::Failed(told.to_owned()));
    }
}
