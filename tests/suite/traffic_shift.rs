//! Blue/green, linear and canary deployments, as an operator sees them.

use insta::assert_snapshot;
use serde_json::{Value, json};
use sim_core::Simulation;
use sim_core::engine::Time;
use sim_core::world::Fact;
use sim_core::world::ecs::TaskStatus;
use tests::story::{BALANCER, ask, play, running, service_behind, task, told, typed};

use crate::door::expect_refusal;

/// A second target group, and a listener for tests.
const SECOND: &str = r#"
[[elbv2.targetGroup]]
Name = "tg2"
Protocol = "HTTP"
Port = 80
TargetType = "ip"
HealthCheckIntervalSeconds = 10
HealthyThresholdCount = 2
UnhealthyThresholdCount = 2
[[elbv2.targetGroupAttributes]]
TargetGroupArn = "tg2"
Attributes = [{ Key = "deregistration_delay.timeout_seconds", Value = "30" }]
[[elbv2.listener]]
LoadBalancerArn = "alb"
Protocol = "HTTP"
Port = 8080
DefaultActions = [{ Type = "forward", TargetGroupArn = "tg" }]
"#;

/// The service, with this strategy.
fn shifting(desired: u32, configuration: &str) -> String {
    let advanced = "advancedConfiguration = { alternateTargetGroupArn = \"tg2\", productionListenerRule = \"alb:80\", \
                    testListenerRule = \"alb:8080\", roleArn = \"ecsInfrastructureRole\" } }]";
    let service = service_behind(desired, &format!("deploymentConfiguration = {{ {configuration} }}"));
    let with = service.replace("containerPort = 80 }]", &format!("containerPort = 80, {advanced}"));
    assert_ne!(with, service);
    with
}

/// A lifecycle hook at this stage.
fn hook(stage: &str) -> String {
    format!(
        "lifecycleHooks = [{{ hookTargetArn = \"arn:aws:lambda:us-east-1:123456789012:function:check\", roleArn = \
         \"hooks\", lifecycleStages = [\"{stage}\"] }}]"
    )
}

fn answers(words: &str) -> String {
    format!("[[world.hook]]\nname = \"check\"\n{words}\n")
}

fn update(at: &str) -> String {
    typed(at, "aws ecs update-service --cluster demo --service web --task-definition web:2")
}

/// What each stage began with, from the second deployment on, and where traffic was led, and what hooks said.
fn stages(run: &Simulation) -> String {
    let second = run.world().ecs.deployments.iter().nth(1).map(|(id, _)| id);
    let line = |(_, entry): (_, &sim_core::engine::Entry<Fact>)| match &entry.fact {
        Fact::StageEntered { stage, deployment, .. } if Some(*deployment) >= second => {
            Some(format!("{} {stage}", entry.at))
        }
        Fact::TrafficShifted { production, test, .. } => {
            Some(format!("{} production {production}, test {test}", entry.at))
        }
        Fact::HookAnswered { hook, status, .. } => Some(format!("{} {hook}: {status}", entry.at)),
        _ => None,
    };
    run.ctx().journal().iter().filter_map(line).collect::<Vec<_>>().join("\n")
}

/// How many requests went to the tasks of each revision between two moments of the run.
fn served(parts: &[&str], from: u64, until: u64) -> (u64, u64) {
    let at = |seconds: u64| {
        let mut run = tests::story::ready("60m", parts);
        run.run_until(Time::from_secs(seconds));
        let ecs = &run.world().ecs;
        let of = |revision: u32| {
            let mine = run
                .world()
                .elb
                .targets
                .iter()
                .filter(|(_, target)| ecs.definitions[ecs.tasks[target.task].definition].revision == revision);
            mine.map(|(_, target)| target.sent).sum::<u64>()
        };
        (of(1), of(2))
    };
    let (before, after) = (at(from), at(until));
    (after.0 - before.0, after.1 - before.1)
}

fn newest(run: &Simulation) -> Value {
    let list = ask(run, "ListServiceDeployments", json!({ "cluster": "demo", "service": "web" })).expect("a list");
    let arn = list["serviceDeployments"][0]["serviceDeploymentArn"].clone();
    let described =
        ask(run, "DescribeServiceDeployments", json!({ "serviceDeploymentArns": [arn] })).expect("it is there");
    described["serviceDeployments"][0].clone()
}

const TRAFFIC: &str = "[[world.traffic]]\nto = \"alb\"\nrate = 100\nfrom = \"3m\"\n";

/// [CP-202] [CP-203] [CP-204] [CP-207] [CP-208] The new revision starts whole beside the old one, gets the tests' traffic, then all
/// of it at once; the old one stays for the bake time and goes.
#[test]
fn blue_green_walks_through_its_stages() {
    let parts =
        [BALANCER, SECOND, &shifting(2, "strategy = \"BLUE_GREEN\", bakeTimeInMinutes = 5"), &update("6m"), TRAFFIC];
    let run = play("20m", &parts);
    assert_snapshot!(stages(&run));
    assert_eq!(running(&run), (0, 2), "{}", told(&run));
    let mut during = tests::story::ready("20m", &parts);
    during.run_until(Time::from_secs(9 * 60));
    assert_eq!(running(&during), (2, 2), "both run in the bake time: {}", told(&during));
    assert_eq!(newest(&during)["lifecycleStage"], "BAKE_TIME");
    assert_eq!(newest(&during)["status"], "IN_PROGRESS");
    assert_eq!(newest(&run)["status"], "SUCCESSFUL");
    let links = ask(
        &run,
        "DescribeServiceRevisions",
        json!({ "serviceRevisionArns": [
        newest(&run)["targetServiceRevision"]["arn"],
    ] }),
    );
    let group = links.expect("it is there")["serviceRevisions"][0]["loadBalancers"][0]["targetGroupArn"].clone();
    assert!(group.as_str().is_some_and(|arn| arn.contains("/tg2/")), "{group}");
    assert_eq!(run.world().ecs.tasks[task(&run, "web#1")].status, TaskStatus::Stopped);
}

/// [CP-208] The revision after that goes back to the first target group.
#[test]
fn every_second_revision_has_the_first_target_group_again() {
    let again = typed("12m", "aws ecs update-service --cluster demo --service web --force-new-deployment");
    let run = play("25m", &[BALANCER, SECOND, &shifting(2, "strategy = \"BLUE_GREEN\""), &update("6m"), &again]);
    let groups: Vec<&str> = run
        .world()
        .ecs
        .deployments
        .iter()
        .map(|(_, deployment)| run.world().elb.groups[deployment.links[0].group].name.as_str())
        .collect();
    assert_eq!(groups, ["tg", "tg2", "tg"]);
    assert_eq!(newest(&run)["status"], "SUCCESSFUL", "{}", stages(&run));
}

/// [CP-206] A canary of 10 % for five minutes: a tenth of the requests, then all of them.
#[test]
fn a_canary_gets_its_part_and_then_the_rest() {
    let canary = "strategy = \"CANARY\", canaryConfiguration = { canaryPercent = 10, canaryBakeTimeInMinutes = 5 }";
    let service = shifting(4, canary);
    let update = update("6m");
    let parts = [BALANCER, SECOND, &service, &update, TRAFFIC];
    let run = play("20m", &parts);
    assert_snapshot!(stages(&run));
    let (old, new) = served(&parts, 8 * 60, 11 * 60);
    let share = new as f64 / (old + new) as f64;
    assert!((0.08..0.12).contains(&share), "a tenth of {}: {share}", old + new);
    let (old, new) = served(&parts, 14 * 60, 15 * 60);
    assert!(old == 0 && new > 5000, "{old} and {new}");
}

/// [CP-205] Linear: 40 % more each two minutes, and no bake time after the last step but the deployment's own.
#[test]
fn linear_takes_equal_steps() {
    let linear = "strategy = \"LINEAR\", bakeTimeInMinutes = 1, linearConfiguration = { stepPercent = 40, \
                  stepBakeTimeInMinutes = 2 }";
    let run = play("20m", &[BALANCER, SECOND, &shifting(2, linear), &update("6m")]);
    assert_snapshot!(stages(&run));
    assert_eq!(newest(&run)["status"], "SUCCESSFUL");
}

/// [CP-210] Each step of the traffic has its own day: five steps of ten hours each are no stage of fifty.
#[test]
fn steps_may_take_longer_than_a_day_together() {
    let linear = "strategy = \"LINEAR\", bakeTimeInMinutes = 1, linearConfiguration = { stepPercent = 20, \
                  stepBakeTimeInMinutes = 600 }";
    let run = play("60h", &[BALANCER, SECOND, &shifting(1, linear), &update("6m")]);
    assert_eq!(newest(&run)["status"], "SUCCESSFUL", "{}", stages(&run));
}

/// [CP-196] [CP-211] [CP-212] A hook refuses the first revision, which has nowhere to go back to and serves on, and then the
/// second: its tests' traffic is led back, and it never gets any of the production's.
#[test]
fn a_refused_first_revision_has_nowhere_to_go_back_to() {
    let service = shifting(2, &format!("strategy = \"BLUE_GREEN\", {}", hook("POST_TEST_TRAFFIC_SHIFT")));
    let (update, answers) = (update("6m"), answers("takes = \"20s\"\nanswers = [\"FAILED\"]"));
    let parts = [BALANCER, SECOND, &service, &update, &answers, TRAFFIC];
    let run = play("20m", &parts);
    assert_snapshot!(stages(&run));
    assert_eq!(newest(&run)["status"], "ROLLBACK_FAILED");
    let (old, new) = served(&parts, 10 * 60, 12 * 60);
    assert!(new == 0 && old > 10_000, "{old} and {new}");
    assert!(told(&run).contains("deployment failed: lifecycle hook failed."), "{}", told(&run));
}

/// [CP-212] A hook that has not made up its mind is asked again 30 s after its answer; it goes on when it succeeds.
#[test]
fn a_hook_in_progress_is_asked_again() {
    let service = shifting(1, &format!("strategy = \"BLUE_GREEN\", {}", hook("PRE_SCALE_UP")));
    let answers = answers("takes = \"5s\"\nanswers = [\"IN_PROGRESS\", \"IN_PROGRESS\", \"SUCCEEDED\"]");
    let run = play("20m", &[BALANCER, SECOND, &service, &update("6m"), &answers]);
    assert_snapshot!(stages(&run));
    assert_eq!(newest(&run)["status"], "SUCCESSFUL");
}

/// [CP-210] A hook that never makes up its mind: after a day in the stage the deployment goes back.
#[test]
fn a_stage_lasts_a_day_at_most() {
    let before = shifting(1, "strategy = \"BLUE_GREEN\"");
    let hooks = "aws ecs update-service --cluster demo --service web --task-definition web:2 --deployment-configuration \
                 lifecycleHooks=[{hookTargetArn=check,roleArn=hooks,lifecycleStages=[POST_SCALE_UP]}]";
    let answers = answers("answers = [\"IN_PROGRESS\"]");
    let run = |duration: &str| play(duration, &[BALANCER, SECOND, &before, &typed("6m", hooks), &answers]);
    assert_eq!(newest(&run("24h"))["status"], "IN_PROGRESS");
    let over = run("24h20m");
    assert_eq!(newest(&over)["status"], "ROLLBACK_SUCCESSFUL", "{}", told(&over));
}

/// [CP-196] [CP-212] [CP-214] A first revision that its hook lets through and a second that it does not: back to the first.
#[test]
fn the_second_revision_is_refused_by_its_hook() {
    let before = shifting(2, "strategy = \"BLUE_GREEN\"");
    let hooks = "aws ecs update-service --cluster demo --service web --task-definition web:2 --deployment-configuration \
                 strategy=BLUE_GREEN,lifecycleHooks=[{hookTargetArn=check,roleArn=hooks,lifecycleStages=[PRODUCTION_TRAFFIC_SHIFT]}]";
    let update = typed("6m", hooks);
    let answers = answers("takes = \"20s\"\nanswers = [\"FAILED\"]");
    let parts = [BALANCER, SECOND, &before, &update, &answers, TRAFFIC];
    let run = play("20m", &parts);
    assert_snapshot!(stages(&run));
    assert_eq!(running(&run), (2, 0), "{}", told(&run));
    assert_eq!(newest(&run)["status"], "ROLLBACK_SUCCESSFUL");
    let (old, new) = served(&parts, 10 * 60, 12 * 60);
    assert!(new == 0 && old > 10_000, "{old} and {new}");
    // A function that nobody has described fails, too.
    let run = play("20m", &[BALANCER, SECOND, &before, &update]);
    assert_eq!(newest(&run)["status"], "ROLLBACK_SUCCESSFUL");
}

/// [CP-180] [CP-202] A deployment goes on as it began: a strategy that is changed meanwhile counts for the next one.
#[test]
fn a_changed_strategy_counts_for_the_next_deployment() {
    let canary = "strategy = \"CANARY\", canaryConfiguration = { canaryPercent = 20, canaryBakeTimeInMinutes = 5 }";
    let change = "aws ecs update-service --cluster demo --service web --deployment-configuration strategy=ROLLING";
    let run = play("20m", &[BALANCER, SECOND, &shifting(2, canary), &update("6m"), &typed("8m", change)]);
    assert!(stages(&run).contains("00:11:40 production 1000, test 1000"), "{}", stages(&run));
    assert_eq!(newest(&run)["status"], "SUCCESSFUL");
    assert_eq!(newest(&run)["deploymentConfiguration"]["strategy"], "CANARY", "what it said when it began");
    let described =
        ask(&run, "DescribeServices", json!({ "cluster": "demo", "services": ["web"] })).expect("it is there");
    assert_eq!(described["services"][0]["deploymentConfiguration"]["strategy"], "ROLLING");
}

/// [CP-186] [CP-202] A canary is overtaken: its traffic goes back first, its tasks go, and the new one starts from the first
/// revision.
#[test]
fn an_overtaken_canary_gives_its_traffic_back() {
    let canary = "strategy = \"CANARY\", canaryConfiguration = { canaryPercent = 20, canaryBakeTimeInMinutes = 30 }";
    let again = typed("10m", "aws ecs update-service --cluster demo --service web --force-new-deployment");
    let run = play("11m", &[BALANCER, SECOND, &shifting(2, canary), &update("6m"), &again]);
    assert_snapshot!(stages(&run));
    let statuses = ask(&run, "ListServiceDeployments", json!({ "cluster": "demo", "service": "web" })).expect("a list");
    let statuses: Vec<_> = statuses["serviceDeployments"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["status"].as_str().unwrap_or("").to_owned())
        .collect();
    assert_eq!(statuses, ["IN_PROGRESS", "STOPPED", "SUCCESSFUL"]);
    let first = task(&run, "web#1");
    assert_eq!(run.world().ecs.tasks[first].status, TaskStatus::Running, "the first revision serves on");
}

/// [CP-165] [CP-190] [CP-205] [CP-206] [CP-207] [CP-208] [CP-211] What cannot be is refused, each at its place.
#[test]
fn strategies_are_checked() {
    let run = play("1m", &[BALANCER, SECOND, &shifting(1, "strategy = \"BLUE_GREEN\"")]);
    let refused = |configuration: Value| {
        let input = json!({ "cluster": "demo", "service": "web", "deploymentConfiguration": configuration });
        ask(&run, "UpdateService", input).expect_err("it is refused")
    };
    let hook = |stage: &str| json!({ "lifecycleHooks": [{ "hookTargetArn": "f", "roleArn": "r", "lifecycleStages": [stage] }] });
    let hooks: Vec<Value> =
        (0..11).map(|_| json!({ "hookTargetArn": "f", "roleArn": "r", "lifecycleStages": ["PRE_SCALE_UP"] })).collect();
    let linear = |more: Value| json!({ "strategy": "LINEAR", "linearConfiguration": more });
    let canary = |more: Value| json!({ "strategy": "CANARY", "canaryConfiguration": more });
    let plain = json!([{ "targetGroupArn": "tg", "containerName": "web", "containerPort": 80 }]);
    let links = |more: Value| {
        let input = json!({ "cluster": "demo", "service": "web", "loadBalancers": more });
        ask(&run, "UpdateService", input).expect_err("it is refused")
    };
    let advanced = |group: &str, rule: &str| {
        json!([{ "targetGroupArn": "tg", "containerName": "web", "containerPort": 80, "advancedConfiguration": {
            "alternateTargetGroupArn": group, "productionListenerRule": rule, "roleArn": "r",
        } }])
    };
    assert_snapshot!(
        [
            refused(linear(json!({ "stepPercent": 2.9 }))),
            refused(linear(json!({ "stepPercent": 10.05 }))),
            refused(linear(json!({ "stepBakeTimeInMinutes": 1441 }))),
            refused(canary(json!({ "canaryPercent": 0.0 }))),
            refused(canary(json!({ "canaryBakeTimeInMinutes": 1441 }))),
            refused(json!({ "linearConfiguration": {} })),
            refused(json!({ "canaryConfiguration": {} })),
            refused(json!({ "bakeTimeInMinutes": 1441 })),
            refused(json!({ "strategy": "ROLLING", "bakeTimeInMinutes": 5 })),
            refused(hook("SCALE_UP")),
            refused(json!({ "lifecycleHooks": hooks })),
            refused(json!({ "deploymentCircuitBreaker": { "enable": true, "rollback": true } })),
            links(plain),
            links(advanced("tg", "alb:80")),
            links(advanced("gone", "alb:80")),
            links(advanced("tg2", "alb:81")),
        ]
        .join("\n")
    );
}

/// A hook that pauses at this stage; `more` are further fields.
fn pause(stage: &str, more: &str) -> String {
    format!("lifecycleHooks = [{{ targetType = \"PAUSE\", lifecycleStages = [\"{stage}\"]{more} }}]")
}

/// A line that deploys with such a hook; the first deployment had none.
fn update_pausing(stage: &str, more: &str) -> String {
    let hook = format!("lifecycleHooks=[{{targetType=PAUSE,lifecycleStages=[{stage}]{more}}}]");
    let update = "aws ecs update-service --cluster demo --service web --task-definition web:2";
    typed("6m", &format!("{update} --deployment-configuration {hook}"))
}

/// Lets somebody answer the hook that a deployment waits for; its id.
fn answer(run: &mut Simulation, action: &str) -> String {
    let act = newest(run);
    let details = act["lifecycleHookDetails"].as_array().expect("it waits").clone();
    assert_eq!((details.len(), details[0]["status"].as_str()), (1, Some("AWAITING_ACTION")), "{act:#}");
    let id = details[0]["hookId"].as_str().expect("an id").to_owned();
    let arn = act["serviceDeploymentArn"].as_str().expect("an ARN").to_owned();
    let line = format!("aws ecs continue-service-deployment --service-deployment-arn {arn} --hook-id {id} {action}");
    let typed = run.type_line(&line, &()).expect("it can be typed");
    assert_eq!(typed.exit_code, 0, "{}", typed.output);
    id
}

/// [CP-213] [CP-210] A deployment waits for somebody before the traffic comes, for longer than any stage may last, and goes on when it is told to.
#[test]
fn a_deployment_waits_for_somebody() {
    let configuration = format!(
        "strategy = \"BLUE_GREEN\", {}",
        pause("PRE_PRODUCTION_TRAFFIC_SHIFT", ", timeoutConfiguration = { timeoutInMinutes = 3000 }")
    );
    let parts = [BALANCER, SECOND, &shifting(2, &configuration), &update("6m")];
    let mut run = tests::story::ready("32h", &parts);
    run.run_until(Time::from_secs(31 * 3600));
    let act = newest(&run);
    assert_eq!(
        (act["lifecycleStage"].as_str(), act["status"].as_str()),
        (Some("PRE_PRODUCTION_TRAFFIC_SHIFT"), Some("IN_PROGRESS"))
    );
    let detail = &act["lifecycleHookDetails"][0];
    assert_eq!((detail["targetType"].as_str(), detail["timeoutAction"].as_str()), (Some("PAUSE"), Some("ROLLBACK")));
    assert!(detail["expiresAt"].as_str().is_some_and(|at| at.starts_with("2026-01-07T11:0")), "{detail}");
    assert_eq!(running(&run), (2, 2));
    let other = json!({ "serviceDeploymentArn": act["serviceDeploymentArn"], "hookId": "x" });
    let (mut world, mut ctx) = (run.world().clone(), run.ctx().clone());
    let entry = sim_core::api::find("ecs", "ContinueServiceDeployment").expect("it exists");
    let error = (entry.call)(other, &mut world, &mut ctx).expect_err("it waits at another one");
    let message = "The service deployment does not wait for an action on the hook x.";
    expect_refusal(&error, "InvalidParameterException", message, "hookId");
    assert!(error.help.starts_with("It waits at ecs-pause-"), "{}", error.help);
    let id = answer(&mut run, "");
    assert!(id.starts_with("ecs-pause-") && id.len() == 53, "{id}");
    run.run();
    assert_eq!(newest(&run)["status"], "SUCCESSFUL", "{}", told(&run));
    assert_eq!(newest(&run)["lifecycleHookDetails"], Value::Null);
    assert_eq!(running(&run), (0, 2));
}

/// [CP-213] Before each step of the traffic somebody is asked once more, under another id; the second answer takes it back.
#[test]
fn a_canary_waits_before_each_step() {
    let canary = "strategy = \"CANARY\", canaryConfiguration = { canaryPercent = 10, canaryBakeTimeInMinutes = 1 }";
    let update = update_pausing("PRE_PRODUCTION_TRAFFIC_SHIFT", "");
    let mut run = tests::story::ready("60m", &[BALANCER, SECOND, &shifting(2, canary), &update]);
    run.run_until(Time::from_secs(12 * 60));
    assert!(!stages(&run).contains("production 100,"), "{}", stages(&run));
    let first = answer(&mut run, "--action CONTINUE");
    run.run_until(Time::from_secs(18 * 60));
    assert!(stages(&run).contains("production 100,"), "{}", stages(&run));
    let second = answer(&mut run, "--action ROLLBACK");
    assert_ne!(first, second);
    run.run();
    assert_eq!(newest(&run)["status"], "ROLLBACK_SUCCESSFUL", "{}", told(&run));
    assert!(stages(&run).lines().last().is_some_and(|line| line.ends_with("production 0, test 0")), "{}", stages(&run));
    let again = json!({ "serviceDeploymentArn": newest(&run)["serviceDeploymentArn"], "hookId": second });
    let late = ask(&run, "ContinueServiceDeployment", again).expect_err("nobody waits any more");
    assert!(late.contains("does not wait for an action on the hook ecs-pause-"), "{late}");
    let unknown = json!({ "serviceDeploymentArn": "x", "hookId": "y" });
    let unknown = ask(&run, "ContinueServiceDeployment", unknown).expect_err("there is none");
    assert!(unknown.starts_with("ServiceDeploymentNotFoundException"), "{unknown}");
}

/// [CP-213] When nobody answers in time a deployment goes back, or on.
#[test]
fn a_pause_comes_to_an_end() {
    for (action, status) in [("ROLLBACK", "ROLLBACK_SUCCESSFUL"), ("CONTINUE", "SUCCESSFUL")] {
        let timeout = format!(",timeoutConfiguration={{timeoutInMinutes=5,action={action}}}");
        let update = update_pausing("POST_SCALE_UP", &timeout);
        let run = play("30m", &[BALANCER, SECOND, &shifting(2, "strategy = \"BLUE_GREEN\""), &update]);
        assert_eq!(newest(&run)["status"], status, "{}", told(&run));
        assert!(stages(&run).contains(": TIMED_OUT"), "{}", stages(&run));
    }
}

/// [CP-222] A rule of the event bus hears that a deployment waits, until when, and what came of it.
#[test]
fn a_pause_is_told_to_the_event_bus() {
    use crate::event_rules::{events, kept, names};
    let timeout = ",timeoutConfiguration={timeoutInMinutes=5,action=CONTINUE}";
    let pattern = r#"{"detail-type": ["ECS Hook State Change"]}"#;
    let play = |update: String| {
        let first = shifting(2, "strategy = \"BLUE_GREEN\"");
        let mut run = tests::story::ready("30m", &[&kept(pattern), BALANCER, SECOND, &first, &update]);
        run.run_until(Time::from_secs(10 * 60));
        run
    };
    let mut late = play(update_pausing("POST_SCALE_UP", timeout));
    let waits = events(&late)[0]["detail"].clone();
    assert_eq!(
        (&waits["eventName"], &waits["lifecycleStage"]),
        (&json!("HOOK_AWAITING_ACTION"), &json!("POST_SCALE_UP"))
    );
    assert_eq!(waits["hookId"], newest(&late)["lifecycleHookDetails"][0]["hookId"]);
    assert!(waits["expiresAt"].as_str().is_some_and(|at| at.starts_with("2026-01-05T09:1")), "{waits}");
    late.run();
    let hooks = "ECS Hook State Change";
    assert_eq!(names(&late, hooks), ["INFO HOOK_AWAITING_ACTION", "ERROR HOOK_TIMED_OUT"]);
    assert_eq!(events(&late)[1]["detail"]["expiresAt"], Value::Null);
    for (action, name) in [("CONTINUE", "INFO HOOK_SUCCEEDED"), ("ROLLBACK", "ERROR HOOK_FAILED")] {
        let mut run = play(update_pausing("POST_SCALE_UP", timeout));
        answer(&mut run, &format!("--action {action}"));
        run.run();
        assert_eq!(names(&run, hooks), ["INFO HOOK_AWAITING_ACTION", name]);
    }
}

/// [CP-211] [CP-213]
#[test]
fn pauses_are_checked() {
    let run = play("1m", &[BALANCER, SECOND, &shifting(1, "strategy = \"BLUE_GREEN\"")]);
    let refused = |hook: Value| {
        let configuration = json!({ "lifecycleHooks": [hook] });
        let input = json!({ "cluster": "demo", "service": "web", "deploymentConfiguration": configuration });
        ask(&run, "UpdateService", input).expect_err("it is refused")
    };
    for (hook, message) in [
        (
            json!({ "targetType": "PAUSE", "lifecycleStages": ["TEST_TRAFFIC_SHIFT"] }),
            "Pause lifecycle hooks are not supported at the stage TEST_TRAFFIC_SHIFT.",
        ),
        (json!({ "targetType": "PAUSE", "lifecycleStages": [] }), "lifecycleStages cannot be empty."),
        (
            json!({ "targetType": "PAUSE", "hookTargetArn": "f", "lifecycleStages": ["POST_SCALE_UP"] }),
            "hookTargetArn is not applicable for PAUSE hooks.",
        ),
        (
            json!({ "targetType": "PAUSE", "lifecycleStages": ["POST_SCALE_UP"], "timeoutConfiguration": { "timeoutInMinutes": 20161 } }),
            "timeoutInMinutes must be from 1 to 20160.",
        ),
        (
            json!({ "hookTargetArn": "f", "roleArn": "r", "lifecycleStages": ["POST_SCALE_UP"], "timeoutConfiguration": {} }),
            "is not modelled by this simulator",
        ),
        (json!({ "lifecycleStages": ["POST_SCALE_UP"] }), "hookTargetArn is required for AWS_LAMBDA hooks."),
        (
            json!({ "hookTargetArn": "f", "lifecycleStages": ["POST_SCALE_UP"] }),
            "roleArn is required for AWS_LAMBDA hooks.",
        ),
    ] {
        let error = refused(hook);
        assert!(error.contains(message) && error.contains("lifecycleHooks[0]"), "{error}");
    }
}
