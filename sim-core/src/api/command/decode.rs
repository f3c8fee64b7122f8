//! The words of an option become the value that its schema asks for.

use std::cell::Cell;

use serde_json::{Map, Value};

use super::check::{check, check_members};
use super::options::{Given, Part};
use super::value::{self, Fault, Node, short};
use super::{Problem, help, shorthand};
use crate::api::schema::{Field, Shape, View};
use crate::files::{self, FILE_BYTES_MAX, FileError, Files};

/// Reads the files that one line names, and not without end: a list may name a large file many times.
pub(super) struct Reader<'a> {
    files: &'a dyn Files,
    /// What may still be read [bytes].
    left: Cell<usize>,
}

impl<'a> Reader<'a> {
    pub fn new(files: &'a dyn Files) -> Reader<'a> {
        Reader { files, left: Cell::new(FILE_BYTES_MAX) }
    }

    fn read(&self, path: &str) -> Result<String, FileError> {
        let text = files::read_text(self.files, path)?;
        let left = self.left.get().checked_sub(text.len()).ok_or(FileError::TooLarge)?;
        self.left.set(left);
        Ok(text)
    }
}

/// What stands behind one word: itself, or the file that it names.
struct Source<'a> {
    part: Part<'a>,
    /// Path and text.
    file: Option<(&'a str, String)>,
}

impl Source<'_> {
    fn text(&self) -> &str {
        self.file.as_ref().map_or(self.part.text(), |(_, text)| text)
    }

    /// The fault as a problem of the line. Inside a file the message says where, because the line cannot show it.
    fn problem(&self, fault: Fault) -> Problem {
        let Some((path, text)) = &self.file else {
            return Problem::new(self.part.place(fault.range), fault.message, fault.help);
        };
        let before = &text[..fault.range.start.min(text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        let message = format!("{path}:{line}:{column}: {}", fault.message);
        Problem::new(self.part.place(0..self.part.text().len()), message, fault.help)
    }
}

/// The value of an option of the operation; `None` when it is faulty.
pub(super) fn option(
    given: &Given<'_>,
    view: View<'_>,
    files: &Reader<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Value> {
    let name = given.word.text.split('=').next().unwrap_or_default();
    let sources = sources(given, files, problems)?;
    let shape = view.shape();
    let (item, whole) = match (&shape, sources.as_slice()) {
        // A list is one JSON text, or a word for each of its items.
        (Shape::List(_) | Shape::Tuple(_), [only]) if only.text().trim_start().starts_with('[') => (view, Some(only)),
        (Shape::List(item), _) => (*item, None),
        (_, [only]) => (view, Some(only)),
        // That the value is missing has been said.
        _ => return None,
    };
    if let Some(only) = whole {
        return one(only, item, name, problems);
    }
    let mut items = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        items.extend(one(source, item, &format!("{name}[{index}]"), problems));
    }
    Some(Value::Array(items))
}

/// The members that `--cli-input-json` brings.
pub(super) fn input(
    given: &Given<'_>,
    fields: &[Field<'_>],
    files: &Reader<'_>,
    problems: &mut Vec<Problem>,
) -> Map<String, Value> {
    let Some([source]) = sources(given, files, problems).and_then(|sources| <[_; 1]>::try_from(sources).ok()) else {
        return Map::new();
    };
    let (members, faults) = match value::json(source.text()) {
        Ok(node) => check_members(&node, fields),
        Err(fault) => (Map::new(), vec![fault]),
    };
    problems.extend(faults.into_iter().map(|fault| source.problem(fault)));
    members
}

/// The sources of an option's values; `None` when one of them cannot be read or has a problem already.
fn sources<'a>(given: &Given<'a>, files: &Reader<'_>, problems: &mut Vec<Problem>) -> Option<Vec<Source<'a>>> {
    let mut out = Vec::new();
    for part in given.values.iter().filter(|part| !part.word.broken) {
        match source(*part, files) {
            Ok(source) => out.push(source),
            Err(problem) => problems.push(problem),
        }
    }
    (out.len() == given.values.len()).then_some(out)
}

fn source<'a>(part: Part<'a>, files: &Reader<'_>) -> Result<Source<'a>, Problem> {
    let text = part.text();
    let Some(path) = text.strip_prefix("file://").or_else(|| text.strip_prefix("fileb://")) else {
        return Ok(Source { part, file: None });
    };
    match files.read(path) {
        Ok(text) => Ok(Source { part, file: Some((path, text)) }),
        Err(error) => {
            let message = format!("`{}` cannot be read: {error}", short(path));
            Err(Problem::new(part.place(0..text.len()), message, error.help()))
        }
    }
}

/// The value that one text stands for.
fn one(source: &Source<'_>, view: View<'_>, name: &str, problems: &mut Vec<Problem>) -> Option<Value> {
    let text = source.text();
    let looks_like_json = text.trim_start().starts_with(['{', '[']);
    let node = match view.shape() {
        shape if shape.is_scalar() => Ok(Node::word(text)),
        Shape::Any => Ok(value::json(text).unwrap_or_else(|_| Node::word(text))),
        Shape::Choice(_) if !looks_like_json => Ok(Node::word(text)),
        _ if looks_like_json => value::json(text),
        _ => shorthand::parse(text).map_err(|fault| {
            let help = if fault.help.is_empty() { shorthand_help(view) } else { fault.help };
            Fault { message: format!("{name}: {}", fault.message), help, ..fault }
        }),
    };
    let (value, faults) = match node {
        Ok(node) => check(&node, view, name),
        Err(fault) => (None, vec![fault]),
    };
    problems.extend(faults.into_iter().map(|fault| source.problem(fault)));
    value
}

fn shorthand_help(view: View<'_>) -> String {
    format!("write {}, or JSON", help::shorthand(view))
}
