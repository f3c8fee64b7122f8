//! Deployments that an alarm of CloudWatch watches, as an operator sees them.

use insta::assert_snapshot;
use serde_json::{Value, json};
use sim_core::Simulation;
use sim_core::engine::Time;
use sim_core::world::Fact;
use tests::story::{BALANCER, play, play_assuming, ready, running, service_behind, told, typed};

/// The revision `bad`: its health checks pass, and a third of its answers are errors.
const BAD: &str = r#"
[[ecs.taskDefinition]]
family = "bad"
requiresCompatibilities = ["FARGATE"]
networkMode = "awsvpc"
cpu = "1024"
memory = "2048"
containerDefinitions = [{ name = "web", image = "httpd", portMappings = [{ containerPort = 80 }] }]
[[world.app]]
container = "bad/web"
request = { errors = "30%" }
[[world.traffic]]
to = "alb"
rate = 20
from = "3m"
"#;

/// The alarm `errors`: ten answers with 5XX in each of two minutes.
const ALARM: &str = r#"
[[cloudwatch.metricAlarm]]
AlarmName = "errors"
Namespace = "AWS/ApplicationELB"
MetricName = "HTTPCode_Target_5XX_Count"
Dimensions = [{ Name = "LoadBalancer", Value = "alb" }]
Statistic = "Sum"
Period = 60
EvaluationPeriods = 2
Threshold = 10
ComparisonOperator = "GreaterThanOrEqualToThreshold"
TreatMissingData = "notBreaching"
"#;

/// The service, with these fields of its deployment configuration.
fn watched(configuration: &str) -> String {
    service_behind(2, &format!("deploymentConfiguration = {{ {configuration} }}"))
}

fn alarms(rollback: bool) -> String {
    format!("alarms = {{ alarmNames = [\"errors\"], enable = true, rollback = {rollback} }}")
}

fn update(at: &str, to: &str) -> String {
    typed(at, &format!("aws ecs update-service --cluster demo --service web --task-definition {to}"))
}

fn ask(run: &Simulation, operation: &str, input: Value) -> Value {
    let (mut world, mut ctx) = (run.world().clone(), run.ctx().clone());
    let entry = sim_core::api::find("ecs", operation).expect("it exists");
    (entry.call)(input, &mut world, &mut ctx).unwrap_or_else(|error| panic!("{operation}: {error}"))
}

/// The newest service deployment.
fn newest(run: &Simulation) -> Value {
    let list = ask(run, "ListServiceDeployments", json!({ "cluster": "demo", "service": "web" }));
    let arn = list["serviceDeployments"][0]["serviceDeploymentArn"].clone();
    ask(run, "DescribeServiceDeployments", json!({ "serviceDeploymentArns": [arn] }))["serviceDeployments"][0].clone()
}

fn primary(run: &Simulation) -> Value {
    ask(run, "DescribeServices", json!({ "cluster": "demo", "services": ["web"] }))["services"][0]["deployments"][0]
        .clone()
}

/// When the second deployment was complete.
fn completed(run: &Simulation) -> Option<Time> {
    let done = run.ctx().journal().iter().filter(|(_, entry)| matches!(entry.fact, Fact::DeploymentCompleted { .. }));
    done.map(|(_, entry)| entry.at).nth(1)
}

/// The lines of a story from a moment on.
fn from(moment: &str, story: &str) -> String {
    story.lines().filter(|line| *line >= moment).collect::<Vec<_>>().join("\n")
}

/// [CP-199] [SC-092] Healthy, but a third of the answers are errors: the alarm goes off, the deployment fails, and the one before is
/// PRIMARY again. On the way back the alarm, which is still in ALARM, fails nothing.
#[test]
fn an_alarm_takes_a_deployment_back() {
    let parts = [BALANCER, &watched(&alarms(true)), BAD, ALARM, &update("15m", "bad")];
    let run = play("40m", &parts);
    assert_snapshot!(from("00:15", &told(&run)));
    let act = newest(&run);
    assert_eq!(act["status"], "ROLLBACK_SUCCESSFUL");
    assert_eq!(act["statusReason"], "Service deployment rolled back because alarm(s) were detected.");
    let alarms = json!({ "status": "TRIGGERED", "alarmNames": ["errors"], "triggeredAlarmNames": ["errors"] });
    assert_eq!(act["alarms"], alarms);
    assert_eq!(act["deploymentCircuitBreaker"]["status"], "DISABLED");
    assert_eq!(primary(&run)["rolloutState"], "COMPLETED");
    assert_eq!(running(&run).0, 2, "{}", told(&run));
    let failed = run.ctx().journal().iter().find(|(_, entry)| matches!(entry.fact, Fact::DeploymentFailed { .. }));
    let chain: Vec<Fact> =
        run.ctx().journal().chain(failed.expect("it failed").0).map(|(_, entry)| entry.fact.clone()).collect();
    assert!(matches!(chain[1], Fact::AlarmStateChanged { .. }), "the alarm is why: {chain:?}");
    let mut back = ready("40m", &parts);
    while !back.ctx().journal().iter().any(|(_, entry)| matches!(entry.fact, Fact::DeploymentRolledBack { .. })) {
        assert!(back.step());
    }
    let reason = primary(&back)["rolloutStateReason"].as_str().unwrap_or_default().to_owned();
    assert!(reason.starts_with("ECS deployment alarms: rolling back to deploymentId ecs-svc/"), "{reason}");
    assert_eq!(newest(&back)["status"], "ROLLBACK_IN_PROGRESS");
}

/// [CP-199] [SC-095] Without rollback the deployment is given up where it is, also when a circuit breaker beside it would go back: the
/// first of them that fires decides with its own switch.
#[test]
fn the_alarm_decides_with_its_own_rollback() {
    let both = format!("{}, deploymentCircuitBreaker = {{ enable = true, rollback = true }}", alarms(false));
    let run = play("30m", &[BALANCER, &watched(&both), BAD, ALARM, &update("15m", "bad")]);
    let story = from("00:15", &told(&run));
    assert!(story.contains("(deployment #2) deployment failed: alarm detected."), "{story}");
    assert!(!story.contains("rolling back"), "{story}");
    assert_eq!(newest(&run)["status"], "STOPPED");
    assert_eq!(primary(&run)["rolloutState"], "FAILED");
    assert_eq!(primary(&run)["rolloutStateReason"], "ECS deployment alarms: alarm detected.");
    assert_eq!(newest(&run)["deploymentCircuitBreaker"]["status"], "MONITORING_COMPLETE");
    // And the other way round: an image that nobody has pushed fires the circuit breaker, which goes back.
    let missing = "[[ecs.taskDefinition]]\nfamily = \"missing\"\nrequiresCompatibilities = [\"FARGATE\"]\nnetworkMode = \
                   \"awsvpc\"\ncpu = \"1024\"\nmemory = \"2048\"\ncontainerDefinitions = [{ name = \"web\", image = \
                   \"httpd:gone\", portMappings = [{ containerPort = 80 }] }]\n";
    let run = play("35m", &[BALANCER, &watched(&both), missing, ALARM, &update("15m", "missing")]);
    assert_eq!(newest(&run)["status"], "ROLLBACK_SUCCESSFUL", "{}", told(&run));
    assert_eq!(newest(&run)["alarms"]["status"], "MONITORING_COMPLETE");
}

/// [CP-201] [SC-094] [SC-115] A good deployment is watched for two periods of the alarm and a minute more when all its tasks are
/// replaced; so it stays IN_PROGRESS. The assumption can be set; without alarms there is no bake time.
#[test]
fn a_rolling_deployment_bakes_before_it_is_complete() {
    let update = update("15m", "web:2");
    let parts = |configuration: &str| [BALANCER.to_owned(), watched(configuration), ALARM.to_owned(), update.clone()];
    let done = |assume: &str, configuration: &str| {
        let parts = parts(configuration);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        completed(&play_assuming(assume, "60m", &parts)).expect("it completes")
    };
    let without = done("", "");
    assert_eq!((done("", &alarms(true)) - without).as_secs(), 180);
    assert_eq!((done("alarm_bake_time = \"10m\"", &alarms(true)) - without).as_secs(), 600);
    let parts = parts(&alarms(true));
    let mut during = ready("60m", &parts.iter().map(String::as_str).collect::<Vec<_>>());
    during.run_until(without + std::time::Duration::from_secs(60));
    assert_eq!(running(&during), (0, 2), "all tasks are new: {}", told(&during));
    assert_eq!(primary(&during)["rolloutState"], "IN_PROGRESS");
    assert_eq!(
        newest(&during)["alarms"],
        json!({ "status": "MONITORING", "alarmNames": ["errors"], "triggeredAlarmNames": [] })
    );
    during.run();
    assert_eq!(newest(&during)["alarms"]["status"], "MONITORING_COMPLETE");
    assert_eq!(newest(&during)["status"], "SUCCESSFUL");
}

/// [SC-115] An alarm that looks back very far makes no longer bake time than five minutes.
#[test]
fn a_bake_time_is_five_minutes_at_most() {
    let slow = ALARM.replace("EvaluationPeriods = 2", "EvaluationPeriods = 60");
    let run = |configuration: &str| {
        completed(&play("60m", &[BALANCER, &watched(configuration), &slow, &update("15m", "web:2")]))
            .expect("it completes")
    };
    assert_eq!((run(&alarms(true)) - run("")).as_secs(), 300);
}

/// [CP-200] [SC-093] An alarm that is in ALARM as the deployment begins is ignored for all of it, though it goes off once more; there is
/// no bake time either.
#[test]
fn an_alarm_that_is_already_on_is_ignored() {
    let drill = "aws cloudwatch set-alarm-state --alarm-name errors --state-value ALARM --state-reason drill";
    let parts = [BALANCER, &watched(&alarms(true)), BAD, ALARM, &typed("14m59s", drill), &update("15m", "bad")];
    let run = play("30m", &parts);
    let changes = run.ctx().journal().iter().filter(|(_, entry)| matches!(entry.fact, Fact::AlarmStateChanged { .. }));
    assert!(changes.count() >= 3, "the drill, its end, and the errors");
    assert_eq!(newest(&run)["status"], "SUCCESSFUL", "{}", told(&run));
    assert_eq!(newest(&run)["alarms"]["status"], "DISABLED");
}

/// [CP-199] A canary that answers errors gives its traffic back.
#[test]
fn an_alarm_takes_a_canary_back() {
    let second = "[[elbv2.targetGroup]]\nName = \"tg2\"\nProtocol = \"HTTP\"\nPort = 80\nTargetType = \"ip\"\n\
                  HealthCheckIntervalSeconds = 10\nHealthyThresholdCount = 2\n";
    let canary = format!(
        "strategy = \"CANARY\", canaryConfiguration = {{ canaryPercent = 20, canaryBakeTimeInMinutes = 30 }}, {}",
        alarms(true)
    );
    let service = watched(&canary).replace(
        "containerPort = 80 }]",
        "containerPort = 80, advancedConfiguration = { alternateTargetGroupArn = \"tg2\", productionListenerRule = \
         \"alb:80\", roleArn = \"ecs\" } }]",
    );
    let run = play("40m", &[BALANCER, second, &service, BAD, ALARM, &update("15m", "bad")]);
    let story = from("00:15", &told(&run));
    assert!(story.contains("(deployment #2) deployment failed: alarm detected."), "{story}");
    assert_eq!(newest(&run)["status"], "ROLLBACK_SUCCESSFUL", "{story}");
    let shares: Vec<u32> = run
        .ctx()
        .journal()
        .iter()
        .filter_map(|(_, entry)| match entry.fact {
            Fact::TrafficShifted { production, .. } => Some(production),
            _ => None,
        })
        .collect();
    assert_eq!(shares, [1000, 200, 0], "the first revision had all, the second never more than its part: {story}");
}

/// [CP-199] [CP-201] What is said is checked and read back; what is not said stays as it was.
#[test]
fn deployment_alarms_are_checked_and_read_back() {
    let run = play("5m", &[BALANCER, &watched(&alarms(true)), ALARM]);
    let update = |configuration: Value| {
        let input = json!({ "cluster": "demo", "service": "web", "deploymentConfiguration": configuration });
        let (mut world, mut ctx) = (run.world().clone(), run.ctx().clone());
        let entry = sim_core::api::find("ecs", "UpdateService").expect("it exists");
        (entry.call)(input, &mut world, &mut ctx).map(|it| it["service"]["deploymentConfiguration"]["alarms"].clone())
    };
    let given = json!({ "alarmNames": ["errors"], "enable": true, "rollback": true });
    assert_eq!(update(json!({ "maximumPercent": 150 })).expect("it stays"), given);
    let other = json!({ "alarmNames": ["a", "b"], "enable": true, "rollback": false });
    assert_eq!(update(json!({ "alarms": other })).expect("alarms need not be there"), other);
    let off = json!({ "alarmNames": [], "enable": false, "rollback": false });
    assert_eq!(update(json!({ "alarms": off })).expect("they can be switched off"), off);
    let refused = |configuration: Value| {
        let error = update(configuration).expect_err("it is refused");
        format!("{error} at {}", error.place)
    };
    let none = refused(json!({ "alarms": { "alarmNames": [], "enable": true, "rollback": true } }));
    assert!(
        none.contains("alarmNames cannot be empty") && none.ends_with("deploymentConfiguration.alarms.alarmNames"),
        "{none}"
    );
    let half = refused(json!({ "alarms": { "alarmNames": ["errors"], "enable": true } }));
    assert!(half.contains("rollback"), "{half}");
    let shift =
        json!({ "strategy": "CANARY", "alarms": { "alarmNames": ["errors"], "enable": true, "rollback": false } });
    let shift = refused(shift);
    assert!(shift.contains("without rollback are modelled for the strategy ROLLING only"), "{shift}");
    let bake = refused(json!({ "bakeTimeInMinutes": 5 }));
    assert!(bake.contains("bakeTimeInMinutes needs a strategy with stages"), "{bake}");
}
