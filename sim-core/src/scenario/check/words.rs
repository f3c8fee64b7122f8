//! The words of the check's messages.

use std::fmt::Display;

use super::super::{Diagnostic, Node};
use crate::api::schema::{Shape, View};
use crate::spelling::nearest;

/// Names listed before the rest is counted.
const LISTED_MAX: usize = 24;

/// What a shape is, with its article: "an integer".
pub(super) fn article(shape: &Shape<'_>, view: View<'_>) -> String {
    let moment = super::is_moment(view);
    match shape {
        Shape::Boolean => "true or false".into(),
        Shape::Integer { .. } => "an integer".into(),
        Shape::Number { .. } => "a number".into(),
        Shape::String { .. } if moment => "a date and time".into(),
        Shape::String { options } if (1..=4).contains(&options.len()) => listed_or(options, "\""),
        Shape::String { .. } => "a string".into(),
        Shape::List(_) => "a list".into(),
        Shape::Tuple(views) => format!("a list of {} items", views.len()),
        Shape::Map(_) | Shape::Structure { .. } => "a table".into(),
        Shape::Choice(alternatives) => {
            let mut kinds: Vec<String> = Vec::new();
            for one in alternatives {
                let kind = article(&one.shape(), *one);
                if !kinds.contains(&kind) {
                    kinds.push(kind);
                }
            }
            kinds.join(" or ")
        }
        Shape::Any => "anything".into(),
    }
}

/// `a`, `b` and `c`, each in this quote.
pub(super) fn listed(names: &[&str], quote: &str) -> String {
    joined(names, quote, "and")
}

/// `a`, `b` or `c`, each in this quote.
pub(super) fn listed_or(names: &[&str], quote: &str) -> String {
    joined(names, quote, "or")
}

fn joined(names: &[&str], quote: &str, word: &str) -> String {
    let shown: Vec<String> = names.iter().take(LISTED_MAX).map(|name| format!("{quote}{name}{quote}")).collect();
    match (names.len() - shown.len(), shown.as_slice()) {
        (0, [rest @ .., last]) if !rest.is_empty() => format!("{} {word} {last}", rest.join(", ")),
        (0, _) => shown.join(", "),
        (more, _) => format!("{} {word} {more} more", shown.join(", ")),
    }
}

/// "did you mean `a`?", or else all there are.
pub(super) fn nearest_or_list(word: &str, names: &[&str], quote: &str, all: &str) -> String {
    match nearest(word, names.iter().copied()) {
        Some(name) => format!("did you mean {quote}{name}{quote}?"),
        None => format!("{all} {}", listed(names, quote)),
    }
}

/// What a type's own `Deserialize` says of a value: a message, and on the next lines the way out.
pub(in crate::scenario) fn refusal(message: &str, node: &Node) -> Diagnostic {
    let (message, help) = message.split_once('\n').unwrap_or((message, ""));
    // serde's words for it are "invalid type: boolean `true`, expected a duration".
    let expected = message.strip_prefix("invalid type: ").and_then(|rest| rest.split_once(", expected "));
    let problem = match expected {
        Some((_, expected)) => Diagnostic::error("wrong-type", format!("expected {expected}, found {}", node.kind())),
        None => Diagnostic::error("value", message),
    };
    problem.at(node.place(), "").help(help)
}

/// The first sentence of a doc comment, on one line.
pub(super) fn first_sentence(text: &str) -> String {
    let paragraph = text.split("\n\n").next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    let end = paragraph.find(". ").map_or(paragraph.len(), |end| end + 1);
    paragraph[..end].to_owned()
}

/// A range with both ends.
pub(super) fn all_of(min: impl Display, max: impl Display) -> String {
    format!("{min} to {max}")
}
