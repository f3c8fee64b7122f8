//! `{ file = "task-definition.json" }` becomes what the file holds.

use std::collections::BTreeMap;

use super::node::{Node, Value};
use super::parse::{Language, parse};
use super::{Diagnostic, Place, Sources};
use crate::files::{self, FileError, Files};

/// Text read in all, a file counted as often as it is named [bytes].
const TOTAL_BYTES_MAX: usize = 4 << 20;

/// Replaces every table of the main file that says nothing but `file = "….json"` (or `.toml`) by the root of that
/// file. Spans then point into that file. A file that was read cannot name another: its `file` stays a key, which the
/// check refuses.
pub(super) fn splice(root: &mut Node, sources: &mut Sources, files: &dyn Files, problems: &mut Vec<Diagnostic>) {
    let mut splicer = Splicer { sources, files, read: BTreeMap::new(), bytes: 0, problems };
    splicer.visit(root);
}

struct Splicer<'a> {
    sources: &'a mut Sources,
    files: &'a dyn Files,
    /// The roots of the files read so far, by path.
    read: BTreeMap<String, Node>,
    bytes: usize,
    problems: &'a mut Vec<Diagnostic>,
}

impl Splicer<'_> {
    fn visit(&mut self, node: &mut Node) {
        if let Some((path, place)) = named_file(node) {
            match self.root_of(&path, place) {
                Some(root) => *node = root,
                None => node.value = Value::Invalid,
            }
            return;
        }
        match &mut node.value {
            Value::List(items) => items.iter_mut().for_each(|item| self.visit(item)),
            Value::Table(entries) => entries.iter_mut().for_each(|(_, value)| self.visit(value)),
            _ => {}
        }
    }

    fn root_of(&mut self, path: &str, place: Place) -> Option<Node> {
        let name = match files::clean(path) {
            Ok(name) => name,
            Err(why) => {
                self.refuse(path, FileError::Path(why), place);
                return None;
            }
        };
        if !self.read.contains_key(&name) {
            let root = match files::read(self.files, &name) {
                Ok(bytes) => parse(self.sources, &name, &bytes, self.problems),
                Err(error) => {
                    self.refuse(path, error, place);
                    return None;
                }
            };
            self.read.insert(name.clone(), root);
        }
        let root = self.read.get(&name)?;
        self.bytes = self.bytes.saturating_add(self.sources.get(root.source).text.len());
        if self.bytes > TOTAL_BYTES_MAX {
            let message = format!("the files of this scenario are larger than {} MiB in all", TOTAL_BYTES_MAX >> 20);
            if !self.problems.iter().any(|problem| problem.message == message) {
                self.problems.push(Diagnostic::error("file", message).at(place, ""));
            }
            return None;
        }
        Some(root.clone())
    }

    fn refuse(&mut self, path: &str, error: FileError, place: Place) {
        let message = format!("cannot read {path:?}: {error}");
        self.problems.push(Diagnostic::error("file", message).at(place, "").help(error.help()));
    }
}

/// The path in a table that says nothing but `file = "…"`, when it is a file that is read as a tree.
fn named_file(node: &Node) -> Option<(String, Place)> {
    match node.entries() {
        [(key, value)] if key.name == "file" => match &value.value {
            Value::String(path) if Language::of(path).is_some() => Some((path.clone(), value.place())),
            _ => None,
        },
        _ => None,
    }
}
