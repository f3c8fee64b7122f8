//! Property tests: how many cases they draw, and how a case that fails is told so that it can be kept.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use proptest::prelude::ProptestConfig;
use proptest::test_runner::TestCaseError;
use sim_core::Simulation;
use sim_core::engine::Time;

/// So many cases of a property test in the suite, where each takes its time; `PROPTEST_CASES` asks for more.
pub fn few(cases: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { usual.cases } else { cases };
    ProptestConfig { cases, max_shrink_iters: 400, failure_persistence: None, ..usual }
}

/// Plays a case. One that fails or panics is told with its scenario, which can be kept as a file, and with the seed of the draws.
pub fn told(
    scenario: impl FnOnce() -> String,
    case: impl FnOnce() -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let outcome = catch_unwind(AssertUnwindSafe(case)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
        Err(TestCaseError::fail(text.to_owned()))
    });
    outcome.map_err(|error| match error {
        TestCaseError::Fail(why) => {
            let seed = std::env::var("PROPTEST_RNG_SEED").unwrap_or_else(|_| "none".into());
            TestCaseError::fail(format!("{why}\nPROPTEST_RNG_SEED={seed}\nscenario:\n{}", scenario()))
        }
        rejected @ TestCaseError::Reject(_) => rejected,
    })
}

/// What happens at which second, as tables of a scenario: lines that somebody types, `lose us-east-1a 60`, a zone without power
/// for so many seconds, and `cut instance#1 60`, an instance whose agent is not heard.
pub fn tables(happens: &[(u64, String)]) -> String {
    let table = |(at, what): &(u64, String)| {
        let words: Vec<&str> = what.split(' ').collect();
        match words.as_slice() {
            ["lose", zone, seconds] => {
                format!("[[world.fault]]\nat = \"{at}s\"\nzone = \"{zone}\"\nlose = \"power\"\nfor = \"{seconds}s\"\n")
            }
            ["cut", name, seconds] => {
                format!("[[world.fault]]\nat = \"{at}s\"\ncut_off = \"{name}\"\nfor = \"{seconds}s\"\n")
            }
            _ => format!("[[timeline]]\nat = \"{at}s\"\nrun = '''{what}'''\n"),
        }
    };
    happens.iter().map(table).collect()
}

/// Lets time pass step by step, and looks at each.
pub fn until(
    run: &mut Simulation,
    time: Time,
    look: impl Fn(&Simulation) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    while run.peek().is_some_and(|next| next <= time) && run.step() {
        look(run)?;
    }
    run.run_until(time);
    look(run)
}

/// Lets happen what [`tables`] writes. What is refused changes nothing.
pub fn happen(run: &mut Simulation, what: &str) {
    let words: Vec<&str> = what.split(' ').collect();
    let seconds = |text: &str| Some(Duration::from_secs(text.parse().expect("a number")));
    match words.as_slice() {
        ["lose", zone, time] => {
            let zone = run.world().network.zone_named(zone).expect("a zone of the Region");
            run.lose_zone(what, zone, seconds(time));
        }
        ["cut", name, time] => {
            if let Some(host) = run.world().ec2.host_named(name) {
                run.cut_agent_off(what, host, seconds(time));
            }
        }
        _ => drop(run.type_line(what, &BTreeMap::new())),
    }
}
