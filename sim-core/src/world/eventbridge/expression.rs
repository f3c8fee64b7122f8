//! When a schedule rings: `rate(5 minutes)`, `cron(0 12 * * ? *)`, `at(2026-11-20T13:00:00)`.

use std::sync::Arc;
use std::time::Duration;

use croner::Cron;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::cron;

/// Who reads the expression: the two services differ a little.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grammar {
    /// EventBridge Scheduler, which knows `at(…)`, and takes `1 minutes` for `1 minute`.
    Scheduler,
    /// A rule of an event bus: one `minute`, or several `minutes`.
    Rule,
}

/// A schedule expression, in UTC.
#[derive(Clone, Debug)]
pub enum Expression {
    /// Again and again after so long.
    Rate(Duration),
    /// Whenever the calendar says so.
    Cron(Arc<Cron>),
    /// Once.
    At(Timestamp),
}

impl Expression {
    /// Understands an expression; none when it is not as AWS has them.
    pub fn parse(text: &str, grammar: Grammar) -> Option<Expression> {
        let (kind, inner) = text.strip_suffix(')')?.split_once('(')?;
        match kind {
            "rate" => rate(inner, grammar).map(Expression::Rate),
            "cron" => cron::parse(inner).map(|cron| Expression::Cron(Arc::new(cron))),
            "at" if grammar == Grammar::Scheduler => at(inner).map(Expression::At),
            _ => None,
        }
    }

    /// The first time after a moment, of a schedule that has counted since `anchor`.
    pub fn after(&self, moment: Timestamp, anchor: Timestamp) -> Option<Timestamp> {
        match self {
            Expression::Rate(every) => {
                let every = i128::try_from(every.as_nanos()).ok()?;
                let passed = moment.as_nanosecond() - anchor.as_nanosecond();
                let rings = if passed < 0 { 0 } else { passed / every + 1 };
                Timestamp::from_nanosecond(anchor.as_nanosecond() + rings * every).ok()
            }
            Expression::Cron(cron) => {
                let next = cron.find_next_occurrence(&Offset::UTC.to_datetime(moment), false).ok()?;
                Offset::UTC.to_timestamp(next).ok()
            }
            Expression::At(at) => Some(*at).filter(|at| *at > moment),
        }
    }
}

/// `5 minutes`: a whole number from 1 on, and a unit.
fn rate(inner: &str, grammar: Grammar) -> Option<Duration> {
    let (number, unit) = inner.split_once(' ')?;
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = number.parse().ok().filter(|number| *number >= 1)?;
    let single = unit.strip_suffix('s').unwrap_or(unit);
    if grammar == Grammar::Rule && (number == 1) != (single == unit) {
        return None;
    }
    let seconds = match single {
        "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        _ => return None,
    };
    number.checked_mul(seconds).map(Duration::from_secs)
}

/// `2026-11-20T13:00:00`: a second of the calendar, without a zone.
fn at(inner: &str) -> Option<Timestamp> {
    let moment: DateTime = inner.parse().ok()?;
    let written = moment.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    if written != inner {
        return None;
    }
    Offset::UTC.to_timestamp(moment).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    #[test]
    fn rates_count_from_their_anchor() {
        let rate = Expression::parse("rate(5 minutes)", Grammar::Rule).expect("a rate");
        let anchor = moment("2026-01-05T09:00:30Z");
        assert_eq!(rate.after(anchor, anchor), Some(moment("2026-01-05T09:05:30Z")));
        assert_eq!(rate.after(moment("2026-01-05T09:05:29Z"), anchor), Some(moment("2026-01-05T09:05:30Z")));
        assert_eq!(rate.after(moment("2026-01-05T09:05:30Z"), anchor), Some(moment("2026-01-05T09:10:30Z")));
        assert_eq!(rate.after(moment("2026-01-05T08:00:00Z"), anchor), Some(anchor), "it begins at its anchor");
    }

    #[test]
    fn a_moment_comes_once() {
        let once = Expression::parse("at(2026-11-20T13:00:00)", Grammar::Scheduler).expect("a moment");
        let at = moment("2026-11-20T13:00:00Z");
        assert_eq!(once.after(moment("2026-01-05T09:00:00Z"), at), Some(at));
        assert_eq!(once.after(at, at), None);
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for text in [
            "",
            "rate",
            "rate()",
            "rate(0 minutes)",
            "rate(-1 minutes)",
            "rate(5 seconds)",
            "rate(5minutes)",
            "rate(5 minutes",
            "rate(1.5 hours)",
            "rate(99999999999999999999 days)",
            "rate(18446744073709551615 days)",
            "at(2026-11-20)",
            "at(2026-11-20T13:00)",
            "at(2026-11-20T13:00:00Z)",
            "at(2026-13-20T13:00:00)",
            "cron(0 12 * * ?)",
            "every(5 minutes)",
            "5 minutes",
        ] {
            assert!(Expression::parse(text, Grammar::Scheduler).is_none(), "{text:?}");
        }
        let rule = |text| Expression::parse(text, Grammar::Rule).is_some();
        assert!(rule("rate(1 minute)") && rule("rate(2 hours)") && rule("cron(0 12 * * ? *)"));
        assert!(!rule("rate(1 minutes)") && !rule("rate(2 hour)") && !rule("at(2026-11-20T13:00:00)"));
        assert!(Expression::parse("rate(1 minutes)", Grammar::Scheduler).is_some());
    }
}
