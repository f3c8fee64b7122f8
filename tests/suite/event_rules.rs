//! Rules of the default event bus: the events that ECS sends, what a rule is about, and what it calls.

use serde_json::{Value, json};
use sim_core::Simulation;
use sim_core::observe::sentence;
use sim_core::world::Fact;
use sim_core::world::ecs::StopCode;
use tests::story::{AGENTS, instance, on_instances, play, play_assuming, service, service_on_instances, task, typed};

use crate::door::{Door, expect_refusal};

const GROUP: &str = "/aws/events/ecs";

/// A rule about these events, which a log group keeps.
pub(crate) fn kept(pattern: &str) -> String {
    format!(
        "[[logs.logGroup]]\nlogGroupName = \"{GROUP}\"\n\
         [[events.rule]]\nName = \"seen\"\nEventPattern = '''{pattern}'''\n\
         [[events.targets]]\nRule = \"seen\"\n\
         Targets = [{{ Id = \"log\", Arn = \"arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}\" }}]\n"
    )
}

/// The events that the log group has kept.
pub(crate) fn events(run: &Simulation) -> Vec<Value> {
    let lines = run.world().logs.groups[GROUP].lines.iter();
    lines.map(|line| serde_json::from_str(&line.text).expect("events are JSON")).collect()
}

/// `INFO SERVICE_STEADY_STATE` of each event of this kind.
pub(crate) fn names(run: &Simulation, kind: &str) -> Vec<String> {
    let events = events(run).into_iter().filter(|event| event["detail-type"] == kind);
    let text = |event: &Value, field: &str| event["detail"][field].as_str().unwrap_or("none").to_owned();
    events.map(|event| format!("{} {}", text(&event, "eventType"), text(&event, "eventName"))).collect()
}

const ALL: &str = r#"{"source": ["aws.ecs"]}"#;

/// [CP-217] [CP-218]
#[test]
fn the_life_of_a_task_is_told_in_versions_and_without_its_health() {
    let stop = typed("5m", "aws ecs update-service --cluster demo --service web --desired-count 0");
    let pattern = r#"{"source": ["aws.ecs"], "detail-type": ["ECS Task State Change"]}"#;
    let run = play("10m", &[&kept(pattern), &service(1, ""), &stop]);
    let events = events(&run);
    let told: Vec<String> = events
        .iter()
        .map(|event| {
            let detail = &event["detail"];
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            format!(
                "{} {} {} {}",
                &text(&event["time"])[11..19],
                detail["version"],
                text(&detail["lastStatus"]),
                text(&detail["desiredStatus"])
            )
        })
        .collect();
    // The service's first look is at once; the log group is there before it, and so is the rule.
    let expected = [
        "09:00:00 1 PROVISIONING RUNNING",
        "09:00:12 2 PENDING RUNNING",
        "09:00:27 3 RUNNING RUNNING",
        "09:05:00 4 STOPPING STOPPED",
        "09:05:01 5 DEPROVISIONING STOPPED",
        "09:05:16 6 STOPPED STOPPED",
    ];
    assert_eq!(told, expected);
    let running = &events[2];
    for (field, value) in [
        ("version", json!("0")),
        ("detail-type", json!("ECS Task State Change")),
        ("source", json!("aws.ecs")),
        ("account", json!("123456789012")),
        ("region", json!("us-east-1")),
    ] {
        assert_eq!(running[field], value);
    }
    let (_, first) = run.world().ecs.tasks.iter().next().expect("a task");
    assert_eq!(running["resources"], json!([first.arn]));
    let text = running.to_string();
    assert!(!text.contains("healthStatus") && !text.contains("null") && !text.contains("+00:00"), "{text}");
    let detail = &running["detail"];
    assert_eq!(detail["createdAt"], "2026-01-05T09:00:00.000Z");
    assert_eq!(detail["attachments"][0]["type"], "eni");
    assert_eq!(detail["containers"][0]["lastStatus"], "RUNNING");
    assert_eq!(detail["group"], "service:web");
    // It came a moment later.
    let line = &run.world().logs.groups[GROUP].lines[1];
    assert_eq!(
        (line.at.to_string().as_str(), line.stream.as_str()),
        ("00:00:12.100", events[1]["id"].as_str().expect("an id"))
    );
}

/// [CP-219] [CP-221] [CP-218]
#[test]
fn a_service_tells_of_its_deployments_and_of_what_it_does() {
    let lines = [
        typed("5m", "aws ecs update-service --cluster demo --service web --task-definition web:2"),
        typed("15m", "aws ecs update-service --cluster demo --service web --desired-count 1"),
    ];
    let run = play("20m", &[&kept(ALL), &service(2, ""), &lines[0], &lines[1]]);
    let progress = ["INFO SERVICE_DEPLOYMENT_IN_PROGRESS", "INFO SERVICE_DEPLOYMENT_COMPLETED"];
    assert_eq!(names(&run, "ECS Deployment State Change"), [progress[0], progress[1], progress[0], progress[1]]);
    let actions = names(&run, "ECS Service Action");
    let (steady, stopped) = ("INFO SERVICE_STEADY_STATE", "INFO TASKS_STOPPED");
    let expected = [
        progress[0],
        progress[1],
        steady, // the first deployment
        progress[0],
        stopped,
        progress[1],
        steady, // the second
        stopped,
        steady, // fewer tasks
    ];
    assert_eq!(actions, expected);
    let all = events(&run);
    let deployment = all.iter().find(|event| event["detail-type"] == "ECS Deployment State Change").expect("one");
    let name = &run.world().ecs.deployments.iter().next().expect("one").1.name;
    let detail = json!({
        "eventType": "INFO",
        "eventName": "SERVICE_DEPLOYMENT_IN_PROGRESS",
        "deploymentId": name,
        "updatedAt": "2026-01-05T09:00:00.000Z",
        "reason": format!("ECS deployment {name} in progress.")
    });
    assert_eq!(deployment["detail"], detail);
    let action = all.iter().find(|event| event["detail"]["eventName"] == "SERVICE_STEADY_STATE").expect("one");
    assert_eq!(action["resources"], json!(["arn:aws:ecs:us-east-1:123456789012:service/demo/web"]));
    let members: Vec<&String> = action["detail"].as_object().expect("a detail").keys().collect();
    assert_eq!(members, ["eventType", "eventName", "clusterArn", "createdAt"]);
}

const GHOST: &str = "[[ecs.taskDefinition]]\nfamily = \"ghost\"\nrequiresCompatibilities = [\"FARGATE\"]\n\
    networkMode = \"awsvpc\"\ncpu = \"256\"\nmemory = \"512\"\ncontainerDefinitions = [{ name = \"web\", image = \"ghost\" }]\n";

/// [CP-220] [CP-221]
#[test]
fn what_a_service_cannot_do_is_a_warning_or_an_error() {
    let breaker = "deploymentConfiguration = { deploymentCircuitBreaker = { enable = true, rollback = true } }";
    let wrong = typed("5m", "aws ecs update-service --cluster demo --service web --task-definition ghost:1");
    let dark = "[[world.fault]]\nat = \"50m\"\nzone = \"us-east-1a\"\nlose = \"power\"\n\
                [[world.fault]]\nat = \"50m\"\nzone = \"us-east-1b\"\nlose = \"power\"\n";
    let run = play("1h", &[GHOST, &kept(ALL), &service(2, breaker), &wrong, dark]);
    let deployments = names(&run, "ECS Deployment State Change");
    let (begun, done) = ("INFO SERVICE_DEPLOYMENT_IN_PROGRESS", "INFO SERVICE_DEPLOYMENT_COMPLETED");
    assert_eq!(deployments, [begun, done, begun, "ERROR SERVICE_DEPLOYMENT_FAILED", begun, done]);
    let all = events(&run);
    let reasons: Vec<&str> = all
        .iter()
        .filter(|event| event["detail-type"] == "ECS Deployment State Change")
        .map(|event| event["detail"]["reason"].as_str().expect("a reason"))
        .collect();
    assert_eq!(reasons[3], "ECS deployment circuit breaker: tasks failed to start.");
    assert!(
        reasons[4].starts_with("ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/"),
        "{reasons:?}"
    );
    let actions = names(&run, "ECS Service Action");
    for action in ["ERROR SERVICE_DEPLOYMENT_FAILED", "ERROR SERVICE_TASK_PLACEMENT_FAILURE"] {
        assert!(actions.iter().any(|it| it == action), "{action}: {actions:?}");
    }
    let placement = all.iter().find(|event| event["detail"]["eventName"] == "SERVICE_TASK_PLACEMENT_FAILURE");
    assert_eq!(placement.expect("one")["detail"]["reason"], "RESOURCE:FARGATE");
    // On container instances the reason is that of the instance that was closest; here there is none.
    let none = service_on_instances("jobs", "job", 1, "");
    let job = on_instances("job", "memory = 64", "");
    let run = play("2m", &[&kept(ALL), &job, &none]);
    let placement =
        events(&run).into_iter().find(|event| event["detail"]["eventName"] == "SERVICE_TASK_PLACEMENT_FAILURE");
    assert_eq!(placement.expect("one")["detail"]["reason"], "NO ACTIVE INSTANCES");
    // Without a circuit breaker a service tries again and again, and warns.
    let run = play("40m", &[GHOST, &kept(ALL), &service(2, "").replace("web:1", "ghost:1")]);
    assert!(names(&run, "ECS Service Action").contains(&"WARN SERVICE_TASK_START_IMPAIRED".to_owned()));
}

/// [CP-219]
#[test]
fn rebalancing_is_told_from_its_start_to_its_end() {
    let lost = "[[world.fault]]\nat = \"5m\"\nzone = \"us-east-1a\"\nlose = \"power\"\nfor = \"10m\"\n";
    let on = "availabilityZoneRebalancing = \"ENABLED\"";
    let run = play(
        "60m",
        &[
            &kept(r#"{"detail": {"eventName": [{"prefix": "SERVICE_REBALANCING"}, "TASKS_STARTED"]}}"#),
            &service(4, on),
            lost,
        ],
    );
    let told = names(&run, "ECS Service Action");
    assert_eq!(told.first().map(String::as_str), Some("INFO SERVICE_REBALANCING_STARTED"));
    assert!(told.contains(&"INFO TASKS_STARTED".to_owned()), "{told:?}");
    assert_eq!(told.last().map(String::as_str), Some("INFO SERVICE_REBALANCING_COMPLETED"));
}

/// [CP-223]
#[test]
fn one_cause_may_raise_several_events() {
    let lost = "[[world.fault]]\nat = \"5m\"\nzone = \"us-east-1a\"\nlose = \"power\"\n";
    let pattern = r#"{"detail": {"lastStatus": ["STOPPED"], "availabilityZone": ["us-east-1a"]}}"#;
    let run = play("10m", &[&kept(pattern), &service(6, ""), lost]);
    let told = events(&run);
    let times: Vec<&str> = told.iter().map(|event| event["time"].as_str().expect("a time")).collect();
    assert_eq!(times.len(), 3, "{times:?}");
    assert!(times.iter().all(|time| *time == times[0]), "{times:?}");
}

/// [CP-217] [CP-218] [CP-223] What an instance has left is told with each task that it gets or loses, and so is its state; its
/// version rises with each of these events.
#[test]
fn a_container_instance_tells_of_its_tasks_and_of_its_state() {
    let pattern = r#"{"detail-type": ["ECS Container Instance State Change"]}"#;
    let lines = [
        typed(
            "5m",
            "aws ecs update-container-instances-state --cluster demo --container-instances instance#1 --status DRAINING",
        ),
        typed("10m", "aws ecs deregister-container-instance --cluster demo --container-instance instance#1 --force"),
    ];
    let run = play(
        "12m",
        &[
            &kept(pattern),
            AGENTS,
            &instance("m5.large", "us-east-1a", ""),
            &instance("m5.large", "us-east-1b", ""),
            &on_instances("main", "cpu = 512, memory = 128", ""),
            &service_on_instances("web", "main", 2, ""),
            &lines[0],
            &lines[1],
            "[[world.fault]]\nat = \"11m\"\ncut_off = \"instance#2\"\nfor = \"30s\"\n",
        ],
    );
    let told: Vec<String> = events(&run)
        .iter()
        .map(|event| {
            let detail = &event["detail"];
            let (_, it) =
                run.world().ecs.instances.iter().find(|(_, it)| it.arn == event["resources"][0]).expect("it is");
            let heard = if detail["agentConnected"] == json!(true) { "heard" } else { "not heard" };
            let left = &detail["remainingResources"][0]["integerValue"];
            let (time, status) =
                (event["time"].as_str().expect("a time"), detail["status"].as_str().expect("a status"));
            format!("{} {} v{} {status}, {heard}, {left} units", &time[11..19], it.name, detail["version"])
        })
        .collect();
    let expected = [
        "09:00:39 instance#1 v1 ACTIVE, heard, 2048 units",
        "09:00:39 instance#2 v1 ACTIVE, heard, 2048 units",
        "09:00:40 instance#2 v2 ACTIVE, heard, 1536 units",
        "09:00:40 instance#1 v2 ACTIVE, heard, 1536 units",
        "09:05:00 instance#1 v3 DRAINING, heard, 1536 units",
        "09:05:00 instance#2 v3 ACTIVE, heard, 1024 units", // another task first
        "09:05:51 instance#1 v4 DRAINING, heard, 2048 units",
        "09:10:00 instance#1 v5 INACTIVE, not heard, 2048 units",
        "09:11:00 instance#2 v4 ACTIVE, not heard, 1024 units",
        "09:11:30 instance#2 v5 ACTIVE, heard, 1024 units",
    ];
    assert_eq!(told, expected);
}

/// [CP-217]
#[test]
fn without_a_rule_that_calls_somebody_no_event_is_built() {
    let plain = play("10m", &[&service(2, "")]);
    let rule = format!("[[events.rule]]\nName = \"all\"\nEventPattern = '''{ALL}'''\n");
    let nobody = play("10m", &[&service(2, ""), &rule]);
    assert_eq!(plain.ctx().events(), nobody.ctx().events());
    let target = kept(ALL).replace("Name = \"seen\"", "Name = \"seen\"\nState = \"DISABLED\"");
    let disabled = play("10m", &[&target, &service(2, ""), &typed("9m", "aws events enable-rule --name seen")]);
    assert_eq!(events(&disabled), [] as [Value; 0], "what was before it is not told");
}

const ROLE: &str = r#"
[[iam.role]]
RoleName = "events"
[iam.role.AssumeRolePolicyDocument]
Version = "2012-10-17"
Statement = [{ Effect = "Allow", Principal = { Service = "events.amazonaws.com" }, Action = "sts:AssumeRole" }]
[[iam.rolePolicyAttachment]]
RoleName = "events"
PolicyArn = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceEventsRole"
"#;

/// A rule that runs the family `web` in the cluster `demo`.
fn runs(rule: &str, more: &str) -> String {
    format!(
        r#"
[[events.rule]]
Name = "{rule}"
{more}
[[events.targets]]
Rule = "{rule}"
[[events.targets.Targets]]
Id = "run"
Arn = "arn:aws:ecs:us-east-1:123456789012:cluster/demo"
RoleArn = "arn:aws:iam::123456789012:role/events"
[events.targets.Targets.EcsParameters]
TaskDefinitionArn = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:2"
LaunchType = "FARGATE"
NetworkConfiguration = {{ awsvpcConfiguration = {{ Subnets = ["us-east-1a"], AssignPublicIp = "ENABLED" }} }}
"#
    )
}

/// What EventBridge did, with its times.
fn told(run: &Simulation) -> Vec<String> {
    let about = |fact: &Fact| {
        matches!(
            fact,
            Fact::TargetInvoked { .. }
                | Fact::TargetRefused { .. }
                | Fact::TargetDropped { .. }
                | Fact::EventLost { .. }
        )
    };
    let facts = run.ctx().journal().iter().filter(|(_, entry)| about(&entry.fact));
    facts.map(|(_, entry)| format!("{} {}", entry.at, sentence(run.world(), &entry.fact))).collect()
}

/// The classic way to a scheduled task. [CP-164]
#[test]
fn a_rule_with_a_schedule_runs_tasks() {
    let parts = [
        ROLE,
        &runs("tick", "ScheduleExpression = \"rate(10 minutes)\""),
        &typed("25m", "aws events disable-rule --name tick"),
        &typed("35m", "aws events enable-rule --name tick"),
    ];
    let run = play("45m", &parts);
    let calls = ["00:10:00 rule tick calls RunTask", "00:20:00 rule tick calls RunTask"];
    assert_eq!(told(&run), [calls[0], calls[1], "00:40:00 rule tick calls RunTask"]);
    let (_, first) = run.world().ecs.tasks.iter().next().expect("a task");
    assert_eq!(first.started_by, "events-rule/tick");
}

/// A permission that is missing does not come while one waits: such a call is given up at once. [IA-025] [IA-026]
#[test]
fn a_rule_does_not_call_again_where_a_permission_is_missing() {
    let silent = ROLE.split("[[iam.rolePolicyAttachment]]").next().expect("the role");
    let run = play("11m", &[silent, &runs("tick", "ScheduleExpression = \"rate(10 minutes)\"")]);
    let told = told(&run);
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[1].contains("AccessDeniedException") && told[1].contains("ecs:RunTask"), "{told:?}");
    assert_eq!(told[2], "00:10:00 rule tick does not call again");
}

/// [CP-217]
#[test]
fn a_rule_answers_the_end_of_a_task_with_another_task() {
    let pattern = r#"{"source": ["aws.ecs"], "detail-type": ["ECS Task State Change"],
        "detail": {"lastStatus": ["STOPPED"], "stopCode": ["UserInitiated"], "group": [{"prefix": "family:"}],
        "startedBy": [{"exists": false}]}}"#;
    let job = "aws ecs run-task --cluster demo --task-definition web:1 --launch-type FARGATE --network-configuration \
               awsvpcConfiguration={subnets=[us-east-1a],assignPublicIp=ENABLED}";
    let parts = [
        ROLE,
        &runs("again", &format!("EventPattern = '''{pattern}'''")),
        &typed("1m", job),
        &typed("5m", "aws ecs stop-task --cluster demo --task family:web#1"),
        &typed("8m", "aws ecs stop-task --cluster demo --task family:web#2"),
    ];
    let run = play("10m", &parts);
    // The second one was started by a rule: the rule is not about it.
    assert_eq!(told(&run), ["00:05:16.100 rule again calls RunTask"]);
    assert_eq!(run.world().ecs.tasks.len(), 2);
    let second = &run.world().ecs.tasks[task(&run, "family:web#2")];
    assert_eq!(second.stopping.as_ref().map(|stopping| stopping.code), Some(StopCode::UserInitiated));
    // Why was it started? Because the first one stopped, because somebody asked for that.
    let created = run.ctx().journal().iter().filter(|(_, it)| matches!(it.fact, Fact::TaskCreated { .. })).nth(1);
    let chain = run.ctx().journal().chain(created.expect("two").0).map(|(_, it)| sentence(run.world(), &it.fact));
    let chain: Vec<String> = chain.collect();
    assert!(chain[1].starts_with("rule again calls RunTask") && chain[2].ends_with("is STOPPED"), "{chain:?}");
    assert!(chain.last().is_some_and(|first| first.starts_with("typed: aws ecs stop-task")), "{chain:?}");
}

#[test]
fn an_event_for_a_group_that_is_not_there_is_lost_and_that_is_told() {
    let rule = kept(r#"{"detail": {"eventName": ["SERVICE_STEADY_STATE"]}}"#);
    let rule = rule.split_once("[[events.rule]]").map(|(_, rule)| format!("[[events.rule]]{rule}")).expect("a rule");
    let run = play_assuming("internal_call = \"1s\"", "2m", &[&rule, &service(1, "")]);
    assert_eq!(told(&run), [format!("00:01:11 an event for rule seen was lost: there is no log group {GROUP}")]);
}

/// An account with the role `events`, the cluster `demo` and a rule about all events of ECS.
fn account() -> Door {
    let mut door = Door::new();
    door.ecs("CreateCluster", json!({ "clusterName": "demo" }));
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Principal": { "Service": "events.amazonaws.com" }, "Action": "sts:AssumeRole" }]
    });
    let role = json!({ "RoleName": "events", "AssumeRolePolicyDocument": trust });
    door.call("iam", "CreateRole", role).expect("a role");
    door.call("events", "PutRule", json!({ "Name": "all", "EventPattern": ALL })).expect("a rule");
    door
}

fn target() -> Value {
    json!({
        "Id": "run",
        "Arn": "arn:aws:ecs:us-east-1:123456789012:cluster/demo",
        "RoleArn": "arn:aws:iam::123456789012:role/events",
        "EcsParameters": { "TaskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/job", "TaskCount": 1 }
    })
}

#[test]
fn rules_and_their_targets_are_described_and_deleted() {
    let mut door = account();
    let nightly = json!({ "Name": "nightly", "ScheduleExpression": "cron(0 2 * * ? *)", "State": "DISABLED", "Description": "a night" });
    let arn = "arn:aws:events:us-east-1:123456789012:rule/nightly";
    assert_eq!(door.call("events", "PutRule", nightly), Ok(json!({ "RuleArn": arn })));
    let shown = json!({
        "Name": "nightly",
        "Arn": arn,
        "ScheduleExpression": "cron(0 2 * * ? *)",
        "State": "DISABLED",
        "Description": "a night",
        "EventBusName": "default",
        "CreatedBy": "123456789012"
    });
    assert_eq!(door.call("events", "DescribeRule", json!({ "Name": "nightly" })), Ok(shown));
    let listed = door.call("events", "ListRules", json!({})).expect("a list");
    assert_eq!(listed["Rules"][0]["EventPattern"], ALL);
    assert_eq!(listed["Rules"].as_array().map(Vec::len), Some(2));
    let listed = door.call("events", "ListRules", json!({ "NamePrefix": "n" })).expect("a list");
    assert_eq!(listed["Rules"].as_array().map(Vec::len), Some(1));
    let log = json!({ "Id": "log", "Arn": format!("arn:aws:logs:us-east-1:123456789012:log-group:{GROUP}:*") });
    let none = json!({ "FailedEntryCount": 0, "FailedEntries": [] });
    let put = json!({ "Rule": "all", "Targets": [target(), log] });
    assert_eq!(door.call("events", "PutTargets", put), Ok(none.clone()));
    let listed = door.call("events", "ListTargetsByRule", json!({ "Rule": "all" }));
    assert_eq!(listed, Ok(json!({ "Targets": [log, target()] })));
    let kept = door.call("events", "DeleteRule", json!({ "Name": "all" })).unwrap_err();
    expect_refusal(&kept, "ValidationException", "Rule can't be deleted since it has targets.", "Name");
    let remove = json!({ "Rule": "all", "Ids": ["log", "run", "nobody"] });
    assert_eq!(door.call("events", "RemoveTargets", remove), Ok(none));
    assert_eq!(door.call("events", "DeleteRule", json!({ "Name": "all" })), Ok(json!({})));
    assert_eq!(
        door.call("events", "DeleteRule", json!({ "Name": "all" })),
        Ok(json!({})),
        "that it is gone is no error"
    );
    for (operation, field) in
        [("DescribeRule", "Name"), ("EnableRule", "Name"), ("DisableRule", "Name"), ("ListTargetsByRule", "Rule")]
    {
        let gone = door.call("events", operation, json!({ field: "all" })).unwrap_err();
        let message = "Rule all does not exist on EventBus default.";
        expect_refusal(&gone, "ResourceNotFoundException", message, field);
    }
    let bus = door.call("events", "ListRules", json!({ "EventBusName": "mine" })).unwrap_err();
    expect_refusal(&bus, "ResourceNotFoundException", "Event bus mine does not exist.", "EventBusName");
}

#[test]
fn what_makes_no_sense_is_refused_in_words_of_aws() {
    let name = "1 validation error detected: Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy \
                regular expression pattern: [\\.\\-_A-Za-z0-9]+";
    let long = "1 validation error detected: Value at 'description' failed to satisfy constraint: Member must have length \
                less than or equal to 512";
    let neither = "Parameter(s) EventPattern or ScheduleExpression must be specified.";
    let schedule = "Parameter ScheduleExpression is not valid.";
    let pattern = "Event pattern is not valid. Reason: \"source\" must be an object or an array";
    for (input, code, message, place) in [
        (json!({ "Name": "a b", "EventPattern": ALL }), "ValidationException", name, "Name"),
        (json!({ "Name": "a" }), "ValidationException", neither, ""),
        (
            json!({ "Name": "a", "EventPattern": ALL, "Description": "x".repeat(513) }),
            "ValidationException",
            long,
            "Description",
        ),
        (
            json!({ "Name": "a", "ScheduleExpression": "rate(1 minutes)" }),
            "ValidationException",
            schedule,
            "ScheduleExpression",
        ),
        (
            json!({ "Name": "a", "EventPattern": "{\"source\": \"aws.ecs\"}" }),
            "InvalidEventPatternException",
            pattern,
            "EventPattern",
        ),
    ] {
        let error = account().call("events", "PutRule", input).unwrap_err();
        expect_refusal(&error, code, message, place);
    }
    let cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/demo";
    let group = "arn:aws:logs:us-east-1:123456789012:log-group:/x";
    let format = |arn: &str| format!("Parameter {arn} is not valid. Reason: Provided Arn is not in correct format.");
    let id = "1 validation error detected: Value '' at 'targets.1.member.id' failed to satisfy constraint: Member must \
              satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+";
    for (field, value, message) in [
        ("Id", json!(""), id.to_owned()),
        ("Arn", json!("demo"), format("demo")),
        ("EcsParameters", json!(null), "Parameter(s) EcsParameters must be specified for target: run.".to_owned()),
        ("RoleArn", json!(null), format!("RoleArn is required for target {cluster}.")),
        (
            "RoleArn",
            json!("arn:aws:iam::123456789012:role/x"),
            "Parameter arn:aws:iam::123456789012:role/x is not valid. Reason: There is no such role.".to_owned(),
        ),
        ("Input", json!("no"), "Input must be a valid JSON object.".to_owned()),
    ] {
        let mut it = target();
        it[field] = value;
        let error = account().call("events", "PutTargets", json!({ "Rule": "all", "Targets": [it] })).unwrap_err();
        expect_refusal(&error, "ValidationException", &message, &format!("Targets[0].{field}"));
    }
    let mut unfit = target();
    unfit["Arn"] = json!(group);
    let error = account().call("events", "PutTargets", json!({ "Rule": "all", "Targets": [unfit] })).unwrap_err();
    let message = format!("RoleArn is not supported for target {group}.");
    expect_refusal(&error, "ValidationException", &message, "Targets[0].RoleArn");
    let mut unfit = target();
    unfit["EcsParameters"]["TaskDefinitionArn"] = json!("job");
    let error = account().call("events", "PutTargets", json!({ "Rule": "all", "Targets": [unfit] })).unwrap_err();
    expect_refusal(&error, "ValidationException", &format("job"), "Targets[0].EcsParameters.TaskDefinitionArn");
    let error = account().call("events", "PutTargets", json!({ "Rule": "all", "Targets": [] })).unwrap_err();
    assert_eq!(error.place, "Targets");
    let many: Vec<Value> = (0..6).map(|n| json!({ "Id": format!("t{n}"), "Arn": group })).collect();
    let error = account().call("events", "PutTargets", json!({ "Rule": "all", "Targets": many })).unwrap_err();
    let message = "The requested resource exceeds the maximum number allowed.";
    expect_refusal(&error, "LimitExceededException", message, "Targets");
}

#[test]
fn a_pattern_can_be_tried() {
    let mut door = account();
    let mut tried = |pattern: &str, event: &str| {
        let input = json!({ "EventPattern": pattern, "Event": event });
        door.call("events", "TestEventPattern", input).map(|output| output["Result"] == json!(true))
    };
    assert_eq!(tried(ALL, r#"{"source": "aws.ecs"}"#), Ok(true));
    assert_eq!(tried(ALL, r#"{"source": "aws.ec2"}"#), Ok(false));
    expect_refusal(&tried(ALL, "no").unwrap_err(), "ValidationException", "Parameter Event is not valid.", "Event");
    let message = "Event pattern is not valid. Reason: Filter is not an object";
    expect_refusal(&tried("[]", "{}").unwrap_err(), "InvalidEventPatternException", message, "EventPattern");
}

#[test]
fn what_a_group_keeps_is_found() {
    let read = format!("aws logs filter-log-events --log-group-name {GROUP}");
    let parts = [
        kept(ALL),
        service(1, ""),
        typed("2m", &format!("{read} --query 'length(events)'")),
        typed("2m", &format!("{read} --filter-pattern SERVICE_STEADY_STATE --query 'length(events)'")),
        typed(
            "2m",
            &format!(
                "{read} --filter-pattern '\"ECS Task State Change\"' --start-time 1767603612000 --query 'length(events)'"
            ),
        ),
        typed("2m", &format!("{read} --filter-pattern '{{ $.detail.version = 3 }}'")),
    ];
    let run = play("3m", &parts.iter().map(String::as_str).collect::<Vec<_>>());
    let answers: Vec<&str> = run.transcript().iter().map(|typed| typed.output.as_str()).collect();
    // Three of the task, two pairs of the deployment, and the steady state; two of the task's after 09:00:12.
    assert_eq!(answers[..3], ["8", "1", "2"]);
    assert!(
        answers[3].contains("InvalidParameterException") && answers[3].contains("Invalid filter pattern"),
        "{}",
        answers[3]
    );
    let gone = Door::new().call("logs", "FilterLogEvents", json!({ "logGroupName": "x" })).unwrap_err();
    expect_refusal(&gone, "ResourceNotFoundException", "The specified log group does not exist.", "logGroupName");
}
