//! What the last word of a line could become: for the Tab key of a shell and of the browser's terminal.

use super::names::kebab;
use super::options::{self, GLOBALS};
use super::words::{self, Word};
use super::{Output, Waiter, find, help, waiter};
use crate::api::schema::{self, Field, Shape, View};
use crate::api::{OPERATIONS, OperationEntry};

/// The words that the last word of `prefix` could become, itself included; an empty last word stands for any.
pub fn complete(prefix: &str) -> Vec<String> {
    complete_among(OPERATIONS, prefix)
}

/// The same with a list of operations of the caller's choice.
pub fn complete_among(entries: &[OperationEntry], prefix: &str) -> Vec<String> {
    let (mut words, _) = words::split(prefix);
    let last = match words.last() {
        Some(word) if word.span.end == prefix.len() => words.pop().map(|word| word.text).unwrap_or_default(),
        _ => String::new(),
    };
    let mut all = candidates(entries, &words, &last);
    all.retain(|candidate| candidate.starts_with(&last));
    all
}

fn candidates(entries: &[OperationEntry], words: &[Word], last: &str) -> Vec<String> {
    let Some((aws, words)) = words.split_first() else { return vec!["aws".to_owned()] };
    if aws.text != "aws" {
        return Vec::new();
    }
    let command = options::command(words);
    let entry = find(entries, &command);
    let document = entry.map(schema::document);
    let fields = document.as_ref().map(|root| View::root(root).shape().fields()).unwrap_or_default();
    let before = words.last().filter(|word| word.is_option()).and_then(|word| word.text.strip_prefix("--"));
    if let Some(values) = before.and_then(|option| values(&fields, option)) {
        return values;
    }
    if let [service, wait] = command.as_slice()
        && wait.text == "wait"
        && !last.starts_with('-')
    {
        return waiter::of(entries, &service.text).map(Waiter::kebab).collect();
    }
    if last.starts_with('-') || command.len() >= 2 {
        return option_names(&fields, words);
    }
    match command.as_slice() {
        [] => help::services(entries).into_iter().map(str::to_owned).chain(["help".to_owned()]).collect(),
        [service, ..] => {
            let mut all = help::operations(entries, &service.text);
            all.extend(waiter::of(entries, &service.text).next().map(|_| "wait".to_owned()));
            all.push("help".to_owned());
            all
        }
    }
}

/// The values of this option; `None` when it takes none, or is not known.
fn values(fields: &[Field<'_>], option: &str) -> Option<Vec<String>> {
    let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    if let Some(global) = GLOBALS.iter().find(|global| global.name == option) {
        let names: &[&str] = if option == "output" { &Output::NAMES } else { &[] };
        return global.value.then(|| own(names));
    }
    let field = fields.iter().find(|field| kebab(field.name) == option)?;
    let shape = match field.view.shape() {
        Shape::List(item) => item.shape(),
        shape => shape,
    };
    match shape {
        Shape::Boolean => None,
        Shape::String { options } => Some(own(&options)),
        _ => Some(Vec::new()),
    }
}

/// The options that were not given yet, those of the operation first.
fn option_names(fields: &[Field<'_>], words: &[Word]) -> Vec<String> {
    let mut all = Vec::new();
    for field in fields {
        let name = kebab(field.name);
        all.push(format!("--{name}"));
        if matches!(field.view.shape(), Shape::Boolean) {
            all.push(format!("--no-{name}"));
        }
    }
    if !fields.is_empty() {
        all.push("--cli-input-json".to_owned());
    }
    all.extend(GLOBALS.iter().filter(|global| global.accepted).map(|global| format!("--{}", global.name)));
    all.push("--help".to_owned());
    all.retain(|name| !words.iter().any(|word| word.text.split('=').next() == Some(name)));
    all
}
