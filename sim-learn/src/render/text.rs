//! Text measured in terminal columns: cleaned of what a terminal would obey, measured, wrapped, cut.

use unicode_width::UnicodeWidthChar;

/// Columns that a character takes in a terminal.
pub(crate) fn char_width(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// Columns that a text takes: the sum over its characters, as they are put on the canvas one by one.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// `text` without anything a terminal would obey or that would move the columns after it: control characters become
/// `�`, tabs four spaces; joiners, variation selectors and marks of writing direction go.
pub(crate) fn clean(text: &str, ascii: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push('\n'),
            '\t' => out.push_str("    "),
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => {}
            '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ad}' | '\u{61c}' | '\u{180e}' => {}
            '\u{2028}' | '\u{2029}' => out.push(' '),
            c if c.is_control() => out.push(if ascii { '?' } else { '\u{fffd}' }),
            c if ascii && !c.is_ascii() => push_ascii(&mut out, c),
            c => out.push(c),
        }
    }
    out
}

/// `text` in characters of ASCII alone; what is in ASCII, escape sequences too, stays as it is.
pub(crate) fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() { out.push(c) } else { push_ascii(&mut out, c) }
    }
    out
}

/// The nearest ASCII of a character; `?` when there is none.
fn push_ascii(out: &mut String, c: char) {
    out.push_str(match c {
        '‘' | '’' | '′' => "'",
        '“' | '”' | '″' | '«' | '»' => "\"",
        '–' | '—' | '−' | '‐' | '‑' => "-",
        '…' => "...",
        '→' | '⇒' | '►' | '▶' => "->",
        '←' | '⇐' | '◄' | '◀' => "<-",
        '↔' | '⇔' => "<->",
        '×' | '✕' | '✗' => "x",
        '•' | '·' | '●' => "*",
        '◉' => "@",
        '≤' => "<=",
        '≥' => ">=",
        '≠' => "!=",
        '≈' => "~",
        '±' => "+-",
        '÷' => "/",
        'µ' | 'μ' => "u",
        '✓' | '✔' => "v",
        '◐' => "~",
        '─' => "-",
        '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => " ",
        c if char_width(c) == 0 => "",
        _ => "?",
    });
}

/// `text` broken at spaces into lines of at most `limit` columns; a word that is longer is cut.
/// Line breaks of the text are kept. Never empty.
pub(crate) fn wrap(text: &str, limit: usize) -> Vec<String> {
    let limit = limit.max(2);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        let mut used = 0;
        for word in paragraph.split_whitespace() {
            for (n, piece) in cut(word, limit).into_iter().enumerate() {
                let wide = width(&piece);
                let gap = usize::from(n == 0 && used > 0);
                if used > 0 && (n > 0 || used + gap + wide > limit) {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                } else if gap > 0 {
                    line.push(' ');
                    used += 1;
                }
                line.push_str(&piece);
                used += wide;
            }
        }
        lines.push(line);
    }
    lines
}

/// `word` in pieces of at most `limit` columns.
pub(crate) fn cut(word: &str, limit: usize) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut used = 0;
    for c in word.chars() {
        let wide = char_width(c);
        if used + wide > limit && used > 0 {
            pieces.push(String::new());
            used = 0;
        }
        if let Some(last) = pieces.last_mut() {
            last.push(c);
        }
        used += wide;
    }
    pieces
}
