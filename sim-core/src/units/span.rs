//! Durations: "3s", "250ms", "1h30m".

use std::fmt;
use std::time::Duration;

use super::{Quantity, Refusal, scaled, split};

/// A duration as it is written in a scenario, to the nanosecond; at most 584 years.
///
/// Numbers with units, the larger unit first, each at most once; only the last may have a decimal point.
///
/// ```
/// use std::time::Duration;
/// use sim_core::units::Span;
/// let read = |text: &str| text.parse::<Span>().map(|span| span.0);
/// assert_eq!(read("250ms"), Ok(Duration::from_millis(250)));
/// assert_eq!(read("1h30m"), Ok(Duration::from_secs(5400)));
/// assert_eq!(read("1.5s"), Ok(Duration::from_millis(1500)));
/// assert!(read("3 sec").is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub Duration);

/// The units, largest first [nanoseconds].
const UNITS: [(&str, u64); 7] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// What people write instead.
const INSTEAD: [(&str, &[&str]); 7] = [
    ("d", &["day", "days", "D"]),
    ("h", &["hour", "hours", "hr", "hrs", "H"]),
    ("m", &["min", "mins", "minute", "minutes", "M"]),
    ("s", &["sec", "secs", "second", "seconds", "S"]),
    ("ms", &["msec", "msecs", "millis", "millisecond", "milliseconds", "MS"]),
    ("us", &["usec", "µs", "μs", "micros", "microsecond", "microseconds"]),
    ("ns", &["nsec", "nanos", "nanosecond", "nanoseconds"]),
];

const HELP: &str = r#"write numbers with the units d, h, m, s, ms, us or ns, such as "3s", "250ms" or "1h30m""#;

impl Quantity for Span {
    const NAME: &'static str = "duration";
    const FORMS: &'static str = r#"a duration such as "3s", "250ms" or "1h30m""#;
    const PATTERN: &'static str = r"^([0-9]+(\.[0-9]+)?(d|h|ms|us|ns|m|s))+$";

    fn from_text(text: &str) -> Result<Span, Refusal> {
        match nanos(text) {
            Ok(nanos) => Ok(Span(Duration::from_nanos(nanos))),
            Err(Trouble::TooLong) => Err(Refusal::new(format!("{text:?} is too long"), "584 years are the limit")),
            Err(Trouble::Form) => Err(Refusal::new(message(text), repaired(text))),
        }
    }

    fn from_number(number: f64) -> Result<Span, Refusal> {
        let message = format!("the duration {number} has no unit");
        match number >= 0.0 {
            true => Err(Refusal::new(message, format!("write \"{number}s\" for seconds, or {HELP}"))),
            false => Err(Refusal::new("a duration is not negative", HELP)),
        }
    }
}

enum Trouble {
    Form,
    TooLong,
}

fn nanos(text: &str) -> Result<u64, Trouble> {
    let mut rest = text;
    let mut units = UNITS.iter();
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (number, tail) = split(rest);
        let end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        // The iterator goes on where the last unit was found, so units come in order and once.
        let (_, factor) = units.find(|(name, _)| *name == unit).ok_or(Trouble::Form)?;
        if number.is_empty() || (number.contains('.') && !tail.is_empty()) || number.matches('.').count() > 1 {
            return Err(Trouble::Form);
        }
        if number.starts_with('.') || number.ends_with('.') {
            return Err(Trouble::Form);
        }
        let part = scaled(number, *factor).ok_or(Trouble::TooLong)?;
        total = total.checked_add(part).ok_or(Trouble::TooLong)?;
        rest = tail;
    }
    if text.is_empty() { Err(Trouble::Form) } else { Ok(total) }
}

fn message(text: &str) -> String {
    let number = text.trim();
    match number.strip_prefix('-') {
        Some(_) => format!("{text:?} is negative: a duration is not"),
        None if number.parse::<f64>().is_ok_and(f64::is_finite) => format!("the duration {text:?} has no unit"),
        None => format!("{text:?} is not a duration"),
    }
}

/// The text with the units that were meant, when that is clear, or else what is accepted.
fn repaired(text: &str) -> String {
    let mut meant = String::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (number, tail) = split(rest);
        let tail = tail.trim_start();
        let end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let unit = unit.trim();
        let known = UNITS.iter().map(|(name, _)| *name).find(|name| *name == unit);
        let instead = INSTEAD.iter().find(|(_, words)| words.contains(&unit)).map(|(name, _)| *name);
        let Some(unit) = known.or(instead) else { return HELP.to_owned() };
        meant = meant + number + unit;
        rest = tail;
    }
    match nanos(&meant) {
        Ok(_) => format!("write {meant:?}"),
        Err(_) => HELP.to_owned(),
    }
}

/// As it would be written: `1h30m`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut nanos = self.0.as_nanos();
        if nanos == 0 {
            return f.write_str("0s");
        }
        for (unit, factor) in UNITS {
            let count = nanos / u128::from(factor);
            nanos %= u128::from(factor);
            if count > 0 {
                write!(f, "{count}{unit}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        text.parse::<Span>().map(|span| span.to_string()).unwrap_err().to_string()
    }

    #[test]
    fn accepted_forms_are_exact_and_print_as_they_are_written() {
        for text in ["0s", "3s", "250ms", "1h30m", "2d", "1d2h3m4s5ms6us7ns", "18446744073709551615ns"] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.to_string().parse(), Ok(span), "{text}");
        }
        assert_eq!("1.5s".parse::<Span>().unwrap().to_string(), "1s500ms");
        assert_eq!("0.1s".parse::<Span>(), Ok(Span(Duration::from_millis(100))));
        assert_eq!("90m".parse::<Span>().unwrap().to_string(), "1h30m");
    }

    #[test]
    fn a_word_that_is_clear_is_corrected() {
        for (text, meant) in [("3 sec", "3s"), ("2 min", "2m"), ("1 hour 30 minutes", "1h30m"), ("5 s", "5s")] {
            assert!(refusal(text).ends_with(&format!("write {meant:?}")), "{}", refusal(text));
        }
    }

    #[test]
    fn what_is_not_a_duration_is_told_what_is() {
        insta::assert_snapshot!(refusal("-1s"), @r#"
        "-1s" is negative: a duration is not
        write numbers with the units d, h, m, s, ms, us or ns, such as "3s", "250ms" or "1h30m"
        "#);
        insta::assert_snapshot!(refusal("5"), @r#"
        the duration "5" has no unit
        write numbers with the units d, h, m, s, ms, us or ns, such as "3s", "250ms" or "1h30m"
        "#);
        for text in ["", "s", ".5s", "5.s", "1.5h30m", "1m1h", "1s1s", "1e3s", "NaN", "1..5s", "١s", "5s "] {
            assert!(text.parse::<Span>().is_err(), "{text:?}");
        }
        assert!(refusal("999999999999d").contains("584 years"));
        assert!(refusal("99999999999999999999999999s").contains("584 years"));
    }
}
