//! Every kind of bad input, and what the user reads about it.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use proptest::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;

use super::units::{Bytes, Distributed, Moment, Rate, Ratio, Span};
use super::{Diagnostics, load, refused};
use crate::api::ApiError;

/// A scenario in small, with every kind of field.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(dead_code, reason = "only whether it is understood matters")]
struct Story {
    /// What it is about. A second sentence.
    title: String,
    #[serde(default)]
    seed: u64,
    start: Option<Moment>,
    #[serde(default)]
    service: Vec<Service>,
    task: Option<Task>,
    #[serde(default)]
    app: Vec<App>,
    fault: Option<Fault>,
    traffic: Option<Traffic>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(dead_code, reason = "only whether it is understood matters")]
struct Service {
    /// The name of the service.
    service_name: String,
    #[schemars(range(max = 5000))]
    desired_count: Option<u32>,
    launch_type: Option<LaunchType>,
    scheduling_strategy: Option<SchedulingStrategy>,
    enable_execute_command: Option<bool>,
    load_balancers: Option<Vec<LoadBalancer>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[allow(clippy::upper_case_acronyms, reason = "AWS's words")]
enum LaunchType {
    EC2,
    FARGATE,
    EXTERNAL,
}

#[derive(Debug, Deserialize, JsonSchema)]
enum SchedulingStrategy {
    /// As many as desired.
    #[serde(rename = "REPLICA")]
    Replica,
    /// One on each instance.
    #[serde(rename = "DAEMON")]
    Daemon,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(dead_code, reason = "only whether it is understood matters")]
struct LoadBalancer {
    target_group_arn: String,
    container_port: u16,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(dead_code, reason = "only whether it is understood matters")]
struct Task {
    family: String,
    cpu: Option<String>,
    command: Option<Vec<String>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(dead_code, reason = "only whether it is understood matters")]
struct App {
    boot: Option<Distributed>,
    memory: Option<Bytes>,
    errors: Option<Ratio>,
    after: Option<Span>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
#[allow(dead_code, reason = "only whether it is understood matters")]
enum Fault {
    Zone { zone: String },
    Crash { container: String, after: Span },
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
#[allow(dead_code, reason = "only whether it is understood matters")]
enum Traffic {
    Steady(Rate),
    Ramp(Vec<(Span, Rate)>),
}

fn files() -> BTreeMap<String, Vec<u8>> {
    let files: [(&str, &[u8]); 6] = [
        ("task.json", br#"{ "family": "demo", "cpu": "256", "command": null }"#),
        ("wrong.json", b"{\n  \"famly\": \"demo\",\n  \"cpu\": 256\n}"),
        ("broken.json", b"{\n  \"family\": \"demo\",\n}"),
        ("task.toml", b"family = 'demo'"),
        ("loop.toml", b"file = 'loop.toml'"),
        ("binary.json", b"{\n  \"family\": \"\xff\"\n}"),
    ];
    files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes.to_vec())).collect()
}

fn problems_in(name: &str, bytes: &[u8]) -> Result<Story, Diagnostics> {
    load::<Story>(name, bytes, &files()).map(|loaded| loaded.value)
}

/// What the user reads about this scenario.
fn read(text: &str) -> String {
    problems_in("story.toml", text.as_bytes()).expect_err("the text is wrong").to_string()
}

#[test]
fn a_good_scenario_has_no_problems() {
    let text = r#"
        title = "good"
        start = 2026-01-05T09:00:00Z
        labels = { "a.b" = "c" }
        traffic = { ramp = [["0m", 20], ["10m", "200/s"]] }
        fault = { kind = "crash", container = "web", after = "3s" }
        task = { file = "task.json" }
        [[service]]
        serviceName = "web"
        desiredCount = 2
        launchType = "FARGATE"
        schedulingStrategy = "REPLICA"
        loadBalancers = [{ targetGroupArn = "arn", containerPort = 80 }]
        [[app]]
        boot = { lognormal = { median = "3s", p99 = "9s" } }
        memory = "31 MB"
        errors = "1%"
        [[app]]
        boot = "12ms"
        errors = 0
        after = "0s"
    "#;
    let story = problems_in("story.toml", text.as_bytes()).map_err(|problems| problems.to_string()).unwrap();
    assert_eq!((story.service.len(), story.app.len(), story.task.unwrap().cpu.unwrap().as_str()), (1, 2, "256"));
}

#[test]
fn an_unknown_key_is_shown_with_the_nearest_one() {
    assert_snapshot!(read("title = 'x'\n[[service]]\nserviceName = 'web'\ndesired_count = 2"), @r"
    error: unknown key `desired_count`
     --> story.toml:4:1
    4 | desired_count = 2
      | ^^^^^^^^^^^^^ help: did you mean `desiredCount`?
    ");
    assert_snapshot!(read("title = 'x'\nzebra = 1"), @r"
    error: unknown key `zebra`
     --> story.toml:2:1
    2 | zebra = 1
      | ^^^^^ help: the keys are `title`, `seed`, `start`, `service`, `task`, `app`, `fault`, `traffic` and `labels`
    ");
    assert_snapshot!(read("title = 'x'\n[servcie]\nserviceName = 'web'"), @r"
    error: unknown key `servcie`
     --> story.toml:2:2
    2 | [servcie]
      |  ^^^^^^^ help: did you mean `service`?
    ");
}

#[test]
fn a_missing_key_is_shown_at_the_header() {
    assert_snapshot!(read("title = 'x'\n[[service]]\ndesiredCount = 2\n[[service]]\nserviceName = 'b'"), @r"
    error: the key `serviceName` is missing
     --> story.toml:2:1
    2 | [[service]]
      | ^^^^^^^^^^^ help: `serviceName`: The name of the service.
    ");
    assert_snapshot!(read("seed = 1"), @r"
    error: the key `title` is missing
     --> story.toml:1:1
    1 | seed = 1
      | ^ help: `title`: What it is about.
    ");
    assert_snapshot!(read("title = 'x'\nservice = [{ serviceName = 'a', loadBalancers = [{}] }]"), @r"
    error: the keys `targetGroupArn` and `containerPort` are missing
     --> story.toml:2:50
    2 | service = [{ serviceName = 'a', loadBalancers = [{}] }]
      |                                                  ^^
    ");
}

#[test]
fn a_wrong_type_is_shown_with_the_right_spelling() {
    assert_snapshot!(read("title = 'x'\ntask = { family = 'a', cpu = 256 }"), @r#"
    error: expected a string, found an integer
     --> story.toml:2:30
    2 | task = { family = 'a', cpu = 256 }
      |                              ^^^ help: write cpu = "256"
    "#);
    assert_snapshot!(read("title = 'x'\ntask = { family = 'a', command = 'sleep 1' }"), @r#"
    error: expected a list, found a string
     --> story.toml:2:34
    2 | task = { family = 'a', command = 'sleep 1' }
      |                                  ^^^^^^^^^ help: write command = ["sleep 1"]
    "#);
    assert_snapshot!(read("title = 'x'\nseed = '7'"), @r"
    error: expected an integer, found a string
     --> story.toml:2:8
    2 | seed = '7'
      |        ^^^ help: write seed = 7
    ");
    assert_snapshot!(read("title = 'x'\nseed = 7.0"), @r"
    error: expected an integer, found a number with a decimal point
     --> story.toml:2:8
    2 | seed = 7.0
      |        ^^^ help: write seed = 7
    ");
    assert_snapshot!(read("title = 'x'\nservice = { serviceName = 'web' }"), @r"
    error: expected a list, found a table
     --> story.toml:2:11
    2 | service = { serviceName = 'web' }
      |           ^^^^^^^^^^^^^^^^^^^^^^^ help: write it in brackets: [{ … }]
    ");
    assert_snapshot!(read("title = 'x'\nstart = 'soon'\n[[service]]\nserviceName = 'a'\nenableExecuteCommand = 'true'"), @r#"
    error: "soon" is not a moment
     --> story.toml:2:9
    2 | start = 'soon'
      |         ^^^^^^ help: write a date, a time and Z or a distance from UTC, such as 2026-01-05T09:00:00Z

    error: expected true or false, found a string
     --> story.toml:5:24
    5 | enableExecuteCommand = 'true'
      |                        ^^^^^^ help: write enableExecuteCommand = true
    "#);
    assert_snapshot!(read("title = 2026-01-05"), @r#"
    error: expected a string, found a date and time
     --> story.toml:1:9
    1 | title = 2026-01-05
      |         ^^^^^^^^^^ help: write title = "2026-01-05"
    "#);
    assert_snapshot!(read("title = 'x'\n[service]\nserviceName = 'web'"), @r"
    error: expected a list, found a table
     --> story.toml:2:1
    2 | [service]
      | ^^^^^^^^^ help: write [[service]]
    ");
    assert_snapshot!(read("title = 'x'\n[[task]]\nfamily = 'a'"), @r"
    error: expected a table, found a list
     --> story.toml:2:1
    2 | [[task]]
      | ^^^^^^^^ help: write [task]
    ");
    assert_snapshot!(read("title = 'x'\nlabels = { a = 1 }"), @r#"
    error: expected a string, found an integer
     --> story.toml:2:16
    2 | labels = { a = 1 }
      |                ^ help: write a = "1"
    "#);
}

#[test]
fn an_unknown_value_is_shown_with_the_nearest_one() {
    assert_snapshot!(read("title = 'x'\n[[service]]\nserviceName = 'a'\nlaunchType = 'fargate'"), @r#"
    error: unknown value "fargate" for `launchType`
     --> story.toml:4:14
    4 | launchType = 'fargate'
      |              ^^^^^^^^^ help: did you mean "FARGATE"?
    "#);
    assert_snapshot!(read("title = 'x'\n[[service]]\nserviceName = 'a'\nschedulingStrategy = 'NONE'"), @r#"
    error: unknown value "NONE" for `schedulingStrategy`
     --> story.toml:4:22
    4 | schedulingStrategy = 'NONE'
      |                      ^^^^^^ help: the values are "REPLICA" and "DAEMON"
    "#);
}

#[test]
fn a_number_out_of_range_is_shown_with_the_range() {
    assert_snapshot!(read("title = 'x'\n[[service]]\nserviceName = 'a'\ndesiredCount = 5001"), @r"
    error: 5001 is out of range
     --> story.toml:4:16
    4 | desiredCount = 5001
      |                ^^^^ expected 0 to 5000
    ");
    assert_snapshot!(read("title = 'x'\nseed = -1"), @r"
    error: -1 is out of range
     --> story.toml:2:8
    2 | seed = -1
      |        ^^ expected 0 or more
    ");
    assert_snapshot!(read("title = 'x'\nseed = 99999999999999999999"), @r"
    error: the integer 99999999999999999999 does not fit into 64 bits
     --> story.toml:2:8
    2 | seed = 99999999999999999999
      |        ^^^^^^^^^^^^^^^^^^^^
    ");
    assert_snapshot!(read("title = 'x'\nseed = nan"), @r"
    error: nan is not a finite number
     --> story.toml:2:8
    2 | seed = nan
      |        ^^^ help: no quantity in a scenario is without bounds
    ");
}

#[test]
fn a_quantity_is_refused_with_the_accepted_forms() {
    assert_snapshot!(read("title = 'x'\n[[app]]\nboot = '3 sec'\nmemory = '64M'\nerrors = 5\nafter = 5"), @r#"
    error: "3 sec" is not a duration
     --> story.toml:3:8
    3 | boot = '3 sec'
      |        ^^^^^^^ help: write "3s"

    error: "64M" is not an amount of data
     --> story.toml:4:10
    4 | memory = '64M'
      |          ^^^^^ help: write "64 MB" (powers of 1000) or "64 MiB" (powers of 1024)

    error: 5 is more than the whole
     --> story.toml:5:10
    5 | errors = 5
      |          ^ help: write "5%" if that is meant; a ratio is a number from 0 to 1

    error: the duration 5 has no unit
     --> story.toml:6:9
    6 | after = 5
      |         ^ help: write "5s" for seconds, or write numbers with the units d, h, m, s, ms, us or ns, such as "3s", "250ms" or "1h30m"
    "#);
    assert_snapshot!(read("title = 'x'\n[[app]]\nboot = '-1s'\nmemory = 'NaN'\nerrors = -0.5\nafter = '5'"), @r#"
    error: "-1s" is negative: a duration is not
     --> story.toml:3:8
    3 | boot = '-1s'
      |        ^^^^^ help: write numbers with the units d, h, m, s, ms, us or ns, such as "3s", "250ms" or "1h30m"

    error: "NaN" is not an amount of data
     --> story.toml:4:10
    4 | memory = 'NaN'
      |          ^^^^^ help: write a number with B, KB, MB, GB, TB, KiB, MiB, GiB or TiB, such as "31 MB" or "64 MiB"

    error: a ratio is not negative
     --> story.toml:5:10
    5 | errors = -0.5
      |          ^^^^ help: write a number from 0 to 1, or a percentage such as "1%"

    error: the duration "5" has no unit
     --> story.toml:6:9
    6 | after = '5'
      |         ^^^ help: write numbers with the units d, h, m, s, ms, us or ns, such as "3s", "250ms" or "1h30m"
    "#);
    assert_snapshot!(read("title = 'x'\n[[app]]\nboot = true\nmemory = []\nerrors = 1e400"), @r#"
    error: expected a duration such as "12ms", or a table such as { exponential = "4ms" }, found a boolean
     --> story.toml:3:8
    3 | boot = true
      |        ^^^^

    error: expected an amount of data such as "31 MB" or "64 MiB", found a list
     --> story.toml:4:10
    4 | memory = []
      |          ^^

    error: 1e400 is not a finite number
     --> story.toml:5:10
    5 | errors = 1e400
      |          ^^^^^ help: no quantity in a scenario is without bounds
    "#);
}

#[test]
fn a_distribution_is_refused_where_it_is_wrong() {
    assert_snapshot!(read("title = 'x'\n[[app]]\nboot = { exponental = '4ms' }"), @r"
    error: unknown key `exponental`
     --> story.toml:3:10
    3 | boot = { exponental = '4ms' }
      |          ^^^^^^^^^^ help: did you mean `exponential`?
    ");
    assert_snapshot!(read("title = 'x'\n[[app]]\nboot = { lognormal = { median = '3 sec', p9 = '9s' } }"), @r#"
    error: "3 sec" is not a duration
     --> story.toml:3:33
    3 | boot = { lognormal = { median = '3 sec', p9 = '9s' } }
      |                                 ^^^^^^^ help: write "3s"

    error: unknown key `p9`
     --> story.toml:3:42
    3 | boot = { lognormal = { median = '3 sec', p9 = '9s' } }
      |                                          ^^ help: did you mean `p99`?
    "#);
    assert_snapshot!(read("title = 'x'\n[[app]]\nboot = { lognormal = { median = '3s', p99 = '1s' } }"), @r"
    error: the 99th percentile 1s is below the median 3s
     --> story.toml:3:8
    3 | boot = { lognormal = { median = '3s', p99 = '1s' } }
      |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ help: give a p99 that is at least the median
    ");
    assert_snapshot!(read("title = 'x'\n[[app]]\nboot = { uniform = ['1s'] }"), @r"
    error: expected 2 items, found 1
     --> story.toml:3:20
    3 | boot = { uniform = ['1s'] }
      |                    ^^^^^^
    ");
    assert_snapshot!(read("title = 'x'\n[[app]]\nboot = { constant = '1s', uniform = ['1s', '2s'] }"), @r"
    error: expected one key, found `uniform` beside `constant`
     --> story.toml:3:27
    3 | boot = { constant = '1s', uniform = ['1s', '2s'] }
      |                           ^^^^^^^
     ::: story.toml:3:10
    3 | boot = { constant = '1s', uniform = ['1s', '2s'] }
      |          -------- the first
    ");
    assert_snapshot!(read("title = 'x'\n[[app]]\nboot = {}"), @r"
    error: expected one of the keys `constant`, `exponential`, `lognormal`, `gamma`, `weibull`, `pareto`, `uniform`, `weighted` or `empirical`
     --> story.toml:3:8
    3 | boot = {}
      |        ^^
    ");
}

#[test]
fn a_distribution_said_in_two_ways_is_refused_by_the_nearer_one() {
    assert_snapshot!(read("title = 'x'\n[[app]]\nboot = { lognormal = { mean = '3s' } }"), @r"
    error: the key `cv` is missing
     --> story.toml:3:22
    3 | boot = { lognormal = { mean = '3s' } }
      |                      ^^^^^^^^^^^^^^^ help: `cv`: The standard deviation divided by the mean.
    ");
    assert_snapshot!(read("title = 'x'\n[[app]]\nboot = { gamma = { shape = -1, scale = '2s' } }"), @r"
    error: -1 is out of range
     --> story.toml:3:28
    3 | boot = { gamma = { shape = -1, scale = '2s' } }
      |                            ^^ expected 0 or more
    ");
    assert_snapshot!(read("title = 'x'\n[[app]]\nboot = { gamma = { shape = 0, scale = '2s' } }"), @r"
    error: the shape is out of range
     --> story.toml:3:8
    3 | boot = { gamma = { shape = 0, scale = '2s' } }
      |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ help: give a number above 0 and at most 1000000
    ");
    assert_snapshot!(read("title = 'x'\n[[app]]\nboot = { weighted = [['2s', 0], ['1s', 0]] }"), @r"
    error: the weights sum to zero
     --> story.toml:3:8
    3 | boot = { weighted = [['2s', 0], ['1s', 0]] }
      |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ help: give a value a weight above 0
    ");
    assert_snapshot!(read("title = 'x'\n[[app]]\nboot = { pareto = { scale = '2s', shape = nan } }"), @r"
    error: nan is not a finite number
     --> story.toml:3:43
    3 | boot = { pareto = { scale = '2s', shape = nan } }
      |                                           ^^^ help: no quantity in a scenario is without bounds
    ");
}

#[test]
fn a_table_with_a_tag_is_checked_as_what_it_says_it_is() {
    assert_snapshot!(read("title = 'x'\nfault = { kind = 'crush', container = 'a' }"), @r#"
    error: unknown value "crush" for `kind`
     --> story.toml:2:18
    2 | fault = { kind = 'crush', container = 'a' }
      |                  ^^^^^^^ help: did you mean "crash"?
    "#);
    assert_snapshot!(read("title = 'x'\nfault = { kind = 'crash', zone = 'a' }"), @r"
    error: the keys `container` and `after` are missing
     --> story.toml:2:9
    2 | fault = { kind = 'crash', zone = 'a' }
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error: unknown key `zone`
     --> story.toml:2:27
    2 | fault = { kind = 'crash', zone = 'a' }
      |                           ^^^^ help: the keys are `kind`, `container` and `after`
    ");
    assert_snapshot!(read("title = 'x'\nfault = { zone = 'a' }"), @r#"
    error: the key `kind` is missing
     --> story.toml:2:9
    2 | fault = { zone = 'a' }
      |         ^^^^^^^^^^^^^^ help: write kind with one of "zone" or "crash"
    "#);
    assert_snapshot!(read("title = 'x'\n[traffic]\nramp = [['0m', 20, 1], ['x', 3], 'y']"), @r#"
    error: expected 2 items, found 3
     --> story.toml:3:9
    3 | ramp = [['0m', 20, 1], ['x', 3], 'y']
      |         ^^^^^^^^^^^^^

    error: "x" is not a duration
     --> story.toml:3:25
    3 | ramp = [['0m', 20, 1], ['x', 3], 'y']
      |                         ^^^ help: write numbers with the units d, h, m, s, ms, us or ns, such as "3s", "250ms" or "1h30m"

    error: expected a list of 2 items, found a string
     --> story.toml:3:34
    3 | ramp = [['0m', 20, 1], ['x', 3], 'y']
      |                                  ^^^
    "#);
}

#[test]
fn all_syntax_errors_are_shown_at_once() {
    assert_snapshot!(read("title = \nseed = 1\nseed = 2\n[a\nb = tru\nc = 'x"), @r"
    error: a value is missing
     --> story.toml:1:9
    1 | title =
      |         ^

    error: duplicate key
     --> story.toml:3:1
    3 | seed = 2
      | ^^^^

    error: unclosed table
     --> story.toml:4:3
    4 | [a
      |   ^ expected `]`
    ");
    assert_snapshot!(read("title = 'x'\n[app]\nboot = [1, 2\nmemory = 'x'\nerrors = 1\n"), @r"
    error: this `[` is never closed
     --> story.toml:3:8
    3 | boot = [1, 2
      |        ^
    ");
    assert_snapshot!(read("title = unquoted text"), @r"
    error: string values must be quoted
     --> story.toml:1:9
    1 | title = unquoted text
      |         ^^^^^^^^^^^^^ write it in quotes
    ");
    assert_snapshot!(read("title = 'x'\nno value"), @r"
    error: key with no value
     --> story.toml:2:4
    2 | no value
      |    ^ expected `=`
    ");
}

#[test]
fn files_are_spliced_in_and_their_problems_point_into_them() {
    assert_snapshot!(read("title = 'x'\ntask = { file = 'wrong.json' }"), @r#"
    error: unknown key `famly`
     --> wrong.json:2:3
    2 |   "famly": "demo",
      |   ^^^^^^^ help: did you mean `family`?

    error: expected a string, found an integer
     --> wrong.json:3:10
    3 |   "cpu": 256
      |          ^^^ help: write "cpu": "256"
    "#);
    assert_snapshot!(read("title = 'x'\n[task]\nfile = 'broken.json'"), @r#"
    error: trailing commas are not allowed
     --> broken.json:2:19
    2 |   "family": "demo",
      |                   ^ help: remove the comma
    "#);
    assert_snapshot!(read("title = 'x'\n[task]\nfile = 'binary.json'"), @r#"
    error: byte 15 is not UTF-8 text
     --> binary.json:2:14
    2 |   "family": "�
      |              ^ this is where it stops being UTF-8
      = help: save the file as UTF-8
    "#);
    assert_snapshot!(read("title = 'x'\n[task]\nfile = 'loop.toml'"), @r#"
    error: the key `family` is missing
     --> loop.toml:1:1
    1 | file = 'loop.toml'
      | ^

    error: unknown key `file`
     --> loop.toml:1:1
    1 | file = 'loop.toml'
      | ^^^^ help: a table is read from a file when it says nothing but `file = "….json"` (or .toml); a file that was read cannot name another
    "#);
    assert!(problems_in("story.toml", b"title = 'x'\ntask = { file = 'task.toml' }").is_ok());
}

#[test]
fn files_that_may_not_or_cannot_be_read_are_refused() {
    assert_snapshot!(read("title = 'x'\n[task]\nfile = '../secret.json'"), @r#"
    error: cannot read "../secret.json": a path may not climb out of the scenario's folder
     --> story.toml:3:8
    3 | file = '../secret.json'
      |        ^^^^^^^^^^^^^^^^ help: name a file in the scenario's folder or below, such as "task-definition.json"
    "#);
    assert_snapshot!(read("title = 'x'\n[task]\nfile = 'tsak.json'"), @r#"
    error: cannot read "tsak.json": there is no such file
     --> story.toml:3:8
    3 | file = 'tsak.json'
      |        ^^^^^^^^^^^ help: did you mean "task.json"?
    "#);
    assert_snapshot!(read("title = 'x'\n[task]\nfile = 'C:\\task.json'"), @r#"
    error: cannot read "C:\\task.json": a path is written with forward slashes, on every system
     --> story.toml:3:8
    3 | file = 'C:\task.json'
      |        ^^^^^^^^^^^^^^ help: name a file in the scenario's folder or below, such as "task-definition.json"
    "#);
    assert_snapshot!(read("title = 'x'\n[task]\nfile = 'task.yaml'"), @r#"
    error: the key `family` is missing
     --> story.toml:2:1
    2 | [task]
      | ^^^^^^

    error: unknown key `file`
     --> story.toml:3:1
    3 | file = 'task.yaml'
      | ^^^^ help: a table is read from a file when it says nothing but `file = "….json"` (or .toml); a file that was read cannot name another
    "#);
    assert_snapshot!(read("title = 'x'\n[task]\nfile = 'task.json'\nfamily = 'b'"), @r#"
    error: unknown key `file`
     --> story.toml:3:1
    3 | file = 'task.json'
      | ^^^^ help: a table is read from a file when it says nothing but `file = "….json"` (or .toml); a file that was read cannot name another
    "#);
}

#[test]
fn files_are_bounded_however_often_they_are_named() {
    let big = format!("{{ \"family\": \"{}\" }}", "x".repeat(1 << 20));
    let folder =
        BTreeMap::from([("big.json".to_owned(), big.into_bytes()), ("huge.json".to_owned(), vec![b' '; 3 << 20])]);
    let read = |text: &str| load::<Story>("story.toml", text.as_bytes(), &folder).err().map(|one| one.to_string());
    let named = |times: usize| "{ file = 'big.json' }, ".repeat(times);
    let too_much = "the files of this scenario are larger than 4 MiB in all";
    assert!(!read(&format!("title = 'x'\nservice = [{}]", named(3))).unwrap().contains(too_much));
    assert_eq!(read(&format!("title = 'x'\nservice = [{}]", named(9))).unwrap().matches(too_much).count(), 1);
    assert_snapshot!(read("title = 'x'\ntask = { file = 'huge.json' }").unwrap(), @r#"
    error: cannot read "huge.json": the file is larger than 2 MiB
     --> story.toml:2:17
    2 | task = { file = 'huge.json' }
      |                 ^^^^^^^^^^^
    "#);
}

#[test]
fn json_problems_are_told_in_json() {
    let read = |text: &str| problems_in("story.json", text.as_bytes()).unwrap_err().to_string();
    assert_snapshot!(read("{\n  \"title\": \"x\",\n  \"task\": { \"family\": \"a\", \"cpu\": 256 }\n}"), @r#"
    error: expected a string, found an integer
     --> story.json:3:35
    3 |   "task": { "family": "a", "cpu": 256 }
      |                                   ^^^ help: write "cpu": "256"
    "#);
    assert_snapshot!(read("{ \"title\": \"x\", \"title\": \"y\" }"), @r#"
    error: the key "title" is there twice
     --> story.json:1:17
    1 | { "title": "x", "title": "y" }
      |                 ^^^^^^^ help: keep one of them
     ::: story.json:1:3
    1 | { "title": "x", "title": "y" }
      |   ------- first here
    "#);
    assert_snapshot!(read("{ title: \"x\" }"), @r#"
    error: expected string for object property
     --> story.json:1:3
    1 | { title: "x" }
      |   ^^^^^ help: write the name in double quotes
    "#);
    assert_snapshot!(read("{ \"title\": null }"), @r#"
    error: the key `title` is missing
     --> story.json:1:1
    1 | { "title": null }
      | ^^^^^^^^^^^^^^^^^ help: `title`: What it is about.
    "#);
    assert_snapshot!(read(""), @r"
    error: the file is empty
     --> story.json:1:1
    1 |
      | ^ help: write {} for an object without members
    ");
    assert_snapshot!(read("[1, 2]"), @r"
    error: expected a table, found a list
     --> story.json:1:1
    1 | [1, 2]
      | ^^^^^^
    ");
    assert_snapshot!(read("{ \"title\": \"x\", \"seed\": 1e999 }"), @r#"
    error: 1e999 is not a finite number
     --> story.json:1:25
    1 | { "title": "x", "seed": 1e999 }
      |                         ^^^^^
    "#);
    let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
    assert_snapshot!(read(&deep), @r"
    error: expected a table, found a list
     --> story.json:1:1
    1 | [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[…
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error: more than 100 brackets inside each other
     --> story.json:1:102
    1 | …[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[…
      |                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn bytes_that_are_no_text_are_shown_where_they_stand() {
    let read = |bytes: &[u8]| problems_in("story.toml", bytes).unwrap_err().to_string();
    assert_snapshot!(read(b"title = 'x'\nseed = \xff1"), @r"
    error: byte 19 is not UTF-8 text
     --> story.toml:2:8
    2 | seed = �
      |        ^ this is where it stops being UTF-8
      = help: save the file as UTF-8
    ");
    assert_snapshot!(read(b"\xff\xfet\0i\0"), @r"
    error: byte 0 is not UTF-8 text
     --> story.toml:1:1
    1 | �
      | ^ this is where it stops being UTF-8
      = help: save the file as UTF-8
    ");
}

#[test]
fn a_hostile_text_cannot_move_the_cursor_or_flood_the_screen() {
    assert_snapshot!(read("title = 'x'\n\"\\u001b[2J\" = 1"), @r#"
    error: unknown key `�[2J`
     --> story.toml:2:1
    2 | "\u001b[2J" = 1
      | ^^^^^^^^^^^ help: the keys are `title`, `seed`, `start`, `service`, `task`, `app`, `fault`, `traffic` and `labels`
    "#);
    assert_snapshot!(read("title = 'x'\n\t日本 = \"\u{202e}evil\""), @r#"
    error: invalid unquoted key
     --> story.toml:2:2
    2 |     日本 = "�evil"
      |     ^^^^ expected letters, numbers, `-`, `_`
    "#);
    let long = format!("title = 'x'\nlabels = {{ a = '{}', b = 1, c = '{}' }}", "-".repeat(300), "+".repeat(300));
    assert_snapshot!(read(&long), @r#"
    error: expected a string, found an integer
     --> story.toml:2:324
    2 | …-----------------------', b = 1, c = '+++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++…
      |                                ^ help: write b = "1"
    "#);
    let many: String = (0..1000).map(|n| format!("key{n} = 1\n")).collect();
    assert!(read(&many).ends_with("… and 801 more\n"), "{}", &read(&many)[..200]);
}

#[test]
fn what_aws_refuses_is_shown_at_the_value_or_its_nearest_parent() {
    let text = "title = 'x'\n[[service]]\nserviceName = 'web'\nloadBalancers = [{ targetGroupArn = 'arn:x', containerPort = 80 }]";
    let loaded = load::<Story>("story.toml", text.as_bytes(), &files()).unwrap();
    let service = loaded.tree.root.find("service[0]").0;
    let show = |error: ApiError| {
        let problem = refused(&error, service);
        Diagnostics::new(loaded.tree.sources.clone(), vec![problem]).to_string()
    };
    let gone = ApiError::new("TargetGroupNotFoundException", "no target group \"arn:x\"");
    assert_snapshot!(show(gone.at("loadBalancers[0].targetGroupArn").help("\"web\" was created")), @r#"
    error: TargetGroupNotFoundException: no target group "arn:x"
     --> story.toml:4:37
    4 | loadBalancers = [{ targetGroupArn = 'arn:x', containerPort = 80 }]
      |                                     ^^^^^^^ help: "web" was created
    "#);
    assert_snapshot!(show(ApiError::invalid_parameter("no subnets").at("networkConfiguration.subnets[2]")), @r"
    error: InvalidParameterException: no subnets
     --> story.toml:2:1
    2 | [[service]]
      | ^^^^^^^^^^^ about `networkConfiguration.subnets[2]`
    ");
    assert_snapshot!(show(ApiError::client("quota")), @r"
    error: ClientException: quota
     --> story.toml:2:1
    2 | [[service]]
      | ^^^^^^^^^^^
    ");
}

#[test]
fn an_editor_reads_the_problems_as_json() {
    let problems = problems_in("story.toml", "title = 'é'\nsede = 1".as_bytes()).unwrap_err();
    assert_snapshot!(problems.to_json(), @r#"[{"severity":"error","code":"unknown-key","message":"unknown key `sede`","places":[{"file":"story.toml","line":2,"column":1,"endLine":2,"endColumn":5,"bytes":[13,17],"text":""}],"help":"did you mean `seed`?"}]"#);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for name in ["a.toml", "a.json"] {
            let _ = problems_in(name, &bytes).map_err(|problems| (problems.to_string(), problems.to_json()));
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,100}", name in "[a-z\\.]{1,8}") {
        for file in ["a.toml", "a.json"] {
            let _ = problems_in(file, text.as_bytes()).map_err(|problems| problems.to_string());
        }
        let _ = (text.parse::<Span>(), text.parse::<Bytes>(), text.parse::<Rate>(), text.parse::<Ratio>(), name);
    }

    #[test]
    fn no_scenario_makes_it_panic(lines in proptest::collection::vec(line(), 0..12)) {
        let text = lines.join("\n");
        if let Err(problems) = problems_in("story.toml", text.as_bytes()) {
            prop_assert!(!problems.is_empty());
            for problem in problems.iter() {
                prop_assert!(!problem.labels.is_empty(), "{problem:?}");
            }
            prop_assert!(!problems.to_string().is_empty());
        }
    }
}

/// One line of something like a scenario.
fn line() -> impl Strategy<Value = String> {
    let keys =
        ["title", "seed", "service", "app", "boot", "task", "file", "fault", "kind", "traffic", "ramp", "\"\"", "é"];
    let values = [
        "1",
        "-1",
        "1e9",
        "'x'",
        "''",
        "true",
        "[]",
        "{}",
        "[{}]",
        "[",
        "{",
        "\"\\u0000\"",
        "2026-01-05",
        "'3s'",
        "'task.json'",
        "{ file = 'wrong.json' }",
        "[['1s', 1]]",
        "{ kind = 'zone' }",
        "'''",
        "\t",
        "日本",
        "{ exponential = '1s' }",
        "nan",
        "0x_",
    ];
    let key = proptest::sample::select(keys.to_vec());
    let value = proptest::sample::select(values.to_vec());
    (key, value, 0..4).prop_map(|(key, value, form)| match form {
        0 => format!("[[{key}]]"),
        1 => format!("[{key}.{key}]"),
        2 => format!("{key}.{key} = {value}"),
        _ => format!("{key} = {value}"),
    })
}
