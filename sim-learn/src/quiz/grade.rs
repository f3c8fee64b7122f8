//! An answer against the key: pure, for the terminal and the browser alike.

use serde::{Deserialize, Serialize};

use super::{Asked, Key, Kind};
use crate::library::Files;
use crate::rules::rule;

/// What a learner answers. Options have the numbers under which they are shown, from 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// One option.
    Single(usize),
    /// Some options.
    Multiple(Vec<usize>),
    /// A number.
    Number(f64),
    /// All options in an order.
    Order(Vec<usize>),
    /// For each thing that is given, an option.
    Match(Vec<usize>),
    /// The points of the rubric that the learner's own text makes.
    Open(Vec<usize>),
}

/// How good an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All of it is right.
    Right,
    /// Some of it is.
    Partly,
    /// None of it is.
    Wrong,
}

/// A judged answer, and what is to be learnt from it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Grade {
    /// How good it is.
    pub verdict: Verdict,
    /// The share that is right, from 0 to 1.
    pub score: f64,
    /// The right answer in words.
    pub answer: String,
    /// What is to be said about what was chosen.
    pub remarks: Vec<Remark>,
    /// Why it is so, in Markdown.
    pub explanation: String,
    /// Where it is written.
    pub sources: Vec<Source>,
}

/// Something about an option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The option.
    pub about: String,
    /// What is to be said.
    pub text: String,
}

/// Where something is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The rule's id; empty for a page.
    pub rule: String,
    /// What the rule says; empty for a page.
    pub text: String,
    /// The address; empty for an assumption of ours.
    pub url: String,
}

impl Asked<'_> {
    /// Judges an answer; or says why it is none.
    pub fn grade(&self, key: &Key, answer: &Answer, files: &Files) -> Result<Grade, String> {
        let view = self.view();
        let count = view.options.len();
        let named = |numbers: &[usize]| match numbers.iter().find(|&&number| number >= count) {
            Some(number) => Err(format!("there is no option {}; there are {count}", number + 1)),
            None => Ok(()),
        };
        let (score, remarks) = match (&self.question.kind, key, answer) {
            (Kind::Single(all), Key::Single(right), Answer::Single(chosen)) => {
                named(&[*chosen])?;
                let remark = self.remark(&view.options[*chosen], &all[self.order[*chosen]].why);
                (share(usize::from(chosen == right), 1), remark.into_iter().collect())
            }
            (Kind::Multiple(all), Key::Multiple(right), Answer::Multiple(chosen)) => {
                named(chosen)?;
                let agree = (0..count).filter(|number| right.contains(number) == chosen.contains(number)).count();
                let told = (0..count).filter(|number| chosen.contains(number) || right.contains(number));
                let remarks =
                    told.filter_map(|number| self.remark(&view.options[number], &all[self.order[number]].why));
                let none_right = !chosen.iter().any(|number| right.contains(number));
                (if none_right { 0.0 } else { share(agree, count) }, remarks.collect())
            }
            (Kind::Number(number), Key::Number(right), Answer::Number(said)) => {
                if !said.is_finite() {
                    return Err("the answer is a number such as 4 or 0.5".to_owned());
                }
                // What looks equal at the decimals that are shown is equal.
                let blur = 0.5 / 10u64.pow(number.decimals.min(9)) as f64;
                (share(usize::from((said - right).abs() <= number.tolerance.max(blur * 1e-3)), 1), Vec::new())
            }
            (Kind::Order(_), Key::Order(right), Answer::Order(said)) => {
                permutation(said, count)?;
                (share(said.iter().zip(right).filter(|(said, right)| said == right).count(), count), Vec::new())
            }
            (Kind::Match(all), Key::Match(right), Answer::Match(said)) => {
                permutation(said, count)?;
                let wrong = (0..count).filter(|&place| said[place] != right[place]);
                let remarks = wrong.filter_map(|place| self.remark(&all[place].left, &all[place].why));
                (share((0..count).filter(|&place| said[place] == right[place]).count(), count), remarks.collect())
            }
            (Kind::Open(open), Key::Open, Answer::Open(made)) => {
                let points = open.rubric.len();
                if let Some(number) = made.iter().find(|&&number| number >= points) {
                    return Err(format!("there is no point {}; there are {points}", number + 1));
                }
                let missed = (0..points).filter(|point| !made.contains(point));
                let remark =
                    |point: usize| Remark { about: "not in your answer".into(), text: open.rubric[point].clone() };
                let remarks: Vec<Remark> = missed.map(remark).collect();
                (share(points - remarks.len(), points), remarks)
            }
            _ => return Err(format!("this is no answer to a question of the kind {:?}", view.kind)),
        };
        let verdict = match score {
            score if score >= 1.0 => Verdict::Right,
            score if score <= 0.0 => Verdict::Wrong,
            _ => Verdict::Partly,
        };
        let answer = self.words(key);
        let explanation = self.fill(&self.question.explanation).replace("{{answer}}", &answer);
        let sources = self.question.sources.iter().map(|source| self.source(source, files)).collect();
        Ok(Grade { verdict, score, answer, remarks, explanation, sources })
    }

    fn remark(&self, about: &str, text: &str) -> Option<Remark> {
        let text = self.fill(text);
        (!text.trim().is_empty()).then(|| Remark { about: about.to_owned(), text })
    }

    /// The right answer in words.
    fn words(&self, key: &Key) -> String {
        let view = self.view();
        let option = |&number: &usize| view.options.get(number).cloned().unwrap_or_default();
        match (&self.question.kind, key) {
            (_, Key::Single(right)) => option(right),
            (_, Key::Multiple(right)) => right.iter().map(option).collect::<Vec<_>>().join("; "),
            (_, Key::Order(right)) => {
                let line = |(place, number): (usize, &usize)| format!("{}. {}", place + 1, option(number));
                right.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
            }
            (_, Key::Match(right)) => {
                let line = |(left, number): (&String, &usize)| format!("{left}: {}", option(number));
                view.left.iter().zip(right).map(line).collect::<Vec<_>>().join("\n")
            }
            (Kind::Number(number), Key::Number(right)) => {
                let digits = format!("{right:.*}", number.decimals as usize);
                // A number and its unit stay on one line.
                if number.unit.is_empty() { digits } else { format!("{digits}\u{a0}{}", number.unit) }
            }
            (Kind::Open(open), _) => open.model.clone(),
            _ => String::new(),
        }
    }

    fn source(&self, cited: &str, files: &Files) -> Source {
        match rule(files, cited) {
            Some(rule) if rule.source.starts_with("https://") => {
                Source { rule: rule.id, text: rule.text, url: rule.source }
            }
            Some(rule) => Source { rule: rule.id, text: rule.text, url: String::new() },
            None => Source { rule: String::new(), text: String::new(), url: cited.to_owned() },
        }
    }
}

fn share(right: usize, of: usize) -> f64 {
    right as f64 / of.max(1) as f64
}

/// Each number below `count` exactly once.
fn permutation(said: &[usize], count: usize) -> Result<(), String> {
    let mut sorted = said.to_vec();
    sorted.sort_unstable();
    if sorted.iter().copied().eq(0..count) {
        return Ok(());
    }
    Err(format!("name each of the {count} options exactly once"))
}
