//! What the suites share: where things are, and how to play a scenario.

pub mod lab;
pub mod statistics;
pub mod story;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sim_core::Simulation;
use sim_core::scenario::Scenario;

/// The top of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests crate lies in the project").to_owned()
}

/// All files below `folder` (relative to the top) whose name ends with `ending`, sorted, with their path relative to
/// the top and their text.
pub fn files_below(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if name != "target" && name != "node_modules" && name != "pkg" {
                    folders.push(path);
                }
            } else if name.ends_with(ending) {
                let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                let relative = path.strip_prefix(root()).expect("below the top").to_string_lossy().replace('\\', "/");
                found.push((relative, text));
            }
        }
    }
    found.sort();
    found
}

/// The names of all shipped scenarios: `lab/fargate-alb.toml`.
pub fn scenario_names() -> Vec<String> {
    files_below("scenarios", ".toml").into_iter().map(|(path, _)| path["scenarios/".len()..].to_owned()).collect()
}

/// The text of a shipped scenario, and of the files beside it.
pub fn scenario_text(name: &str) -> (String, BTreeMap<String, String>) {
    let path = root().join("scenarios").join(name);
    let folder = path.parent().expect("a scenario lies in a folder");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let relative = folder.strip_prefix(root()).expect("below the top").to_string_lossy().replace('\\', "/");
    let beside = files_below(&relative, ".json").into_iter();
    (text, beside.map(|(path, text)| (path[relative.len() + 1..].to_owned(), text)).collect())
}

/// A shipped scenario, ready to run; with another seed than its own if one is given.
pub fn load(name: &str, seed: Option<u64>) -> Simulation {
    let (text, files) = scenario_text(name);
    start(name, &text, &files, seed)
}

/// A scenario from a text, ready to run. Shows the diagnostics when there are some.
pub fn start(name: &str, text: &str, files: &BTreeMap<String, String>, seed: Option<u64>) -> Simulation {
    let files: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect();
    let scenario = Scenario::read(name, text.as_bytes(), &files);
    let scenario = scenario.unwrap_or_else(|problems| panic!("{name} does not load:\n{problems}"));
    Simulation::start(Arc::new(scenario), seed)
}

/// A shipped scenario, played to its end.
pub fn play(name: &str) -> Simulation {
    let mut simulation = load(name, None);
    simulation.run();
    simulation
}

/// A shipped scenario, played to its end with another seed.
pub fn play_with_seed(name: &str, seed: u64) -> Simulation {
    let mut simulation = load(name, Some(seed));
    simulation.run();
    simulation
}
