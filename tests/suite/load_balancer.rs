//! Load balancers: who is registered, how healthy it is, who gets the next request, and what clients are answered.

use std::time::Duration;

use serde_json::{Value, json};
use sim_core::engine::Time;
use sim_core::world::app::AppSpec;
use sim_core::world::ecs::TaskId;
use sim_core::world::elb::ElbEvent;
use sim_core::world::{Assumptions, Distribution, Event, Fact};
use tests::lab::{Lab, Setup};

fn at(seconds: u64) -> Time {
    Time::from_secs(seconds)
}

fn secs(seconds: u64) -> Distribution {
    Distribution::Constant(Duration::from_secs(seconds))
}

/// When what happened to targets: (seconds, word).
fn target_facts(lab: &Lab) -> Vec<(f64, String)> {
    let facts = lab.facts().into_iter();
    let told = facts.filter_map(|(at, fact)| {
        let word = match fact {
            Fact::TargetRegistered { .. } => "registered".to_owned(),
            Fact::TargetHealthy { .. } => "healthy".to_owned(),
            Fact::TargetUnhealthy { reason, .. } => format!("unhealthy: {}", reason.code()),
            Fact::TargetDraining { .. } => "draining".to_owned(),
            Fact::TargetUnused { .. } => "unused".to_owned(),
            _ => return None,
        };
        Some((at.as_secs_f64(), word))
    });
    told.collect()
}

fn expect_story(lab: &Lab, story: &[(f64, &str)]) {
    let told = target_facts(lab);
    let same = told.len() == story.len()
        && told.iter().zip(story).all(|((at, word), (when, what))| (at - when).abs() < 0.05 && word == what);
    assert!(same, "{told:#?} instead of {story:#?}");
}

/// [TR-144][TR-145][TR-031] A target is registered after five seconds, checked at once, and healthy with its first
/// answer.
#[test]
fn a_new_target_is_healthy_with_its_first_answer() {
    let assume = Assumptions { balancer_provisioning: Duration::ZERO, ..Assumptions::default() };
    let mut lab = Lab::new(Setup { assume, ..Setup::default() });
    lab.run_until(at(2));
    assert_eq!(lab.health(), [("initial".to_owned(), "Elb.RegistrationInProgress".to_owned())]);
    lab.run_until(at(10));
    expect_story(&lab, &[(5.0, "registered"), (5.0, "healthy")]);
    assert_eq!(lab.health(), [("healthy".to_owned(), String::new())]);
}

/// [TR-146][TR-049][IA-107] A target on whose port nothing listens stays initial until it has failed two checks.
#[test]
fn a_target_that_does_not_listen_is_unhealthy_after_two_checks() {
    let app = AppSpec { boot: secs(100), ..AppSpec::of("app/web") };
    let mut lab = Lab::new(Setup { app, ..Setup::default() });
    lab.run_until(at(10));
    assert_eq!(lab.health(), [("initial".to_owned(), "Elb.InitialHealthChecking".to_owned())]);
    lab.run_until(at(300));
    // Checks at 0, 30, …; it listens from 100 s on, and five answers in a row bring it back [TR-055][TR-048].
    let story = [(0.0, "registered"), (30.0, "unhealthy: Target.FailedHealthChecks"), (240.0, "healthy")];
    expect_story(&lab, &story);
}

/// [TR-068][TR-069][TR-070] A deregistered target drains for the whole delay, even when it is idle.
#[test]
fn a_deregistered_target_drains_for_the_whole_delay() {
    let mut lab = Lab::new(Setup::default());
    lab.run_until(at(60));
    lab.now(Event::Elb(ElbEvent::Deregister(TaskId::from_index(0))));
    assert_eq!(lab.health(), [("draining".to_owned(), "Target.DeregistrationInProgress".to_owned())]);
    lab.run_until(at(400));
    assert_eq!(lab.health(), []);
    expect_story(&lab, &[(0.0, "registered"), (0.0, "healthy"), (60.0, "draining"), (360.0, "unused")]);
}

/// [IA-106][TR-042] A security group that lets nothing through makes the checks time out, and the journal can say so.
#[test]
fn a_revoked_rule_makes_targets_unhealthy_and_is_the_reason() {
    let mut lab = Lab::new(Setup::default());
    lab.run_until(at(60));
    lab.permit("RevokeSecurityGroupIngress", "task-sg", json!({"UserIdGroupPairs": [{"GroupId": "alb-sg"}]}));
    lab.run_until(at(300));
    let story = [(0.0, "registered"), (0.0, "healthy"), (125.0, "unhealthy: Target.Timeout")];
    expect_story(&lab, &story[..2].iter().copied().chain([story[2]]).collect::<Vec<_>>());
    let journal = lab.ctx.journal();
    let unhealthy = journal.iter().find(|(_, entry)| matches!(entry.fact, Fact::TargetUnhealthy { .. })).unwrap().0;
    let why: Vec<&'static str> = journal.chain(unhealthy).map(|(_, entry)| (&entry.fact).into()).collect();
    assert_eq!(why, ["TargetUnhealthy", "ConnectionBlocked", "IngressRevoked"]);
}

fn statuses(lab: &Lab) -> Value {
    json!(
        lab.meter()
            .by_status()
            .iter()
            .map(|(status, count)| (status.to_string(), count))
            .collect::<std::collections::BTreeMap<_, _>>()
    )
}

/// [TR-100] Without a registered target the answer is 503.
#[test]
fn an_empty_target_group_answers_503() {
    let mut lab = Lab::new(Setup { tasks: 0, ..Setup::default() });
    lab.constant_traffic(10.0, at(60));
    lab.run_until(at(60));
    let statuses = statuses(&lab);
    assert_eq!(statuses.as_object().unwrap().keys().collect::<Vec<_>>(), ["503"]);
}
