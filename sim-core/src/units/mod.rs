//! Quantities of the world half, as people write them: "3s", "31 MB", "200/s", "1%", and distributions of
//! durations and amounts of data.
//!
//! Own parsers, because the crates for it guess where a simulation must not: `humantime` and `jiff` take "2 min" and
//! months, `bytesize` computes in floats and calls "31M" megabytes; none names the accepted forms when it refuses.

mod bytes;
mod distribution;
mod moment;
mod rate;
mod ratio;
mod span;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{DeserializeOwned, Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

pub use bytes::Bytes;
pub use distribution::{Column, Distributed, Measured, Unit};
pub use moment::Moment;
pub use rate::Rate;
pub use ratio::Ratio;
pub use span::Span;

/// The schema keyword that names an entry of [`CHECKS`].
pub(crate) const KEYWORD: &str = "x-unit";

/// Whether a value is a quantity of this unit; if not, what is wrong and on the next line the way out.
type Check = fn(Value) -> Result<(), String>;

/// The checks that a schema can ask for by name: what its shape alone cannot say.
const CHECKS: &[(&str, Check)] = &[
    (Span::NAME, verify::<Span>),
    (Bytes::NAME, verify::<Bytes>),
    (Rate::NAME, verify::<Rate>),
    (Ratio::NAME, verify::<Ratio>),
    (Moment::NAME, verify::<Moment>),
    (Span::SCHEMA[1], verify::<Distributed<Span>>),
    (Bytes::SCHEMA[1], verify::<Distributed<Bytes>>),
];

fn verify<T: DeserializeOwned>(value: Value) -> Result<(), String> {
    serde_json::from_value::<T>(value).map(drop).map_err(|error| error.to_string())
}

/// The check that this schema asks for.
pub(crate) fn check_of(schema: &Value) -> Option<Check> {
    let name = schema.get(KEYWORD)?.as_str()?;
    CHECKS.iter().find(|(known, _)| *known == name).map(|(_, check)| *check)
}

/// Why a text or number is not a quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub message: String,
    /// The way out.
    pub help: String,
}

impl Refusal {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Refusal {
        Refusal { message: message.into(), help: help.into() }
    }
}

/// What is wrong, and on the next line the way out: the form in which help survives serde.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", self.message, self.help)
    }
}

impl std::error::Error for Refusal {}

/// A number with a unit.
trait Quantity: Copy + Sized {
    /// Its name in [`CHECKS`].
    const NAME: &'static str;
    /// What is expected, with examples; follows "expected".
    const FORMS: &'static str;
    /// A regular expression that every accepted text matches, for editors.
    const PATTERN: &'static str;
    /// The range of plain numbers, when they are accepted.
    const NUMBERS: Option<(f64, f64)> = None;

    /// Reads a text.
    fn from_text(text: &str) -> Result<Self, Refusal>;

    /// Reads a plain number.
    fn from_number(number: f64) -> Result<Self, Refusal>;

    /// The body of its `JsonSchema`.
    fn schema() -> Schema {
        match Self::NUMBERS {
            None => json_schema!({ "type": "string", "pattern": Self::PATTERN, KEYWORD: Self::NAME }),
            Some((min, max)) => json_schema!({
                "anyOf": [
                    { "type": "number", "minimum": min, "maximum": max },
                    { "type": "string", "pattern": Self::PATTERN },
                ],
                KEYWORD: Self::NAME,
            }),
        }
    }
}

/// Reads a quantity; the body of its `Deserialize`.
fn deserialize<'de, Q: Quantity, D: Deserializer<'de>>(deserializer: D) -> Result<Q, D::Error> {
    struct Reader<Q>(PhantomData<Q>);
    impl<Q: Quantity> Visitor<'_> for Reader<Q> {
        type Value = Q;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(Q::FORMS)
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<Q, E> {
            Q::from_text(text).map_err(E::custom)
        }
        fn visit_i64<E: Error>(self, number: i64) -> Result<Q, E> {
            Q::from_number(number as f64).map_err(E::custom)
        }
        fn visit_u64<E: Error>(self, number: u64) -> Result<Q, E> {
            Q::from_number(number as f64).map_err(E::custom)
        }
        fn visit_f64<E: Error>(self, number: f64) -> Result<Q, E> {
            Q::from_number(number).map_err(E::custom)
        }
    }
    deserializer.deserialize_any(Reader(PhantomData))
}

/// `Deserialize`, `JsonSchema` and `FromStr` of quantities.
macro_rules! quantities {
    ($($name:ident),*) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserialize(deserializer)
            }
        }
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                <$name as Quantity>::schema()
            }
        }
        impl std::str::FromStr for $name {
            type Err = Refusal;
            fn from_str(text: &str) -> Result<Self, Refusal> {
                Quantity::from_text(text)
            }
        }
    )*};
}
quantities!(Span, Bytes, Rate, Ratio, Moment);

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.per_second())
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.of_one())
    }
}

/// Splits "12.5 MB" into the number and the unit, both as they are written; the number may have one point.
fn split(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit)
}

/// A decimal number times a whole factor, exactly, what is below one cut off: `12.5` times 1000 is 12500. None when it
/// is no number, or more than 64 bits hold.
fn scaled(number: &str, factor: u64) -> Option<u64> {
    /// Digits after the point that count: more than a nanosecond in a year.
    const DIGITS_MAX: usize = 18;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let fraction = &fraction[..fraction.len().min(DIGITS_MAX)];
    let parts_per = 10u128.pow(fraction.len() as u32);
    let whole = whole.parse::<u64>().ok()?;
    let fraction = fraction.parse::<u64>().ok()?;
    let total = u128::from(whole) * u128::from(factor) + u128::from(fraction) * u128::from(factor) / parts_per;
    u64::try_from(total).ok()
}
