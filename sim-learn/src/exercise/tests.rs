//! Exercise files that are wrong, and learners' files that are wrong.

use proptest::prelude::*;
use sim_core::session::Line;

use super::*;
use crate::Library;

fn library() -> Library {
    Library::shipped().unwrap_or_else(|problems| panic!("{}", problems.join("\n")))
}

/// A shipped exercise whose file reads differently.
fn changed(from: &str, to: &str) -> Result<Exercise, String> {
    let files = Files::shipped();
    let text = files.get("02-components/exercises/closed-door.toml").unwrap();
    assert!(text.contains(from), "{from}");
    Exercise::read("02-components/exercises/closed-door.toml", "components", &text.replacen(from, to, 1), &files)
}

#[test]
fn what_is_wrong_with_an_exercise_is_told_with_its_place() {
    let cases = [
        ("hints = [\n", "hints = [\n  'one more',\n", "3 hints"),
        ("\"IA-108\"", "\"IA-999\"", "neither a rule"),
        ("worlds/shop.toml", "worlds/shpo.toml", "did you mean \"worlds/shop.toml\"?"),
        ("FromPort = 80, ToPort = 80, UserId", "FromPort = 81, ToPort = 81, UserId", "exactly once"),
        ("goal = ", "gaol = ", "goal"),
    ];
    for (from, to, expected) in cases {
        let problems = changed(from, to).expect_err(from);
        assert!(problems.contains(expected), "{from}: {problems}");
        assert!(problems.contains("closed-door.toml:"), "{problems}");
    }
}

#[test]
fn the_goals_stand_in_the_scenario_that_the_learner_gets() {
    let library = library();
    for exercise in library.exercises() {
        let text = exercise.handout(&library.files).unwrap();
        let scenario = sim_core::scenario::Scenario::read(&text.name, text.toml.as_bytes(), &text.bytes());
        let scenario = scenario.unwrap_or_else(|problems| panic!("{}: {problems}", exercise.name));
        assert_eq!(scenario.file.expect.len(), exercise.goals.len(), "{}", exercise.name);
    }
}

#[test]
fn a_learner_cannot_pass_by_deleting_the_goals() {
    let library = library();
    let exercise = library.exercise("closed-door").unwrap();
    let mut text = exercise.handout(&library.files).unwrap();
    let goals = text.toml.find("\n[[expect]]").unwrap();
    text.toml.truncate(goals);
    assert!(!exercise.judge(&text, &library.files).unwrap().solved);
}

#[test]
fn a_learner_cannot_pass_by_deleting_the_service() {
    let library = library();
    let exercise = library.exercise("closed-door").unwrap();
    let mut text = exercise.handout(&library.files).unwrap();
    let (service, world) = (text.toml.find("[[ecs.service]]").unwrap(), text.toml.find("[[world.image]]").unwrap());
    text.toml.replace_range(service..world, "");
    let goals = text.toml.find("\n[[expect]]").unwrap();
    text.toml.truncate(goals);
    match exercise.judge(&text, &library.files) {
        Ok(judgement) => assert!(!judgement.solved, "{judgement:#?}"),
        Err(problem) => assert!(problem.contains("service"), "{problem}"),
    }
}

/// The lines that mend a world, typed a second after the rule was revoked.
fn mended() -> Vec<Line> {
    let line = "aws ec2 authorize-security-group-ingress --group-name shop-task-sg --protocol tcp --port 8080 \
                --source-group shop-alb-sg";
    vec![Line { at: 510_000_000_000, line: line.to_owned() }]
}

#[test]
fn a_world_that_was_mended_by_typing_counts() {
    let library = library();
    let exercise = library.exercise("revoked-rule").unwrap();
    let text = exercise.handout(&library.files).unwrap();
    let judged = |text: &Text, lines| exercise.judge_played(text, lines, &library.files).unwrap();
    assert!(judged(&text, mended()).solved);
    assert!(!judged(&text, Vec::new()).solved, "nothing was done");
}

/// What the CLI finds, the page finds: both ask the same judge.
#[test]
fn a_learner_cannot_pass_by_editing_what_is_expected() {
    let library = library();
    let exercise = library.exercise("revoked-rule").unwrap();
    let mut text = exercise.handout(&library.files).unwrap();
    let goals = text.toml.find("\n[[expect]]").unwrap();
    text.toml.truncate(goals);
    text.toml += "\n[[expect]]\nmetric = \"running_tasks\"\nat_least = 0\n";
    let played = exercise.judge_played(&text, Vec::new(), &library.files).unwrap();
    assert_eq!((played.solved, played.outcomes.len()), (false, exercise.goals.len()), "{played:#?}");
    assert_eq!(played, exercise.judge(&text, &library.files).unwrap());
}

#[test]
fn a_learner_cannot_pass_through_the_worlds_own_door_or_by_changing_the_world() {
    let library = library();
    let exercise = library.exercise("revoked-rule").unwrap();
    let text = exercise.handout(&library.files).unwrap();
    let door = Line { at: 1, line: "  world traffic shop-alb 0/s".to_owned() };
    let lines = mended().into_iter().chain([door]).collect();
    let judged = exercise.judge_played(&text, lines, &library.files).unwrap();
    assert_eq!((judged.solved, judged.outside), (false, vec!["world traffic shop-alb 0/s".to_owned()]));
    let (from, to) = text.toml.split_once("[[world.").expect("there is a world half");
    let calm = Text {
        toml: format!("{from}[[world.fault]]\nat = \"1m\"\nzone = \"us-east-1c\"\nlose = \"power\"\n[[world.{to}"),
        ..text
    };
    let judged = exercise.judge_played(&calm, mended(), &library.files).unwrap();
    assert_eq!((judged.solved, judged.tampered), (false, vec!["world".to_owned()]));
}

#[test]
fn a_learner_who_types_sees_actual_against_needed() {
    let library = library();
    let exercise = library.exercise("revoked-rule").unwrap();
    let view = exercise.view(&library.files).unwrap();
    let text = &view.scenario;
    let scenario = sim_core::scenario::Scenario::read(&text.name, text.toml.as_bytes(), &text.bytes()).unwrap();
    let mut simulation = sim_core::Simulation::start(std::sync::Arc::new(scenario), None);
    let minute = |minutes: u64| sim_core::engine::Time::from_nanos(minutes * 60_000_000_000);
    simulation.run_until(minute(12));
    let held = |simulation: &sim_core::Simulation| {
        exercise.stands(simulation).iter().map(|outcome| outcome.held).collect::<Vec<_>>()
    };
    assert_eq!(held(&simulation), [true, false, false], "the rule is gone");
    let line = "aws ec2 authorize-security-group-ingress --group-name shop-task-sg --protocol tcp --port 8080 \
                --source-group shop-alb-sg";
    assert_eq!(simulation.type_line(line, &()).unwrap().exit_code, 0);
    simulation.run_until(minute(18));
    assert_eq!(held(&simulation), [true, true, false], "steady again, but it took too long");
    assert!(!serde_json::to_string(&view).unwrap().contains(&exercise.hints[2]));
}

#[test]
fn a_file_that_is_no_scenario_is_told_with_its_place() {
    let library = library();
    let exercise = library.exercise("closed-door").unwrap();
    let mut text = exercise.handout(&library.files).unwrap();
    text.toml = text.toml.replace("desiredCount = 2", "desiredCuont = 2");
    let problem = exercise.judge(&text, &library.files).unwrap_err();
    assert!(problem.contains("desiredCount") && problem.contains("closed-door.toml:"), "{problem}");
}

#[test]
fn a_runaway_scenario_is_ended_with_a_message() {
    let library = library();
    let exercise = library.exercise("closed-door").unwrap();
    let mut text = exercise.handout(&library.files).unwrap();
    text.toml += "\n[budget]\nevents = 1000\n";
    let problem = exercise.judge(&text, &library.files).unwrap_err();
    assert!(problem.contains("the run ended early"), "{problem}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_damaged_exercise_is_an_error_and_never_a_panic(at in 0usize..3000, cut in 0usize..60, with in ".{0,20}") {
        let files = Files::shipped();
        let mut letters: Vec<char> = files.get("03-roles/exercises/no-pull-permission.toml").unwrap().chars().collect();
        let at = at.min(letters.len());
        letters.splice(at..(at + cut).min(letters.len()), with.chars());
        let damaged: String = letters.into_iter().collect();
        let _ = Exercise::read("a/exercises/b.toml", "a", &damaged, &files);
    }
}
