//! `--output json`: indented by four spaces, letters beyond ASCII as they are.

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{PrettyFormatter, Serializer};

pub(super) fn format(value: &Value) -> Result<String, String> {
    let mut out = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut out, PrettyFormatter::with_indent(b"    "));
    value.serialize(&mut serializer).map_err(|error| error.to_string())?;
    out.push(b'\n');
    String::from_utf8(out).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_indented_by_four_and_keeps_the_order() {
        let value = json!({"b": [1, {"c": "é"}], "a": [], "d": {}});
        let expected = "{\n    \"b\": [\n        1,\n        {\n            \"c\": \"é\"\n        }\n    ],\n    \"a\": \
                        [],\n    \"d\": {}\n}\n";
        assert_eq!(format(&value).unwrap(), expected);
        assert_eq!(format(&Value::Null).unwrap(), "null\n");
    }
}
