//! Answers as people type them, and sessions from beginning to end.

use std::sync::OnceLock;

use proptest::prelude::*;
use sim_learn::progress::Progress;
use sim_learn::quiz::Answer;

use super::*;

fn view(kind: &'static str, options: usize) -> View {
    let options = (0..options).map(|number| format!("option {number}")).collect();
    let left = vec!["one".to_owned(), "two".to_owned(), "three".to_owned()];
    let text = String::new;
    View { id: text(), topic: text(), kind, seed: 1, ask: text(), options, left, unit: "s".into(), computed: false }
}

#[test]
fn answers_are_read_as_people_type_them() {
    let read = |kind, text: &str| parse(text, &view(kind, 3)).ok();
    assert_eq!(read("single", " B) "), Some(Answer::Single(1)));
    assert_eq!(read("single", "a b"), None);
    assert_eq!(read("single", "d"), None, "there are three");
    assert_eq!(read("multiple", "a,c"), Some(Answer::Multiple(vec![0, 2])));
    assert_eq!(read("order", "cab"), Some(Answer::Order(vec![2, 0, 1])));
    assert_eq!(read("match", "2a 1c 3b"), Some(Answer::Match(vec![2, 0, 1])));
    assert_eq!(read("match", "1:c 2:a 3:b"), Some(Answer::Match(vec![2, 0, 1])));
    assert_eq!(read("number", "12.5 s"), Some(Answer::Number(12.5)));
    assert_eq!(read("number", "10,024"), None, "a comma means two things in this world");
    assert_eq!(read("number", "inf"), None);
    assert_eq!(points("1 3", 3), Ok(Answer::Open(vec![0, 2])));
    assert_eq!(points("none", 3), Ok(Answer::Open(vec![])));
    assert!(points("4", 3).is_err());
}

/// What a session prints, and the progress afterwards.
fn session(input: &[u8], ids: &[&str]) -> (String, Progress) {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    let library = LIBRARY.get_or_init(|| Library::shipped().expect("the suite proves it"));
    let questions: Vec<&Question> = ids.iter().map(|id| library.question(id).expect("it ships")).collect();
    let mut store = Store::nowhere();
    let mut output = Vec::new();
    let look = Look::of(80);
    Session { input, output: &mut output, echo: true, look, library, store: &mut store }
        .run(&questions, 7)
        .expect("memory can be written");
    (String::from_utf8(output).expect("text"), store.progress)
}

#[test]
fn a_session_judges_remembers_and_says_how_it_went() {
    let ids = ["components-latest-revision", "choice-when-eks", "stack-map"];
    let (text, progress) = session(b"four\n4\nskip\nquit\n", &ids);
    assert!(text.contains("\"four\" is no number"), "{text}");
    assert!(text.ends_with("1 of 1 right.\n"), "{text}");
    assert_eq!(progress.questions.keys().collect::<Vec<_>>(), ["components-latest-revision"]);
}

#[test]
fn the_end_of_the_input_is_the_end_of_the_quiz() {
    let (text, progress) = session(b"", &["choice-when-eks", "stack-map"]);
    assert!(text.ends_with("0 of 0 right.\n"), "{text}");
    assert_eq!(progress, Progress::default());
}

proptest! {
    #[test]
    fn whatever_is_typed_is_an_answer_or_asked_again(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let (text, _) = session(&bytes, &["stack-map", "lab-order", "roles-open", "launch-sizes", "choice-when-eks"]);
        prop_assert!(!text.contains('\u{1b}'), "no control character comes back");
    }
}
