//! A zone is lost: what dies, what notices, what comes back, and where.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use sim_core::Simulation;
use sim_core::scenario::Scenario;
use sim_core::world::Fact;
use sim_core::world::ecs::TaskStatus;
use tests::story::{BALANCER, life, play, service, service_behind, task, told, typed};

/// Zone a loses its power five minutes in.
fn loss(more: &str) -> String {
    format!("[[world.fault]]\nat = \"5m\"\nzone = \"us-east-1a\"\nlose = \"power\"\n{more}\n")
}

/// Both zones of the service are lost five minutes in, for this long.
fn both(lasts: &str) -> String {
    loss(&format!("for = \"{lasts}\"")) + &loss(&format!("for = \"{lasts}\"")).replace("us-east-1a", "us-east-1b")
}

/// The chain of causes behind the first fact that `is` about it, latest first, as sentences.
fn causes(run: &Simulation, is: impl Fn(&Fact) -> bool) -> Vec<String> {
    let journal = run.ctx().journal();
    let found = journal.iter().find(|(_, entry)| is(&entry.fact)).expect("it happened").0;
    let mut chain = vec![found];
    while let Some(cause) = journal.get(chain[chain.len() - 1]).cause {
        chain.push(cause);
    }
    chain.into_iter().map(|id| sim_core::observe::sentence(run.world(), &journal.get(id).fact)).collect()
}

/// Which of the first two tasks was in the lost zone.
fn stopped(run: &Simulation) -> &'static str {
    ["web#1", "web#2"].into_iter().find(|name| life(run, name).contains("STOPPED")).expect("one was lost")
}

/// How many tasks run in each zone.
fn by_zone(run: &Simulation) -> BTreeMap<String, usize> {
    let mut zones = BTreeMap::new();
    for (_, task) in run.world().ecs.tasks.iter().filter(|(_, task)| task.status == TaskStatus::Running) {
        *zones.entry(run.world().network.zone(task.subnet).to_owned()).or_default() += 1;
    }
    zones
}

/// [CA-169] [CP-102] [CP-103] [CP-127] ECS hears nothing for a minute; then the tasks of the zone are stopped without
/// having been told, and the next pass starts others where there is power.
#[test]
fn tasks_of_a_lost_zone_are_replaced_in_the_other() {
    let run = play("10m", &[&service(2, ""), &loss("")]);
    assert_snapshot!(told(&run), @r#"
    00:00:00 has started 2 tasks: (task web#1) (task web#2).
    00:01:10 (deployment #1) deployment completed.
    00:01:10 has reached a steady state.
    00:06:00 has started 1 tasks: (task web#3).
    00:06:30 has reached a steady state.
    "#);
    let lost = stopped(&run);
    assert_snapshot!(life(&run, lost), @r#"
    00:00:00 PROVISIONING
    00:00:12 PENDING
    00:00:27.983 RUNNING
    00:06:00 DEPROVISIONING
    00:06:15 STOPPED
    TerminationNotice: The host of the task was lost.
    "#);
    assert_eq!(by_zone(&run), BTreeMap::from([("us-east-1b".to_owned(), 2)]));
    let dead = task(&run, lost);
    let exits = run.ctx().journal().iter();
    let told_to_exit =
        exits.filter(|(_, entry)| matches!(entry.fact, Fact::ContainerExited { task, .. } if task == dead));
    assert_eq!(told_to_exit.count(), 0, "nobody was left to report an exit code");
    let third = task(&run, "web#3");
    let why = causes(&run, |fact| matches!(fact, Fact::TaskCreated { task } if *task == third));
    assert_eq!(why.last().map(String::as_str), Some("zone us-east-1a lost its power"), "{why:?}");
    let why = causes(&run, |fact| matches!(fact, Fact::TaskStopped { .. }));
    assert_eq!(why.last().map(String::as_str), Some("zone us-east-1a lost its power"), "{why:?}");
}

/// [CA-169] [CP-154] With all of its zones lost a service says once that there is no capacity, tries at each pass, and
/// has its tasks back when a zone has its power back.
#[test]
fn a_service_whose_zones_are_all_lost_waits_for_power() {
    let run = play("20m", &[&service(2, ""), &both("6m")]);
    assert_snapshot!(told(&run), @r#"
    00:00:00 has started 2 tasks: (task web#1) (task web#2).
    00:01:10 (deployment #1) deployment completed.
    00:01:10 has reached a steady state.
    00:06:00 was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.
    00:11:00 has started 2 tasks: (task web#3) (task web#4).
    00:11:30 has reached a steady state.
    "#);
    let why = causes(&run, |fact| matches!(fact, Fact::ServiceEvent { text, .. } if text.contains("unable to place")));
    assert_eq!(why.last().map(String::as_str), Some("zone us-east-1b lost its power"), "{why:?}");
    assert_eq!(by_zone(&run).values().sum::<usize>(), 2);
}

/// [CP-154] [CP-162] RunTask is not tried again: it fails with the same reason, and starts nothing.
#[test]
fn run_task_without_capacity_answers_with_a_failure() {
    let line = "aws ecs run-task --cluster demo --task-definition web --launch-type FARGATE --network-configuration \
                awsvpcConfiguration={subnets=[us-east-1a]} --query failures";
    let run = play("10m", &[&loss(""), &typed("6m", line)]);
    assert_snapshot!(run.transcript()[0].output, @r#"
    [
        {
            "reason": "Capacity is unavailable at this time. Please try again later or in a different availability zone"
        }
    ]
    "#);
    assert_eq!(run.world().ecs.tasks.len(), 0);
}

/// [CA-169] [TR-042] [IA-106] Behind a load balancer the checks time out before ECS knows: the target is unhealthy
/// because of the loss, and its replacement is under way when the task is taken for lost. Connections to it time out meanwhile.
#[test]
fn checks_of_targets_in_a_lost_zone_time_out() {
    let traffic = "[[world.traffic]]\nto = \"alb\"\nrate = 10\nfrom = \"3m\"\n";
    let run = play("12m", &[BALANCER, &service_behind(2, ""), &loss("for = \"4m\""), traffic]);
    assert_snapshot!(told(&run), @r#"
    00:00:00 has started 2 tasks: (task web#1) (task web#2).
    00:00:28.183 registered 1 targets in (target-group tg)
    00:00:28.183 registered 1 targets in (target-group tg)
    00:00:40 (deployment #1) deployment completed.
    00:00:40 has reached a steady state.
    00:05:20 has started 1 tasks: (task web#3). Amazon ECS replaced 1 tasks due to an unhealthy status.
    00:05:48.183 registered 1 targets in (target-group tg)
    00:06:00 has begun draining connections on 1 tasks.
    00:06:10 deregistered 1 targets in (target-group tg)
    00:06:20 has reached a steady state.
    00:11:20 is not AZ balanced with 0 tasks in us-east-1a, 2 tasks in us-east-1b. AZ Rebalancing in progress.
    00:11:20 has started 1 tasks in us-east-1a to AZ Rebalance: (task web#4).
    00:11:48.183 registered 1 targets in (target-group tg)
    00:12:00 has stopped 1 running tasks in us-east-1b due to AZ rebalancing: (task web#1).
    00:12:00 has begun draining connections on 1 tasks.
    00:12:00 is AZ balanced with 1 tasks in us-east-1a, 1 tasks in us-east-1b.
    "#);
    let why = causes(&run, |fact| matches!(fact, Fact::TargetUnhealthy { .. }));
    assert_snapshot!(why.join("\n"), @r#"
    task 2c0ab4c3 of service web is unhealthy in target group tg: Request timed out
    alb cannot reach 172.31.2.138 on port 80: zone us-east-1a is without power
    zone us-east-1a lost its power
    "#);
    let answered = run.report().traffic;
    let answered = &answered.first().expect("there is a load balancer").by_status;
    assert_eq!(format!("{answered:?}"), r#"{"200": 5159, "504": 43, "client_timeout": 295}"#);
}

/// [CA-169] A task that was on its way when its zone was lost goes no further, and is replaced.
#[test]
fn a_task_on_its_way_into_a_lost_zone_goes_no_further() {
    let early = loss("for = \"5s\"").replace("5m", "15s");
    let run = play("5m", &[&service(2, ""), &early]);
    assert_snapshot!(told(&run), @r#"
    00:00:00 has started 2 tasks: (task web#1) (task web#2).
    00:01:20 has started 1 tasks: (task web#3).
    00:02:30 (deployment #1) deployment completed.
    00:02:30 has reached a steady state.
    "#);
    assert_snapshot!(life(&run, stopped(&run)), @r#"
    00:00:00 PROVISIONING
    00:00:12 PENDING
    00:01:15 DEPROVISIONING
    00:01:30 STOPPED
    TerminationNotice: The host of the task was lost.
    "#);
}

/// Two losses of one zone overlap: it has power again when both are over.
#[test]
fn a_zone_has_power_again_when_its_last_loss_is_over() {
    let second = loss("for = \"4m\"").replace("5m", "6m");
    let run = play("20m", &[&service(2, ""), &loss("for = \"2m\""), &second]);
    let moments = run.ctx().journal().iter().filter_map(|(_, entry)| match entry.fact {
        Fact::ZoneLost { .. } => Some(format!("{} lost", entry.at)),
        Fact::ZoneRestored { .. } => Some(format!("{} back", entry.at)),
        _ => None,
    });
    assert_eq!(moments.collect::<Vec<_>>(), ["00:05:00 lost", "00:10:00 back"]);
}

/// A fault that cannot be is refused where it stands, with the way out, and all of them at once.
#[test]
fn a_fault_that_cannot_be_is_refused_where_it_stands() {
    let text = "[scenario]\ntitle = \"faults\"\nduration = \"10m\"\n\
                [[world.fault]]\nat = \"1m\"\nzone = \"us-east-1x\"\nlose = \"power\"\n\
                [[world.fault]]\nat = \"1m\"\nzone = \"eu-west-1a\"\nlose = \"power\"\nfor = \"0s\"\n";
    let refused = |text: &str| Scenario::read("faults.toml", text.as_bytes(), &()).expect_err("refused").to_string();
    assert_snapshot!(refused(text), @r#"
    error: there is no zone "us-east-1x"
     --> faults.toml:6:8
    6 | zone = "us-east-1x"
      |        ^^^^^^^^^^^^ expected a zone of the Region
      = help: is "us-east-1a" meant?

    error: there is no zone "eu-west-1a"
      --> faults.toml:10:8
    10 | zone = "eu-west-1a"
       |        ^^^^^^^^^^^^ expected a zone of the Region
       = help: the zones of us-east-1 are us-east-1a, us-east-1b, us-east-1c

    error: a loss of no length is none
      --> faults.toml:12:7
    12 | for = "0s"
       |       ^^^^ expected more than "0s"
       = help: leave it away for a loss until the end
    "#);
    let kinds = "[scenario]\ntitle = \"faults\"\nduration = \"10m\"\n\
                 [[world.fault]]\nat = \"1m\"\nzone = \"us-east-1a\"\nlose = \"face\"\n\
                 [[world.fault]]\nat = \"1m\"\nzone = \"us-east-1a\"\n\
                 [[world.fault]]\nat = \"1m\"\n\
                 [[world.fault]]\nat = \"1m\"\nkill = \"demo/web\"\nzone = \"us-east-1a\"\n";
    assert_snapshot!(refused(kinds), @r#"
    error: unknown value "face" for `lose`
     --> faults.toml:7:8
    7 | lose = "face"
      |        ^^^^^^ help: the values are "power"

    error: the key `lose` is missing
     --> faults.toml:8:1
    8 | [[world.fault]]
      | ^^^^^^^^^^^^^^^ help: `lose`: What it loses.

    error: expected one of the keys `kill`, `zone`, `database`, `break` or `cut_off`
      --> faults.toml:11:1
    11 | [[world.fault]]
       | ^^^^^^^^^^^^^^^

    error: expected one of the keys `kill`, `zone`, `database`, `break` or `cut_off`
      --> faults.toml:13:1
    13 | [[world.fault]]
       | ^^^^^^^^^^^^^^^
    "#);
}
