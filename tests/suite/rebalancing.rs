//! Availability Zone rebalancing, as an operator sees it.

use insta::assert_snapshot;
use serde_json::json;
use sim_core::Simulation;
use tests::story::{life, play, service, task, told, typed};

/// Zone us-east-1a is without power from the second to the fifth minute.
const OUTAGE: &str = "[[world.fault]]\nat = \"2m\"\nzone = \"us-east-1a\"\nlose = \"power\"\nfor = \"3m\"\n";

/// How many tasks run in each of the two zones.
fn spread(run: &Simulation) -> (usize, usize) {
    let world = run.world();
    let here = |zone: &str| {
        let alive = world.ecs.tasks.iter().filter(|(_, task)| task.stopping.is_none());
        alive.filter(|(_, task)| world.network.zone(task.subnet) == zone).count()
    };
    (here("us-east-1a"), here("us-east-1b"))
}

/// [CP-108] [CP-138] [CP-139] [CP-141] [CP-159] A zone comes back, and the service is in steady state in the other one. Five minutes later it
/// begins to move: a task starts in the emptiest zone, and when that is healthy one in the fullest goes, until they are
/// even.
#[test]
fn after_an_outage_tasks_move_back_one_by_one() {
    let run = play("25m", &[&service(4, ""), OUTAGE]);
    assert_eq!(spread(&run), (2, 2));
    let story: Vec<String> = told(&run).lines().filter(|line| *line > "00:05").map(str::to_owned).collect();
    assert_snapshot!(story.join("\n"));
    let moved = run.world().ecs.tasks.iter().find(|(_, task)| {
        task.stopping.as_ref().is_some_and(|stopping| stopping.reason.starts_with("Availability-zone"))
    });
    let name = moved.expect("somebody gave way").1.name.rsplit('/').next().expect("a name").to_owned();
    assert!(life(&run, &name).ends_with("Availability-zone rebalancing initiated by (deployment #1)"));
}

/// [CP-139] [CP-140] It is on unless somebody turns it off, or there is no room for one task more.
#[test]
fn it_is_on_unless_turned_off_or_without_room() {
    let off = play("25m", &[&service(4, "availabilityZoneRebalancing = \"DISABLED\""), OUTAGE]);
    assert_eq!(spread(&off), (0, 4), "{}", told(&off));
    let full = "deploymentConfiguration = { minimumHealthyPercent = 50, maximumPercent = 100 }";
    let full = play("25m", &[&service(4, full), OUTAGE]);
    assert_eq!(spread(&full), (0, 4), "{}", told(&full));
    let described = |run: &Simulation| {
        let (mut world, mut ctx) = (run.world().clone(), run.ctx().clone());
        let entry = sim_core::api::find("ecs", "DescribeServices").expect("it exists");
        let answer = (entry.call)(json!({ "cluster": "demo", "services": ["web"] }), &mut world, &mut ctx);
        answer.expect("it is there")["services"][0]["availabilityZoneRebalancing"].clone()
    };
    assert_eq!(described(&off), "DISABLED");
    assert_eq!(described(&full), "DISABLED");
    assert_eq!(described(&play("1m", &[&service(1, "")])), "ENABLED");
    // What is not said stays as it is.
    let quiet = typed("1m", "aws ecs update-service --cluster demo --service web --desired-count 2");
    assert_eq!(described(&play("3m", &[&service(1, ""), &quiet])), "ENABLED");
    let bounds = json!({ "minimumHealthyPercent": 50, "maximumPercent": 100 });
    let (mut world, mut ctx) = (off.world().clone(), off.ctx().clone());
    let entry = sim_core::api::find("ecs", "UpdateService").expect("it exists");
    let asked = json!({
        "cluster": "demo", "service": "web", "deploymentConfiguration": bounds, "availabilityZoneRebalancing": "ENABLED",
    });
    let error = (entry.call)(asked, &mut world, &mut ctx).expect_err("there is no room");
    assert_eq!(error.message, "Availability Zone rebalancing needs a maximumPercent greater than 100.");
}

/// [CP-142] A deployment comes in between: it stops, and the deployment spreads its tasks itself.
#[test]
fn a_deployment_stops_it() {
    let update = typed("10m30s", "aws ecs update-service --cluster demo --service web --force-new-deployment");
    let run = play("25m", &[&service(4, ""), OUTAGE, &update]);
    assert!(told(&run).contains("00:10:30 stopped AZ Rebalancing."), "{}", told(&run));
    assert_eq!(spread(&run), (2, 2));
}

/// [CP-142] Nobody may be moved: all tasks are protected.
#[test]
fn protected_tasks_are_not_moved() {
    let names = ["web#1", "web#2", "web#3", "web#4", "web#5", "web#6"].join(" ");
    let protect = format!("aws ecs update-task-protection --cluster demo --tasks {names} --protection-enabled");
    let run = play("25m", &[&service(4, ""), OUTAGE, &typed("4m", &protect)]);
    assert_eq!(spread(&run), (0, 4), "{}", told(&run));
    assert!(run.world().ecs.is_protected(task(&run, "web#6"), run.now()));
}

/// [CP-139] [CP-141] On container instances only zones that have some are compared: one without is no reason to move. When an
/// instance joins there, tasks move to it.
#[test]
fn a_zone_without_instances_is_no_reason_to_move() {
    use tests::story::{AGENTS, instance, on_instances, places, play_assuming, service_on_instances};
    let subnets = "networkConfiguration = { awsvpcConfiguration = { subnets = [\"us-east-1a\", \"us-east-1b\", \"us-east-1c\"] } }";
    for (mode, network) in [("networkMode = \"awsvpc\"", subnets), ("", "")] {
        let join = typed(
            "60m",
            "aws ec2 run-instances --instance-type m5.4xlarge --subnet-id us-east-1c --iam-instance-profile \
             Name=ecsInstanceRole --user-data ECS_CLUSTER=demo",
        );
        let parts = [
            AGENTS.to_owned(),
            instance("m5.4xlarge", "us-east-1a", ""),
            instance("m5.4xlarge", "us-east-1b", ""),
            on_instances("main", "cpu = 128, memory = 128", mode),
            service_on_instances("web", "main", 6, network),
            join,
        ];
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let run = play_assuming("placement_pause = \"10s\"", "59m", &parts[..5]);
        assert!(!told(&run).contains("AZ balanced"), "{mode}: {}", told(&run));
        assert_eq!(run.world().ecs.tasks.len(), 6, "{mode}: nobody has moved");
        let run = play_assuming("placement_pause = \"10s\"", "120m", &parts);
        let on = |name: &str| places(&run).iter().filter(|place| place.ends_with(name)).count();
        assert_eq!(["on instance#1", "on instance#2", "on instance#3"].map(on), [2, 2, 2], "{mode}");
    }
}

/// [CP-140] Who places otherwise than over zones first does not rebalance, and is refused if he asks for it.
#[test]
fn only_what_is_spread_over_zones_first_rebalances() {
    let mut door = crate::door::Door::new();
    door.ecs("CreateCluster", json!({ "clusterName": "demo" }));
    let container = json!([{ "name": "main", "image": "httpd", "memory": 64 }]);
    door.ecs("RegisterTaskDefinition", json!({ "family": "main", "containerDefinitions": container }));
    let zone = json!({ "type": "spread", "field": "attribute:ecs.availability-zone" });
    let binpack = json!({ "type": "binpack", "field": "cpu" });
    let pinned = json!([{ "type": "memberOf", "expression": "attribute:ecs.availability-zone == us-east-1a" }]);
    for (name, more, does) in [
        ("none", json!({}), true),
        ("zone", json!({ "placementStrategy": [zone, binpack] }), true),
        ("binpack", json!({ "placementStrategy": [binpack, zone] }), false),
        ("pinned", json!({ "placementConstraints": pinned }), false),
    ] {
        let mut input = json!({ "cluster": "demo", "serviceName": name, "taskDefinition": "main", "desiredCount": 1 });
        input.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let made = door.ecs("CreateService", input.clone());
        let wanted = if does { "ENABLED" } else { "DISABLED" };
        assert_eq!(made["service"]["availabilityZoneRebalancing"], wanted, "{name}");
        input["serviceName"] = json!(format!("{name}-asked"));
        input["availabilityZoneRebalancing"] = json!("ENABLED");
        match door.call("ecs", "CreateService", input) {
            Ok(_) => assert!(does, "{name}"),
            Err(error) => assert!(!does && error.place == "availabilityZoneRebalancing", "{name}: {}", error.message),
        }
    }
}
