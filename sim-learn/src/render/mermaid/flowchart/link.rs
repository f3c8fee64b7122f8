//! Lines: `-->`, `---`, `-.->`, `==>`, `--o`, `<-->`, longer ones, and their texts.

use super::super::chart::Link;
use super::super::graph::{LABEL_MAX, Stroke, Tip};
use super::super::label::label;
use super::super::scan::Cursor;
use crate::render::Problem;

/// Reads a line, if one is here.
pub(super) fn link(cursor: &mut Cursor<'_>) -> Result<Option<Link>, Problem> {
    let start = *cursor;
    if cursor.starts_with("~~~") {
        let waves = cursor.take_while(|c| c == '~').len();
        return Ok(Some(Link {
            tail: Tip::Plain,
            head: Tip::Plain,
            stroke: Stroke::Invisible,
            length: waves - 2,
            label: piped(cursor)?.unwrap_or_default(),
        }));
    }
    let tail = match cursor.peek() {
        Some('<') => Tip::Arrow,
        Some('o') => Tip::Circle,
        Some('x') => Tip::Cross,
        _ => Tip::Plain,
    };
    if tail != Tip::Plain {
        cursor.at += 1;
    }
    let stroke = if cursor.starts_with("--") {
        Stroke::Solid
    } else if cursor.starts_with("==") {
        Stroke::Thick
    } else if cursor.starts_with("-.") {
        Stroke::Dotted
    } else {
        *cursor = start;
        if matches!(start.peek(), Some('-' | '=' | '<' | '~' | '.')) {
            return Err(start
                .problem("this is not a line that is drawn")
                .help("-->, ---, -.->, ==>, --o, --x, <--> and ~~~ are"));
        }
        return Ok(None);
    };
    if let Some((head, length)) = whole(cursor, stroke) {
        let label = piped(cursor)?.unwrap_or_default();
        return Ok(Some(Link { tail, head, stroke, length, label }));
    }
    // `-- text -->`: the text stands between two parts of the line.
    cursor.at += 2;
    let text_at = *cursor;
    let mut raw = String::new();
    loop {
        let here = *cursor;
        let closes = match stroke {
            Stroke::Dotted => cursor.starts_with(".-") || cursor.starts_with(".."),
            Stroke::Thick => cursor.starts_with("=="),
            _ => cursor.starts_with("--"),
        };
        if closes && let Some((head, length)) = closing(cursor, stroke) {
            let raw = raw.trim();
            let quoted = raw.strip_prefix('"').and_then(|r| r.strip_suffix('"'));
            let markdown = quoted.and_then(|r| r.strip_prefix('`')).and_then(|r| r.strip_suffix('`'));
            let label = label(markdown.or(quoted).unwrap_or(raw), markdown.is_some()).0;
            if label.is_empty() {
                return Err(text_at.problem("this line has no text").help("write --> for a line without"));
            }
            return Ok(Some(Link { tail, head, stroke, length, label }));
        }
        *cursor = here;
        match cursor.peek() {
            None | Some('\n') => {
                return Err(start.problem("this line does not end").help("-- text --> is a line with a text"));
            }
            Some(_) if raw.len() > LABEL_MAX => {
                return Err(text_at.problem(format!("a text of more than {LABEL_MAX} characters")));
            }
            Some(c) => raw.push(c),
        }
        cursor.at += 1;
    }
}

fn tip(cursor: &mut Cursor<'_>) -> Option<Tip> {
    let tip = match cursor.peek() {
        Some('>') => Tip::Arrow,
        Some('o') => Tip::Circle,
        Some('x') => Tip::Cross,
        _ => return None,
    };
    cursor.at += 1;
    Some(tip)
}

/// A line without a text: its head and its length. Nothing is read if there is none.
fn whole(cursor: &mut Cursor<'_>, stroke: Stroke) -> Option<(Tip, usize)> {
    let start = *cursor;
    let found = match stroke {
        Stroke::Dotted => {
            cursor.at += 1;
            closing(cursor, stroke)
        }
        _ => closing(cursor, stroke),
    };
    if found.is_none() {
        *cursor = start;
    }
    found
}

/// The part of a line that ends it. Two dashes alone begin a text; three are a line.
fn closing(cursor: &mut Cursor<'_>, stroke: Stroke) -> Option<(Tip, usize)> {
    match stroke {
        Stroke::Dotted => {
            let dots = cursor.take_while(|c| c == '.').len();
            if dots == 0 || !cursor.eat("-") {
                return None;
            }
            Some((tip(cursor).unwrap_or(Tip::Plain), dots))
        }
        _ => {
            let sign = if stroke == Stroke::Thick { '=' } else { '-' };
            let signs = cursor.take_while(|c| c == sign).len();
            match tip(cursor) {
                Some(tip) if signs >= 2 => Some((tip, signs - 1)),
                None if signs >= 3 => Some((Tip::Plain, signs - 2)),
                _ => None,
            }
        }
    }
}

/// `|text|` after a line.
fn piped(cursor: &mut Cursor<'_>) -> Result<Option<String>, Problem> {
    let before = *cursor;
    cursor.skip_spaces();
    let start = *cursor;
    if !cursor.eat("|") {
        *cursor = before;
        return Ok(None);
    }
    cursor.skip_spaces();
    let text = if cursor.peek() == Some('"') {
        let text = super::node::quoted(cursor)?.0;
        cursor.skip_spaces();
        text
    } else {
        let raw = cursor.take_while(|c| c != '|' && c != '\n');
        if raw.chars().count() > LABEL_MAX {
            return Err(start.problem(format!("a text of more than {LABEL_MAX} characters")));
        }
        label(&raw, false).0
    };
    if !cursor.eat("|") {
        return Err(start.problem("this text has no closing |"));
    }
    Ok(Some(text))
}
