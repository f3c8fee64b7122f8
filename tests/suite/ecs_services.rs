//! Services through the door: CreateService, UpdateService, DeleteService and what reads their work.

use std::time::Duration;

use serde_json::{Value, json};
use sim_core::world::Fact;

use crate::door::{Door, expect_refusal};

/// A cluster `demo`, two revisions of `web`, and a target group behind a load balancer.
fn account() -> Door {
    let mut door = Door::new();
    door.ecs("CreateCluster", json!({ "clusterName": "demo" }));
    for _ in 0..2 {
        door.ecs("RegisterTaskDefinition", definition("web"));
    }
    let call = |door: &mut Door, operation: &str, input: Value| {
        door.call("elbv2", operation, input).unwrap_or_else(|error| panic!("{operation}: {error} at {}", error.place))
    };
    call(&mut door, "CreateLoadBalancer", json!({ "Name": "demo-alb", "Subnets": ["us-east-1a", "us-east-1b"] }));
    for name in ["demo-tg", "lonely-tg"] {
        let group = json!({ "Name": name, "Protocol": "HTTP", "Port": 80, "TargetType": "ip" });
        call(&mut door, "CreateTargetGroup", group);
    }
    let actions = json!([{ "Type": "forward", "TargetGroupArn": "demo-tg" }]);
    let listener = json!({ "LoadBalancerArn": "demo-alb", "Protocol": "HTTP", "Port": 80, "DefaultActions": actions });
    call(&mut door, "CreateListener", listener);
    door
}

fn definition(family: &str) -> Value {
    json!({
        "family": family,
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{ "name": "web", "image": "httpd", "portMappings": [{ "containerPort": 80 }] }]
    })
}

/// CreateService's input as the guide has it.
fn service() -> Value {
    json!({
        "cluster": "demo",
        "serviceName": "web",
        "taskDefinition": "web",
        "desiredCount": 2,
        "launchType": "FARGATE",
        "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["us-east-1a", "us-east-1b"] } }
    })
}

fn with(mut input: Value, fields: Value) -> Value {
    for (name, value) in fields.as_object().expect("fields") {
        input[name] = value.clone();
    }
    input
}

fn behind(group: &str, container: &str, port: u16) -> Value {
    json!([{ "targetGroupArn": group, "containerName": container, "containerPort": port }])
}

#[track_caller]
fn refused(fields: Value, message: &str, place: &str) {
    let error = account().refused("CreateService", with(service(), fields));
    expect_refusal(&error, "InvalidParameterException", message, place);
}

/// The facts of services, newest last, each with its cause.
fn story(door: &Door) -> Vec<(Fact, Option<Fact>)> {
    let journal = door.ctx.journal();
    let about = |fact: &Fact| {
        use Fact::{DeploymentStarted, ServiceCreated, ServiceDeleted, ServiceUpdated};
        matches!(fact, DeploymentStarted { .. } | ServiceCreated { .. } | ServiceDeleted { .. } | ServiceUpdated { .. })
    };
    let all = journal.iter().filter(|(_, entry)| about(&entry.fact));
    all.map(|(_, entry)| (entry.fact.clone(), entry.cause.map(|cause| journal.get(cause).fact.clone()))).collect()
}

/// [CP-005] [CP-008] [CP-169] [CP-182] [CP-183] [CP-184] [CA-011] [CA-015]
#[test]
fn a_new_service_has_one_deployment_and_aws_defaults() {
    let mut door = account();
    let output = door.ecs("CreateService", service());
    let service = &output["service"];
    let arn = |rest: &str| json!(format!("arn:aws:ecs:us-east-1:123456789012:{rest}"));
    assert_eq!(service["serviceArn"], arn("service/demo/web"));
    assert_eq!(service["clusterArn"], arn("cluster/demo"));
    assert_eq!(service["taskDefinition"], arn("task-definition/web:2"), "the family means its latest revision");
    assert_eq!(service["status"], "ACTIVE");
    let counts = ["desiredCount", "runningCount", "pendingCount"].map(|count| service[count].as_u64());
    assert_eq!(counts, [Some(2), Some(0), Some(0)]);
    assert_eq!((&service["launchType"], &service["platformVersion"]), (&json!("FARGATE"), &json!("LATEST")));
    assert_eq!(service["deploymentConfiguration"]["minimumHealthyPercent"], 100);
    assert_eq!(service["deploymentConfiguration"]["maximumPercent"], 200);
    assert_eq!(service["deploymentConfiguration"]["deploymentCircuitBreaker"]["enable"], false);
    let network = &service["networkConfiguration"]["awsvpcConfiguration"];
    assert_eq!(network["assignPublicIp"], "DISABLED");
    assert_eq!(network["securityGroups"].as_array().map(Vec::len), Some(1), "the default group");
    assert!(network["subnets"][0].as_str().is_some_and(|id| id.starts_with("subnet-")));
    assert_eq!(service["deployments"].as_array().map(Vec::len), Some(1));
    let deployment = &service["deployments"][0];
    let id = deployment["id"].as_str().expect("an id");
    let digits = id.strip_prefix("ecs-svc/").expect("the form of deployment ids");
    assert!(digits.len() == 19 && digits.bytes().all(|b| b.is_ascii_digit()), "{id}");
    assert_eq!((&deployment["status"], &deployment["rolloutState"]), (&json!("PRIMARY"), &json!("IN_PROGRESS")));
    assert_eq!(deployment["rolloutStateReason"], format!("ECS deployment {id} in progress."));
    assert_eq!((&deployment["desiredCount"], &deployment["platformVersion"]), (&json!(2), &json!("1.4.0")));

    let described = door.ecs("DescribeServices", json!({ "cluster": "demo", "services": ["web"] }));
    assert_eq!(described["services"][0], *service);
    let cluster = door.ecs("DescribeClusters", json!({ "clusters": ["demo"] }));
    assert_eq!(cluster["clusters"][0]["activeServicesCount"], 1);
    let story = story(&door);
    assert!(
        matches!(story.as_slice(), [(created @ Fact::ServiceCreated { .. }, _), (Fact::DeploymentStarted { .. }, cause)]
            if cause.as_ref() == Some(created)),
        "{story:?}"
    );
}

/// [CP-002] [CP-033]
#[test]
fn what_a_service_names_must_exist() {
    let mut door = account();
    let error = door.refused("CreateService", with(service(), json!({ "cluster": "prod" })));
    expect_refusal(&error, "ClusterNotFoundException", "Cluster not found.", "cluster");
    assert_eq!(error.help, "There are the clusters demo.");
    let error = door.refused("CreateService", with(service(), json!({ "taskDefinition": "api" })));
    expect_refusal(&error, "ClientException", "TaskDefinition not found.", "taskDefinition");
    refused(
        json!({ "serviceName": "my web" }),
        "Service names can only contain up to 255 letters, numbers, underscores, and hyphens.",
        "serviceName",
    );
    for (operation, input) in [
        ("UpdateService", json!({ "cluster": "demo", "service": "gone" })),
        ("DeleteService", json!({ "cluster": "demo", "service": "gone" })),
    ] {
        let error = door.refused(operation, input);
        expect_refusal(&error, "ServiceNotFoundException", "Service not found.", "service");
    }
}

/// [CP-035]
#[test]
fn an_inactive_revision_starts_nothing_new_but_its_services_go_on() {
    let mut door = account();
    door.ecs("CreateService", service());
    for revision in ["web:1", "web:2"] {
        door.ecs("DeregisterTaskDefinition", json!({ "taskDefinition": revision }));
    }
    let other = with(service(), json!({ "serviceName": "other", "taskDefinition": "web:2" }));
    let error = door.refused("CreateService", other);
    expect_refusal(&error, "InvalidParameterException", "TaskDefinition is inactive", "taskDefinition");
    let output = door.ecs("UpdateService", json!({ "cluster": "demo", "service": "web", "desiredCount": 3 }));
    assert_eq!(output["service"]["desiredCount"], 3);
    assert!(output["service"]["taskDefinition"].as_str().is_some_and(|arn| arn.ends_with("web:2")));
    let change = json!({ "cluster": "demo", "service": "web", "taskDefinition": "web:1" });
    let error = door.refused("UpdateService", change);
    expect_refusal(&error, "InvalidParameterException", "TaskDefinition is inactive", "taskDefinition");
}

/// [CP-022] [CP-050] [CA-015] [IA-091]
#[test]
fn a_network_with_subnets_is_required() {
    let place = "networkConfiguration";
    let message = "Network Configuration must be provided when networkMode 'awsvpc' is specified.";
    refused(json!({ place: null }), message, place);
    refused(json!({ place: {} }), message, place);
    let vpc = |subnets: Value, groups: Value| {
        let vpc = json!({ "subnets": subnets, "securityGroups": groups });
        json!({ place: { "awsvpcConfiguration": vpc } })
    };
    let place = "networkConfiguration.awsvpcConfiguration";
    refused(vpc(json!([]), json!([])), "subnets can not be empty.", &format!("{place}.subnets"));
    let many = json!(vec!["us-east-1a"; 17]);
    refused(vpc(many, json!([])), "subnets can have at most 16 items.", &format!("{place}.subnets"));
    let many = json!(vec!["default"; 6]);
    let message = "securityGroups can have at most 5 items.";
    refused(vpc(json!(["us-east-1a"]), many), message, &format!("{place}.securityGroups"));
    let message = "Error retrieving subnet information for [subnet-1]: The subnet ID 'subnet-1' does not exist \
                   (ErrorCode: InvalidSubnetID.NotFound)";
    refused(vpc(json!(["us-east-1a", "subnet-1"]), json!([])), message, &format!("{place}.subnets[1]"));
    let message = "Error retrieving security group information for [sg-1]: The security group 'sg-1' does not exist \
                   (ErrorCode: InvalidGroup.NotFound)";
    refused(vpc(json!(["us-east-1a"]), json!(["sg-1"])), message, &format!("{place}.securityGroups[0]"));
}

/// [CP-022]
#[test]
fn a_target_group_needs_a_listener_and_a_container_that_listens() {
    let place = "loadBalancers[0]";
    let mut door = account();
    let groups = door.call("elbv2", "DescribeTargetGroups", json!({})).expect("an answer");
    let arn = |name: &str| -> String {
        let groups = groups["TargetGroups"].as_array().expect("a list");
        let found = groups.iter().find(|group| group["TargetGroupName"] == name).expect("created above");
        found["TargetGroupArn"].as_str().expect("an ARN").to_owned()
    };
    let balancers =
        |group: &str, container: &str, port: u16| json!({ "loadBalancers": behind(group, container, port) });
    let message = "The specified target group does not exist.";
    refused(balancers("gone", "web", 80), message, &format!("{place}.targetGroupArn"));
    let lonely = arn("lonely-tg");
    let message = format!("The target group with targetGroupArn {lonely} does not have an associated load balancer.");
    refused(balancers(&lonely, "web", 80), &message, &format!("{place}.targetGroupArn"));
    let message = "The container app does not exist in the task definition.";
    refused(balancers("demo-tg", "app", 80), message, &format!("{place}.containerName"));
    let message = "The container web did not have a container port 8080 defined.";
    refused(balancers("demo-tg", "web", 8080), message, &format!("{place}.containerPort"));
    let six = json!({ "loadBalancers": vec![behind("demo-tg", "web", 80)[0].clone(); 6] });
    refused(six, "load balancers can have at most 5 items.", "loadBalancers");

    let output = door.ecs("CreateService", with(service(), balancers("demo-tg", "web", 80)));
    let described = json!([{ "targetGroupArn": arn("demo-tg"), "containerName": "web", "containerPort": 80 }]);
    assert_eq!(output["service"]["loadBalancers"], described);
}

/// [TR-115] It would have no effect without checks, and is 2,147,483,647 s at most.
#[test]
fn a_grace_period_is_for_services_with_a_load_balancer() {
    let message = "Health check grace period is only valid for services configured to use load balancers";
    refused(json!({ "healthCheckGracePeriodSeconds": 60 }), message, "healthCheckGracePeriodSeconds");
    let mut door = account();
    let fields = json!({ "healthCheckGracePeriodSeconds": 60, "loadBalancers": behind("demo-tg", "web", 80) });
    let output = door.ecs("CreateService", with(service(), fields));
    assert_eq!(output["service"]["healthCheckGracePeriodSeconds"], 60);
    let long =
        json!({ "healthCheckGracePeriodSeconds": 2_147_483_648u32, "loadBalancers": behind("demo-tg", "web", 80) });
    refused(long, "healthCheckGracePeriodSeconds must be from 0 to 2147483647.", "healthCheckGracePeriodSeconds");
    let none = json!({ "cluster": "demo", "service": "web", "loadBalancers": [], "healthCheckGracePeriodSeconds": 5 });
    let error = door.refused("UpdateService", none);
    expect_refusal(&error, "InvalidParameterException", message, "healthCheckGracePeriodSeconds");
}

/// [CP-019] [CP-169]
#[test]
fn counts_and_bounds_have_ranges() {
    refused(json!({ "desiredCount": null }), "DesiredCount is missing", "desiredCount");
    refused(json!({ "desiredCount": 5001 }), "Desired count exceeds limit.", "desiredCount");
    let bounds = |min: u32, max: u32| {
        let bounds = json!({ "minimumHealthyPercent": min, "maximumPercent": max });
        json!({ "deploymentConfiguration": bounds })
    };
    let place = "deploymentConfiguration";
    let message = "minimumHealthyPercent must be from 0 to 100.";
    refused(bounds(101, 200), message, &format!("{place}.minimumHealthyPercent"));
    refused(bounds(50, 99), "maximumPercent must be at least 100.", &format!("{place}.maximumPercent"));
    let message = "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.";
    refused(bounds(100, 100), message, &format!("{place}.maximumPercent"));
    let mut door = account();
    let output = door.ecs("CreateService", with(service(), bounds(50, 150)));
    assert_eq!(output["service"]["deploymentConfiguration"]["minimumHealthyPercent"], 50);
    let update = with(json!({ "cluster": "demo", "service": "web" }), bounds(100, 150));
    assert_eq!(door.ecs("UpdateService", update)["service"]["deploymentConfiguration"]["minimumHealthyPercent"], 100);
    let maximum = json!({ "cluster": "demo", "service": "web", place: { "maximumPercent": 100 } });
    let error = door.refused("UpdateService", maximum);
    assert_eq!(error.message, message, "with the lower bound that is there");
}

/// [CP-162]
#[test]
fn a_launch_type_and_a_strategy_exclude_each_other() {
    let strategy = json!([{ "capacityProvider": "FARGATE", "weight": 1, "base": 0 }]);
    let message = "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try \
                   again.";
    refused(json!({ "capacityProviderStrategy": strategy }), message, "launchType");
    let error = account().refused("CreateService", with(service(), json!({ "launchType": "EXTERNAL" })));
    assert_eq!((error.place.as_str(), error.help.as_str()), ("launchType", "Say FARGATE or EC2."));
    // With neither it is EC2.
    let made = account().ecs("CreateService", with(service(), json!({ "launchType": null })));
    assert_eq!(made["service"]["launchType"], "EC2");
    let mut door = account();
    let cluster = json!({
        "clusterName": "with-default",
        "capacityProviders": ["FARGATE"],
        "defaultCapacityProviderStrategy": strategy
    });
    door.ecs("CreateCluster", cluster);
    let fields = json!({ "cluster": "with-default", "launchType": null });
    let output = door.ecs("CreateService", with(service(), fields));
    assert_eq!(output["service"]["capacityProviderStrategy"], strategy);
    assert_eq!(output["service"]["launchType"], Value::Null);
}

/// [CP-117] [CP-118] [CA-011]
#[test]
fn what_fargate_or_the_simulator_does_not_have_is_refused() {
    refused(
        json!({ "schedulingStrategy": "DAEMON" }),
        "The daemon scheduling strategy does not support the FARGATE launch type. Change the launch type and try again",
        "schedulingStrategy",
    );
    let message = "Placement strategies are not supported with FARGATE launch type.";
    refused(json!({ "placementStrategy": [{ "type": "spread" }] }), message, "placementStrategy");
    let message = "Placement constraints are not supported with FARGATE launch type.";
    refused(json!({ "placementConstraints": [{ "type": "distinctInstance" }] }), message, "placementConstraints");
    for (fields, place) in [
        (json!({ "platformVersion": "1.3.0" }), "platformVersion"),
        (json!({ "deploymentController": { "type": "CODE_DEPLOY" } }), "deploymentController.type"),
        (json!({ "volumeConfigurations": [{ "name": "x" }] }), "volumeConfigurations"),
        (json!({ "role": "ecsServiceRole" }), "role"),
    ] {
        let error = account().refused("CreateService", with(service(), fields));
        assert_eq!(error.place, place);
        assert!(error.message.contains("not model"), "{error}");
    }
    let off = json!({
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": { "enable": false, "rollback": false },
            "alarms": { "alarmNames": [], "enable": false, "rollback": false },
            "strategy": "ROLLING"
        },
        "schedulingStrategy": "REPLICA",
        "deploymentController": { "type": "ECS" },
        "platformVersion": "1.4.0",
        "serviceConnectConfiguration": { "enabled": false }
    });
    account().ecs("CreateService", with(service(), off));
}

/// [CP-010] [CP-011]
#[test]
fn the_same_request_is_one_service_and_another_one_is_refused() {
    let mut door = account();
    let first = door.ecs("CreateService", with(service(), json!({ "clientToken": "a" })));
    let second = door.ecs("CreateService", with(service(), json!({ "clientToken": "b" })));
    assert_eq!(first, second);
    let error = door.refused("CreateService", with(service(), json!({ "desiredCount": 3 })));
    let message = "Creation of service was not idempotent.";
    expect_refusal(&error, "InvalidParameterException", message, "serviceName");
    door.ecs("DeleteService", json!({ "cluster": "demo", "service": "web", "force": true }));
    let error = door.refused("CreateService", service());
    let message = "Unable to Start a service that is still Draining.";
    expect_refusal(&error, "InvalidParameterException", message, "serviceName");
}

/// [CP-009] [CP-010]
#[test]
fn a_service_that_wants_tasks_is_deleted_only_by_force() {
    let mut door = account();
    door.ecs("CreateService", service());
    let error = door.refused("DeleteService", json!({ "cluster": "demo", "service": "web" }));
    let message = "The service cannot be stopped while it is scaled above 0.";
    expect_refusal(&error, "InvalidParameterException", message, "service");
    door.ecs("UpdateService", json!({ "cluster": "demo", "service": "web", "desiredCount": 0 }));
    let output = door.ecs("DeleteService", json!({ "cluster": "demo", "service": "web" }));
    assert_eq!(output["service"]["status"], "DRAINING");
    assert_eq!(door.ecs("ListServices", json!({ "cluster": "demo" }))["serviceArns"], json!([]));
    let described = door.ecs("DescribeServices", json!({ "cluster": "demo", "services": ["web"] }));
    assert_eq!(described["services"][0]["status"], "DRAINING");
    let error = door.refused("UpdateService", json!({ "cluster": "demo", "service": "web", "desiredCount": 1 }));
    expect_refusal(&error, "ServiceNotActiveException", "Service was not ACTIVE.", "service");
}

/// [CP-179]
#[test]
fn what_changes_the_tasks_starts_a_deployment() {
    for (fields, starts) in [
        (json!({ "taskDefinition": "web:1" }), true),
        (json!({ "taskDefinition": "web:2" }), false),
        (json!({ "forceNewDeployment": true }), true),
        (json!({ "platformVersion": "1.4.0" }), true),
        (json!({ "platformVersion": "LATEST" }), false),
        (json!({ "loadBalancers": behind("demo-tg", "web", 80) }), true),
        (json!({ "loadBalancers": [] }), false),
        (json!({ "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["us-east-1c"] } } }), true),
        (json!({ "networkConfiguration": service()["networkConfiguration"] }), false),
    ] {
        let mut door = account();
        door.ecs("CreateService", service());
        let update = with(json!({ "cluster": "demo", "service": "web" }), fields.clone());
        let output = door.ecs("UpdateService", update);
        let story = story(&door);
        let started = story.iter().filter(|(fact, _)| matches!(fact, Fact::DeploymentStarted { .. })).count();
        assert_eq!(started, if starts { 2 } else { 1 }, "{fields}");
        assert_eq!(output["service"]["deployments"][0]["status"], "PRIMARY");
        if starts {
            let (_, cause) = story.last().expect("facts");
            assert!(matches!(cause, Some(Fact::ServiceUpdated { .. })), "{fields}: {cause:?}");
        }
    }
}

/// [CP-180]
#[test]
fn what_leaves_the_tasks_alone_starts_none() {
    let mut door = account();
    door.role("exec");
    door.ecs("RegisterTaskDefinition", with(definition("exec"), json!({ "taskRoleArn": "exec" })));
    let more = json!({ "loadBalancers": behind("demo-tg", "web", 80), "taskDefinition": "exec" });
    door.ecs("CreateService", with(service(), more));
    for fields in [
        json!({ "desiredCount": 5 }),
        json!({ "deploymentConfiguration": { "maximumPercent": 150 } }),
        json!({ "healthCheckGracePeriodSeconds": 30 }),
        json!({ "enableExecuteCommand": true }),
        json!({ "enableECSManagedTags": true, "propagateTags": "SERVICE" }),
        json!({ "availabilityZoneRebalancing": "DISABLED" }),
    ] {
        let output = door.ecs("UpdateService", with(json!({ "cluster": "demo", "service": "web" }), fields.clone()));
        assert_eq!(output["service"]["deployments"].as_array().map(Vec::len), Some(1), "{fields}");
    }
    let described = door.ecs("DescribeServices", json!({ "cluster": "demo", "services": ["web"] }));
    let service = &described["services"][0];
    assert_eq!(service["deploymentConfiguration"]["maximumPercent"], 150);
    assert_eq!(service["deploymentConfiguration"]["minimumHealthyPercent"], 100, "what is not named stays");
    let values = ["desiredCount", "healthCheckGracePeriodSeconds"].map(|name| service[name].as_u64());
    assert_eq!(values, [Some(5), Some(30)]);
    assert_eq!((&service["enableExecuteCommand"], &service["propagateTags"]), (&json!(true), &json!("SERVICE")));
}

/// An update of the task definition is checked against the load balancers that stay.
#[test]
fn a_new_task_definition_needs_the_containers_that_are_registered() {
    let mut door = account();
    door.ecs("CreateService", with(service(), json!({ "loadBalancers": behind("demo-tg", "web", 80) })));
    let mut other = definition("web");
    other["containerDefinitions"][0]["name"] = json!("app");
    door.ecs("RegisterTaskDefinition", other);
    let error = door.refused("UpdateService", json!({ "cluster": "demo", "service": "web", "taskDefinition": "web" }));
    let message = "The container web does not exist in the task definition.";
    expect_refusal(&error, "InvalidParameterException", message, "loadBalancers[0].containerName");
}

/// [CP-014] [CP-017]
#[test]
fn services_are_described_ten_at_a_time() {
    let mut door = account();
    door.ecs("CreateService", with(service(), json!({ "tags": [{ "key": "team", "value": "shop" }] })));
    let describe = |names: Value, include: Value| json!({ "cluster": "demo", "services": names, "include": include });
    let output = door.ecs("DescribeServices", describe(json!(["web", "gone"]), json!([])));
    let failure = json!({ "arn": "arn:aws:ecs:us-east-1:123456789012:service/demo/gone", "reason": "MISSING" });
    assert_eq!((&output["failures"], &output["services"][0]["tags"]), (&json!([failure]), &Value::Null));
    let arn = output["services"][0]["serviceArn"].clone();
    let output = door.ecs("DescribeServices", describe(json!([arn]), json!(["TAGS"])));
    assert_eq!(output["services"][0]["tags"], json!([{ "key": "team", "value": "shop" }]));
    let error = door.refused("DescribeServices", describe(json!([]), json!([])));
    expect_refusal(&error, "InvalidParameterException", "Services cannot be empty.", "services");
    let error = door.refused("DescribeServices", describe(json!(vec!["web"; 11]), json!([])));
    expect_refusal(&error, "InvalidParameterException", "service names can have at most 10 items.", "services");
}

/// [CP-015]
#[test]
fn services_are_listed_ten_on_a_page() {
    let mut door = account();
    for n in 0..12 {
        door.ecs("CreateService", with(service(), json!({ "serviceName": format!("s{n}"), "desiredCount": 0 })));
    }
    let first = door.ecs("ListServices", json!({ "cluster": "demo" }));
    assert_eq!(first["serviceArns"].as_array().map(Vec::len), Some(10));
    let second = door.ecs("ListServices", json!({ "cluster": "demo", "nextToken": first["nextToken"] }));
    assert_eq!((second["serviceArns"].as_array().map(Vec::len), &second["nextToken"]), (Some(2), &Value::Null));
    let all = door.ecs("ListServices", json!({ "cluster": "demo", "maxResults": 100, "launchType": "FARGATE" }));
    assert_eq!(all["serviceArns"].as_array().map(Vec::len), Some(12));
    let none = door.ecs("ListServices", json!({ "cluster": "demo", "launchType": "EC2" }));
    assert_eq!(none["serviceArns"], json!([]));
}

/// The first look at a service comes at once, because of its deployment, and belongs to it alone.
#[test]
fn a_new_service_wakes_the_scheduler_once() {
    let mut door = account();
    let before = door.ctx.pending();
    door.ecs("CreateService", with(service(), json!({ "desiredCount": 0 })));
    assert_eq!(door.ctx.pending(), before + 1);
    door.ecs("UpdateService", json!({ "cluster": "demo", "service": "web", "desiredCount": 0 }));
    door.ecs("DeleteService", json!({ "cluster": "demo", "service": "web" }));
    assert_eq!(door.ctx.pending(), before + 1, "an update is seen at the next pass");
    door.wait(Duration::ZERO);
}
