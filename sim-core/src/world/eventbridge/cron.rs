//! `cron(…)` as EventBridge has it: six fields in UTC, given to the `croner` crate in its own spelling.
//!
//! AWS's fields differ from those of other crons: there is a year, the week begins with Sunday as 1, and of the two fields
//! for days exactly one is `?`. What AWS does not document is refused, also where `croner` would understand it: reversed
//! ranges, `LW`, `L-3`, steps of weekdays.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

/// One of the six fields: its least and greatest value, and the names of its values in their order.
struct Field {
    min: u16,
    max: u16,
    names: &'static [&'static str],
}

const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const MINUTE: Field = Field { min: 0, max: 59, names: &[] };
const HOUR: Field = Field { min: 0, max: 23, names: &[] };
const DAY_OF_MONTH: Field = Field { min: 1, max: 31, names: &[] };
const MONTH: Field = Field { min: 1, max: 12, names: MONTHS };
const DAY_OF_WEEK: Field = Field { min: 1, max: 7, names: DAYS };
const YEAR: Field = Field { min: 1970, max: 2199, names: &[] };

/// The schedule that these six fields say; none when they are not as AWS has them.
pub(super) fn parse(fields: &str) -> Option<Cron> {
    let fields = fields.to_uppercase();
    let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
    let [minute, hour, day, month, weekday, year] = fields[..] else { return None };
    // One of the two is always left open.
    if (day == "?") == (weekday == "?") {
        return None;
    }
    let pattern = [
        "0".to_owned(),
        list(minute, |item| MINUTE.plain(item))?,
        list(hour, |item| HOUR.plain(item))?,
        if day == "?" { "*".to_owned() } else { list(day, day_of_month)? },
        list(month, |item| MONTH.plain(item))?,
        if weekday == "?" { "*".to_owned() } else { days_of_week(weekday)? },
        list(year, |item| YEAR.plain(item))?,
    ];
    let parser =
        CronParser::builder().seconds(Seconds::Required).year(Year::Required).alternative_weekdays(true).build();
    parser.parse(&pattern.join(" ")).ok()
}

/// `*`, or items between commas.
fn list(field: &str, item: impl Fn(&str) -> Option<String>) -> Option<String> {
    if field == "*" {
        return Some("*".to_owned());
    }
    let items: Option<Vec<String>> = field.split(',').map(item).collect();
    Some(items?.join(","))
}

/// `L` is the last day of the month, `15W` the weekday nearest to the 15th.
fn day_of_month(item: &str) -> Option<String> {
    match item.strip_suffix('W') {
        Some(day) => Some(format!("{}W", DAY_OF_MONTH.value(day)?)),
        None if item == "L" => Some("L".to_owned()),
        None => DAY_OF_MONTH.plain(item),
    }
}

/// `L` is the last day of the week, `6L` the last Friday of the month, `3#2` its second Tuesday: an expression with `#`
/// stands alone.
fn days_of_week(field: &str) -> Option<String> {
    if let Some((day, number)) = field.split_once('#') {
        let number = Field { min: 1, max: 5, names: &[] }.value(number)?;
        return Some(format!("{}#{number}", DAY_OF_WEEK.value(day)?));
    }
    list(field, |item| match item.strip_suffix('L') {
        Some("") => Some(DAY_OF_WEEK.max.to_string()),
        Some(day) => Some(format!("{}L", DAY_OF_WEEK.value(day)?)),
        None if item.contains('/') => None,
        None => DAY_OF_WEEK.plain(item),
    })
}

impl Field {
    /// `5`, `MON`.
    fn value(&self, word: &str) -> Option<u16> {
        if let Some(place) = self.names.iter().position(|name| *name == word) {
            return Some(self.min + place as u16);
        }
        // "+5" is a number to Rust and none to AWS.
        let digits = word.bytes().all(|byte| byte.is_ascii_digit());
        word.parse().ok().filter(|value| digits && (self.min..=self.max).contains(value))
    }

    /// `*`, `5`, `5-10`, each with a step behind it, such as `0/15`: from 0 on every 15.
    fn plain(&self, item: &str) -> Option<String> {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (item, None),
        };
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (self.value(from)?, self.value(to)?),
            None if range == "*" => (self.min, self.max),
            None => {
                let value = self.value(range)?;
                (value, if step.is_some() { self.max } else { value })
            }
        };
        let step = match step {
            Some(step) => Field { min: 1, max: self.max.max(1), names: &[] }.value(step)?,
            None => 1,
        };
        match (from, to) {
            (from, to) if from > to => None,
            // What a step leads out of has one value.
            (from, to) if from == to || step > to - from => Some(from.to_string()),
            (from, to) if step == 1 => Some(format!("{from}-{to}")),
            (from, to) => Some(format!("{from}-{to}/{step}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::DateTime;

    use super::*;

    /// The first times after a moment, in a line.
    fn after(moment: &str, fields: &str, count: usize) -> String {
        let cron = parse(fields).unwrap_or_else(|| panic!("{fields} is understood"));
        let mut at: DateTime = moment.parse().expect("a moment");
        let mut times = Vec::new();
        for _ in 0..count {
            at = cron.find_next_occurrence(&at, false).unwrap_or_else(|error| panic!("{fields}: {error}"));
            times.push(at.strftime("%a %m-%d %H:%M").to_string());
        }
        times.join(", ")
    }

    /// The examples of AWS's guide, and what else its fields can say.
    #[test]
    fn the_examples_of_the_guide_ring_when_it_says() {
        let from = "2026-01-05T09:00:00"; // a Monday
        assert_eq!(after(from, "15 10 * * ? *", 2), "Mon 01-05 10:15, Tue 01-06 10:15");
        assert_eq!(after(from, "0 18 ? * MON-FRI *", 6).matches("18:00").count(), 6);
        assert_eq!(after("2026-01-09T18:00:00", "0 18 ? * MON-FRI *", 1), "Mon 01-12 18:00");
        assert_eq!(after(from, "0 8 1 * ? *", 2), "Sun 02-01 08:00, Sun 03-01 08:00");
        assert_eq!(after(from, "0/15 * * * ? *", 3), "Mon 01-05 09:15, Mon 01-05 09:30, Mon 01-05 09:45");
        assert_eq!(after(from, "0/5 8-17 ? * MON-FRI *", 2), "Mon 01-05 09:05, Mon 01-05 09:10");
        assert_eq!(after(from, "0 9 ? * 2#1 *", 2), "Mon 02-02 09:00, Mon 03-02 09:00");
        assert_eq!(after(from, "15 10 ? * 6L 2026-2027", 2), "Fri 01-30 10:15, Fri 02-27 10:15");
        assert_eq!(after(from, "0 0 L * ? *", 2), "Sat 01-31 00:00, Sat 02-28 00:00");
        assert_eq!(after(from, "0 0 ? * L *", 1), "Sat 01-10 00:00");
        assert_eq!(after(from, "0 0 31W * ? *", 1), "Fri 01-30 00:00", "the 31st is a Saturday");
        assert_eq!(after(from, "0 0 1W 2 ? *", 1), "Mon 02-02 00:00", "never in another month");
        assert_eq!(after(from, "59/5 23 1,15 JAN,jul ? *", 3), "Thu 01-15 23:59, Wed 07-01 23:59, Wed 07-15 23:59");
        assert_eq!(after(from, "0 12 ? * SUN,7 *", 2), "Sat 01-10 12:00, Sun 01-11 12:00");
        assert_eq!(after(from, "0 0 29 2 ? *", 1), "Tue 02-29 00:00");
        assert_eq!(after(from, "0 0 1 1 ? 2030", 1), "Tue 01-01 00:00");
    }

    #[test]
    fn what_never_comes_again_has_no_next_time() {
        let at: DateTime = "2026-01-05T09:00:00".parse().expect("a moment");
        for fields in ["0 0 1 1 ? 2020", "0 0 31 2 ? *"] {
            let cron = parse(fields).expect("it can be said");
            assert!(cron.find_next_occurrence(&at, false).is_err(), "{fields}");
        }
    }

    #[test]
    fn what_aws_does_not_document_is_refused() {
        for fields in [
            "",
            "0 12 * * ?",
            "0 12 * * ? * *",
            "0 12 * * * *",
            "0 12 ? * ? *",
            "60 12 * * ? *",
            "0 24 * * ? *",
            "0 12 0 * ? *",
            "0 12 32 * ? *",
            "0 12 * 13 ? *",
            "0 12 ? * 0 *",
            "0 12 ? * 8 *",
            "0 12 * * ? 1969",
            "0 12 * * ? 2200",
            "0 12 ? * FRI-MON *",
            "0 12 LW * ? *",
            "0 12 L-3 * ? *",
            "0 12 ? * 3#6 *",
            "0 12 ? * 3#2,4 *",
            "0 12 ? * MON/2 *",
            "0/0 12 * * ? *",
            "+5 12 * * ? *",
            "0,,5 12 * * ? *",
            "0 12 * MONDAY ? *",
            "@daily",
            "0 12 * * ?1 *",
        ] {
            assert!(parse(fields).is_none(), "{fields:?}");
        }
    }
}
