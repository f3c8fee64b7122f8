//! Arrivals: 200, "200/s", "12000/min".

use std::fmt;

use super::{Quantity, Refusal, split};

/// How often something happens [per second]: 0 to a billion.
///
/// ```
/// use sim_core::units::Rate;
/// assert_eq!("12000/min".parse::<Rate>().unwrap().per_second(), 200.0);
/// assert!("200 rps".parse::<Rate>().is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Rate(f64);

const MAX: f64 = 1e9;
const HELP: &str = r#"write a number per second, such as 200 or "200/s", or "12000/min" or "5/h""#;

impl Rate {
    /// So many per second.
    pub fn of(per_second: f64) -> Result<Rate, Refusal> {
        Rate::from_number(per_second)
    }

    /// The rate [per second].
    pub fn per_second(self) -> f64 {
        self.0
    }
}

impl Quantity for Rate {
    const NAME: &'static str = "rate";
    const FORMS: &'static str = r#"a rate such as 200 (per second), "200/s", "12000/min" or "5/h""#;
    const PATTERN: &'static str = r"^[0-9]+(\.[0-9]+)?/(s|min|h)$";
    const NUMBERS: Option<(f64, f64)> = Some((0.0, MAX));

    fn from_text(text: &str) -> Result<Rate, Refusal> {
        let (number, unit) = split(text);
        let seconds = match unit {
            "/s" => 1.0,
            "/min" => 60.0,
            "/h" => 3600.0,
            _ => return Err(Refusal::new(format!("{text:?} is not a rate"), repaired(number, unit))),
        };
        match number.parse::<f64>() {
            Ok(count) if !number.starts_with('.') && !number.ends_with('.') => Rate::from_number(count / seconds),
            _ => Err(Refusal::new(format!("{text:?} is not a rate"), HELP)),
        }
    }

    fn from_number(number: f64) -> Result<Rate, Refusal> {
        match number {
            // What is not a number falls through.
            0.0..=MAX => Ok(Rate(number)),
            _ if number < 0.0 => Err(Refusal::new("a rate is not negative", HELP)),
            _ => Err(Refusal::new("a rate is at most 1000000000 per second", HELP)),
        }
    }
}

/// What was meant, when that is clear, or else what is accepted.
fn repaired(number: &str, unit: &str) -> String {
    let meant = match unit.trim().trim_start_matches('/').trim_start_matches("per ").to_ascii_lowercase().as_str() {
        "s" | "sec" | "second" | "rps" | "req/s" | "r/s" | "hz" | "qps" => "s",
        "m" | "min" | "minute" | "rpm" | "req/min" => "min",
        "h" | "hour" | "hr" => "h",
        _ => return HELP.to_owned(),
    };
    if number.parse::<f64>().is_ok() { format!("write \"{number}/{meant}\"") } else { HELP.to_owned() }
}

/// As it would be written: `200/s`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_mean_the_same() {
        let read = |text: &str| serde_json::from_str::<Rate>(text).map(Rate::per_second).map_err(|e| e.to_string());
        assert_eq!(read("200"), Ok(200.0));
        assert_eq!(read("0.5"), Ok(0.5));
        assert_eq!(read("\"200/s\""), Ok(200.0));
        assert_eq!(read("\"30/min\""), Ok(0.5));
        assert_eq!(read("\"7200/h\""), Ok(2.0));
    }

    #[test]
    fn what_is_no_rate_is_told_what_is() {
        let refusal = |text: &str| text.parse::<Rate>().unwrap_err().to_string();
        insta::assert_snapshot!(refusal("200 rps"), @r#"
        "200 rps" is not a rate
        write "200/s"
        "#);
        insta::assert_snapshot!(refusal("fast"), @r#"
        "fast" is not a rate
        write a number per second, such as 200 or "200/s", or "12000/min" or "5/h"
        "#);
        for text in ["", "/s", "-1/s", "1/0s", "NaN/s", "inf/s", "1e3/s", ".5/s", "1./s", "9999999999/s", "1 /s"] {
            assert!(text.parse::<Rate>().is_err(), "{text:?}");
        }
        for number in [f64::NAN, f64::INFINITY, -0.1, 2e9] {
            assert!(Rate::from_number(number).is_err(), "{number}");
        }
    }
}
