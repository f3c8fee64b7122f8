//! Random tasks of several containers: whatever they depend on and however they end, the order holds, and a task that is to
//! stop stops.

use std::collections::BTreeMap;
use std::fmt::Write;

use proptest::prelude::*;
use sim_core::Simulation;
use sim_core::engine::FactId;
use sim_core::world::Fact;
use sim_core::world::app::ProcessState;
use sim_core::world::ecs::{Condition, HealthStatus, TaskId, TaskStatus};

/// A container and what runs in it. It depends on containers before it only, so that there is no cycle.
#[derive(Clone, Debug)]
struct Container {
    essential: bool,
    depends_on: Vec<(usize, Condition)>,
    start_timeout: Option<u32>,
    stop_timeout: u32,
    checked: bool,
    restarts: bool,
    boot: u32,
    exits: Option<(u32, u8)>,
    shutdown: u32,
    ignores_sigterm: bool,
    sick_after: Option<u32>,
}

/// A task of these containers, when it is told to stop, and when its processes are killed.
#[derive(Clone, Debug)]
struct Plan {
    containers: Vec<Container>,
    stop: Option<u32>,
    seed: u32,
}

fn condition() -> impl Strategy<Value = Condition> {
    prop_oneof![Just(Condition::Start), Just(Condition::Complete), Just(Condition::Success), Just(Condition::Healthy)]
}

fn container() -> impl Strategy<Value = Container> {
    let parts = (
        (any::<bool>(), prop::collection::vec((0usize..4, condition()), 0..3)),
        (prop::option::of(2u32..121), 2u32..121, any::<bool>(), any::<bool>()),
        (0u32..60, prop::option::of((1u32..200, 0u8..3)), 0u32..150, any::<bool>()),
        prop::option::of(1u32..300),
    );
    parts.prop_map(|((essential, depends_on), (start_timeout, stop_timeout, checked, restarts), rest, sick_after)| {
        let (boot, exits, shutdown, ignores_sigterm) = rest;
        Container {
            essential,
            depends_on,
            start_timeout,
            stop_timeout,
            checked,
            restarts,
            boot,
            exits,
            shutdown,
            ignores_sigterm,
            sick_after,
        }
    })
}

fn plan() -> impl Strategy<Value = Plan> {
    let parts = (prop::collection::vec(container(), 1..6), prop::option::weighted(0.8, 0u32..600), any::<u32>());
    parts.prop_map(|(mut containers, stop, seed)| {
        for place in 0..containers.len() {
            containers[place].depends_on.retain(|&(on, _)| on < place);
            containers[place].depends_on.dedup_by_key(|&mut (on, _)| on);
            // What AWS asks of those that others wait for.
            for (on, condition) in containers[place].depends_on.clone() {
                match condition {
                    Condition::Complete | Condition::Success => containers[on].essential = false,
                    Condition::Healthy => containers[on].checked = true,
                    Condition::Start => {}
                }
            }
        }
        containers.last_mut().expect("one at least").essential = true;
        Plan { containers, stop, seed }
    })
}

impl Plan {
    fn scenario(&self) -> String {
        let mut text = format!(
            "[scenario]\ntitle = \"containers\"\nseed = {}\nduration = \"30m\"\n[[ecs.cluster]]\nclusterName = \"demo\"\n\
             [[world.image]]\nrepository = \"docker.io/library/httpd\"\nlayers = [\"35 MB\"]\n\
             [[ecs.taskDefinition]]\nfamily = \"f\"\nrequiresCompatibilities = [\"FARGATE\"]\n\
             networkMode = \"awsvpc\"\ncpu = \"256\"\nmemory = \"1024\"\n",
            self.seed
        );
        let mut line = |line: std::fmt::Arguments<'_>| writeln!(text, "{line}").expect("a string takes all");
        for (place, it) in self.containers.iter().enumerate() {
            line(format_args!("[[ecs.taskDefinition.containerDefinitions]]\nname = \"c{place}\"\nimage = \"httpd\""));
            line(format_args!("essential = {}\nstopTimeout = {}", it.essential, it.stop_timeout));
            if let Some(seconds) = it.start_timeout {
                line(format_args!("startTimeout = {seconds}"));
            }
            if it.checked {
                line(format_args!("healthCheck = {{ command = [\"CMD\", \"ready\"], interval = 7, retries = 2 }}"));
            }
            if it.restarts {
                line(format_args!(
                    "restartPolicy = {{ enabled = true, restartAttemptPeriod = 60, ignoredExitCodes = [2] }}"
                ));
            }
            let one = |&(on, condition): &(usize, Condition)| {
                format!("{{ containerName = \"c{on}\", condition = \"{condition}\" }}")
            };
            let depends_on: Vec<String> = it.depends_on.iter().map(one).collect();
            line(format_args!("dependsOn = [{}]", depends_on.join(", ")));
        }
        for (place, it) in self.containers.iter().enumerate() {
            line(format_args!("[[world.app]]\ncontainer = \"f/c{place}\"\nboot = \"{}s\"", it.boot));
            line(format_args!("shutdown = \"{}s\"\nignores_sigterm = {}", it.shutdown, it.ignores_sigterm));
            if let Some((after, code)) = it.exits {
                line(format_args!("exits_after = \"{after}s\"\nexit_code = {code}"));
            }
            if let Some(after) = it.sick_after {
                line(format_args!("health_fails_after = \"{after}s\""));
            }
        }
        let network = "awsvpcConfiguration={subnets=[us-east-1a],assignPublicIp=ENABLED}";
        line(format_args!(
            "[[timeline]]\nat = \"0s\"\nrun = \"aws ecs run-task --cluster demo --task-definition f --launch-type FARGATE \
             --network-configuration {network}\""
        ));
        if let Some(at) = self.stop {
            line(format_args!(
                "[[timeline]]\nat = \"{at}s\"\nrun = \"aws ecs stop-task --cluster demo --task family:f#1\""
            ));
        }
        text
    }

    fn play(&self) -> Simulation {
        let mut run = tests::start("containers.toml", &self.scenario(), &BTreeMap::new(), None);
        run.run();
        run
    }
}

/// Whether what a dependency asks for was so before this fact.
fn was_met(run: &Simulation, on: usize, condition: Condition, before: FactId) -> bool {
    let name = format!("c{on}");
    let earlier = || run.ctx().journal().iter().take_while(|(id, _)| *id < before).map(|(_, entry)| &entry.fact);
    match condition {
        Condition::Start => earlier().any(|fact| matches!(fact, Fact::ContainerStarted { container, .. } if **container == name)),
        Condition::Complete | Condition::Success => earlier().any(|fact| {
            let wanted = |code: i32| condition == Condition::Complete || code == 0;
            matches!(fact, Fact::ContainerExited { container, code, .. } if **container == name && wanted(*code))
        }),
        Condition::Healthy => earlier().any(|fact| {
            matches!(fact, Fact::ContainerHealthChanged { container, status: HealthStatus::Healthy, .. } if **container == name)
        }),
    }
}

fn keeps_order(plan: &Plan) -> Result<(), TestCaseError> {
    let run = plan.play();
    let world = run.world();
    for (id, entry) in run.ctx().journal().iter() {
        let Fact::ContainerStarted { container, .. } = &entry.fact else { continue };
        let place: usize = container[1..].parse().expect("c and its place");
        for &(on, condition) in &plan.containers[place].depends_on {
            prop_assert!(was_met(&run, on, condition, id), "{container} did not wait for c{on} {condition}");
        }
    }
    let task = TaskId::from_index(0);
    let it = &world.ecs.tasks[task];
    let has_begun = |place: usize| it.containers[place].started.is_some();
    match it.status {
        TaskStatus::Running => {
            prop_assert!((0..plan.containers.len()).all(has_begun), "a task runs whose containers wait");
        }
        TaskStatus::Stopped => {}
        // It waits for a container that goes on, or for one that is not healthy yet.
        TaskStatus::Pending => prop_assert!(it.stopping.is_none() && it.containers.iter().any(|c| c.runs())),
        status => prop_assert!(false, "the task is {status} after half an hour"),
    }
    if plan.stop.is_some() {
        prop_assert_eq!(it.status, TaskStatus::Stopped);
    }
    if it.status == TaskStatus::Stopped {
        for place in 0..plan.containers.len() {
            let state = world.app.state(task, place as u16);
            let is_gone = matches!(state, None | Some(ProcessState::NotStarted | ProcessState::Exited(_)));
            prop_assert!(is_gone, "c{place} is left behind: {state:?}");
            prop_assert_eq!(has_begun(place), it.containers[place].exit_code.is_some(), "c{}", place);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(crate::cases::few(200))]

    /// [CP-056] [CP-057] [CP-080] [CP-098]
    #[test]
    fn containers_keep_their_order_and_a_task_that_is_to_stop_stops(plan in plan()) {
        crate::cases::told(|| plan.scenario(), || keeps_order(&plan))?;
    }
}
