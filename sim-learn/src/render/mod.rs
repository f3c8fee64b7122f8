//! Markdown and Mermaid as terminal text, in Unicode or in ASCII, at a given width.
//!
//! | module | what it holds |
//! |---|---|
//! | [`markdown`](self::markdown()) | a whole document; its Mermaid blocks are drawn |
//! | [`mermaid`](self::mermaid()) | one diagram: flowchart, state diagram or sequence diagram |
//! | `layout` | boxes and lines on a grid of characters |
//! | `draw` | a layout as characters |
//! | `canvas`, `text` | a grid of characters; text measured in columns |
//!
//! A picture is right or there is none: what `docs/mermaid.md` does not list is refused with line and column.
//! The source is text from a stranger: whatever it says, nothing of it is obeyed by the terminal, nothing panics, and
//! the work is bounded.

mod canvas;
mod draw;
mod layout;
#[path = "markdown/mod.rs"]
mod markdown_text;
#[path = "mermaid/mod.rs"]
mod mermaid_text;
mod problem;
mod shape;
#[cfg(test)]
mod tests;
mod text;

pub use problem::Problem;

/// How the text shall look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Columns that may be used [20..=400]; a value outside is taken as the nearest inside.
    pub width: usize,
    /// Only characters of ASCII.
    pub ascii: bool,
    /// Emphasis and classes as colour (ANSI SGR sequences).
    pub colour: bool,
}

impl Options {
    fn width(&self) -> usize {
        self.width.clamp(20, 400)
    }
}

/// Renders a Markdown document; blocks marked `mermaid` are drawn.
///
/// # Errors
/// A diagram that cannot be drawn, with its place in the document.
pub fn markdown(source: &str, options: &Options) -> Result<String, Problem> {
    markdown_text::render(source, options)
}

/// A text of our own in characters of ASCII alone: marks and signs become the nearest that there is.
#[must_use]
pub fn ascii(text: &str) -> String {
    text::ascii(text)
}

/// Draws one Mermaid diagram.
///
/// # Errors
/// What is not part of the subset, with its place; or a picture that cannot fit, with the width that it needs.
pub fn mermaid(source: &str, options: &Options) -> Result<String, Problem> {
    mermaid_text::render(source, options)
}
