//! A question as one seed asks it: parameters drawn, options shuffled.

use std::collections::BTreeMap;

use serde::Serialize;

use super::draw::{fill, fill_variant, shuffled, values};
use super::{Kind, Question};
use crate::library::Files;
use crate::variant::{Misfit, Text};

/// A question as one seed asks it. Numbers of options count from 0 in the order in which they are shown.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// The question.
    pub question: &'a Question,
    /// The seed.
    pub seed: u64,
    /// The parameters.
    pub values: BTreeMap<String, String>,
    /// What is shown where: the place in the file of each thing shown.
    pub order: Vec<usize>,
}

/// What a learner sees before answering: nothing that gives the answer away.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct View {
    /// The question's id.
    pub id: String,
    /// Its topic.
    pub topic: String,
    /// `single`, `multiple`, `number`, `order`, `match` or `open`.
    pub kind: &'static str,
    /// The seed that asks it so.
    pub seed: u64,
    /// What is asked, in Markdown.
    pub ask: String,
    /// What can be chosen, ordered, or matched with `left`.
    pub options: Vec<String>,
    /// Of match: what is given.
    pub left: Vec<String>,
    /// Of number: the unit.
    pub unit: String,
    /// Whether a run reveals the answer.
    pub computed: bool,
}

impl<'a> Asked<'a> {
    pub(super) fn new(question: &'a Question, seed: u64) -> Asked<'a> {
        let count = match &question.kind {
            Kind::Single(all) | Kind::Multiple(all) => all.len(),
            Kind::Order(all) => all.len(),
            Kind::Match(all) => all.len(),
            Kind::Number(_) | Kind::Open(_) => 0,
        };
        let values = values(&question.draws, &question.id, seed);
        let mut order = shuffled(count, &question.id, seed);
        // What is to be ordered or matched is not shown in the right order.
        if matches!(question.kind, Kind::Order(_) | Kind::Match(_)) && order.is_sorted() {
            order.rotate_left(1);
        }
        Asked { question, seed, values, order }
    }

    /// A text of the question with its parameters.
    pub fn fill(&self, text: &str) -> String {
        fill(text, &self.values)
    }

    /// What the learner sees.
    pub fn view(&self) -> View {
        let texts: Vec<&str> = match &self.question.kind {
            Kind::Single(all) | Kind::Multiple(all) => all.iter().map(|choice| choice.text.as_str()).collect(),
            Kind::Order(all) => all.iter().map(|item| item.text.as_str()).collect(),
            Kind::Match(all) => all.iter().map(|pair| pair.right.as_str()).collect(),
            Kind::Number(_) | Kind::Open(_) => Vec::new(),
        };
        let left = match &self.question.kind {
            Kind::Match(all) => all.iter().map(|pair| pair.left.clone()).collect(),
            _ => Vec::new(),
        };
        let unit = match &self.question.kind {
            Kind::Number(number) => number.unit.clone(),
            _ => String::new(),
        };
        View {
            id: self.question.id.clone(),
            topic: self.question.topic.clone(),
            kind: self.question.kind.word(),
            seed: self.seed,
            ask: self.fill(&self.question.ask),
            options: self.order.iter().map(|&place| self.fill(texts[place])).collect(),
            left,
            unit,
            computed: self.question.is_computed(),
        }
    }

    /// The scenario that proves the answer, with its parameters; none when there is none.
    pub fn scenario(&self, files: &Files) -> Option<Result<Text, Misfit>> {
        let variant = self.question.scenario.as_ref()?;
        Some(fill_variant(variant, &self.values).resolve(files))
    }
}
