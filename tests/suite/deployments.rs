//! Deployments that fail, go back, are stopped or overtaken, as an operator sees them.

use insta::assert_snapshot;
use serde_json::{Value, json};
use sim_core::Simulation;
use sim_core::world::Fact;
use tests::story::{BALANCER, play, service, service_behind, told, typed};

/// The revision `bad`, whose image nobody has pushed.
const BAD: &str = r#"
[[ecr.repository]]
repositoryName = "empty"
[[iam.role]]
RoleName = "execution"
[iam.role.AssumeRolePolicyDocument]
Version = "2012-10-17"
Statement = [{ Effect = "Allow", Principal = { Service = "ecs-tasks.amazonaws.com" }, Action = "sts:AssumeRole" }]
[[iam.rolePolicyAttachment]]
RoleName = "execution"
PolicyArn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
[[ecs.taskDefinition]]
family = "bad"
requiresCompatibilities = ["FARGATE"]
networkMode = "awsvpc"
cpu = "1024"
memory = "2048"
executionRoleArn = "execution"
containerDefinitions = [{ name = "web", image = "empty:latest", portMappings = [{ containerPort = 80 }] }]
"#;

/// A revision `NAME` of the good image, whose container behaves in its own way.
fn revision(name: &str, behaviour: &str) -> String {
    format!(
        "[[ecs.taskDefinition]]\nfamily = \"{name}\"\nrequiresCompatibilities = [\"FARGATE\"]\nnetworkMode = \
         \"awsvpc\"\ncpu = \"1024\"\nmemory = \"2048\"\ncontainerDefinitions = [{{ name = \"web\", image = \"httpd\", \
         portMappings = [{{ containerPort = 80 }}] }}]\n[[world.app]]\ncontainer = \"{name}/web\"\n{behaviour}\n"
    )
}

/// The line that turns the circuit breaker on; `more` are further fields.
fn breaker(rollback: bool, more: &str) -> String {
    format!(
        "deploymentConfiguration = {{ deploymentCircuitBreaker = {{ enable = true, rollback = {rollback}{more} }} }}"
    )
}

fn update(at: &str, to: &str) -> String {
    typed(at, &format!("aws ecs update-service --cluster demo --service web --task-definition {to}"))
}

/// What an operation answers at the end of a run.
fn ask(run: &mut Simulation, operation: &str, input: Value) -> Value {
    let (mut world, mut ctx) = (run.world().clone(), run.ctx().clone());
    let entry = sim_core::api::find("ecs", operation).expect("it exists");
    (entry.call)(input, &mut world, &mut ctx).unwrap_or_else(|error| panic!("{operation}: {error}"))
}

/// Status, reason and circuit breaker of each service deployment, the newest first.
fn service_deployments(run: &mut Simulation) -> Vec<Value> {
    let list = ask(run, "ListServiceDeployments", json!({ "cluster": "demo", "service": "web" }));
    let arns: Vec<Value> = list["serviceDeployments"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["serviceDeploymentArn"].clone())
        .collect();
    let described = ask(run, "DescribeServiceDeployments", json!({ "serviceDeploymentArns": arns }));
    described["serviceDeployments"].as_array().expect("a list").clone()
}

/// The lines of a story from a moment on.
fn from(moment: &str, story: &str) -> String {
    story.lines().filter(|line| *line >= moment).collect::<Vec<_>>().join("\n")
}

/// [CP-145] [CP-152] [CP-155] [CP-183] [CP-184] [CP-185] [CP-193] [CP-196] [CP-174] A bad image: the third task that does not start ends the
/// deployment, and the one before is PRIMARY again, under its old id. The old tasks were there all the time.
#[test]
fn a_bad_image_is_rolled_back_after_three_failed_tasks() {
    let mut run = play("15m", &[&service(2, &breaker(true, "")), BAD, &update("5m", "bad")]);
    assert_snapshot!(from("00:05", &told(&run)));
    let described = ask(&mut run, "DescribeServices", json!({ "cluster": "demo", "services": ["web"] }));
    let deployments = described["services"][0]["deployments"].as_array().expect("a list");
    assert_eq!(deployments.len(), 1, "the failed one has no tasks left: {deployments:#?}");
    assert_eq!(deployments[0]["rolloutState"], "COMPLETED");
    let acts = service_deployments(&mut run);
    let status: Vec<_> = acts.iter().map(|act| act["status"].as_str().unwrap_or("")).collect();
    assert_eq!(status, ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]);
    assert_eq!(acts[0]["deploymentCircuitBreaker"]["status"], "TRIGGERED");
    assert_eq!(acts[0]["deploymentCircuitBreaker"]["threshold"], 3);
    assert!(acts[0]["deploymentCircuitBreaker"]["failureCount"].as_u64() >= Some(3), "{:#}", acts[0]);
    assert_eq!(acts[0]["rollback"]["serviceRevisionArn"], acts[1]["targetServiceRevision"]["arn"]);
    assert_eq!(acts[1]["deploymentCircuitBreaker"]["status"], "MONITORING_COMPLETE");
}

/// [CP-197] [CP-183] Without rollback the failed deployment stays PRIMARY and launches nothing; what runs stays.
#[test]
fn without_rollback_a_failed_deployment_stays_where_it_is() {
    let mut run = play("25m", &[&service(2, &breaker(false, "")), BAD, &update("5m", "bad")]);
    let story = from("00:05", &told(&run));
    assert!(story.contains("(deployment #2) deployment failed: tasks failed to start."), "{story}");
    assert!(!story.contains("rolling back"), "{story}");
    let described = ask(&mut run, "DescribeServices", json!({ "cluster": "demo", "services": ["web"] }));
    let deployments = described["services"][0]["deployments"].as_array().expect("a list");
    let seen: Vec<_> = deployments
        .iter()
        .map(|one| {
            (one["status"].as_str().unwrap(), one["rolloutState"].as_str().unwrap(), one["runningCount"].as_u64())
        })
        .collect();
    assert_eq!(seen, [("PRIMARY", "FAILED", Some(0)), ("ACTIVE", "COMPLETED", Some(2))]);
    assert_eq!(deployments[0]["rolloutStateReason"], "ECS deployment circuit breaker: tasks failed to start.");
    assert_eq!(service_deployments(&mut run)[0]["status"], "STOPPED");
}

/// [CP-196] The first deployment of a service has nowhere to go back to: it fails, and nothing is launched any more.
#[test]
fn a_first_deployment_that_fails_is_stalled() {
    let bad = service(2, &breaker(true, "")).replace("web:1", "bad");
    let mut run = play("30m", &[BAD, &bad]);
    let story = told(&run);
    assert!(story.contains("(deployment #1) deployment failed: tasks failed to start."), "{story}");
    assert!(!story.contains("rolling back"), "{story}");
    let act = &service_deployments(&mut run)[0];
    assert_eq!(act["status"], "ROLLBACK_FAILED");
    assert_eq!(act["statusReason"], "No rollback candidate was found to run the rollback.");
    let last = run.world().ecs.tasks.iter().map(|(_, task)| task.at.created).max();
    assert!(last.is_some_and(|last| last.as_secs_f64() < 300.0), "no task was launched after the failure: {last:?}");
}

/// [CP-195] [CP-193] A task that ends by itself before it has been healthy counts as well, so a crash loop is noticed.
#[test]
fn a_crash_loop_before_the_first_healthy_moment_is_rolled_back() {
    let crash = revision("crash", "crash_after = \"5s\"");
    let run = play("20m", &[&service(2, &breaker(true, "")), &crash, &update("5m", "crash")]);
    let story = told(&run);
    assert!(story.contains("(deployment #2) deployment failed: tasks failed to start."), "{story}");
    assert!(story.contains("rolling back to deployment #1."), "{story}");
    // It crashes after it counts as healthy, 40 s after RUNNING: that is no failed task of the deployment.
    let late = revision("crash", "crash_after = \"2m\"");
    let run = play("40m", &[&service(2, &breaker(true, "")), &late, &update("5m", "crash")]);
    assert!(!told(&run).contains("deployment failed"), "{}", told(&run));
}

/// [CP-193] [CP-194] Behind a load balancer tasks that run and fail their checks count, one after the other.
#[test]
fn failed_health_checks_trip_the_breaker_too() {
    let deaf = revision("deaf", "health_status = 503");
    let run = play("40m", &[BALANCER, &service_behind(2, &breaker(true, "")), &deaf, &update("5m", "deaf")]);
    let story = told(&run);
    assert!(story.matches("is unhealthy in (target-group tg)").count() >= 3, "{story}");
    assert!(story.contains("rolling back to deployment #1."), "{story}");
}

/// [CP-194] A healthy task sets the count to 0, unless failures are to add up for the whole deployment.
#[test]
fn failures_add_up_only_when_they_are_asked_to() {
    // About every second task of the new revision crashes at once, the others live.
    let flaky = revision("flaky", "crash_after = { pareto = { scale = \"1s\", shape = 0.2 } }");
    let play_with = |more: &str| play("40m", &[&service(8, &breaker(true, more)), &flaky, &update("5m", "flaky")]);
    let never = play_with(", resetOnHealthyTask = false, thresholdConfiguration = { type = \"COUNT\", value = 6 }");
    let consecutive = play_with(", thresholdConfiguration = { type = \"COUNT\", value = 6 }");
    let failed = |run: &Simulation| told(run).contains("deployment failed");
    assert_eq!((failed(&never), failed(&consecutive)), (true, false), "{}\n\n{}", told(&never), told(&consecutive));
}

/// [CP-174] During a deployment that cannot get up, a task of the old revision that is lost comes back, of the old
/// revision.
#[test]
fn what_the_old_revision_loses_meanwhile_comes_back_as_it_was() {
    let stop = typed("6m30s", "aws ecs stop-task --cluster demo --task web#1");
    let run = play("9m", &[&service(2, ""), BAD, &update("5m", "bad"), &stop]);
    let ecs = &run.world().ecs;
    let alive: Vec<_> = ecs
        .tasks
        .iter()
        .filter(|(_, task)| task.status == sim_core::world::ecs::TaskStatus::Running)
        .map(|(_, task)| ecs.definitions[task.definition].family.as_str())
        .collect();
    assert_eq!(alive, ["web", "web"], "{}", told(&run));
}

/// [CP-187] [CP-188] [CP-189] A user takes a deployment back that would have gone on; a second wish changes nothing.
#[test]
fn a_deployment_is_stopped_by_a_user_and_goes_back() {
    let mut run = play("5m40s", &[&service(2, ""), &update("5m", "web:2")]);
    let acts = service_deployments(&mut run);
    assert_eq!(acts[0]["status"], "IN_PROGRESS");
    let arn = acts[0]["serviceDeploymentArn"].as_str().expect("an ARN").to_owned();
    let stop = format!("aws ecs stop-service-deployment --service-deployment-arn {arn} --stop-type ROLLBACK");
    let parts = [service(2, ""), update("5m", "web:2"), typed("5m45s", &stop), typed("5m46s", &stop)];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let mut run = play("15m", &parts);
    assert_snapshot!(from("00:05", &told(&run)));
    let acts = service_deployments(&mut run);
    assert_eq!(acts[0]["status"], "ROLLBACK_SUCCESSFUL");
    assert_eq!(acts[0]["deploymentCircuitBreaker"]["status"], "DISABLED");
    let revisions = [&acts[0]["targetServiceRevision"]["arn"], &acts[0]["sourceServiceRevisions"][0]["arn"]];
    let described = ask(&mut run, "DescribeServiceRevisions", json!({ "serviceRevisionArns": revisions }));
    let definitions: Vec<_> = described["serviceRevisions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["taskDefinition"].as_str().and_then(|arn| arn.rsplit('/').next()).unwrap_or(""))
        .collect();
    assert_eq!(definitions, ["web:2", "web:1"]);
}

/// [CP-186] [CP-187] A new deployment overtakes the one that is under way: that one was told to stop, and has.
#[test]
fn a_deployment_that_is_overtaken_is_stopped() {
    let again = "aws ecs update-service --cluster demo --service web --force-new-deployment";
    let mut run = play("15m", &[&service(2, ""), &update("5m", "web:2"), &typed("5m30s", again)]);
    let status: Vec<_> =
        service_deployments(&mut run).iter().map(|act| act["status"].as_str().unwrap_or("").to_owned()).collect();
    assert_eq!(status, ["SUCCESSFUL", "STOPPED", "SUCCESSFUL"]);
    let only = json!({ "cluster": "demo", "service": "web", "status": ["STOPPED"] });
    let stopped = ask(&mut run, "ListServiceDeployments", only);
    assert_eq!(stopped["serviceDeployments"].as_array().map(Vec::len), Some(1));
}

/// [CP-176] [CP-148] [CP-146] [CP-147] [CP-149] [CP-126] In a deployment the draining event names the task set that goes; that its
/// targets are deregistered is told a pass later, and the steady state another pass later.
#[test]
fn stop_deregistration_and_steady_state_are_a_pass_apart() {
    let run = play("10m", &[BALANCER, &service_behind(1, ""), &update("5m", "web:2")]);
    assert_snapshot!(from("00:05", &told(&run)));
}

/// [CP-190] [CP-191] [CP-192] What a circuit breaker may be told, and what it says of itself when nobody did.
#[test]
fn a_circuit_breaker_is_checked_and_read_back() {
    let mut run = play("1m", &[&service(1, "")]);
    let described = ask(&mut run, "DescribeServices", json!({ "cluster": "demo", "services": ["web"] }));
    let usual = json!({
        "enable": false, "rollback": false, "resetOnHealthyTask": true,
        "thresholdConfiguration": { "type": "BOUNDED_PERCENT", "value": 50 },
    });
    assert_eq!(described["services"][0]["deploymentConfiguration"]["deploymentCircuitBreaker"], usual);
    let refused = |breaker: Value| {
        let (mut world, mut ctx) = (run.world().clone(), run.ctx().clone());
        let input = json!({
            "cluster": "demo", "service": "web", "deploymentConfiguration": { "deploymentCircuitBreaker": breaker },
        });
        let entry = sim_core::api::find("ecs", "UpdateService").expect("it exists");
        let error = (entry.call)(input, &mut world, &mut ctx).expect_err("it is refused");
        format!("{}: {} at {}", error.code, error.message, error.place)
    };
    let with = |kind: &str, value: u32| json!({ "enable": true, "rollback": true, "thresholdConfiguration": { "type": kind, "value": value } });
    assert_snapshot!(
        [
            refused(with("BOUNDED_PERCENT", 0)),
            refused(with("UNBOUNDED_PERCENT", 101)),
            refused(with("COUNT", 0)),
            refused(json!({ "enable": true })),
        ]
        .join("\n")
    );
}

/// How far a run is at this moment: `rolloutState` of the newest deployment, and running tasks of both revisions.
fn halfway(parts: &[&str], seconds: u64) -> (String, (usize, usize)) {
    let mut run = tests::story::ready("40m", parts);
    run.run_until(sim_core::engine::Time::from_secs(seconds));
    let described = ask(&mut run, "DescribeServices", json!({ "cluster": "demo", "services": ["web"] }));
    let rollout = described["services"][0]["deployments"][0]["rolloutState"].as_str().unwrap_or_default().to_owned();
    (rollout, tests::story::running(&run))
}

/// When the second deployment was complete [s].
fn completed(run: &Simulation) -> u64 {
    let done = |entry: &sim_core::engine::Entry<Fact>| matches!(entry.fact, Fact::DeploymentCompleted { .. });
    let all = run.ctx().journal().iter().filter(|(_, entry)| done(entry)).map(|(_, entry)| entry.at);
    all.map(|at| at.as_secs_f64() as u64).nth(1).expect("it was complete")
}

/// [CP-177] Two healthy tasks of four are enough, once the old ones have gone: the deployment is complete earlier than usual, and
/// the rest of its tasks comes afterwards.
#[test]
fn a_deployment_may_be_complete_before_all_tasks_are_there() {
    let bounds = "minimumHealthyPercent = 50, maximumPercent = 125";
    let early = format!(
        "deploymentConfiguration = {{ {bounds}, earlySuccessCriteria = {{ enable = true, healthyPercent = 50 }} }}"
    );
    let usual = format!("deploymentConfiguration = {{ {bounds} }}");
    let update = update("6m", "web:2");
    let run = |more: &str| play("40m", &[BALANCER, &service_behind(4, more), &update]);
    let (usual, blocking) = (run(&usual), run(&early));
    assert!(completed(&blocking) < completed(&usual), "{}", told(&blocking));
    let (rollout, (old, _)) = halfway(&[BALANCER, &service_behind(4, &early), &update], completed(&blocking));
    assert_eq!((rollout.as_str(), old), ("COMPLETED", 0));
    assert_eq!(tests::story::running(&blocking), (0, 4), "{}", told(&blocking));
    let story = told(&blocking);
    assert_eq!(story.matches("(deployment #2) deployment completed.").count(), 1, "{story}");
    assert!(story.trim_end().ends_with("has reached a steady state."), "{story}");
}

/// [CP-177] A task that protects itself keeps a deployment open until its protection ends; with a deferred clean-up the
/// deployment is complete, and the task goes afterwards.
#[test]
fn the_clean_up_may_come_after_the_end() {
    let with = |cleanup: &str| {
        format!(
            "deploymentConfiguration = {{ earlySuccessCriteria = {{ enable = true, sourceServiceRevisionCleanup = \
             \"{cleanup}\" }} }}"
        )
    };
    let protect = typed(
        "5m",
        "aws ecs update-task-protection --cluster demo --tasks web#1 --protection-enabled --expires-in-minutes 20",
    );
    let update = update("6m", "web:2");
    let (blocking, deferred) = (with("BLOCKING"), with("DEFERRED"));
    let run = |more: &str| play("40m", &[BALANCER, &service_behind(2, more), &protect, &update]);
    let (blocked, early) = (run(&blocking), run(&deferred));
    assert!(completed(&blocked) >= 25 * 60, "{}", told(&blocked));
    let end = completed(&early);
    assert!(end < 8 * 60, "{}", told(&early));
    let (rollout, running) = halfway(&[BALANCER, &service_behind(2, &deferred), &protect, &update], end);
    assert_eq!((rollout.as_str(), running), ("COMPLETED", (1, 2)), "{}", told(&early));
    for run in [&blocked, &early] {
        assert_eq!(tests::story::running(run), (0, 2), "{}", told(run));
        assert!(told(run).trim_end().ends_with("has reached a steady state."), "{}", told(run));
    }
}

/// [CP-177] After an early success nothing takes the deployment back.
#[test]
fn an_early_success_is_final() {
    let configuration = "deploymentConfiguration = { minimumHealthyPercent = 50, deploymentCircuitBreaker = { enable = true, \
                         rollback = true }, earlySuccessCriteria = { enable = true, healthyPercent = 50, \
                         sourceServiceRevisionCleanup = \"DEFERRED\" } }";
    let mut run = tests::story::ready("40m", &[BALANCER, &service_behind(2, configuration), &update("6m", "web:2")]);
    while run.step() {
        let done = run.ctx().journal().iter().filter(|(_, one)| matches!(one.fact, Fact::DeploymentCompleted { .. }));
        if done.count() == 2 {
            break;
        }
    }
    let arn = service_deployments(&mut run)[0]["serviceDeploymentArn"].clone();
    ask(&mut run, "StopServiceDeployment", json!({ "serviceDeploymentArn": arn }));
    assert_eq!(service_deployments(&mut run)[0]["status"], "SUCCESSFUL");
    run.run();
    assert_eq!(tests::story::running(&run), (0, 2), "{}", told(&run));
}

/// [CP-177]
#[test]
fn early_success_criteria_are_checked_and_read_back() {
    let mut run = play("5m", &[&service(2, "")]);
    let mut update = |configuration: Value| {
        let input = json!({ "cluster": "demo", "service": "web", "deploymentConfiguration": configuration });
        let (mut world, mut ctx) = (run.world().clone(), run.ctx().clone());
        let _ = &mut run;
        let entry = sim_core::api::find("ecs", "UpdateService").expect("it exists");
        (entry.call)(input, &mut world, &mut ctx).map(|it| it["service"]["deploymentConfiguration"].clone())
    };
    let given = json!({ "enable": true, "healthyPercent": 60, "sourceServiceRevisionCleanup": "DEFERRED" });
    let kept = update(json!({ "minimumHealthyPercent": 50, "earlySuccessCriteria": given })).expect("it is kept");
    assert_eq!(kept["earlySuccessCriteria"], given);
    let kept = update(json!({ "earlySuccessCriteria": { "enable": true } })).expect("the defaults are there");
    let usual = json!({ "enable": true, "healthyPercent": 100, "sourceServiceRevisionCleanup": "BLOCKING" });
    assert_eq!(kept["earlySuccessCriteria"], usual);
    let off = update(json!({ "earlySuccessCriteria": { "enable": false } })).expect("it can be off");
    assert_eq!(off["earlySuccessCriteria"], Value::Null);
    for (configuration, message) in [
        (json!({ "earlySuccessCriteria": { "enable": true, "healthyPercent": 101 } }), "from 0 to 100"),
        (
            json!({ "earlySuccessCriteria": { "enable": true, "healthyPercent": 99 } }),
            "minimumHealthyPercent, which is 100",
        ),
        (
            json!({ "strategy": "BLUE_GREEN", "earlySuccessCriteria": { "enable": true } }),
            "only with the strategy ROLLING",
        ),
    ] {
        let error = update(configuration).expect_err("it is refused");
        assert!(error.message.contains(message), "{error}");
        assert!(error.place.starts_with("deploymentConfiguration.earlySuccessCriteria"), "{}", error.place);
    }
}
