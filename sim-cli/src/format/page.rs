//! Markdown on a terminal.

use std::borrow::Cow;
use std::io::{IsTerminal, stdout};

use sim_learn::render::{Options, ascii, markdown};

use crate::exit::Exit;

/// The narrowest and the widest page [columns].
const WIDTH: std::ops::RangeInclusive<usize> = 40..=100;
/// The width when nobody watches [columns].
const WIDTH_OF_A_FILE: usize = 80;

/// How pages look.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Look {
    /// Columns of a page; those of the terminal unless set
    #[arg(long, value_name = "N", global = true)]
    width: Option<usize>,
    /// Only characters of ASCII, in diagrams, frames, marks and texts
    #[arg(long, global = true)]
    pub ascii: bool,
}

impl Look {
    /// A page of so many columns.
    pub fn of(width: usize) -> Look {
        Look { width: Some(width), ascii: false }
    }

    /// Columns of a page.
    pub fn columns(&self) -> usize {
        let width =
            self.width.unwrap_or_else(|| if stdout().is_terminal() { textwrap::termwidth() } else { WIDTH_OF_A_FILE });
        width.clamp(*WIDTH.start(), *WIDTH.end())
    }

    /// A Markdown text as a page.
    pub fn page(&self, text: &str) -> String {
        self.rendered(text, self.columns())
    }

    /// A Markdown text as a part of a page, each line behind `indent`.
    pub fn inset(&self, text: &str, indent: &str) -> String {
        let text = self.rendered(text, self.columns().saturating_sub(indent.chars().count()));
        text.trim_end().lines().map(|line| format!("{indent}{line}").trim_end().to_owned() + "\n").collect()
    }

    /// A text as this look writes it: in ASCII alone if that is asked for.
    pub fn written<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.ascii { Cow::Owned(ascii(text)) } else { Cow::Borrowed(text) }
    }

    /// Prints to the standard output.
    pub fn print(&self, text: &str) -> Exit {
        super::print(&self.written(text))
    }

    /// What cannot be drawn is shown as it is written.
    fn rendered(&self, text: &str, width: usize) -> String {
        // A terminal has colours unless its owner does not want them (https://no-color.org).
        let colour = stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
        let options = Options { width, ascii: self.ascii, colour };
        let page = markdown(text, &options).unwrap_or_else(|_| text.to_owned());
        page.trim_end().to_owned() + "\n"
    }
}
