//! What a session promises: the same future however one gets there.

use proptest::prelude::*;

use super::*;
use crate::simulation::{BUDGET_CHECK_INTERVAL, EVENTS_PER_ENTITY};

/// Two services' worth of facts, requests included, in ten minutes.
const TOWN: &str = r#"
[scenario]
title = "A service behind a load balancer"
duration = "15m"
[[ecr.repository]]
repositoryName = "app"
[[ecs.cluster]]
clusterName = "demo"
[[ecs.taskDefinition]]
family = "app"
requiresCompatibilities = ["FARGATE"]
networkMode = "awsvpc"
cpu = "256"
memory = "512"
[[ecs.taskDefinition.containerDefinitions]]
name = "web"
image = "docker.io/library/nginx"
portMappings = [{ containerPort = 80 }]
[[world.image]]
repository = "docker.io/library/nginx"
layers = ["20 MB"]
[[elbv2.targetGroup]]
Name = "tg"
Protocol = "HTTP"
Port = 80
TargetType = "ip"
VpcId = "default"
[[ec2.securityGroup]]
GroupName = "web"
Description = "Everybody may call port 80"
[[ec2.securityGroupIngress]]
GroupId = "web"
IpPermissions = [{ IpProtocol = "tcp", FromPort = 80, ToPort = 80, IpRanges = [{ CidrIp = "0.0.0.0/0" }] }]
[[elbv2.loadBalancer]]
Name = "alb"
Subnets = ["us-east-1a", "us-east-1b"]
SecurityGroups = ["web"]
[[elbv2.listener]]
LoadBalancerArn = "alb"
Protocol = "HTTP"
Port = 80
DefaultActions = [{ Type = "forward", TargetGroupArn = "tg" }]
[[ecs.service]]
cluster = "demo"
serviceName = "web"
taskDefinition = "app"
desiredCount = 2
launchType = "FARGATE"
loadBalancers = [{ targetGroupArn = "tg", containerName = "web", containerPort = 80 }]
[ecs.service.networkConfiguration.awsvpcConfiguration]
subnets = ["us-east-1a", "us-east-1b"]
securityGroups = ["web"]
assignPublicIp = "ENABLED"
[[world.traffic]]
to = "alb"
rate = 20
from = "3m"
"#;

fn session(lines: Vec<Line>) -> Session {
    let scenario = Scenario::read("town.toml", TOWN.as_bytes(), &()).unwrap_or_else(|problems| panic!("{problems}"));
    Session::start(Arc::new(scenario), FileMap::new(), None, lines, Budget::default())
}

fn hash(session: &Session) -> String {
    session.simulation().hash().to_string()
}

const SCALE: &str = "aws ecs update-service --cluster demo --service web --desired-count 3";

#[test]
fn any_instant_is_the_same_however_one_gets_there() {
    let mut there = session(Vec::new());
    let end = there.simulation().end();
    let mut hashes = Vec::new();
    for minute in 0..=15 {
        there.seek(Time::from_secs(minute * 60));
        hashes.push(hash(&there));
    }
    for minute in [9, 3, 15, 0, 7, 14, 1] {
        there.seek(Time::from_secs(minute * 60));
        assert_eq!(hash(&there), hashes[minute as usize], "back at minute {minute}");
    }
    let mut plain = Simulation::start(Arc::clone(there.simulation().scenario()), None);
    plain.run();
    there.seek(end);
    assert_eq!(hash(&there), plain.hash().to_string(), "and it is the run of the scenario itself");
    let answered = plain.world().elb.targets.iter().map(|(_, target)| target.ended()).sum::<u64>();
    assert!(answered > 13_000, "{answered} of 20 a second in twelve minutes");
}

#[test]
fn undo_brings_the_world_back_and_the_lines_that_were_made_void() {
    let mut here = session(Vec::new());
    here.seek(Time::from_secs(300));
    let before = hash(&here);
    here.type_line(SCALE).expect("it is understood");
    let after = hash(&here);
    here.seek(Time::from_secs(600));
    let later = hash(&here);
    here.seek(Time::from_secs(240));
    here.type_line("world traffic alb 0/s").expect("it is understood");
    assert_eq!(here.lines().len(), 1, "another future: the line at 300 s is gone");
    assert_eq!(here.undo().as_deref(), Some("world traffic alb 0/s"));
    assert_eq!(here.lines().len(), 1);
    here.seek(Time::from_secs(600));
    assert_eq!(hash(&here), later, "the line at 300 s is typed again on the way");
    here.seek(Time::from_secs(300));
    assert_eq!(hash(&here), after, "at its very instant, too");
    assert_eq!(here.undo().as_deref(), Some(SCALE));
    assert_eq!((hash(&here), here.undo()), (before, None));
}

#[test]
fn a_fork_goes_its_own_way() {
    let mut one = session(Vec::new());
    one.seek(Time::from_secs(400));
    let mut other = one.clone();
    other.type_line("world kill web#1").expect("it is understood");
    for each in [&mut one, &mut other] {
        each.seek(Time::from_secs(700));
    }
    let stopped =
        |session: &Session| session.simulation().world().ecs.tasks.iter().filter(|(_, t)| t.stopping.is_some()).count();
    assert_eq!((stopped(&one), stopped(&other)), (0, 1));
    assert_ne!(hash(&one), hash(&other));
}

#[test]
fn until_steady_stops_at_the_moment_the_service_is_steady() {
    let mut here = session(Vec::new());
    while here.pursue(Goal::Steady, 1000) == Pursuit::Paused {}
    let service = &here.simulation().world().ecs.services.iter().next().expect("there is one").1;
    assert_eq!(service.steady_since, Some(here.simulation().now()));
    let (now, facts) = (here.simulation().now(), here.simulation().ctx().journal().len());
    here.type_line(SCALE).expect("it is understood");
    assert_eq!(here.pursue(Goal::Change, 1_000_000), Pursuit::Reached);
    while here.pursue(Goal::Steady, 1000) == Pursuit::Paused {}
    assert_eq!(here.simulation().world().ecs.services.iter().next().expect("there is one").1.live.len(), 3);
    assert!(here.simulation().now() >= now && here.simulation().ctx().journal().len() > facts);
}

#[test]
fn what_cannot_be_understood_changes_nothing_and_says_the_way_out() {
    let mut here = session(Vec::new());
    here.seek(Time::from_secs(400));
    let before = hash(&here);
    for (line, help) in [
        ("aws ecs list-taks --cluster demo", "list-tasks"),
        ("world kill web#9", "web#"),
        ("world lose us-east-1e", "us-east-1"),
        ("world lose us-east-1a 0s", "until the end"),
        ("world lose us-east-1a soon", "5m"),
        ("world lose us-east-1a 5m 6m", "world lose ZONE"),
        ("world traffic alp 20/s", "alb"),
        ("world traffic alb fast", "50/s"),
        ("docker push other", "describes"),
        ("rm -rf /", "aws"),
    ] {
        let refusal = here.type_line(line).expect_err(line).to_string();
        assert!(refusal.contains(help), "{line}: {refusal}");
    }
    assert_eq!((hash(&here), here.lines().len(), here.can_undo()), (before, 0, None));
}

#[test]
fn a_budget_of_the_place_ends_the_run_with_a_reason() {
    let scenario = Scenario::read("town.toml", TOWN.as_bytes(), &()).expect("it loads");
    let budget = Budget { events: 9000, ..Budget::default() };
    let mut here = Session::start(Arc::new(scenario), FileMap::new(), None, Vec::new(), budget);
    assert_eq!(here.pursue(Goal::Until(Time::from_secs(900)), u64::MAX), Pursuit::Ended);
    assert_eq!(here.simulation().exceeded().expect("it met a limit").what, "events");
}

/// So many tasks that what all of them take is not summed up at each look at the budget, and a minute of requests.
fn crowd(memory: u64) -> Simulation {
    let text =
        TOWN.replace("15m", "4m").replace("desiredCount = 2", "desiredCount = 400").replace("= 20\n", "= 2000\n");
    let text = text + "[assume]\nfargate_burst = 1000\n";
    let scenario = Scenario::read("crowd.toml", text.as_bytes(), &()).unwrap_or_else(|problems| panic!("{problems}"));
    let mut run = Simulation::start(Arc::new(scenario), None);
    run.limit_to(Budget { memory, ..Budget::default() });
    run
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    /// A world that outgrows its memory is stopped soon, and after the same event when somebody lets its first events happen one by
    /// one, so that its budget is looked at after each.
    #[test]
    fn steps_do_not_change_where_its_memory_ends_a_run(steps in 1..4096) {
        let mut grown = crowd(u64::MAX);
        // Just after the response times of all targets have asked for room again.
        grown.run_until(Time::from_secs(232));
        let (memory, entities) = (grown.world().memory() + grown.ctx().memory(), grown.world().entities());
        prop_assert!(EVENTS_PER_ENTITY * entities >= 2 * BUDGET_CHECK_INTERVAL, "{} is a crowd", entities);
        let (mut straight, mut stepped) = (crowd(memory), crowd(memory));
        straight.run();
        (0..steps).for_each(|_| assert!(stepped.step()));
        stepped.run();
        for run in [&straight, &stepped] {
            prop_assert_eq!(run.exceeded().expect("it meets its limit").what, "memory");
        }
        let (ended, due) = (straight.ctx().events(), grown.ctx().events() + 2 * EVENTS_PER_ENTITY * entities);
        prop_assert_eq!(stepped.ctx().events(), ended);
        prop_assert!(ended <= due, "{} events, and not {} at most", ended, due);
    }
}

/// One thing that somebody at the page does.
#[derive(Clone, Debug)]
enum Act {
    Seek(u64),
    Pause(u64, u64),
    Step(u8),
    Change,
    Type(usize),
    Undo,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        (0..900u64).prop_map(Act::Seek),
        (0..900u64, 1..20_000u64).prop_map(|(to, events)| Act::Pause(to, events)),
        (1..60u8).prop_map(Act::Step),
        Just(Act::Change),
        (0..6usize).prop_map(Act::Type),
        Just(Act::Undo),
    ];
    prop::collection::vec(act, 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// However somebody wandered about: what is there follows from the lines and the instant alone, so that a
    /// permalink shows the same.
    #[test]
    fn a_permalink_shows_what_its_maker_saw(acts in acts()) {
        const TYPED: [&str; 6] =
            [SCALE, "world kill web#1", "world lose us-east-1a 2m", "world traffic alb 5/s", "aws ecs list-tasks --cluster demo",
             "aws ecs update-service --cluster demo --service web --force-new-deployment"];
        let mut here = session(Vec::new());
        for act in acts {
            match act {
                Act::Seek(to) => here.seek(Time::from_secs(to)),
                Act::Pause(to, events) => { here.pursue(Goal::Until(Time::from_secs(to)), events); }
                Act::Step(times) => (0..times).for_each(|_| { here.step(); }),
                Act::Change => { here.pursue(Goal::Change, 5000); }
                Act::Type(which) => { let _ = here.type_line(TYPED[which]); }
                Act::Undo => { here.undo(); }
            }
        }
        // An instant, not the middle of one.
        here.seek(here.simulation().now());
        let mut there = session(here.lines().to_vec());
        there.seek(here.simulation().now());
        prop_assert_eq!(hash(&here), hash(&there));
        here.seek(Time::MAX);
        there.seek(Time::MAX);
        prop_assert_eq!(hash(&here), hash(&there));
    }
}
