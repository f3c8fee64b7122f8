//! Auto Scaling groups: they keep their number of instances, evenly over zones, and replace those that fail.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use serde_json::{Value, json};
use sim_core::Simulation;
use sim_core::world::capacity::{HostId, Lifecycle};
use tests::story::{AGENTS, launch_template, on_instances, play, scaling_group, service_on_instances, typed};

use crate::door::Door;

const ZONES: &str = "us-east-1a,us-east-1b,us-east-1c";

/// Groups of `t3.small`.
fn fleet(sizes: (u32, u32, u32), more: &str) -> String {
    [AGENTS, &launch_template("t3.small", ""), &scaling_group(ZONES, sizes, more)].concat()
}

/// A door with a template `tpl`, which needs no role.
fn door() -> Door {
    let mut door = Door::new();
    let data = json!({ "InstanceType": "t3.small" });
    let input = json!({ "LaunchTemplateName": "tpl", "LaunchTemplateData": data });
    door.call("ec2", "CreateLaunchTemplate", input).unwrap();
    door
}

fn group(min: u32, max: u32) -> Value {
    json!({
        "AutoScalingGroupName": "fleet", "MinSize": min, "MaxSize": max, "VPCZoneIdentifier": ZONES,
        "LaunchTemplate": { "LaunchTemplateName": "tpl" }
    })
}

/// A group's instances: `instance#1 us-east-1a InService`.
fn members(run: &Simulation) -> Vec<String> {
    let world = run.world();
    let group = &world.groups.all[world.groups.named("fleet").expect("it is there")];
    let line = |host: HostId, state: Lifecycle| {
        let host = &world.ec2.hosts[host];
        format!("{} {} {state}", host.name, world.network.zone(host.subnet))
    };
    group.members.iter().map(|it| line(it.host, it.state)).collect()
}

/// How many instances of the group count in each zone.
fn by_zone(run: &Simulation) -> BTreeMap<String, usize> {
    let mut zones = BTreeMap::new();
    for line in members(run).iter().filter(|line| !line.contains("Terminating")) {
        *zones.entry(line.split(' ').nth(1).unwrap_or_default().to_owned()).or_default() += 1;
    }
    zones
}

/// What the group did, oldest first: time, status, description and cause, with short names for instances.
fn activities(run: &Simulation) -> String {
    let world = run.world();
    let (_, group) = world.groups.all.iter().next().expect("there is one");
    let line = |it: &sim_core::world::capacity::Activity| {
        format!("{} {}: {}\n    {}", it.began, it.status, it.description, it.cause)
    };
    let mut text = group.activities.iter().map(line).collect::<Vec<_>>().join("\n");
    for (_, host) in world.ec2.hosts.iter() {
        text = text.replace(&host.id, &host.name);
    }
    text.replace("2026-01-01T", "").replace("2026-01-05T", "").replace(".000000+00:00", "Z")
}

/// [CA-070] [CA-060] [CA-072] Five instances in three zones are two, two and one; each is Pending for the 17 s to `running`, then
/// InService, and joins its cluster by itself.
#[test]
fn a_group_launches_what_is_desired_evenly_over_its_zones() {
    let run = play("20s", &[&fleet((1, 6, 5), "")]);
    assert_snapshot!(members(&run).join("\n"), @r"
    instance#1 us-east-1a Pending
    instance#2 us-east-1b Pending
    instance#3 us-east-1c Pending
    instance#4 us-east-1a Pending
    instance#5 us-east-1b Pending
    ");
    let run = play("1m", &[&fleet((1, 6, 5), "")]);
    assert_snapshot!(members(&run).join("\n"), @r"
    instance#1 us-east-1a InService
    instance#2 us-east-1b InService
    instance#3 us-east-1c InService
    instance#4 us-east-1a InService
    instance#5 us-east-1b InService
    ");
    let registered = run.world().ecs.instances.iter().count();
    assert_eq!(registered, 5);
    assert_snapshot!(activities(&run), @r"
    00:00:05 Successful: Launching a new EC2 instance: instance#1
        At 09:00:00Z a user request created an AutoScalingGroup changing the desired capacity from 0 to 5.  At 09:00:05Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 0 to 5.
    00:00:05 Successful: Launching a new EC2 instance: instance#2
        At 09:00:00Z a user request created an AutoScalingGroup changing the desired capacity from 0 to 5.  At 09:00:05Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 0 to 5.
    00:00:05 Successful: Launching a new EC2 instance: instance#3
        At 09:00:00Z a user request created an AutoScalingGroup changing the desired capacity from 0 to 5.  At 09:00:05Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 0 to 5.
    00:00:05 Successful: Launching a new EC2 instance: instance#4
        At 09:00:00Z a user request created an AutoScalingGroup changing the desired capacity from 0 to 5.  At 09:00:05Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 0 to 5.
    00:00:05 Successful: Launching a new EC2 instance: instance#5
        At 09:00:00Z a user request created an AutoScalingGroup changing the desired capacity from 0 to 5.  At 09:00:05Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 0 to 5.
    ");
}

/// [CA-070] Where a zone has no power a group launches elsewhere, and where nobody has room it says so and tries again.
#[test]
fn a_launch_that_fails_in_one_zone_is_tried_in_another() {
    let lost =
        |zone: &str| format!("[[world.fault]]\nat = \"1s\"\nzone = \"{zone}\"\nlose = \"power\"\nfor = \"10m\"\n");
    let run = play("2m", &[&fleet((1, 6, 4), ""), &lost("us-east-1a")]);
    assert_eq!(by_zone(&run), [("us-east-1b".to_owned(), 2), ("us-east-1c".to_owned(), 2)].into());
    let everywhere = ["us-east-1a", "us-east-1b", "us-east-1c"].map(lost).concat();
    let run = play("9m", &[&fleet((1, 6, 2), ""), &everywhere]);
    assert_snapshot!(activities(&run), @r"
    00:00:05 Failed: Launching a new EC2 instance.
        At 09:00:00Z a user request created an AutoScalingGroup changing the desired capacity from 0 to 2.  At 09:00:05Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 0 to 2.
    ");
    let run = play("12m", &[&fleet((1, 6, 2), ""), &everywhere]);
    assert_eq!(members(&run).len(), 2, "it has tried again");
}

/// [CA-073] [CP-227] An instance that somebody stops or terminates is replaced at once, and the group names its own reason.
#[test]
fn an_instance_that_ends_is_replaced_at_once() {
    let parts: [&str; _] = [
        &fleet((1, 6, 3), ""),
        &typed("2m", "aws ec2 terminate-instances --instance-ids instance#1"),
        &typed("4m", "aws ec2 stop-instances --instance-ids instance#2"),
    ];
    let run = play("6m", &parts);
    assert_snapshot!(members(&run).join("\n"), @r"
    instance#3 us-east-1c InService
    instance#4 us-east-1a InService
    instance#5 us-east-1b InService
    ");
    let all = activities(&run);
    let since = all.find("00:02:00").expect("something happened then");
    assert_snapshot!(&all[since..], @r"
    00:02:00 Successful: Terminating EC2 instance: instance#1
        At 09:02:00Z an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.
    00:02:05 Successful: Launching a new EC2 instance: instance#4
        At 09:02:05Z an instance was launched in response to an unhealthy instance needing to be replaced.
    00:04:00 Successful: Terminating EC2 instance: instance#2
        At 09:04:00Z an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.
    00:04:05 Successful: Launching a new EC2 instance: instance#5
        At 09:04:05Z an instance was launched in response to an unhealthy instance needing to be replaced.
    ");
}

/// [CA-073] [CA-074] [CA-169] A zone without power: the status check fails for five minutes, then the group replaces what was there in the
/// other zones; with a grace period it does not look at it before.
#[test]
fn an_instance_without_power_is_replaced_after_a_failed_status_check() {
    let lost = "[[world.fault]]\nat = \"2m\"\nzone = \"us-east-1a\"\nlose = \"power\"\nfor = \"1h\"\n";
    let zones = |more: &str, until: &str| by_zone(&play(until, &[&fleet((1, 6, 3), more), lost]));
    let even: BTreeMap<String, usize> = ["us-east-1a", "us-east-1b", "us-east-1c"].map(|it| (it.to_owned(), 1)).into();
    assert_eq!(zones("", "6m59s"), even);
    let after = zones("", "8m");
    assert_eq!(after.get("us-east-1a"), None, "{after:?}");
    assert_eq!(after.values().sum::<usize>(), 3);
    let late = "HealthCheckGracePeriod = 600";
    assert_eq!(zones(late, "10m20s"), even, "22 s and ten minutes after the beginning it is looked at");
    assert_eq!(zones(late, "10m30s").get("us-east-1a"), None);
}

/// [CA-076] Scale-in takes from the zone with most; there, who is made of the oldest version of the template; then who is closest to
/// the next billing hour.
#[test]
fn scale_in_takes_the_oldest_template_of_the_fullest_zone() {
    let newer = "aws ec2 create-launch-template-version --launch-template-name tpl --launch-template-data \
                 '{\"InstanceType\":\"t3.medium\",\"IamInstanceProfile\":{\"Name\":\"ecsInstanceRole\"},\
                 \"UserData\":\"ECS_CLUSTER=demo\"}' --query LaunchTemplateVersion.VersionNumber";
    let set = |at: &str, count: u32| {
        typed(
            at,
            &format!("aws autoscaling set-desired-capacity --auto-scaling-group-name fleet --desired-capacity {count}"),
        )
    };
    let parts: [&str; _] = [&fleet((0, 9, 4), ""), &typed("5m", newer), &set("10m", 7), &set("20m", 6)];
    let run = play("19m", &parts[..3]);
    assert_snapshot!(members(&run).join("\n"), @r"
    instance#1 us-east-1a InService
    instance#2 us-east-1b InService
    instance#3 us-east-1c InService
    instance#4 us-east-1a InService
    instance#5 us-east-1b InService
    instance#6 us-east-1c InService
    instance#7 us-east-1a InService
    ");
    let run = play("25m", &parts);
    let there = by_zone(&run);
    assert!(there.values().all(|&count| count == 2), "the zone with three has given one: {there:?}");
    let all = activities(&run);
    let since = all.find("00:20:05").expect("something happened then");
    assert_snapshot!(&all[since..], @r"
    00:20:05 Successful: Terminating EC2 instance: instance#4
        At 09:20:00Z a user request explicitly set group desired capacity changing the desired capacity from 7 to 6.  At 09:20:05Z an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 7 to 6.  At 09:20:05Z instance instance#4 was selected for termination.
    ");
}

/// [CA-077] Other policies choose otherwise, but always within the zone that has most; unknown ones are refused.
#[test]
fn a_termination_policy_says_who_goes_first() {
    let set = |at: &str, count: u32| {
        typed(
            at,
            &format!("aws autoscaling set-desired-capacity --auto-scaling-group-name fleet --desired-capacity {count}"),
        )
    };
    let gone = |policy: &str, until: &str| -> Vec<String> {
        let one = scaling_group("us-east-1a", (0, 9, 1), &format!("TerminationPolicies = [\"{policy}\"]"));
        let parts: [&str; _] =
            [AGENTS, &launch_template("t3.small", ""), &one, &set("50m", 2), &set("55m", 3), &set(until, 2)];
        let run = play("70m", &parts);
        let left = members(&run);
        let name = |n: usize| format!("instance#{n}");
        (1..=3).map(name).filter(|it| !left.iter().any(|member| member.starts_with(it))).collect()
    };
    assert_eq!(gone("OldestInstance", "59m"), ["instance#1"]);
    assert_eq!(gone("NewestInstance", "59m"), ["instance#3"]);
    assert_eq!(gone("ClosestToNextInstanceHour", "59m"), ["instance#1"], "55 s are left of its hour");
    assert_eq!(gone("ClosestToNextInstanceHour", "61m"), ["instance#2"], "the first has a new hour");
    assert_eq!(gone("Default", "61m"), ["instance#2"], "[CA-076] all are of one version");
    let mut door = door();
    let mut input = group(0, 3);
    input["TerminationPolicies"] = json!(["Default", "AllocationStrategy"]);
    let error = door.call("autoscaling", "CreateAutoScalingGroup", input).unwrap_err();
    assert_eq!(error.place, "TerminationPolicies[1]");
}

/// [CA-078] Protected instances are not chosen; but they are replaced when they end. When all are protected, the group says that it
/// cannot scale.
#[test]
fn scale_in_protection_keeps_instances_from_being_chosen_and_from_nothing_else() {
    let parts: [&str; _] = [
        &fleet((0, 6, 2), "NewInstancesProtectedFromScaleIn = true"),
        &typed("2m", "aws autoscaling set-desired-capacity --auto-scaling-group-name fleet --desired-capacity 1"),
        &typed(
            "4m",
            "aws autoscaling set-instance-protection --instance-ids instance#2 --auto-scaling-group-name fleet \
             --no-protected-from-scale-in",
        ),
        &typed("8m", "aws ec2 terminate-instances --instance-ids instance#1"),
    ];
    let run = play("3m", &parts[..2]);
    assert_snapshot!(members(&run).join("\n"), @r"
    instance#1 us-east-1a InService
    instance#2 us-east-1b InService
    ");
    let all = activities(&run);
    assert!(all.contains("00:02:05 Failed: Terminating EC2 instances."), "{all}");
    let run = play("7m", &parts[..3]);
    assert_eq!(members(&run), ["instance#1 us-east-1a InService"]);
    let run = play("12m", &parts);
    assert_eq!(members(&run), ["instance#3 us-east-1a InService"]);
}

/// [CA-072] A user takes an instance out, with and without another in its place; the minimum is a minimum.
#[test]
fn an_instance_is_terminated_through_its_group() {
    let out = |at: &str, name: &str, less: &str| {
        let line = "aws autoscaling terminate-instance-in-auto-scaling-group --query Activity.StatusCode --instance-id";
        typed(at, &format!("{line} {name} --{less}should-decrement-desired-capacity"))
    };
    let parts: [&str; _] = [
        &fleet((2, 6, 3), ""),
        &out("2m", "instance#1", ""),
        &out("4m", "instance#2", "no-"),
        &out("6m", "instance#3", ""),
    ];
    let run = play("150s", &parts[..2]);
    assert_snapshot!(members(&run).join("\n"), @r"
    instance#1 us-east-1a Terminating
    instance#2 us-east-1b InService
    instance#3 us-east-1c InService
    ");
    let run = play("8m", &parts);
    assert_eq!(members(&run), ["instance#3 us-east-1c InService", "instance#4 us-east-1a InService"]);
    let refused = &run.transcript()[2].output;
    assert!(refused.contains("will violate group's min size constraint"), "{refused}");
    let all = activities(&run);
    let since = all.find("00:02:00").expect("something happened then");
    assert_snapshot!(&all[since..], @r"
    00:02:00 Successful: Terminating EC2 instance: instance#1
        At 09:02:00Z an instance was taken out of service in response to a user request, shrinking the capacity from 3 to 2.  At 09:02:00Z instance instance#1 was selected for termination.
    00:04:00 Successful: Terminating EC2 instance: instance#2
        At 09:04:00Z an instance was taken out of service in response to a user request.  At 09:04:00Z instance instance#2 was selected for termination.
    00:04:05 Successful: Launching a new EC2 instance: instance#4
        At 09:04:05Z an instance was launched in response to an unhealthy instance needing to be replaced.
    ");
}

/// [CA-075] Sizes move the desired capacity, which has its bounds; what a group stores is described.
#[test]
fn sizes_and_desired_capacity_go_together() {
    let mut door = door();
    door.call("autoscaling", "CreateAutoScalingGroup", group(1, 4)).unwrap();
    let desired = |door: &mut Door| {
        let all = door.call("autoscaling", "DescribeAutoScalingGroups", json!({})).unwrap();
        all["AutoScalingGroups"][0]["DesiredCapacity"].as_u64().unwrap()
    };
    assert_eq!(desired(&mut door), 1, "the minimum unless said");
    let update = |door: &mut Door, more: Value| {
        let mut input = json!({ "AutoScalingGroupName": "fleet" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        door.call("autoscaling", "UpdateAutoScalingGroup", input)
    };
    update(&mut door, json!({ "MinSize": 3 })).unwrap();
    assert_eq!(desired(&mut door), 3);
    update(&mut door, json!({ "MinSize": 0, "MaxSize": 2 })).unwrap();
    assert_eq!(desired(&mut door), 2);
    let message = |error: sim_core::api::ApiError| error.message;
    assert_snapshot!(message(update(&mut door, json!({ "MinSize": 5 })).unwrap_err()), @"Max bound, 2, must be greater than or equal to min bound, 5");
    assert_snapshot!(message(update(&mut door, json!({ "DesiredCapacity": 9 })).unwrap_err()), @"Desired capacity:9 must be between the specified min size:0 and max size:2");
    let set = |door: &mut Door, count: u32| {
        let input = json!({ "AutoScalingGroupName": "fleet", "DesiredCapacity": count });
        door.call("autoscaling", "SetDesiredCapacity", input)
    };
    assert_snapshot!(message(set(&mut door, 3).unwrap_err()), @"New SetDesiredCapacity value 3 is above max value 2 for the AutoScalingGroup.");
    update(&mut door, json!({ "MinSize": 1 })).unwrap();
    assert_snapshot!(message(set(&mut door, 0).unwrap_err()), @"New SetDesiredCapacity value 0 is below min value 1 for the AutoScalingGroup.");
    let all = door.call("autoscaling", "DescribeAutoScalingGroups", json!({})).unwrap();
    assert_eq!(all["AutoScalingGroups"][0]["DefaultCooldown"], 300);
    assert_eq!(all["AutoScalingGroups"][0]["HealthCheckGracePeriod"], 0, "[CA-074]");
}

/// A group with instances is deleted by force only; then it goes when they have gone, and its name is free.
#[test]
fn a_group_is_deleted_when_its_instances_have_gone() {
    let delete = |at: &str, force: &str| {
        typed(at, &format!("aws autoscaling delete-auto-scaling-group --auto-scaling-group-name fleet {force}"))
    };
    let describe = |at: &str| {
        let query = "--query \"AutoScalingGroups[].[Status,length(Instances)]\" --output text";
        typed(at, &format!("aws autoscaling describe-auto-scaling-groups {query}"))
    };
    let parts: [&str; _] =
        [&fleet((2, 3, 2), ""), &delete("2m", ""), &delete("3m", "--force-delete"), &describe("3m1s"), &describe("5m")];
    let run = play("6m", &parts);
    let said: Vec<&str> = run.transcript().iter().map(|entry| entry.output.as_str()).collect();
    assert!(said[0].contains("(ResourceInUse)"), "{}", said[0]);
    assert_eq!(&said[1..], ["", "Delete in progress\t2", ""]);
}

/// Everything wrong with a group is told with its place and the way out.
#[test]
fn a_group_that_makes_no_sense_is_refused() {
    let mut door = door();
    let mut refused = |change: &dyn Fn(&mut Value)| {
        let mut input = group(1, 2);
        change(&mut input);
        let error = door.call("autoscaling", "CreateAutoScalingGroup", input).unwrap_err();
        format!("{} at {}: {}", error.code, error.place, error.message)
    };
    let told = [
        refused(&|it| it["LaunchTemplate"] = Value::Null),
        refused(&|it| it["LaunchTemplate"] = json!({ "LaunchTemplateName": "tlp" })),
        refused(&|it| it["LaunchTemplate"]["Version"] = json!("7")),
        refused(&|it| it["VPCZoneIdentifier"] = json!("us-east-1a,us-east-9z")),
        refused(&|it| it["VPCZoneIdentifier"] = json!("")),
        refused(&|it| it["MaxSize"] = json!(0)),
        refused(&|it| it["DesiredCapacity"] = json!(3)),
        refused(&|it| it["HealthCheckType"] = json!("ELB")),
        refused(&|it| it["MixedInstancesPolicy"] = json!({ "LaunchTemplate": {} })),
        refused(&|it| it["AutoScalingGroupName"] = json!("a:b")),
    ];
    assert_snapshot!(told.join("\n"), @r"
    ValidationError at LaunchTemplate: Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.
    InvalidLaunchTemplateName.NotFoundException at LaunchTemplate.LaunchTemplateName: The specified launch template, with template name tlp, does not exist.
    ValidationError at LaunchTemplate.Version: You must use a valid fully-formed launch template. Could not find the launch template version 7 for the launch template tpl.
    ValidationError at VPCZoneIdentifier: The subnet ID 'us-east-9z' does not exist
    ValidationError at VPCZoneIdentifier: At least one Availability Zone or VPC Subnet is required.
    ValidationError at MaxSize: Max bound, 0, must be greater than or equal to min bound, 1
    ValidationError at DesiredCapacity: Desired capacity:3 must be between the specified min size:1 and max size:2
    ValidationError at HealthCheckType: The health check type ELB is not modelled by this simulator.
    ValidationException at MixedInstancesPolicy: AWS has this field, but this simulator does not model it: leave it out
    ValidationError at AutoScalingGroupName: AutoScalingGroupName has 1 to 255 characters, and no colon.
    ");
    door.call("autoscaling", "CreateAutoScalingGroup", group(1, 2)).unwrap();
    let error = door.call("autoscaling", "CreateAutoScalingGroup", group(1, 2)).unwrap_err();
    assert_eq!(error.code, "AlreadyExists");
}

/// [CA-058] What a group launches is on the bill like any other instance: two hours of a t3.small.
#[test]
fn the_instances_of_a_group_are_on_the_bill() {
    let run = play("2h", &[&fleet((1, 1, 1), "")]);
    let charged: f64 = run.world().ec2.hosts.iter().map(|(_, host)| host.charged(run.ctx().now()).as_secs_f64()).sum();
    assert!((charged - (7200.0 - 22.0)).abs() < 1.0, "two hours less 5 s and 17 s: {charged}");
}

/// Tasks run on the instances of a group like on others.
#[test]
fn a_service_uses_the_instances_of_a_group() {
    let parts: [&str; _] = [
        &fleet((3, 3, 3), ""),
        &on_instances("main", "cpu = 256, memory = 256", ""),
        &service_on_instances("web", "main", 3, ""),
    ];
    let run = play("10m", &parts);
    let on: std::collections::BTreeSet<String> = tests::story::places(&run).into_iter().collect();
    assert_eq!(on.len(), 3, "one on each: {on:?}");
}
