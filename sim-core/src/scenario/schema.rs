//! JSON Schemas for editors: what schemars writes, in the words of draft 4, which is what Taplo and Tombi read well.
//!
//! A scenario's first line `#:schema …` names the file that holds it.

use serde_json::{Map, Value, json};

use super::units;

/// The draft that editors of TOML agree on.
const DRAFT: &str = "http://json-schema.org/draft-04/schema#";

/// Keywords younger than draft 4, or of no use to an editor.
const DROPPED: [&str; 17] = [
    "$anchor",
    "$comment",
    "$id",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "examples",
    "if",
    "maxContains",
    "minContains",
    "propertyNames",
    "readOnly",
    "then",
    "writeOnly",
];

/// The schema of a scenario file for editors: in draft 4, and with `file = "….json"` allowed in place of the keys of
/// every table but the root.
///
/// ```
/// let schema = schemars::schema_for!(Option<u8>).to_value();
/// let editor = sim_core::scenario::editor_schema(&schema);
/// assert_eq!(editor["type"], "integer", "draft 4 of TOML knows no null");
/// ```
pub fn editor_schema(schema: &Value) -> Value {
    let mut root = draft4(schema);
    let Some(map) = root.as_object_mut() else { return root };
    keep(map, "$schema", DRAFT.into());
    // The root is the file itself; what it is made of may be in files.
    for (keyword, value) in map.iter_mut() {
        if keyword != "$schema" {
            allow_files(value);
        }
    }
    root
}

/// One schema in draft 4.
fn draft4(schema: &Value) -> Value {
    let map = match schema {
        Value::Object(map) => map,
        // Draft 4 has no `true` and `false`.
        Value::Bool(false) => return json!({ "not": {} }),
        _ => return json!({}),
    };
    let mut new = Map::new();
    for (keyword, value) in map {
        match keyword.as_str() {
            "$defs" | "definitions" => keep(&mut new, "definitions", each(value)),
            "properties" | "patternProperties" => keep(&mut new, keyword, each(value)),
            "$ref" => {
                let target = value.as_str().unwrap_or_default().replace("#/$defs/", "#/definitions/");
                keep(&mut new, keyword, target.into());
            }
            "const" => keep(&mut new, "enum", json!([value])),
            "enum" => {
                let present: Vec<&Value> =
                    value.as_array().into_iter().flatten().filter(|one| !one.is_null()).collect();
                keep(&mut new, keyword, json!(present));
            }
            "type" => new.extend(types(value).map(|types| ("type".to_owned(), types))),
            "exclusiveMinimum" if value.is_number() => bound(&mut new, "minimum", keyword, value),
            "exclusiveMaximum" if value.is_number() => bound(&mut new, "maximum", keyword, value),
            "prefixItems" => {
                keep(&mut new, "items", list(value));
                keep(&mut new, "additionalItems", Value::Bool(false));
            }
            // With `prefixItems`, `items` speaks of what comes after them.
            "items" if map.contains_key("prefixItems") => {}
            "additionalProperties" | "unevaluatedProperties" => {
                let value = if value.is_boolean() { value.clone() } else { draft4(value) };
                keep(&mut new, "additionalProperties", value);
            }
            "items" | "not" => keep(&mut new, keyword, draft4(value)),
            "allOf" => keep(&mut new, keyword, list(value)),
            "anyOf" | "oneOf" => match without_null(value).as_slice() {
                // A field that may be absent: the alternative to null is the schema itself.
                [only] => new.extend(draft4(only).as_object().cloned().unwrap_or_default()),
                others => keep(&mut new, keyword, others.iter().map(|one| draft4(one)).collect()),
            },
            "default" if value.is_null() => {}
            units::KEYWORD => {}
            dropped if DROPPED.contains(&dropped) => {}
            _ => keep(&mut new, keyword, value.clone()),
        }
    }
    beside_reference(new)
}

/// Draft 4 ignores what stands beside `$ref`: both go into an `allOf`, but for the description.
fn beside_reference(mut map: Map<String, Value>) -> Value {
    if map.len() == 1 || !map.contains_key("$ref") {
        return map.into();
    }
    let target = map.shift_remove("$ref");
    let mut parts: Vec<Value> = map.shift_remove("allOf").and_then(|all| all.as_array().cloned()).unwrap_or_default();
    parts.insert(0, json!({ "$ref": target }));
    keep(&mut map, "allOf", parts.into());
    map.into()
}

fn keep(map: &mut Map<String, Value>, keyword: &str, value: Value) {
    map.insert(keyword.to_owned(), value);
}

/// Each schema of a map of schemas.
fn each(schemas: &Value) -> Value {
    let entries = schemas.as_object().into_iter().flatten();
    entries.map(|(name, schema)| (name.clone(), draft4(schema))).collect::<Map<_, _>>().into()
}

/// Each schema of a list of schemas.
fn list(schemas: &Value) -> Value {
    schemas.as_array().into_iter().flatten().map(draft4).collect()
}

/// The types without null; one alone stands for itself.
fn types(types: &Value) -> Option<Value> {
    let Some(names) = types.as_array() else { return (types != "null").then(|| types.clone()) };
    let names: Vec<&Value> = names.iter().filter(|name| *name != "null").collect();
    match names.as_slice() {
        [] => None,
        [only] => Some((*only).clone()),
        _ => Some(json!(names)),
    }
}

fn without_null(schemas: &Value) -> Vec<&Value> {
    let is_null = |schema: &&Value| schema.get("type").is_some_and(|name| name == "null");
    schemas.as_array().into_iter().flatten().filter(|one| !is_null(one)).collect()
}

/// Draft 4 has the bound as a number and whether it is excluded as a boolean.
fn bound(map: &mut Map<String, Value>, keyword: &str, exclusive: &str, value: &Value) {
    keep(map, keyword, value.clone());
    keep(map, exclusive, true.into());
}

/// Lets every table of the schema be `{ file = "….json" }` instead.
fn allow_files(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(allow_files);
            allow_file(map);
        }
        Value::Array(items) => items.iter_mut().for_each(allow_files),
        _ => {}
    }
}

fn allow_file(map: &mut Map<String, Value>) {
    let is_table = map.get("type").is_some_and(|name| name == "object");
    let Some(Value::Object(properties)) = map.get_mut("properties").filter(|_| is_table) else { return };
    if properties.contains_key("file") {
        return;
    }
    let file = json!({
        "description": "A JSON or TOML file that holds this table. Nothing else may stand beside it.",
        "type": "string",
        "pattern": r"\.(json|jsonc|toml)$",
    });
    keep(properties, "file", file);
    if let Some(required) = map.shift_remove("required") {
        let either = json!([{ "required": required }, { "required": ["file"] }]);
        match map.get("anyOf") {
            None => keep(map, "anyOf", either),
            Some(other) => {
                let both = json!([{ "anyOf": other }, { "anyOf": either }]);
                map.shift_remove("anyOf");
                keep(map, "allOf", both);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The schema of one property in draft 4.
    fn property(schema: Value) -> Value {
        editor_schema(&json!({ "properties": { "it": schema } }))["properties"]["it"].clone()
    }

    #[test]
    fn what_draft_4_lacks_is_said_in_its_words() {
        let cases = [
            (json!({ "const": "a" }), json!({ "enum": ["a"] })),
            (json!({ "exclusiveMinimum": 0 }), json!({ "minimum": 0, "exclusiveMinimum": true })),
            (json!({ "type": ["string", "null"], "default": null }), json!({ "type": "string" })),
            (json!({ "enum": ["a", null] }), json!({ "enum": ["a"] })),
            (json!({ "if": {}, "then": {}, "else": {}, "examples": [1] }), json!({})),
            (json!(true), json!({})),
            (json!(false), json!({ "not": {} })),
            (json!({ "$ref": "#/$defs/A" }), json!({ "$ref": "#/definitions/A" })),
            (
                json!({ "description": "d", "anyOf": [{ "$ref": "#/$defs/A" }, { "type": "null" }] }),
                json!({ "description": "d", "allOf": [{ "$ref": "#/definitions/A" }] }),
            ),
            (
                json!({ "type": "array", "prefixItems": [true, { "const": 1 }], "items": false, "minItems": 2 }),
                json!({ "type": "array", "items": [{}, { "enum": [1] }], "additionalItems": false, "minItems": 2 }),
            ),
        ];
        for (schema, expected) in cases {
            assert_eq!(property(schema.clone()), expected, "{schema}");
        }
    }

    #[test]
    fn a_table_that_knows_the_key_file_keeps_it() {
        let own = json!({ "type": "object", "properties": { "file": { "type": "integer" } }, "required": ["file"] });
        assert_eq!(property(own.clone()), own);
    }
}
