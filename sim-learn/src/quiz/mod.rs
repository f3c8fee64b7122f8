//! Questions. A question is data; what it is when it is asked follows from a seed.
//!
//! ```text
//! quiz.toml ──file──► Question ──ask(seed)──► Asked ──view──► what the learner sees
//!                                               │
//!                         scenario ──play──► proof ──► Key ──grade(Answer)──► Grade
//! ```
//!
//! An answer that can be computed is never taken on trust: the suite computes all of them, and a stated answer that
//! differs from the run fails it.

mod asked;
mod door;
mod draw;
mod file;
mod grade;
mod proof;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use sim_core::observe::Expect;

use crate::play::Moment;
use crate::variant::Variant;

pub use asked::{Asked, View};
pub use door::{Request, Response, grade_json};
pub use draw::Draw;
pub(crate) use file::QuizFile;
pub use grade::{Answer, Grade, Remark, Source, Verdict};
pub use proof::{Key, Proof};

/// A question.
#[derive(Clone, Debug)]
pub struct Question {
    /// Its name, the same for ever: progress is kept under it.
    pub id: String,
    /// Its topic.
    pub topic: String,
    /// What is asked, in Markdown.
    pub ask: String,
    /// What is to be answered, and what is right.
    pub kind: Kind,
    /// Why it is so, in Markdown.
    pub explanation: String,
    /// Ids of rules, and addresses of AWS's pages.
    pub sources: Vec<String>,
    /// The world that proves the answer.
    pub scenario: Option<Variant>,
    /// Parameters by name; a question with some is a template.
    pub draws: BTreeMap<String, Draw>,
}

/// What is to be answered.
#[derive(Clone, Debug)]
pub enum Kind {
    /// One of several.
    Single(Vec<Choice>),
    /// All that are right.
    Multiple(Vec<Choice>),
    /// A number, to be predicted before it is revealed.
    Number(Number),
    /// Things in their order; they stand here in the right one.
    Order(Vec<Item>),
    /// Pairs; they stand here as they belong together.
    Match(Vec<Pair>),
    /// A text, which the learner holds against a rubric.
    Open(Open),
}

/// An option.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What it says.
    pub text: String,
    /// Whether it is right; none when only a run can tell.
    pub right: Option<bool>,
    /// Why it is wrong, or what is to be said about it.
    pub why: String,
    /// Holds in the question's scenario exactly when the option is right.
    pub check: Option<Expect>,
}

/// A number.
#[derive(Clone, Debug)]
pub struct Number {
    /// Its unit; empty for a count.
    pub unit: String,
    /// What is right; none when only a run can tell.
    pub answer: Option<f64>,
    /// How far off a right answer may be [the unit].
    pub tolerance: f64,
    /// Decimals that are shown and compared [count].
    pub decimals: u32,
    /// What is measured in the question's scenario.
    pub measure: Option<Measure>,
}

/// What is measured in a run.
#[derive(Clone, Debug)]
pub enum Measure {
    /// A metric or a count of facts, times a factor.
    Value(Box<Expect>, f64),
    /// When something happened [s], since something else or the beginning.
    Moment(Moment, Option<Moment>),
}

/// One of the things to be ordered.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it says.
    pub text: String,
    /// When it happened in the question's scenario.
    pub moment: Option<Moment>,
}

/// Two things that belong together.
#[derive(Clone, Debug)]
pub struct Pair {
    /// What is given.
    pub left: String,
    /// What is to be found for it.
    pub right: String,
    /// Why they belong together.
    pub why: String,
}

/// A question that is answered in one's own words.
#[derive(Clone, Debug)]
pub struct Open {
    /// A good answer.
    pub model: String,
    /// What a good answer says, point by point.
    pub rubric: Vec<String>,
}

impl Kind {
    /// The kind's name, as a quiz file writes it.
    pub fn word(&self) -> &'static str {
        match self {
            Kind::Single(_) => "single",
            Kind::Multiple(_) => "multiple",
            Kind::Number(_) => "number",
            Kind::Order(_) => "order",
            Kind::Match(_) => "match",
            Kind::Open(_) => "open",
        }
    }
}

impl Question {
    /// Whether a run proves the answer.
    pub fn is_computed(&self) -> bool {
        self.scenario.is_some()
            && match &self.kind {
                Kind::Single(all) | Kind::Multiple(all) => all.iter().all(|choice| choice.check.is_some()),
                Kind::Number(number) => number.measure.is_some(),
                Kind::Order(items) => items.iter().all(|item| item.moment.is_some()),
                Kind::Match(_) | Kind::Open(_) => false,
            }
    }

    /// Whether its parameters are drawn from a seed.
    pub fn is_template(&self) -> bool {
        !self.draws.is_empty()
    }

    /// The question as this seed asks it.
    pub fn asked(&self, seed: u64) -> Asked<'_> {
        Asked::new(self, seed)
    }
}
