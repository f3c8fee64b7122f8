//! A scenario that differs from another in a few lines.
//!
//! Differences are text: lines that are replaced and lines that are added. A reader sees them as a diff, the base
//! keeps its comments, and a line that is no longer there is an error, not a silence.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::library::Files;

/// Changes of one variant at most.
const CHANGES_MAX: usize = 50;
/// The largest scenario text that changes may lead to [bytes].
const TEXT_BYTES_MAX: usize = 1 << 20;

/// A scenario: a base, and how it differs.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// A file of the content, such as `worlds/shop.toml`, or a shipped scenario, such as `scenarios/lab/fargate-alb.toml`.
    pub base: Option<String>,
    /// The whole scenario, instead of a base.
    pub text: Option<String>,
    /// Passages that read differently.
    #[serde(default)]
    pub change: Vec<Change>,
    /// Lines that come at the end.
    #[serde(default)]
    pub add: String,
}

/// A passage that reads differently.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The passage as it stands in the base, exactly once.
    pub from: String,
    /// What stands there instead.
    pub to: String,
}

/// A scenario's text, ready to be read, with the files that it may name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Text {
    /// What it is called in messages.
    pub name: String,
    /// The TOML.
    pub toml: String,
    /// Files beside it, by path.
    pub files: BTreeMap<String, String>,
}

impl Text {
    /// The same with only those files beside it that it names.
    #[must_use]
    pub fn with_named_files(mut self) -> Text {
        self.files.retain(|path, _| self.toml.contains(path.as_str()));
        self
    }

    /// The files beside it, as a scenario reads them.
    pub fn bytes(&self) -> BTreeMap<String, Vec<u8>> {
        self.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect()
    }
}

/// Why a variant is no scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The key that is wrong: `base`, `change[2].from`.
    pub key: String,
    /// What is wrong.
    pub message: String,
    /// The way out.
    pub help: String,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.key, self.message, self.help)
    }
}

impl std::error::Error for Misfit {}

impl Variant {
    /// The scenario's text.
    pub fn resolve(&self, files: &Files) -> Result<Text, Misfit> {
        let base = match (&self.base, &self.text) {
            (Some(path), None) => files.scenario(path).ok_or_else(|| Misfit {
                key: "base".into(),
                message: format!("there is no file {path:?} in the content"),
                help: files.similar(path),
            })?,
            (None, Some(text)) => Text { name: "scenario.toml".into(), toml: text.clone(), files: BTreeMap::new() },
            _ => {
                return Err(Misfit {
                    key: "base".into(),
                    message: "a scenario has either a base or a text".into(),
                    help: "write base = \"worlds/….toml\" or text = \"\"\"…\"\"\"".into(),
                });
            }
        };
        apply(&base, &self.change, &self.add)
    }
}

/// A text with passages replaced and lines added.
pub fn apply(base: &Text, changes: &[Change], add: &str) -> Result<Text, Misfit> {
    if changes.len() > CHANGES_MAX {
        return Err(Misfit {
            key: "change".into(),
            message: format!("there are {} changes; {CHANGES_MAX} are the limit", changes.len()),
            help: "write the scenario out as a base of its own".into(),
        });
    }
    let mut toml = base.toml.clone();
    for (index, change) in changes.iter().enumerate() {
        let found = if change.from.is_empty() { 0 } else { toml.matches(change.from.as_str()).count() };
        if found != 1 {
            return Err(Misfit {
                key: format!("change[{index}].from"),
                message: format!(
                    "{} must stand in the scenario exactly once, and stands there {found} times",
                    quoted(&change.from)
                ),
                help: "copy a passage that is long enough to be the only one".into(),
            });
        }
        toml = toml.replacen(change.from.as_str(), &change.to, 1);
        if toml.len() > TEXT_BYTES_MAX {
            return Err(Misfit {
                key: format!("change[{index}].to"),
                message: format!("the scenario becomes larger than {} KiB", TEXT_BYTES_MAX >> 10),
                help: "make it shorter".into(),
            });
        }
    }
    if !add.trim().is_empty() {
        toml = format!("{}\n\n{}\n", toml.trim_end(), add.trim());
    }
    Ok(Text { name: base.name.clone(), toml, files: base.files.clone() })
}

fn quoted(text: &str) -> String {
    const SHOWN: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(SHOWN).collect();
    if short.len() < text.len() { format!("{short:?}…") } else { format!("{short:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Text {
        Text { name: "a.toml".into(), toml: "a = 1\nb = 2\nc = 1\n".into(), files: BTreeMap::new() }
    }

    fn change(from: &str, to: &str) -> Change {
        Change { from: from.into(), to: to.into() }
    }

    #[test]
    fn a_variant_reads_like_its_base_but_for_the_changed_passages() {
        let text = apply(&base(), &[change("b = 2", "b = 3")], "\nd = 4\n").unwrap();
        assert_eq!(text.toml, "a = 1\nb = 3\nc = 1\n\nd = 4\n");
    }

    #[test]
    fn a_passage_that_is_not_there_or_not_alone_is_an_error() {
        for passage in ["b = 9", "= 1", ""] {
            let misfit = apply(&base(), &[change(passage, "x")], "").unwrap_err();
            assert_eq!(misfit.key, "change[0].from", "{passage:?}");
        }
    }

    #[test]
    fn changes_cannot_grow_without_bound() {
        let long = "x".repeat(TEXT_BYTES_MAX);
        assert!(apply(&base(), &[change("b = 2", &long)], "").is_err());
    }
}
