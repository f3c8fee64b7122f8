//! The way of somebody with only a terminal: from the list of lessons through a lesson, its quiz and its exercise.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder of its own, gone at the end.
struct Desk(PathBuf);

impl Desk {
    fn new(name: &str) -> Desk {
        let folder = std::env::temp_dir().join(format!("sim-cli-learner-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("there is a place for temporary files");
        Desk(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Types a line with this input: exit code, standard output, standard error.
    fn types(&self, line: &str, input: &str) -> (i32, String, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sim-cli"))
            .args(line.split_whitespace())
            .current_dir(&self.0)
            .env("SIM_DATA_FOLDER", self.path("data"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        // Who does not read its input may be gone before all is written.
        let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("it ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        (output.status.code().expect("no signal"), text(output.stdout), text(output.stderr))
    }

    /// Types a line that succeeds: its output.
    #[track_caller]
    fn succeeds(&self, line: &str, input: &str) -> String {
        let (code, out, err) = self.types(line, input);
        assert_eq!((code, err.as_str()), (0, ""), "{line}\n{out}");
        out
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn edit(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).expect("it was written");
    assert_eq!(text.matches(from).count(), 1, "{from}");
    fs::write(file, text.replace(from, to)).expect("it can be written");
}

#[test]
fn a_newcomer_gets_from_the_list_through_a_lesson_a_quiz_and_an_exercise() {
    let desk = Desk::new("path");
    let list = desk.succeeds("learn", "");
    assert!(list.contains("1  stack") && list.contains("questions 0 of 6, exercises 0 of 1"), "{list}");

    let lesson = desk.succeeds("learn stack", "");
    assert!(lesson.contains("The map of the stack") && lesson.contains("sim-cli quiz stack"), "{lesson}");
    assert_eq!(lesson, desk.succeeds("learn 1", ""), "a number is as good as a name");

    let quiz = desk.succeeds("quiz stack-time-to-steady --seed 1", "55\n");
    assert!(quiz.contains("The answer: 50\u{a0}s") && quiz.ends_with("1 of 1 right.\n"), "{quiz}");

    let start = desk.succeeds("exercise start no-way-in", "");
    assert!(start.contains("Wrote no-way-in/no-way-in.toml"), "{start}");
    let (code, failed, _) = desk.types("exercise check no-way-in", "");
    assert_eq!(code, 1);
    assert!(failed.contains("Not yet.") && failed.contains("✗ At least 99.9 % of the requests succeed"), "{failed}");
    let (code, _, _) = desk.types("run --quiet no-way-in/no-way-in.toml", "");
    assert_eq!(code, 1, "the goals stand in the file as well");

    assert!(desk.succeeds("exercise hint no-way-in", "").starts_with("Hint 1 of 3"));
    edit(&desk.path("no-way-in/no-way-in.toml"), "10.0.0.0/8", "0.0.0.0/0");
    let solved = desk.succeeds("exercise check no-way-in", "");
    assert!(solved.contains("Solved: silver."), "{solved}");
    assert_eq!(desk.types("run --quiet no-way-in/no-way-in.toml", "").0, 0);

    let list = desk.succeeds("learn", "");
    assert!(list.contains("✓ 1  stack") && list.contains("questions 1 of 6, exercises 1 of 1"), "{list}");
    assert!(desk.succeeds("exercise list", "").contains("(silver)"));
}

#[test]
fn a_started_exercise_is_not_written_over() {
    let desk = Desk::new("again");
    desk.succeeds("exercise start closed-door here", "");
    let file = desk.path("here/closed-door.toml");
    fs::write(&file, "# mine").expect("it can be written");
    let again = desk.succeeds("exercise start closed-door here", "");
    assert!(again.contains("is already there and was left as it is"), "{again}");
    assert_eq!(fs::read_to_string(&file).expect("it is there"), "# mine");
    let (code, _, problem) = desk.types("exercise check closed-door here/closed-door.toml", "");
    assert_eq!(code, 2, "that is no scenario");
    assert!(problem.contains("scenario"), "{problem}");
}

#[test]
fn what_does_not_exist_is_refused_with_the_way_out() {
    let desk = Desk::new("names");
    for (line, help) in [
        ("learn stakc", "did you mean \"stack\"?"),
        ("quiz labb", "did you mean \"lab\"?"),
        ("exercise hint closed-dor", "did you mean \"closed-door\"?"),
        ("exercise check closed-door", "`sim-cli exercise start closed-door` writes it"),
        ("quiz xyzzy", "`sim-cli quiz --list` says what there is"),
        ("quiz lab --scenario", "name its id"),
        ("quiz lab-5xx --scenario", "no run proves the answer"),
    ] {
        let (code, out, err) = desk.types(line, "");
        assert_eq!((code, out.as_str()), (2, ""), "{line}");
        assert!(err.contains(help), "{line}: {err}");
    }
}

/// Marks, frames, answers and the lines between them: whoever asks for ASCII gets nothing else.
#[test]
fn who_asks_for_ascii_gets_nothing_else() {
    let desk = Desk::new("ascii");
    let mut seen = String::new();
    for topic in ["stack", "roles", "lab"] {
        seen += &desk.succeeds(&format!("learn {topic} --ascii"), "");
        seen += &desk.succeeds(&format!("quiz {topic} --seed 1 --ascii"), &"a\nb\n1\n\nnone\n".repeat(30));
    }
    desk.succeeds("exercise start no-way-in --ascii", "");
    let (code, verdict, _) = desk.types("exercise check no-way-in --ascii", "");
    assert_eq!(code, 1);
    assert!(verdict.contains("x At least 99.9 %"), "{verdict}");
    seen += &verdict;
    for line in [
        "learn --ascii",
        "quiz --list --ascii",
        "exercise list --ascii",
        "exercise hint no-way-in --ascii",
        "exercise solution no-way-in --ascii",
        "exercise start no-way-in --ascii",
    ] {
        seen += &desk.succeeds(line, "");
    }
    let foreign: Vec<&str> = seen.lines().filter(|line| !line.is_ascii()).collect();
    assert!(foreign.is_empty(), "{foreign:#?}");
    assert!(seen.contains("v 1  stack"), "{seen}");
}

#[test]
fn damaged_progress_is_set_aside_and_told() {
    let desk = Desk::new("damaged");
    fs::create_dir_all(desk.path("data")).expect("a folder");
    fs::write(desk.path("data/progress.json"), "{\"version\": 1, \"lessons\": 3}").expect("a file");
    let (code, _, told) = desk.types("learn stack", "");
    assert_eq!(code, 0);
    assert!(told.contains("is damaged") && told.contains("progress.json.damaged-1"), "{told}");
    let aside = fs::read_to_string(desk.path("data/progress.json.damaged-1")).expect("it was kept");
    assert_eq!(aside, "{\"version\": 1, \"lessons\": 3}");
    assert!(desk.succeeds("learn", "").contains("✓ 1  stack"));
}

#[test]
fn the_scenario_behind_a_question_runs() {
    let desk = Desk::new("scenario");
    let toml = desk.succeeds("quiz launch-bill --seed 2 --scenario", "");
    fs::write(desk.path("try.toml"), toml).expect("it can be written");
    let report = desk.succeeds("run try.toml", "");
    assert!(report.contains("01:00:00 of simulated time") && report.contains("Cost: "), "{report}");
}

#[test]
fn who_wants_to_type_gets_the_world_of_a_lesson() {
    let desk = Desk::new("world");
    let told = desk.succeeds("learn lab --world lab", "");
    assert!(told.contains("sim-cli shell lab/lab.toml"), "{told}");
    let typed = "aws ecs create-cluster --cluster-name demo --query cluster.status --output text\n\
                 aws ecs register-task-definition --cli-input-json file://task-definition.json --query \
                 taskDefinition.revision\n";
    let answers = desk.succeeds("shell lab/lab.toml", typed);
    assert!(answers.contains("ACTIVE"), "{answers}");
    let (code, _, told) = desk.types("learn choice --world choice", "");
    assert!(code == 2 && told.contains("has no commands to type"), "{told}");
}

#[test]
fn stats_count_what_there_is() {
    insta::assert_snapshot!(Desk::new("stats").succeeds("learn stats", ""));
}
