//! How often an account may do something: calls of the API, launches on Fargate, vCPUs.

use sim_core::Simulation;
use sim_core::api::OPERATIONS;
use sim_core::api::throttle;
use tests::story::{play, play_assuming, ready, service, told, typed};

/// A line that runs so many tasks of the family `web`.
fn run(count: u32) -> String {
    format!(
        "aws ecs run-task --cluster demo --task-definition web:1 --count {count} --launch-type FARGATE --network-configuration \
         awsvpcConfiguration={{subnets=[us-east-1a,us-east-1b]}} --query '[length(tasks),failures[0].reason]' --output text"
    )
}

/// What was printed for each line, from the end of the scenario's own ones.
fn printed(simulation: &Simulation) -> Vec<String> {
    simulation.transcript().iter().map(|typed| typed.output.clone()).collect()
}

const THROTTLED: &str = "An error occurred (ThrottlingException) when calling the RunTask operation: Rate exceeded";

/// [CP-026] [CP-027]
#[test]
fn every_operation_of_ecs_has_a_bucket() {
    for entry in OPERATIONS.iter().filter(|entry| entry.service == "ecs") {
        assert!(throttle::bucket(entry.service, entry.name).is_some(), "{} has no bucket", entry.name);
    }
    let of = |name| throttle::bucket("ecs", name).map(|(_, pace)| (pace.capacity, pace.tokens));
    assert_eq!(of("CreateCluster"), Some((20, 1)));
    assert_eq!(of("DeleteTaskDefinitions"), Some((5, 1)));
    assert_eq!(of("UpdateService"), Some((50, 5)));
    assert_eq!(of("DescribeServices"), Some((100, 20)));
    assert_eq!(throttle::bucket("elbv2", "CreateListener"), None);
}

/// [CP-026] [CP-028]
#[test]
fn a_call_too_many_is_refused_until_the_bucket_fills() {
    let line = "aws ecs put-account-setting --name containerInsights --value disabled --query setting.value";
    let mut lines: Vec<String> = (0..11).map(|_| typed("1m", line)).collect();
    lines.push(typed("61s", line));
    lines.push(typed("61s", line));
    // Reading has a bucket of its own.
    lines.push(typed("61s", "aws ecs list-account-settings --query 'length(settings)'"));
    let run = play("2m", &lines.iter().map(String::as_str).collect::<Vec<_>>());
    let printed = printed(&run);
    assert!(printed[..10].iter().all(|output| output == "\"disabled\""), "{printed:#?}");
    assert_eq!(printed[10], THROTTLED.replace("RunTask", "PutAccountSetting"));
    assert_eq!((printed[11].as_str(), printed[13].as_str()), ("\"disabled\"", "11"));
    assert!(printed[12].contains("Rate exceeded"), "one token comes back in a second: {}", printed[12]);
}

/// The tables that make the world are no calls. [CP-026]
#[test]
fn what_is_there_in_the_beginning_took_no_tokens() {
    let clusters: String = (0..40).map(|n| format!("[[ecs.cluster]]\nclusterName = \"c{n}\"\n")).collect();
    let line = typed("1s", "aws ecs create-cluster --cluster-name late --query cluster.status --output text");
    assert_eq!(printed(&play("1m", &[&clusters, &line])), ["ACTIVE"]);
}

/// [CP-030]
#[test]
fn fargate_launches_a_hundred_tasks_at_once_and_then_twenty_a_second() {
    let lines: Vec<String> = ["10s"; 11].iter().chain(["11s"; 3].iter()).map(|at| typed(at, &run(10))).collect();
    let run = play("1m", &lines.iter().map(String::as_str).collect::<Vec<_>>());
    let printed = printed(&run);
    assert!(printed[..10].iter().all(|output| output == "10\tNone"), "{printed:#?}");
    assert_eq!(printed[10], THROTTLED);
    assert_eq!(printed[11..], ["10\tNone", "10\tNone", THROTTLED]);
}

/// [CP-030]
#[test]
fn twenty_calls_of_run_task_get_in_in_a_second() {
    let lines: Vec<String> = (0..21).map(|_| typed("10s", &run(1))).collect();
    let run = play("1m", &lines.iter().map(String::as_str).collect::<Vec<_>>());
    let printed = printed(&run);
    assert!(printed[..20].iter().all(|output| output == "1\tNone"), "{printed:#?}");
    assert_eq!(printed[20], THROTTLED);
}

/// [CP-029] [CP-155] Six hundred tasks are wanted: five hundred start at once, the others as the bucket fills, 83 in ten
/// seconds; that it has to wait is said once.
#[test]
fn the_scheduler_launches_five_hundred_tasks_of_a_service_a_minute() {
    let run = play("3m", &[&service(600, "")]);
    let started: Vec<(String, usize)> = told(&run)
        .lines()
        .filter_map(|line| line.split_once(" has started "))
        .map(|(at, rest)| (at.to_owned(), rest.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0)))
        .collect();
    let expected = [("00:00:00", 500), ("00:00:10", 83), ("00:00:20", 17)].map(|(at, count)| (at.to_owned(), count));
    assert_eq!(started, expected);
    let throttled = told(&run);
    let throttled: Vec<&str> =
        throttled.lines().filter(|line| line.contains("operations are being throttled")).collect();
    assert_eq!(throttled, ["00:00:00 operations are being throttled. Will try again later."]);
    assert!(run.world().ecs.services.iter().all(|(_, service)| service.steady_since.is_some()));
}

/// [CP-031] [CP-154] [CP-160]
#[test]
fn a_new_account_runs_six_vcpus_at_a_time() {
    let lines = [typed("10s", &run(4)), typed("20s", &run(3)), typed("30s", &run(2))];
    let parts: Vec<&str> = lines.iter().map(String::as_str).collect();
    let quota = "You've reached the limit on the number of vCPUs you can run concurrently";
    let run = play_assuming("fargate_vcpus = 6", "1m", &parts);
    assert_eq!(printed(&run), ["4\tNone", format!("0\t{quota}").as_str(), "2\tNone"]);
    let run = play("1m", &parts);
    assert_eq!(printed(&run), ["4\tNone", "3\tNone", "2\tNone"], "an older account has more");
}

/// A fork has the same buckets.
#[test]
fn a_throttled_call_is_told_with_a_way_out() {
    let mut simulation = ready("1m", &[]);
    for _ in 0..21 {
        simulation.type_line(&run(1), &()).expect("it is understood");
    }
    let mut fork = simulation.clone();
    for it in [&mut simulation, &mut fork] {
        let refused = it.type_line(&run(1), &()).expect("it is understood");
        assert_eq!((refused.exit_code, refused.output.as_str()), (254, THROTTLED));
    }
}
