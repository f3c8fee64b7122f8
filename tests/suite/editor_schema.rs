//! The schema for editors: an independent reader of draft 4 accepts what the scenario reader accepts, and refuses what
//! it refuses.

use std::collections::BTreeMap;

use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use serde_json::{Value, json};
use sim_core::scenario::units::{Bytes, Distributed, Moment, Rate, Ratio, Span};
use sim_core::scenario::{editor_schema, load};

/// A story with every kind of field.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(dead_code, reason = "only whether it is understood matters")]
struct Story {
    /// What it is about.
    title: String,
    start: Option<Moment>,
    #[serde(default)]
    service: Vec<Service>,
    app: Option<App>,
    fault: Option<Fault>,
    rate: Option<Traffic>,
    /// Beside a reference.
    second: Option<App>,
    labels: Option<BTreeMap<String, u8>>,
    pair: Option<(Span, Rate)>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(dead_code, reason = "only whether it is understood matters")]
struct Service {
    #[schemars(example = &"web")]
    service_name: String,
    #[schemars(range(max = 5000))]
    desired_count: Option<u32>,
    launch_type: Option<LaunchType>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum LaunchType {
    /// A container on an instance.
    Ec2,
    /// A container on nobody's instance.
    Fargate,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only whether it is understood matters")]
struct App {
    boot: Distributed,
    memory: Option<Bytes>,
    errors: Option<Ratio>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
#[allow(dead_code, reason = "only whether it is understood matters")]
enum Fault {
    Zone { zone: String },
    Crash { after: Span },
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
#[allow(dead_code, reason = "only whether it is understood matters")]
enum Traffic {
    Steady(Rate),
    Ramp(Vec<(Span, Rate)>),
}

/// Stories as JSON, and whether they are right.
fn stories() -> Vec<(Value, bool)> {
    vec![
        (json!({ "title": "x" }), true),
        (json!({ "title": 1 }), false),
        (json!({}), false),
        (json!({ "title": "x", "tilte": "y" }), false),
        (json!({ "title": "x", "start": "2026-01-05T09:00:00Z" }), true),
        (
            json!({ "title": "x", "service": [{ "serviceName": "a", "desiredCount": 2, "launchType": "FARGATE" }] }),
            true,
        ),
        (json!({ "title": "x", "service": [{ "serviceName": "a", "launchType": "LAMBDA" }] }), false),
        (json!({ "title": "x", "service": [{ "serviceName": "a", "desiredCount": 5001 }] }), false),
        (json!({ "title": "x", "service": [{ "serviceName": "a", "desiredCount": -1 }] }), false),
        (json!({ "title": "x", "service": [{ "desiredCount": 1 }] }), false),
        (json!({ "title": "x", "service": { "serviceName": "a" } }), false),
        (json!({ "title": "x", "app": { "boot": "12ms", "memory": "31 MB", "errors": "1%" } }), true),
        (json!({ "title": "x", "app": { "boot": { "exponential": "4ms" }, "errors": 0.5 } }), true),
        (json!({ "title": "x", "second": { "boot": { "lognormal": { "median": "3s", "p99": "9s" } } } }), true),
        (json!({ "title": "x", "app": { "boot": { "lognormal": { "median": "3s" } } } }), false),
        (json!({ "title": "x", "app": { "boot": { "lognormal": { "mean": "3s", "cv": 0.5 } } } }), true),
        (json!({ "title": "x", "app": { "boot": { "lognormal": { "mean": "3s", "p99": "4s" } } } }), false),
        (json!({ "title": "x", "app": { "boot": { "gamma": { "shape": 2, "scale": "3s" } } } }), true),
        (json!({ "title": "x", "app": { "boot": { "gamma": { "mean": "3s", "cv": 1001 } } } }), false),
        (json!({ "title": "x", "app": { "boot": { "weibull": { "shape": 2, "scale": "3s" } } } }), true),
        (json!({ "title": "x", "app": { "boot": { "pareto": { "shape": 2, "scale": "3s" } } } }), true),
        (json!({ "title": "x", "app": { "boot": { "pareto": { "shape": 2, "scale": "3s", "max": "9s" } } } }), true),
        (json!({ "title": "x", "app": { "boot": { "pareto": { "scale": "3s", "max": "9s" } } } }), false),
        (json!({ "title": "x", "app": { "boot": { "weighted": [["1s", 9], ["2s", 1]] } } }), true),
        (json!({ "title": "x", "app": { "boot": { "weighted": [["1s", "9"]] } } }), false),
        (json!({ "title": "x", "app": { "boot": { "uniform": ["1s", "2s"] } } }), true),
        (json!({ "title": "x", "app": { "boot": { "uniform": ["1s", "2s", "3s"] } } }), false),
        (json!({ "title": "x", "app": { "boot": { "uniform": ["1s"] } } }), false),
        (json!({ "title": "x", "app": { "boot": { "normal": "4ms" } } }), false),
        (json!({ "title": "x", "app": { "boot": "3 sec" } }), false),
        (json!({ "title": "x", "app": { "boot": 5 } }), false),
        (json!({ "title": "x", "second": { "boot": "1s", "memory": "31" } }), false),
        (json!({ "title": "x", "app": { "boot": "1s", "errors": 1.5 } }), false),
        (json!({ "title": "x", "fault": { "kind": "zone", "zone": "a" } }), true),
        (json!({ "title": "x", "fault": { "kind": "crash", "zone": "a" } }), false),
        (json!({ "title": "x", "fault": { "zone": "a" } }), false),
        (json!({ "title": "x", "rate": { "ramp": [["0m", 20], ["10m", "200/s"]] } }), true),
        (json!({ "title": "x", "rate": { "ramp": [["0m", -20]] } }), false),
        (json!({ "title": "x", "rate": { "steady": 1, "ramp": [] } }), false),
        (json!({ "title": "x", "labels": { "a": 255 } }), true),
        (json!({ "title": "x", "labels": { "a": 256 } }), false),
        (json!({ "title": "x", "pair": ["1s", 2] }), true),
        (json!({ "title": "x", "pair": ["1s"] }), false),
    ]
}

#[test]
fn the_schema_for_editors_and_the_reader_of_scenarios_agree() {
    let schema = editor_schema(&schema_for!(Story).to_value());
    let editor = jsonschema::draft4::new(&schema).expect("the schema is one of draft 4");
    for (story, right) in stories() {
        let text = story.to_string();
        let problems = load::<Story>("story.json", text.as_bytes(), &()).err().map(|problems| problems.to_string());
        assert_eq!(problems.is_none(), right, "reader: {text} {problems:?}");
        assert_eq!(editor.is_valid(&story), right, "editor: {text}\n{schema:#}");
    }
}

#[test]
fn an_editor_accepts_a_file_in_place_of_a_table() {
    let schema = editor_schema(&schema_for!(Story).to_value());
    let editor = jsonschema::draft4::new(&schema).expect("the schema is one of draft 4");
    let accepts = |story: Value| editor.is_valid(&story);
    assert!(accepts(json!({ "title": "x", "service": [{ "file": "service.json" }] })));
    assert!(accepts(json!({ "title": "x", "app": { "file": "app.toml" }, "second": { "file": "app.toml" } })));
    assert!(!accepts(json!({ "title": "x", "app": { "file": "app.yaml" } })));
    assert!(!accepts(json!({ "file": "story.toml" })), "the root is the file itself");
}

#[test]
fn the_schema_for_editors_has_no_word_younger_than_draft_4() {
    let schema = editor_schema(&schema_for!(Story).to_value());
    assert!(jsonschema::draft4::meta::is_valid(&schema));
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-04/schema#");
    assert_eq!(schema["properties"]["title"]["description"], "What it is about.");
    assert_eq!(schema["properties"]["second"]["description"], "Beside a reference.");
    let text = schema.to_string();
    for word in ["$defs", "\"const\"", "prefixItems", "unevaluated", "\"null\"", "examples", "x-unit", "2020-12"] {
        assert!(!text.contains(word), "{word} in {schema:#}");
    }
}
