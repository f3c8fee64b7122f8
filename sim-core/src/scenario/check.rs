//! A tree against the schema of a type: everything that does not fit.
//!
//! serde stops at the first problem and knows no places; here all are found, each where it stands. What passes may still
//! be refused by a type's own `Deserialize`, or by AWS.

mod choice;
mod words;

use serde_json::Value as Schema;

pub(super) use self::words::refusal;
use self::words::{all_of, listed, nearest_or_list};
use super::node::{Key, Node, Value};
use super::parse::Language;
use super::{Diagnostic, Sources, units};
use crate::api::schema::{Field, Shape, View};
use crate::spelling::nearest;

/// Values looked at in all [count]: alternatives inside alternatives multiply.
const STEPS_MAX: usize = 2_000_000;
/// Problems collected; there is no use in more.
const PROBLEMS_MAX: usize = 1_000;

/// All that keeps `root` from being what `schema` (as schemars writes it) describes.
pub fn check(root: &Node, schema: &Schema, sources: &Sources) -> Vec<Diagnostic> {
    let mut checker = Checker { root: schema, sources, problems: Vec::new(), steps: 0 };
    checker.value(root, View::root(schema), None);
    checker.problems
}

struct Checker<'a> {
    /// The schema document, where definitions are.
    root: &'a Schema,
    sources: &'a Sources,
    problems: Vec<Diagnostic>,
    steps: usize,
}

impl<'a> Checker<'a> {
    /// Checks one value; `key` is what it is called in its table.
    fn value(&mut self, node: &Node, view: View<'a>, key: Option<&Key>) {
        self.steps += 1;
        if node.value == Value::Invalid {
            return;
        }
        if self.steps > STEPS_MAX || self.problems.len() > PROBLEMS_MAX {
            return;
        }
        let before = self.problems.len();
        let unit = units::check_of(view.schema());
        let is_scalar = !matches!(node.value, Value::List(_) | Value::Table(_));
        // A unit words its own problems better than a shape does, but knows no places inside a table.
        if unit.is_none() || (!is_scalar && choice::fits(node, &view.shape())) {
            self.shape(node, view, key);
        }
        if let Some(check) = unit
            && self.problems.len() == before
            && !node.is_broken()
            && let Err(message) = check(node.to_json())
        {
            self.problems.push(refusal(&message, node));
        }
    }

    fn shape(&mut self, node: &Node, view: View<'a>, key: Option<&Key>) {
        let shape = view.shape();
        match (&shape, &node.value) {
            (Shape::Any, _) | (Shape::Boolean, Value::Bool(_)) => {}
            (Shape::Integer { min, max }, Value::Integer(number)) => {
                if !(*min..=*max).contains(&i128::from(*number)) {
                    self.out_of_range(node, number, range(*min, *max));
                }
            }
            (Shape::Number { min, max }, Value::Integer(_) | Value::Float(_)) => {
                let number = node.to_json().as_f64().unwrap_or_default();
                if !(*min..=*max).contains(&number) {
                    self.out_of_range(node, number, float_range(*min, *max));
                }
            }
            (Shape::String { options }, Value::String(text)) => {
                if !options.is_empty() && !options.contains(&text.as_str()) {
                    self.unknown_value(node, text, options, key);
                }
                self.length("characters", text.chars().count(), node, view, ["minLength", "maxLength"]);
            }
            (Shape::String { .. }, Value::Datetime(_)) if is_moment(view) => {}
            (Shape::List(item), Value::List(items)) => {
                items.iter().for_each(|one| self.value(one, *item, None));
                self.length("items", items.len(), node, view, ["minItems", "maxItems"]);
            }
            (Shape::Tuple(views), Value::List(items)) => {
                if items.len() != views.len() {
                    self.wrong_length("items", items.len(), node, views.len().to_string());
                }
                items.iter().zip(views).for_each(|(one, view)| self.value(one, *view, None));
            }
            (Shape::Map(view), Value::Table(entries)) => {
                let present = entries.iter().filter(|(_, value)| value.value != Value::Null);
                present.for_each(|(key, value)| self.value(value, *view, Some(key)));
            }
            (Shape::Structure { fields, open }, Value::Table(entries)) => {
                self.structure(node, entries, fields, *open);
            }
            (Shape::Choice(alternatives), _) => self.choice(node, view, alternatives, key),
            _ => self.wrong_type(node, &shape, view, key),
        }
    }

    fn structure(&mut self, node: &Node, entries: &[(Key, Node)], fields: &[Field<'a>], open: bool) {
        // A misspelt key is not missing as well.
        let mut misspelt = Vec::new();
        for (key, value) in entries.iter().filter(|(_, value)| value.value != Value::Null) {
            match fields.iter().find(|field| field.name == key.name) {
                Some(field) => self.value(value, field.view, Some(key)),
                None if open => {}
                None => misspelt.extend(self.unknown_key(key, fields)),
            }
        }
        let is_there = |name| node.get(name).is_some_and(|value| value.value != Value::Null);
        let is_missing = |name| !is_there(name) && !misspelt.contains(&name);
        let missing: Vec<_> = fields.iter().filter(|field| field.required && is_missing(field.name)).collect();
        if let Some(first) = missing.first() {
            let names: Vec<_> = missing.iter().map(|field| field.name).collect();
            let noun = if names.len() == 1 { "the key" } else { "the keys" };
            let message =
                format!("{noun} {} {} missing", listed(&names, "`"), if names.len() == 1 { "is" } else { "are" });
            // Of one key, what it is for.
            let help = if names.len() == 1 { words::first_sentence(first.view.description()) } else { String::new() };
            let help = if help.is_empty() { help } else { format!("`{}`: {help}", first.name) };
            self.problems.push(Diagnostic::error("missing-key", message).at(node.place(), "").help(help));
        }
    }

    /// Reports the key and answers with the field that was meant.
    fn unknown_key(&mut self, key: &Key, fields: &[Field<'a>]) -> Option<&'a str> {
        let names: Vec<_> = fields.iter().map(|field| field.name).collect();
        let help = match key.name.as_str() {
            "file" if !names.contains(&"file") => {
                "a table is read from a file when it says nothing but `file = \"….json\"` (or .toml); \
                 a file that was read cannot name another"
                    .to_owned()
            }
            name if names.is_empty() => format!("remove `{name}`: this table has no keys"),
            name => nearest_or_list(name, &names, "`", "the keys are"),
        };
        let message = format!("unknown key `{}`", key.name);
        self.problems.push(Diagnostic::error("unknown-key", message).at(key.place(), "").help(help));
        nearest(&key.name, names)
    }

    fn unknown_value(&mut self, node: &Node, text: &str, options: &[&str], key: Option<&Key>) {
        let of = key.map(|key| format!(" for `{}`", key.name)).unwrap_or_default();
        let message = format!("unknown value {text:?}{of}");
        let help = nearest_or_list(text, options, "\"", "the values are");
        self.problems.push(Diagnostic::error("unknown-value", message).at(node.place(), "").help(help));
    }

    fn out_of_range(&mut self, node: &Node, number: impl std::fmt::Display, range: String) {
        let problem = Diagnostic::error("out-of-range", format!("{number} is out of range"));
        self.problems.push(problem.at(node.place(), format!("expected {range}")));
    }

    fn length(&mut self, noun: &str, length: usize, node: &Node, view: View<'a>, limits: [&str; 2]) {
        let limit = |name| view.schema().get(name).and_then(Schema::as_u64).map(i128::from);
        let (min, max) = (limit(limits[0]).unwrap_or(0), limit(limits[1]).unwrap_or(i128::MAX));
        if !(min..=max).contains(&(length as i128)) {
            self.wrong_length(noun, length, node, range(min, max));
        }
    }

    fn wrong_length(&mut self, noun: &str, length: usize, node: &Node, expected: String) {
        let message = format!("expected {expected} {noun}, found {length}");
        self.problems.push(Diagnostic::error("length", message).at(node.place(), ""));
    }

    fn wrong_type(&mut self, node: &Node, shape: &Shape<'_>, view: View<'a>, key: Option<&Key>) {
        let (expected, found) = (words::article(shape, view), node.kind());
        let problem = Diagnostic::error("wrong-type", format!("expected {expected}, found {found}"));
        let text = self.rewritten(node, shape, key).or_else(|| self.rebracketed(node, shape));
        let help = text.map(|text| format!("write {text}")).unwrap_or_default();
        self.problems.push(problem.at(node.place(), "").help(help));
    }

    fn language(&self, node: &Node) -> Language {
        Language::of(&self.sources.get(node.source).name).unwrap_or(Language::Toml)
    }

    /// `[service]` as `[[service]]` and the other way round.
    fn rebracketed(&self, node: &Node, shape: &Shape<'_>) -> Option<String> {
        let text = &self.sources.get(node.source).text;
        let (written, before) = (text.get(node.span.clone())?, text.get(..node.span.start)?);
        // A header is the first on its line, a value is not.
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let is_header = self.language(node) == Language::Toml && before[line_start..].trim().is_empty();
        match (shape, &node.value) {
            (Shape::List(_), Value::Table(_)) if is_header && written.starts_with('[') => Some(format!("[{written}]")),
            (Shape::List(_), Value::Table(_)) if written.starts_with('{') => Some("it in brackets: [{ … }]".to_owned()),
            (Shape::Map(_) | Shape::Structure { .. }, Value::List(_)) if is_header => {
                Some(written.strip_prefix('[')?.strip_suffix(']')?.to_owned())
            }
            _ => None,
        }
    }

    /// The same value in the type that is expected, as the file's language has it, when that is clear.
    fn rewritten(&self, node: &Node, shape: &Shape<'_>, key: Option<&Key>) -> Option<String> {
        let value = match (shape, &node.value) {
            (Shape::String { options }, Value::Integer(_) | Value::Float(_) | Value::Bool(_) | Value::Datetime(_)) => {
                // As it is written: 1_000 and 1.50 stay what they are.
                let text = self.sources.get(node.source).text.get(node.span.clone())?;
                let known = options.is_empty() || options.contains(&text);
                known.then(|| format!("{text:?}"))?
            }
            (Shape::Integer { .. }, Value::String(text)) => text.parse::<i64>().ok()?.to_string(),
            (Shape::Integer { .. }, Value::Float(number)) if number.fract() == 0.0 && number.abs() < 1e15 => {
                format!("{number:.0}")
            }
            (Shape::Number { .. }, Value::String(text)) => {
                text.parse::<f64>().ok().filter(|number| number.is_finite())?;
                text.clone()
            }
            (Shape::Boolean, Value::String(text)) if text == "true" || text == "false" => text.clone(),
            (Shape::List(item), Value::String(text)) if matches!(item.shape(), Shape::String { .. }) => {
                format!("[{text:?}]")
            }
            (Shape::List(item), Value::Integer(number)) if matches!(item.shape(), Shape::Integer { .. }) => {
                format!("[{number}]")
            }
            _ => return None,
        };
        Some(match (key, self.language(node)) {
            (Some(key), Language::Toml) => format!("{} = {value}", key.name),
            (Some(key), Language::Json) => format!("{:?}: {value}", key.name),
            (None, _) => value,
        })
    }
}

/// Whether a text of this schema is a moment, which TOML can write without quotes.
fn is_moment(view: View<'_>) -> bool {
    view.schema().get("format").and_then(Schema::as_str).is_some_and(|format| format.starts_with("date"))
}

fn range(min: i128, max: i128) -> String {
    match (min > i128::from(i64::MIN), max < i128::from(i64::MAX)) {
        (true, true) => format!("{min} to {max}"),
        (true, false) => format!("{min} or more"),
        (false, true) => format!("{max} or less"),
        (false, false) => all_of(min, max),
    }
}

fn float_range(min: f64, max: f64) -> String {
    match (min.is_finite(), max.is_finite()) {
        (true, false) => format!("{min} or more"),
        (false, true) => format!("{max} or less"),
        _ => all_of(min, max),
    }
}
