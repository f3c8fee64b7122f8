//! `--output yaml`: blocks, keys in the order of the answer.

use serde_json::Value;

pub(super) fn format(value: &Value) -> Result<String, String> {
    serde_norway::to_string(value).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn yaml_is_in_blocks_and_keeps_the_order() {
        let value = json!({"services": [{"name": "web", "count": 2, "tags": []}], "failures": [], "arn": "a:b/c"});
        let expected = "services:\n- name: web\n  count: 2\n  tags: []\nfailures: []\narn: a:b/c\n";
        assert_eq!(format(&value).unwrap(), expected);
    }
}
