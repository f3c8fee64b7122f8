//! What is wrong with a text, where, and the way out.

use std::fmt::{self, Write};
use std::ops::Range;

use serde::Serialize;
use serde_json::{Value, json};

use super::source::visible;
use super::{SourceId, Sources};

/// Columns of source text shown at most; a longer line is cropped around the span.
const LINE_WIDTH: usize = 100;
/// Problems that are kept and shown at most: a stranger's file can have millions.
const SHOWN_MAX: usize = 200;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The scenario cannot run.
    Error,
    /// It can, but perhaps not as meant.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        })
    }
}

/// A part of a text, and what to say beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Which text.
    pub source: SourceId,
    /// Which part [bytes].
    pub span: Range<usize>,
    /// What to say, such as "expected an integer"; may be empty.
    pub text: String,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The kind of problem, short and stable: `unknown-key`.
    pub code: &'static str,
    /// What is wrong, in one line.
    pub message: String,
    /// Where; the first is the place itself, others are what it clashes with. Empty when no text is to blame.
    pub labels: Vec<Label>,
    /// The way out; may be empty.
    pub help: String,
}

impl Diagnostic {
    /// An error without a place.
    pub fn error(code: &'static str, message: impl Into<String>) -> Diagnostic {
        let message = message.into();
        Diagnostic { severity: Severity::Error, code, message, labels: Vec::new(), help: String::new() }
    }

    /// A warning without a place.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, message) }
    }

    /// The same with one more place: anything that has a span.
    #[must_use]
    pub fn at(mut self, (source, span): (SourceId, Range<usize>), text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { source, span, text: text.into() });
        self
    }

    /// The same with a way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = help.into();
        self
    }

    /// What the order of reading is made of: place first, so that a file reads from top to bottom.
    fn order(&self) -> impl Ord + '_ {
        let place = self.labels.first().map(|label| (label.source, label.span.start, label.span.end));
        (place, self.severity, self.code, &self.message)
    }
}

/// Problems, and the texts they point at.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    /// The texts.
    pub sources: Sources,
    list: Vec<Diagnostic>,
    /// Problems beyond those kept [count].
    more: usize,
}

impl Diagnostics {
    /// The problems in the order of reading, each once.
    pub fn new(sources: Sources, mut list: Vec<Diagnostic>) -> Diagnostics {
        list.sort_by(|a, b| a.order().cmp(&b.order()));
        list.dedup();
        let more = list.len().saturating_sub(SHOWN_MAX);
        list.truncate(SHOWN_MAX);
        Diagnostics { sources, list, more }
    }

    /// The problems in the order of reading.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// Problems that were too many to keep [count].
    pub fn more(&self) -> usize {
        self.more
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// True when one of them keeps the scenario from running.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// The problems for an editor: lines and columns counted from 1 in characters, bytes from 0.
    pub fn to_json(&self) -> Value {
        let place = |Label { source, span, text }: &Label| {
            let source = self.sources.get(*source);
            let (start, end) = (source.position(span.start), source.position(span.end));
            json!({
                "file": source.name,
                "line": start.line,
                "column": start.column,
                "endLine": end.line,
                "endColumn": end.column,
                "bytes": [span.start, span.end],
                "text": text,
            })
        };
        let problem = |Diagnostic { severity, code, message, labels, help }: &Diagnostic| {
            let places: Vec<Value> = labels.iter().map(place).collect();
            json!({ "severity": severity, "code": code, "message": message, "places": places, "help": help })
        };
        self.list.iter().map(problem).collect()
    }
}

/// The problems as plain text without colours, for the browser and for tests.
impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.list.iter().enumerate() {
            if index > 0 {
                f.write_char('\n')?;
            }
            write_problem(f, &self.sources, problem)?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(f, "\n… and {more} more\n"),
        }
    }
}

impl std::error::Error for Diagnostics {}

fn write_problem(f: &mut fmt::Formatter<'_>, sources: &Sources, problem: &Diagnostic) -> fmt::Result {
    writeln!(f, "{}: {}", problem.severity, visible(&problem.message))?;
    let line_of = |label: &Label| sources.get(label.source).position(label.span.start).line;
    let gutter = problem.labels.iter().map(line_of).max().unwrap_or(0).to_string().len();
    let help = visible(&problem.help).replace('\n', &format!("\n{:gutter$}         ", ""));
    // With nothing to say beside the span, the way out stands there.
    let beside = problem.labels.first().is_some_and(|label| label.text.is_empty());
    for (index, label) in problem.labels.iter().enumerate() {
        let source = sources.get(label.source);
        let (arrow, mark) = if index == 0 { ("-->", "^") } else { (":::", "-") };
        let position = source.position(label.span.start);
        let excerpt = source.excerpt(&label.span, LINE_WIDTH);
        let text = match &label.text {
            _ if index == 0 && beside && !help.is_empty() => format!(" help: {help}"),
            text if text.is_empty() => String::new(),
            text => format!(" {}", visible(text)),
        };
        writeln!(f, "{:gutter$}{arrow} {}:{}:{}", "", visible(&source.name), position.line, position.column)?;
        let line = format!("{:>gutter$} | {}", position.line, excerpt.text);
        writeln!(f, "{}", line.trim_end())?;
        writeln!(f, "{:gutter$} | {:indent$}{}{text}", "", "", mark.repeat(excerpt.length), indent = excerpt.start)?;
    }
    match beside || help.is_empty() {
        true => Ok(()),
        false => writeln!(f, "{:gutter$} = help: {help}", ""),
    }
}
