//! A grid of characters with colours, and how it becomes lines of text.

use super::text::char_width;

/// A colour of the 24-bit palette.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rgb(pub u8, pub u8, pub u8);

/// How a cell looks beside its character.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Paint {
    pub colour: Option<Rgb>,
    pub bold: bool,
    pub dim: bool,
}

impl Paint {
    /// The escape sequence that switches this look on; empty for the plain one.
    fn start(self) -> String {
        let mut codes = Vec::new();
        if self.bold {
            codes.push("1".to_owned());
        }
        if self.dim {
            codes.push("2".to_owned());
        }
        if let Some(Rgb(r, g, b)) = self.colour {
            codes.push(format!("38;2;{r};{g};{b}"));
        }
        if codes.is_empty() { String::new() } else { format!("\x1b[{}m", codes.join(";")) }
    }
}

/// Stands in the cell to the right of a character that is two columns wide.
const CONTINUED: char = '\0';

/// A picture under construction.
pub(crate) struct Canvas {
    width: usize,
    cells: Vec<(char, Paint)>,
    /// Marks without a column of their own (accents), with the cell they belong to; in order of writing.
    marks: Vec<(usize, char)>,
}

impl Canvas {
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self { width, cells: vec![(' ', Paint::default()); width * height], marks: Vec::new() }
    }

    /// Puts one character; outside the canvas nothing happens.
    pub(crate) fn put(&mut self, x: usize, y: usize, c: char, paint: Paint) {
        if x < self.width
            && let Some(cell) = self.cells.get_mut(y * self.width + x)
        {
            *cell = (c, paint);
        }
    }

    /// Writes a text of one line from `x` to the right.
    pub(crate) fn write(&mut self, mut x: usize, y: usize, text: &str, paint: Paint) {
        for c in text.chars() {
            match char_width(c) {
                0 if x > 0 => self.marks.push((y * self.width + x - 1, c)),
                0 => {}
                wide => {
                    self.put(x, y, c, paint);
                    if wide == 2 {
                        self.put(x + 1, y, CONTINUED, paint);
                    }
                    x += wide;
                }
            }
        }
    }

    /// The lines, without empty columns on the left, empty lines at the ends, and spaces at line ends.
    pub(crate) fn text(&self, colour: bool) -> String {
        let rows: Vec<&[(char, Paint)]> = self.cells.chunks(self.width.max(1)).collect();
        let blank = |cell: &(char, Paint)| cell.0 == ' ';
        let left = rows.iter().filter_map(|row| row.iter().position(|c| !blank(c))).min().unwrap_or(0);
        let mut marks = self.marks.clone();
        marks.sort_by_key(|(at, _)| *at); // stable: marks of one cell keep their order
        let mut marks = marks.into_iter().peekable();
        let mut out = String::new();
        let mut empty = 0;
        for (y, row) in rows.iter().enumerate() {
            let end = row.iter().rposition(|c| !blank(c)).map_or(0, |last| last + 1);
            if end == 0 {
                empty += 1;
                continue;
            }
            if !out.is_empty() {
                (0..empty).for_each(|_| out.push('\n'));
            }
            empty = 0;
            let mut now = Paint::default();
            for (x, &(c, paint)) in row.iter().enumerate().take(end).skip(left) {
                if colour && paint != now && c != ' ' {
                    if now != Paint::default() {
                        out.push_str("\x1b[0m");
                    }
                    out.push_str(&paint.start());
                    now = paint;
                }
                if c != CONTINUED {
                    out.push(c);
                }
                while let Some((_, mark)) = marks.next_if(|(at, _)| *at <= y * self.width + x) {
                    out.push(mark);
                }
            }
            if now != Paint::default() {
                out.push_str("\x1b[0m");
            }
            out.push('\n');
        }
        out
    }
}
