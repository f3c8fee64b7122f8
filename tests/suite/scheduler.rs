//! The service scheduler, as an operator sees it: service events, lives of tasks, counts.

use insta::assert_snapshot;
use tests::story::{BALANCER, life, play, play_assuming, ready, running, service, service_behind, task, told, typed};

/// A rolling update to the second revision, five minutes in.
fn update() -> String {
    typed("5m", "aws ecs update-service --cluster demo --service web --task-definition web:2")
}

/// A behaviour of the container.
fn app(lines: &str) -> String {
    format!("[[world.app]]\ncontainer = \"web/web\"\n{lines}\n")
}

/// [CP-253] [CP-106] [CP-075] [CP-076] [CP-077] [CP-079] [CP-081] [CP-082] [CP-083] [CP-084] [CA-039] [TR-107] [TR-108] [TR-113] A task behind a load balancer:
/// registration makes it ACTIVATING, the drain of 30 s DEACTIVATING; the stop signal comes only after the drain.
#[test]
fn a_task_walks_through_all_its_states() {
    let down = typed("5m", "aws ecs update-service --cluster demo --service web --desired-count 0");
    let run = play("10m", &[BALANCER, &service_behind(1, ""), &down]);
    assert_snapshot!(life(&run, "web#1"), @r#"
    00:00:00 PROVISIONING
    00:00:12 PENDING
    00:00:27.983 ACTIVATING
    00:00:28.183 RUNNING
    00:05:00 DEACTIVATING
    00:05:30.200 STOPPING
    00:05:31.200 DEPROVISIONING
    00:05:46.200 STOPPED
    ServiceSchedulerInitiated: Scaling activity initiated by (deployment #1)
    "#);
}

/// [TR-109] [TR-110] [TR-108] With AWS's defaults it takes 300 s to drain, though nobody has asked anything, and 30 s more
/// when the process ignores its stop signal.
#[test]
fn a_task_that_ignores_its_stop_signal_takes_330_seconds_to_stop() {
    let down = typed("5m", "aws ecs update-service --cluster demo --service web --desired-count 0");
    let balancer = BALANCER.replace("timeout_seconds\", Value = \"30\"", "timeout_seconds\", Value = \"300\"");
    assert_ne!(balancer, BALANCER);
    let run = play("20m", &[&balancer, &service_behind(1, ""), &app("ignores_sigterm = true"), &down]);
    assert_snapshot!(life(&run, "web#1"), @r#"
    00:00:00 PROVISIONING
    00:00:12 PENDING
    00:00:27.983 ACTIVATING
    00:00:28.183 RUNNING
    00:05:00 DEACTIVATING
    00:10:00.200 STOPPING
    00:10:30.200 DEPROVISIONING
    00:10:45.200 STOPPED
    ServiceSchedulerInitiated: Scaling activity initiated by (deployment #1)
    "#);
}

/// [TR-157] [TR-107] [TR-117] Some have seen the stop signal come when the target begins to drain: then requests that are
/// sent before the load balancer knows meet a process that has gone. In the order that AWS describes nobody is let down.
#[test]
fn a_stop_signal_that_does_not_wait_for_the_drain_costs_requests() {
    let down = typed("5m", "aws ecs update-service --cluster demo --service web --desired-count 1");
    let load = "[[world.traffic]]\nto = \"alb\"\nrate = 50\nfrom = \"2m30s\"\nuntil = \"8m\"\n";
    let heeds = app("request = { wait = \"2s\" }\nshutdown = \"500ms\"");
    let run = |assume: &str| play_assuming(assume, "10m", &[BALANCER, &service_behind(2, ""), &heeds, load, &down]);
    let errors = |run: &sim_core::Simulation| {
        let meters = run.world().cloudwatch.meters_of(sim_core::world::elb::LoadBalancerId::from_index(0));
        meters.map(|(.., meter)| meter.counts().due_to(sim_core::world::cloudwatch::Cause::TargetGone)).sum::<u64>()
    };
    let documented = run("");
    assert_eq!(errors(&documented), 0);
    let overlapping = run("sigterm_overlaps_draining = true");
    assert!(
        errors(&overlapping) > 30,
        "two seconds of half the requests, less what is done in time: {}",
        errors(&overlapping)
    );
    assert_snapshot!(life(&overlapping, "web#1"), @r#"
    00:00:00 PROVISIONING
    00:00:12 PENDING
    00:00:27.983 ACTIVATING
    00:00:28.183 RUNNING
    00:05:00 DEACTIVATING
    00:05:00 STOPPING
    00:05:00.500 DEPROVISIONING
    00:05:15.500 STOPPED
    ServiceSchedulerInitiated: Scaling activity initiated by (deployment #1)
    "#);
}

/// [CP-075] [CP-084] Without a load balancer there is nothing to register or to drain: those states are skipped.
#[test]
fn a_task_without_a_load_balancer_skips_the_states_of_one() {
    let down = typed("5m", "aws ecs update-service --cluster demo --service web --desired-count 0");
    let run = play("10m", &[&service(1, ""), &down]);
    assert_snapshot!(life(&run, "web#1"), @r#"
    00:00:00 PROVISIONING
    00:00:12 PENDING
    00:00:27.983 RUNNING
    00:05:00 STOPPING
    00:05:01 DEPROVISIONING
    00:05:16 STOPPED
    ServiceSchedulerInitiated: Scaling activity initiated by (deployment #1)
    "#);
}

/// [CP-087] [CP-088] [CP-089] What ECS stops has its stoppingAt first, what ends by itself its executionStoppedAt.
#[test]
fn the_moments_of_a_task_are_in_order() {
    let stop = typed("5m", "aws ecs stop-task --cluster demo --task web#1");
    let run = play("10m", &[BALANCER, &service_behind(1, ""), &stop]);
    let at = run.world().ecs.tasks[task(&run, "web#1")].at;
    let all =
        [at.connectivity, at.pull_started, at.pull_stopped, at.started, at.stopping, at.execution_stopped, at.stopped];
    let all: Vec<_> = all.into_iter().map(|moment| moment.expect("it happened")).collect();
    assert!(at.created <= all[0] && all.is_sorted(), "{all:?}");

    let run = play("10m", &[&service(1, ""), &app("crash_after = \"2m\"")]);
    let at = run.world().ecs.tasks[task(&run, "web#1")].at;
    assert!(at.execution_stopped.expect("it ended") <= at.stopped.expect("it is over"));
    assert_eq!(at.stopping, None, "nobody asked it to stop");
}

/// [CP-120] [CP-121] [CP-126] The service is steady at the first pass, some 10 s apart, at which all its tasks count
/// as healthy, and says so once.
#[test]
fn a_new_service_reaches_a_steady_state() {
    let run = play("30m", &[&service(3, "")]);
    assert_snapshot!(told(&run), @r#"
    00:00:00 has started 3 tasks: (task web#1) (task web#2) (task web#3).
    00:01:10 (deployment #1) deployment completed.
    00:01:10 has reached a steady state.
    "#);
}

/// [CP-123] Without health checks a task counts as healthy 40 s after RUNNING; behind a load balancer when its target
/// is healthy: two checks, 10 s apart.
#[test]
fn a_task_counts_as_healthy_by_its_checks_or_after_40_seconds() {
    let alone = play("5m", &[&service(1, "")]);
    let behind = play("5m", &[BALANCER, &service_behind(1, "")]);
    assert_snapshot!(format!("{}\n\n{}", told(&alone), told(&behind)), @r#"
    00:00:00 has started 1 tasks: (task web#1).
    00:01:10 (deployment #1) deployment completed.
    00:01:10 has reached a steady state.

    00:00:00 has started 1 tasks: (task web#1).
    00:00:28.183 registered 1 targets in (target-group tg)
    00:00:40 (deployment #1) deployment completed.
    00:00:40 has reached a steady state.
    "#);
}

/// [CP-166] [CP-168] [CP-171] [CP-123] At 100/200 all four new tasks start first; when they count as healthy the old
/// ones stop.
#[test]
fn a_rolling_update_at_100_200_starts_first() {
    let run = play("15m", &[&service(4, ""), &update()]);
    assert_snapshot!(told(&run), @r"
    00:00:00 has started 4 tasks: (task web#1) (task web#2) (task web#3) (task web#4).
    00:01:10 (deployment #1) deployment completed.
    00:01:10 has reached a steady state.
    00:05:00 has started 4 tasks: (task web#5) (task web#6) (task web#7) (task web#8).
    00:06:10 has stopped 4 running tasks: (task web#1) (task web#2) (task web#3) (task web#4).
    00:06:20 (deployment #2) deployment completed.
    00:06:20 has reached a steady state.
    ");
    assert_eq!(running(&run), (0, 4));
}

/// [CP-166] [CP-167] [CP-168] [CP-171] At 50/100 two old tasks stop first, which makes room for two new ones: the
/// room is there when they are STOPPED, not before.
#[test]
fn a_rolling_update_at_50_100_stops_first() {
    let bounds = "deploymentConfiguration = { minimumHealthyPercent = 50, maximumPercent = 100 }";
    let run = play("20m", &[&service(4, bounds), &update()]);
    assert_snapshot!(told(&run), @r#"
    00:00:00 has started 4 tasks: (task web#1) (task web#2) (task web#3) (task web#4).
    00:01:10 (deployment #1) deployment completed.
    00:01:10 has reached a steady state.
    00:05:00 has stopped 2 running tasks: (task web#1) (task web#2).
    00:05:20 has started 2 tasks: (task web#5) (task web#6).
    00:06:30 has stopped 2 running tasks: (task web#3) (task web#4).
    00:06:50 has started 2 tasks: (task web#7) (task web#8).
    00:08:00 (deployment #2) deployment completed.
    00:08:00 has reached a steady state.
    "#);
    assert_eq!(running(&run), (0, 4));
}

/// [CP-156] [CP-170] Three tasks at 100/125: no fourth may start, none of the three may stop.
#[test]
fn a_deployment_hangs_when_the_bounds_allow_nothing() {
    let bounds = "deploymentConfiguration = { minimumHealthyPercent = 100, maximumPercent = 125 }";
    let run = play("20m", &[&service(3, bounds), &update()]);
    assert_snapshot!(told(&run), @r#"
    00:00:00 has started 3 tasks: (task web#1) (task web#2) (task web#3).
    00:01:10 (deployment #1) deployment completed.
    00:01:10 has reached a steady state.
    00:05:00 was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.
    "#);
    assert_eq!(running(&run), (3, 0));
}

/// [CP-156] [CP-170] The way out that the event names.
#[test]
fn a_hung_deployment_goes_on_when_the_bounds_are_changed() {
    let bounds = "deploymentConfiguration = { minimumHealthyPercent = 100, maximumPercent = 125 }";
    let more = "aws ecs update-service --cluster demo --service web --deployment-configuration maximumPercent=200";
    let run = play("20m", &[&service(3, bounds), &update(), &typed("10m", more)]);
    assert_eq!(running(&run), (0, 3));
}

/// [CP-133] [CP-135] [CP-185] A revision whose image is not there: one minute, two, four … between the attempts; from
/// the third failure on an event says so, and the old tasks go on.
#[test]
fn launches_that_fail_come_at_growing_intervals() {
    let broken = "aws ecs register-task-definition --family web --requires-compatibilities FARGATE \
                  --network-mode awsvpc --cpu 1024 --memory 2048 --container-definitions name=web,image=httpd:none";
    let update = typed("5m", "aws ecs update-service --cluster demo --service web --task-definition web:3");
    let again = typed("45m", "aws ecs update-service --cluster demo --service web --task-definition web:2");
    let run = play("1h", &[&service(1, ""), &typed("4m", broken), &update, &again]);
    assert_snapshot!(told(&run), @r#"
    00:00:00 has started 1 tasks: (task web#1).
    00:01:10 (deployment #1) deployment completed.
    00:01:10 has reached a steady state.
    00:05:00 has started 1 tasks: (task web#2).
    00:06:30 has started 1 tasks: (task web#3).
    00:09:00 has started 1 tasks: (task web#4).
    00:09:25 is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
    00:13:30 has started 1 tasks: (task web#5).
    00:13:55 is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
    00:22:00 has started 1 tasks: (task web#6).
    00:22:25 is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
    00:38:30 has started 1 tasks: (task web#7).
    00:38:55 is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
    00:45:00 has started 1 tasks: (task web#8).
    00:46:10 has stopped 1 running tasks: (task web#1).
    00:46:20 (deployment #3) deployment completed.
    00:46:20 has reached a steady state.
    "#);
    assert_eq!(run.world().ecs.deployments.iter().nth(1).expect("the broken one").1.failed_tasks, 6);
    // A scenario says how long. The shorter waits are over before the task that failed has given its address back, without which
    // there is no room for another.
    let run = play_assuming("start_back_off = \"5s\"", "10m", &[&service(1, ""), &typed("4m", broken), &update]);
    let told = told(&run);
    let starts: Vec<&str> =
        told.lines().filter(|line| line.contains("started")).skip(1).map(|line| &line[..8]).collect();
    assert_eq!(starts, ["00:05:00", "00:05:50", "00:06:40", "00:07:30", "00:08:40"]);
}

/// [CP-097] [CP-102] [CP-103] [CP-127] A process that ends by itself takes its task along, and the next pass replaces it, at
/// once: only tasks that never ran are throttled [CP-134] [CP-255].
#[test]
fn a_crash_is_replaced_at_the_next_pass() {
    let run = play("6m", &[&service(1, ""), &app("crash_after = \"2m\"")]);
    assert_snapshot!(format!("{}\n\n{}", told(&run), life(&run, "web#1")), @r#"
    00:00:00 has started 1 tasks: (task web#1).
    00:01:10 (deployment #1) deployment completed.
    00:01:10 has reached a steady state.
    00:02:30 has started 1 tasks: (task web#2).
    00:03:00 has reached a steady state.
    00:05:00 has started 1 tasks: (task web#3).
    00:05:30 has reached a steady state.

    00:00:00 PROVISIONING
    00:00:12 PENDING
    00:00:27.983 RUNNING
    00:02:27.983 DEPROVISIONING
    00:02:42.983 STOPPED
    EssentialContainerExited: Essential container in task exited
    "#);
}

/// [CP-252] [CP-107] [CP-128] [CP-132] [CP-150] [CP-185] [TR-114] The health check finds an application that answers 503: a replacement starts
/// first; when it is found unhealthy too, one of the two is stopped. There is no end to it.
#[test]
fn unhealthy_tasks_are_replaced_for_ever() {
    let run = play("4m", &[BALANCER, &service_behind(1, ""), &app("health_status = 503")]);
    assert_snapshot!(told(&run), @r"
    00:00:00 has started 1 tasks: (task web#1).
    00:00:28.183 registered 1 targets in (target-group tg)
    00:00:50 has started 1 tasks: (task web#2). Amazon ECS replaced 1 tasks due to an unhealthy status.
    00:01:18.183 registered 1 targets in (target-group tg)
    00:01:40 (task web#1) (port 80) is unhealthy in (target-group tg) due to (reason Health checks failed with these codes: [503]).
    00:01:40 has stopped 1 running tasks: (task web#1).
    00:01:40 has begun draining connections on 1 tasks.
    00:01:50 deregistered 1 targets in (target-group tg)
    00:02:30 has started 1 tasks: (task web#3). Amazon ECS replaced 1 tasks due to an unhealthy status.
    00:02:58.183 registered 1 targets in (target-group tg)
    00:03:20 (task web#2) (port 80) is unhealthy in (target-group tg) due to (reason Health checks failed with these codes: [503]).
    00:03:20 has stopped 1 running tasks: (task web#2).
    00:03:20 has begun draining connections on 1 tasks.
    00:03:30 deregistered 1 targets in (target-group tg)
    ");
    assert_snapshot!(life(&run, "web#1"), @r#"
    00:00:00 PROVISIONING
    00:00:12 PENDING
    00:00:27.983 ACTIVATING
    00:00:28.183 RUNNING
    00:01:40 DEACTIVATING
    00:02:10.200 STOPPING
    00:02:11.200 DEPROVISIONING
    00:02:26.200 STOPPED
    ServiceSchedulerInitiated: Task failed ELB health checks in (target-group tg)
    "#);
}

/// [CP-129] Without room above the desired count an unhealthy task is stopped before its replacement starts, one at a
/// time.
#[test]
fn without_room_an_unhealthy_task_is_stopped_first() {
    let bounds = "deploymentConfiguration = { minimumHealthyPercent = 0, maximumPercent = 100 }";
    let run = play("3m", &[BALANCER, &service_behind(2, bounds), &app("health_status = 503")]);
    assert_snapshot!(told(&run), @r"
    00:00:00 has started 2 tasks: (task web#1) (task web#2).
    00:00:28.183 registered 1 targets in (target-group tg)
    00:00:28.183 registered 1 targets in (target-group tg)
    00:00:50 (task web#1) (port 80) is unhealthy in (target-group tg) due to (reason Health checks failed with these codes: [503]).
    00:00:50 has stopped 1 running tasks: (task web#1).
    00:00:50 has begun draining connections on 1 tasks.
    00:01:00 deregistered 1 targets in (target-group tg)
    00:01:40 has started 1 tasks: (task web#3). Amazon ECS replaced 1 tasks due to an unhealthy status.
    00:01:50 (task web#2) (port 80) is unhealthy in (target-group tg) due to (reason Health checks failed with these codes: [503]).
    00:01:50 has stopped 1 running tasks: (task web#2).
    00:01:50 has begun draining connections on 1 tasks.
    00:02:00 deregistered 1 targets in (target-group tg)
    00:02:08.183 registered 1 targets in (target-group tg)
    00:02:40 has started 1 tasks: (task web#4). Amazon ECS replaced 1 tasks due to an unhealthy status.
    00:02:50 (task web#3) (port 80) is unhealthy in (target-group tg) due to (reason Health checks failed with these codes: [503]).
    00:02:50 has stopped 1 running tasks: (task web#3).
    00:02:50 has begun draining connections on 1 tasks.
    00:03:00 deregistered 1 targets in (target-group tg)
    ");
}

/// [CP-124] [CP-125] [TR-115] A boot of three minutes: with a grace period of four from startedAt the failed checks do not count, and
/// the service gets there. Without it no task lives long enough.
#[test]
fn a_grace_period_protects_a_slow_boot() {
    let slow = app("boot = \"3m\"");
    let run = play("10m", &[BALANCER, &service_behind(1, "healthCheckGracePeriodSeconds = 240"), &slow]);
    assert_snapshot!(told(&run), @r#"
    00:00:00 has started 1 tasks: (task web#1).
    00:00:28.183 registered 1 targets in (target-group tg)
    00:03:50 (deployment #1) deployment completed.
    00:03:50 has reached a steady state.
    "#);
    let run = play("1h", &[BALANCER, &service_behind(1, ""), &slow]);
    assert!(!told(&run).contains("steady"), "the endless replace loop");
    assert!(run.world().ecs.tasks.len() > 20, "{} tasks", run.world().ecs.tasks.len());
}

/// [CP-137] [CA-017] [CA-018] Five tasks lie in two zones as three and two; three are stopped, from the zone with
/// most tasks first, so that one remains in each.
#[test]
fn tasks_are_spread_over_zones_and_taken_from_the_fullest() {
    let down = typed("5m", "aws ecs update-service --cluster demo --service web --desired-count 2");
    let mut run = ready("10m", &[&service(5, ""), &down]);
    let zones = |run: &sim_core::Simulation| {
        let live = run.world().ecs.services.iter().next().expect("the service").1.live.clone();
        let zone = |task: &_| run.world().network.subnet(run.world().ecs.tasks[*task].subnet).zone.clone();
        let mut counts = std::collections::BTreeMap::<_, usize>::new();
        for task in &live {
            *counts.entry(zone(task)).or_default() += 1;
        }
        let mut counts: Vec<usize> = counts.into_values().collect();
        counts.sort_unstable();
        counts
    };
    run.run_until(sim_core::engine::Time::from_secs(240));
    assert_eq!(zones(&run), [2, 3]);
    run.run();
    assert_eq!(zones(&run), [1, 1]);
}

/// [CP-009] A deleted service stops its tasks, is DRAINING as long as they drain, and then INACTIVE.
#[test]
fn a_deleted_service_drains_before_it_is_inactive() {
    let delete = typed("5m", "aws ecs delete-service --cluster demo --service web --force");
    let status = |at: &str| {
        let query = "--query services[0].status --output text";
        typed(at, &format!("aws ecs describe-services --cluster demo --services web {query}"))
    };
    let looks = [status("4m59s"), status("5m1s"), status("5m30s"), status("6m")].concat();
    let run = play("10m", &[BALANCER, &service_behind(2, ""), &delete, &looks]);
    let seen: Vec<&str> =
        run.transcript().iter().filter(|one| one.command.contains("query")).map(|one| one.output.as_str()).collect();
    assert_eq!(seen, ["ACTIVE", "DRAINING", "DRAINING", "INACTIVE"]);
    assert_snapshot!(told(&run), @r"
    00:00:00 has started 2 tasks: (task web#1) (task web#2).
    00:00:28.183 registered 1 targets in (target-group tg)
    00:00:28.183 registered 1 targets in (target-group tg)
    00:00:40 (deployment #1) deployment completed.
    00:00:40 has reached a steady state.
    00:05:00 has stopped 2 running tasks: (task web#1) (task web#2).
    00:05:00 has begun draining connections on 2 tasks.
    00:05:10 deregistered 2 targets in (target-group tg)
    ");
}

/// [CP-122] A steady state is said again after six hours, and the API keeps the latest 100 events, newest first.
#[test]
fn a_steady_state_is_said_again_after_six_hours() {
    let run = play("13h", &[&service(1, "")]);
    assert_snapshot!(told(&run), @r#"
    00:00:00 has started 1 tasks: (task web#1).
    00:01:10 (deployment #1) deployment completed.
    00:01:10 has reached a steady state.
    06:01:10 has reached a steady state.
    12:01:10 has reached a steady state.
    "#);
    let events = "aws ecs describe-services --cluster demo --services web --query services[0].events[].message";
    let run = play("20h", &[&service(1, ""), &app("crash_after = \"10m\""), &typed("19h", events)]);
    let shown: Vec<String> = serde_json::from_str(&run.transcript()[0].output).expect("a list");
    assert_eq!(shown.len(), 100);
    let all = told(&run);
    let before = all.lines().rfind(|line| &line[..8] < "19:00:00").expect("a line");
    let newest = before.split_once(' ').expect("a time").1.split(':').next().expect("text");
    assert!(shown[0].contains(newest), "{} is not {before}", shown[0]);
}

/// [CP-091] The version of a task rises with every change.
#[test]
fn the_version_of_a_task_counts_its_changes() {
    let look = typed("5m", "aws ecs describe-tasks --cluster demo --tasks web#1 --query tasks[0].version");
    let run = play("6m", &[&service(1, ""), &look]);
    assert_eq!(run.transcript()[0].output, "3", "PROVISIONING, PENDING, RUNNING");
}

/// [CP-186] A deployment during a deployment: the tasks of both older revisions are replaced under the same bounds.
#[test]
fn a_deployment_during_a_deployment_replaces_both_predecessors() {
    let back = typed("5m30s", "aws ecs update-service --cluster demo --service web --task-definition web:1");
    let run = play("15m", &[&service(2, ""), &update(), &back]);
    assert_snapshot!(told(&run), @r"
    00:00:00 has started 2 tasks: (task web#1) (task web#2).
    00:01:10 (deployment #1) deployment completed.
    00:01:10 has reached a steady state.
    00:05:00 has started 2 tasks: (task web#3) (task web#4).
    00:05:30 has stopped 2 running tasks: (task web#3) (task web#4).
    00:05:50 has started 2 tasks: (task web#5) (task web#6).
    00:07:00 has stopped 2 running tasks: (task web#1) (task web#2).
    00:07:10 (deployment #3) deployment completed.
    00:07:10 has reached a steady state.
    ");
    assert_eq!(running(&run), (2, 0));
}

/// A task that is stopped before it has an interface gets none: found by the swarm.
#[test]
fn a_task_that_is_stopped_at_once_holds_no_address() {
    let stop = typed("5s", "aws ecs stop-task --cluster demo --task web#1");
    let mut run = ready("2m", &[&service(1, ""), &stop]);
    let first = tests::story::task;
    for second in 1..40 {
        run.run_until(sim_core::engine::Time::from_secs(second));
        let task = first(&run, "web#1");
        assert!(run.world().network.eni_of(task).is_none(), "an address at {second} s");
    }
    assert_snapshot!(life(&run, "web#1"), @r#"
    00:00:00 PROVISIONING
    00:00:05 DEPROVISIONING
    00:00:05 STOPPED
    UserInitiated: Task stopped by user
    "#);
}
