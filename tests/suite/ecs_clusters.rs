//! What becomes of clusters, task definitions, tags and account settings after they were made.

use std::time::Duration;

use serde_json::{Value, json};
use sim_core::world::ecr::Image;

use crate::door::{Door, expect_refusal};

/// A cluster `demo` and the family `job`, whose image is on Docker Hub.
fn account() -> Door {
    let mut door = Door::new();
    let image = Image::new(&door.world.account, "docker.io/library/busybox", "latest", &[2_000_000]);
    door.world.ecr.declare(image);
    let cluster =
        json!({ "clusterName": "demo", "capacityProviders": ["FARGATE"], "tags": [{ "key": "a", "value": "1" }] });
    door.ecs("CreateCluster", cluster);
    register(&mut door);
    door
}

fn register(door: &mut Door) {
    let definition = json!({
        "family": "job", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
        "containerDefinitions": [{ "name": "main", "image": "busybox" }]
    });
    door.ecs("RegisterTaskDefinition", definition);
}

fn network() -> Value {
    json!({ "awsvpcConfiguration": { "subnets": ["us-east-1a"], "assignPublicIp": "ENABLED" } })
}

fn run(door: &mut Door, more: Value) -> Value {
    let mut input = json!({
        "cluster": "demo", "taskDefinition": "job:1", "launchType": "FARGATE", "networkConfiguration": network()
    });
    for (name, value) in more.as_object().expect("fields") {
        input[name] = value.clone();
    }
    door.ecs("RunTask", input)
}

fn status(door: &mut Door, cluster: &str) -> Value {
    let output = door.ecs("DescribeClusters", json!({ "clusters": [cluster] }));
    output["clusters"][0]["status"].clone()
}

/// [CP-001] [CP-003]
#[test]
fn an_empty_cluster_can_be_deleted_and_is_remembered_for_a_day() {
    let mut door = account();
    let deleted = door.ecs("DeleteCluster", json!({ "cluster": "demo" }));
    assert_eq!(
        (&deleted["cluster"]["clusterName"], &deleted["cluster"]["status"]),
        (&json!("demo"), &json!("INACTIVE"))
    );
    assert_eq!(status(&mut door, "demo"), "INACTIVE");
    assert_eq!(door.ecs("ListClusters", json!({}))["clusterArns"], json!([]));
    let error = door.refused("ListTasks", json!({ "cluster": "demo" }));
    expect_refusal(&error, "ClusterNotFoundException", "Cluster not found.", "cluster");
    assert_eq!(door.refused("DeleteCluster", json!({ "cluster": "demo" })).code, "ClusterNotFoundException");
    door.wait(Duration::from_secs(24 * 3600 + 1));
    let output = door.ecs("DescribeClusters", json!({ "clusters": ["demo"] }));
    assert_eq!(output["failures"][0]["reason"], "MISSING");
}

/// [CP-003]
#[test]
fn a_cluster_with_services_or_tasks_cannot_be_deleted() {
    let mut door = account();
    let arn = run(&mut door, json!({}))["tasks"][0]["taskArn"].clone();
    let message = "The Cluster cannot be deleted while Tasks are active.";
    expect_refusal(
        &door.refused("DeleteCluster", json!({ "cluster": "demo" })),
        "ClusterContainsTasksException",
        message,
        "cluster",
    );
    door.ecs("StopTask", json!({ "cluster": "demo", "task": arn }));
    door.wait(Duration::from_secs(120));
    let service = json!({
        "cluster": "demo", "serviceName": "web", "taskDefinition": "job", "desiredCount": 0, "launchType": "FARGATE",
        "networkConfiguration": network()
    });
    door.ecs("CreateService", service);
    let error = door.refused("DeleteCluster", json!({ "cluster": "demo" }));
    let message = "The Cluster cannot be deleted while Services are active.";
    expect_refusal(&error, "ClusterContainsServicesException", message, "cluster");
    door.ecs("DeleteService", json!({ "cluster": "demo", "service": "web" }));
    door.wait(Duration::from_secs(60));
    assert_eq!(door.ecs("DeleteCluster", json!({ "cluster": "demo" }))["cluster"]["status"], "INACTIVE");
}

/// Ids of tasks never come twice, whatever happens to their cluster. [CP-001] [CP-006]
#[test]
fn a_cluster_made_again_under_its_name_is_empty_and_counts_on() {
    let mut door = account();
    let first = run(&mut door, json!({}))["tasks"][0]["taskArn"].clone();
    door.ecs("StopTask", json!({ "cluster": "demo", "task": first }));
    door.wait(Duration::from_secs(120));
    door.ecs("DeleteCluster", json!({ "cluster": "demo" }));
    let again = door.ecs("CreateCluster", json!({ "clusterName": "demo" }));
    assert_eq!((&again["cluster"]["status"], &again["cluster"]["tags"]), (&json!("ACTIVE"), &json!([])));
    assert_ne!(run(&mut door, json!({}))["tasks"][0]["taskArn"], first);
}

/// [CP-162]
#[test]
fn a_cluster_gets_other_providers_but_none_is_taken_away_in_use() {
    let mut door = account();
    let strategy = json!([{ "capacityProvider": "FARGATE", "weight": 1, "base": 0 }]);
    let put = |door: &mut Door, providers: Value, strategy: Value| {
        let input =
            json!({ "cluster": "demo", "capacityProviders": providers, "defaultCapacityProviderStrategy": strategy });
        door.call("ecs", "PutClusterCapacityProviders", input)
    };
    let output = put(&mut door, json!(["FARGATE", "FARGATE_SPOT"]), strategy.clone()).expect("it is free");
    assert_eq!(output["cluster"]["capacityProviders"], json!(["FARGATE", "FARGATE_SPOT"]));
    assert_eq!(output["cluster"]["defaultCapacityProviderStrategy"], strategy);
    let task = run(&mut door, json!({ "launchType": null }));
    assert_eq!(task["tasks"][0]["capacityProviderName"], "FARGATE", "the default strategy placed it");
    let error = put(&mut door, json!(["FARGATE_SPOT"]), json!([])).expect_err("it is in use");
    let message = "The specified capacity provider is in use and cannot be removed.";
    expect_refusal(&error, "ResourceInUseException", message, "capacityProviders");
    let error = put(&mut door, json!(["FARGATE"]), json!([{ "capacityProvider": "FARGATE_SPOT", "weight": 1 }]));
    assert_eq!(error.expect_err("it is none of its").place, "defaultCapacityProviderStrategy[0].capacityProvider");
    door.ecs("StopTask", json!({ "cluster": "demo", "task": task["tasks"][0]["taskArn"] }));
    door.wait(Duration::from_secs(120));
    assert!(put(&mut door, json!([]), json!([])).is_ok(), "nothing uses it any more");
}

#[test]
fn container_insights_stays_off() {
    let mut door = account();
    for operation in ["UpdateCluster", "UpdateClusterSettings"] {
        let with =
            |value: &str| json!({ "cluster": "demo", "settings": [{ "name": "containerInsights", "value": value }] });
        assert_eq!(door.ecs(operation, with("disabled"))["cluster"]["settings"][0]["value"], "disabled");
        let error = door.refused(operation, with("enhanced"));
        let message = "Container Insights is not modelled by this simulator.";
        expect_refusal(&error, "InvalidParameterException", message, "settings[0].value");
        assert_eq!(door.refused(operation, json!({ "cluster": "x", "settings": [] })).code, "ClusterNotFoundException");
    }
}

/// [CP-034] [CP-014]
#[test]
fn a_deregistered_revision_is_deleted_once_nothing_refers_to_it() {
    let mut door = account();
    let delete = |door: &mut Door, names: Value| door.ecs("DeleteTaskDefinitions", json!({ "taskDefinitions": names }));
    let output = delete(&mut door, json!(["job:1", "job:7"]));
    let reasons: Vec<&str> =
        output["failures"].as_array().expect("a list").iter().filter_map(|it| it["reason"].as_str()).collect();
    assert_eq!(
        reasons,
        [
            "The specified task definition is still in ACTIVE status. Please deregister the target and try again.",
            "The specified task definition does not exist. Specify a valid account, family, revision and try again.",
        ]
    );
    let task = run(&mut door, json!({}))["tasks"][0]["taskArn"].clone();
    door.ecs("DeregisterTaskDefinition", json!({ "taskDefinition": "job:1" }));
    let output = delete(&mut door, json!(["job:1"]));
    assert_eq!(output["taskDefinitions"][0]["status"], "DELETE_IN_PROGRESS");
    assert!(output["taskDefinitions"][0]["deleteRequestedAt"].is_string());
    let list = |door: &mut Door, status: &str| {
        door.ecs("ListTaskDefinitions", json!({ "status": status }))["taskDefinitionArns"].clone()
    };
    assert_eq!(list(&mut door, "DELETE_IN_PROGRESS").as_array().map(Vec::len), Some(1), "a task still runs on it");
    let network = network();
    let again = json!({ "cluster": "demo", "taskDefinition": "job:1", "launchType": "FARGATE", "networkConfiguration": network });
    assert_eq!(door.refused("RunTask", again).message, "TaskDefinition is inactive");
    door.ecs("StopTask", json!({ "cluster": "demo", "task": task }));
    door.wait(Duration::from_secs(120));
    assert_eq!(list(&mut door, "DELETE_IN_PROGRESS"), json!([]));
    let error = door.refused("DescribeTaskDefinition", json!({ "taskDefinition": "job:1" }));
    assert_eq!(error.message, "Unable to describe task definition.");
    register(&mut door);
    let latest = door.ecs("DescribeTaskDefinition", json!({ "taskDefinition": "job" }));
    assert_eq!(latest["taskDefinition"]["revision"], 2, "a deleted revision still counts [CP-033]");
    for (names, message) in [
        (json!([]), "taskDefinitions cannot be empty."),
        (json!(vec!["job:1"; 11]), "taskDefinitions can have at most 10 items."),
        (json!(["job"]), "Invalid revision number. Number: null"),
    ] {
        assert_eq!(door.refused("DeleteTaskDefinitions", json!({ "taskDefinitions": names })).message, message);
    }
}

/// [CP-015]
#[test]
fn families_are_listed_by_status_and_prefix() {
    let mut door = account();
    door.ecs("DeregisterTaskDefinition", json!({ "taskDefinition": "job:1" }));
    let definition = json!({
        "family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512",
        "containerDefinitions": [{ "name": "main", "image": "busybox" }]
    });
    door.ecs("RegisterTaskDefinition", definition);
    let list = |door: &mut Door, input: Value| door.ecs("ListTaskDefinitionFamilies", input);
    assert_eq!(list(&mut door, json!({}))["families"], json!(["job", "web"]));
    assert_eq!(list(&mut door, json!({ "status": "ACTIVE" }))["families"], json!(["web"]));
    assert_eq!(list(&mut door, json!({ "status": "INACTIVE" }))["families"], json!(["job"]));
    assert_eq!(list(&mut door, json!({ "familyPrefix": "w" }))["families"], json!(["web"]));
    let first = list(&mut door, json!({ "maxResults": 1 }));
    let second = list(&mut door, json!({ "maxResults": 1, "nextToken": first["nextToken"] }));
    assert_eq!((&first["families"], &second["families"]), (&json!(["job"]), &json!(["web"])));
}

/// [CP-005] [CP-022]
#[test]
fn clusters_services_tasks_and_definitions_are_tagged_by_their_arns() {
    let mut door = account();
    let service = json!({
        "cluster": "demo", "serviceName": "web", "taskDefinition": "job", "desiredCount": 1, "launchType": "FARGATE",
        "networkConfiguration": network(), "tags": [{ "key": "team", "value": "shop" }], "propagateTags": "SERVICE"
    });
    door.ecs("CreateService", service);
    door.wait(Duration::from_secs(60));
    let task = door.ecs("ListTasks", json!({ "cluster": "demo" }))["taskArns"][0].as_str().expect("an ARN").to_owned();
    let prefix = "arn:aws:ecs:us-east-1:123456789012";
    for arn in [
        format!("{prefix}:cluster/demo"),
        format!("{prefix}:service/demo/web"),
        format!("{prefix}:task-definition/job:1"),
        task.clone(),
    ] {
        let list = |door: &mut Door| door.ecs("ListTagsForResource", json!({ "resourceArn": arn }))["tags"].clone();
        let before = list(&mut door);
        let tags = json!([{ "key": "stage", "value": "test" }]);
        assert_eq!(door.ecs("TagResource", json!({ "resourceArn": arn, "tags": tags })), json!({}));
        assert_eq!(list(&mut door).as_array().expect("a list").last(), Some(&tags[0]), "{arn}");
        let tags = json!([{ "key": "stage", "value": "live" }]);
        door.ecs("TagResource", json!({ "resourceArn": arn, "tags": tags }));
        assert_eq!(
            list(&mut door).as_array().expect("a list").last(),
            Some(&tags[0]),
            "{arn}: the same key, a new value"
        );
        door.ecs("UntagResource", json!({ "resourceArn": arn, "tagKeys": ["stage", "never"] }));
        assert_eq!(list(&mut door), before, "{arn}");
    }
    let described = door.ecs("DescribeTasks", json!({ "cluster": "demo", "tasks": [task], "include": ["TAGS"] }));
    assert_eq!(
        described["tasks"][0]["tags"],
        json!([{ "key": "team", "value": "shop" }]),
        "what the service propagated"
    );
    assert_eq!(described["tasks"][0]["group"], "service:web");
    let many: Vec<Value> = (0..50).map(|n| json!({ "key": format!("k{n}"), "value": "" })).collect();
    let error = door.refused("TagResource", json!({ "resourceArn": format!("{prefix}:cluster/demo"), "tags": many }));
    let message = "The maximum number of tags for a resource is 50.";
    expect_refusal(&error, "InvalidParameterException", message, "tags");
    for (arn, code) in [
        ("arn:aws:ecs:us-east-1:123456789012:service/demo/api", "ResourceNotFoundException"),
        ("arn:aws:ecs:us-east-1:123456789012:container-instance/demo/x", "ResourceNotFoundException"),
        ("demo", "InvalidParameterException"),
    ] {
        let error = door.refused("ListTagsForResource", json!({ "resourceArn": arn }));
        assert_eq!((error.code, error.place.as_str()), (code, "resourceArn"), "{arn}");
    }
}

#[test]
fn account_settings_say_what_happens_here() {
    let mut door = account();
    let all = door.ecs("ListAccountSettings", json!({ "effectiveSettings": true }))["settings"].clone();
    assert_eq!(all.as_array().map(Vec::len), Some(11), "{all:#}");
    assert_eq!(
        all[0],
        json!({
            "name": "serviceLongArnFormat", "value": "enabled", "principalArn": "arn:aws:iam::123456789012:root", "type": "user"
        })
    );
    let one = door.ecs("ListAccountSettings", json!({ "name": "fargateFIPSMode", "value": "disabled" }));
    assert_eq!(one["settings"][0]["name"], "fargateFIPSMode");
    for operation in ["PutAccountSetting", "PutAccountSettingDefault"] {
        let put = json!({ "name": "containerInsights", "value": "disabled" });
        assert_eq!(door.ecs(operation, put)["setting"]["value"], "disabled");
        let error = door.refused(operation, json!({ "name": "containerInsights", "value": "enhanced" }));
        assert_eq!((error.place.as_str(), error.help.as_str()), ("value", "Use disabled, or leave it as it is."));
        let error = door.refused(operation, json!({ "name": "containerInsights", "value": "perhaps" }));
        assert!(error.message.contains("must be one of enhanced, enabled, disabled"), "{error}");
        let error = door.refused(operation, json!({ "name": "guardDutyActivate", "value": "off" }));
        assert_eq!(error.message, "guardDutyActivate is managed by AWS and cannot be changed.");
    }
    let deleted = door.ecs("DeleteAccountSetting", json!({ "name": "awsvpcTrunking" }));
    assert_eq!(deleted["setting"]["value"], "disabled");
    let other = json!({ "name": "awsvpcTrunking", "principalArn": "arn:aws:iam::123456789012:user/joe" });
    assert_eq!(door.refused("DeleteAccountSetting", other).place, "principalArn");
    assert_eq!(door.refused("ListAccountSettings", json!({ "value": "on" })).place, "value");
}

/// [CP-024]
#[test]
fn a_token_makes_the_same_request_again_harmless() {
    let mut door = account();
    let first = run(&mut door, json!({ "clientToken": "nightly-7", "count": 2 }));
    let again = run(&mut door, json!({ "clientToken": "nightly-7", "count": 2 }));
    let arns = |output: &Value| [0, 1].map(|n| output["tasks"][n]["taskArn"].as_str().expect("an ARN").to_owned());
    assert_eq!(arns(&first), arns(&again));
    assert_eq!(door.ecs("ListTasks", json!({ "cluster": "demo" }))["taskArns"].as_array().map(Vec::len), Some(2));
    let other = |count: u32, token: &str| {
        json!({
            "cluster": "demo", "taskDefinition": "job:1", "launchType": "FARGATE", "networkConfiguration": network(),
            "clientToken": token, "count": count
        })
    };
    let error = door.refused("RunTask", other(3, "nightly-7"));
    assert_eq!((error.code, error.place.as_str()), ("ConflictException", "clientToken"));
    assert!(arns(&first).iter().all(|arn| error.message.contains(arn)), "{error}");
    assert_eq!(door.refused("RunTask", other(1, &"x".repeat(65))).message, "clientToken has 1 to 64 characters.");
    door.wait(Duration::from_secs(24 * 3600 + 1));
    assert!(door.call("ecs", "RunTask", other(3, "nightly-7")).is_ok(), "after a day the token is forgotten");
}

/// [CP-024]
#[test]
fn a_task_is_told_something_else_than_its_definition_says() {
    let mut door = account();
    let told = json!({ "name": "main", "command": ["sleep", "60"], "environment": [{ "name": "DAY", "value": "7" }] });
    let output = run(&mut door, json!({ "overrides": { "containerOverrides": [told] } }));
    assert_eq!(output["tasks"][0]["overrides"]["containerOverrides"], json!([told]));
    let refused = |door: &mut Door, overrides: Value| {
        door.refused(
            "RunTask",
            json!({
                "cluster": "demo", "taskDefinition": "job:1", "launchType": "FARGATE", "networkConfiguration": network(),
                "overrides": overrides
            }),
        )
    };
    let error = refused(&mut door, json!({ "containerOverrides": [{ "name": "side" }] }));
    let message = "Override for container named side is not a container in the TaskDefinition.";
    expect_refusal(&error, "InvalidParameterException", message, "overrides.containerOverrides[0].name");
    let long = json!({ "containerOverrides": [{ "name": "main", "command": ["x".repeat(8192)] }] });
    let error = refused(&mut door, long);
    let message = "Container Overrides length must be at most 8192";
    expect_refusal(&error, "InvalidParameterException", message, "overrides");
    let error = refused(&mut door, json!({ "cpu": "512" }));
    assert_eq!(error.place, "overrides.cpu", "sizes are not modelled: {error}");
}
