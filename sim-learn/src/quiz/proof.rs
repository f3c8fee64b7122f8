//! What is right, and how a run proves it.

use serde::Serialize;

use super::{Asked, Kind, Measure};
use crate::library::Files;
use crate::play::{Finding, Moment, Probe, play};

/// What is right, in the numbers of the options as they are shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Key {
    /// The right option.
    Single(usize),
    /// The right options.
    Multiple(Vec<usize>),
    /// The number.
    Number(f64),
    /// The options in the right order.
    Order(Vec<usize>),
    /// For each thing that is given, its option.
    Match(Vec<usize>),
    /// The learner judges.
    Open,
}

/// What a run says about a question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proof {
    /// What is right, by the run alone.
    pub key: Key,
    /// What was looked at.
    pub findings: Vec<Finding>,
}

impl Asked<'_> {
    /// What the file states to be right; none when only a run can tell.
    pub fn stated(&self) -> Option<Key> {
        Some(match &self.question.kind {
            Kind::Single(all) => Key::Single(self.order.iter().position(|&place| all[place].right == Some(true))?),
            Kind::Multiple(all) if all.iter().all(|choice| choice.right.is_some()) => {
                Key::Multiple(self.shown(|place| all[place].right == Some(true)))
            }
            Kind::Multiple(_) => return None,
            Kind::Number(number) => Key::Number(number.answer?),
            Kind::Order(_) => Key::Order(self.places()),
            Kind::Match(_) => Key::Match(self.places()),
            Kind::Open(_) => Key::Open,
        })
    }

    /// What is right: as it is stated, or else as a run says.
    pub fn key(&self, files: &Files) -> Result<Key, String> {
        if let Some(key) = self.stated() {
            return Ok(key);
        }
        self.prove(files).map(|proof| proof.key)
    }

    /// What to look at in the question's scenario; empty when nothing is computed.
    pub fn probes(&self) -> Vec<Probe> {
        if !self.question.is_computed() {
            return Vec::new();
        }
        let moment = |moment: &Moment| Probe::Moment(moment.clone());
        match &self.question.kind {
            Kind::Single(all) | Kind::Multiple(all) => {
                all.iter().filter_map(|choice| choice.check.clone()).map(|it| Probe::Expect(Box::new(it))).collect()
            }
            Kind::Number(number) => match &number.measure {
                Some(Measure::Value(expect, _)) => vec![Probe::Expect(expect.clone())],
                Some(Measure::Moment(of, since)) => std::iter::once(of).chain(since).map(moment).collect(),
                None => Vec::new(),
            },
            Kind::Order(items) => items.iter().filter_map(|item| item.moment.as_ref()).map(moment).collect(),
            Kind::Match(_) | Kind::Open(_) => Vec::new(),
        }
    }

    /// What the findings of [`Asked::probes`] make right, whatever is stated; or why they make nothing right.
    pub fn judge(&self, findings: &[Finding]) -> Result<Key, String> {
        let of = |index: usize| findings.get(index).ok_or("something was not looked at");
        let value = |index: usize| {
            let finding = of(index)?;
            finding.value.ok_or_else(|| format!("there was nothing to measure: {}", finding.text))
        };
        match &self.question.kind {
            Kind::Single(all) => match self.shown(|place| findings[place].held)[..] {
                [only] if findings.len() == all.len() => Ok(Key::Single(only)),
                _ => Err(format!("not exactly one option is right: {}", describe(findings))),
            },
            Kind::Multiple(all) if findings.len() == all.len() => {
                let right = self.shown(|place| findings[place].held);
                if right.is_empty() {
                    Err(format!("no option is right: {}", describe(findings)))
                } else {
                    Ok(Key::Multiple(right))
                }
            }
            Kind::Number(number) => {
                let measured = match &number.measure {
                    Some(Measure::Value(_, times)) => value(0)? * times,
                    Some(Measure::Moment(_, None)) => value(0)?,
                    Some(Measure::Moment(_, Some(_))) => value(0)? - value(1)?,
                    None => return Err("it measures nothing".to_owned()),
                };
                Ok(Key::Number(sim_core::observe::report::round(measured, number.decimals)))
            }
            Kind::Order(items) => {
                let mut order: Vec<(usize, f64)> = Vec::new();
                for place in 0..items.len() {
                    order.push((place, value(place)?));
                }
                order.sort_by(|a, b| a.1.total_cmp(&b.1));
                if order.windows(2).any(|two| two[0].1 == two[1].1) {
                    return Err(format!("two things happen at the same moment: {}", describe(findings)));
                }
                let shown = |place: usize| self.order.iter().position(|&it| it == place).unwrap_or_default();
                Ok(Key::Order(order.into_iter().map(|(place, _)| shown(place)).collect()))
            }
            Kind::Multiple(_) | Kind::Match(_) | Kind::Open(_) => Err("no run can tell".to_owned()),
        }
    }

    /// Runs the question's scenario and says what is right.
    pub fn prove(&self, files: &Files) -> Result<Proof, String> {
        let text = self.scenario(files).ok_or("the question has no scenario")?.map_err(|misfit| misfit.to_string())?;
        let findings = play(&text, &self.probes())?.findings;
        Ok(Proof { key: self.judge(&findings)?, findings })
    }

    /// The numbers under which things are shown whose places fit.
    fn shown(&self, fits: impl Fn(usize) -> bool) -> Vec<usize> {
        (0..self.order.len()).filter(|&number| fits(self.order[number])).collect()
    }

    /// For each place in the file, the number under which it is shown.
    fn places(&self) -> Vec<usize> {
        let mut places = vec![0; self.order.len()];
        for (number, &place) in self.order.iter().enumerate() {
            places[place] = number;
        }
        places
    }
}

fn describe(findings: &[Finding]) -> String {
    let one = |finding: &Finding| format!("{} – found {:?}, held: {}", finding.text, finding.value, finding.held);
    findings.iter().map(one).collect::<Vec<_>>().join("; ")
}
