//! Fields that AWS has and the simulator does not: present, so that AWS's own JSON can be pasted, and refused as
//! soon as they ask for something.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

/// A field of AWS's that is not modelled. What asks for nothing is let through, so that JSON that spells out every
/// default can be pasted: absence, `null`, `false`, an empty list or structure, and a structure that says
/// `enable = false` or `enabled = false`. Everything else is refused, never ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NotModelled;

/// Whether this value asks for nothing.
fn asks_for_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => {
            let off = |name: &str| fields.get(name) == Some(&Value::Bool(false));
            fields.is_empty() || off("enable") || off("enabled")
        }
        _ => false,
    }
}

impl<'de> Deserialize<'de> for NotModelled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if asks_for_nothing(&Value::deserialize(deserializer)?) {
            return Ok(NotModelled);
        }
        Err(D::Error::custom("AWS has this field, but this simulator does not model it: leave it out"))
    }
}

impl JsonSchema for NotModelled {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "NotModelled".into()
    }

    /// Anything, marked, so that documentation can list these fields.
    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "x-not-modelled": true })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn what_asks_for_nothing_is_let_through_and_all_else_is_refused() {
        for nothing in [json!(null), json!(false), json!([]), json!({}), json!({"enable": false, "rollback": true})] {
            from_value::<NotModelled>(nothing).unwrap();
        }
        for something in [json!(true), json!("x"), json!(0), json!([{}]), json!({"enabled": true}), json!({"a": 1})] {
            let error = from_value::<NotModelled>(something).unwrap_err();
            assert!(error.to_string().contains("does not model it"), "{error}");
        }
    }
}
