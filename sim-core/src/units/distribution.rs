//! Distributions as they are written in a scenario.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Bytes, KEYWORD, Quantity, Refusal, Span};
use crate::engine::{Distribution, Impossible, Measure};

/// A quantity that can be distributed: [`Span`] and [`Bytes`].
#[allow(private_bounds, reason = "sealed: a quantity is of this module")]
pub trait Unit: Quantity + fmt::Display + DeserializeOwned + JsonSchema {
    /// What the simulation computes with.
    type Value: Measure;
    /// The value.
    fn value(self) -> Self::Value;
    /// The name of the distribution's schema, and of its check.
    const SCHEMA: [&'static str; 2];
    /// What is expected, with examples; follows "expected".
    const EXPECTED: &'static str;

    /// Reads a text such as `12ms`.
    fn of_text(text: &str) -> Result<Self, Refusal> {
        Self::from_text(text)
    }

    /// One of a unit such as `ms`; none when there is no such unit.
    fn of_unit(unit: &str) -> Option<Self> {
        let is_word = !unit.is_empty() && unit.chars().all(|c| c.is_ascii_alphabetic());
        Self::from_text(&format!("1{unit}")).ok().filter(|_| is_word)
    }
}

impl Unit for Span {
    type Value = Duration;
    fn value(self) -> Duration {
        self.0
    }
    const SCHEMA: [&'static str; 2] = ["Distribution", "distribution"];
    const EXPECTED: &'static str = r#"a duration such as "12ms", or a table such as { exponential = "4ms" }"#;
}

impl Unit for Bytes {
    type Value = u64;
    fn value(self) -> u64 {
        self.0
    }
    const SCHEMA: [&'static str; 2] = ["DistributionOfBytes", "distribution-of-bytes"];
    const EXPECTED: &'static str = r#"an amount of data such as "1 MB", or a table such as { exponential = "1 MB" }"#;
}

/// How long something takes, or how much data it is, as it is written.
///
/// | written | is | range |
/// |---|---|---|
/// | `"12ms"` or `{ constant = "12ms" }` | always the same | |
/// | `{ exponential = "4ms" }` | exponential with this mean | |
/// | `{ lognormal = { median = "3s", p99 = "9s" } }` | log-normal: half of all are at most 3 s, 99 of 100 at most 9 s | p99 ≥ median |
/// | `{ lognormal = { mean = "3s", cv = 0.5 } }` | log-normal with this mean; the standard deviation is half of it | cv 0 to 1000 |
/// | `{ gamma = { mean = "10ms", cv = 0.5 } }` | gamma, with mean and coefficient of variation | cv 0 to 1000 |
/// | `{ gamma = { shape = 4, scale = "2ms" } }` | the same, by shape and scale: the mean is their product | shape > 0 |
/// | `{ weibull = { shape = 1.5, scale = "2ms" } }` | Weibull | shape > 0 |
/// | `{ pareto = { scale = "1ms", shape = 1.5 } }` | Pareto: nothing is below the scale, and the tail is heavy | scale > 0, shape > 0 |
/// | `{ pareto = { scale = "1ms", shape = 1.5, max = "10s" } }` | the same, bounded | max > scale |
/// | `{ uniform = ["1s", "2s"] }` | anything between the two, both included | low ≤ high |
/// | `{ weighted = [["4ms", 90], ["80ms", 10]] }` | one of these: 90 of 100 times the first | weights ≥ 0, one above |
/// | `{ empirical = "latencies.txt" }` | one of the values in a file, each as likely as any other | one to 10,000,000 |
/// | `{ empirical = { file = "requests.csv", column = "took", unit = "ms" } }` | one of a column; see [`Measured`] | |
///
/// Amounts of data are written in the same way: `{ lognormal = { median = "1 MB", p99 = "20 MB" } }`.
///
/// ```
/// use sim_core::units::{Bytes, Distributed};
/// let read = |text: &str| serde_json::from_str::<Distributed>(text).map_err(|error| error.to_string());
/// let work = read(r#"{ "gamma": { "mean": "10ms", "cv": 0.5 } }"#).unwrap().known().unwrap();
/// assert_eq!((work.mean(), work.variance()), (Some(10e6), Some(25e12)), "[ns] and [ns²]");
/// assert!(read(r#"{ "pareto": { "scale": "0s", "shape": 2 } }"#).unwrap_err().contains("above zero"));
///
/// let size: Distributed<Bytes> = serde_json::from_str(r#"{ "uniform": ["1 KB", "3 KB"] }"#).unwrap();
/// assert_eq!(size.known().unwrap().mean(), Some(2000.0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Distributed<U: Unit = Span> {
    /// Said in the scenario itself.
    Known(Distribution<U::Value>),
    /// What somebody measured: it stands in a file.
    Measured(Measured),
}

impl<U: Unit> Distributed<U> {
    /// The distribution, unless it stands in a file.
    pub fn known(self) -> Option<Distribution<U::Value>> {
        match self {
            Distributed::Known(distribution) => Some(distribution),
            Distributed::Measured(_) => None,
        }
    }
}

/// Measured values in a file: one on each line, or a column of a CSV. Empty lines and those that begin with `#` do not
/// count.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// The file, in the scenario's folder or below.
    pub file: String,
    /// The column of a CSV: its name in the first line, or its number from 1. The only one unless set.
    pub column: Option<Column>,
    /// The unit of plain numbers, such as "ms" or "KB"; each value has its own unless set.
    pub unit: Option<String>,
    /// Whether what lies between two neighbouring values can be drawn, too; false unless set.
    #[serde(default)]
    pub interpolate: bool,
    /// Whether broken lines are left out and counted, instead of refused; false unless set.
    #[serde(default)]
    pub skip_broken: bool,
}

/// A column of a CSV.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Column {
    /// By its number, from 1.
    Number(#[schemars(range(min = 1, max = 1000))] u32),
    /// By its name in the first line.
    Name(String),
}

/// A file with measured values, by its name or with what is to be known about it.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum Empirical {
    /// One value with its unit on each line.
    File(String),
    /// What else is to be known about the file.
    Table(Measured),
}

/// The form with a table.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields, bound(deserialize = "U: DeserializeOwned"))]
enum Table<U> {
    /// Always the same.
    Constant(U),
    /// Exponential with this mean.
    Exponential(U),
    /// Log-normal: varies a lot, with a long tail.
    Lognormal(Lognormal<U>),
    /// Gamma: from very even (cv near 0) to very uneven (cv above 1).
    Gamma(Gamma<U>),
    /// Weibull: below shape 1 the tail is heavier than exponential, above it is lighter.
    Weibull {
        /// The shape, above 0.
        #[schemars(range(min = 0))]
        shape: f64,
        /// The scale: 63 of 100 are below it.
        scale: U,
    },
    /// Pareto: nothing is below the scale, and the tail is heavy.
    Pareto {
        /// The least.
        scale: U,
        /// The shape, above 0; the mean is infinite up to 1, unless there is a max.
        #[schemars(range(min = 0))]
        shape: f64,
        /// The most; no bound unless set.
        max: Option<U>,
    },
    /// Anything between the least and the most, equally likely.
    Uniform(U, U),
    /// One of several values, each with its weight: `[["4ms", 90], ["80ms", 10]]`.
    Weighted(Vec<(U, f64)>),
    /// What somebody measured: a file with one value on each line, or a column of a CSV.
    Empirical(Empirical),
}

/// Log-normal, said in one of two ways.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields, bound(deserialize = "U: DeserializeOwned"))]
enum Lognormal<U> {
    /// By percentiles.
    Percentiles {
        /// What half of all are at most.
        median: U,
        /// What 99 of 100 are at most.
        p99: U,
    },
    /// By moments.
    Moments {
        /// The mean.
        mean: U,
        /// The standard deviation divided by the mean.
        #[schemars(range(min = 0, max = 1000))]
        cv: f64,
    },
}

/// Gamma, said in one of two ways.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields, bound(deserialize = "U: DeserializeOwned"))]
enum Gamma<U> {
    /// By moments.
    Moments {
        /// The mean.
        mean: U,
        /// The standard deviation divided by the mean.
        #[schemars(range(min = 0, max = 1000))]
        cv: f64,
    },
    /// By parameters.
    Parameters {
        /// The shape, above 0: that of a whole number is the sum of so many exponentials.
        #[schemars(range(min = 0))]
        shape: f64,
        /// The scale; the mean is shape times scale.
        scale: U,
    },
}

impl From<Impossible> for Refusal {
    fn from(why: Impossible) -> Refusal {
        Refusal::new(why.message, why.help)
    }
}

impl<U: Unit> TryFrom<Table<U>> for Distributed<U> {
    type Error = Refusal;

    fn try_from(table: Table<U>) -> Result<Self, Refusal> {
        let made = match table {
            Table::Constant(value) => Ok(Distribution::from(value.value())),
            Table::Exponential(mean) => Ok(Distribution::exponential(mean.value())),
            Table::Lognormal(Lognormal::Percentiles { median, p99 }) => {
                Distribution::lognormal_p99(median.value(), p99.value()).map_err(|why| {
                    let message = format!("the 99th percentile {p99} is below the median {median}");
                    Refusal::new(message, why.help)
                })
            }
            Table::Lognormal(Lognormal::Moments { mean, cv }) => Ok(Distribution::lognormal_cv(mean.value(), cv)?),
            Table::Gamma(Gamma::Moments { mean, cv }) => Ok(Distribution::gamma_cv(mean.value(), cv)?),
            Table::Gamma(Gamma::Parameters { shape, scale }) => Ok(Distribution::gamma(shape, scale.value())?),
            Table::Weibull { shape, scale } => Ok(Distribution::weibull(shape, scale.value())?),
            Table::Pareto { scale, shape, max: None } => Ok(Distribution::pareto(scale.value(), shape)?),
            Table::Pareto { scale, shape, max: Some(max) } => {
                Ok(Distribution::bounded_pareto(scale.value(), max.value(), shape)?)
            }
            Table::Uniform(low, high) if high.value().count() < low.value().count() => {
                let message = format!("the range from {low} to {high} is empty");
                Err(Refusal::new(message, format!("write [\"{high}\", \"{low}\"]")))
            }
            Table::Uniform(low, high) => Ok(Distribution::uniform(low.value(), high.value())),
            Table::Weighted(values) => {
                let values: Vec<_> = values.into_iter().map(|(value, weight)| (value.value(), weight)).collect();
                Ok(Distribution::weighted(&values)?)
            }
            Table::Empirical(Empirical::File(file)) => {
                let plain = Measured { file, column: None, unit: None, interpolate: false, skip_broken: false };
                return Ok(Distributed::Measured(plain));
            }
            Table::Empirical(Empirical::Table(measured)) => {
                return match &measured.unit {
                    Some(unit) if U::of_unit(unit).is_none() => {
                        Err(Refusal::new(format!("there is no unit {unit:?} here"), format!("{} has one", U::EXPECTED)))
                    }
                    _ => Ok(Distributed::Measured(measured)),
                };
            }
        };
        made.map(Distributed::Known)
    }
}

impl<'de, U: Unit> Deserialize<'de> for Distributed<U> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<U>(PhantomData<U>);
        impl<U: Unit> Reader<U> {
            fn constant<E: Error>(value: Result<U, Refusal>) -> Result<Distributed<U>, E> {
                value.map(|value| Distributed::Known(value.value().into())).map_err(E::custom)
            }
        }
        impl<'de, U: Unit> Visitor<'de> for Reader<U> {
            type Value = Distributed<U>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(U::EXPECTED)
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Self::constant(U::from_text(text))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
                self.visit_f64(number as f64)
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
                self.visit_f64(number as f64)
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
                Self::constant(U::from_number(number))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Table::deserialize(MapAccessDeserializer::new(map))?.try_into().map_err(A::Error::custom)
            }
        }
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

impl<U: Unit> JsonSchema for Distributed<U> {
    fn schema_name() -> Cow<'static, str> {
        U::SCHEMA[0].into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let table = Table::<U>::json_schema(generator);
        let tables = table.get("oneOf").cloned().unwrap_or_default();
        let constant = generator.subschema_for::<U>().to_value();
        let alternatives = std::iter::once(constant).chain(tables.as_array().into_iter().flatten().cloned());
        json_schema!({
            "description": "How long something takes or how much it is: one value, or a table that says how it varies.",
            "oneOf": alternatives.collect::<Vec<_>>(),
            KEYWORD: U::SCHEMA[1],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Stream;

    fn read(json: &str) -> Result<Distribution, String> {
        let value = serde_json::from_str(json).unwrap();
        serde_json::from_value::<Distributed>(value).map(|it| it.known().unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn each_form_is_what_its_constructor_makes() {
        let ms = Duration::from_millis;
        let forms = [
            (r#""12ms""#, Distribution::constant(ms(12))),
            (r#"{"constant":"12ms"}"#, Distribution::constant(ms(12))),
            (r#"{"exponential":"4ms"}"#, Distribution::exponential(ms(4))),
            (r#"{"lognormal":{"median":"3s","p99":"9s"}}"#, Distribution::lognormal_p99(ms(3000), ms(9000)).unwrap()),
            (r#"{"lognormal":{"mean":"3s","cv":0.5}}"#, Distribution::lognormal_cv(ms(3000), 0.5).unwrap()),
            (r#"{"gamma":{"mean":"8ms","cv":0.5}}"#, Distribution::gamma(4.0, ms(2)).unwrap()),
            (r#"{"gamma":{"shape":4,"scale":"2ms"}}"#, Distribution::gamma(4.0, ms(2)).unwrap()),
            (r#"{"weibull":{"shape":1.5,"scale":"2ms"}}"#, Distribution::weibull(1.5, ms(2)).unwrap()),
            (r#"{"pareto":{"scale":"1ms","shape":1.5}}"#, Distribution::pareto(ms(1), 1.5).unwrap()),
            (
                r#"{"pareto":{"scale":"1ms","shape":1.5,"max":"10s"}}"#,
                Distribution::bounded_pareto(ms(1), ms(10_000), 1.5).unwrap(),
            ),
            (r#"{"uniform":["1s","2s"]}"#, Distribution::uniform(ms(1000), ms(2000))),
            (
                r#"{"weighted":[["4ms",90],["80ms",10]]}"#,
                Distribution::weighted(&[(ms(4), 90.0), (ms(80), 10.0)]).unwrap(),
            ),
        ];
        for (form, wanted) in forms {
            assert_eq!(read(form), Ok(wanted), "{form}");
        }
        let bytes: Distributed<Bytes> = serde_json::from_str(r#"{"gamma":{"mean":"1 MB","cv":0}}"#).unwrap();
        assert_eq!(bytes.known(), Some(Distribution::from(1_000_000)));
    }

    #[test]
    fn the_ends_of_the_scale_saturate() {
        let mut stream = Stream::of(7, "test", "ends");
        let longest = r#""18446744073709551615ns""#;
        for form in [
            format!(r#"{{"exponential":{longest}}}"#),
            format!(r#"{{"uniform":["0s",{longest}]}}"#),
            format!(r#"{{"uniform":[{longest},{longest}]}}"#),
            format!(r#"{{"lognormal":{{"median":"1ns","p99":{longest}}}}}"#),
            format!(r#"{{"lognormal":{{"median":"0s","p99":{longest}}}}}"#),
            format!(r#"{{"lognormal":{{"mean":{longest},"cv":1000}}}}"#),
            format!(r#"{{"gamma":{{"shape":1000000,"scale":{longest}}}}}"#),
            format!(r#"{{"gamma":{{"shape":1e-300,"scale":{longest}}}}}"#),
            format!(r#"{{"weibull":{{"shape":1e-300,"scale":{longest}}}}}"#),
            format!(r#"{{"pareto":{{"scale":{longest},"shape":1e-300}}}}"#),
            format!(r#"{{"pareto":{{"scale":"1ns","shape":1e-300,"max":{longest}}}}}"#),
            format!(r#"{{"pareto":{{"scale":"1ns","shape":1e6,"max":{longest}}}}}"#),
            format!(r#"{{"weighted":[[{longest},1e12]]}}"#),
        ] {
            let distribution = read(&form).unwrap();
            for _ in 0..1000 {
                assert!(distribution.sample(&mut stream) <= Duration::from_nanos(u64::MAX), "{form}");
            }
            for moment in [distribution.mean(), distribution.variance()].into_iter().flatten() {
                assert!(moment >= 0.0 && moment.is_finite(), "{form}: {moment}");
            }
        }
    }

    #[test]
    fn what_cannot_be_drawn_from_is_refused() {
        insta::assert_snapshot!(read(r#"{"lognormal":{"median":"3s","p99":"1s"}}"#).unwrap_err(), @r"
        the 99th percentile 1s is below the median 3s
        give a p99 that is at least the median
        ");
        insta::assert_snapshot!(read(r#"{"uniform":["2s","1s"]}"#).unwrap_err(), @r#"
        the range from 2s to 1s is empty
        write ["1s", "2s"]
        "#);
        insta::assert_snapshot!(read(r#"{"weighted":[["2s",0],["1s",0]]}"#).unwrap_err(), @r"
        the weights sum to zero
        give a value a weight above 0
        ");
        insta::assert_snapshot!(read(r#"{"pareto":{"scale":"1s","shape":2,"max":"1s"}}"#).unwrap_err(), @r"
        the upper bound is not above the lower one
        give a max above the scale, or no max
        ");
        insta::assert_snapshot!(read(r#"{"gamma":{"mean":"1s","cv":-1}}"#).unwrap_err(), @r"
        the coefficient of variation (cv) is out of range
        it is the standard deviation divided by the mean: give a number from 0 to 1000
        ");
        for form in [
            "true",
            "[]",
            "{}",
            "-1",
            "5",
            r#"{"exponential":"4ms","constant":"1s"}"#,
            r#"{"exponential":"-4ms"}"#,
            r#"{"normal":"4ms"}"#,
            r#"{"lognormal":{"median":"3s"}}"#,
            r#"{"lognormal":{"median":"3s","cv":1}}"#,
            r#"{"lognormal":{"median":"3s","p99":"4s","cv":1}}"#,
            r#"{"gamma":{"shape":0,"scale":"1s"}}"#,
            r#"{"weibull":{"shape":-1,"scale":"1s"}}"#,
            r#"{"pareto":{"shape":0,"scale":"1s"}}"#,
            r#"{"pareto":{"shape":1,"scale":"0s"}}"#,
            r#"{"weighted":[]}"#,
            r#"{"weighted":[["1s",-1]]}"#,
            r#"{"weighted":[["1s"]]}"#,
        ] {
            assert!(read(form).is_err(), "{form}");
        }
    }
}
