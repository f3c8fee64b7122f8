//! How long something takes, when it does not always take the same.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{KEYWORD, Quantity, Refusal, Span};
use crate::engine::Stream;
use crate::engine::rng::{lognormal_sigma, scale};

/// A distribution of durations.
///
/// | written | is |
/// |---|---|
/// | `"12ms"` or `{ constant = "12ms" }` | always the same |
/// | `{ exponential = "4ms" }` | exponential with this mean |
/// | `{ lognormal = { median = "3s", p99 = "9s" } }` | log-normal: half of all take at most 3s, 99 of 100 at most 9s |
/// | `{ uniform = ["1s", "2s"] }` | any duration between the two, both included, equally likely |
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distribution {
    /// Always the same.
    Constant(Duration),
    /// Exponential.
    Exponential {
        /// The mean.
        mean: Duration,
    },
    /// Log-normal.
    Lognormal {
        /// What half of all take at most.
        median: Duration,
        /// What 99 of 100 take at most.
        p99: Duration,
        /// The standard deviation of the logarithm, which follows from the two.
        sigma: f64,
    },
    /// Equally likely between two durations.
    Uniform {
        /// The shortest.
        low: Duration,
        /// The longest.
        high: Duration,
    },
}

impl Distribution {
    pub(super) const NAME: &'static str = "distribution";

    /// Draws a duration: never negative, at most 584 years. A constant draws nothing from the stream.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> Duration {
        match *self {
            Distribution::Constant(duration) => duration,
            Distribution::Exponential { mean } => scale(mean, stream.exponential()),
            Distribution::Lognormal { median, sigma, .. } => stream.lognormal(median, sigma),
            Distribution::Uniform { low, high } => {
                let width = u64::try_from(high.saturating_sub(low).as_nanos()).unwrap_or(u64::MAX);
                low + Duration::from_nanos(stream.below(width.saturating_add(1)))
            }
        }
    }
}

impl From<Span> for Distribution {
    fn from(span: Span) -> Distribution {
        Distribution::Constant(span.0)
    }
}

/// The form with a table.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Table {
    /// Always the same duration.
    Constant(Span),
    /// Exponential with this mean.
    Exponential(Span),
    /// Log-normal: durations that vary a lot, with a long tail.
    Lognormal {
        /// What half of all take at most.
        median: Span,
        /// What 99 of 100 take at most.
        p99: Span,
    },
    /// Any duration between the shortest and the longest, equally likely.
    Uniform(Span, Span),
}

impl TryFrom<Table> for Distribution {
    type Error = Refusal;

    fn try_from(table: Table) -> Result<Distribution, Refusal> {
        match table {
            Table::Constant(span) => Ok(Distribution::Constant(span.0)),
            Table::Exponential(mean) => Ok(Distribution::Exponential { mean: mean.0 }),
            Table::Lognormal { median, p99 } if p99 < median => {
                let message = format!("the 99th percentile {p99} is below the median {median}");
                Err(Refusal::new(message, "give a p99 that is at least the median"))
            }
            Table::Lognormal { median, p99 } => {
                let (median, p99) = (median.0, p99.0);
                // Of zero, everything is zero, whatever sigma.
                let ratio = p99.as_nanos() as f64 / median.as_nanos().max(1) as f64;
                Ok(Distribution::Lognormal { median, p99, sigma: lognormal_sigma(ratio) })
            }
            Table::Uniform(low, high) if high < low => {
                let message = format!("the range from {low} to {high} is empty");
                Err(Refusal::new(message, format!("write [\"{high}\", \"{low}\"]")))
            }
            Table::Uniform(low, high) => Ok(Distribution::Uniform { low: low.0, high: high.0 }),
        }
    }
}

impl<'de> Deserialize<'de> for Distribution {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Distribution;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(r#"a duration such as "12ms", or a table such as { exponential = "4ms" }"#)
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Distribution, E> {
                text.parse::<Span>().map(Distribution::from).map_err(E::custom)
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Distribution, E> {
                self.visit_f64(number as f64)
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Distribution, E> {
                self.visit_f64(number as f64)
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<Distribution, E> {
                Span::from_number(number).map(Distribution::from).map_err(E::custom)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Distribution, A::Error> {
                Table::deserialize(MapAccessDeserializer::new(map))?.try_into().map_err(A::Error::custom)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl Serialize for Distribution {
    /// A constant as its duration; the others as tables.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let table = match *self {
            Distribution::Constant(duration) => return Span(duration).serialize(serializer),
            Distribution::Exponential { mean } => serde_json::json!({ "exponential": Span(mean) }),
            Distribution::Lognormal { median, p99, .. } => {
                serde_json::json!({ "lognormal": { "median": Span(median), "p99": Span(p99) } })
            }
            Distribution::Uniform { low, high } => serde_json::json!({ "uniform": [Span(low), Span(high)] }),
        };
        table.serialize(serializer)
    }
}

impl JsonSchema for Distribution {
    fn schema_name() -> Cow<'static, str> {
        "Distribution".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let table = Table::json_schema(generator);
        let tables = table.get("oneOf").cloned().unwrap_or_default();
        let constant = generator.subschema_for::<Span>().to_value();
        let alternatives = std::iter::once(constant).chain(tables.as_array().into_iter().flatten().cloned());
        json_schema!({
            "description": "How long something takes: a duration, or a table that says how it varies.",
            "oneOf": alternatives.collect::<Vec<_>>(),
            KEYWORD: Distribution::NAME,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Distribution, String> {
        serde_json::from_value(serde_json::from_str(json).unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn each_form_is_read_and_written_back() {
        let forms = [
            r#""12ms""#,
            r#"{"exponential":"4ms"}"#,
            r#"{"lognormal":{"median":"3s","p99":"9s"}}"#,
            r#"{"uniform":["1s","2s"]}"#,
        ];
        for form in forms {
            assert_eq!(serde_json::to_string(&read(form).unwrap()).unwrap(), form);
        }
        assert_eq!(read(r#"{"constant":"12ms"}"#), read(r#""12ms""#));
    }

    #[test]
    fn draws_have_the_percentiles_that_were_asked_for() {
        let sorted = |form: &str| {
            let (distribution, mut stream) = (read(form).unwrap(), Stream::of(7, "test", form));
            let mut draws: Vec<f64> = (0..20_000).map(|_| distribution.sample(&mut stream).as_secs_f64()).collect();
            draws.sort_by(f64::total_cmp);
            draws
        };
        let lognormal = sorted(r#"{"lognormal":{"median":"3s","p99":"9s"}}"#);
        assert!((2.9..3.1).contains(&lognormal[10_000]), "{}", lognormal[10_000]);
        assert!((8.5..9.5).contains(&lognormal[19_800]), "{}", lognormal[19_800]);
        let exponential = sorted(r#"{"exponential":"4s"}"#);
        assert!((3.9..4.1).contains(&(exponential.iter().sum::<f64>() / 20_000.0)));
        let uniform = sorted(r#"{"uniform":["1s","2s"]}"#);
        assert!((1.0..1.01).contains(&uniform[0]) && (1.99..=2.0).contains(&uniform[19_999]));
        assert!((1.49..1.51).contains(&uniform[10_000]));
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
        ] {
            let distribution = read(&form).unwrap();
            for _ in 0..1000 {
                assert!(distribution.sample(&mut stream) <= Duration::from_nanos(u64::MAX), "{form}");
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
        for form in ["true", "[]", "{}", "-1", "5", r#"{"exponential":"4ms","constant":"1s"}"#, r#"{"normal":"4ms"}"#] {
            assert!(read(form).is_err(), "{form}");
        }
    }
}
