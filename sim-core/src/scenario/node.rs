//! One tree for TOML and JSON, in which every key and value knows its place in the text.

use std::ops::Range;

use serde_json::{Map, Number};

use super::SourceId;

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Which text it stands in.
    pub source: SourceId,
    /// Where [bytes]. Of a TOML table with a header, the header: its keys may be far apart.
    pub span: Range<usize>,
    /// What it is.
    pub value: Value,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// JSON's `null`; as the value of a key it means that the key is absent, as AWS reads it.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without a decimal point.
    Integer(i64),
    /// A finite number with one.
    Float(f64),
    /// Text.
    String(String),
    /// TOML's date and time, as it is written.
    Datetime(String),
    /// An array.
    List(Vec<Node>),
    /// A table or object, in the order of the text; each name once.
    Table(Vec<(Key, Node)>),
    /// What could not be read, and has been reported: it fits everywhere, so that nothing follows from it.
    Invalid,
}

/// The name in front of a value, and its place in the text of the value's *table*.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Which text it stands in: not its value's, when the value is in a file of its own.
    pub source: SourceId,
    /// Where [bytes].
    pub span: Range<usize>,
    /// The name, without quotes.
    pub name: String,
}

impl Key {
    /// Its place.
    pub fn place(&self) -> (SourceId, Range<usize>) {
        (self.source, self.span.clone())
    }
}

impl Node {
    /// Its place.
    pub fn place(&self) -> (SourceId, Range<usize>) {
        (self.source, self.span.clone())
    }

    /// The word for what it is, with its article: "an integer".
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Integer(_) => "an integer",
            Value::Float(_) => "a number with a decimal point",
            Value::String(_) => "a string",
            Value::Datetime(_) => "a date and time",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
            Value::Invalid => "what could not be read",
        }
    }

    /// Whether it, or anything inside, could not be read, which has been reported.
    pub fn is_broken(&self) -> bool {
        match &self.value {
            Value::Invalid => true,
            Value::List(items) => items.iter().any(Node::is_broken),
            Value::Table(entries) => entries.iter().any(|(_, value)| value.is_broken()),
            _ => false,
        }
    }

    /// The keys and values of a table; none of anything else.
    pub fn entries(&self) -> &[(Key, Node)] {
        match &self.value {
            Value::Table(entries) => entries,
            _ => &[],
        }
    }

    /// The values of a list; none of anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The value of this key in a table.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entries().iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    /// The value at a path such as `loadBalancers[0].targetGroupArn`, and whether all of the path exists: when it does
    /// not, the nearest parent that does. The empty path and `.` are the node itself. A key that holds dots or brackets,
    /// as labels of containers do, is found as well.
    pub fn find(&self, path: &str) -> (&Node, bool) {
        let path = path.trim_start_matches('.');
        if path.is_empty() {
            return (self, true);
        }
        match &self.value {
            Value::List(items) => {
                let index = path.strip_prefix('[').and_then(|rest| rest.split_once(']'));
                let found = index.and_then(|(index, rest)| Some((items.get(index.parse::<usize>().ok()?)?, rest)));
                found.map_or((self, false), |(item, rest)| item.find(rest))
            }
            Value::Table(entries) => {
                // The longest key that fits, so that `a.b` in quotes wins over `a`.
                let rest = |key: &Key| {
                    let rest = path.strip_prefix(key.name.as_str())?;
                    (rest.is_empty() || rest.starts_with(['.', '['])).then_some(rest)
                };
                let fitting = entries.iter().filter_map(|(key, node)| Some((key.name.len(), node, rest(key)?)));
                let longest = fitting.max_by_key(|(length, _, _)| *length);
                longest.map_or((self, false), |(_, node, rest)| node.find(rest))
            }
            _ => (self, false),
        }
    }

    /// The tree as JSON: dates as strings; keys that hold null left out.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null | Value::Invalid => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Integer(value) => (*value).into(),
            Value::Float(value) => Number::from_f64(*value).into(),
            Value::String(text) | Value::Datetime(text) => text.as_str().into(),
            Value::List(items) => items.iter().map(Node::to_json).collect(),
            Value::Table(entries) => {
                let present = entries.iter().filter(|(_, node)| node.value != Value::Null);
                let map: Map<_, _> = present.map(|(key, node)| (key.name.clone(), node.to_json())).collect();
                map.into()
            }
        }
    }
}
