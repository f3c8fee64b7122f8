//! Random sequences of operations on an Auto Scaling group and its capacity provider: whatever somebody types, the group keeps
//! its bounds, tasks are on instances of their provider or wait for one, and when all is well again the service comes to rest
//! on a group that is as large as it has to be.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use sim_core::Simulation;
use sim_core::engine::Time;
use sim_core::world::capacity::{HostState, Lifecycle};
use sim_core::world::ecs::{InstanceStatus, TaskStatus};
use tests::story::{AGENTS, launch_template, on_instances, provider, scaling_group};

use crate::cases::{happen, until};

/// What somebody types, or what befalls an instance.
#[derive(Clone, Debug)]
enum Deed {
    Scale(u32),
    Deploy,
    Run(u32),
    Desire(u32),
    Bounds(u32, u32),
    Protect(u32, bool),
    TakeOut(u32, bool),
    Terminate(u32),
    Stop(u32),
    Drain(u32, &'static str),
    Settings(u32, u32, bool),
    Lose(usize, u32),
}

const ZONES: [&str; 2] = ["us-east-1a", "us-east-1b"];

impl Deed {
    fn line(&self) -> String {
        let fleet = "--auto-scaling-group-name fleet";
        match self {
            Deed::Scale(count) => {
                format!("aws ecs update-service --cluster prod --service web --desired-count {count}")
            }
            Deed::Deploy => "aws ecs update-service --cluster prod --service web --force-new-deployment".to_owned(),
            Deed::Run(count) => format!("aws ecs run-task --cluster prod --task-definition job --count {count}"),
            Deed::Desire(count) => format!("aws autoscaling set-desired-capacity {fleet} --desired-capacity {count}"),
            Deed::Bounds(min, more) => {
                let max = min + more;
                format!("aws autoscaling update-auto-scaling-group {fleet} --min-size {min} --max-size {max}")
            }
            Deed::Protect(number, on) => format!(
                "aws autoscaling set-instance-protection {fleet} --instance-ids instance#{number} --{}protected-from-scale-in",
                if *on { "" } else { "no-" }
            ),
            Deed::TakeOut(number, less) => format!(
                "aws autoscaling terminate-instance-in-auto-scaling-group --instance-id instance#{number} \
                 --{}should-decrement-desired-capacity",
                if *less { "" } else { "no-" }
            ),
            Deed::Terminate(number) => format!("aws ec2 terminate-instances --instance-ids instance#{number}"),
            Deed::Stop(number) => format!("aws ec2 stop-instances --instance-ids instance#{number}"),
            Deed::Drain(number, to) => format!(
                "aws ecs update-container-instances-state --cluster prod --container-instances instance#{number} --status {to}"
            ),
            Deed::Settings(target, steps, drains) => format!(
                "aws ecs update-capacity-provider --name cp --auto-scaling-group-provider \
                 managedScaling={{targetCapacity={target},maximumScalingStepSize={steps},instanceWarmupPeriod=60}},managedDraining={}",
                if *drains { "ENABLED" } else { "DISABLED" }
            ),
            Deed::Lose(zone, seconds) => format!("lose {} {seconds}", ZONES[*zone]),
        }
    }
}

fn deed() -> impl Strategy<Value = Deed> {
    let number = || 1u32..8;
    prop_oneof![
        (0u32..16).prop_map(Deed::Scale),
        Just(Deed::Deploy),
        (1u32..5).prop_map(Deed::Run),
        (0u32..9).prop_map(Deed::Desire),
        (0u32..4, 1u32..6).prop_map(|(min, more)| Deed::Bounds(min, more)),
        (number(), any::<bool>()).prop_map(|(number, on)| Deed::Protect(number, on)),
        (number(), any::<bool>()).prop_map(|(number, less)| Deed::TakeOut(number, less)),
        number().prop_map(Deed::Terminate),
        number().prop_map(Deed::Stop),
        (number(), prop_oneof![Just("DRAINING"), Just("ACTIVE")]).prop_map(|(number, to)| Deed::Drain(number, to)),
        (50u32..=100, 1u32..6, any::<bool>()).prop_map(|(target, steps, drains)| Deed::Settings(target, steps, drains)),
        (0..ZONES.len(), 30u32..900).prop_map(|(zone, seconds)| Deed::Lose(zone, seconds)),
    ]
}

#[derive(Clone, Debug)]
struct Plan {
    deeds: Vec<(u32, Deed)>,
    seed: u32,
    protects: bool,
}

fn plan() -> impl Strategy<Value = Plan> {
    let parts = (prop::collection::vec((60u32..3600, deed()), 0..20), any::<u32>(), any::<bool>());
    parts.prop_map(|(mut deeds, seed, protects)| {
        deeds.sort_by_key(|deed| deed.0);
        Plan { deeds, seed, protects }
    })
}

/// After this moment nobody does anything but mend.
const MENDED: u64 = 80 * 60;

impl Plan {
    fn scenario(&self) -> String {
        let head = format!(
            "[scenario]\ntitle = \"swarm\"\nseed = {}\nduration = \"280m\"\n[[world.image]]\nrepository = \
             \"docker.io/library/httpd\"\nlayers = [\"35 MB\"]\n[[world.app]]\ncontainer = \"job/main\"\nexits_after = \"5m\"\n{AGENTS}",
            self.seed
        );
        let (of_group, of_provider) = match self.protects {
            true => ("NewInstancesProtectedFromScaleIn = true", "managedTerminationProtection = \"ENABLED\""),
            false => ("", ""),
        };
        [
            head,
            launch_template("t3.small", "").replace("ECS_CLUSTER=demo", "ECS_CLUSTER=prod"),
            scaling_group("us-east-1a,us-east-1b", (1, 8, 1), of_group),
            provider("instanceWarmupPeriod = 60", of_provider),
            on_instances("main", "cpu = 512, memory = 900", ""),
            on_instances("job", "cpu = 256, memory = 300", ""),
            "[[ecs.service]]\ncluster = \"prod\"\nserviceName = \"web\"\ntaskDefinition = \"main\"\ndesiredCount = 2\n"
                .to_owned(),
        ]
        .concat()
    }

    fn lines(&self) -> Vec<(u64, String)> {
        let mut lines: Vec<(u64, String)> = self.deeds.iter().map(|(at, deed)| (u64::from(*at), deed.line())).collect();
        for number in 1..60 {
            lines.push((MENDED, Deed::Drain(number, "ACTIVE").line()));
            lines.push((MENDED, Deed::Protect(number, false).line()));
        }
        lines.push((MENDED, Deed::Settings(100, 10, true).line()));
        lines.push((MENDED, Deed::Bounds(1, 7).line()));
        lines.push((MENDED, Deed::Scale(5).line()));
        lines
    }
}

/// What must hold at every moment.
fn check(run: &Simulation) -> Result<(), TestCaseError> {
    let world = run.world();
    let (_, group) = world.groups.all.iter().next().expect("there is one");
    prop_assert!(group.min <= group.desired && group.desired <= group.max, "{} of {}", group.desired, group.max);
    let mut hosts = BTreeSet::new();
    for member in &group.members {
        let host = &world.ec2.hosts[member.host];
        prop_assert!(hosts.insert(member.host), "{} is in the group twice", host.name);
        prop_assert!(host.group.is_some(), "{} is nobody's", host.name);
        prop_assert!(
            host.state != HostState::Terminated || member.state != Lifecycle::InService,
            "{} is gone",
            host.name
        );
    }
    let ecs = &world.ecs;
    for (id, task) in ecs.tasks.iter().filter(|(_, task)| task.status != TaskStatus::Stopped) {
        prop_assert!(task.provider.is_some(), "{} has the cluster's strategy", task.name);
        match task.instance {
            Some(instance) => {
                let it = &ecs.instances[instance];
                prop_assert!(it.tasks.contains(&id), "{} has no place", task.name);
                prop_assert!(world.ec2.hosts[it.host].group.is_some(), "{} is on a stranger's instance", task.name);
            }
            None => {
                let fine = task.status == TaskStatus::Provisioning || task.stopping.is_some();
                prop_assert!(fine, "{} is {} and nowhere", task.name, task.status);
            }
        }
    }
    Ok(())
}

fn holds(plan: &Plan) -> Result<(), TestCaseError> {
    let mut run = tests::start("swarm.toml", &plan.scenario(), &BTreeMap::new(), None);
    for (at, line) in plan.lines() {
        until(&mut run, Time::from_secs(at), check)?;
        happen(&mut run, &line);
        check(&run)?;
    }
    // One that was terminated while nobody heard its agent stays registered with all its tasks: somebody has to take it out
    // [CP-227].
    let cut_off =
        run.world().ecs.instances.iter().filter(|(_, it)| !it.connected && it.status != InstanceStatus::Inactive);
    let gone = cut_off.filter(|(_, it)| {
        matches!(run.world().ec2.hosts[it.host].state, HostState::Terminated | HostState::ShuttingDown)
    });
    let names: Vec<String> = gone.map(|(_, it)| it.name.to_string()).collect();
    for name in names {
        let line = format!("aws ecs deregister-container-instance --cluster prod --container-instance {name} --force");
        happen(&mut run, &line);
    }
    until(&mut run, Time::from_secs(275 * 60), check)?;
    let world = run.world();
    for (_, service) in world.ecs.services.iter() {
        prop_assert!(service.steady_since.is_some(), "{} has not come to rest", service.name);
    }
    let (_, group) = world.groups.all.iter().next().expect("there is one");
    let busy = |it: &sim_core::world::ecs::ContainerInstance| {
        it.status == InstanceStatus::Active && it.connected && !it.tasks.is_empty()
    };
    let busy = world.ecs.instances.iter().filter(|(_, it)| busy(it)).count();
    prop_assert_eq!(group.members.len(), busy.max(group.min as usize), "as many as have tasks");
    Ok(())
}

proptest! {
    #![proptest_config(crate::cases::few(16))]

    /// [CA-070] [CA-117] [CA-152] [CA-155]
    #[test]
    fn whatever_befalls_a_group_it_ends_as_large_as_it_has_to_be(plan in plan()) {
        crate::cases::told(|| plan.scenario() + &crate::cases::tables(&plan.lines()), || holds(&plan))?;
    }
}
