//! Running text: pieces with a look, wrapped into lines.

use crate::render::text::{char_width, width};

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    pub strong: bool,
    pub emphasis: bool,
    pub code: bool,
    pub struck: bool,
    pub dim: bool,
    pub link: bool,
}

impl Look {
    pub(super) const STRONG: Look =
        Look { strong: true, emphasis: false, code: false, struck: false, dim: false, link: false };
    pub(super) const DIM: Look =
        Look { strong: false, emphasis: false, code: false, struck: false, dim: true, link: false };

    /// The numbers of the SGR sequence; `None` for plain text.
    pub(super) fn codes(self) -> Option<String> {
        let all = [
            (self.strong, "1"),
            (self.dim, "2"),
            (self.emphasis, "3"),
            (self.link, "4"),
            (self.struck, "9"),
            (self.code, "36"),
        ];
        let codes: Vec<&str> = all.iter().filter(|(on, _)| *on).map(|(_, code)| *code).collect();
        (!codes.is_empty()).then(|| codes.join(";"))
    }
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub text: String,
    pub look: Look,
    /// A part of a picture that brings its own colours.
    pub drawn: bool,
}

impl Piece {
    pub(super) fn new(text: impl Into<String>, look: Look) -> Self {
        Self { text: text.into(), look, drawn: false }
    }

    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Look::default())
    }
}

pub(super) type Line = Vec<Piece>;

/// Columns of a line; pictures are not measured.
pub(super) fn line_width(line: &Line) -> usize {
    line.iter().map(|piece| width(&piece.text)).sum()
}

/// Breaks pieces at spaces into lines of at most `limit` columns; a longer word is cut. `\n` breaks a line.
/// Never empty.
pub(super) fn wrap(pieces: &[Piece], limit: usize) -> Vec<Line> {
    let limit = limit.max(2);
    let mut lines: Vec<Line> = vec![Vec::new()];
    let mut used = 0;
    let mut word: Vec<(char, Look)> = Vec::new();
    let mut gap: Option<Look> = None;
    let chars = pieces.iter().flat_map(|piece| piece.text.chars().map(move |c| (c, piece.look)));
    for (c, look) in chars.chain([('\n', Look::default())]) {
        if c != ' ' && c != '\n' {
            word.push((c, look));
            continue;
        }
        if !word.is_empty() {
            place(&mut lines, &mut used, &word, gap, limit);
            word.clear();
            gap = None;
        }
        if c == '\n' {
            lines.push(Vec::new());
            used = 0;
            gap = None;
        } else if used > 0 {
            gap = Some(look);
        }
    }
    lines.pop();
    if lines.is_empty() { vec![Vec::new()] } else { lines }
}

/// Appends a word to the last line, or begins a new one.
fn place(lines: &mut Vec<Line>, used: &mut usize, word: &[(char, Look)], gap: Option<Look>, limit: usize) {
    let wide: usize = word.iter().map(|(c, _)| char_width(*c)).sum();
    if *used > 0 {
        let space = usize::from(gap.is_some());
        if *used + space + wide > limit {
            lines.push(Vec::new());
            *used = 0;
        } else if let Some(look) = gap {
            push(lines, ' ', look);
            *used += 1;
        }
    }
    for &(c, look) in word {
        let wide = char_width(c);
        if *used + wide > limit {
            lines.push(Vec::new());
            *used = 0;
        }
        push(lines, c, look);
        *used += wide;
    }
}

fn push(lines: &mut [Line], c: char, look: Look) {
    let Some(line) = lines.last_mut() else { return };
    match line.last_mut() {
        Some(piece) if piece.look == look => piece.text.push(c),
        _ => line.push(Piece::new(c, look)),
    }
}
