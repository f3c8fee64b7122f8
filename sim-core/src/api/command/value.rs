//! A value as it was written, each part knowing its place: what JSON and shorthand have in common.

use std::ops::Range;

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde_json::{Number, Value};

/// Something wrong with a text, before anybody knows where the text stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Which part of the text [bytes]; empty for all of it.
    pub range: Range<usize>,
    pub message: String,
    /// A way out; empty when the message says it all.
    pub help: String,
}

impl Fault {
    pub fn new(range: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Fault {
        Fault { range, message: message.into(), help: help.into() }
    }
}

/// One value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub range: Range<usize>,
    pub kind: Kind,
}

/// What was written.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A bare word, in shorthand or as an option's whole value: its type is that of the place where it stands.
    Word(String),
    /// JSON's `null`.
    Null,
    /// JSON's `true` and `false`.
    Boolean(bool),
    /// A JSON number.
    Number(Number),
    /// A JSON string.
    Text(String),
    List(Vec<Node>),
    /// Keys as they were written, perhaps twice.
    Map(Vec<(Key, Node)>),
}

/// A key and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub range: Range<usize>,
    pub name: String,
}

impl Node {
    /// A bare word that is the whole of a text.
    pub fn word(text: &str) -> Node {
        Node { range: 0..text.len(), kind: Kind::Word(text.to_owned()) }
    }

    /// The value without its places.
    pub fn plain(&self) -> Value {
        match &self.kind {
            Kind::Word(text) | Kind::Text(text) => Value::String(text.clone()),
            Kind::Null => Value::Null,
            Kind::Boolean(value) => Value::Bool(*value),
            Kind::Number(value) => Value::Number(value.clone()),
            Kind::List(items) => items.iter().map(Node::plain).collect(),
            Kind::Map(entries) => entries.iter().map(|(key, value)| (key.name.clone(), value.plain())).collect(),
        }
    }

    /// What was written, in a word, for messages.
    pub fn noun(&self) -> String {
        match &self.kind {
            Kind::Word(text) => format!("`{}`", short(text)),
            Kind::Null => "null".into(),
            Kind::Boolean(value) => value.to_string(),
            Kind::Number(value) => value.to_string(),
            Kind::Text(text) => format!("the text {:?}", short(text)),
            Kind::List(_) => "a list".into(),
            Kind::Map(_) => "a structure".into(),
        }
    }
}

/// The text, cut after some forty characters.
pub(super) fn short(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Reads JSON. `serde_json` decides what is JSON, and how deep it may be; `jsonc_parser` knows where things stand.
pub(super) fn json(text: &str) -> Result<Node, Fault> {
    if let Err(error) = serde_json::from_str::<Value>(text) {
        let at = offset(text, error.line(), error.column());
        // Its message ends in a line and column, which the place says better.
        let full = error.to_string();
        let what = full.split(" at line ").next().unwrap_or(&full);
        return Err(Fault::new(at, format!("this is not valid JSON: {what}"), ""));
    }
    let strict = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &strict);
    let parsed = parsed.map_err(|error| Fault::new(0..0, format!("this is not valid JSON: {error}"), ""))?;
    parsed.value.map(|value| node(&value)).ok_or_else(|| Fault::new(0..0, "this is not valid JSON", ""))
}

/// The character at this line and column, both from 1 and the column in bytes.
fn offset(text: &str, line: usize, column: usize) -> Range<usize> {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let at = (before + column.saturating_sub(1)).min(text.len());
    let start = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    start..start + text[start..].chars().next().map_or(0, char::len_utf8)
}

fn node(value: &ast::Value<'_>) -> Node {
    let range = value.start()..value.end();
    let kind = match value {
        ast::Value::NullKeyword(_) => Kind::Null,
        ast::Value::BooleanLit(literal) => Kind::Boolean(literal.value),
        // The number as `serde_json` reads it, so that both ways of reading agree.
        ast::Value::NumberLit(literal) => match serde_json::from_str(literal.value) {
            Ok(number) => Kind::Number(number),
            Err(_) => Kind::Text(literal.value.to_owned()),
        },
        ast::Value::StringLit(literal) => Kind::Text(literal.value.to_string()),
        ast::Value::Array(array) => Kind::List(array.elements.iter().map(node).collect()),
        ast::Value::Object(object) => {
            let entry = |property: &ast::ObjectProp<'_>| {
                let range = property.name.start()..property.name.end();
                (Key { range, name: property.name.as_str().to_owned() }, node(&property.value))
            };
            Kind::Map(object.properties.iter().map(entry).collect())
        }
    };
    Node { range, kind }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn json_knows_where_its_parts_stand() {
        let text = r#"{"a": [1, "é"], "b": null}"#;
        let Kind::Map(entries) = json(text).unwrap().kind else { panic!("not a map") };
        let places: Vec<&str> =
            entries.iter().flat_map(|(key, value)| [&text[key.range.clone()], &text[value.range.clone()]]).collect();
        assert_eq!(places, ["\"a\"", r#"[1, "é"]"#, "\"b\"", "null"]);
    }

    #[test]
    fn what_is_no_json_points_at_the_place_where_it_stops_being_json() {
        for (text, place) in [("{\"a\" 1}", "1"), ("[1,\n  2,]", "]"), ("{'a': 1}", "'"), ("[1] x", "x"), ("[1", "1")] {
            let fault = json(text).unwrap_err();
            assert_eq!(&text[fault.range.clone()], place, "{text}: {fault:?}");
        }
        assert!(json(&"[".repeat(100_000)).is_err(), "too deep, and no crash");
        assert!(json("").is_err());
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        scalar.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn json_is_read_as_serde_json_reads_it(value in any_json()) {
            for text in [value.to_string(), format!("{value:#}")] {
                let expected: Value = serde_json::from_str(&text).unwrap();
                prop_assert_eq!(json(&text).unwrap().plain(), expected);
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in r#"[\[\]{}",:0-9eE.+\-\\utrfalsn é\n]{0,30}"#) {
            if let Err(fault) = json(&text) {
                prop_assert!(text.get(fault.range).is_some());
            }
        }
    }
}
