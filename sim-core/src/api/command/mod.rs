//! `aws <service> <operation> --options` lines.
//!
//! One decoder for every operation: the schema of the input type says what options there are, and which type each
//! value has. The stations of a line:
//!
//! ```text
//!   line ──words──► words ──options──► given options ──decode──► JSON input ──call──► output ──query──► ──output──► text
//!                                           ▲ values: shorthand, JSON, file://; checked against the schema
//! ```
//!
//! Parsing finds all problems of a line and points at each; it neither sees nor changes the world.

mod check;
mod complete;
mod decode;
mod help;
mod names;
mod options;
pub mod output;
mod query;
mod shorthand;
mod value;
mod waiter;
mod words;

#[cfg(test)]
mod tests;

use std::ops::Range;

use serde_json::{Map, Value};

pub use complete::{complete, complete_among};
pub use help::{help, help_among};
pub use names::kebab;
pub use output::Output;
pub use waiter::{Poll, WAITERS, Waiter};

use self::options::{Given, What};
use self::query::Query;
use self::words::Word;
use super::schema::{self, View};
use super::{ApiError, OPERATIONS, OperationEntry, throttle};
use crate::files::Files;
use crate::world::{Ctx, World};

/// Something wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where in the line [bytes].
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// A way out, such as the nearest valid spelling; empty when the message says it all.
    pub help: String,
}

impl Problem {
    fn new(span: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Problem {
        Problem { span, message: message.into(), help: help.into() }
    }
}

/// What a line asks for.
#[derive(Clone)]
pub enum Task {
    /// To call an operation.
    Call {
        /// The operation.
        entry: OperationEntry,
        /// Its input, in AWS's field names.
        input: Value,
    },
    /// To call an operation until its answer is as wished.
    Wait {
        /// What is wished.
        waiter: &'static Waiter,
        /// The operation.
        entry: OperationEntry,
        /// Its input, in AWS's field names.
        input: Value,
    },
    /// To print this help text.
    Help(String),
}

/// A line that has been understood.
#[derive(Clone)]
pub struct Command {
    /// The line as it was written.
    pub line: String,
    /// What it asks for.
    pub task: Task,
    /// `--query`: a valid JMESPath expression.
    pub query: Option<String>,
    /// `--output`, when it was given.
    pub output: Option<Output>,
    /// `--region`, when it was given. The caller compares it with the scenario's.
    pub region: Option<String>,
}

/// What a command did.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// What the AWS CLI prints on its standard output.
    pub stdout: String,
    /// What it prints on its standard error.
    pub stderr: String,
    /// Its exit code: 0, [`SERVICE_ERROR`] or [`GENERAL_ERROR`].
    pub code: u8,
    /// What the operation answered, before `--query`; null for a help text.
    pub result: Result<Value, ApiError>,
}

/// The longest line [bytes]: more than any person writes, little enough to be understood at once.
pub const LINE_BYTES_MAX: usize = 256 << 10;
/// About how many problems of one line are told [count].
const PROBLEMS_MAX: usize = 100;

/// The AWS CLI's exit code for a line that it does not understand.
pub const USAGE_ERROR: u8 = 252;
/// The AWS CLI's exit code when the service answers with an error.
pub const SERVICE_ERROR: u8 = 254;
/// The AWS CLI's exit code for everything else that fails, such as a query that does not fit the output.
pub const GENERAL_ERROR: u8 = 255;

impl Command {
    /// The name of the operation that is called; empty for a help text.
    pub fn operation(&self) -> &'static str {
        match &self.task {
            Task::Call { entry, .. } | Task::Wait { entry, .. } => entry.name,
            Task::Help(_) => "",
        }
    }

    /// Understands a line, or says all that is wrong with it. `files` answers for `file://`.
    pub fn parse(line: &str, files: &dyn Files) -> Result<Command, Vec<Problem>> {
        Command::parse_among(OPERATIONS, line, files)
    }

    /// The same with a list of operations of the caller's choice.
    pub fn parse_among(entries: &[OperationEntry], line: &str, files: &dyn Files) -> Result<Command, Vec<Problem>> {
        if line.len() > LINE_BYTES_MAX {
            let message = format!("the line is longer than {} KiB", LINE_BYTES_MAX >> 10);
            return Err(vec![Problem::new(0..line.len(), message, "put long values into files: file://value.json")]);
        }
        let (words, mut problems) = words::split(line);
        let parsed = understand(entries, line, &words, files, &mut problems);
        problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
        match parsed {
            Some(command) if problems.is_empty() => Ok(command),
            _ => Err(problems),
        }
    }

    /// Runs the command in the world. A waiter is started by whoever lets time pass, with [`Command::poll`].
    pub fn run(&self, world: &mut World, ctx: &mut Ctx) -> Outcome {
        match &self.task {
            Task::Wait { .. } => {
                Outcome { stdout: String::new(), stderr: String::new(), code: 0, result: Ok(Value::Null) }
            }
            Task::Help(text) => {
                Outcome { stdout: text.clone(), stderr: String::new(), code: 0, result: Ok(Value::Null) }
            }
            Task::Call { entry, input } => match throttled(entry, input, world, ctx) {
                Ok(output) => self.present(entry, without_nulls(output)),
                Err(error) => Outcome {
                    stdout: String::new(),
                    stderr: format!("\n{}\n", error.as_cli(entry.name)),
                    code: SERVICE_ERROR,
                    result: Err(error),
                },
            },
        }
    }

    /// Applies `--query` and `--output`.
    fn present(&self, entry: &OperationEntry, answer: Value) -> Outcome {
        let chosen = match &self.query {
            Some(text) => Query::compile(text).map_err(|fault| fault.message).and_then(|query| query.search(&answer)),
            None => Ok(answer.clone()),
        };
        // Operations of the CLI itself, such as get-login-password, print what they have as it is.
        if let (Value::String(text), None, None) = (&answer, &self.query, self.output) {
            return Outcome { stdout: format!("{text}\n"), stderr: String::new(), code: 0, result: Ok(answer) };
        }
        let format = self.output.unwrap_or_default();
        match chosen.and_then(|chosen| output::format(format, entry.name, &chosen)) {
            Ok(stdout) => Outcome { stdout, stderr: String::new(), code: 0, result: Ok(answer) },
            Err(message) => Outcome {
                stdout: String::new(),
                stderr: format!("\n{message}\n"),
                code: GENERAL_ERROR,
                result: Ok(answer),
            },
        }
    }
}

/// Calls an operation, if its bucket of tokens lets it [CP-026]; one of ECS may not see yet what another has just made [CP-012].
fn throttled(entry: &OperationEntry, input: &Value, world: &mut World, ctx: &mut Ctx) -> Result<Value, ApiError> {
    throttle::admit(entry, world, ctx.now())?;
    if entry.service == "ecs" {
        world.limits.look_back(ctx.now(), world.assume.api_visibility);
    }
    let answer = (entry.call)(input.clone(), world, ctx);
    world.limits.see_all();
    answer
}

/// The answer as AWS sends it: a member without a value is left out.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let there = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(there.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        value => value,
    }
}

fn understand(
    entries: &[OperationEntry],
    line: &str,
    words: &[Word],
    files: &dyn Files,
    problems: &mut Vec<Problem>,
) -> Option<Command> {
    let words = behind_aws(entries, line, words, problems)?;
    let command = options::command(words);
    let entry = find(entries, &command);
    let document = entry.map(schema::document);
    let fields = document.as_ref().map(|root| View::root(root).shape().fields());

    let sorted = options::sort(words, command.len().max(2), fields.as_deref());
    problems.extend(sorted.problems);
    let mut out =
        Command { line: line.to_owned(), task: Task::Help(String::new()), query: None, output: None, region: None };
    for given in sorted.given.iter() {
        if let What::Global(name) = given.what {
            out.global(name, given, problems);
        }
    }
    if sorted.help {
        let text = help::among(entries, command.iter().map(|word| word.text.as_str()));
        out.task = Task::Help(text.map_err(|_| problems.push(unknown(entries, line, &command))).ok()?);
        return Some(out);
    }
    let (Some(entry), Some(fields)) = (entry, &fields) else {
        problems.push(unknown(entries, line, &command));
        return None;
    };
    let files = decode::Reader::new(files);
    let mut input = Map::new();
    for given in sorted.given.iter().filter(|given| matches!(given.what, What::Input)) {
        input = decode::input(given, fields, &files, problems);
    }
    for given in &sorted.given {
        let (name, value) = match given.what {
            What::Field(field) => (field.name, decode::option(given, field.view, &files, problems)),
            What::Flag(field, on) => (field.name, Some(Value::Bool(on))),
            What::Global(_) | What::Input => continue,
        };
        input.extend(value.map(|value| (name.to_owned(), value)));
    }
    let there = |name: &str| {
        let option =
            |given: &Given<'_>| matches!(given.what, What::Field(field) | What::Flag(field, _) if field.name == name);
        input.contains_key(name) || sorted.given.iter().any(option)
    };
    // An input that could not be read may have held what seems to be missing.
    let unread = sorted.given.iter().any(|given| matches!(given.what, What::Input)) && !problems.is_empty();
    if !unread {
        let place = command.last().map_or(0..line.len(), |word| word.span.clone());
        problems.extend(options::missing(fields, there, place));
    }
    let (entry, input) = (*entry, Value::Object(input));
    out.task = match waiter::named(&command) {
        Some(waiter) => Task::Wait { waiter, entry, input },
        None => Task::Call { entry, input },
    };
    Some(out)
}

/// The words behind `aws`.
fn behind_aws<'a>(
    entries: &[OperationEntry],
    line: &str,
    words: &'a [Word],
    problems: &mut Vec<Problem>,
) -> Option<&'a [Word]> {
    let Some((first, rest)) = words.split_first() else {
        if problems.is_empty() {
            problems.push(Problem::new(0..line.len(), "there is no command", "write aws <service> <operation>"));
        }
        return None;
    };
    if first.text == "aws" {
        return Some(rest);
    }
    if !first.broken {
        let text = value::short(&first.text);
        let is_service = entries.iter().any(|entry| entry.service == text);
        let help = if is_service || crate::spelling::nearest(&text, ["aws"]).is_some() {
            "the line starts with `aws`"
        } else {
            "write aws <service> <operation>; `aws help` lists what there is"
        };
        problems.push(Problem::new(first.span.clone(), format!("only aws commands are run here, not `{text}`"), help));
    }
    None
}

/// The operation that is called, by a waiter if one is named.
fn find<'a>(entries: &'a [OperationEntry], command: &[&Word]) -> Option<&'a OperationEntry> {
    if let Some(waiter) = waiter::named(command) {
        return entries.iter().find(|entry| entry.service == waiter.service && entry.name == waiter.operation);
    }
    let [service, operation] = command else { return None };
    entries.iter().find(|entry| entry.service == service.text && entry.kebab() == operation.text)
}

/// What is wrong with the service or the operation.
fn unknown(entries: &[OperationEntry], line: &str, command: &[&Word]) -> Problem {
    let services = help::services(entries);
    let Some(service) = command.first() else {
        let help = format!("write aws <service> <operation>; {}", names::one_of(services));
        return Problem::new(0..line.len(), "there is no service", help);
    };
    if !services.contains(&service.text.as_str()) {
        let message = format!("there is no service `{}`", value::short(&service.text));
        return Problem::new(service.span.clone(), message, names::did_you_mean(&service.text, services));
    }
    let waiters: Vec<String> = waiter::of(entries, &service.text).map(Waiter::kebab).collect();
    if let Some(wait) = command.get(1).filter(|word| word.text == "wait" && !waiters.is_empty()) {
        let names = || waiters.iter().map(String::as_str);
        return match command.get(2) {
            None => Problem::new(wait.span.clone(), "there is no waiter behind `wait`", names::one_of(names())),
            Some(word) => {
                let message = format!("`{}` has no waiter `{}`", service.text, value::short(&word.text));
                Problem::new(word.span.clone(), message, names::did_you_mean(&kebab(&word.text), names()))
            }
        };
    }
    let mut operations = help::operations(entries, &service.text);
    operations.extend((!waiters.is_empty()).then(|| "wait".to_owned()));
    let operations = || operations.iter().map(String::as_str);
    let Some(operation) = command.get(1) else {
        let message = format!("there is no operation behind `{}`", service.text);
        return Problem::new(service.span.clone(), message, names::one_of(operations()));
    };
    let message = format!("`{}` has no operation `{}`", service.text, value::short(&operation.text));
    // `CreateService` is a likely way to miss `create-service`.
    Problem::new(operation.span.clone(), message, names::did_you_mean(&kebab(&operation.text), operations()))
}

impl Command {
    /// Keeps a global option that matters here.
    fn global(&mut self, name: &str, given: &Given<'_>, problems: &mut Vec<Problem>) {
        let Some(value) = given.values.first().filter(|value| !value.word.broken) else { return };
        match name {
            "query" => match Query::compile(value.text()) {
                Ok(_) => self.query = Some(value.text().to_owned()),
                Err(fault) => problems.push(Problem::new(value.place(fault.range), fault.message, fault.help)),
            },
            "output" => {
                self.output = Output::named(value.text());
                if self.output.is_none() {
                    let message = format!("there is no output format `{}`", value::short(value.text()));
                    let help = names::did_you_mean(value.text(), Output::NAMES);
                    problems.push(Problem::new(value.place(0..value.text().len()), message, help));
                }
            }
            "region" => self.region = Some(value.text().to_owned()),
            _ => {}
        }
    }
}

/// `a, b and c`.
fn quoted_list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
