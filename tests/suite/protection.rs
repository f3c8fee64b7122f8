//! Task scale-in protection, as an operator sees it.

use insta::assert_snapshot;
use serde_json::{Value, json};
use sim_core::Simulation;
use sim_core::world::ecs::TaskStatus;
use tests::story::{play, service, task, told, typed};

fn protect(at: &str, what: &str) -> String {
    typed(at, &format!("aws ecs update-task-protection --cluster demo {what}"))
}

fn is_running(run: &Simulation, name: &str) -> bool {
    run.world().ecs.tasks[task(run, name)].status == TaskStatus::Running
}

fn ask(run: &Simulation, operation: &str, input: Value) -> Result<Value, String> {
    let (mut world, mut ctx) = (run.world().clone(), run.ctx().clone());
    let entry = sim_core::api::find("ecs", operation).expect("it exists");
    (entry.call)(input, &mut world, &mut ctx).map_err(|error| format!("{error} at {}", error.place))
}

/// [CP-143] [CP-144] [CP-157] The desired count falls to 1, and two of three tasks are protected for ten minutes: one stops, the
/// other surplus one stays until its protection is over. A further wish for protection is refused meanwhile.
#[test]
fn a_smaller_desired_count_waits_for_protected_tasks() {
    let parts = [
        service(3, ""),
        protect("2m", "--tasks web#1 web#2 --protection-enabled --expires-in-minutes 10"),
        typed("5m", "aws ecs update-service --cluster demo --service web --desired-count 1"),
        protect("6m", "--tasks web#1 --protection-enabled --query failures[].[reason,detail] --output text"),
    ];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let run = play("11m", &parts);
    assert_eq!(["web#1", "web#2", "web#3"].map(|name| is_running(&run, name)), [true, true, false]);
    assert_eq!(
        run.transcript().last().expect("typed").output,
        "DEPLOYMENT_BLOCKED\tProtected tasks already keep the service from its steady state."
    );
    let run = play("14m", &parts);
    assert_eq!(["web#1", "web#2"].map(|name| is_running(&run, name)), [false, true], "the oldest goes first");
    assert_snapshot!(told(&run));
}

/// [CP-143] A deployment waits as well; StopTask does not.
#[test]
fn a_deployment_waits_and_a_user_does_not() {
    let update = typed("5m", "aws ecs update-service --cluster demo --service web --task-definition web:2");
    let guarded = protect("2m", "--tasks web#1 --protection-enabled");
    let run = play("20m", &[&service(2, ""), &guarded, &update]);
    assert_eq!(["web#1", "web#2", "web#3", "web#4"].map(|name| is_running(&run, name)), [true, false, true, true]);
    assert!(told(&run).contains("(taskSet #1) was unable to scale in due to (reason 1 tasks under protection)"));
    let lifted = protect("10m", "--tasks web#1 --no-protection-enabled");
    let run = play("20m", &[&service(2, ""), &guarded, &update, &lifted]);
    assert!(!is_running(&run, "web#1") && told(&run).contains("(deployment #2) deployment completed."));
    let stop = typed("3m", "aws ecs stop-task --cluster demo --task web#1");
    let run = play("10m", &[&service(2, ""), &guarded, &stop]);
    assert!(!is_running(&run, "web#1"));
}

/// [CP-143] [CP-014] What is protected, until when; and what cannot be.
#[test]
fn protection_is_told_and_checked() {
    let guarded = protect("2m", "--tasks web#1 --protection-enabled --expires-in-minutes 30");
    let alone = typed(
        "1m",
        "aws ecs run-task --cluster demo --task-definition web:1 --launch-type FARGATE --network-configuration \
         awsvpcConfiguration={subnets=[us-east-1a],assignPublicIp=ENABLED}",
    );
    let run = play("3m", &[&service(2, ""), &guarded, &alone]);
    let seen = ask(&run, "GetTaskProtection", json!({ "cluster": "demo" })).expect("it answers");
    let told: Vec<_> = seen["protectedTasks"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| {
            (one["protectionEnabled"].as_bool(), one["expirationDate"].as_str().map(|date| date[11..19].to_owned()))
        })
        .collect();
    assert_eq!(told.len(), 2, "{seen:#}");
    assert_eq!(told[0].0, Some(true));
    assert!(told[0].1.as_deref().is_some_and(|time| time.ends_with(":32:00")), "{told:?}");
    assert_eq!(told[1], (Some(false), None));

    let update = |more: Value| {
        let mut input = json!({ "cluster": "demo", "tasks": ["web#1"], "protectionEnabled": true });
        input.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
        ask(&run, "UpdateTaskProtection", input)
    };
    let missing = "0123456789abcdef0123456789abcdef";
    let answer = update(json!({ "tasks": ["family:web#1", missing] })).expect("it answers");
    let reasons: Vec<_> =
        answer["failures"].as_array().expect("a list").iter().map(|one| one["reason"].as_str().unwrap_or("")).collect();
    assert_eq!(reasons, ["TASK_NOT_VALID", "MISSING"], "{answer:#}");
    assert_snapshot!(
        [
            update(json!({ "expiresInMinutes": 0 })),
            update(json!({ "expiresInMinutes": 2881 })),
            update(json!({ "tasks": [] })),
            update(json!({ "tasks": vec!["web#1"; 11] })),
            update(json!({ "cluster": "gone" })),
        ]
        .map(|answer| answer.expect_err("it is refused"))
        .join("\n")
    );
}
