//! What a run costs, checked against sums done by hand.

use sim_core::Simulation;
use sim_core::world::billing::{Item, bill};
use tests::story::{BALANCER, play, service, service_behind, task, typed};

fn items(run: &Simulation) -> Vec<Item> {
    bill(run.world(), run.now()).expect("us-east-1 has prices").items
}

#[track_caller]
fn quantity(run: &Simulation, name: &str) -> f64 {
    items(run).iter().find(|item| item.name == name).unwrap_or_else(|| panic!("no line {name}")).quantity
}

fn near(actual: f64, expected: f64) -> bool {
    (actual - expected).abs() < 1e-9 * expected.abs().max(1.0)
}

/// [CA-174] [IA-114] [IA-110] One task of 1 vCPU and 2 GB, billed from the start of its pull at 20 s until it is
/// STOPPED, in whole seconds: the list price of what it was given, whatever it used.
#[test]
fn fargate_is_billed_from_the_pull_to_the_stop_for_what_was_asked_for() {
    let stop = typed("30m", "aws ecs update-service --cluster demo --service web --desired-count 0");
    let run = play("1h", &[&service(1, ""), &stop]);
    let at = run.world().ecs.tasks[task(&run, "web#1")].at;
    assert_eq!(at.pull_started.map(|moment| moment.to_string()).as_deref(), Some("00:00:20"));
    let stopped = at.stopped.expect("it was stopped").as_secs_f64();
    let seconds = (stopped - 20.0).ceil();
    assert!(near(quantity(&run, "Fargate vCPU"), seconds / 3600.0));
    assert!(near(quantity(&run, "Fargate memory"), 2.0 * seconds / 3600.0));
    let usd: f64 = items(&run).iter().filter(|item| item.name.starts_with("Fargate")).map(Item::usd).sum();
    assert!(near(usd, seconds / 3600.0 * (0.04048 + 2.0 * 0.004445)), "{usd}");
}

/// [CA-174] A task that runs for ten seconds costs a minute.
#[test]
fn a_task_costs_at_least_a_minute() {
    let run = play(
        "10m",
        &["[[ecs.task]]\ncluster = \"demo\"\ntaskDefinition = \"web:1\"\nlaunchType = \"FARGATE\"\n\
        [ecs.task.networkConfiguration.awsvpcConfiguration]\nsubnets = [\"us-east-1a\"]\nassignPublicIp = \"ENABLED\"\n\
        [[world.app]]\ncontainer = \"web/web\"\ncrash_after = \"10s\""],
    );
    assert!(near(quantity(&run, "Fargate vCPU"), 60.0 / 3600.0));
}

/// [TR-143] [IA-118] A load balancer is billed by the hour or part of one; its address in each of two zones, and the
/// public address of a task, by the time they exist.
#[test]
fn a_load_balancer_costs_its_hours_and_its_addresses() {
    let run = play("90m", &[BALANCER, &service_behind(1, "")]);
    assert!(near(quantity(&run, "Application Load Balancer"), 2.0), "a begun hour is an hour");
    let attached = run.world().ecs.tasks[task(&run, "web#1")].at.connectivity.expect("it runs").as_secs_f64();
    let addresses = 2.0 * 1.5 + (5400.0 - attached) / 3600.0;
    assert!(near(quantity(&run, "Public IPv4 addresses"), addresses));
    let price = |name: &str| items(&run).iter().find(|item| item.name == name).map(|item| item.unit_price);
    assert_eq!(price("Application Load Balancer"), Some(0.0225));
    assert_eq!(price("Public IPv4 addresses"), Some(0.005));
}

/// [IM-092] [IA-142] Two GB in a private repository for 73 hours: a tenth of a month of 730 hours.
#[test]
fn ecr_storage_is_billed_by_the_part_of_a_month() {
    let run = play(
        "73h",
        &["[[ecr.repository]]\nrepositoryName = \"big\"\n[[world.image]]\nrepository = \"big\"\n\
        layers = [\"1.5 GB\", \"500 MB\"]"],
    );
    assert!(near(quantity(&run, "ECR storage"), 0.2));
    assert!(near(items(&run).iter().map(Item::usd).sum::<f64>(), 0.02));
}

#[test]
fn a_region_without_known_prices_has_no_bill() {
    let text = "[scenario]\ntitle = \"elsewhere\"\nduration = \"1h\"\nregion = \"eu-central-1\"\n";
    let mut run = tests::start("elsewhere.toml", text, &Default::default(), None);
    run.run();
    assert!(bill(run.world(), run.now()).is_none());
}
