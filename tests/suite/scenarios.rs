//! Every scenario that ships: it loads, runs, keeps what it expects, and is the same run wherever it runs.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use sim_core::Simulation;
use sim_core::engine::Time;
use tests::{play, root, scenario_names};

/// The run of every shipped scenario, played once for all tests.
pub(crate) fn runs() -> &'static BTreeMap<String, Simulation> {
    static RUNS: OnceLock<BTreeMap<String, Simulation>> = OnceLock::new();
    RUNS.get_or_init(|| scenario_names().into_iter().map(|name| (name.clone(), play(&name))).collect())
}

#[test]
fn every_shipped_scenario_keeps_what_it_expects() {
    assert!(runs().len() >= 3, "the lab and its two broken variants ship");
    for (name, run) in runs() {
        let report = run.report();
        assert!(!report.expectations.is_empty(), "{name} expects nothing, so it proves nothing");
        for expectation in &report.expectations {
            assert_eq!(expectation.held, Some(true), "{name}: {} – found {:?}", expectation.text, expectation.actual);
        }
    }
}

#[test]
fn every_shipped_scenario_reads_as_an_operator_would_believe_it() {
    for (name, run) in runs() {
        let text = sim_cli_text(&run.report());
        insta::with_settings!({ snapshot_suffix => name.replace(['/', '.'], "-"), prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("report", text);
        });
    }
}

/// The text report at 100 columns, as `sim-cli run` prints it into a file.
fn sim_cli_text(report: &sim_core::observe::Report) -> String {
    sim_cli::format::text::report_in(report, 100)
}

#[test]
fn the_same_file_and_seed_give_the_same_run_and_another_seed_another() {
    for (name, run) in runs() {
        // Something else in memory before it, so that addresses differ.
        let ballast: Vec<Vec<u8>> = (0..97).map(|size| vec![1; size * 131]).collect();
        let again = play(name);
        assert_eq!(run.hash(), again.hash(), "{name}");
        let reports = [run, &again].map(|run| serde_json::to_string(&run.report()).expect("plain data"));
        assert_eq!(reports[0], reports[1], "{name}");
        drop(ballast);
        let other = tests::play_with_seed(name, 4711);
        assert_ne!(run.hash(), other.hash(), "{name}: the seed decides");
    }
}

/// Editors read it from the repository: `sim-cli schema > scenarios/scenario.schema.json` writes it anew, and so does this
/// test with `UPDATE=1`.
#[test]
fn the_schema_for_editors_is_up_to_date() {
    let path = root().join("scenarios/scenario.schema.json");
    let schema = format!("{:#}\n", sim_core::scenario::scenario_schema());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &schema).expect("the repository can be written to");
    }
    let kept = std::fs::read_to_string(&path).expect("it is kept");
    assert!(kept == schema, "the schema has changed: write it anew");
}

#[test]
fn a_fork_goes_on_exactly_like_the_original() {
    for (name, run) in runs() {
        let mut original = tests::load(name, None);
        let end = original.end();
        original.run_until(Time::from_nanos(end.as_nanos() / 3));
        let mut fork = original.clone();
        original.run();
        fork.run();
        assert_eq!(original.hash(), fork.hash(), "{name}: both go on the same");
        assert_eq!(original.hash(), run.hash(), "{name}: and a stop on the way changes nothing");
    }
}

/// What a page shows of requests and health checks is taken down beside the run, not from its draws.
#[test]
fn a_run_that_is_watched_is_the_same_run() {
    let name = "lab/fargate-alb.toml";
    let mut watched = tests::load(name, None);
    watched.watch(1, 1);
    let (mut requests, mut probes) = (0, 0);
    for minute in 1..=30 {
        watched.run_until(Time::from_secs(60 * minute));
        requests += watched.take_requests().len();
        probes += watched.take_probes().len();
    }
    assert!(requests > 1000 && probes > 50, "{requests} requests and {probes} checks were seen");
    assert_eq!(watched.hash(), runs()[name].hash());
}

#[test]
fn single_steps_lead_to_the_same_end() {
    let name = "lab/fargate-alb.toml";
    let mut stepped = tests::load(name, None);
    while stepped.step() {}
    stepped.run();
    assert_eq!(stepped.hash(), runs()[name].hash());
}
