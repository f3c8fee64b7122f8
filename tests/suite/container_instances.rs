//! Container instances: EC2 instances that join a cluster, drain, are cut off, and go.

use insta::assert_snapshot;
use serde_json::{Value, json};
use sim_core::Simulation;
use sim_core::world::Fact;
use sim_core::world::ecs::{InstanceStatus, TaskStatus};
use tests::story::{
    AGENTS, instance, life, on_instances, places, play, play_assuming, service_on_instances, task, told, typed,
};

use crate::door::{Door, expect_refusal};

/// A container of 512 units and 512 MiB.
const HALF: &str = "cpu = 512, memory = 512";

/// A service `web` of two tasks, and two small instances in two zones; `of` are lines of its container, `more` of the service.
fn web_on_two(of: &str, more: &str) -> String {
    let fleet = ["us-east-1a", "us-east-1b"].map(|zone| instance("t3.small", zone, "")).concat();
    [AGENTS, &fleet, &on_instances("main", of, ""), &service_on_instances("web", "main", 2, more)].concat()
}

fn ask(run: &Simulation, operation: &str, input: Value) -> Value {
    tests::story::ask(run, operation, input).unwrap_or_else(|error| panic!("{operation}: {error}"))
}

/// The moments of facts with this name.
fn moments(run: &Simulation, name: &str) -> Vec<String> {
    let found = run.ctx().journal().iter().filter(|(_, entry)| <&'static str>::from(&entry.fact) == name);
    found.map(|(_, entry)| entry.at.to_string()).collect()
}

fn last_output(run: &Simulation) -> &str {
    &run.transcript().last().expect("something was typed").output
}

/// [CA-046] [CA-060] [CP-053] [CP-224] [CP-232] [IA-044] [IA-046] [CA-115] Seventeen seconds to `running`, ten to the operating
/// system, twelve to the agent; then it is ACTIVE with its CPU, its memory less what is reserved, its ports and attributes.
#[test]
fn an_instance_joins_its_cluster_by_itself() {
    let run = play("2m", &[AGENTS, &instance("t3.medium", "us-east-1b", "ECS_RESERVED_MEMORY=256")]);
    assert_eq!(moments(&run, "InstanceRegistered"), ["00:00:39.100"]);
    let seen =
        ask(&run, "DescribeContainerInstances", json!({ "cluster": "demo", "containerInstances": ["instance#1"] }));
    let it = &seen["containerInstances"][0];
    assert_eq!((it["status"].as_str(), it["agentConnected"].as_bool()), (Some("ACTIVE"), Some(true)));
    let registered = it["registeredResources"].as_array().expect("a list");
    assert_eq!((&registered[0]["name"], &registered[0]["integerValue"]), (&json!("CPU"), &json!(2048)));
    assert_eq!((&registered[1]["name"], &registered[1]["integerValue"]), (&json!("MEMORY"), &json!(3843 - 256)));
    assert_eq!(registered[2]["stringSetValue"], json!(["22", "2375", "2376", "51678", "51679"]));
    assert_eq!(registered[3]["stringSetValue"], json!([]));
    let attributes = ask(&run, "ListAttributes", json!({ "cluster": "demo", "targetType": "container-instance" }));
    let attributes = attributes["attributes"].as_array().expect("a list");
    let value = |name: &str| attributes.iter().find(|it| it["name"] == name).map(|it| it["value"].clone());
    assert_eq!(value("ecs.instance-type"), Some(json!("t3.medium")));
    assert_eq!(value("ecs.availability-zone"), Some(json!("us-east-1b")));
    assert_eq!(value("ecs.capability.task-eni"), Some(Value::Null), "it is there, and has no value");
    let cluster = ask(&run, "DescribeClusters", json!({ "clusters": ["demo"] }));
    assert_eq!(cluster["clusters"][0]["registeredContainerInstancesCount"], 1);
}

/// [IA-044] Without a profile, with a role that may not, or without a cluster an agent does not get in; it tries again each
/// minute, and gets in when what was in the way is gone.
#[test]
fn an_agent_that_may_not_register_says_why_and_tries_again() {
    let reasons = |run: &Simulation| -> Vec<String> {
        let said = run.ctx().journal().iter().filter_map(|(_, entry)| match &entry.fact {
            Fact::AgentRefused { reason, .. } => Some(reason.to_string()),
            _ => None,
        });
        said.collect()
    };
    let bare = "[[ec2.instance]]\nInstanceType = \"t3.small\"\nUserData = \"ECS_CLUSTER=demo\"\n";
    let run = play("1m", &[bare]);
    assert_eq!(reasons(&run), ["NoCredentialProviders: the instance has no instance profile"]);

    let run =
        play("1m", &[AGENTS, &instance("t3.small", "us-east-1a", "").replace("ECS_CLUSTER=demo", "ECS_CLUSTER=late")]);
    assert_eq!(reasons(&run), ["ClusterNotFoundException: Cluster not found: late"]);

    let parts = [
        AGENTS.split("[[iam.rolePolicyAttachment]]").next().expect("the role alone"),
        &instance("t3.small", "us-east-1a", ""),
        &typed(
            "2m",
            "aws iam attach-role-policy --role-name ecsInstanceRole --policy-arn \
             arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role",
        ),
    ];
    let run = play("5m", &parts);
    let said = reasons(&run);
    assert_eq!(said.len(), 2);
    assert!(said[0].contains("its role may not call ecs:RegisterContainerInstance on arn:aws:ecs:"), "{said:?}");
    assert_eq!(moments(&run, "InstanceRegistered"), ["00:02:39.100"]);
    let run = play_assuming("registration_retry = \"7s\"", "5m", &parts);
    assert_eq!(moments(&run, "InstanceRegistered"), ["00:02:03.100"], "a scenario says how often");
}

/// [CP-043] [CP-161] [CP-160] [CP-232] Each instance that does not take a task says why; what a task takes comes back when it
/// is STOPPED. The second container reserves less than its limit.
#[test]
fn run_task_answers_for_each_instance_that_has_no_room() {
    let pair = "[[ecs.taskDefinition]]\nfamily = \"pair\"\ncontainerDefinitions = [\n  { name = \"main\", image = \"httpd\", \
                cpu = 1000, memory = 900 },\n  { name = \"side\", image = \"httpd\", cpu = 500, memory = 900, \
                memoryReservation = 100 },\n]\n";
    let run_task = |at: &str, count: u32| {
        typed(
            at,
            &format!(
                "aws ecs run-task --cluster demo --task-definition pair --count {count} --query failures[].reason --output text"
            ),
        )
    };
    let parts = [
        AGENTS,
        &instance("t3.small", "us-east-1a", ""),
        &instance("m5.large", "us-east-1b", ""),
        pair,
        &run_task("1m", 3),
        &typed("2m", "aws ecs stop-task --cluster demo --task family:pair#1 --query task.desiredStatus"),
        &run_task("3m", 1),
    ];
    let run = play("4m", &parts);
    // 2,048 units take one task of 1,500, on either instance.
    assert_eq!(run.transcript()[0].output, "RESOURCE:CPU\tRESOURCE:CPU");
    assert_eq!(run.transcript()[2].output, "", "the first one's place is free again");
    let seen = ask(
        &run,
        "DescribeContainerInstances",
        json!({ "cluster": "demo", "containerInstances": ["instance#1", "instance#2"] }),
    );
    for it in seen["containerInstances"].as_array().expect("a list") {
        assert_eq!(it["remainingResources"][0]["integerValue"], 2048 - 1500);
        let left = it["registeredResources"][1]["integerValue"].as_u64().expect("MiB") - 1000;
        assert_eq!(it["remainingResources"][1]["integerValue"], left, "900 and the reservation of 100");
        assert_eq!(it["runningTasksCount"], 1);
    }
}

/// [CP-161] No instance at all is an error, not a failure; a task that is too large for memory, a port that is taken, a zone
/// without an instance, no interface left [CA-053], and an agent that is cut off.
#[test]
fn every_reason_not_to_take_a_task_has_its_word() {
    let line = "aws ecs run-task --cluster demo --task-definition main --query failures[0].reason --output text";
    let run = play("2m", &[&on_instances("main", HALF, ""), &typed("1m", line)]);
    assert!(last_output(&run).contains("(InvalidParameterException)"), "{}", last_output(&run));
    assert!(last_output(&run).contains("No Container Instances were found in your cluster."));

    let one = [AGENTS, &instance("c5.large", "us-east-1a", "")].join("\n");
    let reason = |definition: &str, lines: &[&str], more: &str| {
        let typed: String = lines.iter().map(|line| typed("1m", line)).collect();
        last_output(&play("2m", &[&one, definition, &typed, more])).to_owned()
    };
    assert_eq!(reason(&on_instances("main", "cpu = 10, memory = 4000", ""), &[line], ""), "RESOURCE:MEMORY");
    let port =
        on_instances("main", "cpu = 10, memory = 10, portMappings = [{ containerPort = 80, hostPort = 22 }]", "");
    assert_eq!(reason(&port, &[line], ""), "RESOURCE:PORTS", "22 is the instance's own");
    let awsvpc = on_instances("main", "cpu = 10, memory = 10", "networkMode = \"awsvpc\"");
    let there = |zone: &str| format!("{line} --network-configuration awsvpcConfiguration={{subnets=[{zone}]}}");
    assert_eq!(reason(&awsvpc, &[&there("us-east-1b")], ""), "LOCATION");
    let here = there("us-east-1a");
    assert_eq!(reason(&awsvpc, &[&here, &here, &here], ""), "RESOURCE:ENI", "three interfaces, one its own");
    let cut = "[[world.fault]]\nat = \"50s\"\ncut_off = \"instance#1\"\n";
    assert_eq!(reason(&on_instances("main", HALF, ""), &[line], cut), "AGENT");
}

/// [CP-163] StartTask asks neither constraint nor strategy; it knows instances that are not there, and those that are gone.
#[test]
fn start_task_starts_on_the_instances_that_it_names() {
    let only_m5 =
        "placementConstraints = [{ type = \"memberOf\", expression = \"attribute:ecs.instance-type =~ m5.*\" }]";
    let start = |at: &str, on: &str| {
        let line = format!(
            "aws ecs start-task --cluster demo --task-definition main --container-instances {on} --query \
             [length(tasks),failures[].reason] --output json"
        );
        typed(at, &line.replace("--query ", "--query '").replace(" --output", "' --output"))
    };
    let parts = [
        AGENTS,
        &instance("t3.small", "us-east-1a", ""),
        &instance("t3.small", "us-east-1b", ""),
        &on_instances("main", HALF, only_m5),
        &typed(
            "1m",
            "aws ecs deregister-container-instance --cluster demo --container-instance instance#2 --query containerInstance.status",
        ),
        &start("2m", "instance#1 instance#2 instance#9"),
        &typed("3m", "aws ecs run-task --cluster demo --task-definition main --query failures[0].reason --output text"),
    ];
    let run = play("4m", &parts);
    let answer: Value = serde_json::from_str(&run.transcript()[1].output).expect("JSON");
    assert_eq!(answer, json!([1, ["INACTIVE", "MISSING"]]));
    assert_eq!(places(&run), ["family:main#1 on instance#1"]);
    assert_eq!(last_output(&run), "MemberOf placement constraint unsatisfied");
}

/// [CP-229] [CP-230] [CA-062] [CP-121] An instance drains under 100 and 200 %: replacements are healthy elsewhere before its tasks
/// stop, one that was still PENDING stops at once, a standalone one stays; the instance stays DRAINING.
#[test]
fn a_draining_instance_is_left_by_services_and_not_by_standalone_tasks() {
    let parts: [&str; _] = [
        &web_on_two("cpu = 256, memory = 256", ""),
        &typed(
            "3m",
            "aws ecs start-task --cluster demo --task-definition main --container-instances instance#1 --query failures",
        ),
        &typed("5m", "aws ecs update-service --cluster demo --service web --desired-count 4"),
        // The two new tasks are PENDING yet.
        &typed(
            "304s",
            "aws ecs update-container-instances-state --cluster demo --container-instances instance#1 --status DRAINING",
        ),
        &typed(
            "15m",
            "aws ecs update-container-instances-state --cluster demo --container-instances instance#1 --status ACTIVE --query containerInstances[0].status",
        ),
    ];
    let slow = "placement_pause = \"10s\"\ncontainer_start = \"30s\"\n";
    let run = play_assuming(slow, "14m", &parts[..4]);
    assert_snapshot!(told(&run));
    let on_first: Vec<String> = places(&run).into_iter().filter(|place| place.ends_with("on instance#1")).collect();
    assert_eq!(on_first, ["family:main#1 on instance#1"]);
    let (_, first) = run.world().ecs.instances.iter().next().expect("it registered");
    assert_eq!(first.status, InstanceStatus::Draining);
    let run = play_assuming(slow, "16m", &parts);
    assert_eq!(last_output(&run), "\"ACTIVE\"", "[CP-230] until then it was DRAINING");
}

/// [CP-229] [CP-170] [CP-251] Two tasks under 100 and 125 %: none may stop before, and none start beside. Draining waits for ever, and says so.
#[test]
fn bounds_without_room_keep_an_instance_from_draining() {
    let bounds = "deploymentConfiguration = { minimumHealthyPercent = 100, maximumPercent = 125 }";
    let parts: [&str; _] = [
        &web_on_two("cpu = 256, memory = 256", bounds),
        &typed(
            "5m",
            "aws ecs update-container-instances-state --cluster demo --container-instances instance#1 --status DRAINING",
        ),
    ];
    let run = play_assuming("placement_pause = \"10s\"", "30m", &parts);
    assert_eq!(places(&run).len(), 2, "nobody has moved");
    assert!(places(&run).iter().any(|place| place.ends_with("on instance#1")), "{:?}", places(&run));
    assert!(told(&run).contains("was unable to stop or start tasks during a deployment"), "{}", told(&run));
}

/// [CP-086] [CP-109] [CP-227] A running instance is terminated: ECS learns of it, its tasks are STOPPED with the reason and
/// replaced. One that was stopped before stays registered when it is terminated.
#[test]
fn a_terminated_instance_is_deregistered_and_a_stopped_one_is_not() {
    let parts: [&str; _] = [
        &web_on_two(HALF, ""),
        &typed("5m", "aws ec2 terminate-instances --instance-ids instance#1"),
        &typed("10m", "aws ec2 stop-instances --instance-ids instance#2"),
        &typed("15m", "aws ec2 terminate-instances --instance-ids instance#2"),
        &typed("15m", "aws ec2 describe-instances --query Reservations[].Instances[].State.Name --output text"),
    ];
    let run = play_assuming("placement_pause = \"10s\"", "20m", &parts);
    assert_eq!(places(&run), Vec::<String>::new());
    let ecs = &run.world().ecs;
    let states: Vec<_> = ecs.instances.iter().map(|(_, it)| (&*it.name, it.status, it.connected)).collect();
    assert_eq!(
        states,
        [("instance#1", InstanceStatus::Inactive, false), ("instance#2", InstanceStatus::Active, false)]
    );
    let lives: Vec<String> = ["web#1", "web#2", "web#3"].map(|name| life(&run, name)).to_vec();
    assert_snapshot!(lives.join("\n\n"), @r#"
    00:00:40 PENDING
    00:00:50.587 RUNNING
    00:11:00 DEPROVISIONING
    00:11:00 STOPPED
    TerminationNotice: Host EC2 (instance instance#2) stopped.

    00:00:40 PENDING
    00:00:50.587 RUNNING
    00:06:00 DEPROVISIONING
    00:06:00 STOPPED
    TerminationNotice: Host EC2 (instance instance#1) terminated.

    00:06:00 PENDING
    00:06:07 RUNNING
    00:11:00 DEPROVISIONING
    00:11:00 STOPPED
    TerminationNotice: Host EC2 (instance instance#2) stopped.
    "#);
    let reasons: Vec<String> =
        ecs.tasks.iter().filter_map(|(_, task)| Some(task.stopping.as_ref()?.reason.to_string())).collect();
    assert!(reasons.iter().all(|reason| reason.starts_with("Host EC2 (instance i-")), "{reasons:?}");
    assert_eq!(run.transcript()[3].output, "terminated\tshutting-down");
}

/// An instance that is stopped and started again is the same container instance: its agent connects, and it takes tasks.
#[test]
fn a_stopped_instance_comes_back_as_the_same_container_instance() {
    let parts = [
        AGENTS,
        &instance("t3.small", "us-east-1a", ""),
        &on_instances("main", HALF, ""),
        &service_on_instances("web", "main", 1, ""),
        &typed("5m", "aws ec2 stop-instances --instance-ids instance#1"),
        &typed("10m", "aws ec2 start-instances --instance-ids instance#1"),
    ];
    let run = play_assuming("placement_pause = \"10s\"", "15m", &parts);
    assert_eq!(run.world().ecs.instances.len(), 1);
    assert_eq!(moments(&run, "AgentConnected"), ["00:10:39.100"]);
    assert_eq!(places(&run), ["web#2 on instance#1"]);
}

/// [CP-228] [CP-109] Deregistration needs an instance without tasks, or force.
#[test]
fn deregistration_by_force_gives_the_tasks_up() {
    let line = "aws ecs deregister-container-instance --cluster demo --container-instance instance#1";
    let parts: [&str; _] = [
        &web_on_two(HALF, ""),
        &typed("5m", line),
        &typed("5m", &format!("{line} --force --query containerInstance.status")),
    ];
    let run = play_assuming("placement_pause = \"10s\"", "10m", &parts);
    assert!(run.transcript()[0].output.contains("Found running tasks on the instance."));
    assert_eq!(run.transcript()[1].output, "\"INACTIVE\"");
    let lives = [life(&run, "web#1"), life(&run, "web#2")];
    let forced = |life: &&String| life.ends_with("TerminationNotice: Container instance deregistration forced by user");
    assert_eq!(lives.iter().filter(forced).count(), 1, "{lives:#?}");
    assert!(places(&run).len() == 2 && places(&run).iter().all(|place| place.ends_with("on instance#2")));
}

/// [CP-225] [CP-096] While an agent is cut off its tasks stay as they were last reported: one that crashes is RUNNING for ECS,
/// and one that is told to stop goes on. When it is heard again, both come out.
#[test]
fn what_happens_on_an_instance_that_is_cut_off_is_learnt_later() {
    let parts = [
        AGENTS,
        &instance("t3.small", "us-east-1a", ""),
        &on_instances("main", "cpu = 256, memory = 256", ""),
        &service_on_instances("web", "main", 1, ""),
        &service_on_instances("jobs", "main", 1, ""),
        "[[world.fault]]\nat = \"3m\"\ncut_off = \"instance#1\"\nfor = \"5m\"\n",
        "[[world.fault]]\nat = \"4m\"\nkill = \"demo/web\"\n",
        &typed("5m", "aws ecs update-service --cluster demo --service jobs --desired-count 0"),
    ];
    let run = play_assuming("placement_pause = \"10s\"", "7m", &parts);
    let status = |run: &Simulation, name: &str| run.world().ecs.tasks[task(run, name)].status;
    assert_eq!(status(&run, "web#1"), TaskStatus::Running, "nobody has told ECS");
    assert_eq!(status(&run, "jobs#1"), TaskStatus::Stopping, "its agent does not know yet");
    let run = play_assuming("placement_pause = \"10s\"", "12m", &parts);
    assert_snapshot!([life(&run, "web#1"), life(&run, "jobs#1"), life(&run, "web#2")].join("\n\n"), @r#"
    00:00:40 PENDING
    00:00:50.587 RUNNING
    00:08:00 DEPROVISIONING
    00:08:00 STOPPED
    EssentialContainerExited: Essential container in task exited

    00:00:40 PENDING
    00:00:50.587 RUNNING
    00:05:00 STOPPING
    00:08:01 DEPROVISIONING
    00:08:01 STOPPED
    ServiceSchedulerInitiated: Scaling activity initiated by (deployment #2)

    00:08:00 PENDING
    00:08:07 RUNNING
    "#);
}

/// [CA-169] A zone without power takes its instances along: their tasks are gone, which ECS learns when they have booted again.
#[test]
fn a_lost_zone_takes_its_instances_along() {
    let parts = [
        AGENTS,
        &instance("t3.small", "us-east-1a", ""),
        &on_instances("main", HALF, ""),
        &service_on_instances("web", "main", 1, ""),
        "[[world.fault]]\nat = \"5m\"\nzone = \"us-east-1a\"\nlose = \"power\"\nfor = \"5m\"\n",
    ];
    let run = play_assuming("placement_pause = \"10s\"", "15m", &parts);
    assert_eq!(moments(&run, "AgentDisconnected"), ["00:06:00"]);
    assert_eq!(moments(&run, "AgentConnected"), ["00:10:39.100"]);
    assert!(
        life(&run, "web#1").ends_with("TerminationNotice: The container instance was restarted."),
        "{}",
        life(&run, "web#1")
    );
    assert_eq!(places(&run), ["web#2 on instance#1"]);
}

/// [CP-234] [CA-057] The second task of an image finds its layers there; with `prefer-cached` nobody asks the registry. The
/// network of a t3.micro is slower than the registry.
#[test]
fn images_stay_on_an_instance() {
    let pull = |kind: &str, more: &str| -> Vec<f64> {
        let start = |at: &str| typed(at, "aws ecs run-task --cluster demo --task-definition main --query failures");
        let parts = [
            AGENTS,
            &instance(kind, "us-east-1a", more),
            &on_instances("main", "memory = 64", ""),
            &start("1m"),
            &start("2m"),
        ];
        let run = play("5m", &parts);
        let of = |name: &str| {
            let at = run.world().ecs.tasks[task(&run, name)].at;
            (at.pull_stopped.expect("pulled") - at.pull_started.expect("pulled")).as_secs_f64()
        };
        [of("family:main#1"), of("family:main#2")].map(|seconds| (seconds * 10.0).round() / 10.0).to_vec()
    };
    // A second for the manifest, 35 MB at the registry's 60 MB/s or at 64 Mbit/s, and 1.4 s of unpacking; then only the manifest
    // is asked for.
    assert_eq!(pull("m5.large", ""), [3.0, 1.0]);
    assert_eq!(pull("t3.micro", ""), [6.8, 1.0]);
    assert_eq!(pull("m5.large", "ECS_IMAGE_PULL_BEHAVIOR=prefer-cached"), [3.0, 0.0]);
    assert_eq!(pull("m5.large", "ECS_IMAGE_PULL_BEHAVIOR=once"), [3.0, 0.0]);
}

/// [CP-234] [IA-035] Without a way to the registry a task still starts with `default` from the image that is there, and fails
/// with `always`. It is the instance whose way counts, and the instance's role that is asked.
#[test]
fn without_the_registry_the_image_that_is_there_will_do() {
    let end = |behavior: &str| {
        let start = |at: &str| typed(at, "aws ecs run-task --cluster demo --task-definition main --query failures");
        let parts = [
            "[[ecr.repository]]\nrepositoryName = \"shop\"\n[[world.image]]\nrepository = \"shop\"\nlayers = [\"35 MB\"]\n",
            AGENTS,
            &instance("m5.large", "us-east-1a", &format!("ECS_IMAGE_PULL_BEHAVIOR={behavior}")),
            "[[ecs.taskDefinition]]\nfamily = \"main\"\ncontainerDefinitions = [{ name = \"main\", image = \
             \"123456789012.dkr.ecr.us-east-1.amazonaws.com/shop:latest\", memory = 64 }]\n",
            &start("1m"),
            &typed("2m", "aws ec2 delete-route --route-table-id main --destination-cidr-block 0.0.0.0/0"),
            &start("3m"),
        ];
        let run = play("5m", &parts);
        ["family:main#1", "family:main#2"].map(|name| run.world().ecs.tasks[task(&run, name)].status)
    };
    assert_eq!(end("default"), [TaskStatus::Running, TaskStatus::Running]);
    assert_eq!(end("always"), [TaskStatus::Running, TaskStatus::Stopped]);
}

/// [CP-153] [CP-136] [CP-122] Without room a service says so, names the closest instance, tries for 50 s and
/// then every five minutes.
#[test]
fn a_service_without_room_says_what_is_missing_and_tries_again_later() {
    let parts = [
        AGENTS,
        &instance("t3.small", "us-east-1a", ""),
        &on_instances("main", "cpu = 1500, memory = 512", ""),
        &service_on_instances("web", "main", 2, ""),
        &typed(
            "200s",
            "aws ec2 run-instances --instance-type t3.small --iam-instance-profile Name=ecsInstanceRole --user-data ECS_CLUSTER=demo --query OwnerId",
        ),
    ];
    let run = play("10m", &parts);
    assert_snapshot!(told(&run), @r#"
    00:00:00 was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
    00:00:40 was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance instance#1) has insufficient CPU units available. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
    00:00:40 could not launch 1 tasks for deployment #1.
    00:00:40 has started 1 tasks: (task web#1).
    00:06:30 has started 1 tasks: (task web#2).
    00:07:30 (deployment #1) deployment completed.
    00:07:30 has reached a steady state.
    "#);
}

/// [CA-058] Instances are paid by the second from `running` on, by their types.
#[test]
fn instances_are_on_the_bill() {
    let run = play("1h", &[AGENTS, &instance("m5.large", "us-east-1a", ""), &instance("m5.large", "us-east-1b", "")]);
    let bill = sim_core::world::billing::bill(run.world(), run.ctx().now()).expect("us-east-1 has prices");
    let line = bill.items.iter().find(|item| item.name == "EC2 m5.large").expect("it is billed");
    let hours = 2.0 * (3600.0 - 17.0) / 3600.0;
    assert!((line.quantity - hours).abs() < 1e-9 && (line.usd() - hours * 0.096).abs() < 1e-9, "{line:?}");
}

/// A door with a cluster and an instance that has joined it.
pub(crate) fn door() -> Door {
    let mut door = Door::new();
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole"
    }] });
    let role = json!({ "RoleName": "agent", "AssumeRolePolicyDocument": trust });
    door.call("iam", "CreateRole", role).expect("a role");
    let policy = json!({ "RoleName": "agent", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess" });
    door.call("iam", "AttachRolePolicy", policy).expect("a policy");
    door.ecs("CreateCluster", json!({ "clusterName": "demo" }));
    let run = json!({
        "InstanceType": "t3.small", "IamInstanceProfile": { "Name": "agent" }, "UserData": "ECS_CLUSTER=demo"
    });
    door.call("ec2", "RunInstances", run).expect("an instance");
    door.wait(std::time::Duration::from_secs(300));
    door
}

/// [CA-116] [CP-224] [CP-014] What is asked of instances and is not right.
#[test]
fn wrong_questions_about_instances_are_refused() {
    let code = "InvalidParameterException";
    let mut door = door();
    let error = door.refused("DescribeContainerInstances", json!({ "cluster": "demo", "containerInstances": [] }));
    expect_refusal(&error, code, "Container instances cannot be empty.", "containerInstances");
    let seen = door.ecs("DescribeContainerInstances", json!({ "cluster": "demo", "containerInstances": ["gone"] }));
    assert_eq!(seen["failures"][0]["reason"], "MISSING");
    let state = json!({ "cluster": "demo", "containerInstances": ["instance#1"], "status": "INACTIVE" });
    let error = door.refused("UpdateContainerInstancesState", state);
    assert_eq!(error.code, "ValidationException", "only ACTIVE and DRAINING can be asked for");
    let put = |name: &str, value: &str, target: &str| json!({ "cluster": "demo", "attributes": [{ "name": name, "value": value, "targetId": target }] });
    let error = door.refused("PutAttributes", put("stack", "prod", "instance#7"));
    assert_eq!((error.code, error.help.as_str()), ("TargetNotFoundException", "The cluster has instance#1."));
    door.ecs("PutAttributes", put("stack", "prod", "instance#1"));
    let list = json!({ "cluster": "demo", "targetType": "container-instance", "attributeName": "stack" });
    assert_eq!(door.ecs("ListAttributes", list.clone())["attributes"][0]["value"], "prod");
    door.ecs("DeleteAttributes", put("stack", "prod", "instance#1"));
    assert_eq!(door.ecs("ListAttributes", list)["attributes"], json!([]));
    let error = door.refused("DeregisterContainerInstance", json!({ "cluster": "demo", "containerInstance": "x" }));
    expect_refusal(&error, code, "Referenced container instance not found.", "containerInstance");
    let listed = |door: &mut Door, filter: &str| {
        door.ecs("ListContainerInstances", json!({ "cluster": "demo", "filter": filter }))["containerInstanceArns"]
            .as_array()
            .map(Vec::len)
    };
    assert_eq!(listed(&mut door, "attribute:ecs.instance-type == t3.small"), Some(1));
    assert_eq!(listed(&mut door, "runningTasksCount > 0"), Some(0));
    let error = door.refused("ListContainerInstances", json!({ "cluster": "demo", "filter": "stack is prod" }));
    assert_eq!((error.code, error.place.as_str()), (code, "filter"));
}

/// What is asked of EC2 and is not right.
#[test]
fn wrong_requests_for_instances_are_refused() {
    let mut door = door();
    let mut refused = |operation: &str, input: Value| {
        let error = door.call("ec2", operation, input).expect_err("it is wrong");
        (error.code, error.place)
    };
    let run = |more: Value| {
        let mut input = json!({ "InstanceType": "t3.small" });
        input.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        input
    };
    let invalid = |place: &str| ("InvalidParameterValue", place.to_owned());
    assert_eq!(refused("RunInstances", run(json!({ "InstanceType": "t3.gigantic" }))), invalid("InstanceType"));
    assert_eq!(refused("RunInstances", run(json!({ "Count": 0 }))), invalid("Count"));
    assert_eq!(refused("RunInstances", run(json!({ "MinCount": 3, "MaxCount": 2 }))), invalid("MaxCount"));
    let profile = json!({ "IamInstanceProfile": { "Name": "nobody" } });
    assert_eq!(refused("RunInstances", run(profile)), invalid("IamInstanceProfile.Name"));
    let place = |place: &str| place.to_owned();
    let subnet = refused("RunInstances", run(json!({ "SubnetId": "us-east-1z" })));
    assert_eq!(subnet, ("InvalidSubnetID.NotFound", place("SubnetId")));
    let many = refused("RunInstances", run(json!({ "UserData": "ECS_RESERVED_MEMORY=4000" })));
    assert_eq!(many, ("InvalidUserData.Malformed", place("UserData")));
    let gone = refused("TerminateInstances", json!({ "InstanceIds": ["i-0"] }));
    assert_eq!(gone, ("InvalidInstanceID.NotFound", place("InstanceIds[0]")));
    assert_eq!(refused("StopInstances", json!({ "InstanceIds": [] })).0, "MissingParameter");
    door.call("ec2", "TerminateInstances", json!({ "InstanceIds": ["instance#1"] })).expect("it ends");
    let error = door.call("ec2", "StartInstances", json!({ "InstanceIds": ["instance#1"] })).expect_err("it is over");
    assert_eq!(error.code, "IncorrectInstanceState");
}

/// [CP-038] [CP-042] [CP-048] [CP-050] [CP-051] What a task definition for EC2 may say and Fargate's may not, and what it may not.
#[test]
fn task_definitions_for_ec2_are_checked() {
    let mut door = Door::new();
    let with = |more: Value| {
        let mut input = json!({
            "family": "main", "containerDefinitions": [{ "name": "main", "image": "httpd", "memory": 64 }]
        });
        input.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        input
    };
    let port = |container: u16, host: Value| json!([{ "name": "main", "image": "httpd", "memory": 64, "portMappings": [{ "containerPort": container, "hostPort": host }] }]);
    let seen = door.ecs("RegisterTaskDefinition", with(json!({})));
    let seen = &seen["taskDefinition"];
    assert_eq!(
        (&seen["networkMode"], &seen["cpu"], &seen["compatibilities"]),
        (&json!("bridge"), &Value::Null, &json!(["EC2"]))
    );
    let seen = door.ecs("RegisterTaskDefinition", with(json!({ "containerDefinitions": port(80, json!(8080)) })));
    assert_eq!(seen["taskDefinition"]["containerDefinitions"][0]["portMappings"][0]["hostPort"], 8080);
    let seen = door.ecs("RegisterTaskDefinition", with(json!({ "containerDefinitions": port(80, Value::Null) })));
    assert_eq!(seen["taskDefinition"]["containerDefinitions"][0]["portMappings"][0]["hostPort"], 0, "any free one");
    door.ecs("CreateCluster", json!({ "clusterName": "demo" }));
    let network = json!({ "awsvpcConfiguration": { "subnets": ["us-east-1a"] } });
    let mut service = |more: Value, message: &str, place: &str| {
        let mut input = json!({ "cluster": "demo", "serviceName": "web", "taskDefinition": "main", "desiredCount": 1 });
        input.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        expect_refusal(&door.refused("CreateService", input), "InvalidParameterException", message, place);
    };
    let message = "Task definition does not support launch_type FARGATE.";
    service(json!({ "launchType": "FARGATE", "networkConfiguration": network }), message, "taskDefinition");
    let message = "Network Configuration is not valid for the given networkMode of this task definition.";
    service(json!({ "networkConfiguration": network }), message, "networkConfiguration");
    let message = "The platform version must be null when specifying an EC2 launch type.";
    service(json!({ "platformVersion": "1.4.0" }), message, "platformVersion");
}

/// [CP-249] A load balancer in front of dynamic host ports: each task is registered as its instance with the port that leads to it
/// [TR-027] [CP-051], and answers. The group of the instances has to let the ephemeral range in.
#[test]
fn tasks_in_bridge_mode_are_targets_by_the_ports_of_their_instances() {
    let group = tests::story::BALANCER.replace("TargetType = \"ip\"", "TargetType = \"instance\"");
    let ports = |from: u16, to: u16| {
        format!(
            "[[ec2.securityGroupIngress]]\nGroupName = \"task-sg\"\nIpPermissions = [{{ IpProtocol = \"tcp\", FromPort = {from}, \
             ToPort = {to}, UserIdGroupPairs = [{{ GroupId = \"alb-sg\" }}] }}]\n"
        )
    };
    let web = on_instances("main", "cpu = 128, memory = 128, portMappings = [{ containerPort = 80 }]", "");
    let behind = "loadBalancers = [{ targetGroupArn = \"tg\", containerName = \"main\", containerPort = 80 }]";
    let there =
        instance("t3.small", "us-east-1a", "").replace("UserData", "SecurityGroupIds = [\"task-sg\"]\nUserData");
    let traffic = "[[world.traffic]]\nto = \"alb\"\nrate = \"5/s\"\nfrom = \"5m\"\nuntil = \"6m\"\n";
    let service = service_on_instances("web", "main", 3, behind);
    let open = ports(32768, 60999);
    let parts = [AGENTS, &group, &open, &there, &web, &service, traffic];
    let run = play_assuming("placement_pause = \"10s\"", "7m", &parts);
    let outcome = |run: &Simulation| {
        let traffic = &run.report().traffic[0];
        (traffic.requests, traffic.by_status.get("200").copied().unwrap_or(0))
    };
    let (requests, answered) = outcome(&run);
    assert!(requests > 200 && answered == requests, "{answered} of {requests} are answered");
    let health = {
        let (mut world, mut ctx) = (run.world().clone(), run.ctx().clone());
        let entry = sim_core::api::find("elbv2", "DescribeTargetHealth").expect("it exists");
        (entry.call)(json!({ "TargetGroupArn": "tg" }), &mut world, &mut ctx).expect("it answers")
    };
    let targets = health["TargetHealthDescriptions"].as_array().expect("a list");
    let id = &run.world().ec2.hosts.iter().next().expect("one").1.id;
    let seen: Vec<_> =
        targets.iter().map(|it| (&it["Target"]["Id"], &it["Target"]["Port"], &it["TargetHealth"]["State"])).collect();
    let wanted = [32768, 32769, 32770].map(|port| (json!(id), json!(port), json!("healthy")));
    assert_eq!(seen, wanted.iter().map(|(id, port, state)| (id, port, state)).collect::<Vec<_>>());
    // Without the rule for the ephemeral range no check gets through.
    let run = play_assuming("placement_pause = \"10s\"", "7m", &[AGENTS, &group, &there, &web, &service, traffic]);
    assert_eq!(outcome(&run).1, 0);
}

/// [CP-031] What runs on container instances takes nothing of the account's vCPUs on Fargate.
#[test]
fn tasks_on_instances_do_not_count_for_the_quota_of_fargate() {
    let fargate = "aws ecs run-task --cluster demo --task-definition web:1 --launch-type FARGATE --network-configuration \
                   awsvpcConfiguration={subnets=[us-east-1a],assignPublicIp=ENABLED} --query failures --output json";
    let parts = [
        AGENTS,
        &instance("m5.large", "us-east-1a", ""),
        &on_instances("main", "cpu = 1024, memory = 64", ""),
        &service_on_instances("jobs", "main", 2, ""),
        &typed("5m", fargate),
    ];
    let run = play_assuming("fargate_vcpus = 1", "6m", &parts);
    assert_eq!(places(&run).iter().filter(|place| place.ends_with("on instance#1")).count(), 2);
    assert_eq!(last_output(&run), "[]", "one vCPU on Fargate is all free");
}

/// [CP-029] On container instances the scheduler launches 500 tasks a minute in every Region; on Fargate 125 in a small one.
#[test]
fn a_small_region_launches_fewer_tasks_on_fargate_only() {
    let on = |launch: &str, of: &str| {
        let head = "[scenario]\ntitle = \"small\"\nseed = 1\nregion = \"eu-south-1\"\nduration = \"2m\"\n[assume]\nstart_sigma = 0\n\
                    placement_pause = \"10s\"\nfargate_burst = 500\n[[world.image]]\nrepository = \"docker.io/library/httpd\"\nlayers = [\"35 MB\"]\n\
                    [[ecs.cluster]]\nclusterName = \"demo\"\n";
        let fleet = instance("m5.12xlarge", "eu-south-1a", "");
        let text = format!(
            "{head}{AGENTS}{fleet}{of}[[ecs.service]]\ncluster = \"demo\"\nserviceName = \"web\"\ntaskDefinition = \"main\"\n\
             desiredCount = 400\nlaunchType = \"{launch}\"\n"
        );
        let network = "networkConfiguration = { awsvpcConfiguration = { subnets = [\"eu-south-1a\"], assignPublicIp = \"ENABLED\" } }\n";
        let text = if launch == "FARGATE" { format!("{text}{network}") } else { text };
        let mut run = tests::start("small.toml", &text, &Default::default(), None);
        run.run_until(sim_core::engine::Time::from_secs(40));
        run.world().ecs.tasks.len()
    };
    let fargate = "[[ecs.taskDefinition]]\nfamily = \"main\"\nnetworkMode = \"awsvpc\"\ncpu = \"256\"\nmemory = \"512\"\n\
                   containerDefinitions = [{ name = \"main\", image = \"httpd\" }]\n";
    assert_eq!(on("FARGATE", fargate), 125 + 83, "the bucket fills while it is emptied, 400 are wanted");
    assert_eq!(on("EC2", &on_instances("main", "memory = 64", "")), 400);
}

/// An instance that was deregistered and boots again is another container instance, with another ARN.
#[test]
fn an_instance_that_registers_again_is_another_one() {
    let parts = [
        AGENTS,
        &instance("t3.small", "us-east-1a", ""),
        &typed("2m", "aws ecs deregister-container-instance --cluster demo --container-instance instance#1"),
        &typed("3m", "aws ec2 stop-instances --instance-ids instance#1"),
        &typed("5m", "aws ec2 start-instances --instance-ids instance#1"),
    ];
    let run = play("8m", &parts);
    let arns: Vec<&str> = run.world().ecs.instances.iter().map(|(_, it)| it.arn.as_str()).collect();
    assert_eq!(arns.len(), 2);
    assert_ne!(arns[0], arns[1]);
}

/// [CA-058] The hours of before a loss of power are on the bill, too.
#[test]
fn a_loss_of_power_takes_no_hours_from_the_bill() {
    let loss = "[[world.fault]]\nat = \"30m\"\nzone = \"us-east-1a\"\nlose = \"power\"\nfor = \"1m\"\n";
    let run = play("1h", &[AGENTS, &instance("m5.large", "us-east-1a", ""), loss]);
    let bill = sim_core::world::billing::bill(run.world(), run.ctx().now()).expect("us-east-1 has prices");
    let line = bill.items.iter().find(|item| item.name == "EC2 m5.large").expect("it is billed");
    // From 17 s to its new boot, and from 17 s after that.
    assert!((line.quantity * 3600.0 - (3600.0 - 34.0)).abs() < 1e-6, "{line:?}");
}

/// A service on instances has no platform version, nor have its deployments.
#[test]
fn platform_versions_are_of_fargate_only() {
    let parts = [
        AGENTS,
        &instance("t3.small", "us-east-1a", ""),
        &on_instances("main", HALF, ""),
        &service_on_instances("web", "main", 1, ""),
    ];
    let run = play("2m", &parts);
    let seen = ask(&run, "DescribeServices", json!({ "cluster": "demo", "services": ["web"] }));
    let service = &seen["services"][0];
    for it in [service, &service["deployments"][0]] {
        assert_eq!((&it["launchType"], &it["platformVersion"]), (&json!("EC2"), &Value::Null));
        assert_eq!(it["platformFamily"], Value::Null);
    }
}

/// [CP-003] [CP-016] A cluster is not deleted while it has an instance; `startedBy` goes with no other filter.
#[test]
fn an_instance_keeps_its_cluster() {
    let mut door = door();
    let error = door.refused("DeleteCluster", json!({ "cluster": "demo" }));
    let message = "The Cluster cannot be deleted while Container Instances are active.";
    expect_refusal(&error, "ClusterContainsContainerInstancesException", message, "cluster");
    let both = json!({ "cluster": "demo", "startedBy": "me", "containerInstance": "instance#1" });
    assert_eq!(door.refused("ListTasks", both).place, "startedBy");
    door.ecs("DeregisterContainerInstance", json!({ "cluster": "demo", "containerInstance": "instance#1" }));
    assert_eq!(door.ecs("DeleteCluster", json!({ "cluster": "demo" }))["cluster"]["status"], "INACTIVE");
}

/// The agent of an instance is of the latest version here, and AWS says so.
#[test]
fn there_is_no_update_for_an_agent() {
    let mut door = door();
    let input = json!({ "cluster": "demo", "containerInstance": "instance#1" });
    let error = door.refused("UpdateContainerAgent", input);
    let message = "There is no update available for this container agent: it is of the latest version already.";
    expect_refusal(&error, "NoUpdateAvailableException", message, "containerInstance");
    let error = door.refused("UpdateContainerAgent", json!({ "cluster": "demo", "containerInstance": "instance#2" }));
    assert_eq!(error.place, "containerInstance");
}

/// [CP-005] An instance is tagged by its ARN, and says so when it is asked for its tags; one that has left its cluster has none.
#[test]
fn a_container_instance_is_tagged_by_its_arn() {
    let run = play("20m", &[&web_on_two(HALF, "")]);
    let (mut world, mut ctx) = (run.world().clone(), run.ctx().clone());
    let mut call = |operation: &str, input: Value| {
        let entry = sim_core::api::find("ecs", operation).expect("it exists");
        (entry.call)(input, &mut world, &mut ctx)
    };
    let describe = json!({ "cluster": "demo", "containerInstances": ["instance#1"], "include": ["TAGS"] });
    let told = call("DescribeContainerInstances", describe.clone()).expect("it is there");
    let arn = told["containerInstances"][0]["containerInstanceArn"].clone();
    let tags = json!([{ "key": "rack", "value": "7" }]);
    call("TagResource", json!({ "resourceArn": arn, "tags": tags })).expect("it has an ARN");
    let told = call("DescribeContainerInstances", describe).expect("it is there");
    assert_eq!(told["containerInstances"][0]["tags"], tags);
    let plain = json!({ "cluster": "demo", "containerInstances": ["instance#1"] });
    let told = call("DescribeContainerInstances", plain).expect("it is there");
    assert_eq!(told["containerInstances"][0]["tags"], json!([]), "nobody asked for them");
    let gone = json!({ "cluster": "demo", "containerInstance": "instance#1", "force": true });
    call("DeregisterContainerInstance", gone).expect("by force");
    let error = call("ListTagsForResource", json!({ "resourceArn": arn })).expect_err("it has left");
    assert_eq!(error.code, "ResourceNotFoundException");
}
