//! Markdown: `parse` turns the events of pulldown-cmark into blocks, `blocks` lays blocks out as lines, `inline` wraps
//! running text, `table` fits tables. HTML is text like any other.

mod blocks;
mod inline;
mod parse;
mod table;

use super::{Options, Problem};
use inline::{Line, Piece};

/// Bytes of a document.
const SOURCE_MAX: usize = 2_000_000;

/// Renders a document.
pub(crate) fn render(source: &str, options: &Options) -> Result<String, Problem> {
    if source.len() > SOURCE_MAX {
        return Err(Problem::new(
            (1, 1),
            format!("a document of {} bytes; at most {SOURCE_MAX} are read", source.len()),
        ));
    }
    let document = parse::parse(source, options.ascii);
    let lines = blocks::document(&document, options)?;
    let mut out = String::new();
    for line in lines {
        write(&mut out, &line, options.colour);
    }
    Ok(out)
}

/// One line, without spaces at its end.
fn write(out: &mut String, line: &Line, colour: bool) {
    let start = out.len();
    for Piece { text, look, drawn } in line {
        match look.codes().filter(|_| colour && !drawn) {
            Some(codes) => {
                out.push_str(&format!("\x1b[{codes}m{text}\x1b[0m"));
            }
            None => out.push_str(text),
        }
    }
    let end = start + out[start..].trim_end_matches(' ').len();
    out.truncate(end);
    out.push('\n');
}
