//! `aws ecs wait …`: simulated time passes until something is as wished.

use std::collections::BTreeMap;
use std::sync::Arc;

use sim_core::Simulation;
use sim_core::engine::{Budget, Time};
use sim_core::scenario::Scenario;
use sim_core::session::{Goal, Pursuit, Session};
use sim_core::world::Fact;
use tests::story::{play, ready, service, typed};

/// The waiters' ends with their times.
fn ends(simulation: &Simulation) -> Vec<String> {
    let end = |(_, entry): (_, &sim_core::engine::Entry<Fact>)| match &entry.fact {
        Fact::WaiterSucceeded { waiter } => Some(format!("{} {waiter}", entry.at)),
        Fact::WaiterFailed { message } => Some(format!("{} {message}", entry.at)),
        _ => None,
    };
    simulation.ctx().journal().iter().filter_map(end).collect()
}

const STABLE: &str = "aws ecs wait services-stable --cluster demo --services web";

/// A task takes 27.4 s to run, and the deployment another look of the scheduler. [CP-032]
#[test]
fn services_stable_looks_every_fifteen_seconds() {
    let run = play("5m", &[&service(2, ""), &typed("1s", STABLE)]);
    assert_eq!(ends(&run), ["00:00:31 services-stable"]);
    let typed = &run.transcript()[0];
    assert_eq!((typed.at.as_str(), typed.exit_code, typed.output.as_str()), ("00:00:01", 0, ""));
}

/// [CP-032]
#[test]
fn a_waiter_gives_up_after_forty_calls() {
    let ghost = "[[ecs.taskDefinition]]\nfamily = \"ghost\"\nrequiresCompatibilities = [\"FARGATE\"]\nnetworkMode = \"awsvpc\"\n\
                 cpu = \"256\"\nmemory = \"512\"\ncontainerDefinitions = [{ name = \"web\", image = \"ghost\" }]\n";
    let never = service(1, "").replace("web:1", "ghost:1");
    let run = play("15m", &[ghost, &never, &typed("2s", STABLE)]);
    // The last of forty calls is 39 × 15 s after the first.
    assert_eq!(ends(&run), ["00:09:47 Waiter ServicesStable failed: Max attempts exceeded"]);
    let told = &run.transcript()[0];
    assert_eq!((told.exit_code, told.output.as_str()), (255, "Waiter ServicesStable failed: Max attempts exceeded"));
}

/// [CP-032]
#[test]
fn tasks_are_waited_for_every_six_seconds() {
    let job = "aws ecs run-task --cluster demo --task-definition web:1 --launch-type FARGATE --network-configuration \
               awsvpcConfiguration={subnets=[us-east-1a],assignPublicIp=ENABLED}";
    let lines = [
        typed("0s", job),
        typed("1s", "aws ecs wait tasks-running --cluster demo --tasks family:web#1"),
        typed("1m", "aws ecs stop-task --cluster demo --task family:web#1"),
        typed("61s", "aws ecs wait tasks-stopped --cluster demo --tasks family:web#1"),
        typed("2m", "aws ecs wait tasks-running --cluster demo --tasks family:web#1"),
        typed("2m", "aws ecs wait tasks-running --cluster demo --tasks 0123456789abcdef0123456789abcdef"),
    ];
    let run = play("5m", &lines.iter().map(String::as_str).collect::<Vec<_>>());
    let told = ends(&run);
    assert_eq!(told[..2], ["00:00:31 tasks-running", "00:01:19 tasks-stopped"]);
    assert!(told[2].contains("00:02:00 Waiter TasksRunning failed: Waiter encountered a terminal failure state: For expression \"tasks[].lastStatus\""));
    assert!(
        told[3].contains("For expression \"failures[].reason\" we matched expected path: \"MISSING\" at least once")
    );
}

/// [CP-032]
#[test]
fn a_deleted_service_is_inactive_in_the_end() {
    let lines = [
        typed("1m", "aws ecs delete-service --cluster demo --service web --force"),
        typed("61s", "aws ecs wait services-inactive --cluster demo --services web"),
        typed("61s", STABLE),
    ];
    let run = play("5m", &[&service(1, ""), &lines[0], &lines[1], &lines[2]]);
    let told = ends(&run);
    assert_eq!(told.len(), 2, "{told:#?}");
    assert!(told.iter().any(|end| end.ends_with("services-inactive")), "{told:#?}");
    assert!(told.iter().any(|end| end.contains("Waiter ServicesStable failed")), "{told:#?}");
}

/// What comes in between does not change what a waiter sees. [CP-032]
#[test]
fn steps_pauses_and_forks_wait_alike() {
    let parts = [service(2, ""), typed("1s", STABLE)];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let whole = play("2m", &parts);
    let mut stepped = ready("2m", &parts);
    while stepped.step() {}
    stepped.run();
    let mut forked = ready("2m", &parts);
    forked.run_until(Time::from_secs(20));
    assert!(forked.is_waiting());
    let mut fork = forked.clone();
    fork.run();
    while !forked.run_some(Time::from_secs(120), 3) {}
    for run in [&stepped, &fork, &forked] {
        assert_eq!((run.hash(), ends(run)), (whole.hash(), ends(&whole)));
    }
}

/// [CP-032]
#[test]
fn at_a_prompt_time_moves_on_until_the_waiter_is_satisfied() {
    let text = format!(
        "[scenario]\ntitle = \"x\"\nduration = \"10m\"\n[[world.image]]\nrepository = \"docker.io/library/httpd\"\n\
         layers = [\"35 MB\"]\n[[ecs.cluster]]\nclusterName = \"demo\"\n[[ecs.taskDefinition]]\nfamily = \"web\"\n\
         requiresCompatibilities = [\"FARGATE\"]\nnetworkMode = \"awsvpc\"\ncpu = \"256\"\nmemory = \"512\"\n\
         containerDefinitions = [{{ name = \"web\", image = \"httpd\" }}]\n{}",
        service(1, "")
    );
    let scenario = Scenario::read("x.toml", text.as_bytes(), &()).unwrap_or_else(|problems| panic!("{problems}"));
    let mut session = Session::start(Arc::new(scenario), BTreeMap::new(), None, Vec::new(), Budget::default());
    session.type_line(STABLE).expect("it is understood");
    assert!(session.simulation().is_waiting());
    assert_eq!(session.pursue(Goal::Waited, u64::MAX), Pursuit::Reached);
    let after = session.simulation().now();
    assert!(after >= Time::from_secs(15) && after.as_nanos().is_multiple_of(15_000_000_000), "{after}");
    assert_eq!(session.undo().as_deref(), Some(STABLE));
    assert_eq!((session.simulation().now(), session.simulation().is_waiting()), (Time::ZERO, false));
}
