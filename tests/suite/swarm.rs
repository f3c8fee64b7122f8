//! Random scenarios: whatever somebody types and whatever breaks, some things always hold.

use std::collections::BTreeMap;
use std::fmt::Write;

use proptest::prelude::*;
use sim_core::Simulation;
use sim_core::engine::Time;
use sim_core::world::app::ProcessState;
use sim_core::world::ecs::TaskStatus;
use tests::story;

/// What is drawn: three services, of which the first may be behind the load balancer; what is typed; what breaks.
#[derive(Clone, Debug)]
struct Plan {
    services: Vec<Service>,
    typed: Vec<(u32, Deed)>,
    kills: Vec<(u32, usize, u32)>,
    /// When a zone is lost, whether it is the first, and for how long.
    losses: Vec<(u32, bool, Option<u32>)>,
    rate: u32,
    seed: u64,
}

#[derive(Clone, Debug)]
struct Service {
    desired: u32,
    bounds: (u32, u32),
    grace: u32,
    crash_after: Option<u32>,
    boot: u32,
    cpu_ms: u32,
    errors: u32,
    memory: u32,
}

#[derive(Clone, Debug)]
enum Deed {
    Scale(usize, u32),
    Deploy(usize),
    Bounds(usize, u32, u32),
    StopTask(usize, u32),
    Delete(usize),
    Recreate(usize, u32),
    CloseTasks,
    OpenTasks,
    NoWayOut,
    WayOut,
}

fn service() -> impl Strategy<Value = Service> {
    let parts = (
        0u32..6,
        (prop_oneof![Just(0u32), Just(50), Just(100)], prop_oneof![Just(100u32), Just(150), Just(200)]),
        prop_oneof![Just(0u32), Just(60)],
        prop::option::weighted(0.3, 5u32..400),
        0u32..60,
        1u32..80,
        0u32..30,
        0u32..40,
    );
    parts.prop_map(|(desired, bounds, grace, crash_after, boot, cpu_ms, errors, memory)| {
        // Both at 100 is refused by AWS.
        let bounds = if bounds == (100, 100) { (100, 200) } else { bounds };
        Service { desired, bounds, grace, crash_after, boot, cpu_ms, errors, memory }
    })
}

fn deed() -> impl Strategy<Value = Deed> {
    let which = 0usize..3;
    prop_oneof![
        (which.clone(), 0u32..8).prop_map(|(at, count)| Deed::Scale(at, count)),
        which.clone().prop_map(Deed::Deploy),
        (which.clone(), 0u32..101, 100u32..300).prop_map(|(at, low, high)| Deed::Bounds(at, low, high)),
        (which.clone(), 1u32..8).prop_map(|(at, number)| Deed::StopTask(at, number)),
        which.clone().prop_map(Deed::Delete),
        (which, 0u32..4).prop_map(|(at, desired)| Deed::Recreate(at, desired)),
        Just(Deed::CloseTasks),
        Just(Deed::OpenTasks),
        Just(Deed::NoWayOut),
        Just(Deed::WayOut),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    let parts = (
        prop::collection::vec(service(), 3),
        prop::collection::vec((0u32..1200, deed()), 0..12),
        prop::collection::vec((0u32..1200, 0usize..3, 1u32..4), 0..4),
        prop::collection::vec((0u32..1200, any::<bool>(), prop::option::of(1u32..400)), 0..3),
        0u32..60,
        any::<u32>(),
    );
    parts.prop_map(|(services, typed, kills, losses, rate, seed)| Plan {
        services,
        typed,
        kills,
        losses,
        rate,
        seed: seed.into(),
    })
}

const NETWORK: &str =
    "awsvpcConfiguration={subnets=[us-east-1a,us-east-1b],securityGroups=[task-sg],assignPublicIp=ENABLED}";
const BEHIND: &str = "targetGroupArn=tg,containerName=web,containerPort=80";

impl Deed {
    fn line(&self) -> String {
        let update = "aws ecs update-service --cluster demo --service";
        let ingress = "security-group-ingress --group-name task-sg --protocol tcp --port 80 --source-group alb-sg";
        match self {
            Deed::Scale(at, count) => format!("{update} s{at} --desired-count {count}"),
            Deed::Deploy(at) => format!("{update} s{at} --force-new-deployment"),
            Deed::Bounds(at, low, high) => {
                format!("{update} s{at} --deployment-configuration minimumHealthyPercent={low},maximumPercent={high}")
            }
            Deed::StopTask(at, number) => format!("aws ecs stop-task --cluster demo --task s{at}#{number}"),
            Deed::Delete(at) => format!("aws ecs delete-service --cluster demo --service s{at} --force"),
            Deed::Recreate(at, desired) => format!(
                "aws ecs create-service --cluster demo --service-name s{at} --task-definition f{at} --desired-count \
                 {desired} --launch-type FARGATE --network-configuration {NETWORK} {}",
                if *at == 0 { format!("--load-balancers {BEHIND}") } else { String::new() }
            ),
            Deed::CloseTasks => format!("aws ec2 revoke-{ingress}"),
            Deed::OpenTasks => format!("aws ec2 authorize-{ingress}"),
            Deed::NoWayOut => "aws ec2 delete-route --route-table-id main --destination-cidr-block 0.0.0.0/0".into(),
            Deed::WayOut => "aws ec2 create-route --route-table-id main --destination-cidr-block 0.0.0.0/0 \
                             --gateway-id default"
                .into(),
        }
    }
}

impl Plan {
    /// What callers speak, if it is not HTTP/1.1, and the version of the target group: in half of the worlds requests share
    /// connections.
    fn spoken(&self) -> (Option<&'static str>, &'static str) {
        match self.seed % 4 {
            0 => (Some("http2"), "HTTP2"),
            1 => (Some("grpc"), "GRPC"),
            _ => (None, "HTTP1"),
        }
    }

    fn balancer(&self) -> String {
        let (spoken, version) = self.spoken();
        if spoken.is_none() {
            return story::BALANCER.to_owned();
        }
        let group = story::BALANCER
            .replace("Port = 80\nTargetType", &format!("ProtocolVersion = \"{version}\"\nPort = 80\nTargetType"));
        let secure = "Protocol = \"HTTPS\"\nCertificates = [{ CertificateArn = \"arn:aws:iam::123456789012:server-certificate/demo\" }]";
        group.replace("Protocol = \"HTTP\"\nPort = 80\nDefaultActions", &format!("{secure}\nPort = 80\nDefaultActions"))
    }

    fn scenario(&self) -> String {
        let mut text = format!(
            "[scenario]\ntitle = \"swarm\"\nseed = {}\nduration = \"20m\"\n[[ecs.cluster]]\nclusterName = \"demo\"\n\
             [[world.image]]\nrepository = \"docker.io/library/httpd\"\nlayers = [\"35 MB\", \"2 MB\"]\n{}",
            self.seed,
            self.balancer()
        );
        let mut line = |line: std::fmt::Arguments<'_>| writeln!(text, "{line}").expect("a string takes all");
        for (at, service) in self.services.iter().enumerate() {
            let Service { desired, bounds: (low, high), grace, boot, cpu_ms, errors, memory, .. } = service;
            line(format_args!("[[ecs.taskDefinition]]\nfamily = \"f{at}\"\nrequiresCompatibilities = [\"FARGATE\"]"));
            line(format_args!("networkMode = \"awsvpc\"\ncpu = \"256\"\nmemory = \"512\""));
            line(format_args!(
                "containerDefinitions = [{{ name = \"web\", image = \"httpd\", portMappings = [{{ containerPort = 80 }}] }}]"
            ));
            line(format_args!("[[world.app]]\ncontainer = \"f{at}/web\"\nboot = \"{boot}s\""));
            if let Some(after) = service.crash_after {
                line(format_args!("crash_after = \"{after}s\""));
            }
            line(format_args!(
                "request = {{ cpu = {{ exponential = \"{cpu_ms}ms\" }}, errors = \"{errors}%\", memory = \"{memory} MB\" }}"
            ));
            line(format_args!(
                "[[ecs.service]]\ncluster = \"demo\"\nserviceName = \"s{at}\"\ntaskDefinition = \"f{at}\""
            ));
            line(format_args!("desiredCount = {desired}\nlaunchType = \"FARGATE\""));
            line(format_args!(
                "deploymentConfiguration = {{ minimumHealthyPercent = {low}, maximumPercent = {high} }}"
            ));
            if at == 0 {
                line(format_args!("healthCheckGracePeriodSeconds = {grace}"));
                line(format_args!(
                    "loadBalancers = [{{ targetGroupArn = \"tg\", containerName = \"web\", containerPort = 80 }}]"
                ));
            }
            line(format_args!(
                "[ecs.service.networkConfiguration.awsvpcConfiguration]\nsubnets = [\"us-east-1a\", \"us-east-1b\"]"
            ));
            line(format_args!("securityGroups = [\"task-sg\"]\nassignPublicIp = \"ENABLED\""));
        }
        if self.rate > 0 {
            let (spoken, _) = self.spoken();
            let (rate, spoken) = (self.rate, spoken.map_or_else(String::new, |it| format!("protocol = \"{it}\"\n")));
            line(format_args!("[[world.traffic]]\nto = \"alb\"\n{spoken}rate = {rate}\nuntil = \"19m\""));
        }
        for (at, service, count) in &self.kills {
            line(format_args!("[[world.fault]]\nat = \"{at}s\"\nkill = \"demo/s{service}\"\ncount = {count}"));
        }
        for (at, first, lasts) in &self.losses {
            let zone = if *first { "us-east-1a" } else { "us-east-1b" };
            line(format_args!("[[world.fault]]\nat = \"{at}s\"\nzone = \"{zone}\"\nlose = \"power\""));
            if let Some(seconds) = lasts {
                line(format_args!("for = \"{seconds}s\""));
            }
        }
        text
    }
}

impl Plan {
    /// Plays the plan, and looks at it so often [s].
    fn play(
        &self,
        every: u32,
        look: fn(&Simulation) -> Result<(), TestCaseError>,
    ) -> Result<Simulation, TestCaseError> {
        let mut run = tests::start("swarm.toml", &self.scenario(), &BTreeMap::new(), None);
        let mut typed = self.typed.clone();
        typed.sort_by_key(|(at, _)| *at);
        let looks = (0..=1200).step_by(every as usize).map(|at| (at, None));
        let mut steps: Vec<(u32, Option<&Deed>)> =
            typed.iter().map(|(at, deed)| (*at, Some(deed))).chain(looks).collect();
        steps.sort_by_key(|(at, _)| *at);
        for (at, deed) in steps {
            let before = run.now();
            run.run_until(Time::from_secs(at.into()));
            prop_assert!(run.now() >= before, "the clock runs back");
            if let Some(deed) = deed {
                let problems = run.type_line(&deed.line(), &()).err().unwrap_or_default();
                prop_assert!(problems.is_empty(), "{:?}", problems);
            }
            look(&run)?;
        }
        Ok(run)
    }
}

/// What holds at every moment.
fn holds(run: &Simulation) -> Result<(), TestCaseError> {
    let world = run.world();
    // No request is lost: it is answered, or could not reach the load balancer, or is in flight.
    let meters = world.elb.balancers.iter().flat_map(|(id, _)| world.cloudwatch.meters_of(id));
    let answered: u64 = meters.map(|(.., meter)| meter.counts().answered).sum();
    let unreached: u64 = world.traffic.callers.iter().flat_map(|(_, caller)| caller.unreached).sum();
    prop_assert_eq!(
        world.requests_sent(),
        answered + unreached + world.traffic.in_flight(),
        "arrived = answered + in flight"
    );
    // No resource below nothing or above what there is.
    for (_, subnet) in world.network.subnets.iter() {
        let all = subnet.cidr.size() - 5;
        prop_assert!(u64::from(subnet.free()) <= all, "{} of {all} addresses are free", subnet.free());
    }
    let live = |status: TaskStatus| status != TaskStatus::Stopped;
    for (id, task) in world.ecs.tasks.iter() {
        let runs = world.app.state(id, 0) == Some(ProcessState::Listening);
        prop_assert!(!(runs && world.network.is_dark(task.subnet)), "{} runs without power", task.name);
        if !live(task.status) {
            prop_assert!(world.network.eni_of(id).is_none(), "{} is over and has an address", task.name);
            prop_assert!(task.at.stopped.is_some() && task.stopping.is_some(), "{} ended without a reason", task.name);
        }
        let limit = u64::from(world.ecs.definitions[task.definition].memory) << 20;
        prop_assert!(world.app.memory_used(id, run.now()) <= limit, "{} uses more memory than it has", task.name);
    }
    for (_, service) in world.ecs.services.iter() {
        let alive = service.tasks.iter().filter(|&&task| live(world.ecs.tasks[task].status)).count();
        prop_assert_eq!(alive, service.live.len(), "the live tasks of {}", &service.name);
    }
    for (_, target) in world.elb.targets.iter() {
        prop_assert!(u64::from(target.outstanding) <= world.traffic.in_flight());
    }
    Ok(())
}

/// What holds for the whole journal.
fn journal_holds(run: &Simulation) -> Result<(), TestCaseError> {
    let mut before = Time::ZERO;
    for (id, entry) in run.ctx().journal().iter() {
        prop_assert!(entry.at >= before, "time runs back at {}", entry.at);
        before = entry.at;
        if let Some(cause) = entry.cause {
            prop_assert!(cause < id, "a fact is caused by a later one");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(crate::cases::few(16))]

    #[test]
    fn whatever_happens_no_request_is_lost_and_nothing_is_used_that_is_not_there(plan in plan()) {
        let typed = plan.typed.iter().map(|(at, deed)| (u64::from(*at), deed.line())).collect::<Vec<_>>();
        crate::cases::told(|| plan.scenario() + &crate::cases::tables(&typed), || nothing_is_lost(&plan))?;
    }
}

fn nothing_is_lost(plan: &Plan) -> Result<(), TestCaseError> {
    let run = plan.play(20, holds)?;
    journal_holds(&run)?;
    let again = plan.play(1200, |_| Ok(()))?;
    prop_assert_eq!(again.hash(), run.hash(), "stops on the way change nothing");
    Ok(())
}

/// One more service changes no draw of the others: their tasks live to the nanosecond as before, and the callers
/// send the same requests. This is what makes two variants of a scenario comparable.
#[test]
fn an_unrelated_service_leaves_the_draws_of_the_others_unchanged() {
    let lab = |more: &str| {
        let (text, files) = tests::scenario_text("lab/fargate-alb.toml");
        let mut run = tests::start("lab.toml", &format!("{text}\n{more}"), &files, None);
        run.run();
        let ecs = &run.world().ecs;
        let tasks: Vec<_> = ecs.tasks.iter().filter(|(_, task)| task.name.starts_with("demo/web")).collect();
        let moments: Vec<_> = tasks.iter().map(|(_, task)| (task.uuid.clone(), format!("{:?}", task.at))).collect();
        let traffic = serde_json::to_string(&run.report().traffic).expect("plain data");
        (moments, traffic, run.hash())
    };
    let other = r#"
[[world.image]]
repository = "docker.io/library/redis"
layers = ["40 MB"]
[[ecs.taskDefinition]]
family = "cache"
requiresCompatibilities = ["FARGATE"]
networkMode = "awsvpc"
cpu = "256"
memory = "512"
containerDefinitions = [{ name = "redis", image = "redis" }]
[[timeline]]
at = "5m"
run = "aws ecs create-service --cluster demo --service-name cache --task-definition cache --desired-count 3 --launch-type FARGATE --network-configuration 'awsvpcConfiguration={subnets=[us-east-1c],assignPublicIp=ENABLED}'"
"#;
    let (alone, beside) = (lab(""), lab(other));
    assert_eq!(alone.0, beside.0, "the tasks of web");
    assert_eq!(alone.1, beside.1, "the requests");
    assert_ne!(alone.2, beside.2, "but it is another run");
}
