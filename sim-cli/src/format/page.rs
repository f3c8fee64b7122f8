//! Markdown on a terminal.

use std::io::{IsTerminal, stdout};

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
    /// Only characters of ASCII in diagrams and frames
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
    pub fn page(&self, markdown: &str) -> String {
        wrapped(markdown, self.columns())
    }

    /// A Markdown text as a part of a page, each line behind `indent`.
    pub fn inset(&self, markdown: &str, indent: &str) -> String {
        let text = wrapped(markdown, self.columns().saturating_sub(indent.chars().count()));
        text.trim_end().lines().map(|line| format!("{indent}{line}").trim_end().to_owned() + "\n").collect()
    }
}

/// Paragraphs and items are wrapped; code and tables stay as they are.
fn wrapped(markdown: &str, width: usize) -> String {
    let mut page = String::new();
    let mut paragraph = String::new();
    let mut in_code = false;
    for line in markdown.trim().lines() {
        let is_fence = line.trim_start().starts_with("```");
        let begins = ["* ", "- ", "#", "|"].iter().any(|start| line.starts_with(start))
            || line.split_once(". ").is_some_and(|(number, _)| number.parse::<u32>().is_ok());
        if in_code || is_fence || line.trim().is_empty() || begins {
            flush(&mut paragraph, width, &mut page);
        }
        in_code ^= is_fence;
        if in_code || is_fence || line.starts_with('|') || line.trim().is_empty() {
            page += line;
            page.push('\n');
        } else {
            paragraph = if paragraph.is_empty() { line.to_owned() } else { format!("{paragraph} {}", line.trim()) };
        }
    }
    flush(&mut paragraph, width, &mut page);
    page
}

fn flush(paragraph: &mut String, width: usize, page: &mut String) {
    if paragraph.is_empty() {
        return;
    }
    let indent = if paragraph.starts_with("* ") || paragraph.starts_with("- ") { "  " } else { "" };
    let options = textwrap::Options::new(width).subsequent_indent(indent).break_words(false);
    *page += &textwrap::fill(paragraph, options);
    page.push('\n');
    paragraph.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_wrapped_and_code_is_not() {
        let text = "one two\nthree four\n\n* an item that is long\n\n```aws\naws ecs list-clusters --and more\n```\n";
        assert_eq!(
            wrapped(text, 14),
            "one two three\nfour\n\n* an item that\n  is long\n\n```aws\naws ecs list-clusters --and more\n```\n"
        );
    }
}
