//! Capacity providers of Auto Scaling groups: who may use them, who waits for their instances, and how their groups follow.

use insta::assert_snapshot;
use serde_json::{Value, json};
use sim_core::Simulation;
use sim_core::world::Fact;
use sim_core::world::capacity::{HostId, Lifecycle};
use sim_core::world::cloudwatch::{Metric, Subject};
use sim_core::world::ecs::{InstanceStatus, TaskStatus};
use tests::story::{
    AGENTS, launch_template, life, on_instances, places, play, play_assuming, provider, scaling_group, task, told,
    typed,
};

use crate::door::Door;

/// Two tasks of these fit on a `t3.small`: 2,048 units and 1,917 MiB.
const HALF: &str = "cpu = 512, memory = 900";

/// A group `fleet` of `t3.small` in two zones, the provider `cp`, the cluster `prod`, and the task definition `main`.
fn prod(sizes: (u32, u32, u32), scaling: &str, of_group: &str, of_provider: &str) -> String {
    [
        AGENTS,
        &launch_template("t3.small", "").replace("ECS_CLUSTER=demo", "ECS_CLUSTER=prod"),
        &scaling_group("us-east-1a,us-east-1b", sizes, of_group),
        &provider(scaling, of_provider),
        &on_instances("main", HALF, ""),
    ]
    .concat()
}

/// A service `web` in `prod` that says nothing of where it runs: the cluster's default strategy counts.
fn web(desired: u32, more: &str) -> String {
    format!(
        "[[ecs.service]]\ncluster = \"prod\"\nserviceName = \"web\"\ntaskDefinition = \"main\"\ndesiredCount = {desired}\n{more}\n"
    )
}

fn desired(at: &str, count: u32) -> String {
    typed(
        at,
        &format!("aws ecs update-service --cluster prod --service web --desired-count {count} --query service.status"),
    )
}

/// `CapacityProviderReservation`, minute by minute.
fn reservations(run: &Simulation) -> Vec<u32> {
    let mut all = run.world().cloudwatch.series.iter();
    let found = all.find(|(key, _)| key.metric == Metric::CapacityProviderReservation);
    let (key, series) = found.expect("it is published");
    assert!(matches!(key.subject, Subject::Provider(_)));
    series.iter().map(|(_, point)| point.average().round() as u32).collect()
}

/// What the group wanted, and since when: `00:02:00 1 -> 4`.
fn capacities(run: &Simulation) -> Vec<String> {
    let changes = run.ctx().journal().iter().filter_map(|(_, entry)| match &entry.fact {
        Fact::GroupDesired { from, to, .. } => Some(format!("{} {from} -> {to}", entry.at)),
        _ => None,
    });
    changes.collect()
}

/// A group's instances: `instance#1 InService`.
fn members(run: &Simulation) -> Vec<String> {
    let world = run.world();
    let group = &world.groups.all[world.groups.named("fleet").expect("it is there")];
    let line = |host: HostId, state: Lifecycle| format!("{} {state}", world.ec2.hosts[host].name);
    group.members.iter().map(|it| line(it.host, it.state)).collect()
}

/// When tasks found their places: `web#3 on instance#2 00:03:12`.
fn placed(run: &Simulation) -> Vec<String> {
    let ecs = &run.world().ecs;
    let found = run.ctx().journal().iter().filter_map(|(_, entry)| match &entry.fact {
        Fact::TaskPlaced { task, instance } => {
            let name = ecs.tasks[*task].name.rsplit('/').next().unwrap_or_default().to_owned();
            Some(format!("{name} on {} {}", ecs.instances[*instance].name, entry.at))
        }
        _ => None,
    });
    found.collect()
}

/// [CA-131] [CA-133] [CA-136] [CA-137] [CA-141] [CA-143] [CA-144] [CA-155] [CA-158] [CP-076] One instance takes two tasks; six wait for three more. The minute's
/// metric is 400; its alarm is seen a minute later, the group goes from 1 to 4, and at the next look, every 15 s, the tasks are
/// placed. While an instance warms up the group does not grow again.
#[test]
fn a_group_grows_to_what_the_waiting_tasks_need() {
    let parts: [&str; _] = [&prod((1, 10, 1), "", "", ""), &web(2, ""), &desired("10m", 8)];
    let run = play("20m", &parts);
    assert_snapshot!(capacities(&run).join("\n"), @"00:12:00 1 -> 4");
    assert_snapshot!(placed(&run).join("\n"), @r"
    web#1 on instance#1 00:00:45
    web#2 on instance#1 00:00:45
    web#3 on instance#2 00:12:45
    web#4 on instance#4 00:12:45
    web#5 on instance#3 00:12:45
    web#6 on instance#4 00:12:45
    web#7 on instance#2 00:12:45
    web#8 on instance#3 00:12:45
    ");
    // [CA-130] A datapoint each minute.
    assert_snapshot!(format!("{:?}", &reservations(&run)[8..]), @"[100, 100, 400, 400, 100, 100, 100, 100, 100, 100, 100, 100]");
    assert_snapshot!(life(&run, "web#5"), @r"
    00:10:00 PROVISIONING
    00:12:45 PENDING
    00:12:55.587 RUNNING
    ");
    assert!(places(&run).iter().all(|place| !place.contains("Fargate")), "{:?}", places(&run));
    assert_snapshot!(told(&run), @r"
    00:00:00 has started 2 tasks: (task web#1) (task web#2).
    00:01:40 (deployment #1) deployment completed.
    00:01:40 has reached a steady state.
    00:10:00 has started 6 tasks: (task web#3) (task web#4) (task web#5) (task web#6) (task web#7) (task web#8).
    00:13:00 has reached a steady state.
    ");
}

/// [CA-139] [CA-140] [CA-150] An empty group: nobody waits, and the metric is what it is to be. Five tasks wait, the metric is 200, and the
/// group gets two instances, however many are needed; the rest comes when these have warmed up. At a target of 80 one in five
/// is to be spare.
#[test]
fn an_empty_group_begins_with_two_instances() {
    let binpack =
        "placementStrategy = [{ type = \"binpack\", field = \"memory\" }]\navailabilityZoneRebalancing = \"DISABLED\"";
    let parts: [&str; _] = [&prod((0, 10, 0), "targetCapacity = 80", "", ""), &web(0, binpack), &desired("5m", 8)];
    let run = play("30m", &parts);
    assert_snapshot!(capacities(&run).join("\n"), @r"
    00:07:00 0 -> 2
    00:13:00 2 -> 5
    ");
    assert_eq!(&reservations(&run)[..7], [80, 80, 80, 80, 80, 200, 200]);
    assert_eq!(reservations(&run).last(), Some(&80), "four of five are busy");
}

/// [CA-128] [CA-137] [CA-152] Steps: at least two more, at most three at a time, and never more than MaxSize.
#[test]
fn a_group_grows_in_steps() {
    let grown = |scaling: &str, max: u32, tasks: u32| {
        let parts: [&str; _] = [&prod((1, max, 1), scaling, "", ""), &web(2, ""), &desired("10m", tasks)];
        let lines = capacities(&play("25m", &parts));
        let short: Vec<String> =
            lines.iter().map(|line| line.split_once(' ').unwrap_or_default().1.to_owned()).collect();
        short
    };
    assert_eq!(grown("minimumScalingStepSize = 2", 10, 3), ["1 -> 3"], "one would do");
    assert_eq!(grown("maximumScalingStepSize = 3", 10, 12), ["1 -> 4", "4 -> 6"], "five are needed");
    assert_eq!(grown("", 3, 12), ["1 -> 3"]);
}

/// [CA-144] A short warm-up lets the group grow on while its instances still boot, and too far.
#[test]
fn a_warm_up_that_is_too_short_lets_a_group_grow_too_far() {
    let parts: [&str; _] = [&prod((1, 20, 1), "instanceWarmupPeriod = 0", "", ""), &web(2, ""), &desired("10m", 8)];
    let slow = "instance_boot = \"150s\"";
    let quick = capacities(&play_assuming(slow, "20m", &parts));
    let calm: [&str; _] = [&prod((1, 20, 1), "", "", ""), &web(2, ""), &desired("10m", 8)];
    assert_eq!(capacities(&play_assuming(slow, "20m", &calm)).len(), 1);
    assert!(quick.len() > 1, "{quick:?}");
}

/// [CA-142] [CA-145] [CA-146] [CA-147] [CA-148] Ten instances, then two tasks: for fifteen minutes nothing happens, then less than half goes each
/// minute, down to what is needed.
#[test]
fn a_group_shrinks_after_fifteen_quiet_minutes_and_by_less_than_half_at_a_time() {
    let parts: [&str; _] = [
        &prod((0, 10, 0), "", "", "managedDraining = \"DISABLED\""),
        &web(
            20,
            "placementStrategy = [{ type = \"binpack\", field = \"memory\" }]\navailabilityZoneRebalancing = \"DISABLED\"",
        ),
        &desired("30m", 0),
    ];
    let run = play("60m", &parts);
    assert_snapshot!(capacities(&run).join("\n"), @r"
    00:02:00 0 -> 2
    00:08:00 2 -> 10
    00:46:00 10 -> 6
    00:47:00 6 -> 4
    00:48:00 4 -> 3
    00:49:00 3 -> 2
    00:50:00 2 -> 1
    00:51:00 1 -> 0
    ");
    assert_eq!(members(&run), [""; 0]);
}

/// [CA-145] A demand that comes back ends the way down, and the quiet minutes are counted anew.
#[test]
fn demand_that_comes_back_stops_the_way_down() {
    let parts: [&str; _] =
        [&prod((0, 10, 0), "", "", ""), &web(20, ""), &desired("30m", 0), &desired("2850s", 20), &desired("60m", 0)];
    let run = play("80m", &parts);
    assert_snapshot!(capacities(&run).join("\n"), @r"
    00:02:00 0 -> 2
    00:08:00 2 -> 10
    00:46:00 10 -> 6
    00:47:00 6 -> 4
    00:49:00 4 -> 10
    01:16:00 10 -> 6
    01:17:00 6 -> 4
    01:18:00 4 -> 3
    01:19:00 3 -> 2
    01:20:00 2 -> 1
    ");
}

/// [CA-067] [CA-068] [CA-069] [CP-229] Managed draining: an instance that is to go is DRAINING until its tasks have left it; the service stays
/// whole, and the instance is terminated then.
#[test]
fn an_instance_drains_before_it_is_terminated() {
    let shrink =
        typed("10m", "aws autoscaling set-desired-capacity --auto-scaling-group-name fleet --desired-capacity 2");
    let parts: [&str; _] = [&prod((2, 6, 3), "", "", ""), &web(3, ""), &shrink];
    let run = play("601s", &parts);
    assert_eq!(members(&run).len(), 3);
    let run = play("610s", &parts);
    let waits: Vec<String> = members(&run).into_iter().filter(|it| it.contains("Terminating:Wait")).collect();
    assert_eq!(waits.len(), 1, "{:?}", members(&run));
    let draining = run.world().ecs.instances.iter().filter(|(_, it)| it.status == InstanceStatus::Draining).count();
    assert_eq!(draining, 1);
    let running =
        |run: &Simulation| run.world().ecs.tasks.iter().filter(|(_, task)| task.status == TaskStatus::Running).count();
    for at in ["615s", "640s", "680s", "12m", "14m"] {
        assert!(running(&play(at, &parts)) >= 3, "at {at}");
    }
    let run = play("15m", &parts);
    assert_eq!(members(&run).len(), 2, "{:?}", members(&run));
    assert_snapshot!(told(&run).lines().filter(|line| &line[3..5] >= "10").collect::<Vec<_>>().join("\n"), @r"
    00:10:10 has started 1 tasks: (task web#4).
    00:11:00 has stopped 1 running tasks: (task web#1).
    00:11:10 has reached a steady state.
    ");
}

/// [CA-068] A standalone task holds the termination back, for 48 hours at most.
#[test]
fn a_standalone_task_holds_back_a_termination_for_two_days_at_most() {
    let run_task = typed("5m", "aws ecs run-task --cluster prod --task-definition main --query tasks[].lastStatus");
    let shrink =
        typed("10m", "aws autoscaling set-desired-capacity --auto-scaling-group-name fleet --desired-capacity 0");
    let parts: [&str; _] = [&prod((0, 6, 1), "", "", ""), &run_task, &shrink];
    let run = play("48h", &parts);
    assert_eq!(members(&run), ["instance#1 Terminating:Wait"]);
    let run = play("49h", &parts);
    assert_eq!(members(&run), [""; 0]);
    assert!(life(&run, "family:main#1").contains("TerminationNotice"), "{}", life(&run, "family:main#1"));
}

/// [CA-069] [CA-148] [CA-149] With managed termination protection only empty instances go; without it, and without draining, tasks are lost.
#[test]
fn termination_protection_keeps_instances_with_tasks() {
    let spread =
        "placementStrategy = [{ type = \"binpack\", field = \"memory\" }]\navailabilityZoneRebalancing = \"DISABLED\"";
    let shrink =
        typed("15m", "aws autoscaling set-desired-capacity --auto-scaling-group-name fleet --desired-capacity 0");
    let story = |of_group: &str, of_provider: &str| {
        let parts: [&str; _] = [&prod((0, 6, 4), "", of_group, of_provider), &web(4, spread), &shrink];
        play("18m", &parts)
    };
    let kept = story("NewInstancesProtectedFromScaleIn = true", "managedTerminationProtection = \"ENABLED\"");
    assert_eq!(members(&kept).iter().filter(|it| it.contains("InService")).count(), 2, "{:?}", members(&kept));
    let lost = kept.ctx().journal().iter().filter(|(_, it)| matches!(it.fact, Fact::TaskStopRequested { .. })).count();
    assert_eq!(lost, 0);
    let bare = story("", "managedDraining = \"DISABLED\"");
    let lost = bare.ctx().journal().iter().filter(|(_, it)| matches!(it.fact, Fact::TaskStopRequested { .. })).count();
    assert_eq!(lost, 4, "all four instances went at once");
}

/// [CA-157] [CP-115] [CA-135] [CA-134] A task that fits no instance of the group does not make it grow; it waits for ten to thirty minutes and stops with
/// what was in its way. A group without room to grow: no instance of the provider, and none that is ACTIVE.
#[test]
fn a_task_that_finds_no_instance_stops_with_the_reason() {
    let run_task = |at: &str, family: &str| {
        typed(
            at,
            &format!(
                "aws ecs run-task --cluster prod --task-definition {family} --query tasks[].lastStatus --output text"
            ),
        )
    };
    let big = on_instances("big", "cpu = 4096, memory = 512", "");
    let parts: [&str; _] = [&prod((1, 6, 1), "", "", ""), &big, &run_task("5m", "big")];
    let run = play("40m", &parts);
    assert_eq!(run.transcript()[0].output, "PROVISIONING");
    assert_snapshot!(life(&run, "family:big#1"), @r"
    00:05:00 PROVISIONING
    00:18:15.103 DEPROVISIONING
    00:18:15.103 STOPPED
    TaskFailedToStart: TaskFailedToStart: RESOURCE:CPU
    ");
    assert!(capacities(&run).is_empty(), "{:?}", capacities(&run));
    assert_eq!(reservations(&run)[6], 100, "what fits nowhere is no need");

    let parts: [&str; _] = [&prod((0, 1, 0), "", "", ""), &run_task("50s", "main")];
    let nothing = "instance_pending = \"2h\"";
    let run = play_assuming(nothing, "40m", &parts);
    assert!(
        life(&run, "family:main#1").ends_with("TaskFailedToStart: TaskFailedToStart: EMPTY CAPACITY PROVIDER"),
        "{}",
        life(&run, "family:main#1")
    );

    let drain = typed(
        "3m",
        "aws ecs update-container-instances-state --cluster prod --container-instances instance#1 --status DRAINING --query failures",
    );
    let parts: [&str; _] = [&prod((1, 1, 1), "", "", ""), &drain, &run_task("5m", "main")];
    let run = play("40m", &parts);
    assert!(
        life(&run, "family:main#1").ends_with("TaskFailedToStart: TaskFailedToStart: NO ACTIVE INSTANCES"),
        "{}",
        life(&run, "family:main#1")
    );
}

/// [CP-023] [CA-156] [CP-158] Five hundred tasks of a cluster wait; the next call is refused, and a service says so.
#[test]
fn no_more_than_five_hundred_tasks_wait_for_an_instance() {
    let run_task = typed("15m", "aws ecs run-task --cluster prod --task-definition main --query tasks[].lastStatus");
    let patient = "provisioning_wait_min = \"2h\"\nprovisioning_wait_max = \"2h\"";
    let parts: [&str; _] = [&prod((0, 1, 0), "", "", ""), &web(600, ""), &run_task];
    let run = play_assuming(&format!("instance_pending = \"2h\"\n{patient}"), "20m", &parts);
    let waiting = run.world().ecs.tasks.iter().filter(|(_, task)| task.is_unplaced()).count();
    assert_eq!(waiting, 500);
    assert_snapshot!(run.transcript()[0].output, @"An error occurred (ClientException) when calling the RunTask operation: The tasks provisioning capacity limit was exceeded.");
    assert_snapshot!(told(&run).lines().filter(|line| !line.contains("has started")).collect::<Vec<_>>().join("\n"), @r"
    00:00:00 operations are being throttled. Will try again later.
    00:00:10 was unable to place tasks in your cluster because the tasks provisioning capacity limit was exceeded.
    ");
}

/// [CA-117] [CA-132] A task with a launch type is nobody's: it uses the group's instance, makes the group grow for nothing, and counts
/// nowhere.
#[test]
fn tasks_with_a_launch_type_are_invisible_to_capacity_providers() {
    let line = "aws ecs run-task --cluster prod --task-definition main --launch-type EC2 --count 4 --query";
    let parts: [&str; _] = [
        &prod((1, 6, 1), "", "", ""),
        &typed("5m", &format!("{line} \"[length(tasks), failures[0].reason]\" --output text")),
    ];
    let run = play("12m", &parts);
    assert_eq!(run.transcript()[0].output, "2\tRESOURCE:MEMORY");
    assert!(capacities(&run).is_empty());
    assert_eq!(reservations(&run).last(), Some(&0), "no instance is busy with tasks of the provider");
}

/// [CA-155] [CP-160] Without managed scaling nobody waits: RunTask says why, and a service tries again.
#[test]
fn without_managed_scaling_nobody_waits() {
    let run_task = typed(
        "5m",
        "aws ecs run-task --cluster prod --task-definition main --count 3 --query failures[].reason --output text",
    );
    let empty = typed("30s", "aws ecs run-task --cluster prod --task-definition main");
    let unmanaged = prod((1, 6, 1), "", "", "").replace("status = \"ENABLED\"", "status = \"DISABLED\"");
    let run = play("10m", &[&unmanaged, &empty, &run_task]);
    assert!(run.transcript()[0].output.contains("No Container Instances were found in your capacity provider."));
    assert_eq!(run.transcript()[1].output, "RESOURCE:MEMORY");
    assert_eq!(run.world().cloudwatch.alarms.live.len(), 0, "no policy, no alarms");
    let run = play("3m", &[&unmanaged, &web(3, "")]);
    assert_snapshot!(told(&run), @r#"
    00:00:00 was unable to reach steady state. Reason: No Container Instances were found in your capacity provider.
    00:00:50 was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance instance#1) has insufficient memory available. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
    00:00:50 could not launch 1 tasks for deployment #1.
    00:00:50 has started 2 tasks: (task web#1) (task web#2).
    "#);
}

/// [CA-122] [CA-123] [CA-124] Two providers, one for the first two tasks and then one in three: tasks go where the strategy says, though they have to wait there while
/// the other has room.
#[test]
fn tasks_are_split_among_providers_and_do_not_change_sides() {
    let second = [
        scaling_group("us-east-1a", (4, 4, 4), "").replace("\"fleet\"", "\"wide\""),
        "[[ecs.capacityProvider]]\nname = \"wide\"\nautoScalingGroupProvider = { autoScalingGroupArn = \"wide\" }\n"
            .to_owned(),
    ]
    .concat();
    let both =
        prod((1, 1, 1), "", "", "").replace("capacityProviders = [\"cp\"]", "capacityProviders = [\"cp\", \"wide\"]");
    let strategy = "capacityProviderStrategy = [{ capacityProvider = \"cp\", base = 1, weight = 1 }, { capacityProvider = \"wide\", weight = 2 }]";
    let run = play("10m", &[&both, &second, &web(7, strategy)]);
    let ecs = &run.world().ecs;
    let on = |name: &str| {
        let of = ecs.provider_named(name);
        ecs.tasks.iter().filter(|(_, task)| task.provider == of).count()
    };
    assert_eq!((on("cp"), on("wide")), (3, 4), "one, and then one in three");
    let waits: Vec<_> = ecs.tasks.iter().filter(|(_, it)| it.is_unplaced()).collect();
    assert_eq!(waits.len(), 1, "the group of cp is full, and wide has room for four more");
    assert_eq!(waits[0].1.status, TaskStatus::Provisioning);
}

/// [CA-128] [CA-129] The policy and its alarms come with the association, follow the target, and go.
#[test]
fn the_alarms_of_managed_scaling_are_the_providers() {
    let mut door = door();
    let alarms = |door: &mut Door| -> Vec<String> {
        let answer = door.call("cloudwatch", "DescribeAlarms", json!({})).unwrap();
        let one = |it: &Value| {
            format!(
                "{} {} {} {} {}",
                it["AlarmName"]
                    .as_str()
                    .unwrap()
                    .rsplit_once('-')
                    .unwrap()
                    .0
                    .split("-Alarm")
                    .last()
                    .unwrap()
                    .split('-')
                    .next()
                    .unwrap(),
                it["Namespace"].as_str().unwrap(),
                it["ComparisonOperator"].as_str().unwrap(),
                it["Threshold"],
                it["EvaluationPeriods"]
            )
        };
        answer["MetricAlarms"].as_array().unwrap().iter().map(one).collect()
    };
    door.ecs(
        "CreateCapacityProvider",
        input(json!({ "managedScaling": { "status": "ENABLED", "targetCapacity": 90 } })),
    );
    assert_eq!(alarms(&mut door), [""; 0], "no cluster has it");
    let put = |providers: &[&str]| json!({ "cluster": "demo", "capacityProviders": providers, "defaultCapacityProviderStrategy": [] });
    door.ecs("PutClusterCapacityProviders", put(&["cp"]));
    assert_snapshot!(alarms(&mut door).join("\n"), @r"
    High AWS/ECS/ManagedScaling GreaterThanThreshold 90.0 1
    Low AWS/ECS/ManagedScaling LessThanThreshold 90.0 15
    ");
    let change = json!({ "name": "cp", "autoScalingGroupProvider": { "managedScaling": { "targetCapacity": 70 } } });
    let updated = door.ecs("UpdateCapacityProvider", change);
    assert_eq!(
        updated["capacityProvider"]["autoScalingGroupProvider"]["managedScaling"]["status"], "ENABLED",
        "it stays"
    );
    assert!(alarms(&mut door)[0].contains(" 70"), "{:?}", alarms(&mut door));
    let error = door.refused("DeleteCapacityProvider", json!({ "capacityProvider": "cp" }));
    assert_snapshot!(error.message, @"The specified capacity provider cannot be deleted because it is associated with cluster: demo. Remove the capacity provider from the cluster and try again.");
    door.ecs("PutClusterCapacityProviders", put(&[]));
    assert_eq!(alarms(&mut door), [""; 0]);
    let gone = door.ecs("DeleteCapacityProvider", json!({ "capacityProvider": "cp" }));
    assert_eq!(gone["capacityProvider"]["updateStatus"], "DELETE_COMPLETE");
}

/// [CP-005]
#[test]
fn a_capacity_provider_is_tagged_by_its_arn() {
    let mut door = door();
    let made = door.ecs("CreateCapacityProvider", input(json!({})));
    let arn = &made["capacityProvider"]["capacityProviderArn"];
    let tags = json!([{ "key": "team", "value": "shop" }]);
    door.ecs("TagResource", json!({ "resourceArn": arn, "tags": tags }));
    assert_eq!(door.ecs("ListTagsForResource", json!({ "resourceArn": arn }))["tags"], tags);
    let told = door.ecs("DescribeCapacityProviders", json!({ "capacityProviders": ["cp"], "include": ["TAGS"] }));
    assert_eq!(told["capacityProviders"][0]["tags"], tags);
    door.ecs("UntagResource", json!({ "resourceArn": arn, "tagKeys": ["team"] }));
    assert_eq!(door.ecs("ListTagsForResource", json!({ "resourceArn": arn }))["tags"], json!([]));
    door.ecs("DeleteCapacityProvider", json!({ "capacityProvider": "cp" }));
    let error = door.refused("TagResource", json!({ "resourceArn": arn, "tags": tags }));
    assert_eq!((error.code, error.place.as_str()), ("ResourceNotFoundException", "resourceArn"));
}

/// A door with a group `fleet`, and the cluster `demo`.
pub(crate) fn door() -> Door {
    let mut door = Door::new();
    door.ecs("CreateCluster", json!({ "clusterName": "demo" }));
    let data = json!({ "LaunchTemplateName": "tpl", "LaunchTemplateData": { "InstanceType": "t3.small" } });
    door.call("ec2", "CreateLaunchTemplate", data).unwrap();
    for name in ["fleet", "other"] {
        let group = json!({
            "AutoScalingGroupName": name, "MinSize": 0, "MaxSize": 4, "VPCZoneIdentifier": "us-east-1a",
            "LaunchTemplate": { "LaunchTemplateName": "tpl" }
        });
        door.call("autoscaling", "CreateAutoScalingGroup", group).unwrap();
    }
    door
}

/// The input of CreateCapacityProvider for `fleet`, with more of `autoScalingGroupProvider`.
pub(crate) fn input(more: Value) -> Value {
    let mut of = json!({ "autoScalingGroupArn": "fleet" });
    of.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "name": "cp", "autoScalingGroupProvider": of })
}

/// [CA-127] [CA-128] [CA-149] [CA-152] [CA-067] What is usual, and what is refused.
#[test]
fn a_provider_has_its_defaults_and_its_bounds() {
    let mut door = door();
    let made = door.ecs("CreateCapacityProvider", input(json!({})));
    assert_snapshot!(serde_json::to_string_pretty(&made).unwrap(), @r#"
    {
      "capacityProvider": {
        "capacityProviderArn": "arn:aws:ecs:us-east-1:123456789012:capacity-provider/cp",
        "name": "cp",
        "status": "ACTIVE",
        "type": "EC2_AUTOSCALING",
        "autoScalingGroupProvider": {
          "autoScalingGroupArn": "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:eb7ad8c9-468b-5383-d517-9a366ae189b5:autoScalingGroupName/fleet",
          "managedScaling": {
            "status": "DISABLED",
            "targetCapacity": 100,
            "minimumScalingStepSize": 1,
            "maximumScalingStepSize": 10000,
            "instanceWarmupPeriod": 300
          },
          "managedTerminationProtection": "DISABLED",
          "managedDraining": "ENABLED"
        },
        "tags": []
      }
    }
    "#);
    let mut refused = |change: &dyn Fn(&mut Value)| {
        let mut input = input(json!({}));
        input["name"] = json!("new");
        input["autoScalingGroupProvider"]["autoScalingGroupArn"] = json!("other");
        change(&mut input);
        let error = door.refused("CreateCapacityProvider", input);
        format!("{} at {}: {}", error.code, error.place, error.message)
    };
    let of = "autoScalingGroupProvider";
    let told = [
        refused(&|it| it["name"] = json!("fargate-like")),
        refused(&|it| it["name"] = json!("cp")),
        refused(&|it| it[of]["autoScalingGroupArn"] = json!("none")),
        refused(&|it| it[of]["autoScalingGroupArn"] = json!("fleet")),
        refused(&|it| it[of]["managedScaling"] = json!({ "targetCapacity": 101 })),
        refused(&|it| it[of]["managedScaling"] = json!({ "minimumScalingStepSize": 0 })),
        refused(&|it| it[of]["managedScaling"] = json!({ "minimumScalingStepSize": 5, "maximumScalingStepSize": 2 })),
        refused(&|it| it[of]["managedScaling"] = json!({ "instanceWarmupPeriod": 10_001 })),
        refused(&|it| it[of]["managedTerminationProtection"] = json!("ENABLED")),
        refused(&|it| {
            it[of]["managedScaling"] = json!({ "status": "ENABLED" });
            it[of]["managedTerminationProtection"] = json!("ENABLED");
        }),
        refused(&|it| {
            it.as_object_mut().unwrap().remove(of);
        }),
    ];
    assert_snapshot!(told.join("\n"), @r#"
    InvalidParameterException at name: The specified capacity provider name is invalid. Up to 255 characters are allowed, including letters (upper and lowercase), numbers, underscores, and hyphens. The name can't be prefixed with "aws", "ecs", or "fargate". Specify a valid name and try again.
    ClientException at name: The specified capacity provider already exists. To change the configuration of an existing capacity provider, update the capacity provider.
    ClientException at autoScalingGroupProvider.autoScalingGroupArn: The specified Auto Scaling group ARN is invalid. Specify a valid Auto Scaling group and try again.
    ClientException at autoScalingGroupProvider.autoScalingGroupArn: The specified Auto Scaling group ARN is already being used by another capacity provider. Specify a unique Auto Scaling group ARN and try again.
    InvalidParameterException at autoScalingGroupProvider.managedScaling.targetCapacity: The managed scaling setting targetCapacity is invalid. Specify a value from 1 to 100.
    InvalidParameterException at autoScalingGroupProvider.managedScaling.minimumScalingStepSize: The managed scaling setting minimumScalingStepSize is invalid. Specify a value from 1 to 10000.
    InvalidParameterException at autoScalingGroupProvider.managedScaling.minimumScalingStepSize: minimumScalingStepSize cannot be greater than maximumScalingStepSize.
    InvalidParameterException at autoScalingGroupProvider.managedScaling.instanceWarmupPeriod: The managed scaling setting instanceWarmupPeriod is invalid. Specify a value from 0 to 10000.
    ClientException at autoScalingGroupProvider.managedTerminationProtection: The managed termination protection setting for the capacity provider is invalid. To enable managed termination protection for a capacity provider, managed scaling must be enabled.
    ClientException at autoScalingGroupProvider.managedTerminationProtection: The managed termination protection setting for the capacity provider is invalid. To enable managed termination protection for a capacity provider, the Auto Scaling group must have instance protection from scale in enabled.
    InvalidParameterException at autoScalingGroupProvider: A capacity provider needs an autoScalingGroupProvider.
    "#);
    let all = door.ecs("DescribeCapacityProviders", json!({ "capacityProviders": ["FARGATE", "cp", "nobody"] }));
    assert_eq!(
        (&all["capacityProviders"][0]["type"], &all["capacityProviders"][1]["type"]),
        (&json!("FARGATE"), &json!("EC2_AUTOSCALING"))
    );
    assert_eq!(all["failures"][0]["reason"], "MISSING");
    let error = door.refused("DeleteCapacityProvider", json!({ "capacityProvider": "FARGATE" }));
    assert_eq!(error.code, "ClientException");
}

/// [CA-119] [CA-120] [CA-121] [CA-125] [CA-126] [CA-152] Strategies: kinds do not mix, one base, some weight, at most twenty, and who is on Fargate stays there.
#[test]
fn strategies_with_providers_of_groups_are_checked() {
    let mut door = door();
    door.ecs("CreateCapacityProvider", input(json!({ "managedScaling": { "status": "ENABLED" } })));
    door.ecs("CreateCluster", json!({ "clusterName": "prod", "capacityProviders": ["cp", "FARGATE"] }));
    let container = json!([{ "name": "main", "image": "httpd", "cpu": 10, "memory": 10 }]);
    door.ecs("RegisterTaskDefinition", json!({ "family": "main", "containerDefinitions": container }));
    let mut refused = |strategy: Value, cluster: &str| {
        let input = json!({ "cluster": cluster, "taskDefinition": "main", "capacityProviderStrategy": strategy });
        door.refused("RunTask", input).message
    };
    let cp = json!({ "capacityProvider": "cp", "weight": 1 });
    let told = [
        refused(json!([cp, { "capacityProvider": "FARGATE", "weight": 1 }]), "prod"),
        refused(json!([{ "capacityProvider": "cp" }]), "prod"),
        refused(json!([{ "capacityProvider": "cp", "weight": 1001 }]), "prod"),
        refused(json!([cp]), "demo"),
        refused(json!(vec![cp.clone(); 21]), "prod"),
    ];
    assert_snapshot!(told.join("\n"), @r"
    A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and Fargate providers. Specify one or the other and try again.
    At least one capacity provider of a strategy must have a weight above 0.
    A strategy item has a weight of 0 to 1000 and a base of 0 to 100000.
    The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.
    A strategy can have at most 20 capacity providers.
    ");
    let put = json!({ "cluster": "demo", "capacityProviders": ["cp"], "defaultCapacityProviderStrategy": [] });
    assert_snapshot!(door.refused("PutClusterCapacityProviders", put).message, @"The specified capacity provider cp uses managed scaling and is associated with the cluster prod. A capacity provider with managed scaling can be associated with one cluster only.");
    let service = |name: &str, more: Value| {
        let mut input = json!({ "cluster": "prod", "serviceName": name, "taskDefinition": "main", "desiredCount": 1 });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    door.ecs("CreateService", service("old", json!({ "launchType": "EC2" })));
    let update = |force: bool, provider: &str| {
        let strategy = json!([{ "capacityProvider": provider, "weight": 1 }]);
        json!({ "cluster": "prod", "service": "old", "forceNewDeployment": force, "capacityProviderStrategy": strategy })
    };
    let told = [
        door.refused("UpdateService", update(false, "cp")).message,
        door.refused("UpdateService", update(true, "FARGATE")).message,
    ];
    assert_snapshot!(told.join("\n"), @r"
    You must force a new deployment when changing a service from a launch type to a capacity provider strategy.
    A service that is using a Fargate capacity provider or launch type cannot be updated to use an Auto Scaling group capacity provider, nor the other way round.
    ");
    let updated = door.ecs("UpdateService", update(true, "cp"));
    assert_eq!(updated["service"]["capacityProviderStrategy"][0]["capacityProvider"], "cp");
    assert_eq!(updated["service"]["launchType"], Value::Null);
    let put = json!({ "cluster": "prod", "capacityProviders": ["FARGATE"], "defaultCapacityProviderStrategy": [] });
    assert_eq!(door.refused("PutClusterCapacityProviders", put).code, "ResourceInUseException");
}

/// Who asks why an instance is there is told of the task that waited, the reservation, the alarm and the group.
#[test]
fn why_an_instance_is_there_goes_back_to_the_task_that_waited() {
    let parts: [&str; _] = [&prod((1, 10, 1), "", "", ""), &web(2, ""), &desired("10m", 8)];
    let run = play("20m", &parts);
    let view = sim_core::observe::view::describe(run.world(), run.ctx(), "instance#3").expect("it is known");
    let mut chain = view.why.iter().map(|link| format!("{} {}", link.at, link.what)).collect::<Vec<_>>().join("\n");
    for (_, host) in run.world().ec2.hosts.iter() {
        chain = chain.replace(&host.id, &host.name);
    }
    assert_snapshot!(chain, @r"
    00:12:44.100 instance#3 registered in cluster prod
    00:12:05 instance#3 (instance#3), a t3.small, was launched
    00:12:05 fleet: Launching a new EC2 instance: instance#3
    00:12:00 the desired capacity of fleet goes from 1 to 4
    00:12:00 alarm TargetTracking-fleet-AlarmHigh-471f966f-602d-bc09-f129-213a52a404c8 is in ALARM: Threshold Crossed: 1 out of the last 1 datapoints [400.0 (05/01/26 09:10:00)] was greater than the threshold (100.0) (minimum 1 datapoint for OK -> ALARM transition)
    00:11:00 capacity provider cp needs 4 instances and has 1 in service
    00:10:00 task 22a9ed65 of service web waits for an instance (RESOURCE:MEMORY)
    00:10:00 task 22a9ed65 of service web was created for the capacity provider cp
    00:10:00 service web was updated (desired count 8)
    00:10:00 typed: aws ecs update-service --cluster prod --service web --desired-count 8 --query service.status
    ");
}

/// [CA-154] No two tasks of a service on one instance: each that waits needs an instance of its own.
#[test]
fn distinct_instances_are_counted_one_by_one() {
    let distinct = "placementConstraints = [{ type = \"distinctInstance\" }]";
    let parts: [&str; _] = [&prod((1, 10, 1), "", "", ""), &web(4, distinct)];
    let run = play("10m", &parts);
    assert_eq!(capacities(&run).len(), 1);
    assert!(capacities(&run)[0].ends_with("1 -> 4"), "{:?}", capacities(&run));
    assert!(task(&run, "web#4").index() > 0);
}
