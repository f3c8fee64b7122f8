//! The simulator compiled for WebAssembly, under Node: it does and says what the native one does and says.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};
use sim_core::api::OPERATIONS;
use sim_core::api::command::help;
use sim_core::scenario::{Scenario, scenario_schema};
use sim_learn::Library;
use sim_learn::library::Files;
use tests::{root, scenario_names, scenario_text};

use crate::scenarios::runs;

/// Same file, same seed, same bytes: the promise.
#[test]
fn every_shipped_scenario_is_the_same_run() {
    let inputs: Vec<_> = scenario_names()
        .into_iter()
        .map(|name| {
            let (text, files) = scenario_text(&name);
            json!({ "name": name, "text": text, "files": files })
        })
        .collect();
    let answers = node("scenarios.mjs", &json!({ "scenarios": inputs }));
    let answers = answers.as_array().expect("the script prints a list");
    assert_eq!(answers.len(), runs().len());
    for answer in answers {
        let name = answer["name"].as_str().expect("a name");
        let native = &runs()[name];
        assert_eq!(answer["hash"], native.hash().to_string(), "{name}: the run hash");
        let report = serde_json::to_string(&native.report()).expect("plain data");
        assert_eq!(answer["report"], report, "{name}: the whole report, byte by byte");
    }
}

/// What is wrong with a file, what an operation takes, what the content holds: all of it is read from schemas, which are
/// made from types natively, and before it is compiled for WebAssembly.
#[test]
fn the_schemas_are_the_same() {
    let broken = "[scenario]\ntitle = 1\nduraton = '1m'\n[[ecs.service]]\nserviceName = 'web'\nlaunchTyp = 'FARGATE'\n\
                  desiredCount = -1\n[[world.app]]\ncontainer = 'a/b'\nboot = { lognormal = { median = '3x' } }\n";
    let content: serde_json::Map<String, Value> =
        Files::shipped().iter().map(|(path, text)| (path.to_owned(), text.into())).collect();
    let operations: Vec<String> =
        OPERATIONS.iter().map(|entry| format!("{} {}", entry.service, entry.kebab())).collect();
    let (lab, files) = scenario_text("lab/fargate-alb.toml");
    let input = json!({
        "broken": broken, "operations": operations, "content": Value::Object(content).to_string(),
        "lab": lab, "files": Value::from_iter(files).to_string(),
    });
    let answer = node("schemas.mjs", &input);

    assert_eq!(answer["schema"], scenario_schema().to_string());
    let problems = Scenario::read("broken.toml", broken.as_bytes(), &()).expect_err("it is broken");
    assert!(problems.iter().count() >= 5, "{problems}");
    assert_eq!(answer["problems"], problems.to_json().to_string());
    for entry in OPERATIONS {
        let name = format!("{} {}", entry.service, entry.kebab());
        let told = answer["help"][&name].as_str().unwrap_or_default();
        assert_eq!(told.trim_end(), help(entry.service, entry.name).trim_end(), "{name}");
    }
    assert_eq!(answer["topics"], Library::shipped().expect("the content is right").topics.len());
}

/// Compiles sim-web for WebAssembly and writes its package for Node, once for all tests; the package's main file.
fn package() -> &'static Path {
    static PACKAGE: OnceLock<PathBuf> = OnceLock::new();
    PACKAGE.get_or_init(|| {
        let folder = root().join("target/wasm/node");
        sim_web_build::package(sim_web_build::For::Node, &folder).unwrap_or_else(|message| panic!("{message}"));
        folder.join("sim_web.js")
    })
}

/// What a script of `tests/support/wasm` prints, given the package and this input.
fn node(script: &str, input: &Value) -> Value {
    use std::io::Write;
    let mut node = Command::new("node")
        .arg(root().join("tests/support/wasm").join(script))
        .arg(package())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node.js 20 or later is installed");
    node.stdin.take().expect("piped").write_all(input.to_string().as_bytes()).expect("node reads its input");
    let output = node.wait_with_output().expect("node ends");
    assert!(output.status.success(), "{script} ran in WebAssembly");
    serde_json::from_slice(&output.stdout).expect("the script prints JSON")
}
