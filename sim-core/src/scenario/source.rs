//! The texts of one scenario, and where in them a byte stands.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// Names one text inside its [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u32);

/// A place in a text, as editors count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line [from 1].
    pub line: usize,
    /// The column [characters, from 1].
    pub column: usize,
}

/// One text and its name.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path as the user wrote it.
    pub name: String,
    /// What the file holds.
    pub text: String,
    /// Where each line starts [bytes].
    lines: Vec<usize>,
    /// The number of the first line: 1, unless this is a part of a larger text.
    pub first_line: usize,
}

impl Source {
    fn new(name: String, text: String) -> Source {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Source { name, text, lines, first_line: 1 }
    }

    /// The nearest offset that is a character's first byte, at or before this one.
    fn boundary(&self, offset: usize) -> usize {
        self.text.floor_char_boundary(offset.min(self.text.len()))
    }

    /// Where the byte at `offset` stands; the end when it is past the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.boundary(offset);
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines[line - 1];
        Position { line: line - 1 + self.first_line, column: self.text[start..offset].chars().count() + 1 }
    }

    /// The text of a line counted from 1, without its end; empty when there is no such line.
    pub fn line(&self, line: usize) -> &str {
        let range = self.line_range(line);
        self.text[range].trim_end_matches(['\n', '\r'])
    }

    /// The text without what a terminal would obey, every byte of the rest in its place: for printers of their own.
    pub fn visible_text(&self) -> String {
        let harmed = |c: char| !matches!(c, '\n' | '\r' | '\t') && !harmless(c);
        let instead = |c: char| match c.len_utf8() {
            1 => '?',
            2 => '¿',
            _ => '\u{fffd}',
        };
        self.text.chars().map(|c| if harmed(c) { instead(c) } else { c }).collect()
    }

    /// Bytes of the longest line.
    pub fn line_bytes_max(&self) -> usize {
        let ends = self.lines.iter().skip(1).copied().chain([self.text.len()]);
        self.lines.iter().zip(ends).map(|(start, end)| end - start).max().unwrap_or(0)
    }

    fn line_range(&self, line: usize) -> Range<usize> {
        let end = self.text.len();
        let at = |line: usize| self.lines.get(line).copied().unwrap_or(end);
        let line = (line + 1).saturating_sub(self.first_line);
        at(line.saturating_sub(1))..at(line)
    }

    /// The first line of a span, ready to be shown: the text, and the columns to underline.
    pub(super) fn excerpt(&self, span: &Range<usize>, width_max: usize) -> Excerpt {
        let line = self.position(span.start).line;
        let start = self.boundary(span.start) - self.line_range(line).start;
        let text = self.line(line);
        let length = self.boundary(span.end).saturating_sub(self.boundary(span.start));
        Excerpt::of(text, start.min(text.len())..(start + length).min(text.len()), width_max)
    }
}

/// One line of text as a terminal shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The line: tabs as spaces, what a terminal would obey as `�`, the far ends cropped with `…`.
    pub text: String,
    /// Where the underline starts [terminal columns from 0].
    pub start: usize,
    /// How long it is [terminal columns], at least 1.
    pub length: usize,
}

impl Excerpt {
    fn of(line: &str, span: Range<usize>, width_max: usize) -> Excerpt {
        /// Columns kept in front of the span when a long line is cropped.
        const BEFORE: usize = 30;
        // A line may be the whole of a large file: only what can be seen is looked at.
        let from = line[..span.start].char_indices().rev().nth(2 * width_max).map_or(0, |(at, _)| at);
        let to = line[span.start..].char_indices().nth(2 * width_max).map_or(line.len(), |(at, _)| span.start + at);
        let (line, span) = (&line[from..to], span.start - from..span.end.min(to) - from);
        let cells: Vec<(usize, &str, usize)> = line.char_indices().map(|(at, c)| cell(&line[at..], at, c)).collect();
        let column = |at: usize| cells.iter().take_while(|cell| cell.0 < at).map(|cell| cell.2).sum::<usize>();
        let (start, end, width) = (column(span.start), column(span.end), column(line.len()));
        let crop = if width <= width_max { 0 } else { start.saturating_sub(BEFORE) };
        let mut shown = Excerpt { text: String::new(), start: 0, length: 1 };
        // Columns of the whole line already passed, and of the excerpt already filled.
        let (mut passed, mut filled) = (0, 0);
        if crop > 0 {
            shown.text.push('…');
            filled = 1;
        }
        let mut last = end;
        for (_, text, width) in &cells {
            if passed < crop {
                passed += width;
                continue;
            }
            if filled + width > width_max {
                shown.text.push('…');
                last = last.min(passed);
                break;
            }
            if passed <= start {
                shown.start = filled;
            }
            shown.text.push_str(text);
            passed += width;
            filled += width;
        }
        if start >= passed {
            shown.start = filled;
        }
        shown.length = last.saturating_sub(start).max(1);
        shown
    }
}

/// A character as (offset, what to print, columns it takes).
fn cell(rest: &str, at: usize, c: char) -> (usize, &str, usize) {
    match c {
        '\t' => (at, "    ", 4),
        _ if !harmless(c) => (at, "\u{fffd}", 1),
        _ => (at, &rest[..c.len_utf8()], c.width().unwrap_or(0)),
    }
}

/// False for what a terminal would obey instead of show: control characters, and those that turn the direction of
/// writing (a scenario may come from a stranger).
fn harmless(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

/// The text without what a terminal would obey; line ends and tabs stay.
pub fn visible(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '\n' | '\t') || harmless(c) { c } else { '\u{fffd}' }).collect()
}

/// The texts of one scenario: the main file first, then each file it names.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Adds a text.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        self.0.push(Source::new(name.into(), text.into()));
        SourceId(self.0.len() as u32 - 1)
    }

    /// Adds one line of a text that is too large to be kept.
    pub fn add_line(&mut self, name: impl Into<String>, line: usize, text: impl Into<String>) -> SourceId {
        let id = self.add(name, text);
        self.0[id.0 as usize].first_line = line;
        id
    }

    /// The text of this id; an empty one when the id is of other sources.
    pub fn get(&self, id: SourceId) -> &Source {
        static NOTHING: Source = Source { name: String::new(), text: String::new(), lines: Vec::new(), first_line: 1 };
        self.0.get(id.0 as usize).unwrap_or(&NOTHING)
    }

    /// Every text, in the order in which it was read.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.0.iter().enumerate().map(|(index, source)| (SourceId(index as u32), source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str, part: &str) -> String {
        let at = line.find(part).unwrap();
        let excerpt = Excerpt::of(line, at..at + part.len(), 40);
        format!("{}\n{}{}", excerpt.text, " ".repeat(excerpt.start), "^".repeat(excerpt.length))
    }

    #[test]
    fn positions_count_characters_from_one() {
        let source = Source::new("x".into(), "aé\nb\r\n\nlast".into());
        let at = |offset| (source.position(offset).line, source.position(offset).column);
        assert_eq!([at(0), at(1), at(2), at(3), at(4)], [(1, 1), (1, 2), (1, 2), (1, 3), (2, 1)]);
        assert_eq!((at(7), at(8), at(99)), ((3, 1), (4, 1), (4, 5)));
        assert_eq!([source.line(1), source.line(2), source.line(3), source.line(4)], ["aé", "b", "", "last"]);
        assert_eq!((source.line(0), source.line(5)), ("", ""));
        let mut sources = Sources::default();
        let part = sources.add_line("x", 4_711, "12 ms, oops");
        let position = sources.get(part).position(7);
        assert_eq!((position.line, position.column, sources.get(part).line(4_711)), (4_711, 8, "12 ms, oops"));
    }

    #[test]
    fn the_underline_is_below_its_text_whatever_the_characters_take() {
        insta::assert_snapshot!(shown("\tname = \"日本\" # x", "\"日本\""), @r#"
            name = "日本" # x
                   ^^^^^^
        "#);
        insta::assert_snapshot!(shown("a = \"\u{1b}[31m\"", "[31m"), @r#"
        a = "�[31m"
              ^^^^
        "#);
    }

    #[test]
    fn a_long_line_is_cropped_around_the_span() {
        let long = format!("{}NEEDLE{}", "-".repeat(100), "+".repeat(100));
        insta::assert_snapshot!(shown(&long, "NEEDLE"), @r"
        …------------------------------NEEDLE+++…
                                       ^^^^^^
        ");
        let endless = format!("key = {}", "x".repeat(200));
        let all = "x".repeat(200);
        insta::assert_snapshot!(shown(&endless, &all), @r"
        key = xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        ");
    }
}
