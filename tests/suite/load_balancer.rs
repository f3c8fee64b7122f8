//! Load balancers: who is registered, how healthy it is, who gets the next request, and what clients are answered.

use std::time::Duration;

use serde_json::json;
use sim_core::engine::Time;
use sim_core::world::app::{AppEvent, AppSpec, Health, Shutdown, Work};
use sim_core::world::cloudwatch::{Cause, Metric, Subject};
use sim_core::world::ecs::{Containers, TaskId};
use sim_core::world::elb::{ElbEvent, TargetId};
use sim_core::world::traffic::{Arrivals, Demand, NewCaller, Policy, Rate, Unreached};
use sim_core::world::{Assumptions, Distribution, Event, Fact};
use tests::lab::{Lab, Setup};

fn at(seconds: u64) -> Time {
    Time::from_secs(seconds)
}

fn secs(seconds: u64) -> Distribution {
    Distribution::constant(Duration::from_secs(seconds))
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
/// answer. [TR-040] Until then registration is in progress; [TR-034] then there is no reason to give.
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

/// [TR-146][TR-049][IA-107][TR-041][TR-043] A target on whose port nothing listens stays initial until it has failed
/// two checks.
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

/// [TR-068][TR-069][TR-070][TR-037] A deregistered target drains for the whole delay, even when it is idle.
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
    // Checks at 90 and 120 s get no answer within 5 s.
    expect_story(&lab, &[(0.0, "registered"), (0.0, "healthy"), (125.0, "unhealthy: Target.Timeout")]);
    let journal = lab.ctx.journal();
    let unhealthy = journal.iter().find(|(_, entry)| matches!(entry.fact, Fact::TargetUnhealthy { .. })).unwrap().0;
    let why: Vec<&'static str> = journal.chain(unhealthy).map(|(_, entry)| (&entry.fact).into()).collect();
    assert_eq!(why, ["TargetUnhealthy", "ConnectionBlocked", "IngressRevoked"]);
}

/// A task that answers every request after this many seconds.
fn waits(seconds: u64) -> AppSpec {
    let cpu = Distribution::constant(Duration::from_nanos(1));
    AppSpec::of("app/web").with(Work { wait: secs(seconds), ..Work::of(cpu) })
}

const FIRST: TaskId = TaskId::from_index(0);

fn revoke(lab: &mut Lab) {
    lab.permit("RevokeSecurityGroupIngress", "task-sg", json!({"UserIdGroupPairs": [{"GroupId": "alb-sg"}]}));
}

fn word(state: &str, reason: &str) -> (String, String) {
    (state.to_owned(), reason.to_owned())
}

// Health checks

/// A day's 2,880 checks of an idle target would all pass, so none of them is an event. What happens after that day is
/// found out by the check that was due, as if all had been sent: of a rule that is revoked, of a process that no longer
/// listens, and of one that answers late because a request keeps its CPU.
#[test]
fn idle_targets_cost_no_events_and_trouble_is_found_out_all_the_same() {
    let day = 86_400;
    let idle = |app: AppSpec| {
        let mut lab = Lab::new(Setup { tasks: 50, app, ..Setup::default() });
        lab.run_until(at(100));
        let before = lab.ctx.events();
        lab.run_until(at(day + 7));
        let events = lab.ctx.events() - before;
        assert!(events < 2 * 1440, "{events} events: more than the minutes that are closed");
        lab.tasks.truncate(1);
        lab
    };
    let unhealthy = |lab: &Lab| -> Vec<(f64, String)> {
        target_facts(lab).into_iter().filter(|(_, word)| word.starts_with("unhealthy")).collect()
    };
    let mut lab = idle(AppSpec::of("app/web"));
    revoke(&mut lab);
    lab.run_until(at(day + 300));
    assert_eq!(unhealthy(&lab), vec![(f64::from(day as u32 + 65), "unhealthy: Target.Timeout".to_owned()); 50]);

    let plain = AppSpec::of("app/web");
    let slowly = Shutdown { finishes_requests: true, takes: secs(600), ..plain.shutdown.clone() };
    let mut lab = idle(AppSpec { shutdown: slowly, ..AppSpec::of("app/web") });
    lab.now(Event::App(AppEvent::Terminate(FIRST, Containers::ALL)));
    lab.run_until(at(day + 300));
    assert_eq!(unhealthy(&lab), [(f64::from(day as u32 + 60), "unhealthy: Target.FailedHealthChecks".to_owned())]);

    // Two checks, at 30 and 60 s, share the CPU with a request of 100 s: each takes twice its 3 s, more than the
    // timeout.
    let health = Health { cpu: Duration::from_secs(3), ..plain.health.clone() };
    let mut lab = idle(AppSpec { health, ..AppSpec::of("app/web").with(Work::of(secs(100))) });
    let once = Rate::constant(1.0, at(day + 8), at(day + 10));
    lab.caller(NewCaller::of("one", "alb", Demand::Open(Arrivals::even(once))));
    lab.run_until(at(day + 300));
    assert_eq!(unhealthy(&lab), [(f64::from(day as u32 + 65), "unhealthy: Target.Timeout".to_owned())]);
}

/// [TR-054][TR-042][TR-047] A slow answer does not put off the next check: two timeouts of 5 s are over at 35 s.
#[test]
fn a_slow_answer_does_not_put_off_the_next_check() {
    let health = Health { status: 200, cpu: Duration::from_secs(7), ..AppSpec::DEFAULT.health };
    let mut lab = Lab::new(Setup { app: AppSpec { health, ..AppSpec::of("app/web") }, ..Setup::default() });
    lab.run_until(at(120));
    expect_story(&lab, &[(0.0, "registered"), (35.0, "unhealthy: Target.Timeout")]);
}

/// [TR-044][TR-035][TR-050] A code that does not match is named.
#[test]
fn a_code_that_does_not_match_is_named() {
    let health = Health { status: 404, cpu: Duration::ZERO, ..AppSpec::DEFAULT.health };
    let app = AppSpec { health, ..AppSpec::of("app/web") };
    let mut lab = Lab::new(Setup { app: app.clone(), ..Setup::default() });
    lab.run_until(at(60));
    let answer = lab.call("elbv2", "DescribeTargetHealth", json!({"TargetGroupArn": "tg"}));
    let health = json!({
        "State": "unhealthy", "Reason": "Target.ResponseCodeMismatch",
        "Description": "Health checks failed with these codes: [404]",
    });
    assert_eq!(answer["TargetHealthDescriptions"][0]["TargetHealth"], health);

    let target_group = json!({"Matcher": {"HttpCode": "200-299,404"}});
    let mut lab = Lab::new(Setup { app, target_group, ..Setup::default() });
    lab.run_until(at(60));
    assert_eq!(lab.health(), [word("healthy", "")]);
}

/// [TR-055][TR-046][TR-048][TR-049] Short intervals and low thresholds find out and forgive sooner.
#[test]
fn thresholds_and_interval_decide_how_soon_a_target_is_out_and_in() {
    let target_group = json!({
        "HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 2,
        "HealthyThresholdCount": 2, "UnhealthyThresholdCount": 3,
    });
    let mut lab = Lab::new(Setup { target_group, ..Setup::default() });
    lab.run_until(at(61));
    revoke(&mut lab);
    lab.run_until(at(101));
    lab.permit("AuthorizeSecurityGroupIngress", "task-sg", json!({"UserIdGroupPairs": [{"GroupId": "alb-sg"}]}));
    lab.run_until(at(200));
    // Failing checks at 65, 70, 75; passing ones at 105, 110.
    let story = [(0.0, "registered"), (0.0, "healthy"), (77.0, "unhealthy: Target.Timeout"), (110.0, "healthy")];
    expect_story(&lab, &story);
}

/// [TR-057][TR-036] Until a listener uses the group its targets are unused and nobody checks them.
#[test]
fn targets_are_unused_until_a_listener_uses_their_group() {
    let mut lab = Lab::new(Setup { action: json!(null), ..Setup::default() });
    lab.run_until(at(100));
    assert_eq!(lab.health(), [word("unused", "Target.NotInUse")]);
    lab.listen(80, json!({"Type": "forward", "TargetGroupArn": "tg"}));
    lab.run_until(at(101));
    expect_story(&lab, &[(0.0, "registered"), (100.0, "healthy")]);
}

/// [TR-004][TR-057] A target in a zone of which the load balancer has no subnet gets no checks and no requests.
#[test]
fn a_target_outside_of_the_zones_of_its_load_balancer_is_unused() {
    let mut lab = Lab::new(Setup { zones: vec!["us-east-1b", "us-east-1c"], ..Setup::default() });
    lab.constant_traffic(10.0, at(10));
    lab.run_until(at(60));
    assert_eq!(lab.health(), [word("unused", "Target.NotInUse")]);
    assert_eq!(lab.meter().counts().due_to(Cause::NoTarget), lab.meter().counts().arrived);
}

/// [TR-051] A health check port of its own must be listened on, too.
#[test]
fn checks_may_use_a_port_of_their_own() {
    let mut lab = Lab::new(Setup { target_group: json!({"HealthCheckPort": "9090"}), ..Setup::default() });
    let from = json!([{"GroupId": "alb-sg"}]);
    let permission = json!({"IpProtocol": "tcp", "FromPort": 9090, "ToPort": 9090, "UserIdGroupPairs": from});
    lab.call("ec2", "AuthorizeSecurityGroupIngress", json!({"GroupId": "task-sg", "IpPermissions": [permission]}));
    lab.run_until(at(60));
    expect_story(&lab, &[(0.0, "registered"), (30.0, "unhealthy: Target.FailedHealthChecks")]);
}

// Who gets the next request

/// [TR-075][TR-152][TR-074] Round robin is fair to the request, in the order of registration.
#[test]
fn round_robin_gives_each_target_the_same() {
    let mut lab = Lab::new(Setup { tasks: 3, ..Setup::default() });
    lab.constant_traffic(50.0, at(60));
    lab.run_until(at(100));
    let work: Vec<f64> = lab.tasks.iter().map(|&task| lab.world.app.cpu_used(task, lab.ctx.now()) / 1e6).collect();
    let requests = lab.meter().counts().answered as f64;
    assert!(requests > 2500.0);
    for done in work {
        assert!((done - requests / 3.0).abs() < 1.01, "{done} ms of {requests} requests of 1 ms");
    }
}

/// [TR-075][TR-153] Least outstanding requests sends everything to a new target until it has as many as the others.
#[test]
fn least_outstanding_requests_fills_up_a_new_target() {
    let attributes = vec![("load_balancing.algorithm.type", "least_outstanding_requests")];
    let balancer_attributes = vec![("idle_timeout.timeout_seconds", "4000")];
    let setup = Setup { tasks: 2, app: waits(3000), attributes, balancer_attributes, ..Setup::default() };
    let mut lab = Lab::new(setup);
    lab.constant_traffic(10.0, at(100));
    lab.run_until(at(50));
    let outstanding = |lab: &Lab| lab.world.elb.targets.iter().map(|(_, t)| t.outstanding).collect::<Vec<_>>();
    let before = outstanding(&lab);
    assert!(before[0].abs_diff(before[1]) <= 1 && before[0] > 200, "{before:?}");
    lab.start_task();
    lab.run_until(at(60));
    let filling = outstanding(&lab);
    assert_eq!(filling[..2], before, "the old ones get nothing meanwhile");
    assert!(filling[2] > 50, "{filling:?}");
    lab.run_until(at(100));
    let after = outstanding(&lab);
    assert!(after[0].abs_diff(after[2]) <= 1 && after[1].abs_diff(after[2]) <= 1, "{after:?}");
}

/// [TR-062][TR-063][TR-067][TR-105][TR-140] When no target is healthy the load balancer sends requests to all of them.
#[test]
fn with_no_healthy_target_requests_go_to_all() {
    let health = Health { status: 500, cpu: Duration::ZERO, ..AppSpec::DEFAULT.health };
    let app = AppSpec { health, ..AppSpec::of("app/web") };
    let mut lab = Lab::new(Setup { tasks: 2, app, ..Setup::default() });
    lab.run_until(at(60));
    assert_eq!(lab.health(), vec![word("unhealthy", "Target.ResponseCodeMismatch"); 2]);
    lab.constant_traffic(10.0, at(120));
    lab.run_until(at(121));
    let counts = *lab.group_meter().counts();
    assert_eq!(lab.statuses(), [(200, counts.arrived)]);
    assert_eq!(counts.fail_open, counts.arrived);
    let points = lab.series(Subject::Group(lab.group), Metric::UnhealthyRoutingRequestCount);
    assert_eq!(points.iter().map(|(_, s)| s.sum).sum::<f64>(), counts.arrived as f64);
}

/// [TR-024] Weights 10 and 20 share 1 : 2. [TR-025] An empty group's share is lost, not taken over.
#[test]
fn an_empty_group_keeps_its_share_of_the_weights() {
    let mut lab = Lab::new(Setup { action: json!(null), ..Setup::default() });
    lab.call(
        "elbv2",
        "CreateTargetGroup",
        json!({"Name": "empty", "Protocol": "HTTP", "Port": 80, "TargetType": "ip"}),
    );
    let groups = json!([{"TargetGroupArn": "empty", "Weight": 10}, {"TargetGroupArn": "tg", "Weight": 20}]);
    lab.listen(80, json!({"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}));
    lab.constant_traffic(100.0, at(100));
    lab.run_until(at(101));
    let [(200, good), (503, lost)] = lab.statuses()[..] else { panic!("{:?}", lab.statuses()) };
    let share = lost as f64 / (good + lost) as f64;
    assert!((share - 1.0 / 3.0).abs() < 0.02, "{share}");
}

/// [TR-155] When all weights are zero nobody gets anything.
#[test]
fn weights_of_zero_answer_503() {
    let action = json!({"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "tg", "Weight": 0}]}});
    let mut lab = Lab::new(Setup { action, ..Setup::default() });
    lab.constant_traffic(10.0, at(10));
    lab.run_until(at(11));
    assert_eq!(lab.statuses(), [(503, lab.meter().counts().arrived)]);
}

// What clients are answered

/// [TR-100][TR-105] Without a registered target the answer is 503. [TR-128] No target was chosen, so it is not in
/// RequestCount. [TR-132] The load balancer made it.
#[test]
fn an_empty_target_group_answers_503() {
    let mut lab = Lab::new(Setup { tasks: 0, ..Setup::default() });
    lab.constant_traffic(10.0, at(60));
    lab.run_until(at(120));
    let all = lab.meter().counts().arrived;
    assert_eq!(lab.statuses(), [(503, all)]);
    assert_eq!(lab.sums(Metric::RequestCount), []);
    assert_eq!(lab.sums(Metric::HTTPCode_ELB_503_Count), [(0, all as f64)]);
    assert_eq!(lab.sums(Metric::HTTPCode_ELB_5XX_Count), [(0, all as f64)]);
    assert_eq!(lab.sums(Metric::HTTPCode_Target_5XX_Count), []);
}

/// [TR-022] A fixed response touches no target.
#[test]
fn a_fixed_response_touches_no_target() {
    let action = json!({"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "418"}});
    let mut lab = Lab::new(Setup { action, ..Setup::default() });
    lab.constant_traffic(10.0, at(60));
    lab.run_until(at(60));
    let all = lab.meter().counts().arrived;
    assert_eq!(lab.statuses(), [(418, all)]);
    assert_eq!(lab.sums(Metric::HTTP_Fixed_Response_Count), [(0, all as f64)]);
    assert_eq!(lab.world.app.cpu_used(FIRST, at(60)), 0.0);
}

/// [TR-104] What the application says passes unchanged, and counts as the target's.
#[test]
fn an_error_of_the_application_passes_unchanged() {
    let app = AppSpec::of("app/web").with(Work { error_ratio: 0.25, error_status: 500, ..Work::DEFAULT });
    let mut lab = Lab::new(Setup { app, ..Setup::default() });
    lab.constant_traffic(100.0, at(60));
    lab.run_until(at(60));
    let [(200, good), (500, bad)] = lab.statuses()[..] else { panic!("{:?}", lab.statuses()) };
    assert!((bad as f64 / (good + bad) as f64 - 0.25).abs() < 0.03);
    assert_eq!(lab.sums(Metric::HTTPCode_Target_5XX_Count), [(0, bad as f64)]);
    assert_eq!(lab.sums(Metric::HTTPCode_Target_2XX_Count), [(0, good as f64)]);
    assert_eq!(lab.sums(Metric::HTTPCode_ELB_5XX_Count), []);
}

/// [TR-099][IA-107] Where nothing listens the answer is 502. [TR-137] Connections of requests that fail are counted; those of
/// health checks, which fail as well, are not.
#[test]
fn where_nothing_listens_the_answer_is_502() {
    let app = AppSpec { listens_on: Some(8080), ..AppSpec::of("app/web") };
    let mut lab = Lab::new(Setup { app, ..Setup::default() });
    lab.constant_traffic(10.0, at(60));
    lab.run_until(at(60));
    let counts = *lab.meter().counts();
    assert_eq!(lab.statuses(), [(502, counts.arrived)]);
    assert_eq!(counts.due_to(Cause::ConnectionRefused), counts.arrived);
    assert_eq!(lab.sums(Metric::TargetConnectionErrorCount), [(0, counts.arrived as f64)]);
}

/// [TR-101][TR-089][IA-106] A request that a security group drops is answered 504 after ten seconds.
/// [TR-149] Nobody tries another target.
#[test]
fn a_dropped_connection_is_answered_504_after_ten_seconds() {
    let mut lab = Lab::new(Setup::default());
    lab.run_until(at(1));
    revoke(&mut lab);
    lab.constant_traffic(10.0, at(5));
    lab.run_until(at(5));
    let counts = *lab.meter().counts();
    assert!(counts.arrived > 20);
    assert_eq!((counts.answered, lab.meter().counts().in_flight()), (0, counts.arrived));
    lab.run_until(at(15));
    assert_eq!(lab.statuses(), [(504, counts.arrived)]);
    assert_eq!(lab.meter().counts().due_to(Cause::ConnectTimeout), counts.arrived);
    assert_eq!(lab.meter().latencies().sum(), u128::from(counts.arrived) * 10_000_000_000);
    // [TR-158] The target sent no header, so there is no TargetResponseTime.
    assert_eq!(lab.group_meter().latencies().sum(), 0);
}

/// [TR-084][TR-101] A target that does not answer within the idle timeout is given up: 504 after 60 s.
#[test]
fn a_silent_target_is_given_up_after_the_idle_timeout() {
    let mut lab = Lab::new(Setup { app: waits(90), ..Setup::default() });
    lab.constant_traffic(10.0, at(5));
    lab.run_until(at(200));
    let all = lab.meter().counts().arrived;
    assert_eq!(lab.statuses(), [(504, all)]);
    assert_eq!(lab.meter().latencies().sum(), u128::from(all) * 60_000_000_000);
    assert_eq!(lab.world.traffic.in_flight(), 0);
}

/// [TR-084] A shorter idle timeout is in force at once, also for those who wait already.
#[test]
fn a_changed_idle_timeout_is_in_force_at_once() {
    let mut lab = Lab::new(Setup { app: waits(90), ..Setup::default() });
    lab.constant_traffic(10.0, at(5));
    lab.run_until(at(30));
    let attribute = json!([{"Key": "idle_timeout.timeout_seconds", "Value": "20"}]);
    lab.call("elbv2", "ModifyLoadBalancerAttributes", json!({"LoadBalancerArn": "alb", "Attributes": attribute}));
    lab.run_until(at(30));
    assert_eq!(lab.statuses(), [(504, lab.meter().counts().arrived)]);
    lab.constant_traffic(10.0, at(35));
    lab.run_until(at(55));
    assert_eq!(lab.meter().counts().in_flight(), 0);
}

/// [TR-150] The load balancer does not queue: what a busy target does not get done in time ends with 504.
#[test]
fn what_a_busy_target_does_not_get_done_in_time_ends_with_504() {
    let app = AppSpec::of("app/web").with(Work::of(Distribution::constant(Duration::from_millis(30))));
    let mut lab = Lab::new(Setup { app, ..Setup::default() });
    lab.constant_traffic(100.0, at(100));
    lab.run_until(at(60));
    assert_eq!(lab.statuses().len(), 1, "{:?}", lab.statuses());
    lab.run_until(at(200));
    let [(200, good), (504, late)] = lab.statuses()[..] else { panic!("{:?}", lab.statuses()) };
    // Three times too many requests for processor sharing: in the fluid limit whoever arrives at `a` is done at `a / k`
    // with ln(1/k) / (1 − k) = 3, so k = 0.0595; within 60 s that is done for a < 3.8 s, which are 380 requests.
    assert!((320..=460).contains(&good) && late > 9000, "{good} {late}");
    assert_eq!(lab.meter().counts().due_to(Cause::IdleTimeout), late);
}

/// [TR-068] A draining target gets no new request, but finishes those it has.
#[test]
fn a_draining_target_finishes_what_it_has() {
    let mut lab = Lab::new(Setup { tasks: 2, app: waits(3), ..Setup::default() });
    lab.constant_traffic(10.0, at(20));
    lab.run_until(at(10));
    lab.now(Event::Elb(ElbEvent::Deregister(FIRST)));
    let of = |lab: &Lab| lab.world.elb.targets[TargetId::from_index(0)].outstanding;
    assert!(of(&lab) > 5);
    lab.run_until(at(13));
    assert_eq!(of(&lab), 0);
    lab.run_until(at(30));
    assert_eq!(lab.statuses(), [(200, lab.meter().counts().arrived)]);
}

/// [TR-071][TR-069] What still runs when the deregistration delay is over is cut: 502.
#[test]
fn what_outlasts_the_deregistration_delay_is_cut() {
    let attributes = vec![("deregistration_delay.timeout_seconds", "5")];
    let mut lab = Lab::new(Setup { app: waits(30), attributes, ..Setup::default() });
    lab.constant_traffic(10.0, at(10));
    lab.run_until(at(10));
    lab.now(Event::Elb(ElbEvent::Deregister(FIRST)));
    lab.run_until(at(14));
    assert_eq!(lab.meter().counts().answered, 0);
    lab.run_until(at(16));
    let counts = *lab.meter().counts();
    assert_eq!(lab.statuses(), [(502, counts.arrived)]);
    assert_eq!(counts.due_to(Cause::DeregistrationDelayElapsed), counts.arrived);
    lab.run_until(at(100));
    assert_eq!(lab.health(), []);
}

/// [TR-072] A draining target whose process ends leaves its clients with 502.
#[test]
fn a_draining_target_that_dies_answers_nobody() {
    let mut lab = Lab::new(Setup { app: waits(30), ..Setup::default() });
    lab.constant_traffic(10.0, at(10));
    lab.run_until(at(11));
    lab.now(Event::Elb(ElbEvent::Deregister(FIRST)));
    let all = lab.meter().counts().arrived;
    assert_eq!(lab.world.traffic.in_flight(), all, "it goes on with what it has");
    lab.now(Event::App(AppEvent::Kill(FIRST, Containers::ALL)));
    assert_eq!(lab.statuses(), [(502, all)]);
}

/// [TR-099][TR-156] When a process dies its requests in flight are answered 502, later ones too until it is gone.
#[test]
fn requests_of_a_process_that_dies_are_answered_502() {
    let mut lab = Lab::new(Setup { app: waits(30), ..Setup::default() });
    lab.constant_traffic(10.0, at(20));
    lab.run_until(at(10));
    let before = lab.meter().counts().arrived;
    lab.now(Event::App(AppEvent::Kill(FIRST, Containers::ALL)));
    assert_eq!(lab.statuses(), [(502, before)]);
    assert_eq!(lab.meter().counts().due_to(Cause::TargetGone), before);
    lab.run_until(at(10) + Duration::from_millis(50));
    assert_eq!(lab.world.traffic.in_flight(), 0);
}

/// [TR-148] A target that turns unhealthy finishes what it has.
#[test]
fn a_target_that_turns_unhealthy_finishes_what_it_has() {
    let target_group = json!({"HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 2});
    let mut lab = Lab::new(Setup { app: waits(30), target_group, ..Setup::default() });
    lab.constant_traffic(10.0, at(5));
    lab.run_until(at(5));
    revoke(&mut lab);
    lab.run_until(at(60));
    assert_eq!(lab.health(), [word("unhealthy", "Target.Timeout")]);
    assert_eq!(lab.statuses(), [(200, lab.meter().counts().arrived)]);
}

/// [TR-001] A load balancer does not route until it is active.
#[test]
fn a_load_balancer_routes_once_it_is_active() {
    let assume = Assumptions { balancer_provisioning: Duration::from_secs(120), ..Setup::default().assume };
    let mut lab = Lab::new(Setup { assume, ..Setup::default() });
    lab.constant_traffic(10.0, at(200));
    lab.run_until(at(100));
    let state =
        |lab: &mut Lab| lab.call("elbv2", "DescribeLoadBalancers", json!({}))["LoadBalancers"][0]["State"].clone();
    assert_eq!(state(&mut lab), json!({"Code": "provisioning"}));
    assert_eq!((lab.meter().counts().arrived, lab.meter().unreached(Unreached::ClientNoAnswer) > 500), (0, true));
    lab.run_until(at(200));
    assert_eq!(state(&mut lab), json!({"Code": "active"}));
    assert_eq!(lab.statuses(), [(200, lab.meter().counts().arrived)]);
}

/// [IA-108] A load balancer whose security group does not let clients in is not reached. [IA-109] Nor is one
/// without a route to the internet.
#[test]
fn a_load_balancer_that_clients_cannot_reach_answers_nobody() {
    for close in [true, false] {
        let mut lab = Lab::new(Setup::default());
        lab.run_until(at(1));
        if close {
            lab.permit("RevokeSecurityGroupIngress", "alb-sg", json!({"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}));
        } else {
            let route = json!({"RouteTableId": "main", "DestinationCidrBlock": "0.0.0.0/0"});
            lab.call("ec2", "DeleteRoute", route);
        }
        lab.constant_traffic(10.0, at(10));
        lab.run_until(at(10));
        let counts = *lab.meter().counts();
        assert_eq!((counts.arrived, lab.meter().unreached(Unreached::ClientTimeout) > 50), (0, true));
    }
}

// Metrics

/// [TR-127][TR-128] Metrics of requests are missing in minutes without requests, not zero. [TR-133] The number of
/// healthy hosts is there as long as targets are registered; [TR-073] deregistering lowers it.
#[test]
fn metrics_of_requests_are_missing_in_idle_minutes() {
    let mut lab = Lab::new(Setup { tasks: 2, ..Setup::default() });
    lab.constant_traffic(10.0, at(60));
    lab.run_until(at(150));
    lab.now(Event::Elb(ElbEvent::Deregister(FIRST)));
    lab.run_until(at(180));
    let all = lab.meter().counts().arrived as f64;
    assert_eq!(lab.sums(Metric::RequestCount), [(0, all)]);
    let group = Subject::Group(lab.group);
    let healthy: Vec<_> = lab.series(group, Metric::HealthyHostCount).iter().map(|(m, s)| (*m, s.max)).collect();
    assert_eq!(healthy, [(0, 2.0), (1, 2.0), (2, 1.0)]);
    let unhealthy: Vec<_> = lab.series(group, Metric::UnHealthyHostCount).iter().map(|(_, s)| s.max).collect();
    assert_eq!(unhealthy, [0.0, 0.0, 0.0]);
    // [TR-129] Half of the requests each, then none at all: this one is reported always.
    let each: Vec<_> = lab.series(group, Metric::RequestCountPerTarget).iter().map(|(_, s)| s.sum).collect();
    assert_eq!(each, [all / 2.0, 0.0, 0.0]);
}

/// [TR-130] TargetResponseTime is what the target takes, in seconds, with percentiles; [SC-006] the average is sum over
/// count. [TR-131] Codes count ones.
#[test]
fn target_response_time_is_what_the_target_takes() {
    let assume = Assumptions { balancer_provisioning: Duration::ZERO, ..Assumptions::default() };
    let mut lab = Lab::new(Setup { app: waits(2), assume, ..Setup::default() });
    lab.run_until(at(10));
    lab.constant_traffic(20.0, at(50));
    lab.run_until(at(60));
    for subject in [Subject::Balancer(lab.balancer), Subject::Group(lab.group)] {
        let [(0, times)] = lab.series(subject, Metric::TargetResponseTime)[..] else { panic!("one minute") };
        assert_eq!(times.count, lab.meter().counts().answered);
        // One millisecond between load balancer and target.
        assert!((times.average() - 2.001).abs() < 1e-6 && (times.p99 - 2.001).abs() < 0.003, "{times:?}");
        let [(0, codes)] = lab.series(subject, Metric::HTTPCode_Target_2XX_Count)[..] else { panic!("one minute") };
        assert_eq!((codes.min, codes.max, codes.average()), (1.0, 1.0, 1.0));
    }
    // The client's latency has the way to the load balancer in it and, on a new connection, a round trip before it;
    // so has that of the load balancer to the target.
    let counts = *lab.meter().counts();
    let opened = lab.sums(Metric::NewConnectionCount)[0].1;
    assert_eq!(opened, counts.connections as f64);
    let mean = lab.meter().latencies().sum() as f64 / counts.answered as f64 / 1e9;
    let per_request = opened / counts.answered as f64;
    assert!(mean > 2.021 + per_request * 0.001 && mean < 2.021 + per_request * 0.020, "{mean}");
}

/// [TR-138][TR-141] One capacity unit covers 25 new connections a second, or 1 GB an hour; the larger counts.
#[test]
fn the_larger_dimension_makes_the_capacity_units() {
    for (per_connection, wanted) in [(1, 100.0 / 25.0), (1000, 100.0 * 10_000.0 * 3600.0 / 1e9)] {
        let mut lab = Lab::new(Setup::default());
        let demand = Demand::Open(Rate::constant(100.0, at(0), at(60)).into());
        let policy = Policy { requests_per_connection: Some(per_connection), ..Policy::default() };
        lab.caller(NewCaller { policy, ..NewCaller::of("clients", "alb", demand) });
        lab.run_until(at(121));
        let units: Vec<f64> = lab.sums(Metric::ConsumedLCUs).iter().map(|(_, sum)| *sum).collect();
        assert!((units[0] / wanted - 1.0).abs() < 0.05 && units[1] == 0.0, "{units:?} instead of {wanted}");
    }
}

// The door

/// [TR-002] At least two zones, one subnet in each. [TR-010] A target group belongs to one load balancer.
#[test]
fn what_aws_refuses_is_refused() {
    let mut lab = Lab::new(Setup::default());
    let mut refused = |operation: &str, input: serde_json::Value| {
        let (code, message, place) = lab.refused("elbv2", operation, input);
        format!("{code}: {message} at {place}")
    };
    let one = json!({"Name": "b", "Subnets": ["us-east-1a"]});
    let at_least = "At least two subnets in two different Availability Zones must be specified";
    assert_eq!(refused("CreateLoadBalancer", one), format!("ValidationError: {at_least} at Subnets"));
    let twice = json!({"Name": "b", "Subnets": ["us-east-1a", "us-east-1a"]});
    assert!(refused("CreateLoadBalancer", twice).starts_with("InvalidConfigurationRequest: A load balancer cannot be"));
    let other = json!({"Name": "alb", "Subnets": ["us-east-1a", "us-east-1b"]});
    assert!(refused("CreateLoadBalancer", other).starts_with("DuplicateLoadBalancerName: "));
    let nowhere = json!({"Name": "b", "Subnets": ["us-east-1a", "us-east-1z"]});
    assert!(refused("CreateLoadBalancer", nowhere).ends_with(" at Subnets[1]"));

    // [TR-046][TR-047][TR-048][TR-049][TR-050] Ranges of health checks; [TR-053] the timeout fits into the interval.
    let group = |field: &str, value: serde_json::Value| json!({"Name": "g", "Protocol": "HTTP", "Port": 80, "TargetType": "ip", field: value});
    for (field, value, place) in [
        ("HealthCheckIntervalSeconds", json!(4), "HealthCheckIntervalSeconds"),
        ("HealthCheckIntervalSeconds", json!(301), "HealthCheckIntervalSeconds"),
        ("HealthCheckTimeoutSeconds", json!(1), "HealthCheckTimeoutSeconds"),
        ("HealthCheckTimeoutSeconds", json!(30), "HealthCheckTimeoutSeconds"),
        ("HealthyThresholdCount", json!(1), "HealthyThresholdCount"),
        ("UnhealthyThresholdCount", json!(11), "UnhealthyThresholdCount"),
        ("Matcher", json!({"HttpCode": "500"}), "Matcher.HttpCode"),
        ("HealthCheckPath", json!("health"), "HealthCheckPath"),
        ("Name", json!("no_underscore"), "Name"),
    ] {
        let error = refused("CreateTargetGroup", group(field, value));
        assert!(error.starts_with("ValidationError: ") && error.ends_with(&format!(" at {place}")), "{error}");
    }
    // [TR-069][TR-074] Ranges of attributes.
    for (key, value) in [
        ("deregistration_delay.timeout_seconds", "3601"),
        ("load_balancing.algorithm.type", "random"),
        ("slow_start.duration_seconds", "29"),
        ("stickiness.lb_cookie.duration_seconds", "0"),
    ] {
        let attributes = json!([{"Key": key, "Value": value}]);
        let error = refused("ModifyTargetGroupAttributes", json!({"TargetGroupArn": "tg", "Attributes": attributes}));
        assert!(error.starts_with("InvalidConfigurationRequest: "), "{error}");
    }
    let action = json!({"Type": "forward", "TargetGroupArn": "nobody"});
    let listener = json!({"LoadBalancerArn": "alb", "Protocol": "HTTP", "Port": 81, "DefaultActions": [action]});
    assert!(refused("CreateListener", listener).starts_with("TargetGroupNotFound: "));
    let second = json!({"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}});
    let listener = json!({"LoadBalancerArn": "alb", "Protocol": "HTTP", "Port": 80, "DefaultActions": [second]});
    assert!(refused("CreateListener", listener).starts_with("DuplicateListener: "));
    lab.call("elbv2", "CreateLoadBalancer", json!({"Name": "second", "Subnets": ["us-east-1a", "us-east-1b"]}));
    let action = json!({"Type": "forward", "TargetGroupArn": "tg"});
    let listener = json!({"LoadBalancerArn": "second", "Protocol": "HTTP", "Port": 80, "DefaultActions": [action]});
    assert_eq!(lab.refused("elbv2", "CreateListener", listener).0, "TargetGroupAssociationLimit");
    assert_eq!(lab.refused("elbv2", "DescribeTargetGroups", json!({"Names": ["x"]})).0, "TargetGroupNotFound");
    assert_eq!(lab.refused("elbv2", "DescribeLoadBalancers", json!({"Names": ["x"]})).0, "LoadBalancerNotFound");
}

/// [TR-046][TR-047][TR-048][TR-049][TR-050][TR-051][TR-052] What CreateTargetGroup does not say has AWS's default.
/// [TR-027][TR-028] The target type is `instance` unless set, which tasks cannot use.
#[test]
fn a_target_group_is_described_with_its_defaults() {
    let mut lab = Lab::new(Setup::default());
    lab.call("elbv2", "CreateTargetGroup", json!({"Name": "plain", "Protocol": "HTTP", "Port": 8080}));
    let all = lab.call("elbv2", "DescribeTargetGroups", json!({"Names": ["plain"]}));
    let mut group = all["TargetGroups"][0].clone();
    let fields = group.as_object_mut().unwrap();
    for seeded in ["TargetGroupArn", "VpcId"] {
        fields.remove(seeded).unwrap();
    }
    let wanted = json!({
        "TargetGroupName": "plain", "Protocol": "HTTP", "Port": 8080, "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": "traffic-port", "HealthCheckEnabled": true, "HealthCheckIntervalSeconds": 30,
        "HealthCheckTimeoutSeconds": 5, "HealthyThresholdCount": 5, "UnhealthyThresholdCount": 2,
        "HealthCheckPath": "/", "Matcher": {"HttpCode": "200"}, "LoadBalancerArns": [], "TargetType": "instance",
        "ProtocolVersion": "HTTP1", "IpAddressType": "ipv4",
    });
    assert_eq!(group, wanted);
}

/// The same name with the same settings is the same thing; names and ARNs are the same to everybody.
#[test]
fn asking_again_for_the_same_is_no_error() {
    let mut lab = Lab::new(Setup::default());
    let zones = ["us-east-1a", "us-east-1b", "us-east-1c"];
    let again = json!({"Name": "alb", "Subnets": zones, "SecurityGroups": ["alb-sg"], "Scheme": "internet-facing"});
    let made = lab.call("elbv2", "CreateLoadBalancer", again)["LoadBalancers"][0].clone();
    let arn = made["LoadBalancerArn"].as_str().unwrap().to_owned();
    assert!(arn.starts_with("arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/alb/"), "{arn}");
    assert!(made["DNSName"].as_str().unwrap().ends_with(".us-east-1.elb.amazonaws.com"));
    let listeners = lab.call("elbv2", "DescribeListeners", json!({"LoadBalancerArn": arn}));
    let listener = listeners["Listeners"][0]["ListenerArn"].as_str().unwrap();
    assert!(listener.starts_with(&format!("{}/", arn.replace(":loadbalancer/", ":listener/"))), "{listener}");
    let same = lab.call("elbv2", "DescribeListeners", json!({"ListenerArns": [listener]}));
    assert_eq!(same, listeners);
}
