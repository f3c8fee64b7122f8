//! `aws help`, `aws ecs help`, `aws ecs create-service help`: texts made from the schemas.

use serde_json::{Value, json};

use super::names::{did_you_mean, kebab};
use super::options::GLOBALS;
use super::waiter::{self, Waiter};
use crate::api::schema::{self, Field, Shape, View};
use crate::api::{OPERATIONS, OperationEntry};

/// The width of a help text [characters].
const WIDTH: usize = 78;
/// Structures inside structures that a shorthand example unfolds [count].
const DEPTH_MAX: usize = 3;

/// The help of an operation; of a service when `operation` is empty; of everything when both are. A name that does
/// not exist is answered with the nearest one.
pub fn help(service: &str, operation: &str) -> String {
    help_among(OPERATIONS, service, operation)
}

/// The same with a list of operations of the caller's choice.
pub fn help_among(entries: &[OperationEntry], service: &str, operation: &str) -> String {
    let names = [service, operation];
    among(entries, names.into_iter().filter(|name| !name.is_empty())).unwrap_or_else(|error| error)
}

/// The help for `service operation`, as far as they are given; an error names what does not exist.
pub(super) fn among<'a>(
    entries: &[OperationEntry],
    mut names: impl Iterator<Item = &'a str>,
) -> Result<String, String> {
    let Some(service) = names.next() else { return Ok(everything(entries)) };
    let services = services(entries);
    if !services.contains(&service) {
        return Err(format!("there is no service `{service}`; {}\n", did_you_mean(service, services)));
    }
    let Some(name) = names.next() else { return Ok(one_service(entries, service)) };
    if name == "wait" && waiter::of(entries, service).next().is_some() {
        return waiting(entries, service, names.next());
    }
    let entry = entries.iter().find(|entry| entry.service == service && (entry.kebab() == name || entry.name == name));
    entry.map(operation).ok_or_else(|| {
        let all = operations(entries, service);
        let help = did_you_mean(&kebab(name), all.iter().map(String::as_str));
        format!("`{service}` has no operation `{name}`; {help}\n")
    })
}

/// The services, in the order of the list.
pub(super) fn services(entries: &[OperationEntry]) -> Vec<&'static str> {
    let mut names: Vec<&str> = Vec::new();
    for entry in entries {
        if !names.contains(&entry.service) {
            names.push(entry.service);
        }
    }
    names
}

/// The operations of a service as the CLI spells them.
pub(super) fn operations(entries: &[OperationEntry], service: &str) -> Vec<String> {
    entries.iter().filter(|entry| entry.service == service).map(OperationEntry::kebab).collect()
}

fn everything(entries: &[OperationEntry]) -> String {
    let mut page = Page::default();
    page.section("SYNOPSIS", "aws <service> <operation> [options]");
    page.section("SERVICES", "");
    services(entries).iter().for_each(|name| page.item(name));
    page.title("GLOBAL OPTIONS");
    for global in GLOBALS.iter().filter(|global| global.accepted) {
        let value = if global.value { " <value>" } else { "" };
        page.line(1, &format!("--{}{value}", global.name));
        page.paragraph(2, global.about);
    }
    page.section("SEE ALSO", "aws <service> help\naws <service> <operation> help");
    page.out
}

fn one_service(entries: &[OperationEntry], service: &str) -> String {
    let mut page = Page::default();
    page.section("SYNOPSIS", &format!("aws {service} <operation> [options]"));
    page.section("OPERATIONS", "");
    for entry in entries.iter().filter(|entry| entry.service == service) {
        page.item(&entry.kebab());
        let document = schema::document(entry);
        let about = View::root(&document).description();
        page.paragraph(2, about.split("\n\n").next().unwrap_or_default());
    }
    if waiter::of(entries, service).next().is_some() {
        page.item("wait");
        page.paragraph(2, "Lets simulated time pass until something is as wished.");
    }
    page.out
}

/// The help of a service's waiters, or of one of them.
fn waiting(entries: &[OperationEntry], service: &str, name: Option<&str>) -> Result<String, String> {
    let all = || waiter::of(entries, service);
    let mut page = Page::default();
    page.section("NAME", "wait");
    let about = "Calls an operation again and again until its answer is as wished, and lets simulated time pass in between. \
                 It prints nothing, and ends with 255 when it gives up. Its options are those of the operation.";
    page.section("DESCRIPTION", about);
    page.section("SYNOPSIS", &format!("aws {service} wait <waiter> [options]"));
    page.section("WAITERS", "");
    for waiter in all().filter(|waiter| name.is_none_or(|name| waiter.kebab() == name)) {
        page.item(&waiter.kebab());
        let (seconds, operation) = (waiter.every.as_secs(), kebab(waiter.operation));
        page.paragraph(2, &format!("Calls {operation} every {seconds} s, {} times at most.", waiter.attempts));
    }
    match name.filter(|name| all().all(|waiter| waiter.kebab() != *name)) {
        None => Ok(page.out),
        Some(name) => {
            let names: Vec<String> = all().map(Waiter::kebab).collect();
            let help = did_you_mean(name, names.iter().map(String::as_str));
            Err(format!("`{service}` has no waiter `{name}`; {help}\n"))
        }
    }
}

fn operation(entry: &OperationEntry) -> String {
    let document = schema::document(entry);
    let root = View::root(&document);
    let fields = root.shape().fields();
    let name = entry.kebab();
    let mut page = Page::default();
    page.section("NAME", &name);
    page.section("DESCRIPTION", root.description());
    page.title("SYNOPSIS");
    page.line(1, &format!("aws {} {name}", entry.service));
    for field in &fields {
        let form = form(field);
        page.line(2, &if field.required { form } else { format!("[{form}]") });
    }
    page.line(2, "[--cli-input-json <value>]");
    page.title("OPTIONS");
    if fields.is_empty() {
        page.paragraph(1, "None of its own.");
    }
    for field in &fields {
        option(&mut page, field);
    }
    page.section("SEE ALSO", "aws help: the global options --query, --output, --region");
    page.out
}

/// `--cluster <value>`, or both ways of a flag.
fn form(field: &Field<'_>) -> String {
    let name = kebab(field.name);
    match field.view.shape() {
        Shape::Boolean => format!("--{name} | --no-{name}"),
        Shape::List(_) | Shape::Tuple(_) => format!("--{name} <value> ..."),
        _ => format!("--{name} <value>"),
    }
}

fn option(page: &mut Page, field: &Field<'_>) {
    let shape = field.view.shape();
    let required = if field.required { ", required" } else { "" };
    let name = if matches!(shape, Shape::Boolean) { form(field) } else { format!("--{}", kebab(field.name)) };
    page.line(1, &format!("{name} ({}{required})", kind(&shape)));
    page.paragraph(2, field.view.description());
    match &shape {
        Shape::String { options } if !options.is_empty() => {
            page.paragraph(2, &format!("Possible values: {}", options.join(", ")));
        }
        Shape::List(item) if !matches!(item.shape(), shape if shape.is_scalar()) => {
            page.paragraph(2, "Shorthand syntax, one word for each:");
            page.paragraph(3, &shorthand(*item));
        }
        Shape::List(item) => page.paragraph(2, &format!("Syntax: {0} {0} ...", word(&item.shape()))),
        Shape::Structure { .. } | Shape::Map(_) => {
            page.paragraph(2, "Shorthand syntax:");
            page.paragraph(3, &shorthand(field.view));
        }
        _ => {}
    }
    // That an empty list is the default goes without saying.
    let says_much = |value: &&Value| !value.is_null() && *value != &json!([]) && *value != &json!({});
    if let Some(value) = field.view.default_value().filter(says_much) {
        page.paragraph(2, &format!("Default: {value}"));
    }
    page.out.push('\n');
}

/// The AWS CLI's word for a type.
fn kind(shape: &Shape<'_>) -> &'static str {
    match shape {
        Shape::Boolean => "boolean",
        Shape::Integer { .. } => "integer",
        Shape::Number { .. } => "float",
        Shape::String { .. } => "string",
        Shape::List(_) | Shape::Tuple(_) => "list",
        Shape::Map(_) => "map",
        Shape::Structure { .. } => "structure",
        Shape::Choice(_) | Shape::Any => "document",
    }
}

fn word(shape: &Shape<'_>) -> String {
    match shape {
        Shape::String { options } if !options.is_empty() && options.len() <= 4 => options.join("|"),
        shape => kind(shape).to_owned(),
    }
}

/// How a value is written in shorthand: `targetGroupArn=string,containerPort=integer`.
pub(super) fn shorthand(view: View<'_>) -> String {
    let inner = match view.shape() {
        Shape::Structure { fields, .. } => members(&fields, 0),
        Shape::Map(value) => format!("KeyName1={0},KeyName2={0}", nested(value, 1)),
        shape => return word(&shape),
    };
    if inner.is_empty() { "JSON".to_owned() } else { inner }
}

fn members(fields: &[Field<'_>], depth: usize) -> String {
    let all = fields.iter().map(|field| format!("{}={}", field.name, nested(field.view, depth + 1)));
    all.collect::<Vec<_>>().join(",")
}

fn nested(view: View<'_>, depth: usize) -> String {
    if depth > DEPTH_MAX {
        return "...".to_owned();
    }
    match view.shape() {
        Shape::Structure { fields, .. } => format!("{{{}}}", members(&fields, depth)),
        Shape::Map(value) => format!("{{KeyName1={0},KeyName2={0}}}", nested(value, depth + 1)),
        Shape::List(item) => format!("[{0},{0}]", nested(item, depth + 1)),
        shape => word(&shape),
    }
}

/// A text with titles and indented paragraphs, as the AWS CLI's help.
#[derive(Default)]
struct Page {
    out: String,
}

impl Page {
    fn title(&mut self, title: &str) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
        self.out.push_str(title);
        self.out.push('\n');
    }

    fn section(&mut self, title: &str, text: &str) {
        if title != "DESCRIPTION" || !text.is_empty() {
            self.title(title);
            text.lines().for_each(|line| self.paragraph(1, line));
        }
    }

    fn item(&mut self, name: &str) {
        self.line(1, &format!("o {name}"));
    }

    fn line(&mut self, indent: usize, text: &str) {
        self.out.push_str(&"    ".repeat(indent));
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// The text in lines of [`WIDTH`]; paragraphs inside it stay apart.
    fn paragraph(&mut self, indent: usize, text: &str) {
        let room = WIDTH - 4 * indent;
        let mut line = String::new();
        for word in text.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                self.line(indent, &std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            self.line(indent, &line);
        }
    }
}
