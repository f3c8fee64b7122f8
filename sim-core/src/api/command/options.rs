//! Which words are options, which are their values, and which do not belong.

use std::ops::Range;

use super::names::{did_you_mean, kebab};
use super::words::Word;
use super::{PROBLEMS_MAX, Problem, quoted_list};
use crate::api::schema::{Field, Shape};
use crate::spelling::nearest;

/// An option that every command takes.
pub(super) struct Global {
    /// Its name, without hyphens.
    pub name: &'static str,
    /// Whether a value follows.
    pub value: bool,
    /// What it does here, or why it does nothing.
    pub about: &'static str,
    /// Whether it is accepted.
    pub accepted: bool,
}

const fn global(name: &'static str, value: bool, about: &'static str) -> Global {
    Global { name, value, about, accepted: true }
}

const fn refused(name: &'static str, value: bool, about: &'static str) -> Global {
    Global { name, value, about, accepted: false }
}

const NO_WIRE: &str = "no request leaves this machine";
const NO_PAGES: &str = "every answer comes whole; choose from it with --query";

/// The AWS CLI's global options.
pub(super) const GLOBALS: &[Global] = &[
    global("query", true, "A JMESPath expression that chooses from the output."),
    global("output", true, "How the output is written: json, table, text, yaml or off. Default: json."),
    global("region", true, "The Region, which must be that of the scenario."),
    global("profile", true, "Accepted; there is only one account here."),
    global("no-cli-pager", false, "Accepted; there is no pager here."),
    global("no-paginate", false, "Accepted; every answer comes whole."),
    refused("debug", false, NO_WIRE),
    refused("endpoint-url", true, NO_WIRE),
    refused("no-verify-ssl", false, NO_WIRE),
    refused("no-sign-request", false, NO_WIRE),
    refused("ca-bundle", true, NO_WIRE),
    refused("cli-read-timeout", true, NO_WIRE),
    refused("cli-connect-timeout", true, NO_WIRE),
    refused("cli-binary-format", true, "fileb:// reads text here"),
    refused("cli-error-format", true, "errors have one form here"),
    refused("cli-auto-prompt", false, "there is nobody to ask"),
    refused("no-cli-auto-prompt", false, "there is no prompt to turn off"),
    refused("color", true, "the output has no colours"),
    refused("version", false, "this is a simulator, not the AWS CLI"),
];

/// Options of the AWS CLI that belong to no operation and are not offered here, with the reason.
const ELSEWHERE: &[(&str, &str)] = &[
    ("cli-input-yaml", "write the input as JSON, for --cli-input-json"),
    ("generate-cli-skeleton", "`help` shows every option and its shape"),
    ("max-items", NO_PAGES),
    ("page-size", NO_PAGES),
    ("starting-token", NO_PAGES),
];

/// An option as it was given, and the words that follow it.
pub(super) struct Given<'a> {
    pub what: What<'a>,
    /// The word with the option's name.
    pub word: &'a Word,
    pub values: Vec<Part<'a>>,
}

/// Which option it is.
#[derive(Clone, Copy)]
pub(super) enum What<'a> {
    Global(&'static str),
    /// `--cli-input-json`.
    Input,
    /// An option of the operation.
    Field(Field<'a>),
    /// `--flag` or `--no-flag`.
    Flag(Field<'a>, bool),
}

/// One value: a word, or what follows `=` in `--option=value`.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub word: &'a Word,
    /// The bytes of the word before the value.
    pub skip: usize,
}

impl<'a> Part<'a> {
    pub fn text(&self) -> &'a str {
        &self.word.text[self.skip..]
    }

    pub fn place(&self, range: Range<usize>) -> Range<usize> {
        self.word.place(range.start + self.skip..range.end + self.skip)
    }
}

/// What the words of a line are.
#[derive(Default)]
pub(super) struct Sorted<'a> {
    /// The options, each with its values.
    pub given: Vec<Given<'a>>,
    /// Whether `help` or `--help` was asked for.
    pub help: bool,
    pub problems: Vec<Problem>,
}

/// The words that name service and operation: the first two that neither are options nor belong to a global one, and the
/// waiter behind `wait`.
pub(super) fn command(words: &[Word]) -> Vec<&Word> {
    let mut found = Vec::new();
    let mut rest = words.iter().peekable();
    while let Some(word) = rest.next() {
        let takes_value = |global: &Global| global.value && word.text.strip_prefix("--") == Some(global.name);
        if GLOBALS.iter().any(takes_value) {
            rest.next_if(|next| !next.is_option());
        } else if !word.is_option() && word.text != "help" {
            found.push(word);
            let words = if found.get(1).is_some_and(|word: &&Word| word.text == "wait") { 3 } else { 2 };
            if found.len() == words {
                break;
            }
        }
    }
    found
}

/// Sorts the words behind `aws`, of which so many `names` come before the options. `fields` are the options of the operation, `None` when there is no such
/// operation, so that its options cannot be judged.
pub(super) fn sort<'a>(words: &'a [Word], names: usize, fields: Option<&'a [Field<'a>]>) -> Sorted<'a> {
    let mut sorter = Sorter { rest: words, fields, names, named: 0, out: Sorted::default() };
    // Who has made so many mistakes wants to see the first ones first.
    while let Some((word, rest)) = sorter.rest.split_first().filter(|_| sorter.out.problems.len() < PROBLEMS_MAX) {
        sorter.rest = rest;
        if word.is_option() {
            sorter.option(word);
        } else if word.text == "help" && sorter.out.given.iter().all(|given| matches!(given.what, What::Global(_))) {
            sorter.out.help = true;
        } else if sorter.named < sorter.names {
            sorter.named += 1;
        } else {
            sorter.stray(word);
        }
    }
    sorter.out
}

struct Sorter<'a> {
    rest: &'a [Word],
    fields: Option<&'a [Field<'a>]>,
    /// How many words there are for service and operation, and a waiter [count].
    names: usize,
    /// How many of them have been seen.
    named: usize,
    out: Sorted<'a>,
}

impl<'a> Sorter<'a> {
    fn option(&mut self, word: &'a Word) {
        let (name, skip) = match word.text.split_once('=') {
            Some((name, _)) => (name, Some(name.len() + 1)),
            None => (word.text.as_str(), None),
        };
        let place = word.place(0..name.len());
        let Some(name) = name.strip_prefix("--").filter(|name| !name.is_empty() && !name.starts_with('-')) else {
            let help = format!("options start with two hyphens: --{}", name.trim_start_matches('-'));
            return self.out.problems.push(Problem::new(place, format!("`{name}` is not an option"), help));
        };
        if name == "help" {
            self.out.help = true;
        } else if let Some(global) = GLOBALS.iter().find(|global| global.name == name) {
            self.global(global, word, skip);
        } else if self.named < self.names {
            let help = "put the options behind the service and the operation: aws ecs list-clusters --option value";
            self.out.problems.push(Problem::new(place, format!("`--{name}` comes before the operation"), help));
        } else if let Some(fields) = self.fields {
            match find(fields, name) {
                Some(what) => self.take(what, word, skip, name),
                None => self.skip(unknown(fields, name, place)),
            }
        } else {
            // Nobody knows the options of an unknown operation; that it is unknown is said elsewhere.
            self.values();
        }
    }

    fn global(&mut self, global: &'static Global, word: &'a Word, skip: Option<usize>) {
        if !global.accepted {
            let message = format!("--{} has no meaning here: {}", global.name, global.about);
            self.out.problems.push(Problem::new(word.span.clone(), message, "leave it out"));
        }
        let values = if global.value || skip.is_some() { self.one(global.name, word, skip) } else { Vec::new() };
        if !global.value && skip.is_some() {
            self.no_value(word, global.name, &format!("--{}", global.name));
        }
        self.add(Given { what: What::Global(global.name), word, values });
    }

    fn take(&mut self, what: What<'a>, word: &'a Word, skip: Option<usize>, name: &str) {
        let values = match what {
            What::Flag(field, _) => {
                let flag = kebab(field.name);
                let follows = self.rest.first().filter(|next| matches!(next.text.as_str(), "true" | "false"));
                if let Some(next) = follows {
                    self.rest = &self.rest[1..];
                    self.no_value(next, name, &format!("--{flag} or --no-{flag}"));
                } else if skip.is_some() {
                    self.no_value(word, name, &format!("--{flag} or --no-{flag}"));
                }
                Vec::new()
            }
            What::Field(field) if skip.is_none() && matches!(field.view.shape(), Shape::List(_) | Shape::Tuple(_)) => {
                self.values()
            }
            _ => self.one(name, word, skip),
        };
        self.add(Given { what, word, values });
    }

    fn no_value(&mut self, word: &Word, name: &str, form: &str) {
        let message = format!("--{name} takes no value");
        self.out.problems.push(Problem::new(word.span.clone(), message, format!("write {form}")));
    }

    /// The one value of an option.
    fn one(&mut self, name: &str, word: &'a Word, skip: Option<usize>) -> Vec<Part<'a>> {
        if let Some(skip) = skip {
            return vec![Part { word, skip }];
        }
        match self.rest.split_first() {
            Some((next, rest)) if !next.is_option() => {
                self.rest = rest;
                vec![Part { word: next, skip: 0 }]
            }
            next => {
                let help = match next {
                    Some((next, _)) => format!("a value that starts with a hyphen is written --{name}={}", next.text),
                    None => format!("write --{name} and a value"),
                };
                self.out.problems.push(Problem::new(word.span.clone(), format!("--{name} needs a value"), help));
                Vec::new()
            }
        }
    }

    /// All words up to the next option.
    fn values(&mut self) -> Vec<Part<'a>> {
        let count = self.rest.iter().take_while(|word| !word.is_option()).count();
        let (values, rest) = self.rest.split_at(count);
        self.rest = rest;
        values.iter().map(|word| Part { word, skip: 0 }).collect()
    }

    fn add(&mut self, given: Given<'a>) {
        let same = |a: &What<'_>, b: &What<'_>| match (a, b) {
            (What::Global(a), What::Global(b)) => a == b,
            (What::Input, What::Input) => true,
            (What::Field(a) | What::Flag(a, _), What::Field(b) | What::Flag(b, _)) => a.name == b.name,
            _ => false,
        };
        if self.out.given.iter().any(|earlier| same(&earlier.what, &given.what)) {
            let message = format!("{} is given twice", given.word.text.split('=').next().unwrap_or_default());
            self.out.problems.push(Problem::new(given.word.span.clone(), message, "leave one of them out"));
        } else {
            self.out.given.push(given);
        }
    }

    /// An option that is none: one problem, not another for each of its values.
    fn skip(&mut self, problem: Problem) {
        self.out.problems.push(problem);
        self.values();
    }

    fn stray(&mut self, word: &Word) {
        if self.fields.is_none() {
            return;
        }
        let text = &word.text;
        let help = if text.starts_with(['–', '—']) {
            "options start with two plain hyphens: --".to_owned()
        } else if text == "aws" {
            "give every command a line of its own".to_owned()
        } else {
            match self.out.given.last().map(|given| given.word.text.as_str()) {
                Some(option) if !option.contains('=') => {
                    format!("{option} takes one word: put a value with spaces in quotes")
                }
                _ => "options start with two hyphens: --".to_owned(),
            }
        };
        let message = format!("`{}` belongs to no option", super::value::short(text));
        self.out.problems.push(Problem::new(word.span.clone(), message, help));
    }
}

/// The option of this name. Booleans are flags, with `--no-…` for false, or `--disable-…` where the flag is
/// `--enable-…`, as ECS has it for `--enable-execute-command`.
fn find<'a>(fields: &'a [Field<'a>], name: &str) -> Option<What<'a>> {
    if name == "cli-input-json" {
        return Some(What::Input);
    }
    fields.iter().find_map(|field| {
        let own = kebab(field.name);
        match field.view.shape() {
            Shape::Boolean if own == name => Some(What::Flag(*field, true)),
            Shape::Boolean if name.strip_prefix("no-") == Some(&own) => Some(What::Flag(*field, false)),
            Shape::Boolean => {
                let disabled = name.strip_prefix("disable-").zip(own.strip_prefix("enable-"));
                disabled.filter(|(a, b)| a == b).map(|_| What::Flag(*field, false))
            }
            _ => (own == name).then_some(What::Field(*field)),
        }
    })
}

/// Every option of an operation, hyphens included, in the order of the type.
pub(super) fn names(fields: &[Field<'_>]) -> Vec<String> {
    fields.iter().map(|field| format!("--{}", kebab(field.name))).collect()
}

fn unknown(fields: &[Field<'_>], name: &str, place: Range<usize>) -> Problem {
    if let Some((_, why)) = ELSEWHERE.iter().find(|(known, _)| *known == name) {
        return Problem::new(place, format!("--{name} is not offered here"), *why);
    }
    let own = names(fields);
    let globals: Vec<String> = GLOBALS.iter().filter(|it| it.accepted).map(|it| format!("--{}", it.name)).collect();
    // `--serviceName` is a likely way to miss `--service-name`.
    let meant = format!("--{}", kebab(name));
    let help = match nearest(&meant, own.iter().chain(&globals).map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if own.is_empty() => "this operation has no options of its own".to_owned(),
        None => did_you_mean(&meant, own.iter().map(String::as_str)),
    };
    Problem::new(place, format!("there is no option --{name}"), help)
}

/// The required options that nobody gave, as one problem at `place`.
pub(super) fn missing(fields: &[Field<'_>], given: impl Fn(&str) -> bool, place: Range<usize>) -> Option<Problem> {
    let missing: Vec<_> = fields.iter().filter(|field| field.required && !given(field.name)).collect();
    let names: Vec<String> = missing.iter().map(|field| format!("--{}", kebab(field.name))).collect();
    let first = missing.first()?;
    let message = match names.as_slice() {
        [only] => format!("{only} is required"),
        all => format!("{} are required", quoted_list(all)),
    };
    let about = first.view.description().lines().next().unwrap_or_default();
    let help = if about.is_empty() || missing.len() > 1 { "add it".to_owned() } else { format!("add it: {about}") };
    let help = if missing.len() > 1 { "add them".to_owned() } else { help };
    Some(Problem::new(place, message, help))
}
