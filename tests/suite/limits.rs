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

/// When a service has started how many tasks.
fn starts(run: &Simulation) -> Vec<(String, usize)> {
    let told = told(run);
    let lines = told.lines().filter_map(|line| line.split_once(" has started "));
    let count = |rest: &str| rest.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0);
    lines.map(|(at, rest)| (at[..8].to_owned(), count(rest))).collect()
}

fn owned((at, count): (&str, usize)) -> (String, usize) {
    (at.to_owned(), count)
}

/// [CP-030] [CP-155] Services and RunTask share what Fargate launches for the account: two services that start together get a
/// hundred tasks at once between them, and a call of RunTask at that moment gets nothing.
#[test]
fn services_and_run_task_share_the_launches_of_the_account() {
    let second = service(60, "").replace("serviceName = \"web\"", "serviceName = \"api\"");
    let late = typed("10ms", &run(1));
    let later = typed("5s", &run(1));
    let run = play("3m", &[&service(80, ""), &second, &late, &later]);
    assert_eq!(starts(&run), [("00:00:00", 80), ("00:00:00", 20), ("00:00:10", 40)].map(owned), "{}", told(&run));
    assert_eq!(printed(&run), [THROTTLED, "1\tNone"]);
    assert!(told(&run).contains("00:00:00 (service api) operations are being throttled. Will try again later."));
}

/// [CP-029] [CP-155] Six hundred tasks are wanted: five hundred start at once, the others as the bucket fills, 83 in ten
/// seconds; that it has to wait is said once.
#[test]
fn the_scheduler_launches_five_hundred_tasks_of_a_service_a_minute() {
    let run = play_assuming("fargate_burst = 1000", "3m", &[&service(600, "")]);
    assert_eq!(starts(&run), [("00:00:00", 500), ("00:00:10", 83), ("00:00:20", 17)].map(owned));
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

/// [CP-031] [CP-154] A service whose tasks need more vCPUs than the account has runs what fits, says why there is no more, and starts
/// the others when some are free.
#[test]
fn a_service_waits_for_vcpus() {
    let line = "aws ecs update-service --cluster demo --service web --desired-count 8 --query service.status";
    let smaller =
        typed("5m", "aws ecs update-service --cluster demo --service web --desired-count 2 --query service.status");
    let second = service(4, "").replace("serviceName = \"web\"", "serviceName = \"api\"");
    let run = play_assuming("fargate_vcpus = 6", "10m", &[&service(5, ""), &second, &typed("2m", line), &smaller]);
    let told = told(&run);
    let quota = "was unable to place a task. Reason: You've reached the limit on the number of vCPUs you can run concurrently. ";
    let said: Vec<&str> = told.lines().filter(|line| line.contains(quota)).map(|line| &line[..8]).collect();
    assert_eq!(said, ["00:00:00", "00:02:00"], "each service says it once: {told}");
    let of = |from: &str, to: &str| {
        starts(&run).iter().filter(|(at, _)| (from..to).contains(&at.as_str())).map(|(_, n)| n).sum::<usize>()
    };
    assert_eq!((of("00:00", "00:05"), of("00:05", "00:10")), (6, 3), "{told}");
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

/// [CP-012] Who asks at once what became of his call is told that there is nothing, as AWS's guides warn; a family means the
/// revision before the one that was just registered.
#[test]
fn what_was_just_made_is_not_seen_by_the_next_call() {
    let text = |at: &str, line: &str, query: &str| typed(at, &format!("aws ecs {line} --query {query} --output text"));
    let asks = |at: &str| {
        [
            text(at, "list-tasks --cluster demo --family web", "'length(taskArns)'"),
            text(at, "describe-task-definition --task-definition web", "taskDefinition.revision"),
            text(at, "describe-services --cluster demo --services late", "'failures[0].reason'"),
            text(at, "update-service --cluster demo --service late --desired-count 0", "service.status"),
            text(at, "describe-clusters --clusters second", "'clusters[0].status'"),
        ]
    };
    let container = "'[{\"name\":\"web\",\"image\":\"httpd\",\"memory\":64}]'";
    let mut lines = vec![
        typed("10s", &run(1)),
        text(
            "10s",
            &format!("register-task-definition --family web --container-definitions {container}"),
            "taskDefinition.revision",
        ),
        text(
            "10s",
            "create-service --cluster demo --service-name late --task-definition web:1 --desired-count 0 --launch-type FARGATE \
             --network-configuration awsvpcConfiguration={subnets=[us-east-1a]}",
            "service.status",
        ),
        text("10s", "create-cluster --cluster-name second", "cluster.status"),
    ];
    lines.extend(["12s", "13s"].into_iter().flat_map(asks));
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let late =
        "An error occurred (ServiceNotFoundException) when calling the UpdateService operation: Service not found.";
    let (before, after) = (["0", "2", "MISSING", late, "None"], ["1", "3", "None", "ACTIVE", "ACTIVE"]);
    let printed = printed(&play_assuming("api_visibility = \"3s\"", "1m", &lines));
    assert_eq!(printed[..4], ["1\tNone", "3", "ACTIVE", "ACTIVE"]);
    assert_eq!((&printed[4..9], &printed[9..]), (&before.map(str::to_owned)[..], &after.map(str::to_owned)[..]));
    let at_once = self::printed(&play("1m", &lines));
    assert_eq!(at_once[4..9], after, "unless a scenario says otherwise");
}
