//! Random sequences of valid and invalid operations on one service: whatever somebody types, no task is left without an
//! owner, no rolling update runs more than `maximumPercent` or stops below `minimumHealthyPercent`, and when all is well
//! again the service comes to rest.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use proptest::prelude::*;
use sim_core::Simulation;
use sim_core::engine::Time;
use sim_core::world::Fact;
use sim_core::world::ecs::{StopCode, TargetState, Task, TaskId, TaskStatus};
use tests::story;

/// What somebody types.
#[derive(Clone, Debug)]
enum Deed {
    Scale(u32),
    /// To the good image, the missing one, the one that crashes, the one that fails its checks.
    Deploy(usize),
    Force,
    Bounds(u32, u32),
    Breaker(bool, bool, u32),
    Strategy(&'static str),
    Hook(&'static str),
    Watch(bool, bool),
    GoesOff(bool),
    StopTask(u32),
    Protect(u32, u32),
    Rebalance(bool),
    /// Takes the newest deployment back.
    Back,
    /// Answers the hook that it waits for.
    Answer(bool),
    /// Tasks beside the service.
    Run(u32),
    /// No further task of this revision: it is one that nobody needs in the end.
    Retire(usize),
    /// Never valid, whatever came before.
    Nonsense(usize),
}

const FAMILIES: [&str; 4] = ["web:1", "missing", "crash", "deaf"];
const NONSENSE: [&str; 6] = [
    "aws ecs update-service --cluster demo --service web --desired-count 5001",
    "aws ecs update-service --cluster demo --service web --deployment-configuration bakeTimeInMinutes=1441",
    "aws ecs update-service --cluster demo --service gone --desired-count 1",
    "aws ecs update-service --cluster demo --service web --task-definition web:99",
    "aws ecs update-service --cluster demo --service web --deployment-configuration minimumHealthyPercent=100,maximumPercent=100",
    "aws ecs stop-service-deployment --service-deployment-arn arn:aws:ecs:us-east-1:123456789012:service-deployment/a/b/c",
];

impl Deed {
    /// The line; the newest service deployment and its hook have names that only the run knows.
    fn line(&self, run: &Simulation) -> String {
        let update = "aws ecs update-service --cluster demo --service web";
        let configure = format!("{update} --deployment-configuration");
        match self {
            Deed::Scale(count) => format!("{update} --desired-count {count}"),
            Deed::Deploy(which) => format!("{update} --task-definition {}", FAMILIES[*which]),
            Deed::Force => format!("{update} --force-new-deployment"),
            Deed::Bounds(low, high) => format!("{configure} minimumHealthyPercent={low},maximumPercent={high}"),
            Deed::Breaker(on, back, count) => format!(
                "{configure} deploymentCircuitBreaker={{enable={on},rollback={back},thresholdConfiguration={{type=COUNT,value={count}}}}}"
            ),
            Deed::Strategy(strategy) => format!("{configure} {strategy}"),
            Deed::Hook("pause") => format!(
                "{configure} lifecycleHooks=[{{targetType=PAUSE,lifecycleStages=[POST_SCALE_UP],\
                 timeoutConfiguration={{timeoutInMinutes=5,action=CONTINUE}}}}]"
            ),
            Deed::Hook(name) => format!(
                "{configure} lifecycleHooks=[{{hookTargetArn={name},roleArn=hooks,lifecycleStages=[POST_SCALE_UP]}}]"
            ),
            Deed::Watch(on, back) => {
                format!("{configure} alarms={{alarmNames=[trouble,gone],enable={on},rollback={back}}}")
            }
            Deed::GoesOff(yes) => format!(
                "aws cloudwatch set-alarm-state --alarm-name trouble --state-value {} --state-reason chance",
                if *yes { "ALARM" } else { "OK" }
            ),
            Deed::StopTask(number) => format!("aws ecs stop-task --cluster demo --task web#{number}"),
            Deed::Protect(number, minutes) => format!(
                "aws ecs update-task-protection --cluster demo --tasks web#{number} --protection-enabled \
                 --expires-in-minutes {minutes}"
            ),
            Deed::Rebalance(on) => {
                format!("{update} --availability-zone-rebalancing {}", if *on { "ENABLED" } else { "DISABLED" })
            }
            Deed::Back => format!("aws ecs stop-service-deployment --service-deployment-arn {}", newest(run).0),
            Deed::Answer(on) => {
                let (arn, hook) = newest(run);
                let action = if *on { "CONTINUE" } else { "ROLLBACK" };
                format!(
                    "aws ecs continue-service-deployment --service-deployment-arn {arn} --hook-id {hook} --action {action}"
                )
            }
            Deed::Run(count) => format!(
                "aws ecs run-task --cluster demo --task-definition web --count {count} --launch-type FARGATE \
                 --network-configuration awsvpcConfiguration={{subnets=[us-east-1a],assignPublicIp=ENABLED}}"
            ),
            Deed::Retire(which) => {
                format!("aws ecs deregister-task-definition --task-definition {}:1", FAMILIES[*which])
            }
            Deed::Nonsense(which) => NONSENSE[*which].to_owned(),
        }
    }
}

/// The newest service deployment, and the hook that it waits for.
fn newest(run: &Simulation) -> (String, String) {
    let (id, _) = run.world().ecs.services.iter().next().expect("it was made");
    let arn = run.world().ecs.service_deployments[run.world().ecs.current_service_deployment(id)].arn.clone();
    let asked = serde_json::json!({ "serviceDeploymentArns": [arn] });
    let told = story::ask(run, "DescribeServiceDeployments", asked).expect("it is there");
    let hook = &told["serviceDeployments"][0]["lifecycleHookDetails"][0]["hookId"];
    (arn, hook.as_str().unwrap_or("none").to_owned())
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        (0u32..7).prop_map(Deed::Scale),
        (0usize..4).prop_map(Deed::Deploy),
        Just(Deed::Force),
        (0u32..101, 100u32..250).prop_map(|(low, high)| Deed::Bounds(low, high)),
        (any::<bool>(), any::<bool>(), 1u32..5).prop_map(|(on, back, count)| Deed::Breaker(on, back, count)),
        prop_oneof![
            Just("strategy=ROLLING,bakeTimeInMinutes=0,lifecycleHooks=[]"),
            Just("strategy=BLUE_GREEN,bakeTimeInMinutes=1,deploymentCircuitBreaker={enable=false,rollback=false}"),
            Just("strategy=CANARY,canaryConfiguration={canaryPercent=20,canaryBakeTimeInMinutes=2}"),
            Just("strategy=LINEAR,linearConfiguration={stepPercent=50,stepBakeTimeInMinutes=1}"),
        ]
        .prop_map(Deed::Strategy),
        prop_oneof![Just("good"), Just("bad"), Just("unknown"), Just("pause")].prop_map(Deed::Hook),
        (any::<bool>(), any::<bool>()).prop_map(|(on, back)| Deed::Watch(on, back)),
        any::<bool>().prop_map(Deed::GoesOff),
        (1u32..20).prop_map(Deed::StopTask),
        (1u32..20, 1u32..12).prop_map(|(number, minutes)| Deed::Protect(number, minutes)),
        any::<bool>().prop_map(Deed::Rebalance),
        Just(Deed::Back),
        any::<bool>().prop_map(Deed::Answer),
        (1u32..4).prop_map(Deed::Run),
        (1usize..4).prop_map(Deed::Retire),
        (0usize..NONSENSE.len()).prop_map(Deed::Nonsense),
    ]
}

#[derive(Clone, Debug)]
struct Plan {
    desired: u32,
    behind: bool,
    deeds: Vec<(u32, Deed)>,
    /// When the zone us-east-1a is lost, for two minutes.
    loss: Option<u32>,
    seed: u32,
}

fn plan() -> impl Strategy<Value = Plan> {
    let parts = (
        0u32..5,
        any::<bool>(),
        prop::collection::vec((0u32..1800, deed()), 0..12),
        prop::option::weighted(0.3, 0u32..1800),
        any::<u32>(),
    );
    parts.prop_map(|(desired, behind, deeds, loss, seed)| Plan { desired, behind, deeds, loss, seed })
}

const SECOND: &str = r#"
[[elbv2.targetGroup]]
Name = "tg2"
Protocol = "HTTP"
Port = 80
TargetType = "ip"
HealthCheckIntervalSeconds = 10
HealthyThresholdCount = 2
UnhealthyThresholdCount = 2
"#;

/// It goes off when somebody says so, for a minute.
const ALARM: &str = r#"
[[cloudwatch.metricAlarm]]
AlarmName = "trouble"
Namespace = "AWS/ECS"
MetricName = "CPUUtilization"
Dimensions = [{ Name = "ClusterName", Value = "demo" }, { Name = "ServiceName", Value = "web" }]
Statistic = "Average"
Period = 60
EvaluationPeriods = 1
Threshold = 1000
ComparisonOperator = "GreaterThanThreshold"
TreatMissingData = "notBreaching"
"#;

/// After this moment nobody types anything but the mending lines.
const MENDED: u32 = 40 * 60;

impl Plan {
    fn scenario(&self) -> String {
        let mut text = format!(
            "[scenario]\ntitle = \"swarm\"\nseed = {}\nduration = \"180m\"\n[[ecs.cluster]]\nclusterName = \"demo\"\n\
             [[world.image]]\nrepository = \"docker.io/library/httpd\"\nlayers = [\"35 MB\"]\n\
             [[world.hook]]\nname = \"good\"\nanswers = [\"IN_PROGRESS\", \"SUCCEEDED\"]\n\
             [[world.hook]]\nname = \"bad\"\ntakes = \"7s\"\nanswers = [\"FAILED\"]\n{}{SECOND}{ALARM}",
            self.seed,
            story::BALANCER
        );
        let mut line = |line: std::fmt::Arguments<'_>| writeln!(text, "{line}").expect("a string takes all");
        for (family, image, behaviour) in [
            ("web", "httpd", ""),
            ("missing", "httpd:gone", ""),
            ("crash", "httpd", "crash_after = \"9s\""),
            ("deaf", "httpd", "health_status = 500"),
        ] {
            line(format_args!(
                "[[ecs.taskDefinition]]\nfamily = \"{family}\"\nrequiresCompatibilities = [\"FARGATE\"]"
            ));
            line(format_args!("networkMode = \"awsvpc\"\ncpu = \"256\"\nmemory = \"512\""));
            line(format_args!(
                "containerDefinitions = [{{ name = \"web\", image = \"{image}\", portMappings = [{{ containerPort = 80 }}] }}]"
            ));
            line(format_args!("[[world.app]]\ncontainer = \"{family}/web\"\n{behaviour}"));
        }
        line(format_args!("[[ecs.service]]\ncluster = \"demo\"\nserviceName = \"web\"\ntaskDefinition = \"web\""));
        line(format_args!("desiredCount = {}\nlaunchType = \"FARGATE\"", self.desired));
        if self.behind {
            line(format_args!(
                "loadBalancers = [{{ targetGroupArn = \"tg\", containerName = \"web\", containerPort = 80, \
                 advancedConfiguration = {{ alternateTargetGroupArn = \"tg2\", productionListenerRule = \"alb:80\", \
                 roleArn = \"ecs\" }} }}]"
            ));
        }
        line(format_args!(
            "[ecs.service.networkConfiguration.awsvpcConfiguration]\nsubnets = [\"us-east-1a\", \"us-east-1b\"]\n\
             securityGroups = [\"task-sg\"]\nassignPublicIp = \"ENABLED\""
        ));
        if let Some(at) = self.loss {
            line(format_args!(
                "[[world.fault]]\nat = \"{at}s\"\nzone = \"us-east-1a\"\nlose = \"power\"\nfor = \"2m\""
            ));
        }
        text
    }

    /// What is done, in its order.
    fn deeds(&self) -> Vec<(u32, Deed)> {
        let mut deeds = self.deeds.clone();
        deeds.sort_by_key(|(at, _)| *at);
        deeds
    }

    /// In the end all is well again: usual bounds, no circuit breaker, the good image.
    fn mended() -> String {
        let update = "aws ecs update-service --cluster demo --service web";
        format!(
            "{update} --force-new-deployment --task-definition web:1 --desired-count 3 --deployment-configuration \
             strategy=ROLLING,bakeTimeInMinutes=0,lifecycleHooks=[],minimumHealthyPercent=100,maximumPercent=200,\
             deploymentCircuitBreaker={{enable=false,rollback=false}},alarms={{alarmNames=[],enable=false,rollback=false}}"
        )
    }
}

/// The upper bound as the scheduler sees it at this moment.
fn ceiling(run: &Simulation) -> Option<u32> {
    let (id, service) = run.world().ecs.services.iter().next()?;
    let rolling = run.world().ecs.stage_of(id).is_none();
    rolling.then(|| (u64::from(service.desired_count) * u64::from(service.maximum_percent) / 100) as u32)
}

fn running(run: &Simulation) -> usize {
    let runs = |task: &Task| task.service.is_some() && task.status == TaskStatus::Running;
    run.world().ecs.tasks.iter().filter(|(_, task)| runs(task)).count()
}

/// Tasks of the service that count for `minimumHealthyPercent` [CP-123]: no container here has a check of its own.
fn healthy(run: &Simulation, behind: bool) -> u64 {
    let healthy = |task: &Task| match task.target {
        TargetState::Healthy => true,
        TargetState::Initial | TargetState::Unhealthy => false,
        TargetState::None => !behind && task.at.started.is_some_and(|at| run.now() >= at + Duration::from_secs(40)),
    };
    let tasks = run.world().ecs.tasks.iter().filter(|(_, task)| task.service.is_some());
    tasks.filter(|(_, task)| task.status == TaskStatus::Running && healthy(task)).count() as u64
}

/// Lets time pass step by step, and looks at each.
fn until(
    run: &mut Simulation,
    time: Time,
    behind: bool,
    seen: &mut usize,
    before: &mut u32,
) -> Result<(), TestCaseError> {
    while run.peek().is_some_and(|next| next <= time) && run.step() {
        let facts: Vec<(usize, Fact)> =
            run.ctx().journal().iter().skip(*seen).map(|(_, entry)| entry.fact.clone()).enumerate().collect();
        *seen += facts.len();
        let world = run.world();
        let (_, service) = world.ecs.services.iter().next().expect("it was made");
        let launched = facts.iter().any(|(_, fact)| matches!(fact, Fact::TaskCreated { .. }));
        if launched && let Some(ceiling) = ceiling(run) {
            let live = service.live.len() as u32;
            prop_assert!(live <= ceiling.max(*before), "{live} tasks, {ceiling} are allowed, at {}", run.now());
        }
        // Of no revision more tasks run than it is to have, whatever the strategy is: unhealthy ones are replaced first.
        for (_, fact) in &facts {
            let Fact::TaskCreated { task } = fact else { continue };
            let Some(of) = world.ecs.tasks[*task].deployment else { continue };
            let counts = |id: &TaskId| {
                let it = &world.ecs.tasks[*id];
                it.deployment == Some(of) && it.stopping.is_none() && it.target != TargetState::Unhealthy
            };
            let own = service.live.iter().filter(|id| counts(id)).count() as u32;
            // One more while a task is there for one that will leave a full zone [CP-108].
            let wanted = service.desired_count.max(world.ecs.deployments[of].kept) + u32::from(service.balance.active);
            prop_assert!(own <= wanted, "{own} tasks of one revision, {wanted} are wanted, at {}", run.now());
        }
        // On healthy capacity a healthy old task is stopped for a new one only while enough others run.
        let stopped = facts.iter().filter(|(_, fact)| {
            matches!(fact, Fact::TaskStopRequested { task, code: StopCode::ServiceSchedulerInitiated, .. }
                if world.ecs.tasks[*task].status >= TaskStatus::Deactivating
                    && world.ecs.tasks[*task].deployment != Some(service.primary()) && world.ecs.tasks[*task].proved && world.ecs.tasks[*task].target != TargetState::Unhealthy)
        });
        let first = world.ecs.services.iter().next().expect("it was made").0;
        if stopped.count() > 0 && world.ecs.stage_of(first).is_none() {
            let floor = (u64::from(service.desired_count) * u64::from(service.minimum_healthy_percent)).div_ceil(100);
            let left = healthy(run, behind);
            prop_assert!(left >= floor, "{left} healthy tasks run, {floor} must, at {}", run.now());
        }
        *before = service.live.len() as u32;
        for (id, task) in world.ecs.tasks.iter() {
            let owner = match task.service {
                Some(service) => &world.ecs.services[service].tasks,
                None => &world.ecs.clusters[task.cluster].tasks,
            };
            prop_assert!(owner.binary_search(&id).is_ok(), "{} has no owner", task.name);
        }
    }
    run.run_until(time);
    Ok(())
}

/// Plays a plan, and notes what is typed.
fn always(plan: &Plan, typed: &RefCell<Vec<(u64, String)>>) -> Result<(), TestCaseError> {
    let mut run = tests::start("swarm.toml", &plan.scenario(), &BTreeMap::new(), None);
    let (mut seen, mut before) = (0, 0);
    let mut type_line = |run: &mut Simulation, at: u32, line: &dyn Fn(&Simulation) -> String| {
        until(run, Time::from_secs(at.into()), plan.behind, &mut seen, &mut before)?;
        let line = line(run);
        typed.borrow_mut().push((at.into(), line.clone()));
        let state = |run: &Simulation| {
            let (_, service) = run.world().ecs.services.iter().next().expect("it was made");
            (service.desired_count, service.live.clone(), service.deployments.clone(), service.maximum_percent)
        };
        let was = state(run);
        let code = run.type_line(&line, &BTreeMap::new()).map(|typed| typed.exit_code);
        // Whoever is refused has changed nothing.
        prop_assert!(code == Ok(0) || state(run) == was, "{line} was refused and changed something");
        Ok(code)
    };
    for (at, deed) in plan.deeds() {
        let code = type_line(&mut run, at, &|run| deed.line(run))?;
        if matches!(deed, Deed::Nonsense(_)) {
            prop_assert!(code != Ok(0), "nonsense was taken: {}", deed.line(&run));
        }
    }
    let mended = type_line(&mut run, MENDED, &|_| Plan::mended())?;
    prop_assert_eq!(mended, Ok(0));
    let end = run.end();
    until(&mut run, end, plan.behind, &mut seen, &mut before)?;
    let (_, service) = run.world().ecs.services.iter().next().expect("it was made");
    prop_assert!(service.steady_since.is_some(), "it does not come to rest:\n{}", story::told(&run));
    prop_assert_eq!(running(&run), 3);
    prop_assert_eq!(service.deployments.len(), 1);
    Ok(())
}

proptest! {
    #![proptest_config(crate::cases::few(24))]

    /// [CP-166] [CP-168] [CP-121] [CP-123] [CP-127] [CP-171] The sequence that fails is told as the smallest one that does, as a
    /// scenario that can be kept.
    #[test]
    fn a_service_comes_to_rest_whatever_was_typed(plan in plan()) {
        let typed = RefCell::new(Vec::new());
        crate::cases::told(|| plan.scenario() + &crate::cases::tables(&typed.borrow()), || always(&plan, &typed))?;
    }
}

/// [CP-174] A sequence that once failed: a blue/green deployment of a revision that crashes again and again is overtaken by a rolling
/// one. Its tasks were made good for ever, one after the other, although the new revision had all of its own.
#[test]
fn a_revision_that_crashes_does_not_outlive_its_successor() {
    let blue_green = "strategy=BLUE_GREEN,bakeTimeInMinutes=1,deploymentCircuitBreaker={enable=false,rollback=false}";
    let deeds =
        vec![(70, Deed::Deploy(2)), (101, Deed::Strategy(blue_green)), (230, Deed::Force), (820, Deed::Scale(3))];
    let plan = Plan { desired: 1, behind: false, deeds, loss: None, seed: 48139494 };
    always(&plan, &RefCell::default()).expect("the service comes to rest");
}
