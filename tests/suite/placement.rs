//! Which container instance a task goes to.

use std::collections::BTreeMap;

use serde_json::json;
use sim_core::Simulation;
use sim_core::world::Fact;
use sim_core::world::network::Network;
use tests::story::{AGENTS, instance, on_instances, places, play, play_assuming, service_on_instances, told, typed};

use crate::door::{Door, expect_refusal};

const SMALL: &str = "cpu = 128, memory = 128";

/// How many tasks are on which instance, by the instances' numbers.
fn loads(run: &Simulation) -> Vec<usize> {
    let mut counts: BTreeMap<String, usize> =
        run.world().ec2.hosts.iter().map(|(_, host)| (host.name.to_string(), 0)).collect();
    for place in places(run) {
        *counts.entry(place.rsplit(' ').next().expect("a name").to_owned()).or_default() += 1;
    }
    counts.into_values().collect()
}

/// Instances of these types in these zones.
fn fleet(of: &[(&str, &str)]) -> String {
    let all: Vec<String> = of.iter().map(|(kind, zone)| instance(kind, zone, "")).collect();
    format!("{AGENTS}{}", all.join("\n"))
}

const UNEVEN: [(&str, &str); 3] = [("m5.large", "us-east-1a"), ("m5.large", "us-east-1b"), ("m5.large", "us-east-1b")];

fn service(desired: u32, more: &str) -> String {
    service_on_instances("web", "main", desired, more)
}

/// [CP-138] [CA-088] [CA-092] [CA-097] Two instances in one zone and one in another: half of the tasks go to each zone, and
/// within it they are spread over the instances.
#[test]
fn without_a_strategy_a_service_is_spread_over_zones_then_over_instances() {
    let run = play_assuming(
        "placement_pause = \"10s\"",
        "5m",
        &[&fleet(&UNEVEN), &on_instances("main", SMALL, ""), &service(8, "")],
    );
    assert_eq!(loads(&run), [4, 2, 2]);
}

/// [CA-096] [CA-099] Over instances: each has as many, whatever its zone.
#[test]
fn spread_over_instances_forgets_the_zones() {
    let spread = "placementStrategy = [{ type = \"spread\", field = \"instanceId\" }]";
    let run = play_assuming(
        "placement_pause = \"10s\"",
        "5m",
        &[&fleet(&UNEVEN), &on_instances("main", SMALL, ""), &service(9, spread)],
    );
    assert_eq!(loads(&run), [3, 3, 3]);
}

/// [CA-098] Binpack fills one instance before it takes the next: here the one with the least memory first.
#[test]
fn binpack_takes_the_fullest_instance_that_still_fits() {
    let binpack = "placementStrategy = [{ type = \"binpack\", field = \"memory\" }]";
    let kinds = [("m5.xlarge", "us-east-1a"), ("m5.large", "us-east-1b"), ("m5.large", "us-east-1b")];
    let parts = [&fleet(&kinds), &on_instances("main", "cpu = 128, memory = 2000", ""), &service(5, binpack)];
    let run = play_assuming("placement_pause = \"10s\"", "5m", &parts.map(String::as_str));
    let mut counts = loads(&run);
    assert_eq!(counts.remove(0), 0, "the large one is not touched: 7,633 MiB take three tasks of 2,000");
    counts.sort_unstable();
    assert_eq!(counts, [2, 3]);
}

/// [CP-137] [CA-100] [CA-101] A service that shrinks keeps its strategy: spread, it gives up tasks where most are, zone by zone and
/// within it instance by instance; with binpack the emptiest instance is emptied, so that it can go.
#[test]
fn a_service_that_shrinks_keeps_its_strategy() {
    let left = |fleet_of: &[(&str, &str)], task: &str, more: &str, from: u32, to: u32| {
        let smaller =
            format!("aws ecs update-service --cluster demo --service web --desired-count {to} --query service.status");
        let parts = [&fleet(fleet_of), &on_instances("main", task, ""), &service(from, more), &typed("5m", &smaller)];
        loads(&play_assuming("placement_pause = \"10s\"", "8m", &parts.map(String::as_str)))
    };
    assert_eq!(left(&UNEVEN, SMALL, "", 16, 4), [2, 1, 1]);
    let instances = "placementStrategy = [{ type = \"spread\", field = \"instanceId\" }]";
    assert_eq!(left(&UNEVEN, SMALL, instances, 15, 6), [2, 2, 2]);
    // An m5.large takes three tasks of 2,000 MiB, and is filled first.
    let kinds = [("m5.xlarge", "us-east-1a"), ("m5.large", "us-east-1b")];
    for field in ["memory", "cpu"] {
        let binpack = format!("placementStrategy = [{{ type = \"binpack\", field = \"{field}\" }}]");
        assert_eq!(left(&kinds, "cpu = 512, memory = 2000", &binpack, 6, 3), [0, 3], "{field}");
    }
}

/// [CA-099] Zones first, then the least memory inside of the zone.
#[test]
fn a_strategy_of_two_entries_narrows_twice() {
    let both = "placementStrategy = [{ type = \"spread\", field = \"attribute:ecs.availability-zone\" }, { type = \"binpack\", field = \"cpu\" }]";
    let run = play_assuming(
        "placement_pause = \"10s\"",
        "5m",
        &[&fleet(&UNEVEN), &on_instances("main", SMALL, ""), &service(8, both)],
    );
    let counts = loads(&run);
    assert_eq!(counts[0], 4);
    assert!(counts[1..] == [4, 0] || counts[1..] == [0, 4], "{counts:?}");
}

/// [CA-093] [CA-095] Standalone tasks without a strategy, and those with `random`, go anywhere: in 60 draws each of three
/// instances is hit, and no two seeds need agree.
#[test]
fn random_goes_anywhere() {
    for strategy in ["", "--placement-strategy type=random"] {
        let line =
            format!("aws ecs run-task --cluster demo --task-definition main --count 10 {strategy} --query failures");
        let lines: String = (0..6).map(|_| typed("1m", &line)).collect();
        let tiny = on_instances("main", "cpu = 8, memory = 100", "");
        let run = play("2m", &[&fleet(&UNEVEN), &tiny, &lines]);
        let counts = loads(&run);
        assert_eq!(counts.iter().sum::<usize>(), 60);
        assert!(counts.iter().all(|&count| (8..=36).contains(&count)), "{counts:?}");
    }
}

/// [CA-102] No two tasks of a service on one instance: the fourth of four has no place.
#[test]
fn distinct_instance_takes_one_task_an_instance() {
    let distinct = "placementConstraints = [{ type = \"distinctInstance\" }]";
    let run = play_assuming(
        "placement_pause = \"10s\"",
        "5m",
        &[&fleet(&UNEVEN), &on_instances("main", SMALL, ""), &service(4, distinct)],
    );
    assert_eq!(loads(&run), [1, 1, 1]);
    assert!(
        told(&run).contains("encountered error \"DistinctInstance placement constraint unsatisfied.\"."),
        "{}",
        told(&run)
    );
}

/// [CA-103] [CA-109] [CA-112] Only where the expression holds: the service's and the task definition's together.
#[test]
fn member_of_binds_for_service_and_task_definition_together() {
    let of = |kind: &str, value: &str| {
        format!("placementConstraints = [{{ type = \"memberOf\", expression = \"attribute:ecs.{kind} {value}\" }}]")
    };
    let zone = of("availability-zone", "in [us-east-1b, us-east-1c]");
    let kind = of("instance-type", "=~ m5.*");
    let kinds = [("m5.large", "us-east-1a"), ("m5.large", "us-east-1b"), ("t3.large", "us-east-1c")];
    let parts = [&fleet(&kinds), &on_instances("main", SMALL, &kind), &service(3, &zone)];
    let run = play_assuming("placement_pause = \"10s\"", "5m", &parts.map(String::as_str));
    assert_eq!(loads(&run), [0, 3, 0]);
}

/// [CA-056] [CA-106] [CA-053] An `awsvpc` task gets its interface in the subnet of its instance's zone.
#[test]
fn the_interface_of_a_task_is_in_the_zone_of_its_instance() {
    let network = "networkConfiguration = { awsvpcConfiguration = { subnets = [\"us-east-1a\", \"us-east-1b\", \"us-east-1c\"] } }";
    let parts = [&fleet(&UNEVEN[..2]), &on_instances("main", SMALL, "networkMode = \"awsvpc\""), &service(4, network)];
    let run = play_assuming("placement_pause = \"10s\"", "5m", &parts.map(String::as_str));
    let (ecs, network): (_, &Network) = (&run.world().ecs, &run.world().network);
    for (id, task) in ecs.tasks.iter() {
        let on = &ecs.instances[task.instance.expect("it is on one")];
        let eni = network.eni(network.eni_of(id).expect("it has one"));
        assert_eq!(network.zone(eni.subnet), network.zone(on.subnet));
    }
    assert_eq!(loads(&run), [2, 2]);
    let (_, first) = ecs.tasks.iter().next().expect("there are four");
    let took = first.at.connectivity.expect("it has its interface") - first.at.created;
    assert_eq!(took.as_secs(), 5, "attaching it to the instance takes that long");
}

/// [CP-055] [CP-052] [CP-051] [IA-086] With a fixed host port each task needs an instance of its own; with dynamic ones ten share one, each
/// with another port of the ephemeral range.
#[test]
fn fixed_host_ports_keep_tasks_apart_and_dynamic_ones_do_not() {
    let port = |host: &str| format!("{SMALL}, portMappings = [{{ containerPort = 80{host} }}]");
    let fixed = on_instances("main", &port(", hostPort = 80"), "");
    let run = play_assuming("placement_pause = \"10s\"", "5m", &[&fleet(&UNEVEN), &fixed, &service(4, "")]);
    assert_eq!(loads(&run), [1, 1, 1]);
    let dynamic = on_instances("main", &port(""), "");
    let run = play_assuming("placement_pause = \"10s\"", "5m", &[&fleet(&UNEVEN[..1]), &dynamic, &service(10, "")]);
    assert_eq!(loads(&run), [10]);
    let mut ports: Vec<u16> =
        run.world().ecs.tasks.iter().flat_map(|(_, task)| &task.bindings).map(|it| it.host_port).collect();
    ports.sort_unstable();
    assert_eq!(ports, (32768..32778).collect::<Vec<u16>>());
}

/// [CP-158] [CP-153] Four of six find a place: the service says for how many there is none, and what is in the way; both once
/// as long as that is so.
#[test]
fn a_service_says_how_many_tasks_it_could_not_launch() {
    let definition = on_instances("main", "cpu = 512, memory = 128", "");
    let fewer =
        typed("20m", "aws ecs update-service --cluster demo --service web --desired-count 4 --query service.status");
    let run = play_assuming(
        "placement_pause = \"10s\"",
        "30m",
        &[&fleet(&UNEVEN[..1]), &definition, &service(6, ""), &fewer],
    );
    let more = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
    let expected = format!(
        "00:00:00 was unable to place a task because no container instance met all of its requirements. Reason: No Container \
         Instances were found in your cluster. {more}\n\
         00:00:40 was unable to place a task because no container instance met all of its requirements. The closest \
         matching (container-instance instance#1) has insufficient CPU units available. {more}\n\
         00:00:40 could not launch 2 tasks for deployment #1.\n\
         00:00:40 has started 4 tasks: (task web#1) (task web#2) (task web#3) (task web#4).\n\
         00:20:00 (deployment #1) deployment completed.\n\
         00:20:00 has reached a steady state."
    );
    assert_eq!(told(&run), expected);
    // Both are so for the same reason: the instance as it is.
    let journal = run.ctx().journal();
    let cause_of = |words: &str| {
        let said = |fact: &Fact| matches!(fact, Fact::ServiceEvent { text, .. } if text.contains(words));
        journal.iter().find(|(_, entry)| said(&entry.fact)).expect("it was said").1.cause
    };
    assert!(cause_of("could not launch").is_some());
    assert_eq!(cause_of("could not launch"), cause_of("closest matching"));
}

/// [CP-172] [CP-173] The guide's three examples: desired 6, with room for 8 tasks (or 10), and what stops and starts in which order.
#[test]
fn the_guides_examples_of_a_deployment_with_little_room() {
    // An m5.large has 2,048 units: four tasks of 512, or five of 400.
    let steps = |cpu: u32, minimum: u32| -> Vec<String> {
        let definition = on_instances("main", &format!("cpu = {cpu}, memory = 128"), "");
        // What a deployment leaves in one zone is not moved afterwards.
        let bounds = format!(
            "deploymentConfiguration = {{ minimumHealthyPercent = {minimum}, maximumPercent = 200 }}\n\
             availabilityZoneRebalancing = \"DISABLED\""
        );
        let update = typed(
            "5m",
            "aws ecs update-service --cluster demo --service web --force-new-deployment --query service.status",
        );
        let parts = [&fleet(&UNEVEN[..2]), &definition, &service(6, &bounds), &update];
        let run = play_assuming("placement_pause = \"10s\"", "20m", &parts.map(String::as_str));
        let events = told(&run);
        let of_deployment = events.lines().filter(|line| *line > "00:05:00");
        let counted = of_deployment.filter_map(|line| {
            let verb = ["has started ", "has stopped "].into_iter().find(|verb| line.contains(verb))?;
            let count = line.split(verb).nth(1)?.split(' ').next()?;
            Some((verb.split(' ').nth(1)?.to_owned(), count.parse::<u32>().ok()?))
        });
        // What happens in looks one after the other is one step of the guide's.
        let mut steps: Vec<(String, u32)> = Vec::new();
        for (verb, count) in counted {
            match steps.last_mut() {
                Some((last, sum)) if *last == verb => *sum += count,
                _ => steps.push((verb, count)),
            }
        }
        steps.iter().map(|(verb, count)| format!("{verb} {count}")).collect()
    };
    assert_eq!(steps(512, 100), ["started 2", "stopped 2", "started 2", "stopped 2", "started 2", "stopped 2"]);
    assert_eq!(steps(512, 50), ["stopped 3", "started 5", "stopped 3", "started 1"]);
    assert_eq!(steps(400, 50), ["stopped 3", "started 6", "stopped 3"]);
}

/// [CP-025] Constraints of the task definition count beside those of the service.
#[test]
fn a_service_has_ten_constraints_with_those_of_its_definition() {
    let mut door = Door::new();
    door.ecs("CreateCluster", json!({ "clusterName": "demo" }));
    let member = |text: &str| json!({ "type": "memberOf", "expression": text });
    let definition = json!({
        "family": "main", "containerDefinitions": [{ "name": "main", "image": "httpd", "memory": 64 }],
        "placementConstraints": [member("agentConnected == true"), member("runningTasksCount < 9")]
    });
    let seen = door.ecs("RegisterTaskDefinition", definition);
    assert_eq!(seen["taskDefinition"]["placementConstraints"][1]["expression"], "runningTasksCount < 9");
    let nine = json!(vec![member("agentConnected == true"); 9]);
    let mut input = json!({ "cluster": "demo", "serviceName": "web", "taskDefinition": "main", "desiredCount": 1 });
    input["placementConstraints"] = nine;
    let message = "placement constraints can have at most 10 items.";
    let error = door.refused("CreateService", input);
    expect_refusal(&error, "InvalidParameterException", message, "placementConstraints");
}
