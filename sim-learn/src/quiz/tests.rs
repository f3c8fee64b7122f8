//! Quiz files that are wrong, answers of every kind, and strangers' input.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::draw::{fill, shuffled, values};
use super::*;
use crate::Library;
use crate::library::Files;

/// A quiz file with one question: these lines, and what every question has.
fn quiz(lines: &str) -> Result<Vec<Question>, String> {
    let text = format!(
        "[[question]]\nid = 'q'\nask = 'What?'\nexplanation = 'So.'\nsources = ['https://docs.aws.amazon.com/']\n{lines}"
    );
    Question::read_all("01-a/quiz.toml", "a", &text, &Files::shipped())
}

fn one(lines: &str) -> Question {
    quiz(lines).unwrap_or_else(|problems| panic!("{problems}")).remove(0)
}

const SINGLE: &str =
    "kind = 'single'\noptions = [{ text = 'yes', right = true }, { text = 'no', right = false, why = 'w' }]";
const ORDER: &str = "kind = 'order'\nitems = [{ text = '1' }, { text = '2' }, { text = '3' }]";
const PAIRS: &str = "kind = 'match'\npairs = [{ left = '1', right = 'a', why = 'w' }, { left = '2', right = 'b', why = 'w' }, \
                     { left = '3', right = 'c', why = 'w' }]";

#[test]
fn what_is_wrong_with_a_question_is_told_with_its_place() {
    let cases = [
        ("kind = 'single'\noptions = [{ text = 'yes', right = true }]", "two options"),
        (
            "kind = 'single'\noptions = [{ text = 'a', right = true }, { text = 'b', right = true }]",
            "exactly one right",
        ),
        (
            "kind = 'single'\noptions = [{ text = 'a', right = true }, { text = 'b', right = false }]",
            "says why it is wrong",
        ),
        ("kind = 'number'", "the answer is missing"),
        ("kind = 'number'\nanswer = 1\nmeasure = { metric = 'steady' }", "has a scenario"),
        ("kind = 'number'\nanswer = 1\ntimes = 2.0", "belongs to `measure`"),
        ("kind = 'number'\nanswer = 1\nrubric = ['a', 'b']", "for another kind"),
        ("kind = 'order'\nitems = [{ text = '1' }, { text = '2' }]", "from three things on"),
        ("kind = 'match'\npairs = []", "from three pairs on"),
        ("kind = 'open'\nrubric = ['a']\nmodel = 'm'", "two points"),
        ("kind = 'number'\nanswer = 1\nscenario = { base = 'worlds/shpo.toml' }", "there is no file"),
        ("kind = 'nummer'\nanswer = 1", "number"),
        ("kind = 'number'\nanser = 1", "answer"),
        (
            "kind = 'number'\nmeasure = { metric = 'steady' }\nscenario = { text = '{{b}}' }\ndraw.a = { from = 1, to = 2 }",
            "nothing is drawn for {{b}}",
        ),
        (
            "kind = 'number'\nmeasure = { metric = 'steady' }\nscenario = { text = '{{a}}' }\ndraw.a = { from = 2, to = 2 }",
            "goes up",
        ),
    ];
    for (lines, expected) in cases {
        let problems = quiz(lines).expect_err(lines);
        assert!(problems.contains(expected), "{lines}: {problems}");
        assert!(problems.contains("01-a/quiz.toml:"), "{lines}: {problems}");
    }
    let uncited =
        "[[question]]\nid = 'Q 1'\nask = ''\nexplanation = 'e'\nsources = ['CP-999']\nkind = 'number'\nanswer = 1";
    let problems = Question::read_all("a", "a", uncited, &Files::shipped()).unwrap_err();
    for expected in ["small letters", "must not be empty", "neither a rule"] {
        assert!(problems.contains(expected), "{problems}");
    }
}

/// The verdict and the score of an answer that is given as the places in the file.
fn score(question: &Question, answer: impl Fn(&Asked) -> Answer) -> (Verdict, f64) {
    let files = Files::shipped();
    let asked = question.asked(5);
    let key = asked.key(&files).expect("it is stated");
    let grade = asked.grade(&key, &answer(&asked), &files).expect("it is an answer");
    (grade.verdict, grade.score)
}

/// The number under which a place in the file is shown.
fn shown(asked: &Asked, place: usize) -> usize {
    asked.order.iter().position(|&it| it == place).expect("it is shown")
}

#[test]
fn one_option_is_right_or_wrong() {
    let question = one(SINGLE);
    assert_eq!(score(&question, |asked| Answer::Single(shown(asked, 0))), (Verdict::Right, 1.0));
    assert_eq!(score(&question, |asked| Answer::Single(shown(asked, 1))), (Verdict::Wrong, 0.0));
}

#[test]
fn of_several_options_each_counts() {
    let options = [("a", true), ("b", true), ("c", false), ("d", false)];
    let lines: Vec<String> =
        options.iter().map(|(text, right)| format!("{{ text = '{text}', right = {right}, why = 'w' }}")).collect();
    let question = one(&format!("kind = 'multiple'\noptions = [{}]", lines.join(", ")));
    let places = |places: &'static [usize]| {
        score(&question, |asked| Answer::Multiple(places.iter().map(|&place| shown(asked, place)).collect()))
    };
    assert_eq!(places(&[0, 1]), (Verdict::Right, 1.0));
    assert_eq!(places(&[0]), (Verdict::Partly, 0.75));
    assert_eq!(places(&[2, 3]), (Verdict::Wrong, 0.0));
    assert_eq!(places(&[0, 1, 2, 3]), (Verdict::Partly, 0.5), "to tick everything is no answer");
}

#[test]
fn a_number_is_right_within_its_tolerance() {
    let question = one("kind = 'number'\nanswer = 50\ntolerance = 5\nunit = 's'");
    let verdict = |number| score(&question, |_| Answer::Number(number)).0;
    assert_eq!(
        [45.0, 55.0, 44.9, -50.0].map(verdict),
        [Verdict::Right, Verdict::Right, Verdict::Wrong, Verdict::Wrong]
    );
}

#[test]
fn an_order_counts_what_is_in_its_place() {
    let question = one(ORDER);
    let order =
        |places: [usize; 3]| score(&question, |asked| Answer::Order(places.map(|place| shown(asked, place)).to_vec()));
    assert_eq!(order([0, 1, 2]), (Verdict::Right, 1.0));
    assert_eq!(order([0, 2, 1]).0, Verdict::Partly);
    assert_eq!(order([1, 2, 0]), (Verdict::Wrong, 0.0));
}

#[test]
fn pairs_count_one_by_one() {
    let question = one(PAIRS);
    let pairs =
        |places: [usize; 3]| score(&question, |asked| Answer::Match(places.map(|place| shown(asked, place)).to_vec()));
    assert_eq!(pairs([0, 1, 2]), (Verdict::Right, 1.0));
    assert_eq!(pairs([1, 0, 2]).0, Verdict::Partly);
}

#[test]
fn ones_own_words_are_held_against_the_rubric() {
    let question = one("kind = 'open'\nmodel = 'm'\nrubric = ['a', 'b', 'c', 'd']");
    assert_eq!(score(&question, |_| Answer::Open(vec![0, 1, 2, 3])), (Verdict::Right, 1.0));
    assert_eq!(score(&question, |_| Answer::Open(vec![2])), (Verdict::Partly, 0.25));
    assert_eq!(score(&question, |_| Answer::Open(vec![])), (Verdict::Wrong, 0.0));
}

#[test]
fn what_is_no_answer_to_the_question_is_refused() {
    let files = Files::shipped();
    let refused = |question: &Question, answer: &Answer| {
        let asked = question.asked(1);
        asked.grade(&asked.key(&files).expect("stated"), answer, &files).is_err()
    };
    assert!(refused(&one(SINGLE), &Answer::Single(2)));
    assert!(refused(&one(SINGLE), &Answer::Number(1.0)));
    assert!(refused(&one(ORDER), &Answer::Order(vec![0, 0, 1])));
    assert!(refused(&one(ORDER), &Answer::Order(vec![0, 1])));
    assert!(refused(&one(PAIRS), &Answer::Match(vec![0, 1, 3])));
    assert!(refused(&one("kind = 'number'\nanswer = 1"), &Answer::Number(f64::NAN)));
}

#[test]
fn what_is_to_be_ordered_is_never_shown_in_order() {
    for question in [one(ORDER), one(PAIRS)] {
        for seed in 0..200 {
            assert!(!question.asked(seed).order.is_sorted(), "seed {seed}");
        }
    }
}

#[test]
fn what_the_learner_sees_does_not_give_the_answer_away() {
    let question = one(SINGLE);
    let seen = serde_json::to_string(&question.asked(1).view()).unwrap();
    assert!(!seen.contains("right") && !seen.contains("why") && !seen.contains("So."), "{seen}");
}

#[test]
fn the_browser_has_answers_judged_as_json() {
    let library = Library::shipped().unwrap();
    let ask = |request: &str| -> serde_json::Value { serde_json::from_str(&grade_json(&library, request)).unwrap() };
    let answer = ask(r#"{"question": "components-latest-revision", "seed": 1, "answer": {"number": 4}}"#);
    assert_eq!(answer["grade"]["verdict"], "right", "{answer:#}");
    let template = ask(r#"{"question": "components-first-wave", "seed": 3, "answer": {"number": 1000}}"#);
    assert_eq!(template["grade"]["verdict"], "wrong", "a run tells: {template:#}");
    assert!(ask(r#"{"question": "nothing", "seed": 1, "answer": {"number": 4}}"#)["error"].is_string());
    assert!(ask("{")["error"].is_string());
}

#[test]
fn a_value_with_braces_is_not_filled_in_again() {
    let of = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let values = of(&[("a", "{{b}}"), ("b", "{{a}}")]);
    assert_eq!(fill("x{{a}}y{{b}}{{c}}{{", &values), "x{{b}}y{{a}}{{c}}{{");
}

proptest! {
    #[test]
    fn a_shuffle_shows_everything_once_and_depends_on_the_seed_alone(count in 0usize..30, seed: u64) {
        let order = shuffled(count, "q", seed);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        prop_assert!(sorted.into_iter().eq(0..count));
        prop_assert_eq!(order, shuffled(count, "q", seed));
    }

    #[test]
    fn drawn_numbers_lie_in_their_range(from in 0u32..50, more in 1u32..50, step in 1u32..9, seed: u64) {
        let draw = Draw::Range(super::draw::Range { from, to: from + more, step });
        let drawn = values(&BTreeMap::from([("n".to_owned(), draw)]), "q", seed);
        let number: u32 = drawn["n"].parse().unwrap();
        prop_assert!((from..=from + more).contains(&number) && (number - from).is_multiple_of(step));
    }

    #[test]
    fn strangers_can_ask_for_anything(request in ".{0,200}", number in any::<f64>(), list in proptest::collection::vec(any::<usize>(), 0..6)) {
        let library = Library::read([("01-a/quiz.toml".to_owned(), quiz_text())].into_iter().collect()).unwrap();
        grade_json(&library, &request);
        for answer in [Answer::Number(number), Answer::Order(list.clone()), Answer::Match(list.clone()), Answer::Multiple(list)] {
            let request = Request { question: "q".into(), seed: 1, answer };
            grade_json(&library, &serde_json::to_string(&request).unwrap());
        }
    }

    #[test]
    fn a_damaged_quiz_file_is_an_error_and_never_a_panic(cut in 0usize..2000, at in 0usize..2000, with in ".{0,20}") {
        let shipped = Files::shipped();
        let text = shipped.get("04-launch/quiz.toml").unwrap();
        let mut letters: Vec<char> = text.chars().collect();
        let at = at.min(letters.len());
        letters.splice(at..(at + cut % 40).min(letters.len()), with.chars());
        let damaged: String = letters.into_iter().collect();
        if let Ok(questions) = Question::read_all("a/quiz.toml", "a", &damaged, &shipped) {
            questions.iter().for_each(|question| { question.asked(1).view(); });
        }
    }
}

fn quiz_text() -> String {
    format!("[[question]]\nid = 'q'\nask = 'a'\nexplanation = 'e'\nsources = ['https://a/']\n{ORDER}")
}
