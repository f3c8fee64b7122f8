//! State diagrams: states are boxes, composite states are subgraphs, transitions are lines.

use super::chart::{Chart, Link};
use super::graph::{DEPTH_MAX, Direction, Graph, LABEL_MAX, Stroke, Tip};
use super::label::label;
use super::look;
use super::scan::{Cursor, Header, Source};
use crate::render::Problem;
use crate::render::shape::Shape;

/// Reads a state diagram.
pub(super) fn parse(source: &Source, header: &Header) -> Result<Graph, Problem> {
    let mut cursor = Cursor { source, at: header.after };
    let mut reader = Reader { chart: Chart::new(Direction::Down, source.title.clone()), notes: 0 };
    loop {
        cursor.skip_blank();
        if cursor.done() {
            return reader.chart.finish(source);
        }
        reader.statement(&mut cursor)?;
        cursor.skip_spaces();
        // `state A { B }`: a brace may end the statement as well.
        if !cursor.at_end() && !matches!(cursor.peek(), Some('}' | '{')) {
            return Err(cursor.problem(format!("expected the end of the statement, found {}", cursor.seen())));
        }
    }
}

struct Reader {
    chart: Chart,
    notes: usize,
}

impl Reader {
    fn statement(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Problem> {
        let start = *cursor;
        if cursor.eat("}") {
            return if self.chart.close() { Ok(()) } else { Err(start.problem("} without a state to end")) };
        }
        if cursor.starts_with("--") {
            return Err(start
                .problem("concurrent regions (--) are not drawn")
                .help("make each region a state of its own: state Name { … }"));
        }
        if cursor.eat_word("direction") {
            cursor.skip_spaces();
            let at = *cursor;
            let word = cursor.take_while(char::is_alphabetic);
            let direction = Direction::parse(&word)
                .ok_or_else(|| at.problem(format!("\"{word}\" is not a direction")).help("TB, BT, LR and RL are"))?;
            self.chart.direct(direction);
            return Ok(());
        }
        if cursor.eat_word("state") {
            return self.state(cursor);
        }
        if cursor.eat_word("note") {
            return self.note(cursor, start);
        }
        if cursor.eat_word("classDef") {
            cursor.skip_spaces();
            let names = cursor.take_while(|c| !c.is_whitespace());
            let style = look::style(&cursor.rest());
            self.chart.define(&names, style);
            return Ok(());
        }
        if cursor.eat_word("class") {
            cursor.skip_spaces();
            let ids = cursor.take_while(|c| !c.is_whitespace());
            let class = cursor.rest();
            ids.split(',').for_each(|id| self.chart.classify(id, &class));
            return Ok(());
        }
        if cursor.eat_word("style") {
            cursor.skip_spaces();
            let ids = cursor.take_while(|c| !c.is_whitespace());
            let style = look::style(&cursor.rest());
            ids.split(',').for_each(|id| self.chart.style(id, style));
            return Ok(());
        }
        if ["hide", "scale", "click"].iter().any(|word| cursor.eat_word(word))
            || ["accTitle", "accDescr"].iter().any(|word| cursor.eat(word))
        {
            cursor.rest_of_line(); // says nothing about the picture
            return Ok(());
        }
        self.transition(cursor)
    }

    /// `A`, `A : text`, `A --> B`, `A --> B : text`.
    fn transition(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Problem> {
        let start = *cursor;
        let from = self.end(cursor, true)?;
        cursor.skip_spaces();
        if cursor.peek() == Some(':') {
            cursor.at += 1;
            let text = self.text(cursor)?;
            let text = match self.chart.text(&from) {
                Some(before) => format!("{before}\n{text}"),
                None => text,
            };
            self.chart.describe(&from, None, Some((text, false)));
            return Ok(());
        }
        if cursor.at_end() {
            return Ok(());
        }
        if !cursor.eat("-->") {
            return Err(cursor.problem(format!("expected --> or ':', found {}", cursor.seen())));
        }
        cursor.skip_spaces();
        let to = self.end(cursor, false)?;
        cursor.skip_spaces();
        let label = if cursor.eat(":") { self.text(cursor)? } else { String::new() };
        self.tie(&from, &to, Stroke::Solid, Tip::Arrow, label).map_err(|message| start.problem(message))
    }

    fn tie(&mut self, from: &str, to: &str, stroke: Stroke, head: Tip, label: String) -> Result<(), String> {
        self.chart.tie(from, to, &Link { tail: Tip::Plain, head, stroke, length: 1, label })
    }

    /// A state, or `[*]`: where a container is entered (left of an arrow) or left (right of it).
    fn end(&mut self, cursor: &mut Cursor<'_>, first: bool) -> Result<String, Problem> {
        let start = *cursor;
        if cursor.eat("[*]") {
            let (id, sign) = if first { ("start", "●") } else { ("end", "◉") };
            let id = format!("\u{0}{id}{}", self.chart.here());
            self.chart.mention(&id).map_err(|message| start.problem(message))?;
            self.chart.describe(&id, Some(Shape::Stadium), Some((sign.to_owned(), false)));
            return Ok(id);
        }
        let id = name(cursor);
        if id.is_empty() {
            return Err(start.problem(format!("expected the name of a state, found {}", start.seen())));
        }
        self.made(&id, start)?;
        if cursor.eat(":::") {
            let class = cursor.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
            self.chart.classify(&id, &class);
        }
        Ok(id)
    }

    fn made(&mut self, id: &str, at: Cursor<'_>) -> Result<(), Problem> {
        self.chart.mention(id).map_err(|message| at.problem(message))?;
        self.chart.round(id);
        Ok(())
    }

    /// `state A`, `state "text" as A`, `state A <<choice>>`, each perhaps with `{`.
    fn state(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Problem> {
        cursor.skip_spaces();
        let at = *cursor;
        let mut text = None;
        if cursor.eat("\"") {
            let raw = cursor.take_while(|c| c != '"' && c != '\n');
            if !cursor.eat("\"") {
                return Err(at.problem("this text has no closing quote"));
            }
            text = Some(label(&raw, false).0);
            cursor.skip_spaces();
            if !cursor.eat_word("as") {
                return Err(cursor.problem(format!("expected \"as\" and a name, found {}", cursor.seen())));
            }
            cursor.skip_spaces();
        }
        let id_at = *cursor;
        let id = name(cursor);
        if id.is_empty() {
            return Err(id_at.problem(format!("expected the name of a state, found {}", id_at.seen())));
        }
        self.made(&id, id_at)?;
        cursor.skip_spaces();
        let kind_at = *cursor;
        let kind = ["<<", "[["].into_iter().find(|open| cursor.eat(open)).map(|_| {
            let kind = cursor.take_while(|c| c.is_alphanumeric());
            let _ = cursor.eat(">>") || cursor.eat("]]");
            kind
        });
        let shape = match kind.as_deref() {
            None => None,
            Some("choice") => Some(Shape::Diamond),
            Some("fork" | "join") => Some(Shape::Bar),
            Some(other) => {
                return Err(kind_at
                    .problem(format!("a state of the kind \"{other}\" is not drawn"))
                    .help("<<choice>>, <<fork>> and <<join>> are"));
            }
        };
        if let Some(shape) = shape {
            self.chart.describe(&id, Some(shape), Some((String::new(), false)));
        } else if let Some(text) = text.clone() {
            self.chart.describe(&id, None, Some((text, false)));
        }
        cursor.skip_spaces();
        if cursor.eat("{") {
            if self.chart.depth() >= DEPTH_MAX {
                return Err(at.problem(format!("states are nested deeper than {DEPTH_MAX}")));
            }
            let title = self.chart.text(&id).map_or_else(|| id.clone(), str::to_owned);
            self.chart.open(id, title, at.at).map_err(|message| at.problem(message))?;
        }
        Ok(())
    }

    /// `note left of A : text`, or several lines up to `end note`.
    fn note(&mut self, cursor: &mut Cursor<'_>, start: Cursor<'_>) -> Result<(), Problem> {
        cursor.skip_spaces();
        if !(cursor.eat_word("left") || cursor.eat_word("right")) {
            return Err(cursor.problem("a note stands left of or right of a state").help("note right of A : text"));
        }
        cursor.skip_spaces();
        cursor.eat_word("of");
        cursor.skip_spaces();
        let at = *cursor;
        let id = name(cursor);
        if id.is_empty() {
            return Err(at.problem(format!("expected the name of a state, found {}", at.seen())));
        }
        self.made(&id, at)?;
        cursor.skip_spaces();
        let text = if cursor.eat(":") {
            self.text(cursor)?
        } else {
            let mut lines: Vec<String> = Vec::new();
            loop {
                cursor.take_while(char::is_whitespace);
                if cursor.done() {
                    return Err(start.problem("this note has no \"end note\""));
                }
                let line = cursor.rest_of_line();
                if line == "end note" {
                    break;
                }
                lines.push(label(&line, false).0);
            }
            lines.join("\n")
        };
        if text.chars().count() > LABEL_MAX {
            return Err(start.problem(format!("a text of more than {LABEL_MAX} characters")));
        }
        self.notes += 1;
        let note = format!("\u{0}note{}", self.notes);
        self.chart.mention(&note).map_err(|message| start.problem(message))?;
        self.chart.describe(&note, Some(Shape::Note), Some((text, false)));
        self.tie(&id, &note, Stroke::Dotted, Tip::Plain, String::new()).map_err(|message| start.problem(message))
    }

    fn text(&mut self, cursor: &mut Cursor<'_>) -> Result<String, Problem> {
        let at = *cursor;
        let raw = cursor.rest_of_line();
        if raw.chars().count() > LABEL_MAX {
            return Err(at.problem(format!("a text of more than {LABEL_MAX} characters")));
        }
        Ok(label(&raw, false).0)
    }
}

fn name(cursor: &mut Cursor<'_>) -> String {
    let mut id = String::new();
    while let Some(c) = cursor.peek() {
        let inner = matches!(c, '-' | '.') && cursor.peek_at(1).is_some_and(char::is_alphanumeric);
        if !(c.is_alphanumeric() || c == '_' || inner && !id.is_empty()) {
            break;
        }
        id.push(c);
        cursor.at += 1;
    }
    id
}
