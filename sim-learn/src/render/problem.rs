//! Why a text could not be rendered, and where.

use super::text::clean;
use std::fmt;

/// A place in the source, what is wrong there, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    pub(crate) fn new((line, column): (usize, usize), message: impl Into<String>) -> Self {
        Self { line, column, message: harmless(&message.into()), help: None }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(harmless(&help.into()));
        self
    }
}

/// A message may cite the source, and a terminal must not obey what it cites.
fn harmless(text: &str) -> String {
    clean(text, false).replace('\n', " ")
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)?;
        match &self.help {
            Some(help) => write!(f, " (help: {help})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}
