//! A failure that spreads: a database behind a service behind a service.

use std::collections::BTreeMap;

use sim_core::Simulation;
use sim_core::world::Fact;
use sim_core::world::cloudwatch::Cause;
use sim_core::world::elb::LoadBalancerId;
use sim_core::world::traffic::Ledger;

/// The shipped scenario at its end, with one change of its text.
fn play(from: &str, to: &str) -> Simulation {
    let (text, files) = tests::scenario_text("traffic/cascade.toml");
    assert!(text.contains(from), "{from}");
    let mut run = tests::start("cascade.toml", &text.replace(from, to), &files, None);
    run.run();
    run
}

fn balancer(run: &Simulation, name: &str) -> LoadBalancerId {
    run.world().elb.balancers.iter().find(|(_, it)| it.name == name).expect("it is made").0
}

/// How many answers of a load balancer are due to this.
fn due_to(run: &Simulation, name: &str, cause: Cause) -> u64 {
    let meters = run.world().cloudwatch.meters_of(balancer(run, name));
    meters.map(|(.., meter)| meter.counts().due_to(cause)).sum()
}

/// What became of the calls of a class of the shop's clients.
fn clients<'a>(run: &'a Simulation, class: &str) -> &'a Ledger {
    let mut classes = run.world().traffic.callers.iter().flat_map(|(_, caller)| &caller.classes);
    &classes.find(|it| it.name == class).expect("it is in the mix").ledger
}

/// Calls that did not get a 200 [count].
fn failed(ledger: &Ledger) -> u64 {
    ledger.calls - ledger.statuses.iter().filter(|(status, _)| *status == 200).map(|(_, count)| count).sum::<u64>()
}

/// How often targets of each service were found unhealthy, and how many of its tasks were stopped.
fn harmed(run: &Simulation) -> BTreeMap<String, (u32, u32)> {
    let world = run.world();
    let mut harmed: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for (_, entry) in run.ctx().journal().iter() {
        let (task, unhealthy) = match &entry.fact {
            Fact::TargetUnhealthy { task, .. } => (*task, true),
            Fact::TaskStopped { task, .. } => (*task, false),
            _ => continue,
        };
        let service = world.ecs.tasks[task].service.expect("each task is one of a service");
        let of = harmed.entry(world.ecs.services[service].name.clone()).or_default();
        of.0 += u32::from(unhealthy);
        of.1 += u32::from(!unhealthy);
    }
    harmed
}

/// 36 of 120 requests a second buy. While the database serves 5 of them, each of the others keeps a worker of the shop for
/// two seconds: 72 workers are wanted, there are 24, and the queue before them is for everybody.
#[test]
fn a_slow_database_takes_down_a_service_that_never_asks_it() {
    let run = play("timeout = \"2s\"", "timeout = \"2s\"");
    let orders = run.world().traffic.databases.iter().next().expect("one").1;
    assert!(orders.timed_out > 100, "queries waited too long for a connection: {}", orders.timed_out);
    assert!(due_to(&run, "stock", Cause::ClientClosed) > 1_000, "the shop gave up, and the stock worked on");
    assert!(due_to(&run, "shop", Cause::DependencyFailed) > 1_000, "so those who buy are answered 502");
    assert!(due_to(&run, "shop", Cause::Overloaded) > 10_000, "and most are turned away by a full queue");
    assert!(failed(clients(&run, "browse")) > 10_000, "who only browses, too");
    let harmed = harmed(&run);
    assert!(harmed["shop"].0 > 0 && harmed["shop"].1 > 0, "the shop's tasks are replaced: {harmed:?}");
    assert_eq!(harmed.get("stock"), None, "those that ask the database answer their health checks");
}

/// The shop that gives up after a tenth of a second needs 3.6 workers for those who wait: whoever browses never notices.
#[test]
fn a_short_timeout_keeps_the_failure_where_it_is() {
    let run = play("timeout = \"2s\"", "timeout = \"100ms\"");
    assert!(failed(clients(&run, "buy")) > 8_000, "nine of ten who buy for five minutes");
    assert_eq!(failed(clients(&run, "browse")), 0);
    assert_eq!(due_to(&run, "shop", Cause::Overloaded), 0);
    assert_eq!(harmed(&run), BTreeMap::new());
}
