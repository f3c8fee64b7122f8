//! JSON values become types; a problem knows its place.
//!
//! `serde_path_to_error` does the same around any reader, but is compiled once more for every type that is read: 415 kB of
//! the page's WebAssembly, 17 kB of them after Brotli.

use std::fmt;

use serde::de::value::StringDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};

/// A step from a value to a part of it.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Key(String),
    Item(usize),
}

/// Why a value is not what was wanted, and which part of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Misread {
    message: String,
    /// From the part outwards.
    steps: Vec<Step>,
}

impl Misread {
    /// The path of the part: `containerDefinitions[0].name`; empty for the whole.
    pub fn place(&self) -> String {
        let mut path = String::new();
        for step in self.steps.iter().rev() {
            match step {
                Step::Item(place) => path += &format!("[{place}]"),
                Step::Key(key) if path.is_empty() => path += key,
                Step::Key(key) => path += &format!(".{key}"),
            }
        }
        path
    }

    #[cold]
    fn inside(mut self, step: Step) -> Misread {
        self.steps.push(step);
        self
    }
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Misread {}

impl de::Error for Misread {
    #[cold]
    fn custom<T: fmt::Display>(message: T) -> Misread {
        Misread { message: message.to_string(), steps: Vec::new() }
    }

    /// JSON has a word of its own for nothing.
    #[cold]
    fn invalid_type(found: Unexpected, wanted: &dyn Expected) -> Misread {
        match found {
            Unexpected::Unit => Misread::custom(format_args!("invalid type: null, expected {wanted}")),
            _ => Misread::custom(format_args!("invalid type: {found}, expected {wanted}")),
        }
    }
}

/// Reads a value.
pub fn read<T: DeserializeOwned>(value: Value) -> Result<T, Misread> {
    T::deserialize(Reader(value))
}

struct Reader(Value);

impl Reader {
    /// Another kind of value than the visitor takes.
    #[cold]
    fn mismatch(&self, wanted: &dyn Expected) -> Misread {
        Misread::invalid_type(kind(&self.0), wanted)
    }

    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        let Value::Number(number) = &self.0 else { return Err(self.mismatch(&visitor)) };
        match (number.as_u64(), number.as_i64()) {
            (Some(value), _) => visitor.visit_u64(value),
            (None, Some(value)) => visitor.visit_i64(value),
            (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
        }
    }

    fn text<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        match self.0 {
            Value::String(text) => visitor.visit_string(text),
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn items<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        let Value::Array(items) = self.0 else { return Err(self.mismatch(&visitor)) };
        let mut items = Items { left: items.into_iter(), next: 0 };
        let value = visitor.visit_seq(&mut items)?;
        match items.left.len() {
            0 => Ok(value),
            left => Err(Misread::invalid_length(items.next + left, &"fewer elements in array")),
        }
    }

    fn entries<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        let Value::Object(entries) = self.0 else { return Err(self.mismatch(&visitor)) };
        let mut entries = Entries { whole: entries.len(), left: entries.into_iter(), value: None };
        let value = visitor.visit_map(&mut entries)?;
        match entries.left.len() {
            0 => Ok(value),
            _ => Err(Misread::invalid_length(entries.whole, &"fewer elements in map")),
        }
    }
}

/// Reads by what is wanted, not by what is there: so a visitor's methods for other kinds are never compiled. A struct is
/// an object, never a list of its fields.
macro_rules! by_what_is_wanted {
    ($($wanted:ident: $($method:ident)*;)*) => {
        $($(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
            self.$wanted(visitor)
        })*)*
    };
}

impl<'de> Deserializer<'de> for Reader {
    type Error = Misread;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(_) => self.number(visitor),
            Value::String(_) => self.text(visitor),
            Value::Array(_) => self.items(visitor),
            Value::Object(_) => self.entries(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        match self.0 {
            Value::Bool(value) => visitor.visit_bool(value),
            _ => Err(self.mismatch(&visitor)),
        }
    }

    by_what_is_wanted! {
        number: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128 deserialize_u8
            deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64;
        text: deserialize_char deserialize_str deserialize_string deserialize_identifier;
        items: deserialize_seq;
        entries: deserialize_map;
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Misread> {
        self.items(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Misread> {
        self.items(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misread> {
        self.entries(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Misread> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misread> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(Variant { name, content: None }),
            Value::Object(entries) => visitor.visit_enum(only(entries)?),
            other => Err(Misread::invalid_type(kind(&other), &"string or map")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { bytes byte_buf unit unit_struct }
}

/// The variant that an object with one key is.
fn only(entries: Map<String, Value>) -> Result<Variant, Misread> {
    let mut entries = entries.into_iter();
    match (entries.next(), entries.next()) {
        (Some((name, content)), None) => Ok(Variant { name, content: Some(content) }),
        _ => Err(Misread::invalid_value(Unexpected::Map, &"map with a single key")),
    }
}

fn kind(value: &Value) -> Unexpected<'_> {
    match value {
        Value::Null => Unexpected::Unit,
        Value::Bool(value) => Unexpected::Bool(*value),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(value), _) => Unexpected::Unsigned(value),
            (None, Some(value)) => Unexpected::Signed(value),
            (None, None) => Unexpected::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => Unexpected::Str(text),
        Value::Array(_) => Unexpected::Seq,
        Value::Object(_) => Unexpected::Map,
    }
}

struct Items {
    left: std::vec::IntoIter<Value>,
    next: usize,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Misread;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Misread> {
        let Some(item) = self.left.next() else { return Ok(None) };
        let place = self.next;
        self.next += 1;
        seed.deserialize(Reader(item)).map(Some).map_err(|misread| misread.inside(Step::Item(place)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

struct Entries {
    whole: usize,
    left: serde_json::map::IntoIter,
    /// The value of the key that was read last, and the key.
    value: Option<(String, Value)>,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Misread;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Misread> {
        let Some((key, value)) = self.left.next() else { return Ok(None) };
        self.value = Some((key.clone(), value));
        let reader: StringDeserializer<Misread> = key.into_deserializer();
        seed.deserialize(reader).map(Some).map_err(|misread| self.at_key(misread))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misread> {
        let Some((key, value)) = self.value.take() else { return Err(Misread::custom("value is missing")) };
        seed.deserialize(Reader(value)).map_err(|misread| misread.inside(Step::Key(key)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

impl Entries {
    #[cold]
    fn at_key(&mut self, misread: Misread) -> Misread {
        match self.value.take() {
            Some((key, _)) => misread.inside(Step::Key(key)),
            None => misread,
        }
    }
}

struct Variant {
    name: String,
    content: Option<Value>,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Misread;
    type Variant = Content;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content), Misread> {
        let content = Content { name: self.name.clone(), content: self.content };
        let reader: StringDeserializer<Misread> = self.name.into_deserializer();
        seed.deserialize(reader).map(|name| (name, content))
    }
}

/// What a variant holds.
struct Content {
    name: String,
    content: Option<Value>,
}

impl<'de> VariantAccess<'de> for Content {
    type Error = Misread;

    fn unit_variant(self) -> Result<(), Misread> {
        match self.content {
            None | Some(Value::Null) => Ok(()),
            Some(other) => Err(Misread::invalid_type(kind(&other), &"unit")),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Misread> {
        match self.content {
            Some(value) => seed.deserialize(Reader(value)).map_err(|misread| misread.inside(Step::Key(self.name))),
            None => Err(Misread::invalid_type(Unexpected::UnitVariant, &"newtype variant")),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Misread> {
        self.part(visitor, Value::is_array, "tuple variant")
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Misread> {
        self.part(visitor, Value::is_object, "struct variant")
    }
}

impl Content {
    fn part<'de, V: Visitor<'de>>(
        self,
        visitor: V,
        fits: fn(&Value) -> bool,
        wanted: &'static str,
    ) -> Result<V::Value, Misread> {
        match self.content {
            Some(value) if fits(&value) => {
                let read =
                    if value.is_object() { Reader(value).entries(visitor) } else { Reader(value).items(visitor) };
                read.map_err(|misread| misread.inside(Step::Key(self.name)))
            }
            Some(other) => Err(Misread::invalid_type(kind(&other), &wanted)),
            None => Err(Misread::invalid_type(Unexpected::UnitVariant, &wanted)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        name: String,
        parts: Option<Vec<Part>>,
        #[serde(default)]
        named: BTreeMap<String, Kind>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Part {
        size: u16,
        pair: (i8, f64),
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Plain,
        Sized(u8),
        Both(bool, char),
        Full { deep: Option<Part> },
    }

    fn misread(value: Value) -> (String, String) {
        let misread = read::<Outer>(value).expect_err("it is not one");
        (misread.place(), misread.to_string())
    }

    #[test]
    fn a_problem_names_its_place() {
        let cases = [
            (json!({"name": 1}), "name", "invalid type: integer `1`, expected a string"),
            (json!({"parts": []}), "", "missing field `name`"),
            (json!({"name": null}), "name", "invalid type: null, expected a string"),
            (json!([]), "", "invalid type: sequence, expected struct Outer"),
            (
                json!({"name": "x", "other": 1}),
                "other",
                "unknown field `other`, expected one of `name`, `parts`, `named`",
            ),
            (
                json!({"name": "x", "parts": [{"size": 1, "pair": [1, 2]}, {"size": 70000, "pair": [1, 2]}]}),
                "parts[1].size",
                "invalid value: integer `70000`, expected u16",
            ),
            (
                json!({"name": "x", "parts": [{"size": 1, "pair": [1, 2, 3]}]}),
                "parts[0].pair",
                "invalid length 3, expected fewer elements in array",
            ),
            (
                json!({"name": "x", "named": {"a": {"full": {"deep": {"size": true, "pair": [0, 0]}}}}}),
                "named.a.full.deep.size",
                "invalid type: boolean `true`, expected u16",
            ),
            (
                json!({"name": "x", "named": {"a": 1.5}}),
                "named.a",
                "invalid type: floating point `1.5`, expected string or map",
            ),
            (
                json!({"name": "x", "named": {"a": {"plain": null, "sized": 1}}}),
                "named.a",
                "invalid value: map, expected map with a single key",
            ),
            (
                json!({"name": "x", "named": {"a": "sized"}}),
                "named.a",
                "invalid type: unit variant, expected newtype variant",
            ),
            (
                json!({"name": "x", "named": {"a": "large"}}),
                "named.a",
                "unknown variant `large`, expected one of `plain`, `sized`, `both`, `full`",
            ),
        ];
        for (value, place, message) in cases {
            assert_eq!(misread(value.clone()), (place.to_owned(), message.to_owned()), "{value}");
        }
    }

    fn anything() -> impl Strategy<Value = Value> {
        let key = "name|parts|named|size|pair|plain|sized|both|full|deep|x";
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (0u64..300).prop_map(Value::from),
            (-4.0..4.0).prop_map(Value::from),
            key.prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 40, 4, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::vec((key, inner), 0..4)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// Whatever it is given, it reads what `serde_json` reads, and refuses what that refuses, if in other words.
        #[test]
        fn it_reads_what_serde_json_reads(value in anything()) {
            fn same<T: DeserializeOwned + PartialEq + fmt::Debug>(value: &Value) -> Result<(), TestCaseError> {
                let ours = read::<T>(value.clone());
                let theirs = serde_json::from_value::<T>(value.clone());
                match (ours, theirs) {
                    // They would take a list of its fields for a struct.
                    (Err(ours), _) if ours.to_string().starts_with("invalid type: sequence, expected struct") => {}
                    (Ok(ours), Ok(theirs)) => prop_assert_eq!(ours, theirs),
                    (Err(_), Err(_)) => {}
                    (ours, theirs) => prop_assert!(false, "{ours:?} instead of {theirs:?}"),
                }
                Ok(())
            }
            same::<Outer>(&value)?;
            same::<Part>(&value)?;
            same::<Kind>(&value)?;
            same::<Option<Vec<Kind>>>(&value)?;
            same::<BTreeMap<String, Kind>>(&value)?;
            same::<Value>(&value)?;
        }
    }
}
