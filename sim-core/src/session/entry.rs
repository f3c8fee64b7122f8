//! What somebody enters at the prompt: a line for the world, or a word for the session itself.

use super::{Goal, Refusal};
use crate::engine::Time;
use crate::spelling::nearest;
use crate::units::Span;

/// What was entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Nothing.
    Empty,
    /// A line for [`super::Session::type_line`].
    Line(String),
    /// Let time pass.
    Run(Goal),
    /// Why something is as it is.
    Why(String),
    /// What a rule says.
    Explain(String),
    /// Take the latest line back.
    Undo,
    /// What can be entered.
    Help,
    /// A hint for the exercise, which only the reader of lessons knows.
    Hint,
}

/// The session's own words, and what they do.
pub const WORDS: &[(&str, &str)] = &[
    ("advance SPAN", "let time pass: advance 5m"),
    ("until steady", "let time pass until every service is in a steady state"),
    ("why NAME", "why a task, a service or another thing is as it is: the chain of causes"),
    ("explain RULE", "what a rule says, and who says so: explain CP-126"),
    ("undo", "take the latest line back, with all that followed"),
    ("hint", "a hint for the exercise"),
    ("help", "this list"),
];

/// Understands what was entered at this moment.
pub fn read(text: &str, now: Time) -> Result<Entry, Refusal> {
    let text = text.trim();
    let words: Vec<&str> = text.split_whitespace().collect();
    let refuse = |message: String, help: &str| Err(Refusal::new(text, message, help));
    Ok(match words.as_slice() {
        [] => Entry::Empty,
        ["aws" | "docker" | "world", ..] => Entry::Line(text.to_owned()),
        ["advance", span] => match span.parse::<Span>() {
            Ok(span) => Entry::Run(Goal::Until(now + span.0)),
            Err(refusal) => return refuse(refusal.to_string(), "write a duration, such as 30s, 5m or 1h"),
        },
        ["advance", ..] => return refuse("how far?".to_owned(), "write a duration, such as advance 5m"),
        ["until", "steady"] => Entry::Run(Goal::Steady),
        ["until", ..] => return refuse("until what?".to_owned(), "until steady is all there is"),
        ["why", name] => Entry::Why((*name).to_owned()),
        ["why", ..] => return refuse("why what?".to_owned(), "name a task or a service: why web"),
        ["explain", rule] => Entry::Explain((*rule).to_owned()),
        ["explain", ..] => return refuse("explain what?".to_owned(), "name a rule: explain CP-126"),
        ["undo"] => Entry::Undo,
        ["help"] => Entry::Help,
        ["hint"] => Entry::Hint,
        [word, ..] => {
            let known = WORDS.iter().filter_map(|(words, _)| words.split(' ').next()).chain(["aws", "docker", "world"]);
            let help = match nearest(word, known) {
                Some(near) => format!("is `{near}` meant?"),
                None => "`help` says what there is".to_owned(),
            };
            return Err(Refusal::new(text, format!("there is no command `{}`", cut(word)), help));
        }
    })
}

fn cut(word: &str) -> String {
    word.chars().take(40).collect()
}

/// What can be entered, as text.
pub fn help() -> String {
    let mut text = String::from("What you can type:\n");
    let all = [
        ("aws SERVICE OPERATION …", "a command of the AWS CLI; `aws help` lists them, --help explains one"),
        ("docker push IMAGE:TAG", "push an image that the scenario describes"),
    ];
    for (words, meaning) in all.iter().chain(super::line::WORLD_LINES).chain(WORDS) {
        text += &format!("  {words:<34}{meaning}\n");
    }
    text
}
