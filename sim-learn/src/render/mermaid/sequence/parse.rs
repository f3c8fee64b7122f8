//! Statements of a sequence diagram.

use super::{Beside, Head, Party, Sequence, Step};
use crate::render::Problem;
use crate::render::mermaid_text::graph::{DEPTH_MAX, EDGES_MAX, LABEL_MAX};
use crate::render::mermaid_text::label::label;
use crate::render::mermaid_text::scan::{Cursor, Header, Source};
use std::collections::BTreeMap;

/// Participants of one diagram: more cannot stand side by side in 400 columns.
const PARTIES_MAX: usize = 60;

/// Arrows, the longest first: spelling, dotted, head, heads on both ends.
const ARROWS: &[(&str, bool, Head, bool)] = &[
    ("<<-->>", true, Head::Filled, true),
    ("<<->>", false, Head::Filled, true),
    ("-->>", true, Head::Filled, false),
    ("->>", false, Head::Filled, false),
    ("-->", true, Head::None, false),
    ("->", false, Head::None, false),
    ("--x", true, Head::Cross, false),
    ("-x", false, Head::Cross, false),
    ("--)", true, Head::Open, false),
    ("-)", false, Head::Open, false),
];

/// Blocks with a frame, and the word that divides each.
const BLOCKS: &[(&str, Option<&str>)] = &[
    ("loop", None),
    ("alt", Some("else")),
    ("opt", None),
    ("par", Some("and")),
    ("critical", Some("option")),
    ("break", None),
    ("rect", None),
];

struct Reader {
    sequence: Sequence,
    by_id: BTreeMap<String, usize>,
    /// Open blocks: index into `BLOCKS` and place.
    open: Vec<(usize, (usize, usize))>,
    /// The number of the next message, and the step between two.
    number: Option<(u64, u64)>,
    active: Vec<usize>,
}

/// Reads a sequence diagram.
pub(super) fn parse(source: &Source, header: &Header) -> Result<Sequence, Problem> {
    let mut cursor = Cursor { source, at: header.after };
    let mut reader = Reader {
        sequence: Sequence::default(),
        by_id: BTreeMap::new(),
        open: Vec::new(),
        number: None,
        active: Vec::new(),
    };
    loop {
        cursor.skip_blank();
        if cursor.done() {
            break;
        }
        if reader.sequence.steps.len() >= EDGES_MAX {
            return Err(cursor.problem(format!("more than {EDGES_MAX} steps")));
        }
        reader.statement(&mut cursor)?;
    }
    if let Some((block, place)) = reader.open.last() {
        return Err(Problem::new(*place, format!("this {} has no \"end\"", BLOCKS[*block].0)));
    }
    Ok(reader.sequence)
}

impl Reader {
    fn statement(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Problem> {
        let start = *cursor;
        for (word, actor) in [("participant", false), ("actor", true)] {
            if cursor.eat_word(word) {
                return self.party(cursor, actor);
            }
        }
        if cursor.eat_word("autonumber") {
            let rest = cursor.rest();
            let numbers: Vec<u64> = rest.split_whitespace().filter_map(|n| n.parse().ok()).collect();
            self.number = match (rest.as_str(), numbers.as_slice()) {
                ("off", _) => None,
                ("", _) => Some((1, 1)),
                (_, [first]) => Some((*first, 1)),
                (_, [first, step]) => Some((*first, *step)),
                _ => return Err(start.problem("autonumber takes a first number and a step").help("autonumber 10 5")),
            };
            return Ok(());
        }
        for (word, on) in [("activate", true), ("deactivate", false)] {
            if cursor.eat_word(word) {
                cursor.skip_spaces();
                let at = *cursor;
                let who = self.who(&cursor.rest(), at)?;
                return self.activate(who, on, at);
            }
        }
        if cursor.starts_with("Note ") || cursor.starts_with("note ") {
            cursor.at += 5;
            return self.note(cursor);
        }
        for (n, (word, _)) in BLOCKS.iter().enumerate() {
            if cursor.eat_word(word) {
                if self.open.len() >= DEPTH_MAX {
                    return Err(start.problem(format!("blocks are nested deeper than {DEPTH_MAX}")));
                }
                self.open.push((n, start.source.place(start.at)));
                let text = cursor.rest_of_line();
                // The text of `rect` is a colour of its background.
                let text = if *word == "rect" { String::new() } else { label(&text, false).0 };
                check_length(&text, &start)?;
                self.sequence.steps.push(Step::Open((*word).to_owned(), text));
                return Ok(());
            }
        }
        for word in ["else", "and", "option"] {
            if cursor.eat_word(word) {
                let fits = self.open.last().is_some_and(|(block, _)| BLOCKS[*block].1 == Some(word));
                if !fits {
                    return Err(start.problem(format!("\"{word}\" without a block that it divides")));
                }
                let text = label(&cursor.rest_of_line(), false).0;
                check_length(&text, &start)?;
                self.sequence.steps.push(Step::Next(word.to_owned(), text));
                return Ok(());
            }
        }
        if cursor.eat_word("end") {
            if self.open.pop().is_none() {
                return Err(start.problem("\"end\" without a block to end"));
            }
            self.sequence.steps.push(Step::Close);
            return Ok(());
        }
        for word in ["create", "destroy", "box", "link", "links", "properties", "details"] {
            if cursor.eat_word(word) {
                return Err(start.problem(format!("\"{word}\" is not drawn")).help("leave the line out"));
            }
        }
        for word in ["title", "accTitle", "accDescr"] {
            if cursor.starts_with(word) && cursor.peek_at(word.len()).is_some_and(|c| c.is_whitespace() || c == ':') {
                cursor.rest_of_line();
                return Ok(());
            }
        }
        self.message(cursor)
    }

    /// `participant A as Long name`.
    fn party(&mut self, cursor: &mut Cursor<'_>, actor: bool) -> Result<(), Problem> {
        cursor.skip_spaces();
        let at = *cursor;
        let line = cursor.rest();
        let (id, text) = match line.split_once(" as ") {
            Some((id, text)) => (id.trim(), text.trim()),
            None => (line.as_str(), line.as_str()),
        };
        if id.is_empty() || id.contains("@{") {
            return Err(at.problem("expected the name of a participant").help("participant A as Long name"));
        }
        check_length(text, &at)?;
        let who = self.who(id, at)?;
        self.sequence.parties[who] = Party { label: label(text, false).0, actor };
        Ok(())
    }

    fn who(&mut self, id: &str, at: Cursor<'_>) -> Result<usize, Problem> {
        let id = id.trim();
        if let Some(&who) = self.by_id.get(id) {
            return Ok(who);
        }
        if id.is_empty() {
            return Err(at.problem("expected the name of a participant"));
        }
        if let Some(sign) = id.chars().find(|c| "()<>+,;:{}[]".contains(*c)) {
            return Err(at
                .problem(format!("'{sign}' in the name of a participant"))
                .help("participant A as \"any text\" gives a name to a text; ->>, -->>, -x and -) are arrows"));
        }
        check_length(id, &at)?;
        if self.sequence.parties.len() >= PARTIES_MAX {
            return Err(at.problem(format!("more than {PARTIES_MAX} participants")));
        }
        let who = self.sequence.parties.len();
        self.sequence.parties.push(Party { label: label(id, false).0, actor: false });
        self.active.push(0);
        self.by_id.insert(id.to_owned(), who);
        Ok(who)
    }

    fn activate(&mut self, who: usize, on: bool, at: Cursor<'_>) -> Result<(), Problem> {
        if on {
            self.active[who] += 1;
            self.sequence.steps.push(Step::Activate(who));
        } else {
            if self.active[who] == 0 {
                return Err(at.problem("this participant is not active").help("activate it before"));
            }
            self.active[who] -= 1;
            self.sequence.steps.push(Step::Deactivate(who));
        }
        Ok(())
    }

    /// `Note left of A: text`, `Note over A,B: text`.
    fn note(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Problem> {
        cursor.skip_spaces();
        let at = *cursor;
        let kind = ["left of", "right of", "over"].into_iter().find(|kind| cursor.eat(kind));
        let ids = cursor.take_while(|c| c != ':' && c != '\n');
        if !cursor.eat(":") {
            return Err(cursor.problem(format!("expected ':' and the text of the note, found {}", cursor.seen())));
        }
        let text = label(&cursor.rest_of_line(), false).0;
        check_length(&text, &at)?;
        let beside = match kind {
            Some("left of") => Beside::Left(self.who(&ids, at)?),
            Some("right of") => Beside::Right(self.who(&ids, at)?),
            Some(_) => {
                let (first, last) = ids.split_once(',').unwrap_or((&ids, &ids));
                let (first, last) = (self.who(first, at)?, self.who(last, at)?);
                Beside::Over(first.min(last), first.max(last))
            }
            None => return Err(at.problem("a note stands left of, right of or over participants")),
        };
        self.sequence.steps.push(Step::Note { beside, text });
        Ok(())
    }

    /// `A->>+B: text`.
    fn message(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Problem> {
        let at = *cursor;
        let mut id = String::new();
        let arrow = loop {
            if let Some(arrow) = ARROWS.iter().find(|(sign, ..)| cursor.starts_with(sign)) {
                break arrow;
            }
            match cursor.peek() {
                None | Some('\n' | ';' | ':') => {
                    return Err(at.problem("this is not a statement that is drawn").help("A->>B: text is a message"));
                }
                Some(c) => id.push(c),
            }
            cursor.at += 1;
        };
        let (sign, dotted, head, both) = *arrow;
        cursor.at += sign.len();
        cursor.skip_spaces();
        let mark = ["+", "-"].into_iter().find(|mark| cursor.eat(mark));
        let to_at = *cursor;
        let to = cursor.take_while(|c| !matches!(c, ':' | '\n' | ';'));
        let text = if cursor.eat(":") { label(&cursor.rest_of_line(), false).0 } else { String::new() };
        check_length(&text, &to_at)?;
        let (from, to) = (self.who(&id, at)?, self.who(&to, to_at)?);
        let text = match &mut self.number {
            Some((number, step)) => {
                let text = format!("{number}. {text}");
                *number = number.saturating_add(*step);
                text
            }
            None => text,
        };
        self.sequence.steps.push(Step::Message { from, to, text, dotted, head, both });
        match mark {
            Some("+") => self.activate(to, true, to_at),
            Some(_) => self.activate(from, false, at),
            None => Ok(()),
        }
    }
}

fn check_length(text: &str, at: &Cursor<'_>) -> Result<(), Problem> {
    if text.chars().count() > LABEL_MAX {
        return Err(at.problem(format!("a text of more than {LABEL_MAX} characters")));
    }
    Ok(())
}
