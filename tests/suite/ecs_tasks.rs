//! Tasks through the door: RunTask, StopTask, and what lists and describes tasks.

use std::time::Duration;

use serde_json::{Value, json};
use sim_core::world::ecr::Image;

use crate::door::{Door, expect_refusal};

/// A cluster `demo` and the family `job`, whose image is on Docker Hub.
fn account() -> Door {
    let mut door = Door::new();
    let image = Image::new(&door.world.account, "docker.io/library/busybox", "latest", &[2_000_000]);
    door.world.ecr.declare(image);
    door.ecs("CreateCluster", json!({ "clusterName": "demo" }));
    let definition = json!({
        "family": "job",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{ "name": "main", "image": "busybox", "cpu": 128, "memory": 256 }],
        "tags": [{ "key": "team", "value": "shop" }, { "key": "stage", "value": "test" }]
    });
    door.ecs("RegisterTaskDefinition", definition);
    door
}

/// RunTask's input as the guide has it.
fn job() -> Value {
    let vpc = json!({ "subnets": ["us-east-1a", "us-east-1b"], "assignPublicIp": "ENABLED" });
    json!({
        "cluster": "demo",
        "taskDefinition": "job",
        "launchType": "FARGATE",
        "networkConfiguration": { "awsvpcConfiguration": vpc }
    })
}

fn with(mut input: Value, fields: Value) -> Value {
    for (name, value) in fields.as_object().expect("fields") {
        input[name] = value.clone();
    }
    input
}

#[track_caller]
fn refused(fields: Value, message: &str, place: &str) {
    let error = account().refused("RunTask", with(job(), fields));
    expect_refusal(&error, "InvalidParameterException", message, place);
}

fn arns(output: &Value) -> Vec<String> {
    let list = output["taskArns"].as_array().expect("a list");
    list.iter().map(|arn| arn.as_str().expect("an ARN").to_owned()).collect()
}

fn describe(door: &mut Door, task: &str) -> Value {
    let output = door.ecs("DescribeTasks", json!({ "cluster": "demo", "tasks": [task] }));
    output["tasks"][0].clone()
}

/// [CP-005] [CP-006] [CP-013]
#[test]
fn a_standalone_task_begins_with_its_network_interface() {
    let mut door = account();
    let output = door.ecs("RunTask", job());
    assert_eq!((output["tasks"].as_array().map(Vec::len), &output["failures"]), (Some(1), &json!([])));
    let task = &output["tasks"][0];
    let arn = task["taskArn"].as_str().expect("an ARN");
    let id = arn.strip_prefix("arn:aws:ecs:us-east-1:123456789012:task/demo/").expect("the long form");
    assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
    for (field, value) in [
        ("lastStatus", "PROVISIONING"),
        ("desiredStatus", "RUNNING"),
        ("group", "family:job"),
        ("launchType", "FARGATE"),
        ("platformVersion", "1.4.0"),
        ("cpu", "256"),
        ("memory", "512"),
        ("healthStatus", "UNKNOWN"),
        ("taskDefinitionArn", "arn:aws:ecs:us-east-1:123456789012:task-definition/job:1"),
    ] {
        assert_eq!(task[field], value, "{field}");
    }
    for absent in ["startedBy", "startedAt", "stopCode", "connectivity", "pullStartedAt"] {
        assert_eq!(task[absent], Value::Null, "{absent}");
    }
    assert_eq!(task["ephemeralStorage"], json!({ "sizeInGiB": 20 }));
    assert_eq!(task["overrides"]["containerOverrides"], json!([{ "name": "main" }]));
    assert_eq!(task["attachments"][0]["status"], "PRECREATED");
    let container = &task["containers"][0];
    assert_eq!((&container["name"], &container["lastStatus"]), (&json!("main"), &json!("PENDING")));
    let container_arn = container["containerArn"].as_str().expect("an ARN");
    assert!(container_arn.starts_with(&format!("arn:aws:ecs:us-east-1:123456789012:container/demo/{id}/")));
}

/// [CP-004] [CP-092] [CP-093] [CP-094]
#[test]
fn a_running_task_shows_its_interface_and_its_moments() {
    let mut door = account();
    let output = door.ecs("RunTask", with(job(), json!({ "startedBy": "nightly", "count": 2 })));
    let arn = output["tasks"][0]["taskArn"].as_str().expect("an ARN").to_owned();
    let counts = |door: &mut Door| {
        let cluster = door.ecs("DescribeClusters", json!({ "clusters": ["demo"] }))["clusters"][0].clone();
        (cluster["pendingTasksCount"].as_u64(), cluster["runningTasksCount"].as_u64())
    };
    assert_eq!(counts(&mut door), (Some(2), Some(0)));
    door.wait(Duration::from_secs(180));
    assert_eq!(counts(&mut door), (Some(0), Some(2)));
    let task = describe(&mut door, &arn);
    assert_eq!((&task["lastStatus"], &task["startedBy"]), (&json!("RUNNING"), &json!("nightly")));
    assert_eq!(task["healthStatus"], "UNKNOWN");
    assert_eq!(task["connectivity"], "CONNECTED");
    let moment = |field: &str| task[field].as_str().unwrap_or_else(|| panic!("{field} is there")).to_owned();
    let moments = ["createdAt", "connectivityAt", "pullStartedAt", "pullStoppedAt", "startedAt"].map(moment);
    assert!(moments.is_sorted(), "{moments:?}");
    let attachment = &task["attachments"][0];
    assert_eq!((&attachment["type"], &attachment["status"]), (&json!("ElasticNetworkInterface"), &json!("ATTACHED")));
    let names: Vec<&str> =
        attachment["details"].as_array().expect("a list").iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["subnetId", "networkInterfaceId", "macAddress", "privateDnsName", "privateIPv4Address"]);
    let container = &task["containers"][0];
    assert_eq!((&container["lastStatus"], &container["healthStatus"]), (&json!("RUNNING"), &json!("UNKNOWN")));
    assert_eq!(container["networkInterfaces"][0]["attachmentId"], attachment["id"]);
    assert_eq!(container["networkInterfaces"][0]["privateIpv4Address"], attachment["details"][4]["value"]);
    assert_eq!((&container["cpu"], &container["memory"]), (&json!("128"), &json!("256")));
    assert_eq!(task, describe(&mut door, arn.rsplit('/').next().expect("an id")), "by id and by ARN");
    assert_eq!(task, describe(&mut door, "family:job#1"), "by its short name");
}

/// [CP-022] [CP-024]
#[test]
fn one_call_runs_one_to_ten_tasks() {
    for count in [0, 11] {
        refused(json!({ "count": count }), "count must be from 1 to 10.", "count");
    }
    let output = account().ecs("RunTask", with(job(), json!({ "count": 10 })));
    assert_eq!(output["tasks"].as_array().map(Vec::len), Some(10));
    let long = "x".repeat(129);
    refused(json!({ "startedBy": long }), "startedBy can have at most 128 characters.", "startedBy");
}

/// [CP-050] [CP-162]
#[test]
fn a_task_needs_a_network_and_fargate() {
    let message = "Network Configuration must be provided when networkMode 'awsvpc' is specified.";
    refused(json!({ "networkConfiguration": null }), message, "networkConfiguration");
    let error = account().refused("RunTask", with(job(), json!({ "launchType": "EXTERNAL" })));
    assert_eq!((error.place.as_str(), error.help.as_str()), ("launchType", "Say FARGATE or EC2."));
    let error = account().refused("RunTask", with(job(), json!({ "taskDefinition": "gone" })));
    expect_refusal(&error, "ClientException", "TaskDefinition not found.", "taskDefinition");
    let overrides = json!({ "overrides": { "memory": "1024" } });
    let error = account().refused("RunTask", with(job(), overrides));
    assert_eq!(error.place, "overrides.memory");
    let message = "A standalone task has no service whose tags it could take over.";
    refused(json!({ "propagateTags": "SERVICE" }), message, "propagateTags");
}

/// [CP-013]
#[test]
fn groups_and_tags_of_a_task_are_described() {
    let mut door = account();
    let fields = json!({
        "group": "nightly",
        "tags": [{ "key": "stage", "value": "prod" }],
        "propagateTags": "TASK_DEFINITION"
    });
    let output = door.ecs("RunTask", with(job(), fields));
    let task = &output["tasks"][0];
    assert_eq!(task["group"], "nightly");
    let tags = json!([{ "key": "stage", "value": "prod" }, { "key": "team", "value": "shop" }]);
    assert_eq!(task["tags"], tags, "the request's own tags win");
    let arn = task["taskArn"].clone();
    let input = json!({ "cluster": "demo", "tasks": [arn], "include": ["TAGS"] });
    assert_eq!(door.ecs("DescribeTasks", input)["tasks"][0]["tags"], tags);
    let input = json!({ "cluster": "demo", "tasks": [arn] });
    assert_eq!(door.ecs("DescribeTasks", input)["tasks"][0]["tags"], json!([]));
}

/// [CP-101] [CP-110]
#[test]
fn a_stopped_task_says_who_stopped_it() {
    let mut door = account();
    let output = door.ecs("RunTask", with(job(), json!({ "count": 2 })));
    let arn = |index: usize| output["tasks"][index]["taskArn"].as_str().expect("an ARN").to_owned();
    door.wait(Duration::from_secs(180));
    let stopped = door.ecs("StopTask", json!({ "cluster": "demo", "task": arn(0) }));
    let task = &stopped["task"];
    assert_eq!((&task["desiredStatus"], &task["lastStatus"]), (&json!("STOPPED"), &json!("STOPPING")), "it still runs");
    assert_eq!(task["stopCode"], "UserInitiated");
    assert_eq!(task["stoppedReason"], "Task stopped by user");
    let stopped = door.ecs("StopTask", json!({ "cluster": "demo", "task": arn(1), "reason": "lunch" }));
    assert_eq!(stopped["task"]["stoppedReason"], "lunch");
    let again = door.ecs("StopTask", json!({ "cluster": "demo", "task": arn(1), "reason": "dinner" }));
    assert_eq!(again["task"]["stoppedReason"], "lunch", "the first word stays");
    door.wait(Duration::from_secs(120));
    let task = describe(&mut door, &arn(0));
    assert_eq!((&task["lastStatus"], &task["containers"][0]["lastStatus"]), (&json!("STOPPED"), &json!("STOPPED")));
    assert!(task["stoppedAt"].is_string() && task["stoppingAt"].is_string());
    assert_eq!(task["attachments"][0]["status"], "DELETED");

    let error = door.refused("StopTask", json!({ "cluster": "demo", "task": "0".repeat(32) }));
    expect_refusal(&error, "InvalidParameterException", "The referenced task was not found.", "task");
    let error = door.refused("StopTask", json!({ "cluster": "demo", "task": "web" }));
    expect_refusal(&error, "InvalidParameterException", "taskId length should be one of [32,36]", "task");
}

/// [CP-085] [CP-016]
#[test]
fn a_stopped_task_is_remembered_for_an_hour() {
    let mut door = account();
    door.ecs("RunTask", job());
    door.wait(Duration::from_secs(180));
    door.ecs("StopTask", json!({ "cluster": "demo", "task": "family:job#1" }));
    door.wait(Duration::from_secs(50 * 60));
    let stopped = json!({ "cluster": "demo", "desiredStatus": "STOPPED" });
    assert_eq!(arns(&door.ecs("ListTasks", stopped.clone())).len(), 1);
    let input = json!({ "cluster": "demo", "tasks": ["family:job#1"] });
    assert_eq!(door.ecs("DescribeTasks", input.clone())["tasks"][0]["lastStatus"], "STOPPED");
    door.wait(Duration::from_secs(12 * 60));
    assert_eq!(arns(&door.ecs("ListTasks", stopped)), Vec::<String>::new());
    let output = door.ecs("DescribeTasks", input);
    assert_eq!((&output["tasks"], &output["failures"][0]["reason"]), (&json!([]), &json!("MISSING")));
}

/// [CP-014] [CP-017]
#[test]
fn tasks_are_described_a_hundred_at_a_time() {
    let mut door = account();
    let describe = |tasks: Value| json!({ "cluster": "demo", "tasks": tasks });
    let error = door.refused("DescribeTasks", describe(json!([])));
    expect_refusal(&error, "InvalidParameterException", "Tasks cannot be empty.", "tasks");
    let id = "0123456789abcdef0123456789abcdef";
    let error = door.refused("DescribeTasks", describe(json!(vec![id; 101])));
    expect_refusal(&error, "InvalidParameterException", "taskIds can have at most 100 items.", "tasks");
    let error = door.refused("DescribeTasks", describe(json!([id, ""])));
    expect_refusal(&error, "InvalidParameterException", "taskId length should be one of [32,36]", "tasks[1]");
    let output = door.ecs("DescribeTasks", describe(json!([id])));
    let failure = json!({ "arn": format!("arn:aws:ecs:us-east-1:123456789012:task/demo/{id}"), "reason": "MISSING" });
    assert_eq!(output, json!({ "tasks": [], "failures": [failure] }));
}

/// [CP-015] [CP-016]
#[test]
fn tasks_are_listed_by_what_is_asked_for() {
    let mut door = account();
    door.ecs("RunTask", with(job(), json!({ "startedBy": "nightly", "count": 3 })));
    let service = with(job(), json!({ "serviceName": "web", "desiredCount": 2 }));
    door.ecs("CreateService", service);
    door.wait(Duration::from_secs(60));
    door.ecs("StopTask", json!({ "cluster": "demo", "task": "family:job#1" }));
    let mut count = |fields: Value| arns(&door.ecs("ListTasks", with(json!({ "cluster": "demo" }), fields))).len();
    assert_eq!(count(json!({})), 4, "those that are to run, whatever their last status");
    assert_eq!(count(json!({ "desiredStatus": "RUNNING" })), 4);
    assert_eq!(count(json!({ "desiredStatus": "STOPPED" })), 1);
    assert_eq!(count(json!({ "desiredStatus": "PENDING" })), 0);
    assert_eq!(count(json!({ "serviceName": "web" })), 2);
    assert_eq!(count(json!({ "startedBy": "nightly" })), 2);
    assert_eq!(count(json!({ "family": "job" })), 4);
    assert_eq!(count(json!({ "family": "other" })), 0);
    assert_eq!(count(json!({ "launchType": "EC2" })), 0);
    assert_eq!(count(json!({ "maxResults": 3 })), 3);
    let alone = json!({ "cluster": "demo", "startedBy": "nightly", "family": "job" });
    let error = door.refused("ListTasks", alone);
    let message = "startedBy must be the only filter when it is used.";
    expect_refusal(&error, "InvalidParameterException", message, "startedBy");
    let error = door.refused("ListTasks", json!({ "cluster": "demo", "serviceName": "gone" }));
    expect_refusal(&error, "ServiceNotFoundException", "Service not found.", "serviceName");
}

/// [CP-008] [CP-013] [CP-120]
#[test]
fn a_task_of_a_service_carries_its_name_and_its_deployment() {
    let mut door = account();
    let fields = json!({
        "serviceName": "web",
        "desiredCount": 1,
        "tags": [{ "key": "team", "value": "web" }],
        "propagateTags": "SERVICE"
    });
    let output = door.ecs("CreateService", with(job(), fields));
    let deployment = output["service"]["deployments"][0]["id"].clone();
    door.wait(Duration::from_secs(120));
    let input = json!({ "cluster": "demo", "tasks": ["web#1"], "include": ["TAGS"] });
    let task = door.ecs("DescribeTasks", input)["tasks"][0].clone();
    assert_eq!((&task["group"], &task["startedBy"]), (&json!("service:web"), &deployment));
    assert_eq!(task["tags"], json!([{ "key": "team", "value": "web" }]));
    let output = door.ecs("DescribeServices", json!({ "cluster": "demo", "services": ["web"] }));
    let service = &output["services"][0];
    assert_eq!((&service["runningCount"], &service["deployments"][0]["runningCount"]), (&json!(1), &json!(1)));
    assert!(service["events"].as_array().is_some_and(|events| !events.is_empty()), "the scheduler tells its steps");
}

/// [CP-009] [CP-010]
#[test]
fn a_deleted_service_is_gone_with_its_tasks_and_its_name_is_free() {
    let mut door = account();
    let service = with(job(), json!({ "serviceName": "web", "desiredCount": 1 }));
    door.ecs("CreateService", service.clone());
    door.wait(Duration::from_secs(120));
    door.ecs("DeleteService", json!({ "cluster": "demo", "service": "web", "force": true }));
    door.wait(Duration::from_secs(120));
    let output = door.ecs("DescribeServices", json!({ "cluster": "demo", "services": ["web"] }));
    assert_eq!(output["services"][0]["status"], "INACTIVE");
    assert_eq!(arns(&door.ecs("ListTasks", json!({ "cluster": "demo" }))), Vec::<String>::new());
    let error = door.refused("DeleteService", json!({ "cluster": "demo", "service": "web" }));
    assert_eq!(error.code, "ServiceNotFoundException");
    let first = output["services"][0]["deployments"][0]["id"].clone();
    let output = door.ecs("CreateService", service);
    assert_eq!(output["service"]["status"], "ACTIVE");
    assert_ne!(output["service"]["deployments"][0]["id"], first);
}
