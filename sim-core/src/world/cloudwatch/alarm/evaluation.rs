//! From datapoints to a state.

use super::{AlarmRule, AlarmState, Point};

/// How many datapoints are looked at beyond those that count [SC-025][SC-107] [count].
pub(super) const MORE: u32 = 2;

/// `TreatMissingData` [SC-024].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::IntoStaticStr, strum::Display, strum::VariantArray)]
#[strum(serialize_all = "camelCase")]
pub enum MissingData {
    /// They are left out; when nothing is there, there is too little data.
    #[default]
    Missing,
    /// The state stays as it is.
    Ignore,
    /// They count as too bad.
    Breaching,
    /// They count as good.
    NotBreaching,
}

/// What an evaluation comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The state; none when it stays as it is.
    pub state: Option<AlarmState>,
    /// The datapoints that counted, newest first, and whether each breaches the threshold.
    pub used: Vec<(Point, bool)>,
}

impl Verdict {
    /// How many of the datapoints breach [count].
    pub fn breaching(&self) -> u32 {
        self.used.iter().filter(|(_, breaches)| *breaches).count() as u32
    }
}

/// Which state an alarm is in, by its datapoints, newest first; none stands for one that is missing.
///
/// M of the last N must breach, in any place [SC-021]. When at least N are there, the last N of them decide, and missing
/// ones play no part [SC-025]. When fewer are there, all of them count, and what is missing to N is filled up as the alarm
/// says [SC-026]; AWS's own examples [SC-027][SC-028][SC-029][SC-030][SC-031][SC-032][SC-033][SC-034][SC-035][SC-036]
/// come out.
pub fn evaluate(rule: &AlarmRule, points: &[Option<Point>]) -> Verdict {
    let (needed, wanted) = (rule.needed(), rule.evaluation_periods as usize);
    let breaches = |point: Point| (point, rule.comparison.breaches(point.value, rule.threshold));
    let used: Vec<(Point, bool)> = points.iter().flatten().copied().map(breaches).take(wanted).collect();
    // The place of the oldest that breaches; the newest of all is 1.
    let age = points.iter().rposition(|point| point.is_some_and(|point| breaches(point).1)).map_or(0, |at| at + 1);
    let mut verdict = Verdict { state: None, used };
    let breaching = verdict.breaching();
    let filled = (wanted - verdict.used.len()) as u32;
    let good = verdict.used.len() as u32 - breaching;
    let alarm_if = |yes: bool| Some(if yes { AlarmState::Alarm } else { AlarmState::Ok });
    verdict.state = match rule.missing {
        _ if filled == 0 => alarm_if(breaching >= needed),
        MissingData::Breaching => alarm_if(breaching + filled >= needed),
        MissingData::NotBreaching => alarm_if(breaching >= needed),
        // [SC-038]
        _ if breaching >= needed => Some(AlarmState::Alarm),
        _ if good > 0 => Some(AlarmState::Ok),
        MissingData::Ignore => None,
        MissingData::Missing if breaching == 0 => Some(AlarmState::InsufficientData),
        // All that there is breaches, for so long that what is missing would have, too [SC-037]; otherwise it is too
        // early to say [SC-110].
        MissingData::Missing => (age >= needed as usize).then_some(AlarmState::Alarm),
    };
    verdict
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::super::{Comparison, Watched};
    use super::*;

    fn rule(needed: u32, of: u32, missing: MissingData) -> AlarmRule {
        AlarmRule {
            watched: Watched::example(),
            evaluation_periods: of,
            datapoints_to_alarm: Some(needed),
            threshold: 1.0,
            comparison: Comparison::AtLeast,
            missing,
        }
    }

    /// AWS's way to write it: newest last; 0 is good, X breaches, - is missing.
    fn state(points: &str, needed: u32, of: u32, missing: MissingData) -> String {
        let point = |c: &str| match c {
            "-" => None,
            c => Some(Point { value: if c == "X" { 1.0 } else { 0.0 }, begins: 0 }),
        };
        let points: Vec<Option<Point>> = points.split(' ').rev().map(point).collect();
        let verdict = evaluate(&rule(needed, of, missing), &points);
        verdict.state.map_or("keep".to_owned(), |state| state.to_string())
    }

    /// [SC-021] [SC-024] [SC-025] [SC-026] [SC-027] [SC-028] [SC-029] [SC-030] [SC-031] [SC-032] [SC-033] [SC-034] [SC-035]
    /// [SC-036] The tables of the page about missing data, line by line.
    #[test]
    fn the_examples_of_the_page_come_out() {
        let table = [
            ("0 - X - X", 3, ["OK", "OK", "OK", "OK"]),
            ("0 - - - -", 3, ["OK", "OK", "OK", "OK"]),
            ("- - - - -", 3, ["INSUFFICIENT_DATA", "keep", "ALARM", "OK"]),
            ("0 X X - X", 3, ["ALARM", "ALARM", "ALARM", "ALARM"]),
            ("- - X - -", 3, ["ALARM", "keep", "ALARM", "OK"]),
            ("0 - X - X", 2, ["ALARM", "ALARM", "ALARM", "ALARM"]),
            ("0 0 X 0 X", 2, ["ALARM", "ALARM", "ALARM", "ALARM"]),
            ("0 - X - -", 2, ["OK", "OK", "ALARM", "OK"]),
            ("- - - - 0", 2, ["OK", "OK", "ALARM", "OK"]),
            ("- - - X -", 2, ["ALARM", "keep", "ALARM", "OK"]),
        ];
        for (points, needed, states) in table {
            for (&missing, wanted) in MissingData::VARIANTS.iter().zip(states) {
                assert_eq!(state(points, needed, 3, missing), wanted, "{points}, {needed} of 3, {missing}");
            }
        }
    }

    /// [SC-037] [SC-038] [SC-110] What breaches may be too young to stand for what is missing: then the state stays.
    #[test]
    fn an_alarm_is_not_raised_too_early() {
        for points in ["- - - - X", "- - - X -"] {
            assert_eq!(state(points, 3, 3, MissingData::Missing), "keep", "{points}");
        }
        assert_eq!(state("- - X - -", 3, 3, MissingData::Missing), "ALARM");
        assert_eq!(state("- X - - -", 3, 3, MissingData::Ignore), "keep");
    }

    /// [SC-107] With one datapoint that counts, two more are looked at: an alarm sees one that came two periods ago.
    #[test]
    fn two_more_datapoints_are_looked_at_than_count() {
        assert_eq!(MORE, 2);
        assert_eq!(state("0 - -", 1, 1, MissingData::Missing), "OK");
        assert_eq!(state("X - -", 1, 1, MissingData::Missing), "ALARM");
    }
}
