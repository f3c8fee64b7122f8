//! Amounts of data: "31 MB", "64 MiB".

use std::fmt;

use super::{Quantity, Refusal, scaled, split};

/// An amount of data [bytes].
///
/// MB is a million bytes, as registries and network cards count; MiB is 1024 times 1024, as memory is counted.
///
/// ```
/// use sim_core::units::Bytes;
/// assert_eq!("31 MB".parse(), Ok(Bytes(31_000_000)));
/// assert_eq!("64MiB".parse(), Ok(Bytes(64 << 20)));
/// assert!("64M".parse::<Bytes>().is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(pub u64);

/// The units, largest first [bytes].
const UNITS: [(&str, u64); 9] = [
    ("TiB", 1 << 40),
    ("TB", 1_000_000_000_000),
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("KB", 1_000),
    ("B", 1),
];

const HELP: &str = r#"write a number with B, KB, MB, GB, TB, KiB, MiB, GiB or TiB, such as "31 MB" or "64 MiB""#;

impl Quantity for Bytes {
    const NAME: &'static str = "bytes";
    const FORMS: &'static str = r#"an amount of data such as "31 MB" or "64 MiB""#;
    const PATTERN: &'static str = r"^[0-9]+(\.[0-9]+)? ?([KMGT]i?)?B$";

    fn from_text(text: &str) -> Result<Bytes, Refusal> {
        let (number, rest) = split(text);
        let unit = rest.strip_prefix(' ').unwrap_or(rest);
        let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
        let well_formed = number.parse::<f64>().is_ok() && !number.starts_with('.') && !number.ends_with('.');
        match (factor, well_formed) {
            (Some(factor), true) => {
                let too_large = || Refusal::new(format!("{text:?} is more than 64 bits count"), HELP);
                Ok(Bytes(scaled(number, factor).ok_or_else(too_large)?))
            }
            (None, true) if rest.trim().is_empty() => {
                Err(Refusal::new(format!("the amount of data {text:?} has no unit"), HELP))
            }
            (None, true) => Err(Refusal::new(format!("{text:?} is not an amount of data"), repaired(number, rest))),
            _ => Err(Refusal::new(format!("{text:?} is not an amount of data"), HELP)),
        }
    }

    fn from_number(number: f64) -> Result<Bytes, Refusal> {
        match number >= 0.0 {
            true => Err(Refusal::new(format!("the amount of data {number} has no unit"), HELP)),
            false => Err(Refusal::new("an amount of data is not negative", HELP)),
        }
    }
}

/// What was meant, when that is clear, or else what is accepted.
fn repaired(number: &str, unit: &str) -> String {
    let unit = unit.trim().to_ascii_lowercase();
    if let Some((name, _)) = UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(&unit)) {
        return format!("write \"{number} {name}\"");
    }
    match unit.as_str() {
        "k" | "m" | "g" | "t" => {
            let letter = unit.to_ascii_uppercase();
            format!("write \"{number} {letter}B\" (powers of 1000) or \"{number} {letter}iB\" (powers of 1024)")
        }
        _ => HELP.to_owned(),
    }
}

/// As it would be written, in the unit that gives the shortest whole number: `64 MiB`.
impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = UNITS.iter().filter(|(_, factor)| self.0.is_multiple_of(*factor));
        match whole.min_by_key(|(_, factor)| self.0 / factor) {
            Some((unit, factor)) if self.0 > 0 => write!(f, "{} {unit}", self.0 / factor),
            _ => write!(f, "{} B", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        text.parse::<Bytes>().map(|bytes| bytes.to_string()).unwrap_err().to_string()
    }

    #[test]
    fn accepted_forms_are_exact_and_print_as_they_are_written() {
        for text in ["0 B", "31 MB", "64 MiB", "1536 MiB", "1500 MB", "7 TiB", "3 KB", "18446744073709551615 B"] {
            assert_eq!(text.parse::<Bytes>().unwrap().to_string(), text);
        }
        assert_eq!("1.5 GB".parse(), Ok(Bytes(1_500_000_000)));
        assert_eq!("0.1MB".parse(), Ok(Bytes(100_000)));
    }

    #[test]
    fn what_is_no_amount_is_told_what_is() {
        insta::assert_snapshot!(refusal("31 mb"), @r#"
        "31 mb" is not an amount of data
        write "31 MB"
        "#);
        insta::assert_snapshot!(refusal("64M"), @r#"
        "64M" is not an amount of data
        write "64 MB" (powers of 1000) or "64 MiB" (powers of 1024)
        "#);
        insta::assert_snapshot!(refusal("100"), @r#"
        the amount of data "100" has no unit
        write a number with B, KB, MB, GB, TB, KiB, MiB, GiB or TiB, such as "31 MB" or "64 MiB"
        "#);
        for text in ["", "MB", "-1 MB", "1  MB", ".5 MB", "5. MB", "1.2.3 MB", "NaN MB", "1 MBit", "99999999999 TB"] {
            assert!(text.parse::<Bytes>().is_err(), "{text:?}");
        }
    }
}
