//! Parameters of a template, drawn from a seed, and their places in texts.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use sim_core::engine::Stream;

use crate::variant::{Change, Variant};

/// The longest value of a parameter [bytes].
const VALUE_MAX: usize = 100;

/// Where a parameter comes from.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Draw {
    /// One of a list.
    Of(Of),
    /// A whole number of a range.
    Range(Range),
}

/// One of a list.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Of {
    /// The list.
    pub of: Vec<String>,
}

/// A whole number of a range.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The smallest.
    pub from: u32,
    /// The largest.
    pub to: u32,
    /// From one to the next; 1 unless set.
    #[serde(default = "one")]
    pub step: u32,
}

fn one() -> u32 {
    1
}

impl Draw {
    /// What is wrong with it.
    pub fn problem(&self) -> Option<&'static str> {
        match self {
            Draw::Of(Of { of }) if of.len() < 2 => Some("a list to draw from has two entries at least"),
            Draw::Of(Of { of }) if of.iter().any(|value| value.len() > VALUE_MAX) => {
                Some("a value to draw is a word or a number, not a text")
            }
            Draw::Range(Range { from, to, step }) if from >= to || *step == 0 => {
                Some("a range goes up from `from` to `to` in steps of 1 or more")
            }
            _ => None,
        }
    }

    fn value(&self, stream: &mut Stream) -> String {
        match self {
            Draw::Of(Of { of }) => of.get(stream.below(of.len() as u64) as usize).cloned().unwrap_or_default(),
            Draw::Range(Range { from, to, step }) => {
                let steps = u64::from(to.saturating_sub(*from) / (*step).max(1)) + 1;
                (u64::from(*from) + stream.below(steps) * u64::from(*step)).to_string()
            }
        }
    }
}

/// The values of all parameters. Each has a stream of its own: one more changes nothing for the others.
pub fn values(draws: &BTreeMap<String, Draw>, question: &str, seed: u64) -> BTreeMap<String, String> {
    let value = |(name, draw): (&String, &Draw)| {
        let mut stream = Stream::of(seed, "quiz-parameter", &format!("{question}/{name}"));
        (name.clone(), draw.value(&mut stream))
    };
    draws.iter().map(value).collect()
}

/// A shuffled `0..count`.
pub fn shuffled(count: usize, question: &str, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut stream = Stream::of(seed, "quiz-order", question);
    for place in (1..count).rev() {
        order.swap(place, stream.below(place as u64 + 1) as usize);
    }
    order
}

/// A text with `{{name}}` replaced by its value. A name without value stays, and so do braces inside a value: one pass,
/// so that no text can grow out of itself.
pub fn fill(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        filled += before;
        match after.split_once("}}").and_then(|(name, tail)| Some((values.get(name)?, tail))) {
            Some((value, tail)) => {
                filled += value;
                rest = tail;
            }
            None => {
                filled += "{{";
                rest = after;
            }
        }
    }
    filled + rest
}

/// A variant with its parameters replaced.
pub fn fill_variant(variant: &Variant, values: &BTreeMap<String, String>) -> Variant {
    let change = |change: &Change| Change { from: fill(&change.from, values), to: fill(&change.to, values) };
    Variant {
        base: variant.base.clone(),
        text: variant.text.as_ref().map(|text| fill(text, values)),
        change: variant.change.iter().map(change).collect(),
        add: fill(&variant.add, values),
    }
}

/// The names between double braces.
pub fn names(text: &str) -> Vec<&str> {
    text.split("{{").skip(1).filter_map(|rest| Some(rest.split_once("}}")?.0)).collect()
}
