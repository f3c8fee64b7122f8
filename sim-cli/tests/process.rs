//! The program as a process: exit codes, files, and what it says to whoever made a mistake.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of its own for one test, gone afterwards.
struct Desk(PathBuf);

impl Desk {
    fn new(test: &str) -> Desk {
        let folder = std::env::temp_dir().join(format!("sim-cli-{test}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        Desk(folder)
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, bytes).expect("a temporary file");
        path
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn sim_cli(arguments: &[&str]) -> Output {
    let program = Command::new(env!("CARGO_BIN_EXE_sim-cli")).args(arguments).output();
    program.expect("sim-cli starts")
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path in Unicode")
}

/// A scenario that takes no time at all, with more lines.
fn scenario(more: &str) -> String {
    format!("[scenario]\ntitle = \"x\"\nduration = \"10m\"\n[[ecs.cluster]]\nclusterName = \"demo\"\n{more}")
}

/// The shipped lab, from the program's own folder.
fn lab() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/lab/fargate-alb.toml")
}

#[test]
fn a_run_that_keeps_its_expectations_ends_with_0_and_says_so_first() {
    let output = sim_cli(&["run", path(&lab())]);
    assert_eq!((code(&output), stderr(&output).as_str()), (Some(0), ""));
    let text = stdout(&output);
    let verdict = text.lines().find(|line| line.contains("held") || line.contains("expectation")).expect("a verdict");
    assert!(text.find(verdict) < text.find("Cost"), "{text}");
    assert_eq!(text, stdout(&sim_cli(&["run", path(&lab())])), "the same bytes twice");
    assert_ne!(text, stdout(&sim_cli(&["run", path(&lab()), "--seed", "7"])), "another seed");
}

#[test]
fn a_broken_expectation_ends_with_1() {
    let desk = Desk::new("broke");
    let file = desk.file("x.toml", scenario("[[expect]]\nfact = \"ClusterCreated\"\nequals = 2\n"));
    let output = sim_cli(&["run", path(&file)]);
    assert_eq!(code(&output), Some(1), "{}", stdout(&output));
    assert!(stdout(&output).contains("facts ClusterCreated: exactly 2"));
    assert_eq!(code(&sim_cli(&["run", "--quiet", path(&file)])), Some(1), "quiet, but not deaf");
}

#[test]
fn a_budget_that_is_met_ends_the_run_with_3_and_says_which() {
    let text = fs::read_to_string(lab()).expect("it ships");
    let desk = Desk::new("budget");
    fs::copy(lab().with_file_name("task-definition.json"), desk.0.join("task-definition.json")).expect("it ships");
    let budgets = [
        ("events = 5000", "events"),
        ("facts = 50", "facts"),
        ("entities = 8", "entities"),
        ("memory = \"20 KB\"", "memory"),
    ];
    for (line, word) in budgets {
        let file = desk.file("x.toml", format!("{text}\n[budget]\n{line}\n"));
        let output = sim_cli(&["run", path(&file)]);
        assert_eq!(code(&output), Some(3), "{line}: {}", stdout(&output));
        assert!(stdout(&output).contains(word), "{line}: {}", stdout(&output));
        let json = sim_cli(&["run", "--format", "json", path(&file)]);
        let report: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
        assert!(report["run"]["stopped_by"].as_str().is_some_and(|text| text.contains(word)), "{}", report["run"]);
    }
}

#[test]
fn until_ends_a_run_early_and_quiet_prints_nothing() {
    let early = stdout(&sim_cli(&["run", path(&lab()), "--until", "5m"]));
    assert!(early.contains("00:05:00 of simulated time"), "{early}");
    let quiet = sim_cli(&["run", "--quiet", path(&lab())]);
    assert_eq!((code(&quiet), quiet.stdout.len(), quiet.stderr.len()), (Some(0), 0, 0));
}

#[test]
fn one_in_so_many_calls_is_traced_and_the_run_stays_the_same() {
    let plain = stdout(&sim_cli(&["run", path(&lab())]));
    let traced = stdout(&sim_cli(&["run", path(&lab()), "--trace-requests", "1/1000"]));
    let (before, after) = traced.split_once("\nTraces: ").expect("they are shown");
    assert!(plain.starts_with(before), "all else stays as it was");
    assert!(after.contains("one in 1,000") && after.contains("reaches the node of demo-alb"), "{after}");
    for wrong in ["0", "1000", "1/0", "1/x", "2/3"] {
        let refused = sim_cli(&["run", path(&lab()), "--trace-requests", wrong]);
        assert_eq!(code(&refused), Some(2), "{wrong}");
        assert!(stderr(&refused).contains("1/1000"), "the way out is shown: {}", stderr(&refused));
    }
}

#[test]
fn json_has_the_keys_that_programs_rely_on() {
    let output = sim_cli(&["run", path(&lab()), "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let keys =
        |value: &serde_json::Value| -> Vec<String> { value.as_object().expect("an object").keys().cloned().collect() };
    let has = |value: &serde_json::Value, wanted: &[&str]| {
        let keys = keys(value);
        let missing: Vec<_> = wanted.iter().filter(|key| !keys.contains(&(**key).to_owned())).collect();
        assert!(missing.is_empty(), "{missing:?} of {keys:?}");
    };
    has(&report, &["scenario", "run", "expectations", "services", "traffic", "cost", "moments", "transcript"]);
    has(&report["run"], &["hash", "events", "facts", "requests", "simulated_s"]);
    has(&report["traffic"][0], &["requests", "by_status", "latency_ms"]);
    has(&report["traffic"][0]["latency_ms"], &["mean", "p50", "p90", "p95", "p99", "p999", "max"]);
    has(&report["cost"], &["total_usd", "items"]);
    assert_eq!(report["run"]["simulated_s"], 1800.0);
    assert_eq!(report["run"]["hash"].as_str().map(str::len), Some(16));
}

#[test]
fn out_writes_the_report_to_a_file_and_nothing_to_the_terminal() {
    let desk = Desk::new("out");
    let out = desk.0.join("report.txt");
    let output = sim_cli(&["run", path(&lab()), "--out", path(&out)]);
    assert_eq!((code(&output), output.stdout.len()), (Some(0), 0));
    let printed = stdout(&sim_cli(&["run", path(&lab())]));
    assert_eq!(fs::read_to_string(&out).expect("it was written"), printed);
    let nowhere = desk.0.join("no/such/folder.txt");
    let refused = sim_cli(&["run", path(&lab()), "--out", path(&nowhere)]);
    assert_eq!(code(&refused), Some(2), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("folder.txt"), "{}", stderr(&refused));
}

/// A mistake in a scenario: what is in the file, and words that its diagnostic has: the place, and the way out.
const MISTAKES: &[(&str, &[&str])] = &[
    ("[[world.image]]\nrepository = \"a\"\nlayer = []\n", &["x.toml:8:1", "`layer`", "layers"]),
    ("[[ecs.cluster]]\nclusterNam = \"b\"\n", &["x.toml:7:1", "clusterName"]),
    ("[[timeline]]\nat = \"5 parsecs\"\nrun = \"aws ecs list-clusters\"\n", &["x.toml:7:6", "parsecs", "1h30m"]),
    ("[assume]\nreconcile_interval = 10\n", &["x.toml:7:22", "10s"]),
    ("[assume]\nreconcile_interval = \"-10s\"\n", &["x.toml:7:22", "-10s"]),
    ("[assume]\nreconcile_interval = \"9999999999y\"\n", &["x.toml:7:22"]),
    ("[[world.traffic]]\nto = \"alb\"\nrate = -5\n", &["x.toml:8:8", "-5"]),
    ("[[world.traffic]]\nto = \"alb\"\nrate = \"1e300/s\"\n", &["x.toml:8:8"]),
    ("[[world.traffic]]\nto = \"alb\"\nrate = 5\n", &["x.toml:7:6", "alb"]),
    ("[[world.fault]]\nat = \"1m\"\nkill = \"demo/web\"\n", &["x.toml:8:8", "web"]),
    ("[[expect]]\nmetric = \"steddy\"\nequals = 1\n", &["x.toml:7:10", "steady"]),
    ("[[expect]]\nfact = \"TaskStoped\"\n", &["x.toml:7:8", "TaskStopped"]),
    ("[[expect]]\nmetric = \"running_tasks\"\nservice = \"web\"\nequals = 1\n", &["x.toml:8:11", "web"]),
    ("[[timeline\nat = 1\n", &["x.toml:6:"]),
    ("[[ecs.taskDefinition]]\nfile = \"../secret.json\"\n", &["x.toml:7:8", "climb"]),
    ("[[ecs.taskDefinition]]\nfile = \"/etc/task.json\"\n", &["x.toml:7:8", "absolute"]),
    ("[[ecs.taskDefinition]]\nfile = \"task.json\"\n", &["x.toml:7:8", "no such file"]),
    ("[[timeline]]\nat = \"1m\"\nrun = \"aws esc list-clusters\"\n", &["x.toml:8:12", "esc", "ecs"]),
    ("[[timeline]]\nat = \"1m\"\nrun = \"aws ecs list-cluster\"\n", &["x.toml:8:16", "list-clusters"]),
    ("[[timeline]]\nat = \"1m\"\nrun = \"aws ecs list-tasks --clutser demo\"\n", &["x.toml:8:27", "--cluster"]),
    ("[[timeline]]\nat = \"1m\"\nrun = \"rm -rf /\"\n", &["x.toml:8:", "aws"]),
    (
        "[[ecs.service]]\nserviceName = \"web\"\ncluster = \"dmo\"\ntaskDefinition = \"web\"\ndesiredCount = 1\n",
        &["x.toml:", "ClusterNotFound"],
    ),
    (
        "[[ecs.service]]\nserviceName = \"web\"\ncluster = \"demo\"\ntaskDefinition = \"web\"\ndesiredCount = -1\n",
        &["x.toml:10:16", "-1"],
    ),
];

#[test]
fn each_mistake_names_its_place_and_a_way_out_and_leaves_the_out_file_alone() {
    let desk = Desk::new("mistakes");
    let out = desk.file("out.txt", "before");
    let mut wrong = Vec::new();
    for (lines, words) in MISTAKES {
        let file = desk.file("x.toml", scenario(lines));
        let run = sim_cli(&["run", path(&file), "--out", path(&out)]);
        let said = stderr(&run);
        let missing: Vec<_> = words.iter().filter(|word| !said.contains(**word)).collect();
        let checked = sim_cli(&["check", path(&file)]);
        let fits = code(&run) == Some(2) && run.stdout.is_empty() && !said.contains("panic");
        let same = code(&checked) == Some(2) && stderr(&checked) == said;
        if !fits || !same || !missing.is_empty() {
            wrong
                .push(format!("{lines}exit {:?}, misses {missing:?}, check says the same: {same}\n{said}", code(&run)));
        }
        assert_eq!(fs::read_to_string(&out).expect("it is there"), "before", "{lines}");
    }
    assert!(wrong.is_empty(), "{} mistakes are told badly:\n{}", wrong.len(), wrong.join("\n────\n"));
}

#[test]
fn all_mistakes_of_a_file_are_told_at_once() {
    let desk = Desk::new("all");
    let all: String = MISTAKES[..4].iter().map(|(lines, _)| *lines).collect();
    let file = desk.file("x.toml", scenario(&all));
    let said = stderr(&sim_cli(&["check", path(&file)]));
    for word in ["layer", "clusterNam", "parsecs", "reconcile_interval"] {
        assert!(said.contains(word), "{word} is missing:\n{said}");
    }
}

#[test]
fn what_is_no_scenario_at_all_is_refused() {
    let desk = Desk::new("no-scenario");
    let binary = desk.file("latin.toml", b"[scenario]\ntitle = \"caf\xe9\"\n");
    let large = desk.file("large.toml", vec![b'#'; 9 << 20]);
    let missing = desk.0.join("missing.toml");
    for (file, word) in [(&binary, "UTF-8"), (&large, "larger than"), (&missing, "missing.toml"), (&desk.0, "folder")] {
        for verb in ["run", "check"] {
            let output = sim_cli(&[verb, path(file)]);
            assert_eq!((code(&output), output.stdout.len()), (Some(2), 0), "{}", file.display());
            assert!(stderr(&output).contains(word), "{}: {}", file.display(), stderr(&output));
        }
    }
}

#[test]
fn wrong_arguments_end_with_2_and_help_documents_the_exit_codes() {
    for arguments in [
        &["run"][..],
        &["rnu", "x.toml"],
        &["run", "x.toml", "--seed", "-1"],
        &["run", "x.toml", "--until", "soon"],
        &["run", "x.toml", "--format", "xml"],
        &[],
    ] {
        let output = sim_cli(arguments);
        assert_eq!((code(&output), output.stdout.len()), (Some(2), 0), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
    for arguments in [&["--help"][..], &["run", "--help"]] {
        let help = sim_cli(arguments);
        assert_eq!(code(&help), Some(0));
        for part in ["0   every", "1   an expectation", "2   the arguments", "3   a budget", "70  internal"] {
            assert!(stdout(&help).contains(part), "{arguments:?} lacks {part:?}");
        }
    }
}

#[test]
fn a_sound_file_is_said_to_be_sound() {
    let output = sim_cli(&["check", path(&lab())]);
    assert_eq!(code(&output), Some(0));
    assert!(stderr(&output).ends_with("fargate-alb.toml: no mistakes found\n"), "{}", stderr(&output));
}

/// Where even the report of a panic cannot be written, the exit code still tells of it.
#[cfg(target_os = "linux")]
#[test]
fn a_panic_ends_with_70() {
    // A message that cannot be written is a panic: nothing is left to say it with.
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let status = Command::new(env!("CARGO_BIN_EXE_sim-cli")).args(["run", "no-such.toml"]).stderr(full).status();
    assert_eq!(status.expect("sim-cli starts").code(), Some(70));
}
