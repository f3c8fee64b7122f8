//! Tasks that share the CPU of an instance: who is slow beside whom, and who is told.

use sim_core::Simulation;
use sim_core::engine::Time;
use sim_core::world::Fact;
use sim_core::world::cloudwatch::{Metric, SeriesKey, Subject};
use tests::story::{AGENTS, BALANCER, instance, on_instances, play, play_assuming, service_on_instances, task, typed};

/// An instance with two vCPU.
fn two_vcpu() -> String {
    instance("t3.small", "us-east-1a", "")
}

/// A container whose process takes so much CPU time before it listens, on one thread.
fn boots(container: &str, cpu: &str) -> String {
    format!("[[world.app]]\ncontainer = \"{container}\"\nboot_cpu = \"{cpu}\"\n")
}

fn run_task(family: &str, count: u32) -> String {
    typed(
        "2m",
        &format!("aws ecs run-task --cluster demo --task-definition {family} --launch-type EC2 --count {count}"),
    )
}

/// For how long the boot of a standalone task took [s]: `main#1` is the first of the family `main`.
fn boot_of(run: &Simulation, name: &str) -> f64 {
    let id = task(run, &format!("family:{name}"));
    let started = run.world().ecs.tasks[id].at.started.expect("it has started");
    let mut journal = run.ctx().journal().iter();
    let listening = journal.find(|(_, it)| matches!(it.fact, Fact::AppListening { task } if task == id));
    listening.expect("it listens").1.at.since(started).as_nanos() as f64 / 1e9
}

#[track_caller]
fn is(found: f64, by_hand: f64) {
    // ECS hears of the start a call after it.
    assert!((found - by_hand).abs() < 0.5, "{found} s instead of {by_hand} s");
}

/// [CA-181] Thirty seconds of work on one thread: two tasks have a vCPU each; three have two thirds, four a half.
#[test]
fn tasks_that_start_together_share_the_vcpus_of_their_instance() {
    for (count, takes) in [(1, 30.0), (2, 30.0), (3, 45.0), (4, 60.0)] {
        let main = on_instances("main", "cpu = 256, memory = 256", "");
        let run = play("6m", &[AGENTS, &two_vcpu(), &main, &boots("main/main", "30s"), &run_task("main", count)]);
        is(boot_of(&run, "main#1"), takes);
        is(boot_of(&run, &format!("main#{count}")), takes);
    }
}

/// [CA-181] The weight of a task is the sum of its containers' `cpu`; one that says none weighs 2.
#[test]
fn the_weight_of_a_task_is_what_its_containers_say() {
    let heavy = on_instances("heavy", "cpu = 1024, memory = 256", "");
    let light = on_instances("light", "memory = 256", "");
    let apps = [boots("heavy/main", "30s"), boots("light/main", "10s")].concat();
    let runs = [run_task("heavy", 2), run_task("light", 1)].concat();
    let run = play("6m", &[AGENTS, &two_vcpu(), &heavy, &light, &apps, &runs]);
    // 2 of 2,050 units of two vCPU until the heavy ones are done, and then a vCPU.
    is(boot_of(&run, "heavy#1"), 30.0);
    is(boot_of(&run, "light#1"), 40.0);
}

/// [CA-182] Task-level `cpu` is a limit, whoever else is there or is not.
#[test]
fn a_task_with_task_level_cpu_never_has_more() {
    let main = on_instances("main", "cpu = 128, memory = 256", "cpu = \"512\"");
    let run = play("6m", &[AGENTS, &two_vcpu(), &main, &boots("main/main", "30s"), &run_task("main", 1)]);
    is(boot_of(&run, "main#1"), 60.0);
}

/// [CA-182] What is reserved can be had. By the agent's source code such a task weighs 1,024, however much it has reserved:
/// of that a scenario can assume.
#[test]
fn a_task_with_task_level_cpu_has_it_on_a_full_instance() {
    let limited = on_instances("limited", "memory = 256", "cpu = \"1024\"");
    let free = on_instances("free", "cpu = 512, memory = 256", "");
    let apps = [boots("limited/main", "30s"), boots("free/main", "200s")].concat();
    let runs = [run_task("limited", 1), run_task("free", 2)].concat();
    let parts = [AGENTS, &two_vcpu(), &limited, &free, &apps, &runs];
    // 1,024 units of 2,048: one of two vCPU.
    is(boot_of(&play("9m", &parts), "limited#1"), 30.0);
    // 256 of 1,280: 0.4 vCPU.
    is(boot_of(&play_assuming("limited_task_weight = 256", "9m", &parts), "limited#1"), 75.0);
}

/// [SC-010] CPUUtilization is of what is reserved: a task that takes what nobody else wants has more than 100 %.
#[test]
fn who_uses_more_than_is_reserved_has_more_than_a_hundred_percent() {
    let main = on_instances("main", "cpu = 256, memory = 256", "");
    let service = service_on_instances("web", "main", 1, "");
    let assume = "placement_pause = \"10s\"";
    let run = play_assuming(assume, "6m", &[AGENTS, &two_vcpu(), &main, &service, &boots("main/main", "4m")]);
    let (service, _) = run.world().ecs.services.iter().next().expect("one service");
    let key = SeriesKey { subject: Subject::Service(service), metric: Metric::CPUUtilization };
    let most = run.world().cloudwatch.series[&key].iter().map(|(_, point)| point.max).fold(0.0, f64::max);
    assert!((most - 400.0).abs() < 0.1, "{most} %");
}

/// [CA-181] The health check of an idle task gets CPU by the weight of its task as well: with neighbours that take all
/// they can, 20 ms of work take more than the five seconds of the check's timeout, and the target is unhealthy. When they
/// are done it is healthy again.
#[test]
fn a_noisy_neighbour_fails_the_health_checks_of_an_idle_task() {
    let group = BALANCER.replace("TargetType = \"ip\"", "TargetType = \"instance\"");
    let open = "[[ec2.securityGroupIngress]]\nGroupName = \"task-sg\"\nIpPermissions = [{ IpProtocol = \"tcp\", \
                FromPort = 32768, ToPort = 60999, UserIdGroupPairs = [{ GroupId = \"alb-sg\" }] }]\n";
    let there = two_vcpu().replace("UserData", "SecurityGroupIds = [\"task-sg\"]\nUserData");
    let web = on_instances("web", "memory = 128, portMappings = [{ containerPort = 80 }]", "");
    let web = web.replace("family = \"web\"", "family = \"quiet\"");
    let behind = "loadBalancers = [{ targetGroupArn = \"tg\", containerName = \"main\", containerPort = 80 }]\n\
                  healthCheckGracePeriodSeconds = 3600";
    let service = service_on_instances("quiet", "quiet", 1, behind);
    let noisy = on_instances("noisy", "cpu = 1024, memory = 128", "");
    let apps = "[[world.app]]\ncontainer = \"quiet/main\"\nhealth_cpu = \"20ms\"\n";
    let noise = boots("noisy/main", "2m");
    let run_noisy = typed("5m", "aws ecs run-task --cluster demo --task-definition noisy --launch-type EC2 --count 2");
    let parts = [AGENTS, &group, open, &there, &web, &service, &noisy, apps, &noise, &run_noisy];
    let run = play_assuming("placement_pause = \"10s\"", "10m", &parts);
    let moments = |wanted: fn(&Fact) -> bool| -> Vec<Time> {
        run.ctx().journal().iter().filter(|(_, it)| wanted(&it.fact)).map(|(_, it)| it.at).collect()
    };
    let unhealthy = moments(|fact| matches!(fact, Fact::TargetUnhealthy { .. }));
    let healthy = moments(|fact| matches!(fact, Fact::TargetHealthy { .. }));
    assert!(healthy[0] < Time::from_secs(300), "it is healthy before the noise");
    let [unhealthy] = unhealthy[..] else { panic!("unhealthy once, not {unhealthy:?}") };
    assert!(unhealthy > Time::from_secs(300) && unhealthy < Time::from_secs(360), "{unhealthy}");
    assert!(healthy.last().is_some_and(|&at| at > Time::from_secs(420)), "and again after it: {healthy:?}");
}
