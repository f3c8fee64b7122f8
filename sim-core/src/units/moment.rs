//! Moments of the wall clock: 2026-01-05T09:00:00Z.

use std::fmt;

use jiff::Timestamp;
use schemars::{Schema, json_schema};

use super::{KEYWORD, Quantity, Refusal};

/// A moment of the wall clock, with its distance from UTC; in TOML without quotes.
///
/// ```
/// use sim_core::units::Moment;
/// let moment: Moment = "2026-01-05T10:00:00+01:00".parse().unwrap();
/// assert_eq!(moment.to_string(), "2026-01-05T09:00:00Z");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub Timestamp);

const HELP: &str = "write a date, a time and Z or a distance from UTC, such as 2026-01-05T09:00:00Z";

impl Quantity for Moment {
    const NAME: &'static str = "moment";
    const FORMS: &'static str = "a moment such as 2026-01-05T09:00:00Z";
    const PATTERN: &'static str = "";

    fn from_text(text: &str) -> Result<Moment, Refusal> {
        let refusal = || Refusal::new(format!("{text:?} is not a moment"), repaired(text));
        read(text).map(Moment).ok_or_else(refusal)
    }

    fn from_number(number: f64) -> Result<Moment, Refusal> {
        Err(Refusal::new(format!("{number} is not a moment"), HELP))
    }

    /// Without a pattern: TOML has a type of its own for it.
    fn schema() -> Schema {
        json_schema!({ "type": "string", "format": "date-time", KEYWORD: Self::NAME })
    }
}

fn read(text: &str) -> Option<Timestamp> {
    // jiff also takes week dates, time zones in brackets and short forms; a scenario has one form.
    let is_long = text.len() >= "2026-01-05T09:00:00Z".len();
    let is_plain = text.bytes().all(|b| b"0123456789-:TtZz+. ".contains(&b));
    if is_long && is_plain { text.parse().ok() } else { None }
}

/// What was probably meant: a moment without its distance from UTC.
fn repaired(text: &str) -> String {
    let meant = [format!("{text}Z"), format!("{text}T00:00:00Z"), format!("{text}:00Z")];
    match meant.iter().find(|meant| read(meant).is_some()) {
        Some(meant) => format!("write {meant}"),
        None => HELP.to_owned(),
    }
}

/// In UTC: `2026-01-05T09:00:00Z`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_moment_is_told_what_is() {
        let refusal = |text: &str| text.parse::<Moment>().unwrap_err().to_string();
        insta::assert_snapshot!(refusal("2026-01-05"), @r#"
        "2026-01-05" is not a moment
        write 2026-01-05T00:00:00Z
        "#);
        insta::assert_snapshot!(refusal("2026-01-05T09:00"), @r#"
        "2026-01-05T09:00" is not a moment
        write 2026-01-05T09:00:00Z
        "#);
        insta::assert_snapshot!(refusal("soon"), @r#"
        "soon" is not a moment
        write a date, a time and Z or a distance from UTC, such as 2026-01-05T09:00:00Z
        "#);
        for text in ["", "2026-02-30T00:00:00Z", "99999-01-01T00:00:00Z", "2026-01-05T09:00:00[Europe/Paris]"] {
            assert!(text.parse::<Moment>().is_err(), "{text:?}");
        }
    }
}
