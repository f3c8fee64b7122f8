//! Expectations on metrics of CloudWatch, by their AWS names.

use sim_core::engine::Time;
use sim_core::observe::Scope;
use sim_core::observe::published::{Statistic, ask};
use tests::story::{BALANCER, play, ready, service_behind};

const CALLERS: &str = "[[world.traffic]]\nto = \"alb\"\nrate = 20\nfrom = \"5m\"\nuntil = \"15m\"\n";

fn expect(lines: &str) -> String {
    format!("[[expect]]\n{lines}\n")
}

/// [SC-006] [SC-008] [SC-009] The same numbers as the counters have, by AWS's names; minutes without data are missing, not zero.
#[test]
fn a_metric_of_cloudwatch_is_asked_for_by_its_name_and_statistic() {
    let parts = [BALANCER, &service_behind(2, ""), CALLERS];
    let run = play("20m", &parts);
    let whole = (Time::ZERO, Time::MAX);
    let balancer = Scope { load_balancer: Some("alb"), ..Scope::default() };
    let web = Scope { service: Some("web"), ..Scope::default() };
    let requests = ask(run.world(), "RequestCount", Statistic::Sum, &balancer, whole);
    assert_eq!(requests, Some(run.world().requests_sent() as f64));
    let early = (Time::ZERO, Time::from_secs(300));
    assert_eq!(ask(run.world(), "RequestCount", Statistic::Sum, &balancer, early), None, "missing, not zero");
    let average = ask(run.world(), "CPUUtilization", Statistic::Average, &web, whole).expect("it ran");
    let most = ask(run.world(), "CPUUtilization", Statistic::Maximum, &web, whole).expect("it ran");
    let least = ask(run.world(), "CPUUtilization", Statistic::Minimum, &web, whole).expect("it ran");
    assert!(least < average && average < most && most < 100.0, "{least} {average} {most}");
    let samples =
        ask(run.world(), "CPUUtilization", Statistic::SampleCount, &web, (Time::from_secs(600), Time::from_secs(720)));
    assert_eq!(samples, Some(2.0), "one sample a minute");
}

#[test]
fn an_expectation_can_name_it_and_breaks_when_it_does_not_hold() {
    let held =
        expect("metric = \"CPUUtilization\"\nstatistic = \"Maximum\"\nservice = \"web\"\nbelow = 50\nafter = \"6m\"");
    let broken = expect("metric = \"RequestCount\"\nstatistic = \"Sum\"\nload_balancer = \"alb\"\nbelow = 10");
    let run = play("20m", &[BALANCER, &service_behind(2, ""), CALLERS, &held, &broken]);
    let report = run.report();
    let outcomes: Vec<_> = report.expectations.iter().map(|one| (one.text.as_str(), one.held)).collect();
    assert_eq!(
        outcomes,
        [
            ("Maximum of CPUUtilization of web after 00:06:00: below 50", Some(true)),
            ("Sum of RequestCount of alb: below 10", Some(false)),
        ]
    );
}

#[test]
fn what_does_not_fit_together_is_refused_with_the_way_out() {
    for (lines, words) in [
        ("metric = \"CPUUtilization\"\nbelow = 5", "add statistic"),
        ("metric = \"CPUUtilisation\"\nstatistic = \"Average\"\nbelow = 5", "CPUUtilization"),
        ("metric = \"steady\"\nstatistic = \"Average\"\nbelow = 5", "steady is none"),
        ("metric = \"RequestCount\"\nstatistic = \"Sum\"\nat = \"1m\"\nbelow = 5", "set `after` and `before`"),
        ("fact = \"TaskStopped\"\nstatistic = \"Sum\"", "for metrics, not for facts"),
    ] {
        let said = std::panic::catch_unwind(|| ready("10m", &[&expect(lines)])).expect_err("it is refused");
        let said = said.downcast_ref::<String>().expect("the diagnostics");
        assert!(said.contains(words), "{lines}\n{said}");
    }
}
