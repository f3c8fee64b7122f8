//! ECS Exec: which tasks have its agent, and what ExecuteCommand answers.

use serde_json::json;
use tests::story::{ask, play, service, typed};

const ROLE: &str = "[[iam.role]]\nRoleName = \"exec\"\nAssumeRolePolicyDocument = { Version = \"2012-10-17\", Statement = [\
    { Effect = \"Allow\", Principal = { Service = \"ecs-tasks.amazonaws.com\" }, Action = \"sts:AssumeRole\" }] }\n";

const POLICY: &str = "[[iam.rolePolicy]]\nRoleName = \"exec\"\nPolicyName = \"messages\"\nPolicyDocument = { Version = \
    \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"ssmmessages:*\", Resource = \"*\" }] }\n";

/// A third revision of `web`, with a task role and two containers.
const WITH_ROLE: &str = "[[ecs.taskDefinition]]\nfamily = \"shell\"\nrequiresCompatibilities = [\"FARGATE\"]\n\
    networkMode = \"awsvpc\"\ncpu = \"256\"\nmemory = \"512\"\ntaskRoleArn = \"exec\"\n\
    containerDefinitions = [{ name = \"web\", image = \"httpd\" }, { name = \"side\", image = \"httpd\" }]\n";

/// [CP-246] The setting of a service reaches the tasks that it starts from then on; the others have no agent, as many have found out.
#[test]
fn only_tasks_that_were_started_with_it_can_be_entered() {
    let update = "aws ecs update-service --cluster demo --service web --enable-execute-command --query service.enableExecuteCommand";
    let parts = [
        ROLE,
        POLICY,
        WITH_ROLE,
        &service(1, "").replace("taskDefinition = \"web:1\"", "taskDefinition = \"shell\""),
        &typed("3m", update),
        &typed(
            "10m",
            "aws ecs update-service --cluster demo --service web --force-new-deployment --query service.status",
        ),
    ];
    let before = play("9m", &parts);
    let enter = |task: &str, container: &str| json!({ "cluster": "demo", "task": task, "container": container, "command": "/bin/sh", "interactive": true });
    let refused = ask(&before, "ExecuteCommand", enter("web#1", "web")).expect_err("it was started without");
    let expected = "InvalidParameterException: The execute command failed because execute command was not enabled when the task \
                    was run or the execute command agent isn't running. Wait and try again or run a new task with execute \
                    command enabled and try again. at task";
    assert_eq!(refused, expected);
    let after = play("20m", &parts);
    let answer = ask(&after, "ExecuteCommand", enter("web#2", "side")).expect("it is entered");
    assert_eq!((&answer["containerName"], &answer["interactive"]), (&json!("side"), &json!(true)));
    let session = answer["session"]["sessionId"].as_str().expect("an id");
    assert!(session.starts_with("ecs-execute-command-0") && session.len() == 37, "{session}");
    let described =
        ask(&after, "DescribeTasks", json!({ "cluster": "demo", "tasks": ["web#2"] })).expect("it is there");
    let agent = &described["tasks"][0]["containers"][1]["managedAgents"][0];
    assert_eq!((&agent["name"], &agent["lastStatus"]), (&json!("ExecuteCommandAgent"), &json!("RUNNING")));
    assert_eq!(described["tasks"][0]["containers"][1]["containerArn"], answer["containerArn"]);
    for (input, message) in [
        (json!({ "task": "web#2", "command": "ls", "interactive": true }), "The container must be one of the task's"),
        (
            json!({ "task": "web#2", "container": "x", "command": "ls", "interactive": true }),
            "The container must be one",
        ),
        (
            json!({ "task": "web#2", "container": "web", "command": "ls", "interactive": false }),
            "Interactive is the only",
        ),
        (
            json!({ "task": "web#2", "container": "web", "command": "", "interactive": true }),
            "command cannot be empty.",
        ),
        (
            json!({ "task": "web#9", "container": "web", "command": "ls", "interactive": true }),
            "The referenced task was",
        ),
    ] {
        let mut input = input;
        input["cluster"] = json!("demo");
        let refused = ask(&after, "ExecuteCommand", input.clone()).expect_err("it is refused");
        assert!(refused.starts_with(&format!("InvalidParameterException: {message}")), "{input}: {refused}");
    }
}

/// [CP-246] Without a task role it is refused at once; with one that may not call `ssmmessages` the agent never gets through.
#[test]
fn the_agent_needs_a_task_role_that_may_talk_to_systems_manager() {
    let network = "--launch-type FARGATE --network-configuration awsvpcConfiguration={subnets=[us-east-1a],assignPublicIp=ENABLED}";
    let run_task = |family: &str| {
        typed(
            "1m",
            &format!("aws ecs run-task --cluster demo --task-definition {family} --enable-execute-command {network}"),
        )
    };
    let update = typed("1m", "aws ecs update-service --cluster demo --service web --enable-execute-command");
    let create = format!(
        "aws ecs create-service --cluster demo --service-name other --task-definition web:1 --desired-count 1 \
         --enable-execute-command {network}"
    );
    let lines = [run_task("web:1"), update, typed("1m", &create), run_task("shell")];
    let mut parts = vec![ROLE, WITH_ROLE];
    let first = service(1, "");
    parts.push(&first);
    parts.extend(lines.iter().map(String::as_str));
    let run = play("5m", &parts);
    let printed: Vec<&str> = run.transcript().iter().map(|typed| typed.output.as_str()).collect();
    for (output, text) in [
        (printed[0], "The execute command failed because a valid task role is not being used."),
        (printed[1], "The service couldn't be updated because a valid taskRoleArn is not being used."),
        (printed[2], "The service couldn't be created because a valid taskRoleArn is not being used."),
    ] {
        assert!(output.contains("(InvalidParameterException)") && output.contains(text), "{output}");
    }
    let task = run.world().ecs.tasks.iter().last().expect("there is one").1.name.to_string();
    let task = task.trim_start_matches("demo/");
    let input = json!({ "cluster": "demo", "task": task, "container": "web", "command": "ls", "interactive": true });
    let refused = ask(&run, "ExecuteCommand", input).expect_err("it is not connected");
    assert_eq!(
        refused,
        "TargetNotConnectedException: The execute command failed due to an internal error. Try again later. at task"
    );
}
