//! Sequence diagrams: `parse` reads the statements, `plan` finds columns for the lifelines, `draw` puts the rows.

mod draw;
mod parse;
mod plan;

use super::scan::{Header, Source};
use crate::render::text;
use crate::render::{Options, Problem};

/// Who takes part.
#[derive(Clone, Debug)]
pub(super) struct Party {
    pub label: String,
    /// A person, not a thing.
    pub actor: bool,
}

/// What is drawn at the end of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// `->`: a line alone.
    None,
    /// `->>`
    Filled,
    /// `-x`: lost on the way.
    Cross,
    /// `-)`: sent without waiting.
    Open,
}

/// Where a note stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    Left(usize),
    Right(usize),
    Over(usize, usize),
}

/// One thing that happens, from top to bottom.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Message {
        from: usize,
        to: usize,
        text: String,
        dotted: bool,
        head: Head,
        both: bool,
    },
    Note {
        beside: Beside,
        text: String,
    },
    Activate(usize),
    Deactivate(usize),
    /// `loop`, `alt`, `opt`, `par`, `critical`, `break`, `rect`: the word and its text.
    Open(String, String),
    /// `else`, `and`, `option`.
    Next(String, String),
    Close,
}

/// A whole diagram.
#[derive(Clone, Debug, Default)]
pub(super) struct Sequence {
    pub parties: Vec<Party>,
    pub steps: Vec<Step>,
}

/// Draws a sequence diagram.
pub(super) fn render(source: &Source, header: &Header, options: &Options) -> Result<String, Problem> {
    let mut sequence = parse::parse(source, header)?;
    clean(&mut sequence, options.ascii);
    if sequence.parties.is_empty() {
        return Ok(String::new());
    }
    let plan = plan::plan(&sequence, options.width()).map_err(|least| {
        Problem::new(header.place, format!("the diagram does not fit into {} columns", options.width()))
            .help(format!("it needs {least}"))
    })?;
    let drawn = draw::draw(&sequence, &plan, options.ascii).text(options.colour);
    Ok(super::titled(&text::clean(&source.title, options.ascii), &drawn, options))
}

fn clean(sequence: &mut Sequence, ascii: bool) {
    for party in &mut sequence.parties {
        party.label = text::clean(&party.label, ascii);
    }
    for step in &mut sequence.steps {
        match step {
            Step::Message { text, .. } | Step::Note { text, .. } | Step::Open(_, text) | Step::Next(_, text) => {
                *text = text::clean(text, ascii);
            }
            Step::Activate(_) | Step::Deactivate(_) | Step::Close => {}
        }
    }
}
