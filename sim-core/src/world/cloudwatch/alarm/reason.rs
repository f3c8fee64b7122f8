//! `StateReason`, in CloudWatch's words [SC-041].

use jiff::Timestamp;

use super::evaluation::Verdict;
use super::{AlarmRule, AlarmState, Comparison, MissingData, Point};
use crate::world::Account;

/// Why an evaluation came to this state.
pub(super) fn of(rule: &AlarmRule, state: AlarmState, verdict: &Verdict, account: &Account) -> String {
    let wanted = rule.evaluation_periods;
    // So many datapoints must breach for one state, and so many must not for the other.
    let (alarm, least, arrow) = match state {
        AlarmState::InsufficientData => {
            return format!("Insufficient Data: {} unknown.", count(wanted, "datapoint", true));
        }
        AlarmState::Alarm => (true, rule.needed(), "OK -> ALARM"),
        AlarmState::Ok => (false, wanted - rule.needed() + 1, "ALARM -> OK"),
    };
    let told: Vec<Point> =
        verdict.used.iter().filter(|(_, breaches)| *breaches == alarm).map(|(point, _)| *point).collect();
    let many = told.len() as u32;
    if many < least {
        return format!("Threshold Crossed: {}", filled(rule, verdict));
    }
    let list: Vec<String> =
        told.iter().map(|point| format!("{:?} ({})", point.value, clock(*point, account))).collect();
    let verb = match (many == 1, alarm) {
        (true, true) => "was",
        (true, false) => "was not",
        (false, true) => "were",
        (false, false) => "were not",
    };
    let compared = match rule.comparison {
        Comparison::AtLeast => "greater than or equal to",
        Comparison::Above => "greater than",
        Comparison::Below => "less than",
        Comparison::AtMost => "less than or equal to",
    };
    let least = if least == 1 { "1 datapoint".to_owned() } else { format!("{least} datapoints") };
    format!(
        "Threshold Crossed: {many} out of the last {wanted} datapoints [{}] {verb} {compared} the threshold ({:?}) \
         (minimum {least} for {arrow} transition).",
        list.join(", "),
        rule.threshold,
    )
}

/// What was there, and what was taken for the rest.
fn filled(rule: &AlarmRule, verdict: &Verdict) -> String {
    let there = verdict.used.len() as u32;
    let received = if there == 0 { "no datapoints were".to_owned() } else { count(there, "datapoint", true) };
    let treated = match rule.missing {
        MissingData::Missing => "Missing",
        MissingData::Ignore => "Ignore",
        MissingData::Breaching => "Breaching",
        MissingData::NotBreaching => "NonBreaching",
    };
    let periods = count(rule.evaluation_periods, "period", false);
    let missing = count(rule.evaluation_periods - there, "missing datapoint", true);
    format!("{received} received for {periods} and {missing} treated as [{treated}].")
}

/// `1 datapoint was`, `2 datapoints were`.
fn count(many: u32, noun: &str, with_verb: bool) -> String {
    match (many, with_verb) {
        (1, true) => format!("1 {noun} was"),
        (1, false) => format!("1 {noun}"),
        (many, true) => format!("{many} {noun}s were"),
        (many, false) => format!("{many} {noun}s"),
    }
}

/// When the period of a datapoint begins: `05/01/26 09:06:00`.
fn clock(point: Point, account: &Account) -> String {
    let nanos = account.start.as_nanosecond() + i128::from(point.begins) * 60_000_000_000;
    Timestamp::from_nanosecond(nanos).unwrap_or(Timestamp::MAX).strftime("%d/%m/%y %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::super::{Watched, evaluate};
    use super::*;

    fn told(points: &[Option<f64>], needed: u32, missing: MissingData) -> String {
        let rule = AlarmRule {
            watched: Watched::example(),
            evaluation_periods: points.len() as u32,
            datapoints_to_alarm: Some(needed),
            threshold: 31.0,
            comparison: Comparison::Above,
            missing,
        };
        let newest = points.len() as i64;
        let point = |(age, value): (i64, &Option<f64>)| value.map(|value| Point { value, begins: newest - age });
        let verdict = evaluate(&rule, &(0..).zip(points).map(point).collect::<Vec<_>>());
        let account = Account { start: "2026-01-05T09:00:00Z".parse().expect("a moment"), ..Account::default() };
        of(&rule, verdict.state.expect("there is a state"), &verdict, &account)
    }

    /// [SC-041] The sentences, as they stand in notifications.
    #[test]
    fn the_reason_says_what_was_seen_and_what_was_missing() {
        assert_eq!(
            told(&[Some(41.5), Some(40.0), Some(32.0)], 3, MissingData::Missing),
            "Threshold Crossed: 3 out of the last 3 datapoints [41.5 (05/01/26 09:03:00), 40.0 (05/01/26 09:02:00), 32.0 \
             (05/01/26 09:01:00)] were greater than the threshold (31.0) (minimum 3 datapoints for OK -> ALARM transition)."
        );
        assert_eq!(
            told(&[Some(7.0), Some(40.0)], 2, MissingData::Missing),
            "Threshold Crossed: 1 out of the last 2 datapoints [7.0 (05/01/26 09:02:00)] was not greater than the \
             threshold (31.0) (minimum 1 datapoint for ALARM -> OK transition)."
        );
        assert_eq!(
            told(&[None, None], 2, MissingData::NotBreaching),
            "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as \
             [NonBreaching]."
        );
        assert_eq!(
            told(&[Some(40.0), None, None], 3, MissingData::Breaching),
            "Threshold Crossed: 1 datapoint was received for 3 periods and 2 missing datapoints were treated as \
             [Breaching]."
        );
        assert_eq!(told(&[None], 1, MissingData::Missing), "Insufficient Data: 1 datapoint was unknown.");
    }
}
