//! TOML to a tree.

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::super::node::{Key, Node, Value};
use super::super::{Diagnostic, SourceId};

/// Texts with syntax errors are read to the end up to this length [bytes]; of longer ones only the first error is told.
/// A hostile text has an error in every byte, and the parser keeps them all.
const RECOVERED_MAX: usize = 256 << 10;

/// The tree of a TOML text. A text with syntax errors is no tree: the parser recovers by guessing, and what would follow
/// from its guesses misleads.
pub(super) fn parse(source: SourceId, text: &str, problems: &mut Vec<Diagnostic>) -> Node {
    match DeTable::parse(text) {
        Ok(root) => {
            let value = Reader { source, problems }.table(root.get_ref());
            Node { source, span: 0..0, value }
        }
        Err(first) => {
            if text.len() <= RECOVERED_MAX {
                let (root, errors) = DeTable::parse_recoverable(text);
                let root = Reader { source, problems: &mut Vec::new() }.table(root.get_ref());
                problems.extend(syntax_errors(source, text, errors, &root));
            } else {
                problems.extend(syntax_errors(source, text, vec![first], &Value::Invalid));
            }
            Node { source, span: 0..0, value: Value::Invalid }
        }
    }
}

/// The errors in the order of the text. One per line, and none inside a bracket that is never closed: the parser
/// recovers by guessing, and what follows a wrong guess misleads.
fn syntax_errors(source: SourceId, text: &str, errors: Vec<toml::de::Error>, root: &Value) -> Vec<Diagnostic> {
    let end = text.len();
    let is_unclosed = |error: &toml::de::Error| {
        let about_bracket = ["unclosed array", "unclosed inline table"];
        about_bracket.iter().any(|message| error.message().starts_with(message))
    };
    let open = errors.iter().any(is_unclosed).then(|| unclosed(root, text)).flatten();
    let mut problems = Vec::new();
    let mut errors: Vec<_> = errors.iter().map(|error| (error.span().unwrap_or(end..end), error)).collect();
    errors.sort_by_key(|(span, _)| (span.start, span.end));
    let mut shown_up_to = 0;
    for (span, error) in errors {
        let start = text.floor_char_boundary(span.start.min(end));
        if start < shown_up_to || open.is_some_and(|open| start > open) {
            continue;
        }
        shown_up_to = text[start..].find('\n').map_or(end + 1, |length| start + length + 1);
        // "duplicate key, expected x, y": what is wrong, then what would be right.
        let (message, expected) = error.message().split_once(", expected ").unwrap_or((error.message(), ""));
        let message = match (message, span.is_empty()) {
            ("string values must be quoted", true) => "a value is missing",
            (message, _) => message,
        };
        let expected = match (message, expected) {
            ("string values must be quoted", _) => "write it in quotes".to_owned(),
            ("a value is missing", _) | (_, "") => String::new(),
            (_, expected) => format!("expected {expected}"),
        };
        problems.push(Diagnostic::error("syntax", message).at((source, span), expected));
    }
    if let Some(open) = open {
        let bracket = &text[open..open + 1];
        let problem = Diagnostic::error("syntax", format!("this `{bracket}` is never closed"));
        problems.push(problem.at((source, open..open + 1), ""));
    }
    problems
}

/// Where the outermost bracket opens that is not closed: the parser lets its value run to the end of the text, or to
/// where it gave up.
fn unclosed(value: &Value, text: &str) -> Option<usize> {
    let children: Vec<&Node> = match value {
        Value::Table(entries) => entries.iter().map(|(_, node)| node).collect(),
        Value::List(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    let open = |node: &Node| {
        let written = text.get(node.span.clone()).unwrap_or_default();
        let closer = match written.chars().next() {
            Some('[') => ']',
            Some('{') => '}',
            _ => return false,
        };
        let is_bracket = matches!(node.value, Value::List(_) | Value::Table(_));
        is_bracket && (!written.ends_with(closer) || node.span.end >= text.trim_end().len())
    };
    let of = |node: &Node| if open(node) { Some(node.span.start) } else { unclosed(&node.value, text) };
    children.into_iter().filter_map(of).min()
}

struct Reader<'a> {
    source: SourceId,
    problems: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn table(&mut self, table: &DeTable<'_>) -> Value {
        let mut entries: Vec<(Key, Node)> = Vec::with_capacity(table.len());
        for (name, value) in table {
            let key = Key { source: self.source, span: name.span(), name: name.get_ref().to_string() };
            entries.push((key, self.node(value)));
        }
        entries.sort_by_key(|(key, _)| key.span.start);
        Value::Table(entries)
    }

    fn node(&mut self, value: &Spanned<DeValue<'_>>) -> Node {
        let span = value.span();
        let mut refuse = |message: String, help: &str| {
            self.problems.push(Diagnostic::error("number", message).at((self.source, span.clone()), "").help(help));
            Value::Invalid
        };
        let value = match value.get_ref() {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Integer(number) => match integer(number) {
                Some(number) => Value::Integer(number),
                None => refuse(format!("the integer {number} does not fit into 64 bits"), ""),
            },
            DeValue::Float(number) => match number.as_str().parse::<f64>() {
                Ok(number) if number.is_finite() => Value::Float(number),
                _ => refuse(format!("{number} is not a finite number"), "no quantity in a scenario is without bounds"),
            },
            DeValue::Boolean(value) => Value::Bool(*value),
            DeValue::Datetime(moment) => Value::Datetime(moment.to_string()),
            DeValue::Array(items) => Value::List(items.iter().map(|item| self.node(item)).collect()),
            DeValue::Table(table) => self.table(table),
        };
        Node { source: self.source, span, value }
    }
}

fn integer(number: &DeInteger<'_>) -> Option<i64> {
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}
