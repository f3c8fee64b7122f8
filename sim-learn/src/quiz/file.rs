//! What a `quiz.toml` says: the types behind its tables, and the checks that make questions of them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use sim_core::observe::Expect;
use sim_core::scenario::{Diagnostic, Diagnostics, Loaded, load};

use super::draw::{Draw, names};
use super::{Choice, Item, Kind, Measure, Number, Open, Pair, Question};
use crate::library::Files;
use crate::play::Moment;
use crate::rules::{is_id, rule};
use crate::variant::Variant;

/// A quiz file.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuizFile {
    /// The questions.
    question: Vec<QuestionTable>,
}

/// The kinds of questions.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum KindWord {
    Single,
    Multiple,
    Number,
    Order,
    Match,
    Open,
}

/// A question.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct QuestionTable {
    /// Its name; it never changes, because progress is kept under it.
    id: String,
    /// What is to be answered.
    kind: KindWord,
    /// What is asked, in Markdown.
    ask: String,
    /// Why the right answer is right, in Markdown.
    explanation: String,
    /// Ids of rules such as CP-169, and addresses of AWS's pages.
    sources: Vec<String>,
    /// The world that proves the answer.
    scenario: Option<Variant>,
    /// Parameters that are drawn from a seed; `{{name}}` stands for them in every text.
    #[serde(default)]
    draw: BTreeMap<String, Draw>,
    /// Of single and multiple: what can be chosen.
    #[serde(default)]
    options: Vec<OptionTable>,
    /// Of number: the unit; none for a count.
    #[serde(default)]
    unit: String,
    /// Of number: what is right; left away when it is drawn.
    answer: Option<f64>,
    /// Of number: how far off a right answer may be; 0 unless set.
    #[serde(default)]
    tolerance: f64,
    /// Of number: decimals that are shown; 0 unless set.
    #[serde(default)]
    #[schemars(range(max = 6))]
    decimals: u32,
    /// Of number: the metric, or the facts to count, in the scenario.
    measure: Option<Expect>,
    /// Of number, with `measure`: a factor, such as 100 for a percentage; 1 unless set.
    times: Option<f64>,
    /// Of number: the moment at which something happens in the scenario [s].
    moment: Option<Moment>,
    /// Of number, with `moment`: the moment from which it is counted.
    since: Option<Moment>,
    /// Of order: the things, in the right order.
    #[serde(default)]
    items: Vec<ItemTable>,
    /// Of match: what belongs together.
    #[serde(default)]
    pairs: Vec<PairTable>,
    /// Of open: a good answer, in Markdown.
    #[serde(default)]
    model: String,
    /// Of open: what a good answer says, point by point.
    #[serde(default)]
    rubric: Vec<String>,
}

/// An option.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OptionTable {
    /// What it says.
    text: String,
    /// Whether it is right; left away when that is drawn.
    right: Option<bool>,
    /// Why it is wrong; of a right option it may be left away.
    #[serde(default)]
    why: String,
    /// Holds in the scenario exactly when the option is right.
    check: Option<Expect>,
}

/// One of the things to be ordered.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ItemTable {
    /// What it says.
    text: String,
    /// When it happens in the scenario.
    moment: Option<Moment>,
}

/// Two things that belong together.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PairTable {
    /// What is given.
    left: String,
    /// What is to be found for it.
    right: String,
    /// Why they belong together.
    why: String,
}

/// Options, items, pairs or points of one question at most: as many as there are letters.
const SHOWN_MAX: usize = 26;

/// What is wrong with a question: the key, what is wrong, the way out.
type Problem = (String, String, &'static str);

impl Question {
    /// Reads a quiz file, or says all that is wrong with it.
    pub fn read_all(path: &str, topic: &str, text: &str, files: &Files) -> Result<Vec<Question>, String> {
        let Loaded { value, tree } = load::<QuizFile>(path, text.as_bytes(), &()).map_err(|all| all.to_string())?;
        let mut problems = Vec::new();
        let mut questions = Vec::new();
        for (index, table) in value.question.into_iter().enumerate() {
            for (key, message, help) in table.problems(files) {
                let place = tree.root.find(&format!("question[{index}].{key}")).0.place();
                let message = format!("question {:?}: {message}", table.id);
                problems.push(Diagnostic::error("question", message).at(place, "").help(help));
            }
            questions.push(table.question(topic));
        }
        if problems.is_empty() { Ok(questions) } else { Err(Diagnostics::new(tree.sources, problems).to_string()) }
    }
}

impl QuestionTable {
    /// All that is wrong.
    fn problems(&self, files: &Files) -> Vec<Problem> {
        let mut found = Vec::new();
        let mut refuse = |key: &str, message: &str, help| found.push((key.to_owned(), message.to_owned(), help));
        let is_name = |text: &str| {
            !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        if !is_name(&self.id) {
            refuse("id", "an id has small letters, digits and dashes", "write it like \"grace-period\"");
        }
        for (key, text) in [("ask", &self.ask), ("explanation", &self.explanation)] {
            if text.trim().is_empty() {
                refuse(key, "this must not be empty", "");
            }
        }
        if self.sources.is_empty() {
            refuse("sources", "nobody has to believe us", "cite a rule of docs/rules or a page of AWS");
        }
        for source in &self.sources {
            let known = if is_id(source) { rule(files, source).is_some() } else { source.starts_with("https://") };
            if !known {
                let message = format!("{source:?} is neither a rule of docs/rules nor an address");
                refuse("sources", &message, "write \"CP-169\" or \"https://…\"");
            }
        }
        if let Some(scenario) = &self.scenario
            && self.draw.is_empty()
            && let Err(misfit) = scenario.resolve(files)
        {
            refuse(&format!("scenario.{}", misfit.key), &misfit.message, "see the base");
        }
        found.extend(self.foreign_keys());
        found.extend(self.kind_problems());
        found.extend(self.draw_problems());
        found
    }

    /// Keys of another kind of question.
    fn foreign_keys(&self) -> Vec<Problem> {
        let choice = matches!(self.kind, KindWord::Single | KindWord::Multiple);
        let number = self.kind == KindWord::Number;
        let measured = self.measure.is_some() || self.moment.is_some() || self.since.is_some() || self.times.is_some();
        let numeric = measured || self.answer.is_some() || self.tolerance != 0.0 || !self.unit.is_empty();
        let keys = [
            ("options", !self.options.is_empty(), choice),
            ("answer", numeric || self.decimals != 0, number),
            ("items", !self.items.is_empty(), self.kind == KindWord::Order),
            ("pairs", !self.pairs.is_empty(), self.kind == KindWord::Match),
            ("rubric", !self.rubric.is_empty() || !self.model.is_empty(), self.kind == KindWord::Open),
        ];
        let wrong = keys.into_iter().filter(|(_, set, mine)| *set && !mine);
        wrong
            .map(|(key, _, _)| (key.to_owned(), format!("`{key}` and its kin are for another kind"), "change `kind`"))
            .collect()
    }

    fn kind_problems(&self) -> Vec<Problem> {
        let mut found: Vec<Problem> = Vec::new();
        let mut refuse = |key: &str, message: &str, help| found.push((key.to_owned(), message.to_owned(), help));
        let counts = [self.options.len(), self.items.len(), self.pairs.len(), self.rubric.len()];
        if counts.into_iter().any(|count| count > SHOWN_MAX) {
            refuse("kind", "there are more things to choose from than letters", "26 are the limit");
        }
        let proved = |count: usize, of: usize| count == 0 || (count == of && self.scenario.is_some());
        match self.kind {
            KindWord::Single | KindWord::Multiple => {
                let right = self.options.iter().filter(|option| option.right == Some(true)).count();
                let checks = self.options.iter().filter(|option| option.check.is_some()).count();
                let stated = self.options.iter().all(|option| option.right.is_some());
                if self.options.len() < 2 {
                    refuse("options", "a choice needs two options at least", "");
                }
                if stated && (right == 0 || (right > 1 && self.kind == KindWord::Single)) {
                    refuse(
                        "options",
                        "single has exactly one right option, multiple one at least",
                        "say which: right = true",
                    );
                }
                if !stated && (self.draw.is_empty() || self.options.iter().any(|option| option.right.is_some())) {
                    refuse(
                        "options",
                        "each option says whether it is right, or in a template none does",
                        "right = false",
                    );
                }
                if !proved(checks, self.options.len()) {
                    refuse("options", "either every option has a check, and there is a scenario, or none has", "");
                }
                for (index, option) in self.options.iter().enumerate() {
                    if option.right != Some(true) && option.why.trim().is_empty() {
                        refuse(&format!("options[{index}]"), "a wrong option says why it is wrong", "why = \"…\"");
                    }
                }
            }
            KindWord::Number => {
                let measured = usize::from(self.measure.is_some()) + usize::from(self.moment.is_some());
                if measured > 1 || !proved(measured, 1) {
                    refuse("measure", "a computed number has a scenario, and either `measure` or `moment`", "");
                }
                if self.answer.is_none() && (self.draw.is_empty() || measured == 0) {
                    refuse("answer", "the answer is missing; only a template that measures has none", "answer = 2");
                }
                if self.times.is_some() && self.measure.is_none() || self.since.is_some() && self.moment.is_none() {
                    refuse("measure", "`times` belongs to `measure`, and `since` to `moment`", "");
                }
                let numbers = [Some(self.tolerance), self.answer, self.times];
                if self.tolerance < 0.0 || numbers.iter().flatten().any(|number| !number.is_finite()) {
                    refuse("tolerance", "numbers are finite, and a tolerance is not negative", "");
                }
            }
            KindWord::Order => {
                if self.items.len() < 3 {
                    refuse("items", "there is something to order from three things on", "");
                }
                if !proved(self.items.iter().filter(|item| item.moment.is_some()).count(), self.items.len()) {
                    refuse("items", "either every item has a moment, and there is a scenario, or none has", "");
                }
            }
            KindWord::Match => {
                if self.pairs.len() < 3 {
                    refuse("pairs", "there is something to match from three pairs on", "");
                }
                let mut rights: Vec<&str> = self.pairs.iter().map(|pair| pair.right.as_str()).collect();
                rights.sort_unstable();
                rights.dedup();
                if rights.len() < self.pairs.len() {
                    refuse("pairs", "two right sides read the same, so that nobody can tell them apart", "");
                }
            }
            KindWord::Open => {
                if self.rubric.len() < 2 || self.model.trim().is_empty() {
                    refuse("rubric", "an open question has a model answer and a rubric of two points at least", "");
                }
            }
        }
        found
    }

    /// Parameters that are missing, and parameters that nobody uses.
    fn draw_problems(&self) -> Vec<Problem> {
        let mut found: Vec<Problem> = Vec::new();
        let mut refuse = |key: &str, message: String| found.push((key.to_owned(), message, "see `draw`"));
        let mut texts = vec![self.ask.as_str(), self.explanation.as_str()];
        texts.extend(self.options.iter().flat_map(|option| [option.text.as_str(), option.why.as_str()]));
        let mut worlds = Vec::new();
        if let Some(scenario) = &self.scenario {
            worlds.extend(scenario.text.as_deref());
            worlds.extend(scenario.change.iter().flat_map(|change| [change.from.as_str(), change.to.as_str()]));
            worlds.push(&scenario.add);
        }
        let used: Vec<&str> = texts.iter().chain(&worlds).flat_map(|text| names(text)).collect();
        for name in used.iter().filter(|name| !self.draw.contains_key(**name) && **name != "answer") {
            refuse("draw", format!("nothing is drawn for {{{{{name}}}}}"));
        }
        for (name, draw) in &self.draw {
            if !worlds.iter().any(|text| names(text).contains(&name.as_str())) {
                refuse(&format!("draw.{name}"), format!("the scenario does not use {{{{{name}}}}}"));
            }
            if let Some(problem) = draw.problem() {
                refuse(&format!("draw.{name}"), problem.to_owned());
            }
        }
        found
    }

    fn question(self, topic: &str) -> Question {
        let choice =
            |table: OptionTable| Choice { text: table.text, right: table.right, why: table.why, check: table.check };
        let kind = match self.kind {
            KindWord::Single => Kind::Single(self.options.into_iter().map(choice).collect()),
            KindWord::Multiple => Kind::Multiple(self.options.into_iter().map(choice).collect()),
            KindWord::Number => Kind::Number(Number {
                unit: self.unit,
                answer: self.answer,
                tolerance: self.tolerance,
                decimals: self.decimals,
                measure: match (self.measure, self.moment) {
                    (Some(expect), _) => Some(Measure::Value(Box::new(expect), self.times.unwrap_or(1.0))),
                    (None, Some(moment)) => Some(Measure::Moment(moment, self.since)),
                    (None, None) => None,
                },
            }),
            KindWord::Order => {
                let item = |table: ItemTable| Item { text: table.text, moment: table.moment };
                Kind::Order(self.items.into_iter().map(item).collect())
            }
            KindWord::Match => {
                let pair = |table: PairTable| Pair { left: table.left, right: table.right, why: table.why };
                Kind::Match(self.pairs.into_iter().map(pair).collect())
            }
            KindWord::Open => Kind::Open(Open { model: self.model, rubric: self.rubric }),
        };
        Question {
            id: self.id,
            topic: topic.to_owned(),
            ask: self.ask,
            kind,
            explanation: self.explanation,
            sources: self.sources,
            scenario: self.scenario,
            draws: self.draw,
        }
    }
}
