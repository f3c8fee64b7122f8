//! All content of sim-learn: it loads, its commands run, its answers are what the simulation says, and its exercises
//! fail and pass as they should.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use sim_learn::Library;
use sim_learn::exercise::{Edit, Exercise, Judgement};
use sim_learn::play::{Finding, Probe, play};
use sim_learn::quiz::{Answer, Asked, Key, Kind, Question, Verdict};
use sim_learn::rules;
use sim_learn::stats::Stats;

/// Seeds with which each template is asked.
const SEEDS: std::ops::Range<u64> = 0..20;

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        Library::shipped().unwrap_or_else(|problems| panic!("the content does not load:\n{}", problems.join("\n")))
    })
}

#[test]
fn the_commands_of_every_lesson_run_and_succeed() {
    let mut typed = 0;
    for lesson in library().topics.iter().filter_map(|topic| topic.lesson.as_ref()) {
        let Some(run) = lesson.rehearse(&library().files) else { continue };
        let run = run.unwrap_or_else(|problem| panic!("{}: {problem}", lesson.topic));
        let commands: usize = lesson.blocks.iter().map(|block| block.commands.len()).sum();
        let text = lesson.rehearsal(&library().files).expect("it has commands").expect("it ran");
        let lines = text.toml.matches("[[timeline]]").count();
        assert!(lines >= commands, "{}: {lines} lines for {commands} commands", lesson.topic);
        assert_eq!(run.simulation.transcript().len(), lines, "{}: some come after the scenario's end", lesson.topic);
        typed += commands;
    }
    assert!(typed >= 15, "the lab alone has more than {typed} commands");
}

/// What a reader sees who does not type.
#[test]
fn the_answers_to_the_commands_of_the_lessons_are_worth_reading() {
    let mut told = String::new();
    for lesson in library().topics.iter().filter_map(|topic| topic.lesson.as_ref()) {
        let page = lesson.played(&library().files).unwrap_or_else(|problem| panic!("{}: {problem}", lesson.topic));
        let consoles = page.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next());
        for console in consoles.filter(|console| console.starts_with("$ ")) {
            told += &format!("{}\n{console}\n", lesson.topic);
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn every_citation_of_the_lessons_leads_to_a_rule() {
    let mut cited = 0;
    for lesson in library().topics.iter().filter_map(|topic| topic.lesson.as_ref()) {
        for id in rules::cited(&lesson.markdown) {
            assert!(rules::rule(&library().files, id).is_some(), "{}: there is no rule [{id}]", lesson.topic);
            cited += 1;
        }
    }
    assert!(cited >= 10, "lessons say where it is written: {cited} citations");
}

/// What is looked at in one scenario, for several questions.
type Batch<'a> = Vec<(Asked<'a>, Vec<Probe>)>;

/// What the runs make of questions: those that share a scenario share its run.
fn computed<'a>(asked: impl Iterator<Item = Asked<'a>>) -> Vec<(Asked<'a>, Vec<Finding>)> {
    let mut batches: BTreeMap<_, Batch> = BTreeMap::new();
    for asked in asked {
        let text = asked.scenario(&library().files).expect("it is computed");
        let text = text.unwrap_or_else(|misfit| panic!("{} with seed {}: {misfit}", asked.question.id, asked.seed));
        let probes = asked.probes();
        batches.entry(text).or_default().push((asked, probes));
    }
    let run = |(text, batch): (_, Batch<'a>)| {
        let ids: Vec<_> = batch.iter().map(|(asked, _)| asked.question.id.as_str()).collect();
        let probes: Vec<Probe> = batch.iter().flat_map(|(_, probes)| probes.clone()).collect();
        let run = play(&text, &probes).unwrap_or_else(|problem| panic!("{}: {problem}", ids.join(", ")));
        let mut findings = run.findings.into_iter();
        let mine = batch.into_iter().map(|(asked, probes)| (asked, findings.by_ref().take(probes.len()).collect()));
        mine.collect::<Vec<_>>()
    };
    let batches: Vec<_> = batches.into_iter().collect();
    // Two halves side by side: the runs share nothing.
    let middle = batches.len() / 2;
    let mut first = batches;
    let second = first.split_off(middle);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| second.into_iter().flat_map(run).collect::<Vec<_>>());
        let mut all: Vec<_> = first.into_iter().flat_map(run).collect();
        all.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        all
    })
}

#[test]
fn every_computed_answer_is_what_the_simulation_says() {
    let questions = library().questions().filter(|question| question.is_computed() && !question.is_template());
    let mut wrong = Vec::new();
    for (asked, findings) in computed(questions.map(|question| question.asked(1))) {
        let stated = asked.stated();
        match asked.judge(&findings) {
            Ok(key) if Some(&key) == stated.as_ref() => {}
            other => {
                wrong.push(format!("{}: stated {stated:?}, the run says {other:?}\n  {findings:?}", asked.question.id))
            }
        }
    }
    assert!(wrong.is_empty(), "stated answers that the simulation contradicts:\n{}", wrong.join("\n"));
}

#[test]
fn templates_have_an_answer_with_every_seed_and_not_always_the_same() {
    let templates = || library().questions().filter(|question| question.is_template());
    let asked = templates().flat_map(|question| SEEDS.map(|seed| question.asked(seed)));
    let mut keys: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (asked, findings) in computed(asked) {
        let key =
            asked.judge(&findings).unwrap_or_else(|why| panic!("{} seed {}: {why}", asked.question.id, asked.seed));
        let view = asked.view();
        assert!(!view.ask.contains("{{"), "{} seed {}: a parameter is not filled in", view.id, view.seed);
        let right = match &key {
            Key::Number(number) => number.to_string(),
            Key::Single(option) => view.options[*option].clone(),
            other => format!("{other:?}"),
        };
        let graded = asked.grade(&key, &answer_of(&key), &library().files).expect("the key is an answer");
        assert_eq!(graded.verdict, Verdict::Right, "{} seed {}", view.id, view.seed);
        assert!(!graded.explanation.contains("{{"), "{} seed {}: {}", view.id, view.seed, graded.explanation);
        keys.entry(&asked.question.id).or_default().push(right);
    }
    for (id, mut keys) in keys {
        assert_eq!(keys.len(), SEEDS.count(), "{id}");
        keys.sort_unstable();
        keys.dedup();
        assert!(keys.len() > 1, "{id}: all seeds have the same answer, so nothing is drawn that matters");
    }
}

fn answer_of(key: &Key) -> Answer {
    match key.clone() {
        Key::Single(option) => Answer::Single(option),
        Key::Multiple(options) => Answer::Multiple(options),
        Key::Number(number) => Answer::Number(number),
        Key::Order(order) => Answer::Order(order),
        Key::Match(pairs) => Answer::Match(pairs),
        Key::Open => Answer::Open(Vec::new()),
    }
}

#[test]
fn a_wrong_answer_that_is_stated_is_found() {
    let wrong = |question: &Question| {
        let asked = question.asked(1);
        asked.prove(&library().files).expect("it runs").key != asked.stated().expect("it is stated")
    };
    let mut tried = 0;
    for question in library().questions().filter(|question| question.is_computed() && !question.is_template()) {
        let mut lie = question.clone();
        match &mut lie.kind {
            Kind::Number(number) if tried < 2 => number.answer = number.answer.map(|answer| answer + 1.0),
            Kind::Single(options) if tried < 4 => {
                options.iter_mut().for_each(|option| option.right = Some(option.right == Some(false)))
            }
            Kind::Order(items) => items.swap(0, 1),
            _ => continue,
        }
        tried += 1;
        assert!(wrong(&lie), "{}: a lie was not found", question.id);
    }
    assert!(tried > 0);
}

/// How an exercise comes out: the start, the mistake, the solution.
fn judged(exercise: &Exercise, edit: Option<&Edit>) -> Judgement {
    let files = &library().files;
    let text = match edit {
        Some(edit) => exercise.edited(edit, files),
        None => exercise.handout(files),
    };
    let text = text.unwrap_or_else(|misfit| panic!("{}: {misfit}", exercise.name));
    exercise.judge(&text, files).unwrap_or_else(|problem| panic!("{}: {problem}", exercise.name))
}

#[test]
fn every_exercise_fails_at_its_start_and_with_its_mistake_and_passes_with_its_solution() {
    for exercise in library().exercises() {
        let stages = [("start", None), ("mistake", Some(&exercise.mistake)), ("solution", Some(&exercise.solution))];
        let mut told = format!("{}: {}\n", exercise.name, exercise.title);
        for (stage, edit) in stages {
            let judgement = judged(exercise, edit);
            assert!(
                judgement.tampered.is_empty(),
                "{} {stage}: {:?} may not change",
                exercise.name,
                judgement.tampered
            );
            assert_eq!(judgement.solved, stage == "solution", "{} {stage}: {judgement:#?}", exercise.name);
            told += &format!("\n{stage}\n");
            for outcome in &judgement.outcomes {
                let mark = if outcome.held { '✓' } else { '✗' };
                let found = outcome.value.map_or("nothing".to_owned(), |value| format!("{value} {}", outcome.unit));
                told += &format!("  {mark} {} ({} – found {})\n", outcome.say, outcome.text, found.trim_end());
            }
        }
        insta::with_settings!({ snapshot_suffix => exercise.name.clone(), prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("exercise", told);
        });
    }
}

#[test]
fn an_exercise_is_not_solved_by_changing_what_the_world_is_like() {
    let exercise = library().exercises().next().expect("there is one");
    let files = &library().files;
    let mut text = exercise.edited(&exercise.solution, files).expect("it fits");
    text.toml += "\n[[world.image]]\nrepository = \"other\"\nlayers = [\"1 MB\"]\n";
    let judgement = exercise.judge(&text, files).expect("it runs");
    assert_eq!((judgement.solved, judgement.tampered), (false, vec!["world".to_owned()]));
}

/// A recipe that does not work teaches the wrong thing.
#[test]
fn the_question_in_the_recipe_is_one_and_its_answer_is_true() {
    let page = std::fs::read_to_string(tests::root().join("docs/contributing.md")).expect("the page is there");
    let blocks = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let recipe = blocks.into_iter().find(|block| block.starts_with("[[question]]")).expect("there is a recipe");
    let questions = Question::read_all("docs/contributing.md", "recipe", recipe, &library().files);
    let questions = questions.unwrap_or_else(|problems| panic!("{problems}"));
    let asked = questions[0].asked(1);
    assert_eq!(Some(asked.prove(&library().files).expect("it runs").key), asked.stated());
}

/// What the issue asks for; `sim-cli learn stats` prints the true counts.
#[test]
fn there_is_as_much_as_was_promised() {
    let stats = Stats::of(library());
    let kinds: Vec<&str> = stats.by_kind.keys().copied().collect();
    assert!(stats.lessons >= 7, "{stats:#?}");
    assert!(stats.questions >= 37, "{stats:#?}");
    assert!(stats.computed >= 20, "{stats:#?}");
    assert!(stats.templates >= 5, "{stats:#?}");
    assert!(stats.exercises >= 8, "{stats:#?}");
    assert_eq!(kinds, ["match", "multiple", "number", "open", "order", "single"]);
    for topic in &library().topics {
        assert!(topic.lesson.is_some() && topic.questions.len() >= 3, "{} is thin", topic.folder);
    }
}

/// What somebody who knows the key answers.
type Answering<'a> = &'a dyn Fn(&Key) -> Answer;

/// A question before and after an answer, at 80 columns.
fn page(id: &str, answer: Answering) -> String {
    let question = library().question(id).unwrap_or_else(|| panic!("there is no question {id}"));
    let asked = question.asked(7);
    let key = asked.key(&library().files).expect("there is an answer");
    let grade = asked.grade(&key, &answer(&key), &library().files).expect("it is an answer");
    let look = sim_cli::format::page::Look::of(80);
    let page = sim_cli::quiz::question_page(&asked.view(), "Question 1 of 1", &look);
    page + &sim_cli::quiz::grade_page(&asked, &grade, &look)
}

#[test]
fn one_question_of_each_kind_reads_well_at_80_columns() {
    let wrong_option = |key: &Key| match key {
        Key::Single(right) => Answer::Single(usize::from(*right == 0)),
        other => answer_of(other),
    };
    let first_option = |_: &Key| Answer::Multiple(vec![0]);
    let far_off = |_: &Key| Answer::Number(1e6);
    let reversed = |key: &Key| match key {
        Key::Order(right) => Answer::Order(right.iter().rev().copied().collect()),
        Key::Match(right) => Answer::Match(right.iter().rev().copied().collect()),
        other => answer_of(other),
    };
    let half = |_: &Key| Answer::Open(vec![0, 1]);
    let pages: [(&str, Answering); 7] = [
        ("roles-first-denied", &wrong_option),
        ("launch-sizes", &first_option),
        ("components-first-wave", &far_off),
        ("lab-closed-tasks", &answer_of),
        ("stack-order-of-start", &reversed),
        ("lab-5xx", &reversed),
        ("choice-difference", &half),
    ];
    for (id, answer) in pages {
        let page = page(id, answer);
        for line in page.lines().filter(|line| !line.contains("https://")) {
            assert!(line.chars().count() <= 80, "{id}: {line}");
        }
        insta::with_settings!({ snapshot_suffix => id, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!("question", page);
        });
    }
}
