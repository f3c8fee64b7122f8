//! Boxes: `id`, `id[text]` in all brackets, `id@{ shape: …, label: … }`, `:::class`.

use super::super::chart::Chart;
use super::super::graph::LABEL_MAX;
use super::super::label::label;
use super::super::scan::Cursor;
use super::super::shapes::{BRACKETS, NAMES};
use crate::render::Problem;
use crate::render::shape::Shape;

/// Reads one box and enters it; the answer is its id.
pub(super) fn node(cursor: &mut Cursor<'_>, chart: &mut Chart) -> Result<String, Problem> {
    let start = *cursor;
    let id = id(cursor);
    if id.is_empty() {
        return Err(start.problem(format!("expected the name of a box, found {}", start.seen())));
    }
    if matches!(id.as_str(), "subgraph" | "end" | "graph" | "flowchart" | "style" | "classDef" | "class" | "click") {
        return Err(start
            .problem(format!("\"{id}\" is a word of Mermaid and cannot name a box"))
            .help("write it with a capital letter"));
    }
    chart.mention(&id).map_err(|message| start.problem(message))?;
    if cursor.starts_with("@{") {
        cursor.at += 2;
        let (shape, text) = properties(cursor, start)?;
        chart.describe(&id, shape, text);
    } else if cursor.peek() == Some('@') {
        return Err(cursor.problem("names of links (id@-->) are not drawn").help("leave the name out"));
    } else if let Some((open, closings)) = BRACKETS.iter().find(|(open, _)| cursor.starts_with(open)) {
        let opening = *cursor;
        cursor.at += open.len();
        let ends: Vec<&str> = closings.iter().map(|(end, _)| *end).collect();
        let (text, bold, end) = text_until(cursor, &ends).map_err(|problem| {
            if problem.message.starts_with("no closing") {
                Problem { help: problem.help, ..opening.problem(problem.message) }
            } else {
                problem
            }
        })?;
        let shape = closings.iter().find(|(close, _)| *close == end).map_or(Shape::Rect, |(_, shape)| *shape);
        chart.describe(&id, Some(shape), Some((text, bold)));
    }
    if cursor.eat(":::") {
        let at = *cursor;
        let class = cursor.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ','));
        if class.is_empty() {
            return Err(at.problem(format!("expected the name of a class, found {}", at.seen())));
        }
        class.split(',').for_each(|class| chart.classify(&id, class));
    }
    Ok(id)
}

/// The name of a box. A dash or dot belongs to it if a letter follows and no arrow begins.
fn id(cursor: &mut Cursor<'_>) -> String {
    let mut id = String::new();
    while let Some(c) = cursor.peek() {
        let next = cursor.peek_at(1);
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let inside = match c {
            '-' | '.' => !id.is_empty() && word(next),
            '/' | ':' | '*' | '+' | '!' | '$' | '#' | '\'' => !id.is_empty() && word(next),
            c => c.is_alphanumeric() || c == '_',
        };
        if !inside {
            break;
        }
        id.push(c);
        cursor.at += 1;
    }
    id
}

/// A text up to one of the closing brackets, in quotes or without; also whether it is bold, and which bracket it was.
pub(super) fn text_until(
    cursor: &mut Cursor<'_>,
    ends: &[&'static str],
) -> Result<(String, bool, &'static str), Problem> {
    let missing = |at: &Cursor<'_>| at.problem(format!("no closing {}", ends.join(" or ")));
    let start = *cursor;
    cursor.take_while(char::is_whitespace);
    if cursor.peek() == Some('"') {
        let (text, bold) = quoted(cursor)?;
        cursor.take_while(char::is_whitespace);
        for end in ends {
            if cursor.eat(end) {
                return Ok((text, bold, end));
            }
        }
        return Err(if cursor.done() {
            missing(&start)
        } else {
            cursor.problem(format!("expected {} after the quoted text, found {}", ends.join(" or "), cursor.seen()))
        });
    }
    *cursor = start;
    let mut raw = String::new();
    loop {
        for end in ends {
            if cursor.eat(end) {
                check_length(&raw, &start)?;
                let (text, bold) = label(&raw, false);
                return Ok((text, bold, end));
            }
        }
        match cursor.peek() {
            None => return Err(missing(&start)),
            Some(c @ ('[' | ']' | '(' | ')' | '{' | '}' | '"' | '|')) => {
                return Err(cursor
                    .problem(format!("'{c}' in a text without quotes"))
                    .help("put the text in quotes: A[\"text (more)\"]"));
            }
            Some(c) => raw.push(c),
        }
        cursor.at += 1;
    }
}

/// A text in quotes; with backticks inside, a Markdown string.
pub(super) fn quoted(cursor: &mut Cursor<'_>) -> Result<(String, bool), Problem> {
    let start = *cursor;
    cursor.at += 1;
    let markdown = cursor.eat("`");
    let raw = cursor.take_while(|c| c != '"');
    if !cursor.eat("\"") {
        return Err(start.problem("this text has no closing quote"));
    }
    check_length(&raw, &start)?;
    let raw = if markdown { raw.strip_suffix('`').unwrap_or(&raw) } else { &raw };
    Ok(label(raw, markdown))
}

fn check_length(raw: &str, at: &Cursor<'_>) -> Result<(), Problem> {
    if raw.chars().count() > LABEL_MAX {
        return Err(at.problem(format!("a text of more than {LABEL_MAX} characters")));
    }
    Ok(())
}

/// `shape: …, label: …` up to the closing brace.
#[allow(clippy::type_complexity)]
fn properties(cursor: &mut Cursor<'_>, start: Cursor<'_>) -> Result<(Option<Shape>, Option<(String, bool)>), Problem> {
    let (mut shape, mut text) = (None, None);
    loop {
        cursor.take_while(|c| c.is_whitespace() || c == ',');
        if cursor.eat("}") {
            return Ok((shape, text));
        }
        if cursor.done() {
            return Err(start.problem("no closing }"));
        }
        let at = *cursor;
        let key = cursor.take_while(|c| c.is_alphanumeric() || c == '_' || c == '-');
        cursor.take_while(char::is_whitespace);
        if !cursor.eat(":") {
            return Err(cursor.problem(format!("expected ':' after \"{key}\", found {}", cursor.seen())));
        }
        cursor.take_while(char::is_whitespace);
        let value_at = *cursor;
        let value = if cursor.peek() == Some('"') {
            quoted(cursor)?
        } else {
            let raw = cursor.take_while(|c| !matches!(c, ',' | '}' | '\n'));
            (raw.trim().to_owned(), false)
        };
        match key.as_str() {
            "shape" => {
                let name = value.0;
                shape =
                    Some(NAMES.iter().find(|(known, _)| *known == name).map(|(_, shape)| *shape).ok_or_else(|| {
                        value_at
                            .problem(format!("the shape \"{name}\" is not drawn"))
                            .help("docs/mermaid.md lists those that are")
                    })?);
            }
            "label" => text = Some(value),
            _ => return Err(at.problem(format!("\"{key}\" is not drawn")).help("shape and label are")),
        }
    }
}
