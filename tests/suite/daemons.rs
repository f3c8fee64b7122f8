//! Daemon services: one task on each instance.

use serde_json::json;
use tests::story::{AGENTS, instance, on_instances, places, play_assuming, service_on_instances, told, typed};

use crate::door::{Door, expect_refusal};

const DAEMON: &str = "[[ecs.service]]\ncluster = \"demo\"\nserviceName = \"logs\"\ntaskDefinition = \"collector\"\nlaunchType = \"EC2\"\nschedulingStrategy = \"DAEMON\"\n";

/// [CP-117] [CP-119] [CP-250] What the daemon needs is kept for it on every instance: three of the shop's four tasks of 512 units fit, though four
/// would if it were not for the daemon, which comes later.
#[test]
fn a_daemon_finds_its_place_however_full_the_instance_is() {
    let parts = [
        AGENTS,
        &instance("t3.small", "us-east-1a", ""),
        &on_instances("shop", "cpu = 512, memory = 128", ""),
        &on_instances("collector", "cpu = 256, memory = 128", ""),
        &service_on_instances("shop", "shop", 4, ""),
        DAEMON,
    ];
    let run = play_assuming("placement_pause = \"10s\"", "5m", &parts);
    let here = places(&run);
    assert_eq!(here.iter().filter(|place| place.starts_with("shop#")).count(), 3, "{here:?}");
    assert!(here.contains(&"logs#1 on instance#1".to_owned()), "{here:?}");
}

/// [CP-117] [CP-119] With a constraint the daemon is only where it holds, and leaves when it holds no longer.
#[test]
fn a_daemon_leaves_an_instance_that_is_not_for_it_any_more() {
    let only_prod = "placementConstraints = [{ type = \"memberOf\", expression = \"attribute:stack == prod\" }]\n";
    let parts = [
        AGENTS,
        &instance("t3.small", "us-east-1a", r#"ECS_INSTANCE_ATTRIBUTES={"stack":"prod"}"#),
        &instance("t3.small", "us-east-1b", ""),
        &on_instances("collector", "cpu = 256, memory = 128", ""),
        &format!("{DAEMON}{only_prod}"),
        &typed("5m", "aws ecs put-attributes --cluster demo --attributes name=stack,value=prod,targetId=instance#2"),
        &typed("10m", "aws ecs put-attributes --cluster demo --attributes name=stack,value=test,targetId=instance#1"),
    ];
    assert_eq!(places(&play_assuming("", "4m", &parts[..5])), ["logs#1 on instance#1"]);
    assert_eq!(places(&play_assuming("", "9m", &parts[..6])), ["logs#1 on instance#1", "logs#2 on instance#2"]);
    assert_eq!(places(&play_assuming("", "15m", &parts)), ["logs#2 on instance#2"]);
}

/// [CP-117] [CP-169] A deployment of a daemon stops the old tasks first, as its bounds are 0 and 100 %; no instance ever has
/// two.
#[test]
fn a_daemon_is_deployed_anew_in_place() {
    let parts = [
        AGENTS,
        &instance("t3.small", "us-east-1a", ""),
        &instance("t3.small", "us-east-1b", ""),
        &on_instances("collector", "cpu = 1500, memory = 128", ""),
        DAEMON,
        &typed(
            "5m",
            "aws ecs update-service --cluster demo --service logs --force-new-deployment --query service.status",
        ),
    ];
    let run = play_assuming("", "10m", &parts);
    assert_eq!(places(&run), ["logs#3 on instance#1", "logs#4 on instance#2"]);
    let events = told(&run);
    let last: Vec<&str> = events.lines().skip_while(|line| *line < "00:05:00").collect();
    assert!(last[0].contains("has stopped 2 running tasks") && last[1].contains("has started 2 tasks"), "{last:#?}");
}

/// [CP-117] [CP-118] What a daemon does not take.
#[test]
fn daemons_are_checked() {
    let mut door = Door::new();
    door.ecs("CreateCluster", json!({ "clusterName": "demo" }));
    let container = json!([{ "name": "main", "image": "httpd", "memory": 64 }]);
    door.ecs("RegisterTaskDefinition", json!({ "family": "main", "containerDefinitions": container }));
    let daemon = |more: serde_json::Value| {
        let mut input = json!({
            "cluster": "demo", "serviceName": "logs", "taskDefinition": "main", "launchType": "EC2",
            "schedulingStrategy": "DAEMON"
        });
        input.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        input
    };
    let mut refused = |more: serde_json::Value, message: &str, place: &str| {
        let error = door.refused("CreateService", daemon(more));
        expect_refusal(&error, "InvalidParameterException", message, place);
    };
    let message = "The daemon scheduling strategy does not support a desired count for services. Remove the desired count \
                   value and try again";
    refused(json!({ "desiredCount": 2 }), message, "desiredCount");
    let message = "The daemon scheduling strategy does not support placement strategies. Remove the placement strategy and try \
                   again";
    refused(json!({ "placementStrategy": [{ "type": "random" }] }), message, "placementStrategy");
    let bounds = json!({ "deploymentConfiguration": { "maximumPercent": 150 } });
    let message = "The daemon scheduling strategy needs a maximumPercent of 100.";
    refused(bounds, message, "deploymentConfiguration.maximumPercent");
    let made = door.ecs("CreateService", daemon(json!({})));
    assert_eq!(made["service"]["schedulingStrategy"], "DAEMON");
    assert_eq!(made["service"]["deploymentConfiguration"]["maximumPercent"], 100);
    assert_eq!(made["service"]["deploymentConfiguration"]["minimumHealthyPercent"], 0);
    let error = door.refused("UpdateService", json!({ "cluster": "demo", "service": "logs", "desiredCount": 3 }));
    assert_eq!(error.place, "desiredCount");
}

/// [CP-117] [CP-118] What CreateService refuses UpdateService does not let in.
#[test]
fn a_daemon_stays_one_whatever_is_updated() {
    let mut door = Door::new();
    door.ecs("CreateCluster", json!({ "clusterName": "demo" }));
    let container = json!([{ "name": "main", "image": "httpd", "memory": 64 }]);
    door.ecs("RegisterTaskDefinition", json!({ "family": "main", "containerDefinitions": container }));
    door.ecs(
        "CreateService",
        json!({
            "cluster": "demo", "serviceName": "logs", "taskDefinition": "main", "launchType": "EC2",
            "schedulingStrategy": "DAEMON"
        }),
    );
    for (field, value, place) in [
        ("deploymentConfiguration", json!({ "maximumPercent": 200 }), "deploymentConfiguration.maximumPercent"),
        ("placementStrategy", json!([{ "type": "random" }]), "placementStrategy"),
    ] {
        let mut input = json!({ "cluster": "demo", "service": "logs" });
        input[field] = value;
        let error = door.refused("UpdateService", input);
        assert_eq!((error.code, error.place.as_str()), ("InvalidParameterException", place));
    }
}
