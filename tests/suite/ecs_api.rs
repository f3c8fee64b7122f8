//! Clusters, services and tasks through the door, with JSON as AWS documents it.

use serde_json::{Value, json};

use crate::door::{Door, expect_refusal};

/// [CP-002] [CP-004] [CP-005]
#[test]
fn a_cluster_is_called_default_unless_it_is_named() {
    let mut door = Door::new();
    let output = door.ecs("CreateCluster", json!({}));
    let expected = json!({
        "clusterArn": "arn:aws:ecs:us-east-1:123456789012:cluster/default",
        "clusterName": "default",
        "status": "ACTIVE",
        "registeredContainerInstancesCount": 0,
        "runningTasksCount": 0,
        "pendingTasksCount": 0,
        "activeServicesCount": 0,
        "statistics": [],
        "tags": [],
        "settings": [{ "name": "containerInsights", "value": "disabled" }],
        "capacityProviders": [],
        "defaultCapacityProviderStrategy": []
    });
    assert_eq!(output, json!({ "cluster": expected }));
    let described = door.ecs("DescribeClusters", json!({}));
    assert_eq!(described, json!({ "clusters": [expected], "failures": [] }));
}

/// [CP-002]
#[test]
fn creating_a_cluster_again_answers_with_the_one_that_is_there() {
    let mut door = Door::new();
    let first = door.ecs("CreateCluster", json!({ "clusterName": "demo", "tags": [{ "key": "a", "value": "b" }] }));
    let second = door.ecs("CreateCluster", json!({ "clusterName": "demo" }));
    assert_eq!(first, second);
    assert_eq!(door.ecs("ListClusters", json!({}))["clusterArns"].as_array().map(Vec::len), Some(1));
    for name in ["my cluster", "", &"x".repeat(256)] {
        let error = door.refused("CreateCluster", json!({ "clusterName": name }));
        let message = "Identifiers can only contain up to 255 letters, numbers, underscores, and hyphens.";
        expect_refusal(&error, "InvalidParameterException", message, "clusterName");
    }
}

/// [CP-162]
#[test]
fn a_cluster_names_fargate_as_its_capacity_provider() {
    let mut door = Door::new();
    let strategy = json!([{ "capacityProvider": "FARGATE", "weight": 1, "base": 0 }]);
    let input = json!({
        "clusterName": "demo",
        "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
        "defaultCapacityProviderStrategy": strategy,
        "settings": [{ "name": "containerInsights", "value": "disabled" }]
    });
    assert_eq!(door.ecs("CreateCluster", input.clone())["cluster"]["defaultCapacityProviderStrategy"], strategy);
    let with = |field: &str, value: Value| {
        let mut input = input.clone();
        input[field] = value;
        input
    };
    let insights = json!([{ "name": "containerInsights", "value": "enabled" }]);
    let error = door.refused("CreateCluster", with("settings", insights));
    assert_eq!(error.place, "settings[0].value");
    let error = door.refused("CreateCluster", with("capacityProviders", json!(["my-asg"])));
    let message = "The specified capacity provider 'my-asg' was not found. Specify a valid name or ARN and try again.";
    expect_refusal(&error, "InvalidParameterException", message, "capacityProviders[0]");
    let place = "defaultCapacityProviderStrategy";
    let error = door.refused("CreateCluster", with("capacityProviders", json!([])));
    assert_eq!(error.place, format!("{place}[0].capacityProvider"));
    let spot = json!([{ "capacityProvider": "FARGATE_SPOT", "weight": 1 }]);
    let error = door.refused("CreateCluster", with(place, spot));
    let message = "FARGATE_SPOT is not modelled yet by this simulator.";
    expect_refusal(&error, "InvalidParameterException", message, &format!("{place}[0].capacityProvider"));
}

/// [CP-014] [CP-017]
#[test]
fn a_cluster_that_is_missing_is_no_error_for_describe() {
    let mut door = Door::new();
    let output = door.ecs("DescribeClusters", json!({ "clusters": ["gone"] }));
    let failure = json!({ "arn": "arn:aws:ecs:us-east-1:123456789012:cluster/gone", "reason": "MISSING" });
    assert_eq!(output, json!({ "clusters": [], "failures": [failure] }));
    let error = door.refused("DescribeClusters", json!({ "clusters": vec!["x"; 101] }));
    assert_eq!(error.message, "clusters can have at most 100 items.");
}

/// [CP-015]
#[test]
fn clusters_are_listed_in_pages() {
    let mut door = Door::new();
    for n in 0..5 {
        door.ecs("CreateCluster", json!({ "clusterName": format!("c{n}") }));
    }
    let mut seen = Vec::new();
    let mut token = Value::Null;
    loop {
        let output = door.ecs("ListClusters", json!({ "maxResults": 2, "nextToken": token }));
        seen.extend(output["clusterArns"].as_array().expect("a list").clone());
        token = output["nextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    assert_eq!(seen.len(), 5);
    assert_eq!(seen[4], "arn:aws:ecs:us-east-1:123456789012:cluster/c4");
    let error = door.refused("ListClusters", json!({ "nextToken": "x" }));
    expect_refusal(&error, "InvalidParameterException", "Invalid token.", "nextToken");
}
