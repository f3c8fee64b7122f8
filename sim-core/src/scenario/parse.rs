//! Bytes to a tree, whatever the language; each problem with its place.

mod json;
mod toml;

use super::node::Value;
use super::{Diagnostic, Node, SourceId, Sources};
use crate::files;

/// The languages a file may be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// TOML 1.1.
    Toml,
    /// JSON; comments are tolerated, because people write them into their task definitions.
    Json,
}

impl Language {
    /// The language of a file with this name, if it is one that is read as a tree.
    pub fn of(name: &str) -> Option<Language> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "toml" => Some(Language::Toml),
            "json" | "jsonc" => Some(Language::Json),
            _ => None,
        }
    }
}

/// Adds a file to the sources and reads it as a tree; reports all it finds. What could not be read, the whole file at
/// worst, is [`Value::Invalid`].
pub fn parse(sources: &mut Sources, name: &str, bytes: &[u8], problems: &mut Vec<Diagnostic>) -> Node {
    let (source, text) = match text(sources, name, bytes) {
        Ok((source, text)) => (source, text),
        Err((source, problem)) => {
            problems.push(problem);
            return Node { source, span: 0..0, value: Value::Invalid };
        }
    };
    match Language::of(name).unwrap_or(Language::Toml) {
        Language::Toml => toml::parse(source, text, problems),
        Language::Json => json::parse(source, text, problems),
    }
}

fn text<'a>(sources: &'a mut Sources, name: &str, bytes: &[u8]) -> Result<(SourceId, &'a str), (SourceId, Diagnostic)> {
    if bytes.len() > files::FILE_BYTES_MAX {
        let source = sources.add(name, "");
        let error = files::FileError::TooLarge;
        return Err((source, Diagnostic::error("file", error.to_string()).at((source, 0..0), "")));
    }
    let text = match files::text(bytes.to_vec()) {
        Ok(text) => text,
        Err(error) => {
            // What is text is shown, up to the first byte that is none.
            let good = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
            let good = good.trim_start_matches('\u{feff}');
            let source = sources.add(name, format!("{good}\u{fffd}"));
            let problem = Diagnostic::error("not-text", error.to_string())
                .at((source, good.len()..good.len() + 1), "this is where it stops being UTF-8")
                .help(error.help());
            return Err((source, problem));
        }
    };
    let source = sources.add(name, text);
    Ok((source, &sources.get(source).text))
}
