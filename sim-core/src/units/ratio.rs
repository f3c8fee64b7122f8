//! Parts of a whole: 0.01, "1%".

use std::fmt;

use super::{Quantity, Refusal, split};
use crate::engine::Stream;

/// A part of a whole, 0 to 1.
///
/// ```
/// use sim_core::units::Ratio;
/// assert_eq!("1%".parse::<Ratio>().unwrap().of_one(), 0.01);
/// assert!("101%".parse::<Ratio>().is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Ratio(f64);

const HELP: &str = r#"write a number from 0 to 1, or a percentage such as "1%""#;

impl Ratio {
    /// The part, 0 to 1.
    pub fn of_one(self) -> f64 {
        self.0
    }

    /// True in this part of all cases: never at 0, always at 1.
    pub fn happens(self, stream: &mut Stream) -> bool {
        stream.unit() < self.0
    }
}

impl Quantity for Ratio {
    const NAME: &'static str = "ratio";
    const FORMS: &'static str = r#"a ratio from 0 to 1, or a percentage such as "1%""#;
    const PATTERN: &'static str = r"^[0-9]+(\.[0-9]+)? ?%$";
    const NUMBERS: Option<(f64, f64)> = Some((0.0, 1.0));

    fn from_text(text: &str) -> Result<Ratio, Refusal> {
        let (number, unit) = split(text);
        let percent = match number.parse::<f64>() {
            Ok(percent) if !number.starts_with('.') && !number.ends_with('.') => percent,
            _ => return Err(Refusal::new(format!("{text:?} is not a ratio"), HELP)),
        };
        match unit {
            "%" | " %" if percent <= 100.0 => Ok(Ratio(percent / 100.0)),
            "%" | " %" => Err(Refusal::new(format!("{text:?} is more than the whole"), HELP)),
            "" => Err(Refusal::new(format!("{text:?} is not a ratio"), format!("write {number} without quotes"))),
            _ => Err(Refusal::new(format!("{text:?} is not a ratio"), HELP)),
        }
    }

    fn from_number(number: f64) -> Result<Ratio, Refusal> {
        match number {
            // What is not a number falls through.
            0.0..=1.0 => Ok(Ratio(number)),
            _ if number < 0.0 => Err(Refusal::new("a ratio is not negative", HELP)),
            1.0..=100.0 => {
                let help = format!("write \"{number}%\" if that is meant; a ratio is a number from 0 to 1");
                Err(Refusal::new(format!("{number} is more than the whole"), help))
            }
            _ => Err(Refusal::new(format!("{number} is more than the whole"), HELP)),
        }
    }
}

/// As a number: `0.01`.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_happens_as_often_as_it_says() {
        let mut stream = Stream::of(1, "test", "ratio");
        let mut count = |text: &str| {
            let ratio: Ratio = text.parse().unwrap();
            (0..10_000).filter(|_| ratio.happens(&mut stream)).count()
        };
        assert_eq!((count("0%"), count("100%")), (0, 10_000));
        assert!((2_800..3_200).contains(&count("30 %")));
    }

    #[test]
    fn what_is_no_ratio_is_told_what_is() {
        let number = |number| Ratio::from_number(number).unwrap_err().to_string();
        insta::assert_snapshot!(number(5.0), @r#"
        5 is more than the whole
        write "5%" if that is meant; a ratio is a number from 0 to 1
        "#);
        let text = |text: &str| text.parse::<Ratio>().unwrap_err().to_string();
        insta::assert_snapshot!(text("0.5"), @r#"
        "0.5" is not a ratio
        write 0.5 without quotes
        "#);
        for text in ["", "%", "-1%", "101%", "NaN%", "1e1%", ".5%", "5.%", "half"] {
            assert!(text.parse::<Ratio>().is_err(), "{text:?}");
        }
        for number in [f64::NAN, f64::INFINITY, -0.001, 1.000_001] {
            assert!(Ratio::from_number(number).is_err(), "{number}");
        }
    }
}
