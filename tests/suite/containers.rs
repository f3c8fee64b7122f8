//! The containers of a task: who starts when, who stops when, and what becomes of the task.

use std::collections::BTreeMap;
use std::fmt::Write;

use insta::assert_snapshot;
use serde_json::{Value, json};
use sim_core::Simulation;
use sim_core::engine::Time;
use sim_core::world::Fact;
use sim_core::world::cloudwatch::{Cause, Counts};

use tests::story::{BALANCER, life, play, service, service_behind, told};

use crate::door::{Door, expect_refusal};

/// An account in which a task of the family `shop`, made of these containers, starts at once: 12 s to its interface, 8 s
/// to the pull, 2.4 s for an image of 35 MB, 5 s to started containers.
fn shop(duration: &str, containers: &[&str], more: &str) -> Simulation {
    let containers = containers.join(",\n  ");
    let text = format!(
        r#"
[scenario]
title = "containers"
seed = 1
duration = "{duration}"
[assume]
start_sigma = 0
[[world.image]]
repository = "docker.io/library/httpd"
layers = ["35 MB"]
[[world.image]]
repository = "docker.io/library/busybox"
layers = ["2 MB"]
[[ecs.cluster]]
clusterName = "demo"
[[ecs.taskDefinition]]
family = "shop"
requiresCompatibilities = ["FARGATE"]
networkMode = "awsvpc"
cpu = "1024"
memory = "2048"
containerDefinitions = [
  {containers},
]
[[timeline]]
at = "0s"
run = '''aws ecs run-task --cluster demo --task-definition shop --launch-type FARGATE --network-configuration awsvpcConfiguration={{subnets=[us-east-1a],assignPublicIp=ENABLED}}'''
{more}
"#
    );
    let mut simulation = tests::start("containers.toml", &text, &BTreeMap::new(), None);
    simulation.run();
    simulation
}

/// The line that stops the task.
fn stopped_at(at: &str) -> String {
    format!("[[timeline]]\nat = \"{at}\"\nrun = 'aws ecs stop-task --cluster demo --task family:shop#1'\n")
}

/// What happened to the containers of the task, and to the task.
fn story(simulation: &Simulation) -> String {
    let mut told = String::new();
    for (_, entry) in simulation.ctx().journal().iter() {
        let what = match &entry.fact {
            Fact::PullStarted { image, .. } => format!("pulls {image}"),
            Fact::ContainerStarted { container, .. } => format!("{container} starts"),
            Fact::ContainerExited { container, code, .. } => format!("{container} exits with {code}"),
            Fact::DependencyFailed { container, on, condition, .. } => {
                format!("{container} cannot start: {on} {condition}")
            }
            Fact::ContainerHealthChanged { container, status, .. } => format!("{container} {status}"),
            Fact::ContainerRestarted { container, restarts, .. } => format!("{container} starts again ({restarts})"),
            Fact::TaskStatusChanged { status, .. } => status.to_string(),
            Fact::TaskStopped { code, reason, .. } => format!("{code}: {reason}"),
            _ => continue,
        };
        writeln!(told, "{} {what}", entry.at).expect("a string takes all");
    }
    told
}

/// DescribeTasks of the task.
fn described(simulation: &mut Simulation) -> Value {
    let line = "aws ecs describe-tasks --cluster demo --tasks family:shop#1";
    let output = simulation.type_line(line, &()).expect("a line").output.clone();
    let value: Value = serde_json::from_str(&output).expect("JSON");
    value["tasks"][0].clone()
}

/// [CP-254] [CP-056] [CP-057] [CP-059] [CP-080] An init container that must succeed, and a sidecar that must have started: each
/// image is pulled when its turn has come, and the task runs when all have started.
#[test]
fn containers_start_in_the_order_of_their_dependencies() {
    let mut run = shop(
        "2m",
        &[
            r#"{ name = "web", image = "httpd", dependsOn = [{ containerName = "migrate", condition = "SUCCESS" }, { containerName = "proxy", condition = "START" }] }"#,
            r#"{ name = "migrate", image = "busybox", essential = false }"#,
            r#"{ name = "proxy", image = "httpd", dependsOn = [{ containerName = "migrate", condition = "START" }] }"#,
        ],
        "[[world.app]]\ncontainer = \"shop/migrate\"\nexits_after = \"20s\"\n",
    );
    assert_snapshot!(story(&run), @r#"
    00:00:12 PENDING
    00:00:20 pulls busybox
    00:00:26.113 migrate starts
    00:00:26.113 pulls httpd
    00:00:34.096 proxy starts
    00:00:46.113 migrate exits with 0
    00:00:46.113 pulls httpd
    00:00:52.113 web starts
    00:00:52.113 RUNNING
    "#);
    let task = described(&mut run);
    let states: Vec<_> = task["containers"].as_array().expect("a list").iter().map(|it| &it["lastStatus"]).collect();
    assert_eq!(states, ["RUNNING", "STOPPED", "RUNNING"], "[CP-092] a container that has done its work is STOPPED");
    assert_eq!(task["containers"][1]["exitCode"], 0);
}

/// [CP-056] COMPLETE is met by any exit code. [CP-097] The end of a container that is not essential is no end of the task.
#[test]
fn a_complete_dependency_may_have_failed() {
    let run = shop(
        "2m",
        &[
            r#"{ name = "web", image = "httpd", dependsOn = [{ containerName = "init", condition = "COMPLETE" }] }"#,
            r#"{ name = "init", image = "busybox", essential = false }"#,
        ],
        "[[world.app]]\ncontainer = \"shop/init\"\nexits_after = \"10s\"\nexit_code = 3\n",
    );
    assert_snapshot!(story(&run), @r#"
    00:00:12 PENDING
    00:00:20 pulls busybox
    00:00:26.113 init starts
    00:00:36.113 init exits with 3
    00:00:36.113 pulls httpd
    00:00:44.096 web starts
    00:00:44.096 RUNNING
    "#);
}

/// [CP-058] What must succeed and fails is the end of the task: who depends on it never starts. [CP-103] Others that ran
/// are stopped, and the task has failed to start.
#[test]
fn a_failed_success_dependency_takes_the_task_down() {
    let mut run = shop(
        "3m",
        &[
            r#"{ name = "web", image = "httpd", essential = false, dependsOn = [{ containerName = "migrate", condition = "SUCCESS" }] }"#,
            r#"{ name = "migrate", image = "busybox", essential = false }"#,
            r#"{ name = "proxy", image = "httpd" }"#,
        ],
        "[[world.app]]\ncontainer = \"shop/migrate\"\nexits_after = \"20s\"\nexit_code = 1\n",
    );
    assert_snapshot!(story(&run), @r#"
    00:00:12 PENDING
    00:00:20 pulls busybox
    00:00:20 pulls httpd
    00:00:28.983 migrate starts
    00:00:28.983 proxy starts
    00:00:48.983 migrate exits with 1
    00:00:48.983 web cannot start: migrate SUCCESS
    00:00:48.983 STOPPING
    00:00:49.983 proxy exits with 0
    00:00:49.983 DEPROVISIONING
    00:01:04.983 STOPPED
    00:01:04.983 TaskFailedToStart: Task failed to start
    "#);
    let task = described(&mut run);
    assert_eq!(
        (&task["stopCode"], &task["stoppedReason"]),
        (&json!("TaskFailedToStart"), &json!("Task failed to start"))
    );
    assert_eq!(task["startedAt"], Value::Null);
    let web = &task["containers"][0];
    assert_eq!((&web["lastStatus"], &web["exitCode"]), (&json!("STOPPED"), &Value::Null));
    let reason = "CannotStartContainerError: dependency graph: failed to resolve container ordering dependency [migrate] \
                  for target [web] as dependency did not exit successfully.";
    assert_eq!(web["reason"], reason);
    assert_eq!(task["containers"][2]["exitCode"], 0);
}

/// [CP-060] [CP-116] Who depends on a container waits for as long as that container's `startTimeout` says, from its start.
#[test]
fn a_dependency_that_takes_too_long_takes_the_task_down() {
    let containers = |timeout: &str| {
        [
            r#"{ name = "web", image = "httpd", dependsOn = [{ containerName = "init", condition = "SUCCESS" }] }"#
                .to_owned(),
            format!(r#"{{ name = "init", image = "busybox", essential = false, startTimeout = {timeout} }}"#),
        ]
    };
    let app = "[[world.app]]\ncontainer = \"shop/init\"\nexits_after = \"95s\"\n";
    let story_with = |timeout: &str| {
        let containers = containers(timeout);
        story(&shop("4m", &[&containers[0], &containers[1]], app))
    };
    assert_snapshot!(story_with("90"), @r#"
    00:00:12 PENDING
    00:00:20 pulls busybox
    00:00:26.113 init starts
    00:01:56.113 web cannot start: init SUCCESS
    00:01:56.113 STOPPING
    00:01:57.113 init exits with 0
    00:01:57.113 DEPROVISIONING
    00:02:12.113 STOPPED
    00:02:12.113 TaskFailedToStart: ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting 1m30s
    "#);
    assert!(story_with("100").ends_with("RUNNING\n"), "in time: {}", story_with("100"));
}

/// [CP-057] [CP-061] [CP-062] [CP-098] The stop signal goes the other way round: a container gets it when all that depend
/// on it have ended. [CP-099] [CP-100] What handles it ends with its own code, what does not with 143, what ignores it with
/// 137 after its own `stopTimeout`.
#[test]
fn containers_stop_in_the_reverse_order() {
    let run = shop(
        "4m",
        &[
            r#"{ name = "web", image = "httpd", dependsOn = [{ containerName = "proxy", condition = "START" }] }"#,
            r#"{ name = "proxy", image = "httpd", stopTimeout = 10, dependsOn = [{ containerName = "logs", condition = "START" }] }"#,
            r#"{ name = "logs", image = "busybox", stopTimeout = 120 }"#,
            r#"{ name = "apart", image = "busybox", stopTimeout = 2 }"#,
        ],
        &format!(
            "{}{}",
            stopped_at("100s"),
            r#"
[[world.app]]
container = "shop/web"
shutdown = "3s"
[[world.app]]
container = "shop/proxy"
ignores_sigterm = true
[[world.app]]
container = "shop/logs"
shutdown = "0s"
shutdown_code = 143
[[world.app]]
container = "shop/apart"
shutdown = "5s"
"#
        ),
    );
    assert_snapshot!(story(&run), @r#"
    00:00:12 PENDING
    00:00:20 pulls busybox
    00:00:20 pulls busybox
    00:00:27 logs starts
    00:00:27 apart starts
    00:00:27 pulls httpd
    00:00:34.983 proxy starts
    00:00:34.983 pulls httpd
    00:00:40.983 web starts
    00:00:40.983 RUNNING
    00:01:40 STOPPING
    00:01:42 apart exits with 137
    00:01:43 web exits with 0
    00:01:53 proxy exits with 137
    00:01:53 logs exits with 143
    00:01:53 DEPROVISIONING
    00:02:08 STOPPED
    00:02:08 UserInitiated: Task stopped by user
    "#);
}

/// [CP-097] [CP-104] An essential container that ends before the task runs takes it down as well: it failed to start, as far
/// as the scheduler's patience goes.
#[test]
fn an_essential_container_that_ends_early_is_the_end_of_the_task() {
    let mut run = shop(
        "3m",
        &[
            r#"{ name = "web", image = "httpd", dependsOn = [{ containerName = "init", condition = "SUCCESS" }] }"#,
            r#"{ name = "init", image = "busybox", essential = false }"#,
            r#"{ name = "proxy", image = "httpd" }"#,
        ],
        "[[world.app]]\ncontainer = \"shop/init\"\nexits_after = \"60s\"\n\
         [[world.app]]\ncontainer = \"shop/proxy\"\nexits_after = \"20s\"\nexit_code = 139\n",
    );
    assert_snapshot!(story(&run), @r#"
    00:00:12 PENDING
    00:00:20 pulls busybox
    00:00:20 pulls httpd
    00:00:28.983 init starts
    00:00:28.983 proxy starts
    00:00:48.983 proxy exits with 139
    00:00:48.983 STOPPING
    00:00:49.983 init exits with 0
    00:00:49.983 DEPROVISIONING
    00:01:04.983 STOPPED
    00:01:04.983 EssentialContainerExited: Essential container in task exited
    "#);
    let task = described(&mut run);
    assert_eq!(task["stoppedReason"], "Essential container in task exited");
    assert_eq!(task["containers"][2]["exitCode"], 139, "[CP-100] a segmentation fault");
}

/// [CP-104] [CP-105] The kernel ends one container for its memory: the task's reason is that of any essential exit, the
/// container says why.
#[test]
fn a_container_that_is_killed_for_its_memory_says_so() {
    let mut run = shop(
        "4m",
        &[r#"{ name = "web", image = "httpd", memory = 128 }"#, r#"{ name = "logs", image = "busybox" }"#],
        "[[world.app]]\ncontainer = \"shop/web\"\nmemory = \"100 MiB\"\nleak = { per_hour = \"1 GiB\" }\n",
    );
    let task = described(&mut run);
    assert_eq!(task["stopCode"], "EssentialContainerExited");
    assert_eq!(task["stoppedReason"], "Essential container in task exited");
    let web = &task["containers"][0];
    assert_eq!((&web["exitCode"], &web["lastStatus"]), (&json!(137), &json!("STOPPED")));
    assert_eq!(web["reason"], "OutOfMemoryError: Container killed due to memory usage");
    let logs = &task["containers"][1];
    assert_eq!((&logs["exitCode"], &logs["reason"]), (&json!(0), &Value::Null));
}

/// A task definition of these containers, refused.
#[track_caller]
fn refused(containers: Value, message: &str, place: &str) {
    let definition = json!({
        "family": "shop", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256",
        "memory": "512", "containerDefinitions": containers,
    });
    let error = Door::new().refused("RegisterTaskDefinition", definition);
    expect_refusal(&error, "ClientException", message, place);
}

/// A container that depends on others: (name, condition).
fn container(name: &str, essential: bool, depends_on: &[(&str, &str)]) -> Value {
    let depends_on: Vec<_> =
        depends_on.iter().map(|(name, condition)| json!({ "containerName": name, "condition": condition })).collect();
    json!({ "name": name, "image": "busybox", "essential": essential, "dependsOn": depends_on })
}

/// [CP-056]
#[test]
fn dependencies_that_can_never_be_met_are_refused() {
    let place = "containerDefinitions[0].dependsOn[0]";
    refused(
        json!([container("a", true, &[("b", "START")])]),
        "Cannot depend on container + 'b' because it does not exist",
        &format!("{place}.containerName"),
    );
    for condition in ["COMPLETE", "SUCCESS"] {
        refused(
            json!([container("a", true, &[("b", condition)]), container("b", true, &[])]),
            "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container",
            &format!("{place}.condition"),
        );
    }
    refused(
        json!([container("a", true, &[("b", "HEALTHY")]), container("b", true, &[])]),
        "A dependency container with HEALTHY condition must have health check configured",
        &format!("{place}.condition"),
    );
    let cycle = "Container dependencies should not have a cycle";
    refused(json!([container("a", true, &[("a", "START")])]), cycle, "containerDefinitions[0].dependsOn");
    refused(
        json!([
            container("out", true, &[("a", "START")]),
            container("a", true, &[("b", "START")]),
            container("b", true, &[("c", "START")]),
            container("c", true, &[("a", "START")]),
        ]),
        cycle,
        "containerDefinitions[0].dependsOn",
    );
}

/// [CP-056] [CP-068] [CP-093] The first check comes one interval after the start, a container is healthy with the first that
/// passes, and who waits for that starts then.
#[test]
fn a_container_waits_until_its_sidecar_is_healthy() {
    let mut run = shop(
        "3m",
        &[
            r#"{ name = "web", image = "httpd", dependsOn = [{ containerName = "proxy", condition = "HEALTHY" }] }"#,
            r#"{ name = "proxy", image = "httpd", healthCheck = { command = ["CMD", "ready"], interval = 10 } }"#,
        ],
        "[[world.app]]\ncontainer = \"shop/proxy\"\nboot = \"25s\"\n",
    );
    assert_snapshot!(story(&run), @r#"
    00:00:12 PENDING
    00:00:20 pulls httpd
    00:00:27.983 proxy starts
    00:00:57.984 proxy HEALTHY
    00:00:57.984 pulls httpd
    00:01:03.984 web starts
    00:01:03.984 RUNNING
    "#);
    let task = described(&mut run);
    assert_eq!((&task["healthStatus"], &task["containers"][1]["healthStatus"]), (&json!("HEALTHY"), &json!("HEALTHY")));
    assert_eq!(task["containers"][0]["healthStatus"], "UNKNOWN", "it has no check");
}

/// [CP-060] A sidecar that is not healthy in time. [CP-067] Three failures in a row make it unhealthy, which is no end of
/// the wait: it might become healthy yet.
#[test]
fn an_unhealthy_sidecar_is_waited_for_until_the_timeout() {
    let run = shop(
        "5m",
        &[
            r#"{ name = "web", image = "httpd", dependsOn = [{ containerName = "proxy", condition = "HEALTHY" }] }"#,
            r#"{ name = "proxy", image = "httpd", startTimeout = 60, healthCheck = { command = ["CMD", "ready"], interval = 10 } }"#,
        ],
        "[[world.app]]\ncontainer = \"shop/proxy\"\nboot = \"90s\"\n",
    );
    assert_snapshot!(story(&run), @r#"
    00:00:12 PENDING
    00:00:20 pulls httpd
    00:00:27.983 proxy starts
    00:00:57.983 proxy UNHEALTHY
    00:01:27.983 web cannot start: proxy HEALTHY
    00:01:27.983 STOPPING
    00:01:28.983 proxy exits with 0
    00:01:28.983 DEPROVISIONING
    00:01:43.983 STOPPED
    00:01:43.983 TaskFailedToStart: ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting 1m
    "#);
}

/// [CP-067] Within the start period failures do not count; a success ends it. Then so many failures in a row as `retries`
/// says make the container unhealthy, and one success makes it healthy again.
#[test]
fn failures_within_the_start_period_do_not_count() {
    let story_with = |period: u32, app: &str| {
        let check = format!(
            r#"{{ name = "web", image = "httpd", healthCheck = {{ command = ["CMD", "ready"], interval = 10, retries = 2, startPeriod = {period} }} }}"#
        );
        story(&shop("4m", &[&check], &format!("[[world.app]]\ncontainer = \"shop/web\"\n{app}\n")))
    };
    let boot = "boot = \"35s\"";
    assert_snapshot!(story_with(0, boot), @r#"
    00:00:12 PENDING
    00:00:20 pulls httpd
    00:00:27.983 web starts
    00:00:27.983 RUNNING
    00:00:47.983 web UNHEALTHY
    00:01:07.984 web HEALTHY
    "#);
    assert_snapshot!(story_with(30, boot), @r#"
    00:00:12 PENDING
    00:00:20 pulls httpd
    00:00:27.983 web starts
    00:00:27.983 RUNNING
    00:01:07.984 web HEALTHY
    "#);
    assert_snapshot!(story_with(300, "health_fails_after = \"45s\""), @r#"
    00:00:12 PENDING
    00:00:20 pulls httpd
    00:00:27.983 web starts
    00:00:27.983 RUNNING
    00:00:37.984 web HEALTHY
    00:01:27.989 web UNHEALTHY
    "#);
}

/// [CP-094] The worst of its essential containers with a check is the health of a task: what has no check, or is not
/// essential, does not count. [CP-095] Nobody stops a task for it that belongs to no service.
#[test]
fn the_health_of_a_task_is_the_worst_of_its_essential_containers() {
    let check = r#"healthCheck = { command = ["CMD", "ready"], interval = 5 }"#;
    let mut run = shop(
        "1h",
        &[
            &format!(r#"{{ name = "web", image = "httpd", {check} }}"#),
            &format!(r#"{{ name = "logs", image = "busybox", essential = false, {check} }}"#),
            r#"{ name = "plain", image = "busybox" }"#,
        ],
        "[[world.app]]\ncontainer = \"shop/logs\"\nhealth_status = 500\n\
         [[world.app]]\ncontainer = \"shop/web\"\nhealth_fails_after = \"30m\"\n",
    );
    assert_snapshot!(story(&run), @r#"
    00:00:12 PENDING
    00:00:20 pulls httpd
    00:00:20 pulls busybox
    00:00:20 pulls busybox
    00:00:28.063 web starts
    00:00:28.063 logs starts
    00:00:28.063 plain starts
    00:00:28.063 RUNNING
    00:00:33.064 web HEALTHY
    00:00:43.066 logs UNHEALTHY
    00:30:38.425 web UNHEALTHY
    "#);
    let task = described(&mut run);
    assert_eq!((&task["lastStatus"], &task["healthStatus"]), (&json!("RUNNING"), &json!("UNHEALTHY")));
    let health: Vec<_> = task["containers"].as_array().expect("a list").iter().map(|it| &it["healthStatus"]).collect();
    assert_eq!(health, ["UNHEALTHY", "UNHEALTHY", "UNKNOWN"]);
}

/// [CP-068] A check that takes longer than its timeout fails: here the health endpoint computes for seven seconds on a whole
/// vCPU.
#[test]
fn a_check_that_takes_too_long_fails() {
    let story_with = |timeout: u32| {
        let check = format!(
            r#"{{ name = "web", image = "httpd", healthCheck = {{ command = ["CMD", "ready"], interval = 10, timeout = {timeout}, retries = 1 }} }}"#
        );
        story(&shop("2m", &[&check], "[[world.app]]\ncontainer = \"shop/web\"\nhealth_cpu = \"7s\"\n"))
    };
    assert_snapshot!(story_with(5), @r#"
    00:00:12 PENDING
    00:00:20 pulls httpd
    00:00:27.983 web starts
    00:00:27.983 RUNNING
    00:00:42.983 web UNHEALTHY
    "#);
    assert_snapshot!(story_with(8), @r#"
    00:00:12 PENDING
    00:00:20 pulls httpd
    00:00:27.983 web starts
    00:00:27.983 RUNNING
    00:00:44.983 web HEALTHY
    "#);
}

/// [CP-248] [CP-063] [CP-064] [CP-065] A container that has run for long enough is started again in place: its task goes on, and
/// DescribeTasks shows no exit. One that ends too early is not.
#[test]
fn a_restart_policy_starts_a_container_again() {
    let restarts = |after: &str, policy: &str| {
        shop(
            "6m",
            &[
                &format!(r#"{{ name = "web", image = "httpd", restartPolicy = {{ {policy} }} }}"#),
                r#"{ name = "logs", image = "busybox" }"#,
            ],
            &format!("[[world.app]]\ncontainer = \"shop/web\"\nexits_after = {after}\nexit_code = 3\n"),
        )
    };
    let mut run = restarts("\"100s\"", "enabled = true, restartAttemptPeriod = 60");
    assert_snapshot!(story(&run), @r#"
    00:00:12 PENDING
    00:00:20 pulls httpd
    00:00:20 pulls busybox
    00:00:28.063 web starts
    00:00:28.063 logs starts
    00:00:28.063 RUNNING
    00:02:08.063 web exits with 3
    00:02:09.063 web starts again (1)
    00:03:49.063 web exits with 3
    00:03:50.063 web starts again (2)
    00:05:30.063 web exits with 3
    00:05:31.063 web starts again (3)
    "#);
    let task = described(&mut run);
    let web = &task["containers"][0];
    assert_eq!(
        (&task["lastStatus"], &web["lastStatus"], &web["exitCode"]),
        (&json!("RUNNING"), &json!("RUNNING"), &Value::Null)
    );

    let early = restarts("\"100s\"", "enabled = true");
    assert!(
        story(&early).ends_with("EssentialContainerExited: Essential container in task exited\n"),
        "300 s unless set"
    );
    let ignored = restarts("\"100s\"", "enabled = true, restartAttemptPeriod = 60, ignoredExitCodes = [0, 3]");
    assert!(story(&ignored).ends_with("EssentialContainerExited: Essential container in task exited\n"));
    let off = restarts("\"100s\"", "enabled = false, restartAttemptPeriod = 60");
    assert!(story(&off).ends_with("EssentialContainerExited: Essential container in task exited\n"));
}

/// [CP-064] A task that is to stop starts nothing again, not even what ended a moment before. [CP-068] The checks of the
/// next run begin anew.
#[test]
fn what_is_about_to_start_again_stops_with_its_task() {
    let containers = [
        r#"{ name = "web", image = "httpd", restartPolicy = { enabled = true, restartAttemptPeriod = 60 }, healthCheck = { command = ["CMD", "ready"], interval = 20 } }"#,
        r#"{ name = "logs", image = "busybox" }"#,
    ];
    let app = "[[world.app]]\ncontainer = \"shop/web\"\nexits_after = \"100s\"\nboot = \"5s\"\n";
    let run = shop("6m", &containers, &format!("{}{app}", stopped_at("229.5s")));
    assert_snapshot!(story(&run), @r#"
    00:00:12 PENDING
    00:00:20 pulls httpd
    00:00:20 pulls busybox
    00:00:28.063 web starts
    00:00:28.063 logs starts
    00:00:28.063 RUNNING
    00:00:48.064 web HEALTHY
    00:02:08.063 web exits with 0
    00:02:09.063 web starts again (1)
    00:02:29.064 web HEALTHY
    00:03:49.063 web exits with 0
    00:03:49.500 STOPPING
    00:03:50.500 logs exits with 0
    00:03:50.500 DEPROVISIONING
    00:04:05.500 STOPPED
    00:04:05.500 UserInitiated: Task stopped by user
    "#);
}

/// [CP-066]
#[test]
fn health_checks_have_bounds_and_defaults() {
    let with = |check: Value| json!([{ "name": "web", "image": "busybox", "healthCheck": check }]);
    let place = "containerDefinitions[0].healthCheck";
    for command in [json!([]), json!(["curl"]), json!(["CMD"]), json!(["NONE"])] {
        let message = "Health check command must begin with CMD or CMD-SHELL for container 'web'";
        refused(with(json!({ "command": command })), message, &format!("{place}.command"));
    }
    for (field, words, low, min, high, max) in [
        ("interval", "interval", 4, 5, 301, 300),
        ("timeout", "timeout", 1, 2, 61, 60),
        ("retries", "retries", 0, 1, 11, 10),
    ] {
        let check = |value: u32| with(json!({ "command": ["CMD", "ready"], field: value }));
        let less = format!(
            "Health check {words} must be greater than or equal to the minimum allowed value {min} for container 'web'"
        );
        refused(check(low), &less, &format!("{place}.{field}"));
        let more = format!(
            "Health check {words} must be less than or equal to the maximum allowed value {max} for container 'web'"
        );
        refused(check(high), &more, &format!("{place}.{field}"));
    }
    let message =
        "Health check start period must be less than or equal to the maximum allowed value 300 for container 'web'";
    refused(with(json!({ "command": ["CMD", "ready"], "startPeriod": 301 })), message, &format!("{place}.startPeriod"));
    let output = Door::new().ecs(
        "RegisterTaskDefinition",
        json!({
            "family": "shop", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256",
            "memory": "512", "containerDefinitions": with(json!({ "command": ["CMD", "ready"] })),
        }),
    );
    let described = &output["taskDefinition"]["containerDefinitions"][0]["healthCheck"];
    assert_eq!(*described, json!({ "command": ["CMD", "ready"], "interval": 30, "timeout": 5, "retries": 3 }));
}

/// [CP-063]
#[test]
fn restart_policies_have_bounds() {
    let with = |policy: Value| json!([{ "name": "web", "image": "busybox", "restartPolicy": policy }]);
    let place = "containerDefinitions[0].restartPolicy";
    for seconds in [59, 1801] {
        refused(
            with(json!({ "enabled": true, "restartAttemptPeriod": seconds })),
            "Restart attempt period of container 'web' must be between 60 and 1800 seconds.",
            &format!("{place}.restartAttemptPeriod"),
        );
    }
    refused(
        with(json!({ "enabled": true, "ignoredExitCodes": (0..51).collect::<Vec<i32>>() })),
        "Restart policy of container 'web' ignores more than 50 exit codes.",
        &format!("{place}.ignoredExitCodes"),
    );
}

/// A service `web` of the shared account, made by `service`, whose container has a check and behaves like that.
fn checked_service(service: &str, more: &[&str], app: &str) -> Simulation {
    let definition = r#"
[[ecs.taskDefinition]]
family = "checked"
requiresCompatibilities = ["FARGATE"]
networkMode = "awsvpc"
cpu = "1024"
memory = "2048"
containerDefinitions = [{ name = "web", image = "httpd", portMappings = [{ containerPort = 80 }], healthCheck = { command = ["CMD-SHELL", "curl -f http://localhost/"], interval = 10, retries = 3 } }]
"#;
    let service = service.replace("web:1", "checked");
    let app = format!("[[world.app]]\ncontainer = \"checked/web\"\n{app}\n");
    play("8m", &[&[definition], more, &[&service, &app]].concat())
}

/// [CP-123] Without a load balancer a task whose container has a check counts as healthy when that has passed: the
/// deployment completes 10 s after the start, not 40.
#[test]
fn a_task_with_a_check_counts_as_healthy_when_it_passes() {
    let run = checked_service(&service(1, ""), &[], "");
    assert_snapshot!(told(&run), @r#"
    00:00:00 has started 1 tasks: (task web#1).
    00:00:40 (deployment #1) deployment completed.
    00:00:40 has reached a steady state.
    "#);
}

/// [CP-107] [CP-128] [CP-151] A container that fails its check: a replacement starts, and when that is healthy the task is
/// stopped, with the reason in its words. [CP-185] It counts as one that failed.
#[test]
fn a_task_that_fails_its_container_check_is_replaced() {
    let run = checked_service(&service(1, ""), &[], "health_fails_after = { weighted = [[\"5m\", 1], [\"1h\", 1]] }");
    assert_snapshot!(told(&run), @r#"
    00:00:00 has started 1 tasks: (task web#1).
    00:00:40 (deployment #1) deployment completed.
    00:00:40 has reached a steady state.
    00:05:50 has started 1 tasks: (task web#2). Amazon ECS replaced 1 tasks due to an unhealthy status.
    00:06:30 (task web#1) failed container health checks.
    00:06:30 has stopped 1 running tasks: (task web#1).
    00:06:40 has reached a steady state.
    "#);
    assert_snapshot!(life(&run, "web#1"), @r#"
    00:00:00 PROVISIONING
    00:00:12 PENDING
    00:00:27.983 RUNNING
    00:06:30 STOPPING
    00:06:31 DEPROVISIONING
    00:06:46 STOPPED
    ServiceSchedulerInitiated: Task failed container health checks
    "#);
}

/// [CP-124] Within the grace period a failed check of the container is ignored, though its target is healthy: the load
/// balancer is content with a 404, `curl -f` is not.
#[test]
fn the_grace_period_covers_container_checks() {
    let balancer = BALANCER.replace("HealthCheckInterval", "Matcher = { HttpCode = \"200-499\" }\nHealthCheckInterval");
    let service = service_behind(1, "healthCheckGracePeriodSeconds = 120");
    let run = checked_service(&service, &[&balancer], "health_status = 404");
    assert_snapshot!(told(&run), @r#"
    00:00:00 has started 1 tasks: (task web#1).
    00:00:28.183 registered 1 targets in (target-group tg)
    00:02:30 has started 1 tasks: (task web#2). Amazon ECS replaced 1 tasks due to an unhealthy status.
    00:02:58.183 registered 1 targets in (target-group tg)
    00:05:00 (task web#1) failed container health checks.
    00:05:00 has stopped 1 running tasks: (task web#1).
    00:05:00 has begun draining connections on 1 tasks.
    00:05:10 deregistered 1 targets in (target-group tg)
    00:05:50 has started 1 tasks: (task web#3). Amazon ECS replaced 1 tasks due to an unhealthy status.
    00:06:18.183 registered 1 targets in (target-group tg)
    "#);
}

/// A service of one task behind the load balancer, made of these containers, with more of what happens; and what was counted of
/// the requests that came.
fn called(containers: &str, more: &str) -> (Simulation, Counts) {
    let definition = format!(
        "[[ecs.taskDefinition]]\nfamily = \"web\"\nrequiresCompatibilities = [\"FARGATE\"]\nnetworkMode = \"awsvpc\"\n\
         cpu = \"1024\"\nmemory = \"2048\"\ncontainerDefinitions = [{containers}]\n"
    );
    let service = service_behind(1, "").replace("web:1", "web:3");
    let run = play("14m", &[BALANCER, &definition, &service, more]);
    let balancer = run.world().elb.balancer_named("alb").expect("it is there");
    let meters = run.world().cloudwatch.meters_of(balancer);
    let counts = meters.fold(Counts::default(), |sum, (_, _, meter)| sum.plus(meter.counts()));
    assert_eq!(counts.arrived, counts.due_to(Cause::Target), "each was answered");
    (run, counts)
}

/// [TR-087] [CP-097] A container that is not essential ends in the middle of its boot, and the load balancer goes on with the
/// connection to the one that it sends requests to: of a call every second for ten minutes only the first has to open any.
#[test]
fn the_end_of_a_sidecar_closes_no_connection_to_its_neighbour() {
    let (run, counts) = called(
        r#"{ name = "web", image = "httpd", portMappings = [{ containerPort = 80 }] },
           { name = "init", image = "httpd", essential = false }"#,
        r#"
[[world.app]]
container = "web/init"
boot_cpu = "1h"
exits_after = "5m"
[[world.traffic]]
to = "alb"
arrivals = "constant"
rate = "1/s"
from = "3m"
until = "13m"
"#,
    );
    let ended = run.ctx().journal().iter().filter(|(_, entry)| matches!(entry.fact, Fact::ContainerExited { .. }));
    let ended: Vec<_> = ended.map(|(_, entry)| entry.at).collect();
    assert!(ended.len() == 1 && ended[0] > Time::from_secs(240), "the sidecar ends while calls come: {ended:?}");
    // One of the client to each of two nodes, and one to the target.
    assert!(counts.arrived > 500 && counts.connections == 2 + 1, "{counts:?}");
}

/// [TR-087] [CP-063] A process that ends takes its idle connections with it, so the load balancer opens another one to that
/// which is started in its place.
#[test]
fn a_process_that_was_started_again_is_connected_to_anew() {
    let (run, counts) = called(
        r#"{ name = "web", image = "httpd", portMappings = [{ containerPort = 80 }],
             restartPolicy = { enabled = true, restartAttemptPeriod = 60 } }"#,
        r#"
[[world.app]]
container = "web/web"
exits_after = "4m"
[[world.traffic]]
to = "alb"
arrivals = "constant"
rate = "0.05/s"
from = "2m50s"
until = "12m"
"#,
    );
    let calls = Time::from_secs(180)..Time::from_secs(720);
    let restarts = run
        .ctx()
        .journal()
        .iter()
        .filter(|(_, entry)| calls.contains(&entry.at) && matches!(entry.fact, Fact::ContainerRestarted { .. }));
    let restarts = restarts.count() as u64;
    assert!(restarts >= 2, "{restarts} restarts");
    assert_eq!(counts.connections, 2 + 1 + restarts, "of the client to two nodes, and to each process one: {counts:?}");
}

/// Checks of idle containers that pass are not run one by one: a day costs as many events as an hour, but for what else
/// happens. And what they would have found out is found out at the same moment.
#[test]
fn checks_of_an_idle_container_cost_nothing() {
    let events = |duration: &str| {
        let check = r#"{ name = "web", image = "httpd", healthCheck = { command = ["CMD", "ready"], interval = 5 } }"#;
        let plain = r#"{ name = "web", image = "httpd" }"#;
        let [checked, plain] = [check, plain].map(|container| shop(duration, &[container], "").ctx().events());
        checked - plain
    };
    assert_eq!(events("1h"), events("20h"));
    let sick = |more: &str| {
        let check = r#"{ name = "web", image = "httpd", healthCheck = { command = ["CMD", "ready"], interval = 7 } }"#;
        let app = format!("[[world.app]]\ncontainer = \"shop/web\"\nhealth_fails_after = \"1000s\"\n{more}");
        story(&shop("1h", &[check], &app))
    };
    // With workers every check stands in line, so that none is left out.
    let moment = |story: String| story.lines().find(|line| line.contains("UNHEALTHY")).map(|line| line[..8].to_owned());
    assert_eq!(moment(sick("")), moment(sick("workers = { count = 1 }\n")));
}

/// A process ends in one way: a scenario that says two, or an exit code of a process that goes on, is asked what it means.
#[test]
fn a_process_ends_in_one_way() {
    let problems = |app: &str| {
        let text = format!(
            "[scenario]\ntitle = \"t\"\nseed = 1\nduration = \"1m\"\n[[world.app]]\ncontainer = \"a/b\"\n{app}\n"
        );
        let read = sim_core::scenario::Scenario::read("t.toml", text.as_bytes(), &BTreeMap::new());
        read.err().map(|problems| problems.to_string()).unwrap_or_default()
    };
    let both = problems("crash_after = \"1s\"\nexits_after = \"2s\"");
    assert!(both.contains("`exits_after` says already when the process ends"), "{both}");
    let never = problems("exit_code = 3");
    assert!(never.contains("`exit_code` is that of a process that ends by itself"), "{never}");
    assert_eq!(problems("exits_after = \"2s\"\nexit_code = 3"), "");
}
