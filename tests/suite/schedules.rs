//! EventBridge Scheduler: when it rings, as whom it calls RunTask, and what it does when the call is refused [CP-164].

use serde_json::{Value, json};
use sim_core::Simulation;
use sim_core::observe::sentence;
use sim_core::world::Fact;
use tests::story::{play, play_assuming, typed};

use crate::door::{Door, expect_refusal};

const TRUST: &str = r#"
[[iam.role]]
RoleName = "events"
[iam.role.AssumeRolePolicyDocument]
Version = "2012-10-17"
Statement = [{ Effect = "Allow", Principal = { Service = "scheduler.amazonaws.com" }, Action = "sts:AssumeRole" }]
"#;

const MAY_RUN: &str = r#"
[[iam.rolePolicyAttachment]]
RoleName = "events"
PolicyArn = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceEventsRole"
"#;

/// The table of a schedule that runs the family `web` in the cluster `demo`; `more` are further lines of it.
fn schedule(name: &str, expression: &str, more: &str, target: &str) -> String {
    format!(
        r#"
[[scheduler.schedule]]
Name = "{name}"
ScheduleExpression = "{expression}"
{more}
[scheduler.schedule.Target]
Arn = "arn:aws:ecs:us-east-1:123456789012:cluster/demo"
RoleArn = "arn:aws:iam::123456789012:role/events"
{target}
[scheduler.schedule.Target.EcsParameters]
TaskDefinitionArn = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1"
LaunchType = "FARGATE"
NetworkConfiguration = {{ awsvpcConfiguration = {{ Subnets = ["us-east-1a"], AssignPublicIp = "ENABLED" }} }}
"#
    )
}

const OFF: &str = r#"FlexibleTimeWindow = { Mode = "OFF" }"#;

/// What EventBridge did, with its times.
fn told(run: &Simulation) -> Vec<String> {
    let about = |fact: &Fact| {
        matches!(
            fact,
            Fact::TargetInvoked { .. }
                | Fact::TargetRefused { .. }
                | Fact::TargetStartedNothing { .. }
                | Fact::TargetDropped { .. }
                | Fact::ScheduleDeleted { .. }
        )
    };
    let facts = run.ctx().journal().iter().filter(|(_, entry)| about(&entry.fact));
    facts.map(|(_, entry)| format!("{} {}", entry.at, sentence(run.world(), &entry.fact))).collect()
}

/// The scenario's clock starts at 09:00. [CP-164]
#[test]
fn a_rate_counts_from_its_creation_and_runs_may_overlap() {
    let run = play("17m", &[TRUST, MAY_RUN, &schedule("tick", "rate(5 minutes)", OFF, "")]);
    let calls = ["00:05:00 schedule tick calls RunTask", "00:10:00 schedule tick calls RunTask"];
    assert_eq!(told(&run), [calls[0], calls[1], "00:15:00 schedule tick calls RunTask"]);
    // Nobody asked what became of the task before: all three are there, and the first ones run.
    let tasks: Vec<String> = run.world().ecs.tasks.iter().map(|(_, task)| task.status.to_string()).collect();
    assert_eq!(tasks, ["RUNNING", "RUNNING", "RUNNING"]);
    let (_, task) = run.world().ecs.tasks.iter().next().expect("a task");
    assert_eq!((task.started_by.as_str(), task.at.created.to_string().as_str()), ("chronos-schedule/tick", "00:05:00"));
    // Why is it there? Because the schedule called, and because somebody made it.
    let chain: Vec<String> =
        run.ctx().journal().chain(task.because).map(|(_, it)| sentence(run.world(), &it.fact)).collect();
    assert!(
        chain.ends_with(&["schedule tick calls RunTask".to_owned(), "schedule tick was created".to_owned()]),
        "{chain:?}"
    );
}

/// [CP-164]
#[test]
fn cron_follows_the_calendar_and_at_rings_once() {
    let once = format!("{OFF}\nActionAfterCompletion = \"DELETE\"");
    let run = play(
        "90m",
        &[
            TRUST,
            MAY_RUN,
            &schedule("lunch", "cron(0,20 10 ? * MON 2026)", OFF, ""),
            &schedule("once", "at(2026-01-05T09:30:00)", &once, ""),
            &schedule("past", "at(2026-01-05T08:30:00)", OFF, ""),
            &schedule("tuesday", "cron(0 10 ? * TUE *)", OFF, ""),
        ],
    );
    let expected = [
        "00:30:00 schedule once was deleted",
        "00:30:00 schedule once calls RunTask",
        "01:00:00 schedule lunch calls RunTask",
        "01:20:00 schedule lunch calls RunTask",
    ];
    assert_eq!(told(&run), expected);
}

/// [CP-164]
#[test]
fn start_and_end_bound_what_comes_again_and_again() {
    let bounds = format!("{OFF}\nStartDate = \"2026-01-05T09:07:00Z\"\nEndDate = \"2026-01-05T09:17:00Z\"");
    let run = play("1h", &[TRUST, MAY_RUN, &schedule("some", "rate(5 minutes)", &bounds, "")]);
    // At its start, and not at its end.
    assert_eq!(told(&run), ["00:07:00 schedule some calls RunTask", "00:12:00 schedule some calls RunTask"]);
}

/// [CP-164]
#[test]
fn a_schedule_is_disabled_changed_and_deleted() {
    let target = r#"{"Arn": "arn:aws:ecs:us-east-1:123456789012:cluster/demo",
        "RoleArn": "arn:aws:iam::123456789012:role/events",
        "EcsParameters": {"TaskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/web", "TaskCount": 2,
        "LaunchType": "FARGATE", "NetworkConfiguration": {"awsvpcConfiguration": {"Subnets": ["us-east-1a"]}}}}"#;
    let update = |state: &str| {
        format!(
            "aws scheduler update-schedule --name tick --schedule-expression 'rate(4 minutes)' --state {state} \
             --flexible-time-window Mode=OFF --target '{target}'"
        )
    };
    let disabled = format!("{OFF}\nState = \"DISABLED\"");
    let run = play(
        "30m",
        &[
            TRUST,
            MAY_RUN,
            &schedule("tick", "rate(1 minute)", &disabled, ""),
            &typed("6m", &update("ENABLED")),
            &typed("13m", "aws scheduler delete-schedule --name tick"),
        ],
    );
    // The rate counts from the creation: multiples of four minutes.
    let calls = ["00:08:00 schedule tick calls RunTask", "00:12:00 schedule tick calls RunTask"];
    assert_eq!(told(&run), [calls[0], calls[1], "00:13:00 schedule tick was deleted"]);
    // Two tasks a call, of the latest revision.
    let revisions = run.world().ecs.tasks.iter().map(|(_, task)| run.world().ecs.definitions[task.definition].revision);
    assert_eq!(revisions.collect::<Vec<_>>(), [2, 2, 2, 2]);
}

/// [CP-164]
#[test]
fn a_flexible_window_is_used_as_a_draw_decides() {
    let flexible = r#"FlexibleTimeWindow = { Mode = "FLEXIBLE", MaximumWindowInMinutes = 10 }"#;
    let run = play("2h", &[TRUST, MAY_RUN, &schedule("some", "rate(20 minutes)", flexible, "")]);
    let after: Vec<u64> = run
        .world()
        .ecs
        .tasks
        .iter()
        .enumerate()
        .map(|(n, (_, task))| task.at.created.as_nanos() / 1_000_000_000 - (n as u64 + 1) * 1200)
        .collect();
    assert_eq!(after.len(), 5);
    assert!(after.iter().all(|after| *after < 600), "{after:?}");
    assert!(after.iter().any(|other| *other != after[0]), "each time is drawn: {after:?}");
    // Without a window AWS promises the minute.
    let run = play_assuming(
        "schedule_precision = \"60s\"",
        "2h",
        &[TRUST, MAY_RUN, &schedule("x", "rate(20 minutes)", OFF, "")],
    );
    let seconds = run.world().ecs.tasks.iter().map(|(_, task)| task.at.created.as_nanos() / 1_000_000_000 % 1200);
    let seconds: Vec<u64> = seconds.collect();
    assert!(seconds.iter().all(|second| (1..60).contains(second)), "{seconds:?}");
}

/// [CP-164] [IA-025] [IA-026]
#[test]
fn a_call_that_is_denied_is_made_again_with_longer_and_longer_waits_and_given_up() {
    let target = "RetryPolicy = { MaximumRetryAttempts = 4 }";
    let run = play("10m", &[TRUST, &schedule("tick", "rate(9 minutes)", OFF, target)]);
    let session = "arn:aws:sts::123456789012:assumed-role/events/";
    let told = told(&run);
    let calls: Vec<&str> = told.iter().map(|line| &line[..8]).collect();
    let seconds = ["00:09:00", "00:09:01", "00:09:03", "00:09:07", "00:09:15"];
    assert_eq!(calls, seconds.iter().flat_map(|at| [at, at]).chain(["00:09:15"].iter()).copied().collect::<Vec<_>>());
    assert_eq!(told[2], "00:09:01 schedule tick calls RunTask again (call 2)");
    assert_eq!(told[10], "00:09:15 schedule tick has called 5 times and gives up");
    let refused = told[1].split_once(session).expect("it names the session");
    assert_eq!(refused.0, "00:09:00 RunTask was refused to schedule tick: AccessDeniedException: User: ");
    let (name, rest) = refused.1.split_once(' ').expect("the session's name");
    assert!(name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit()), "{name}");
    let text = "is not authorized to perform: ecs:RunTask on resource: \
                arn:aws:ecs:us-east-1:123456789012:task-definition/web:1 because no identity-based policy allows the \
                ecs:RunTask action";
    assert_eq!(rest, text);
    assert_eq!(run.world().ecs.tasks.len(), 0);
}

/// A role that nobody may pass: the call comes to an end when somebody lets it. [IA-026] [IA-028] [CP-164]
#[test]
fn the_role_of_the_task_must_be_passed() {
    let definition = r#"
[[iam.role]]
RoleName = "job"
[iam.role.AssumeRolePolicyDocument]
Version = "2012-10-17"
Statement = [{ Effect = "Allow", Principal = { Service = "ecs-tasks.amazonaws.com" }, Action = "sts:AssumeRole" }]
[[ecs.taskDefinition]]
family = "job"
requiresCompatibilities = ["FARGATE"]
networkMode = "awsvpc"
cpu = "256"
memory = "512"
taskRoleArn = "job"
containerDefinitions = [{ name = "main", image = "httpd" }]
[[iam.rolePolicy]]
RoleName = "events"
PolicyName = "run"
[iam.rolePolicy.PolicyDocument]
Version = "2012-10-17"
Statement = [{ Effect = "Allow", Action = "ecs:RunTask", Resource = "*", Condition = { ArnEquals = { "ecs:cluster" = "arn:aws:ecs:us-east-1:123456789012:cluster/demo" } } }]
"#;
    let job = schedule("job", "rate(1 hour)", OFF, "").replace("task-definition/web:1", "task-definition/job");
    let pass = r#"aws iam put-role-policy --role-name events --policy-name pass --policy-document
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}}'"#;
    let run = play("2h", &[TRUST, definition, &job, &typed("60m5s", pass)]);
    let told = told(&run);
    assert!(
        told[1].contains("perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/job because"),
        "{told:?}"
    );
    // At 0, 1 and 3 seconds it was refused, at 7 it is not.
    assert_eq!(told.len(), 8, "{told:?}");
    assert_eq!(
        told[6..],
        ["01:00:07 schedule job calls RunTask again (call 4)", "02:00:00 schedule job calls RunTask"]
    );
    assert_eq!(run.world().ecs.tasks.len(), 2);
}

/// [CP-164]
#[test]
fn a_call_is_not_tried_longer_than_its_age_allows() {
    let target = "RetryPolicy = { MaximumEventAgeInSeconds = 60 }";
    let run = play("9m", &[TRUST, &schedule("tick", "rate(5 minutes)", OFF, target)]);
    // 1 + 2 + 4 + 8 + 16 = 31 seconds, and 32 more would be too long.
    assert_eq!(told(&run).last().map(String::as_str), Some("00:05:31 schedule tick has called 6 times and gives up"));
    // Without one, 185 retries take most of a day.
    let run = play("2d", &[TRUST, &schedule("tick", "at(2026-01-05T10:00:00)", OFF, "")]);
    assert_eq!(told(&run).last().map(String::as_str), Some("24:36:31 schedule tick has called 186 times and gives up"));
}

/// What RunTask itself refuses is called again as well; a failure is an answer. [CP-164] [CP-160]
#[test]
fn what_run_task_says_is_believed() {
    let gone = schedule("gone", "rate(5 minutes)", OFF, "RetryPolicy = { MaximumRetryAttempts = 0 }");
    let full = schedule("full", "rate(7 minutes)", OFF, "");
    let parts = [TRUST, MAY_RUN, &gone.replace("web:1", "nothing"), &full];
    let run = play_assuming("fargate_vcpus = 1", "14m30s", &parts);
    let expected = [
        "00:05:00 schedule gone calls RunTask",
        "00:05:00 RunTask was refused to schedule gone: ClientException: TaskDefinition not found.",
        "00:05:00 schedule gone does not call again",
        "00:07:00 schedule full calls RunTask",
        "00:10:00 schedule gone calls RunTask",
        "00:10:00 RunTask was refused to schedule gone: ClientException: TaskDefinition not found.",
        "00:10:00 schedule gone does not call again",
        "00:14:00 schedule full calls RunTask",
        "00:14:00 RunTask started no task for schedule full: You've reached the limit on the number of vCPUs you can \
         run concurrently",
    ];
    assert_eq!(told(&run), expected);
}

/// An account with the role `events` and the cluster `demo`.
fn account() -> Door {
    let mut door = Door::new();
    door.ecs("CreateCluster", json!({ "clusterName": "demo" }));
    for (name, service) in [("events", "scheduler.amazonaws.com"), ("tasks", "ecs-tasks.amazonaws.com")] {
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" }]
        });
        let role = json!({ "RoleName": name, "AssumeRolePolicyDocument": trust });
        door.call("iam", "CreateRole", role).expect("a role");
    }
    door
}

/// CreateSchedule's input as the guide has it.
fn nightly() -> Value {
    json!({
        "Name": "nightly",
        "ScheduleExpression": "cron(0 2 * * ? *)",
        "FlexibleTimeWindow": { "Mode": "OFF" },
        "Target": {
            "Arn": "arn:aws:ecs:us-east-1:123456789012:cluster/demo",
            "RoleArn": "arn:aws:iam::123456789012:role/events",
            "EcsParameters": { "TaskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/job:3" },
            "Input": "{\"containerOverrides\": [{\"name\": \"main\", \"command\": [\"sync\"]}]}"
        }
    })
}

fn set(mut input: Value, path: &str, value: Value) -> Value {
    *input.pointer_mut(path).unwrap_or_else(|| panic!("{path} is there")) = value;
    input
}

/// [CP-164]
#[test]
fn a_schedule_is_described_listed_and_gone() {
    let mut door = account();
    let arn = "arn:aws:scheduler:us-east-1:123456789012:schedule/default/nightly";
    assert_eq!(door.call("scheduler", "CreateSchedule", nightly()), Ok(json!({ "ScheduleArn": arn })));
    let mut other = set(nightly(), "/Name", json!("weekly"));
    other["State"] = json!("DISABLED");
    other["StartDate"] = json!("2026-02-01T00:00:00");
    other["FlexibleTimeWindow"] = json!({ "Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15 });
    door.call("scheduler", "CreateSchedule", other).expect("a second one");
    let shown = door.call("scheduler", "GetSchedule", json!({ "Name": "nightly" })).expect("it is there");
    let expected = json!({
        "ActionAfterCompletion": "NONE",
        "Arn": arn,
        "CreationDate": "2026-01-05T09:00:00.000000+00:00",
        "FlexibleTimeWindow": { "Mode": "OFF" },
        "GroupName": "default",
        "LastModificationDate": "2026-01-05T09:00:00.000000+00:00",
        "Name": "nightly",
        "ScheduleExpression": "cron(0 2 * * ? *)",
        "ScheduleExpressionTimezone": "UTC",
        "State": "ENABLED",
        "Target": {
            "Arn": "arn:aws:ecs:us-east-1:123456789012:cluster/demo",
            "RoleArn": "arn:aws:iam::123456789012:role/events",
            "EcsParameters": {
                "TaskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/job:3",
                "TaskCount": 1
            },
            "Input": "{\"containerOverrides\": [{\"name\": \"main\", \"command\": [\"sync\"]}]}",
            "RetryPolicy": { "MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185 }
        }
    });
    assert_eq!(shown, expected);
    let weekly = door.call("scheduler", "GetSchedule", json!({ "Name": "weekly" })).expect("it is there");
    assert_eq!(weekly["StartDate"], "2026-02-01T00:00:00.000000+00:00");
    assert_eq!(weekly["FlexibleTimeWindow"], json!({ "Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15 }));
    let mut names = |input: Value| {
        let listed = door.call("scheduler", "ListSchedules", input).expect("a list");
        let all = listed["Schedules"].as_array().expect("a list").clone();
        all.iter().map(|it| it["Name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(json!({})), ["nightly", "weekly"]);
    assert_eq!(names(json!({ "NamePrefix": "n" })), ["nightly"]);
    assert_eq!(names(json!({ "State": "DISABLED", "GroupName": "default" })), ["weekly"]);
    let twice = door.call("scheduler", "CreateSchedule", nightly()).unwrap_err();
    expect_refusal(&twice, "ConflictException", "Schedule nightly already exists.", "Name");
    assert_eq!(door.call("scheduler", "DeleteSchedule", json!({ "Name": "nightly" })), Ok(json!({})));
    for operation in ["DeleteSchedule", "GetSchedule"] {
        let gone = door.call("scheduler", operation, json!({ "Name": "nightly" })).unwrap_err();
        expect_refusal(&gone, "ResourceNotFoundException", "Schedule nightly does not exist.", "Name");
    }
    let gone = door.call("scheduler", "UpdateSchedule", nightly()).unwrap_err();
    expect_refusal(&gone, "ResourceNotFoundException", "Schedule nightly does not exist.", "Name");
    let group = door.call("scheduler", "ListSchedules", json!({ "GroupName": "prod" })).unwrap_err();
    expect_refusal(&group, "ResourceNotFoundException", "Schedule group prod does not exist.", "GroupName");
    // Its name is free again.
    door.call("scheduler", "CreateSchedule", nightly()).expect("once more");
}

/// [CP-164]
#[test]
fn what_makes_no_sense_is_refused_in_words_of_aws() {
    let role = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.";
    let at = |place: &str| format!("/{}", place.replace('.', "/"));
    for (place, value, message) in [
        ("ScheduleExpression", json!("cron(0 2 * * * *)"), "Invalid Schedule Expression cron(0 2 * * * *)."),
        ("ScheduleExpression", json!("rate(5 seconds)"), "Invalid Schedule Expression rate(5 seconds)."),
        (
            "Target.Arn",
            json!("arn:aws:lambda:us-east-1:123456789012:function:f"),
            "Provided Arn is not in correct format.",
        ),
        ("Target.Arn", json!("demo"), "Provided Arn is not in correct format."),
        ("Target.RoleArn", json!("arn:aws:iam::123456789012:role/nobody"), role),
        ("Target.RoleArn", json!("arn:aws:iam::123456789012:role/tasks"), role),
        ("Target.EcsParameters", json!(null), "EcsParameters are required when the target is an ECS cluster."),
        (
            "Target.EcsParameters.TaskDefinitionArn",
            json!("job"),
            "Provided TaskDefinitionArn is not in correct format.",
        ),
        ("Target.Input", json!("sync"), "Input must be a valid JSON object."),
        ("Target.Input", json!("{\"a\": \"<aws.scheduler.execution-id>\"}"), "Context attributes are not modelled."),
    ] {
        let input = set(nightly(), &at(place), value);
        let error = account().call("scheduler", "CreateSchedule", input).unwrap_err();
        expect_refusal(&error, "ValidationException", message, place);
    }
    let name = "1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy \
                regular expression pattern: ^[0-9a-zA-Z-_.]+$";
    let age = "1 validation error detected: Value '30' at 'Target.RetryPolicy.MaximumEventAgeInSeconds' failed to \
               satisfy constraint: Member must have value between 60 and 86400";
    let attempts = "1 validation error detected: Value '186' at 'Target.RetryPolicy.MaximumRetryAttempts' failed to \
                    satisfy constraint: Member must have value less than or equal to 185";
    let count = "1 validation error detected: Value '11' at 'target.ecsParameters.taskCount' failed to satisfy \
                 constraint: Member must have value between 1 and 10";
    let off = "MaximumWindowInMinutes must not be set when FlexibleTimeWindow is OFF.";
    let flexible = "MaximumWindowInMinutes must be between 1 and 1440 when FlexibleTimeWindow is FLEXIBLE.";
    let description = "1 validation error detected: Value at 'description' failed to satisfy constraint: Member must have \
                       length less than or equal to 512";
    let window = "FlexibleTimeWindow.MaximumWindowInMinutes";
    for (fields, message, place) in [
        (json!({ "Name": "a b" }), name, "Name"),
        (json!({ "Description": "x".repeat(513) }), description, "Description"),
        (
            json!({ "ScheduleExpressionTimezone": "Europe/Paris" }),
            "Invalid ScheduleExpressionTimezone Europe/Paris.",
            "ScheduleExpressionTimezone",
        ),
        (json!({ "StartDate": "soon" }), "Invalid timestamp \"soon\"", "StartDate"),
        (
            json!({ "StartDate": "2026-01-05T08:54:59Z" }),
            "The StartDate you specify cannot be earlier than 5 minutes ago.",
            "StartDate",
        ),
        (
            json!({ "EndDate": "2026-01-05T09:00:00Z" }),
            "The EndDate you specify must be later than the present.",
            "EndDate",
        ),
        (
            json!({ "StartDate": "2026-01-06T09:00:00Z", "EndDate": "2026-01-06T09:00:00Z" }),
            "The EndDate you specify must be later than StartDate.",
            "EndDate",
        ),
        (json!({ "FlexibleTimeWindow": { "Mode": "OFF", "MaximumWindowInMinutes": 5 } }), off, window),
        (json!({ "FlexibleTimeWindow": { "Mode": "FLEXIBLE" } }), flexible, window),
        (json!({ "FlexibleTimeWindow": { "Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1441 } }), flexible, window),
    ] {
        let mut input = nightly();
        for (field, value) in fields.as_object().expect("fields") {
            input[field] = value.clone();
        }
        let error = account().call("scheduler", "CreateSchedule", input).unwrap_err();
        expect_refusal(&error, "ValidationException", message, place);
    }
    for (policy, message, field) in [
        (json!({ "MaximumEventAgeInSeconds": 30 }), age, "MaximumEventAgeInSeconds"),
        (json!({ "MaximumRetryAttempts": 186 }), attempts, "MaximumRetryAttempts"),
    ] {
        let mut input = nightly();
        input["Target"]["RetryPolicy"] = policy;
        let error = account().call("scheduler", "CreateSchedule", input).unwrap_err();
        expect_refusal(&error, "ValidationException", message, &format!("Target.RetryPolicy.{field}"));
    }
    let mut input = nightly();
    input["Target"]["EcsParameters"]["TaskCount"] = json!(11);
    let error = account().call("scheduler", "CreateSchedule", input).unwrap_err();
    expect_refusal(&error, "ValidationException", count, "Target.EcsParameters.TaskCount");
}
