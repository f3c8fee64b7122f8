//! A small view over a JSON Schema as `schemars` writes it: what a value may be, one level at a time.
//!
//! Command lines, help texts and the validator of scenario files all ask the same questions of an input type. A
//! [`View`] follows `$ref`, forgets `null` (an `Option` is a field that is not required) and answers with a
//! [`Shape`]. The parts of a shape are views again, looked at only on demand: a type may contain itself.

use schemars::SchemaGenerator;
use serde_json::{Map, Value};

use super::OperationEntry;
use crate::schemas;

/// `$ref`s followed one after another before a schema counts as saying nothing [count]. A reference can lead to
/// itself; real ones lead to a type in one step.
const REFERENCES_MAX: usize = 32;

/// The schema of an operation's input, definitions included.
pub fn document(entry: &OperationEntry) -> Value {
    schemas::named(&format!("{entry:?}"), || {
        let mut generator = SchemaGenerator::default();
        let mut schema = (entry.schema)(&mut generator);
        let definitions = generator.take_definitions(true);
        if !definitions.is_empty() {
            schema.insert("$defs".to_owned(), Value::Object(definitions));
        }
        schema.to_value()
    })
}

/// One schema inside its root, where the definitions are.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The schema as it stands, perhaps a `$ref`: its description is about this place.
    here: &'a Value,
    /// The schema that `here` leads to, without `null`: its description is about the type.
    schema: &'a Value,
    root: &'a Value,
    nullable: bool,
}

/// What a value may be.
#[derive(Clone, Debug)]
pub enum Shape<'a> {
    /// `true` or `false`.
    Boolean,
    /// A whole number, limits included.
    Integer {
        /// The smallest.
        min: i128,
        /// The largest.
        max: i128,
    },
    /// Any number, limits included.
    Number {
        /// The smallest.
        min: f64,
        /// The largest.
        max: f64,
    },
    /// Text.
    String {
        /// The only values there are; empty when any text will do.
        options: Vec<&'a str>,
    },
    /// Any number of values of one kind.
    List(View<'a>),
    /// A fixed number of values, each of its own kind.
    Tuple(Vec<View<'a>>),
    /// Values of one kind under keys of the user's choice.
    Map(View<'a>),
    /// Named fields.
    Structure {
        /// The fields, in the order of the type.
        fields: Vec<Field<'a>>,
        /// Whether other fields are let through.
        open: bool,
    },
    /// One of several shapes.
    Choice(Vec<View<'a>>),
    /// Anything.
    Any,
}

/// One field of a structure.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// Its name as it is serialised.
    pub name: &'a str,
    /// Whether it must be there.
    pub required: bool,
    /// What it may be.
    pub view: View<'a>,
}

impl<'a> Shape<'a> {
    /// The shape that `schema` describes; its references lead into `root`.
    pub fn of(schema: &'a Value, root: &'a Value) -> Shape<'a> {
        View::new(schema, root).shape()
    }

    /// The fields of a structure; none for everything else.
    pub fn fields(self) -> Vec<Field<'a>> {
        match self {
            Shape::Structure { fields, .. } => fields,
            _ => Vec::new(),
        }
    }

    /// The shape in one word or two, for messages: `a list`, `a whole number`.
    pub fn noun(&self) -> &'static str {
        match self {
            Shape::Boolean => "true or false",
            Shape::Integer { .. } => "a whole number",
            Shape::Number { .. } => "a number",
            Shape::String { .. } => "text",
            Shape::List(_) | Shape::Tuple(_) => "a list",
            Shape::Map(_) => "a map",
            Shape::Structure { .. } => "a structure",
            Shape::Choice(_) => "one of several shapes",
            Shape::Any => "anything",
        }
    }

    /// Whether the value is one word: neither list nor structure nor map.
    pub fn is_scalar(&self) -> bool {
        matches!(self, Shape::Boolean | Shape::Integer { .. } | Shape::Number { .. } | Shape::String { .. })
    }
}

impl<'a> View<'a> {
    /// The view of `schema`; its references lead into `root`.
    pub fn new(schema: &'a Value, root: &'a Value) -> View<'a> {
        let mut view = View { here: schema, schema, root, nullable: false };
        for _ in 0..REFERENCES_MAX {
            match view.step() {
                Some((next, nullable)) => {
                    view.schema = next;
                    view.nullable |= nullable;
                }
                None => return view,
            }
        }
        view.schema = &Value::Bool(true);
        view
    }

    /// The view of a whole schema document.
    pub fn root(root: &'a Value) -> View<'a> {
        View::new(root, root)
    }

    /// What the value may be.
    pub fn shape(self) -> Shape<'a> {
        let Some(schema) = self.schema.as_object() else { return Shape::Any };
        let alternatives = alternatives(schema);
        if !alternatives.is_empty() {
            return self.choice(alternatives);
        }
        if let Some(options) = options(schema) {
            return Shape::String { options };
        }
        match type_name(schema) {
            Some("boolean") => Shape::Boolean,
            Some("integer") => integer(schema),
            Some("number") => Shape::Number {
                min: schema.get("minimum").and_then(Value::as_f64).unwrap_or(f64::NEG_INFINITY),
                max: schema.get("maximum").and_then(Value::as_f64).unwrap_or(f64::INFINITY),
            },
            Some("string") => Shape::String { options: Vec::new() },
            Some("array") => self.list(schema),
            Some("object") => self.object(schema),
            None if schema.contains_key("properties") => self.object(schema),
            _ => Shape::Any,
        }
    }

    /// What this place, or else its type, is for: the doc comment, empty when there is none.
    pub fn description(self) -> &'a str {
        let text = |schema: &'a Value| schema.get("description").and_then(Value::as_str);
        text(self.here).or_else(|| text(self.schema)).unwrap_or_default()
    }

    /// The value that a field has when nobody gives one, where the schema says so.
    pub fn default_value(self) -> Option<&'a Value> {
        self.here.get("default").or_else(|| self.schema.get("default"))
    }

    /// Whether `null` is allowed.
    pub fn is_nullable(self) -> bool {
        self.nullable || types(self.schema).any(|name| name == "null")
    }

    /// The schema itself, references followed.
    pub fn schema(self) -> &'a Value {
        self.schema
    }

    /// The schema one `$ref` or one `anyOf: [it, null]` further on, and whether `null` was passed by.
    fn step(self) -> Option<(&'a Value, bool)> {
        let schema = self.schema.as_object()?;
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let found = target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
            return Some((found.unwrap_or(&Value::Bool(true)), false));
        }
        let any = schema.get("anyOf").or_else(|| schema.get("oneOf")).or_else(|| schema.get("allOf"))?.as_array()?;
        let mut others = any.iter().filter(|one| !is_null(one));
        let only = others.next()?;
        let alone = others.next().is_none() && !schema.contains_key("properties");
        alone.then_some((only, any.len() > 1))
    }

    fn inner(self, schema: &'a Value) -> View<'a> {
        View::new(schema, self.root)
    }

    /// The alternatives of an enum: their names when all are plain text, else one view each.
    fn choice(self, alternatives: Vec<&'a Value>) -> Shape<'a> {
        let names = alternatives.iter().map(|one| options(self.inner(one).schema.as_object()?));
        match names.collect::<Option<Vec<_>>>() {
            Some(names) => Shape::String { options: names.concat() },
            None => Shape::Choice(alternatives.into_iter().map(|one| self.inner(one)).collect()),
        }
    }

    fn list(self, schema: &'a Map<String, Value>) -> Shape<'a> {
        match (schema.get("prefixItems").and_then(Value::as_array), schema.get("items")) {
            (Some(items), _) => Shape::Tuple(items.iter().map(|item| self.inner(item)).collect()),
            (None, items) => Shape::List(self.inner(items.unwrap_or(&Value::Bool(true)))),
        }
    }

    fn object(self, schema: &'a Map<String, Value>) -> Shape<'a> {
        let others = schema.get("additionalProperties");
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            return match others {
                Some(Value::Bool(false)) => Shape::Structure { fields: Vec::new(), open: false },
                Some(value) => Shape::Map(self.inner(value)),
                None => Shape::Structure { fields: Vec::new(), open: true },
            };
        };
        let required = schema.get("required").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let fields = properties.iter().map(|(name, value)| Field {
            name,
            required: required.iter().any(|one| one.as_str() == Some(name)),
            view: self.inner(value),
        });
        Shape::Structure { fields: fields.collect(), open: others != Some(&Value::Bool(false)) }
    }
}

/// The names in `type`, which is one name or a list of names.
fn types(schema: &Value) -> impl Iterator<Item = &str> {
    let (one, many) = match schema.get("type") {
        Some(Value::String(name)) => (Some(name.as_str()), &[][..]),
        Some(Value::Array(names)) => (None, names.as_slice()),
        _ => (None, &[][..]),
    };
    one.into_iter().chain(many.iter().filter_map(Value::as_str))
}

/// The type apart from `null`, when it is only one.
fn type_name(schema: &Map<String, Value>) -> Option<&str> {
    match schema.get("type")? {
        Value::String(name) => Some(name),
        Value::Array(names) => {
            let mut names = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
            names.next().filter(|_| names.next().is_none())
        }
        _ => None,
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
}

/// The two or more alternatives of `oneOf` or `anyOf`, apart from `null`.
fn alternatives(schema: &Map<String, Value>) -> Vec<&Value> {
    let list = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array);
    list.into_iter().flatten().filter(|one| !is_null(one)).collect()
}

/// The names of an enum whose variants are plain text. `null` among them is how `Option` is spelt.
fn options(schema: &Map<String, Value>) -> Option<Vec<&str>> {
    if let Some(only) = schema.get("const") {
        return Some(vec![only.as_str()?]);
    }
    let list = schema.get("enum")?.as_array()?;
    list.iter().filter(|one| !one.is_null()).map(Value::as_str).collect()
}

/// The limits of a whole number: those that are written, within those of its format.
fn integer<'a>(schema: &Map<String, Value>) -> Shape<'a> {
    let (min, max) = match schema.get("format").and_then(Value::as_str) {
        Some("int8") => (i8::MIN.into(), i8::MAX.into()),
        Some("int16") => (i16::MIN.into(), i16::MAX.into()),
        Some("int32") => (i32::MIN.into(), i32::MAX.into()),
        Some("uint8") => (0, u8::MAX.into()),
        Some("uint16") => (0, u16::MAX.into()),
        Some("uint32") => (0, u32::MAX.into()),
        Some("uint" | "uint64") => (0, u64::MAX.into()),
        _ => (i64::MIN.into(), i64::MAX.into()),
    };
    let limit = |key: &str| {
        let value = schema.get(key)?;
        value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from)).or_else(|| {
            // A limit written as `10.0`; a cast from a float saturates.
            value.as_f64().map(|float| float as i128)
        })
    };
    Shape::Integer {
        min: limit("minimum").map_or(min, |own| own.max(min)),
        max: limit("maximum").map_or(max, |own| own.min(max)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use schemars::{JsonSchema, SchemaGenerator};
    use serde_json::json;

    use super::*;

    /// A thing with every kind of field.
    #[derive(JsonSchema)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[allow(dead_code, reason = "only the schema is looked at")]
    struct Thing {
        /// Its name.
        thing_name: String,
        /// How many [count].
        #[schemars(range(max = 10))]
        count: Option<u32>,
        ratio: Option<f64>,
        #[serde(default)]
        on: bool,
        plain: Option<Plain>,
        described: Option<Described>,
        tags: BTreeMap<String, String>,
        /// The things inside it.
        things: Vec<Thing>,
        inside: Option<Box<Thing>>,
        pair: (String, u8),
        variant: Variant,
        anything: Value,
    }

    #[derive(JsonSchema)]
    #[allow(dead_code, reason = "only the schema is looked at")]
    enum Plain {
        One,
        Two,
    }

    #[derive(JsonSchema)]
    #[allow(dead_code, reason = "only the schema is looked at")]
    enum Described {
        /// The first.
        One,
        /// The other.
        Two,
    }

    #[derive(JsonSchema)]
    #[serde(rename_all = "lowercase")]
    #[allow(dead_code, reason = "only the schema is looked at")]
    enum Variant {
        Steady(f64),
        Ramp { from: f64, to: f64 },
    }

    fn thing() -> Value {
        let mut generator = SchemaGenerator::default();
        generator.root_schema_for::<Thing>().to_value()
    }

    fn field<'a>(root: &'a Value, name: &str) -> Field<'a> {
        let fields = View::root(root).shape().fields();
        fields.into_iter().find(|field| field.name == name).unwrap_or_else(|| panic!("no field {name} in {root:#}"))
    }

    #[test]
    fn the_fields_keep_their_order_and_say_what_is_required() {
        let root = thing();
        let Shape::Structure { fields, open } = View::root(&root).shape() else { panic!("not a structure: {root:#}") };
        assert!(!open, "unknown fields are denied");
        let names: Vec<_> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
        assert_eq!(names, ["thingName", "tags", "things", "pair", "variant", "anything"]);
        assert_eq!(fields[0].view.description(), "Its name.");
        assert_eq!(field(&root, "things").view.description(), "The things inside it.");
        assert_eq!(field(&root, "on").view.default_value(), Some(&json!(false)));
    }

    #[test]
    fn each_field_has_the_shape_of_its_type() {
        let root = thing();
        let shape = |name| field(&root, name).view.shape();
        assert!(matches!(shape("thingName"), Shape::String { options } if options.is_empty()));
        assert!(matches!(shape("count"), Shape::Integer { min: 0, max: 10 }));
        assert!(matches!(shape("ratio"), Shape::Number { .. }));
        assert!(matches!(shape("on"), Shape::Boolean));
        assert!(matches!(shape("anything"), Shape::Any));
        let Shape::Map(value) = shape("tags") else { panic!("not a map") };
        assert!(matches!(value.shape(), Shape::String { .. }));
        let Shape::Tuple(pair) = shape("pair") else { panic!("not a pair") };
        assert!(matches!(pair[1].shape(), Shape::Integer { min: 0, max: 255 }));
        assert!(field(&root, "count").view.is_nullable() && field(&root, "inside").view.is_nullable());
        assert!(!field(&root, "on").view.is_nullable());
    }

    #[test]
    fn an_enum_is_its_names_with_and_without_doc_comments() {
        let root = thing();
        for name in ["plain", "described"] {
            let Shape::String { options } = field(&root, name).view.shape() else { panic!("{name} is not text") };
            assert_eq!(options, ["One", "Two"], "{name}");
        }
    }

    #[test]
    fn an_enum_with_contents_is_a_choice_of_structures() {
        let root = thing();
        let Shape::Choice(choices) = field(&root, "variant").view.shape() else { panic!("not a choice: {root:#}") };
        let names: Vec<_> = choices.iter().flat_map(|one| one.shape().fields()).map(|field| field.name).collect();
        assert_eq!(names, ["steady", "ramp"]);
    }

    #[test]
    fn a_type_that_contains_itself_is_looked_at_one_level_at_a_time() {
        let root = thing();
        let mut view = View::root(&root);
        for _ in 0..100 {
            let inside = view.shape().fields().into_iter().find(|field| field.name == "inside");
            view = inside.expect("things contain things").view;
        }
        let Shape::List(item) = field(&root, "things").view.shape() else { panic!("not a list") };
        assert_eq!(item.shape().fields().len(), 12);
    }

    #[test]
    fn a_reference_to_itself_or_to_nowhere_means_anything() {
        for root in [json!({"$ref": "#"}), json!({"$ref": "#/$defs/gone"}), json!({"$ref": "elsewhere"}), json!(7)] {
            assert!(matches!(Shape::of(&root, &root), Shape::Any), "{root}");
        }
    }
}
